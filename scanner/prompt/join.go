package prompt

import (
	"cmp"
	"slices"

	"github.com/sluice-dlp/sluice/scanner"
)

// A value that is split over two content parts reads as one to a model, so
// adjacent texts of one array are scanned once more as one text. Of long texts
// only the ends that meet are.
const (
	// partSeam is how much is joined on each side where parts of one message
	// meet: enough for a private key cut in half.
	partSeam = 4 << 10
	// smallSeam is the same for texts that are less likely to be one: whole
	// messages, and arrays of plain strings.
	smallSeam = 256
	// maxJoined is how long a joined text may grow before it is scanned.
	maxJoined = 16 << 10
)

// piece is a range of a text that was joined.
type piece struct {
	record     int32
	start, end uint32 // in the text
	at         uint32 // in the joined text
}

// join is one joined text.
type join struct {
	pieces []piece
	// cutStart and cutEnd tell that the first or last piece is not the whole
	// of its text on that side.
	cutStart, cutEnd bool
}

// chain collects the adjacent texts of an array.
type chain struct {
	text     []byte
	pieces   []piece
	cutStart bool
}

// seamOf returns how much of a member's value is joined with its neighbours':
// much for the parts of a message, little for "content", which is a message.
func seamOf(name []byte) int {
	if string(name) == "content" {
		return smallSeam
	}
	return partSeam
}

// addPart appends a text to an array's chain.
func (w *walker) addPart(f *frame, index int32, text []byte, seam int) {
	if len(text) == 0 {
		return
	}
	ch := f.chain
	if ch == nil {
		if n := len(w.spare); n > 0 {
			ch, w.spare = w.spare[n-1], w.spare[:n-1]
		} else {
			ch = new(chain)
		}
		f.chain = ch
	}
	if len(text) <= 2*seam {
		ch.add(index, text, 0, len(text))
		if len(ch.text) > maxJoined {
			w.emit(ch, f, false)
			ch.keepTail(seam)
		}
		return
	}
	if len(ch.pieces) > 0 {
		ch.add(index, text, 0, runeStart(text, seam))
		w.emit(ch, f, true)
	}
	ch.reset()
	ch.add(index, text, runeStart(text, len(text)-seam), len(text))
	ch.cutStart = true
}

func (ch *chain) add(index int32, text []byte, start, end int) {
	ch.pieces = append(ch.pieces, piece{index, uint32(start), uint32(end), uint32(len(ch.text))})
	ch.text = append(ch.text, text[start:end]...)
}

func (ch *chain) reset() {
	ch.text, ch.pieces, ch.cutStart = ch.text[:0], ch.pieces[:0], false
}

// keepTail drops all but the last bytes of a chain.
func (ch *chain) keepTail(seam int) {
	from := runeStart(ch.text, len(ch.text)-min(seam, len(ch.text)))
	var pieces []piece
	for _, p := range ch.pieces {
		length := int(p.end - p.start)
		if int(p.at)+length <= from {
			continue
		}
		if cut := from - int(p.at); cut > 0 {
			p.start += uint32(cut)
			p.at = 0
		} else {
			p.at -= uint32(from)
		}
		pieces = append(pieces, p)
	}
	ch.pieces = append(ch.pieces[:0], pieces...)
	ch.text = append(ch.text[:0], ch.text[from:]...)
	ch.cutStart = true
}

// emit adds the joined text, if it joins anything.
func (w *walker) emit(ch *chain, f *frame, cutEnd bool) {
	if len(ch.pieces) < 2 {
		return
	}
	c := &w.in.texts
	text := append(c.arena.take(len(ch.text)), ch.text...)
	c.arena.commit(text)
	c.joins = append(c.joins, join{slices.Clone(ch.pieces), ch.cutStart, cutEnd})
	c.pieces += len(ch.pieces)
	c.add(record{
		start: uint32(len(c.joins) - 1), parent: atBody, node: -1, codec: codecJoin, kind: kindJoin, derived: true,
	}, text, f.role, c.where(w.path[:min(f.base, len(w.path))]))
}

func (w *walker) endChain(f *frame) {
	w.emit(f.chain, f, false)
	f.chain.reset()
	w.spare = append(w.spare, f.chain)
	f.chain = nil
}

// nearCut is how close to a cut a finding must be to be doubted: what stood
// before the cut might have kept a detector from finding it.
const nearCut = 64

// pieceSpans returns the ranges of its pieces that a span of a joined text covers.
// It returns none if the finding lies in one piece close to a place where the
// text was cut, because the piece's own scan has seen more.
func (j *join) pieceSpans(s scanner.Span, length int) []pieceSpan {
	var out []pieceSpan
	first, _ := slices.BinarySearchFunc(j.pieces, s.Start, func(p piece, start int) int {
		return cmp.Compare(int(p.at+p.end-p.start)-1, start)
	})
	for _, p := range j.pieces[first:] {
		at, n := int(p.at), int(p.end-p.start)
		if at >= s.End {
			break
		}
		start, end := max(s.Start, at), min(s.End, at+n)
		out = append(out, pieceSpan{p.record, scanner.Span{Start: start - at + int(p.start), End: end - at + int(p.start)}})
	}
	if len(out) == 1 && (j.cutStart && s.Start < nearCut || j.cutEnd && s.End > length-nearCut) {
		return nil
	}
	return out
}

// pieceSpan is a range of a record's text.
type pieceSpan struct {
	record int32
	span   scanner.Span
}

// length is the number of bytes of the joined text.
func (j *join) length() int {
	last := j.pieces[len(j.pieces)-1]
	return int(last.at + last.end - last.start)
}
