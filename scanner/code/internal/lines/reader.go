package lines

import (
	"bytes"
	"math"
	"math/bits"
)

// Bits is the width of a feature's index; Dim is how many there are.
const (
	Bits = 15
	Dim  = 1 << Bits
)

// Weights is a fitted model: one weight per hashed feature, in units of
// 1/Scale log-odds, and a bias in the same unit.
type Weights struct {
	W    [Dim]int8
	Bias int32

	// between is the sum of a word's weights but that of the word itself, by its
	// shape and that of the word before, where blanks part it from both
	// neighbours. Most words of prose are such.
	between [16][16]int32

	// Those of a line as a whole by what they are the features of, but for the two
	// of the bytes at its ends and that of its first word.
	indent     [16][128]int8 // of which maxIndent+1 are used
	tail       [128]int8
	length     [(maxLog + 1) << 4]int8
	density    [9 << 4]int8
	joined     [9 << 4]int8
	statements [256]int8
	kind       [16]int8
}

// What is counted of a line is told apart up to these.
const (
	maxIndent = 12 // columns
	maxLog    = 12 // of its length
	maxWords  = 12
	maxJoined = 10 // words, when counting how many of them are joined
)

// prepare fills the tables.
func (w *Weights) prepare() {
	for i := range uint32(128) {
		for indent := range w.indent {
			w.indent[indent][i] = w.W[indentOf(uint32(indent), i)]
		}
		w.tail[i] = w.W[tailOf(i)]
	}
	for i := range w.length {
		w.length[i] = w.W[lengthOf(uint32(i))]
	}
	for i := range w.density {
		w.density[i], w.joined[i] = w.W[densityOf(uint32(i))], w.W[joinedOf(uint32(i))]
	}
	for i := range w.statements {
		w.statements[i] = w.W[statementsOf(uint32(i))]
	}
	for i := range w.kind {
		w.kind[i] = w.W[kindFeature(uint32(i))]
	}
	for before := range uint32(16) {
		for shape := range uint32(16) {
			w.between[before][shape] = int32(w.W[aroundOf(' ', ' ', shape)]) + int32(w.W[pairOf(' ', before, shape)])
		}
	}
}

// aroundOf is the feature of a word's shape between the bytes before and after.
func aroundOf(before, next, shape uint32) uint32 {
	return feature(famAround + (before<<16|next<<8|shape)*0x01000193)
}

// pairOf is the feature of two words' shapes and what stands between them.
func pairOf(sep, before, shape uint32) uint32 {
	return feature(famPair + (sep&0xffff<<8|before<<4|shape)*0x01000193)
}

// The features of a line as a whole.
func indentOf(indent, head uint32) uint32 { return feature(famIndent + (indent<<8|head)*0x01000193) }
func tailOf(tail uint32) uint32           { return feature(famSecond + tail*0x01000193) }
func lengthOf(n uint32) uint32            { return feature(famLength + n*0x01000193) }
func densityOf(n uint32) uint32           { return feature(famDensity + n*0x01000193) }
func joinedOf(n uint32) uint32            { return feature(famJoined + n*0x01000193) }
func statementsOf(n uint32) uint32        { return feature(famStatements + n*0x01000193) }
func kindFeature(k uint32) uint32         { return feature(famKind + k*0x01000193) }

// Scale is the number of weight units in one unit of log-odds.
const Scale = 24

// Feature families keep equal values of different meaning apart.
const (
	famWord uint32 = (iota + 1) * 0x05F356F1
	famAround
	famPair
	famPunct
	famIndent
	famFirst
	famLast
	famEnds
	famLength
	famDensity
	famJoined
	famStatements
	famKind
	famSecond
)

// Reader reads lines with one set of weights. It is not safe for concurrent
// use; its zero value with W set is ready.
type Reader struct {
	W *Weights
	// Collect asks Read to keep the features of the line in Tokens and Whole.
	Collect bool
	// Tokens are the features of tokens, whose weights are added up and divided
	// by the square root of the number of tokens; Whole those of the line.
	Tokens, Whole []uint16

	n int32
}

// Line is what Read says of a line.
type Line struct {
	// Score is the log-odds that the line is code rather than anything else.
	Score float32
	// Statements is the number of statement marks: semicolons and braces, but for
	// doubled ones, which stand around the name of what is to be filled in.
	Statements int
	// Escapes is the number of backslashes.
	Escapes int
	// Separators is the number of commas, or of tabs or bars if there are more.
	Separators int
	Kind       Kind
}

