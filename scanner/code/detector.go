package code

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code/internal/languages"
	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

// minText is the length in bytes below which a text is not looked at: an
// identifier, a path or a short command is no program.
const minText = 20

// checkEvery is how many bytes are read between two looks at the context.
const checkEvery = 1 << 16

// maxKept bounds the bytes of joined texts that a Detector keeps for reuse, maxFound
// the findings.
const (
	maxKept  = 1 << 16
	maxFound = 1 << 10
)

// maxLines is how many lines are read before segments are made of them. It bounds
// the working memory, which a text of short lines would make many times its own
// size. A segment across such a border is two.
const maxLines = 1 << 16

// Detector is a scanner.Detector for source code. It is immutable and safe for
// concurrent use.
type Detector struct {
	weights *lines.Weights
	votes   *languages.Votes
	code    bool
	besides []scanner.Kind
	scratch sync.Pool // of *reading
}

// Rules returns the ids of the rules that a Detector reports, and their kinds.
func Rules() map[string]scanner.Kind {
	ids := make(map[string]scanner.Kind)
	for _, class := range classes {
		ids[ruleIDs[class]] = scanner.KindCode
	}
	for _, o := range others {
		ids[o.rule] = o.kind
	}
	return ids
}

// classes are what a segment can be.
var classes = [...]string{classCode, "sql", "config", "markup", "shell", "diff", "trace"}

// ruleIDs are the rule ids of the classes.
var ruleIDs = func() map[string]string {
	ids := map[string]string{classCode: "source-code"}
	for _, class := range classes[1:] {
		ids[class] = "code-" + class
	}
	return ids
}()

// New returns a Detector of the kinds given (see Kinds), or of code if none is.
func New(kinds ...scanner.Kind) *Detector {
	w, err := lines.Fitted()
	if err != nil {
		// The weights are compiled in; a test reads them.
		panic("code: " + err.Error())
	}
	v, err := languages.Fitted()
	if err != nil {
		panic("code: " + err.Error())
	}
	d := &Detector{weights: w, votes: v, code: len(kinds) == 0}
	for _, k := range kinds {
		if k == scanner.KindCode {
			d.code = true
		} else {
			d.besides = append(d.besides, k)
		}
	}
	return d
}

// Detect reports segments of source code, and of the other kinds that New was
// given. Findings are in order of text and
// place, and those of one text do not overlap. Span runs from the first byte of
// the segment's first line to the end of its last, without the line ending.
// Lines counts the lines in Span, blank ones included. Detail is the class and,
// if it could be told, the language in lower case: "code go", "sql sql", "config
// yaml"; for other kinds it is the kind.
func (d *Detector) Detect(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var r *reading
	defer func() {
		if r != nil {
			d.release(r)
		}
	}()
	for i := 0; i < len(texts); i++ {
		// Texts that are lines of one source are read as one.
		together := linesOfOne(texts[i:])
		size := 0
		for _, t := range texts[i : i+together] {
			size += len(t.Bytes)
		}
		if size < minText {
			i += together - 1
			continue
		}
		switch texts[i].Role {
		case scanner.RoleKey, scanner.RoleNumber, scanner.RoleURL:
			continue
		}
		if r == nil {
			if r, _ = d.scratch.Get().(*reading); r == nil {
				r = &reading{reader: lines.Reader{W: d.weights}, guesser: languages.Guesser{Votes: d.votes}}
			}
			r.found = r.found[:0]
		}
		from := len(r.found)
		var err error
		if together == 1 {
			err = d.detect(ctx, r, texts[i].Bytes, i)
		} else {
			r.joined = r.joined[:0]
			for _, t := range texts[i : i+together] {
				r.joined = append(r.joined, t.Bytes...)
			}
			err = d.detect(ctx, r, r.joined, i)
			r.found = divide(texts, i, together, r.found, from)
			i += together - 1
		}
		if err != nil {
			return nil, err
		}
	}
	if r == nil || len(r.found) == 0 {
		return nil, nil
	}
	return slices.Clone(r.found), nil
}

// detect appends to r.found the findings in one text.
func (d *Detector) detect(ctx context.Context, r *reading, text []byte, index int) error {
	r.fence, r.hunk, r.fenceTag = fenceState{}, hunkState{}, nil
	for start := 0; start < len(text); {
		// The kinds beside code need the form of every line.
		end, err := r.read(ctx, text, start, len(d.besides) == 0)
		if err != nil {
			return err
		}
		start = end
		r.settle(text)
		r.setApart(text)
		r.decode()
		from := len(r.found)
		r.found = r.segments(text, index, r.found)
		if !d.code {
			r.found = r.found[:from]
		}
		if len(d.besides) > 0 {
			r.found = r.others(text, index, d.besides, r.found)
			slices.SortFunc(r.found[from:], func(a, b scanner.Finding) int { return a.Span.Start - b.Span.Start })
		}
	}
	return nil
}

func (d *Detector) release(r *reading) {
	r.fenceTag = nil
	if cap(r.joined) <= maxKept && cap(r.found) <= maxFound {
		d.scratch.Put(r)
	}
}

