package code

import (
	"github.com/sluice-dlp/sluice/scanner/code/internal/languages"
	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

// The classes, each a rule of its own: code-<class>. Package languages says
// which language is of which.
const (
	classCode  = "code"
	classSQL   = "sql"
	classShell = "shell"
	classDiff  = "diff"
	classTrace = "trace"
)

// guessBytes is how much of a segment the guess of its language reads.
const guessBytes = 1024

// noticeBytes is how much of a segment is searched for words of law.
const noticeBytes = 2048

// settleEvery is after how many bytes the guess is looked at: more are read only
// if it is open.
const settleEvery = 128

// classify returns the class of a segment, and the detail of a finding: the class,
// and the language if it is sure of one. The tag of the fence around it is believed
// before anything else, then what its first line says that it is run by. ok is false
// if the segment is a licence text, a notice without the program it belongs to, or
// has the form of something else.
func (r *reading) classify(text []byte, s *segment, fenceTag []byte) (class, detail string, ok bool) {
	if l, ok := languages.OfTag(fenceTag); ok && l.Class != "" {
		return l.Class, l.Detail, true
	}
	if l, ok := languages.OfScript(text); ok {
		return l.Class, l.Detail, true
	}
	if n := s.kinds[lines.DiffHead] + s.kinds[lines.DiffHunk]; n >= 2 && n*2 >= s.solid {
		return classDiff, classDiff, true
	}
	head := text[:min(len(text), noticeBytes)]
	if !r.endsAsProgram(text, s) && mayBeNotice(head) && r.isNotice(text, s) {
		return "", "", false
	}
	if r.isForm(text, s) || isFrontMatter(text) || r.isLayout(text, s) || r.isProse(text, s) {
		return "", "", false
	}
	l, sure := r.guess(text, s)
	switch n := s.kinds[lines.Trace]; {
	case n*2 >= s.solid && sure:
		return classTrace, classTrace + " " + l.Name, true
	case n*2 >= s.solid:
		return classTrace, classTrace, true
	case !sure:
		return classCode, classCode, true
	}
	return l.Class, l.Detail, true
}

// guess names the language of a segment by its first lines that are code by
// themselves, or by all of its first lines if those say too little: comments
// are much the same in all languages.
func (r *reading) guess(text []byte, s *segment) (l languages.Language, sure bool) {
	base, read, next := r.lines[s.first].start, 0, settleEvery
	r.guesser.Start()
	for i := s.first; i <= s.last && read < guessBytes; i++ {
		l := &r.lines[i]
		line := text[l.start-base : l.end-base]
		if l.skimmed && l.emit > 0 {
			r.readLate(i, line)
		}
		if l.emit <= 0 {
			r.guesser.Pass(line)
			continue
		}
		line = line[:min(len(line), guessBytes-read)]
		r.guesser.Line(line)
		read += len(line)
		if read >= next {
			if r.guesser.Settled() {
				break
			}
			next = read + settleEvery
		}
	}
	if l, sure = r.guesser.Result(); sure {
		return l, true
	}
	return r.guesser.Guess(text[:min(len(text), guessBytes)])
}
