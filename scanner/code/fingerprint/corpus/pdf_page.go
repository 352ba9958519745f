package corpus

import (
	"bytes"
	"math"

	"github.com/ledongthuc/pdf"
)

// How far apart what is shown stands to be taken for two words, or two lines, in
// sizes of the font. Letters are moved by less to make them fit each other.
const (
	wordGap = .18
	lineGap = .5
	maxForm = 4 // forms within forms
)

// pageWriter follows the operators that show text (ISO 32000-1, 9.4), to put
// blanks and line ends where a reader sees them: a PDF says where letters stand
// and often has no blanks.
type pageWriter struct {
	out   *bytes.Buffer
	pages *pages
	forms int // read so far

	font    *font
	size    float64
	leading float64
	scale   float64 // of the text matrix
	lineX   float64 // where the line begins
	x, y    float64 // where the next letter stands
	known   bool    // x is: the widths of all letters before it are
	lastX   float64 // where the last one ended
	lastY   float64
	shown   bool // something is on the line
}

// run reads a stream of operators.
func (w *pageWriter) run(contents, resources pdf.Value, depth int) {
	form := w.forms
	w.scale = 1
	pdf.Interpret(contents, func(stack *pdf.Stack, op string) {
		args := make([]pdf.Value, stack.Len())
		for i := len(args) - 1; i >= 0; i-- {
			args[i] = stack.Pop()
		}
		if op == "Do" && len(args) == 1 && depth < maxForm && w.forms < maxPages {
			object := resources.Key("XObject").Key(args[0].Name())
			if object.Key("Subtype").Name() == "Form" {
				inner := object.Key("Resources")
				if inner.IsNull() {
					inner = resources
				}
				w.forms++
				w.run(object, inner, depth+1)
			}
			return
		}
		w.do(op, args, resources, form)
		tooLong(w.out)
	})
}

// operands is how many operands the operators have that do looks at.
var operands = map[string]int{"Tf": 2, "TL": 1, "Td": 2, "TD": 2, "Tm": 6, "Tj": 1, "TJ": 1, "'": 1, "\"": 3}

func (w *pageWriter) do(op string, args []pdf.Value, resources pdf.Value, form int) {
	if len(args) != operands[op] {
		return
	}
	switch op {
	case "BT":
		w.move(0, 0)
		w.scale = 1
	case "Tf":
		w.font, w.size = w.pages.font(resources, args[0].Name(), form), args[1].Float64()
	case "TL":
		w.leading = args[0].Float64()
	case "Td", "TD":
		if op == "TD" {
			w.leading = -args[1].Float64()
		}
		w.move(w.lineX+w.scale*args[0].Float64(), w.y+w.scale*args[1].Float64())
	case "Tm":
		if w.scale = math.Hypot(args[0].Float64(), args[1].Float64()); w.scale == 0 {
			w.scale = 1
		}
		w.move(args[4].Float64(), args[5].Float64())
	case "T*":
		w.nextLine()
	case "'", "\"":
		w.nextLine()
		w.show(args[len(args)-1].RawString())
	case "Tj":
		w.show(args[0].RawString())
	case "TJ":
		for i := range args[0].Len() {
			v := args[0].Index(i)
			switch v.Kind() {
			case pdf.String:
				w.show(v.RawString())
			case pdf.Integer, pdf.Real:
				by := -v.Float64() / 1000
				if by > wordGap {
					w.blank()
				}
				w.x += by * w.size * w.scale
				w.lastX = w.x // whatever gap there is has been seen
			}
		}
	}
}

func (w *pageWriter) nextLine() {
	w.breakLine()
	w.move(w.lineX, w.y-w.scale*w.leading)
}

// move puts the next letter somewhere.
func (w *pageWriter) move(x, y float64) {
	w.lineX, w.x, w.y, w.known = x, x, y, w.known && w.shown
}

// show writes a string, and before it what separates it from the one before.
func (w *pageWriter) show(raw string) {
	if raw == "" {
		return
	}
	em := math.Abs(w.size * w.scale)
	if w.shown {
		switch {
		case math.Abs(w.y-w.lastY) > lineGap*em:
			w.breakLine()
		case w.known && (w.x-w.lastX > wordGap*em || w.x < w.lastX-2*em):
			w.blank()
		}
	}
	if w.font != nil {
		w.out.WriteString(w.font.encoder.Decode(raw))
	} else {
		w.out.WriteString(raw)
	}
	width, known := w.font.width(raw)
	w.x += width * w.size * w.scale
	w.lastX, w.lastY, w.known, w.shown = w.x, w.y, known, true
}

// blank separates words, unless a blank stands there already.
func (w *pageWriter) blank() { w.separate(' ') }

func (w *pageWriter) breakLine() {
	if w.shown {
		w.separate('\n')
	}
	w.shown = false
}

func (w *pageWriter) separate(by byte) {
	b := w.out.Bytes()
	if len(b) == 0 || b[len(b)-1] == '\n' {
		return
	}
	if b[len(b)-1] == ' ' {
		if by == '\n' {
			b[len(b)-1] = by
		}
		return
	}
	w.out.WriteByte(by)
}