// feature is the place of a feature's weight.
func feature(h uint32) uint32 { return (h ^ h>>15) * 0x2C1B3C6D >> (32 - Bits) }

// A word's hash is that of what stands before, plus the byte, times hash1; the
// other factors take four bytes at once.
const (
	hash1 = 0x9E3779B1
	hash2 = hash1 * hash1 & (1<<32 - 1)
	hash3 = hash2 * hash1 & (1<<32 - 1)
	hash4 = hash3 * hash1 & (1<<32 - 1)
)

func hashOf(word []byte) uint32 {
	h := uint32(0)
	for len(word) >= 4 {
		h = (h+uint32(word[0]))*hash4 + uint32(word[1])*hash3 + uint32(word[2])*hash2 + uint32(word[3])*hash1
		word = word[4:]
	}
	for _, c := range word {
		h = (h + uint32(c)) * hash1
	}
	return h
}

// Root is the divisor of the sum of token weights of a line with n tokens.
func Root(n int) float32 { return float32(math.Sqrt(float64(max(n, 1)))) }

// inverseRoots are what Read multiplies with instead of dividing by Root.
var inverseRoots = func() (t [256]float32) {
	for n := range t {
		t[n] = 1 / Root(n)
	}
	return t
}()

func inverseRoot(n int32) float32 {
	if int(n) < len(inverseRoots) {
		return inverseRoots[n]
	}
	return 1 / Root(int(n))
}

// Read reads one line, given without its line ending.
func (r *Reader) Read(line []byte) Line {
	r.n = 0
	r.Tokens, r.Whole = r.Tokens[:0], r.Whole[:0]

	end := len(line)
	for end > 0 && classOf[line[end-1]] == classSpace {
		end--
	}
	start, columns := 0, 0
	for start < end && classOf[line[start]] == classSpace {
		if line[start] == '\t' {
			columns += 4
		} else {
			columns++
		}
		start++
	}
	if start == end {
		return Line{Kind: Blank}
	}
	body := line[start:end]
	var (
		counts    marks
		tokens    int32 // sum of their weights
		n         int32 // how many they are of
		words     int32
		joined    int32 // words with exactly a space between them and the last word
		puncts    int32
		prevShape = uint32(shapeStart)
		prev      = uint32(' ') // the last byte of the last token
		sep       = uint32(0)   // what stands between the last word and here
		firstWord uint32
		blank     bool // somewhere in it
	)
	weights := &r.W.W
	for i := 0; i < len(body); {
		c := body[i]
		before := prev
		if sep&0xff == ' ' {
			before = ' '
		}
		switch class := classOf[c]; class {
		case classSpace:
			if c == '\t' {
				counts[markTab]++
			}
			blank = true
			i++
			for i < len(body) && classOf[body[i]] == classSpace {
				if body[i] == '\t' {
					counts[markTab]++
				}
				i++
			}
			sep = sep<<8 | ' '
			continue
		case classPunct:
			puncts++
			counts[markOf[c]&(markKinds-1)]++
			i++
			next := uint32(0)
			if i < len(body) {
				next = uint32(markOrClass[body[i]])
			}
			k := feature(famPunct + (before<<16|uint32(c)<<8|next)*0x01000193)
			tokens += int32(weights[k])
			if r.Collect {
				r.Tokens = append(r.Tokens, uint16(k))
			}
			sep = sep<<8 | uint32(c)
			prev = uint32(c)
		default:
			j := i + 1
			hash := uint32(c) * hash1
			rest := uint8(0) // classes of the bytes but the first
			next := uint32(0)
			for j < len(body) {
				c := body[j]
				k := classBit[c]
				if k == 0 {
					next = uint32(c)
					break
				}
				rest |= k
				hash = (hash + uint32(c)) * hash1
				j++
			}
			shape := uint32(shapeOf[class&7][rest&127])
			if shape != shapeNumber {
				k := feature(famWord + hash)
				tokens += int32(weights[k])
				if r.Collect {
					r.Tokens = append(r.Tokens, uint16(k))
				}
				if words == 0 {
					firstWord = hash
				}
			}
			if sep == ' ' && next == ' ' && !r.Collect {
				tokens += r.W.between[prevShape&15][shape&15]
			} else {
				around, pair := aroundOf(before, next, shape), pairOf(sep, prevShape, shape)
				tokens += int32(weights[around]) + int32(weights[pair])
				if r.Collect {
					r.Tokens = append(r.Tokens, uint16(around), uint16(pair))
				}
			}
			if sep == ' ' {
				joined++
			}
			words++
			prevShape, prev, sep = shape, uint32(shape), 0
			i = j
		}
		n++
	}
	r.n = n
	kind := kindOf(line, body, &counts, columns, blank)
	whole := r.shape(body, columns, firstWord, words, joined, puncts, &counts, kind)

	score := float32(tokens)*inverseRoot(n) + float32(whole+r.W.Bias)
	return Line{
		Score:      score / Scale,
		Statements: int(counts[markSemicolon]+counts[markOpen]+counts[markClose]) - doubled(body, &counts),
		Escapes:    int(counts[markEscape]),
		Separators: int(max(counts[markComma], counts[markTab], counts[markBar])),
		Kind:       kind,
	}
}

