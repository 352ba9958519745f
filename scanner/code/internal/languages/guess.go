package languages

import "bytes"

// Guesser guesses with one set of votes. It is not safe for concurrent use; its
// zero value with Votes set is ready.
type Guesser struct {
	Votes *Votes
	// Collect asks Read to keep every feature of the text in Features.
	Collect  bool
	Features []uint32

	known []uint16 // slots of the text's features that have votes, each once
	seen  [slots / 64]uint64
	sums  [maxLanguages]int32 // of the votes of known
	until []byte              // what ends the comment that the last line left open
}

// Feature families keep equal values of different meaning apart.
const (
	famWord uint32 = (iota + 1) * 0x05F356F1
	famPair
	famPunct
	famTriple
	famStart
	famEnd
	famShape
	famShapes
)

const hashMul = 0x9E3779B1

// add counts a feature, the first time that it comes.
func (g *Guesser) add(h uint32) {
	h = (h ^ h>>15) * 0x2C1B3C6D
	h ^= h >> 13
	if g.Collect {
		g.Features = append(g.Features, h)
	}
	slot, found := g.Votes.find(h)
	if !found {
		return
	}
	word, bit := &g.seen[slot/64], uint64(1)<<(slot%64)
	if *word&bit == 0 {
		*word |= bit
		g.known = append(g.known, uint16(slot))
		for _, vote := range g.Votes.votes[slot] {
			g.sums[vote.Language%maxLanguages] += int32(vote.Weight)
		}
	}
}

// byteClass is 0 for blanks and control characters, 1 for punctuation, 2 for
// what words are made of.
var byteClass = func() (t [256]uint8) {
	for i := range t {
		switch c := byte(i); {
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80:
			t[i] = 2
		case c > ' ' && c != 0x7f:
			t[i] = 1
		}
	}
	return t
}()

// Read takes the features of a text.
func (g *Guesser) Read(text []byte) {
	g.Start()
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, lineBreak)
		g.Line(line)
		text = rest
	}
}

var lineBreak = []byte{'\n'}

// Start forgets the lines read before.
func (g *Guesser) Start() {
	for _, k := range g.known {
		g.seen[k/64] = 0
	}
	g.known, g.Features, g.until = g.known[:0], g.Features[:0], nil
	clear(g.sums[:])
}

// Pass takes note of a line that is not to be read: a comment may end in it.
func (g *Guesser) Pass(line []byte) {
	if g.until != nil && bytes.Contains(line, g.until) {
		g.until = nil
	}
}

// wordMark stands for a word in hashes of punctuation.
const wordMark = 1

// Line takes the features of a line, given without its ending. Of comments it
// takes the marks only: their words are those of people.
func (g *Guesser) Line(text []byte) {
	if g.until != nil {
		_, after, ok := bytes.Cut(text, g.until)
		if !ok {
			return
		}
		g.until, text = nil, after
	}
	var (
		last      uint32 // hash of the word before
		gap       = uint32('\n')
		prev      = uint32('\n') // the byte before, or wordMark
		before    = uint32(0)    // the one before that
		fresh     = true         // nothing of the line was read
		lastShape uint32         // of the word before
	)
	for i := 0; i < len(text); {
		c := text[i]
		switch byteClass[c] {
		case 0:
			i++
			if !fresh && prev != ' ' {
				before, prev = prev, ' '
			}
			gap = gap<<8 | ' '
		case 1:
			i++
			p := uint32(c)
			g.add(famPunct + (prev<<8|p)*hashMul)
			g.add(famTriple + (before<<16|prev<<8|p)*hashMul)
			if fresh {
				next := uint32(0)
				if i < len(text) {
					next = uint32(text[i])
					if byteClass[text[i]] == 2 {
						next = wordMark
					}
				}
				g.add(famStart + (p<<8|next)*hashMul)
			}
			if opensComment[c] {
				if size, ends := comment(text[i-1:], fresh, prev == ' ' || prev == '\n'); size > 0 {
					for k := 1; k < size; k++ {
						g.add(famPunct + (uint32(text[i+k-2])<<8|uint32(text[i+k-1]))*hashMul)
					}
					if ends == nil {
						return
					}
					_, after, ok := bytes.Cut(text[i-1+size:], ends)
					if !ok {
						g.until = ends
						return
					}
					i = len(text) - len(after)
					before, prev, gap = prev, ' ', ' '
					continue
				}
			}
			fresh = false
			before, prev, gap = prev, p, gap<<8|p
		default:
			j := i
			h := uint32(0)
			upper := true
			has := letters(0)
			for j < len(text) && byteClass[text[j]] == 2 {
				h = (h + uint32(text[j])) * hashMul
				upper = upper && text[j]&0x20 == 0
				has |= lettersOf[text[j]]
				j++
			}
			number := c >= '0' && c <= '9'
			shape := shapeOf(has, text[i:j])
			next := uint32('\n')
			if j < len(text) {
				next = uint32(text[j])
			}
			g.add(famShape + (prev<<16|shape<<8|next)*hashMul)
			if lastShape != 0 {
				g.add(famShapes + (lastShape^gap&0xffff<<8^shape<<24)*hashMul)
			}
			lastShape = shape
			if !number {
				g.add(famWord + h)
				if upper && j-i > 1 { // some languages do not tell SELECT from select
					l := uint32(0)
					for _, c := range text[i:j] {
						l = (l + uint32(c|0x20)) * hashMul
					}
					g.add(famWord + l)
				}
				if last != 0 {
					g.add(famPair + (last ^ gap&0xffff*0x85EBCA6B + h*3))
				}
				// What a word follows directly: $x, @x, .x, ->x.
				if prev != ' ' && prev != '\n' {
					g.add(famTriple + (before<<16|prev<<8|wordMark)*hashMul)
				}
			}
			if fresh {
				if !number {
					g.add(famStart + (h+next)*hashMul)
				}
				fresh = false
			}
			if number {
				h = 0
			}
			last, gap = h, 0
			before, prev = prev, wordMark
			i = j
		}
	}
	if !fresh {
		g.add(famEnd + (prev<<8|before)*hashMul)
	}
}

// Guess names the language of a text. ok is false if the lead of the first over
// the second is too small to believe. Each feature may lead astray: the more
// there are, the more lead is needed, as their square root.
func (g *Guesser) Guess(text []byte) (l Language, ok bool) {
	g.Read(text)
	return g.Result()
}

// Result names the language of the lines read since Start; see Guess.
func (g *Guesser) Result() (l Language, ok bool) {
	best, lead := g.poll()
	n := len(g.known)
	return g.Votes.Languages[best], n >= leastFeatures && int(lead)*int(lead) >= leastLead*leastLead*n
}

// Settled reports whether the lines read so far leave so little doubt that more
// of them would hardly change the result.
func (g *Guesser) Settled() bool {
	n := len(g.known)
	if n < settledFeatures {
		return false
	}
	_, lead := g.poll()
	return int(lead)*int(lead) >= settledLead*settledLead*n
}

const (
	leastFeatures   = 4
	leastLead       = 1
	settledFeatures = 48
	settledLead     = 20
)

// poll returns the language with the most votes, and its lead over the next.
func (g *Guesser) poll() (best int, lead int32) {
	n := len(g.Votes.Languages)
	second := int32(-1 << 30)
	for i := 1; i < n; i++ {
		switch s := g.sums[i]; {
		case s > g.sums[best]:
			second, best = g.sums[best], i
		case s > second:
			second = s
		}
	}
	if n == 1 {
		second = 0
	}
	return best, g.sums[best] - second
}
