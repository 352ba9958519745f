package lines

// Most lines of most texts are prose, and to count what bytes a line is made of
// costs a small part of reading it. Skim spares the reading where the counts, and
// the first words, leave no doubt.

// A census is eight counts of a byte each, in one word, so that counting a byte
// is one addition. Lower case is what remains.
const (
	censusStatement = 8 * iota // ;
	censusUpper
	censusDigit
	censusBlank
	censusSoft // punctuation of sentences
	censusMid  // punctuation of sentences and of programs
	censusHard // punctuation of programs; control characters
	censusHigh // bytes beyond ASCII
)

var censusOf = func() (t [256]uint64) {
	for i := range t {
		switch c := byte(i); {
		case c >= 'a' && c <= 'z':
		case c >= 'A' && c <= 'Z':
			t[i] = 1 << censusUpper
		case c >= '0' && c <= '9':
			t[i] = 1 << censusDigit
		case c == ' ':
			t[i] = 1 << censusBlank
		case c == '.' || c == ',' || c == '\'' || c == '"' || c == '-' || c == '!' || c == '?':
			t[i] = 1 << censusSoft
		case c == ':' || c == '(' || c == ')':
			t[i] = 1 << censusMid
		case c == ';':
			t[i] = 1 << censusStatement
		case c >= 0x80:
			t[i] = 1 << censusHigh
		default:
			t[i] = 1 << censusHard
		}
	}
	return t
}()

const (
	// leastSkimmed is the length in bytes below which a line is read: what little
	// it says must come from its words.
	leastSkimmed = 40
	// longLine is the length from which the words at the beginning, headBytes of
	// them, stand for the rest.
	longLine  = 160
	headBytes = 96
	// headAtMost is what they may say for code, in log-odds.
	headAtMost = -2
	// censusBlock is how many bytes are counted before the counts are looked at.
	censusBlock = 240
	// statementsAtMost is how many semicolons a line may have; a line of more may
	// be a program.
	statementsAtMost = 3
)

// census counts the bytes of a block, of which there may be 255.
func census(b []byte) uint64 {
	var n, m uint64
	for len(b) >= 8 {
		n += censusOf[b[0]] + censusOf[b[1]]
		m += censusOf[b[2]] + censusOf[b[3]]
		n += censusOf[b[4]] + censusOf[b[5]]
		m += censusOf[b[6]] + censusOf[b[7]]
		b = b[8:]
	}
	for _, c := range b {
		n += censusOf[c]
	}
	return n + m
}

// mayBeProse reports whether size bytes with these counts may be prose; one in
// so many of them may be punctuation of programs.
func mayBeProse(n uint64, size, hardIn int) bool {
	count := func(at int) int { return int(n >> at & 0xff) }
	if count(censusHard)*hardIn > size || count(censusMid)*16 > size || count(censusSoft)*8 > size ||
		count(censusDigit)*10 > size || count(censusUpper)*6 > size {
		return false
	}
	blanks, high := count(censusBlank), count(censusHigh)
	return blanks*7 <= size*2 && (blanks*12 >= size || high*2 >= size)
}

// Skim says, of a line without its line ending, whether it is prose beyond
// doubt, as is told by the bytes that it is made of and its first words. It says
// no of most lines that are short. If the line is, score is what Read would say
// of its first words, or 0 if Skim did not have to read them; Kind would be
// Plain, or Item or Row.
func (r *Reader) Skim(line []byte) (score float32, ok bool) {
	if len(line) < leastSkimmed {
		return 0, false
	}
	start := 0
	for start < len(line)-1 && line[start] == ' ' {
		start++
	}
	body := line[start:]
	if classOf[body[0]] <= classPunct || len(line) <= censusBlock && start*7 > len(line)*2 {
		return 0, false // as the counts would say of so many blanks
	}
	hardIn := 80
	if len(line) >= longLine {
		hardIn = 40
	}
	statements := 0
	for rest := line; len(rest) > 0; {
		block := rest[:min(len(rest), censusBlock)]
		rest = rest[len(block):]
		if len(block) < leastSkimmed { // too few to say anything by themselves
			block = line[len(line)-leastSkimmed:]
		}
		n := census(block)
		statements += int(n >> censusStatement & 0xff)
		if statements > statementsAtMost || !mayBeProse(n, len(block), hardIn) {
			return 0, false
		}
	}
	if opens[body[0]]&follows[body[1]] != 0 && (isTrace(line, body, start) || isLog(body) || IsDiffHead(body)) {
		return 0, false
	}
	if len(line) < longLine {
		return 0, r.firstWords(body) <= wordsAtMost
	}
	end := headBytes
	for end < len(line) && classOf[line[end]] > classPunct {
		end++
	}
	head := r.Read(line[:end])
	return head.Score, head.Score <= headAtMost
}

const (
	// wordsRead is how many words firstWords adds up, wordsAtMost what they may
	// say for code, in units of the weights.
	wordsRead   = 6
	wordsAtMost = 20
)

// firstWords adds up what the first words of a line say by themselves.
func (r *Reader) firstWords(body []byte) int32 {
	sum := int32(0)
	for i, words := 0, 0; i < len(body) && words < wordsRead; words++ {
		j := i
		for j < len(body) && classOf[body[j]] > classPunct {
			j++
		}
		hash := hashOf(body[i:j])
		if words == 0 {
			sum += int32(r.W.W[feature(famFirst+hash)])
		}
		sum += int32(r.W.W[feature(famWord+hash)])
		for i = j; i < len(body) && classOf[body[i]] <= classPunct; {
			i++
		}
	}
	return sum
}