// doubled is how many braces stand in pairs of the same.
func doubled(body []byte, counts *marks) int {
	if counts[markOpen] < 2 || counts[markClose] < 2 {
		return 0 // as most lines
	}
	return 2 * (bytes.Count(body, []byte("{{")) + bytes.Count(body, []byte("}}")))
}

// Statements is what Read would say is the number of statement marks in a line.
func Statements(line []byte) int {
	count := func(mark byte) int32 { return int32(bytes.Count(line, []byte{mark})) }
	counts := marks{markSemicolon: count(';'), markOpen: count('{'), markClose: count('}')}
	return int(counts[markSemicolon]+counts[markOpen]+counts[markClose]) - doubled(line, &counts)
}

// Count is the number of tokens of the line read last.
func (r *Reader) Count() int { return int(r.n) }

// shape returns the sum of the weights of the line as a whole.
func (r *Reader) shape(body []byte, columns int, first uint32, words, joined, puncts int32, counts *marks, kind Kind) int32 {
	last := len(body) - 1
	head, tail := uint32(markOrClass[body[0]]), uint32(markOrClass[body[last]])
	start, second := uint32(0), uint32(0)
	if last > 0 {
		start, second = uint32(markOrClass[body[1]]), uint32(markOrClass[body[last-1]])
	}
	indent := uint32(min(columns, maxIndent))
	begin := famFirst + first
	if classOf[body[0]] == classPunct {
		begin = famFirst + (head<<8|start)*0x01000193 + 7
	}
	size := log2(int32(len(body)))
	few := func(n int32) uint32 { return uint32(min(n, 3)) }
	statements := few(counts[markSemicolon])<<6 | few(counts[markOpen]+counts[markClose])<<4 | few(counts[markEquals])<<2 | few(counts[markCall])
	length := size<<4 | uint32(min(words, maxWords))
	density := eighths(puncts, words+puncts)<<4 | size
	among := eighths(joined, words)<<4 | uint32(min(words, maxJoined))
	first2, last2, ends := feature(begin), feature(famLast+(second<<8|tail)*0x01000193), feature(famEnds+(head<<8|tail)*0x01000193)
	if r.Collect {
		for _, k := range [...]uint32{indentOf(indent, head), first2, last2, ends, tailOf(tail), lengthOf(length), densityOf(density), joinedOf(among), statementsOf(statements), kindFeature(uint32(kind))} {
			r.Whole = append(r.Whole, uint16(k))
		}
		return r.W.sum(r.Whole)
	}
	w := r.W
	return int32(w.W[first2]) + int32(w.W[last2]) + int32(w.W[ends]) + int32(w.indent[indent&15][head&127]) + int32(w.tail[tail&127]) +
		int32(w.length[length]) + int32(w.density[density]) + int32(w.joined[among]) + int32(w.statements[statements&255]) + int32(w.kind[kind&15])
}

// sum adds up the weights of features.
func (w *Weights) sum(features []uint16) (n int32) {
	for _, f := range features {
		n += int32(w.W[f&(Dim-1)])
	}
	return n
}

// log2 is the integer logarithm of n, which is positive, at most maxLog.
func log2(n int32) uint32 { return uint32(min(bits.Len32(uint32(n))-1, maxLog)) }

// eighths is part/whole in eighths.
func eighths(part, whole int32) uint32 { return uint32(part * 8 / max(whole, 1)) }