// reading is the working memory of one text.
type reading struct {
	reader  lines.Reader
	guesser languages.Guesser
	lines   []line
	skimmed bool   // some of the lines were
	passed  bool   // some of the lines were passed over
	joined  []byte // texts that are lines of one source
	found   []scanner.Finding

	// What goes on from one set of lines to the next.
	fence    fenceState
	hunk     hunkState
	fenceTag []byte // the word behind the fence that is open
}

// line is one line of the text being read.
type line struct {
	start, end int     // without the line ending
	emit       float32 // log-odds of code by itself, then what the decoder goes by
	statements uint16
	separators uint16
	kind       lines.Kind
	tag        tag  // of the fence that the line is in
	from       byte // the decoder's back pointers: bit s is the state before s
	code       bool
	taken      bool // by a finding
	skimmed    bool // and not read; emit is a guess: more than 0 if it was passed over
	apart      bool // code may begin or end next to it
}

// fill sets a line that is not read.
func (l *line) fill(start, end int, emit float32, kind lines.Kind, in tag, skimmed bool) {
	// Field by field: to copy a line that was just written costs more.
	*l = line{}
	l.start, l.end = start, end
	l.emit, l.kind, l.tag, l.skimmed = emit, kind, in, skimmed
}

// read cuts text from start on into lines, at most maxLines of them, and scores
// each; end is where it stopped. If skim is set, lines that are prose beyond doubt
// are left for settle to read.
func (r *reading) read(ctx context.Context, text []byte, start int, skim bool) (end int, err error) {
	r.lines, r.skimmed, r.passed = r.lines[:0], false, false
	var d depth
	next := start + checkEvery
	for start < len(text) && len(r.lines) < maxLines {
		if start >= next {
			if err := ctx.Err(); err != nil {
				return start, err
			}
			next = start + checkEvery
		}
		end, after := len(text), len(text)
		if n := bytes.IndexByte(text[start:], '\n'); n >= 0 {
			end, after = start+n, start+n+1
			if n > 0 && text[end-1] == '\r' {
				end--
			}
		}
		body := text[start:end]
		if len(r.lines) == cap(r.lines) {
			r.lines = slices.Grow(r.lines, max(64, len(r.lines)/4))
		}
		n := len(r.lines)
		r.lines = r.lines[:n+1]
		ln := &r.lines[n]
		if start == end && r.hunk.idle() {
			ln.fill(start, end, 0, lines.Blank, r.fence.tag, false)
			d.rest = 0
			start = after
			continue
		}
		if skim && r.fence.tag == tagNone && r.hunk.idle() {
			if score, ok := r.reader.Skim(body); ok {
				guessed := score == 0
				if guessed {
					score = -clampLow
				}
				// Of a long line the first words were read: near code they do not
				// stand for the rest unless they leave no doubt.
				ln.fill(start, end, max(-clampLow, score), lines.Plain, tagNone, guessed || score > -clampLow)
				r.skimmed = r.skimmed || ln.skimmed
				d = depth{}
				start = after
				continue
			}
		}
		if skim && d.rest > 0 && d.mayPass(text, start, end, after) {
			ln.fill(start, end, asPassed, lines.Plain, r.fence.tag, true)
			r.passed = true
			d.rest--
			start = after
			continue
		}
		ln.start, ln.end = start, end
		r.score(ln, body)
		if n > 0 && ln.kind == lines.Plain && r.lines[n-1].kind == lines.Encoded && lines.IsCode64(body) {
			ln.kind = lines.Encoded // the last line of a block is short
		}
		if ln.kind == lines.Fence {
			r.fence.step(body)
		}
		ln.tag = r.fence.tag
		inDiff := r.hunk.step(body, ln.kind)
		ln.emit = emission(ln, inDiff, r.lines[:n])
		if inDiff && ln.kind != lines.DiffHead {
			ln.kind = lines.DiffHunk
		}
		if d.step(ln); ln.kind == lines.Fence && r.fence.tag == tagCode {
			d.evidence = deepEvidence
		}
		start = after
	}
	return start, nil
}

// score reads a line, without its line ending, into ln.
func (r *reading) score(ln *line, body []byte) {
	l := r.reader.Read(body)
	if inner, ok := unmarked(body); ok {
		if m := r.reader.Read(inner); m.Kind == lines.Blank || m.Kind == lines.Fence || m.Score > max(l.Score, looksLikeCode) {
			l, body = m, inner
		}
	}
	// Field by field: to copy a line that was just written costs more.
	ln.emit, ln.kind = l.Score, l.Kind
	ln.statements = uint16(min(l.Statements, 1<<16-1))
	ln.separators = uint16(min(l.Separators, 1<<16-1))
	ln.tag, ln.from, ln.code, ln.taken, ln.skimmed, ln.apart = tagNone, 0, false, false, false, false
	if l.Escapes > 0 || l.Statements >= leastParts {
		r.parts(ln, body, l.Escapes)
	}
}
