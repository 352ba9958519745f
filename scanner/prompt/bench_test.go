package prompt

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// nothing is a detector that looks at every text and finds nothing.
var nothing = scanner.DetectorFunc(func(context.Context, []scanner.Text) ([]scanner.Finding, error) { return nil, nil })

func quietScanner() *scanner.Scanner {
	return scanner.New(scanner.Options{Policy: scanner.Policy{OnError: scanner.Block}, Detectors: []scanner.Detector{nothing}})
}

// conversation returns a chat of about size bytes whose messages repeat text.
func conversation(size int, text string) (body []byte, messages int) {
	quoted, _ := json.Marshal(text)
	var b strings.Builder
	b.WriteString(`{"model":"gpt-4o","messages":[`)
	for b.Len() < size {
		if messages++; messages > 1 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"role":"user","content":%s}`, quoted)
	}
	b.WriteString(`]}`)
	return []byte(b.String()), messages
}

const (
	prose   = "The quick brown fox jumps over the lazy dog, and then it thinks about what it has done all day long. "
	dense   = "if a[\"x\"] == \"y\" {\n\treturn \"z\\n\"\n}\n"
	foreign = "Příliš žluťoučký kůň úpěl ďábelské ódy; 春眠不覚暁、処処聞啼鳥。"
)

func BenchmarkTokenize(b *testing.B) {
	for _, test := range []struct{ name, text string }{
		{"plain", strings.Repeat(prose, 20)}, {"escaped", strings.Repeat(dense, 50)}, {"short", "hello"},
	} {
		body, messages := conversation(1<<20, test.text)
		b.Run(test.name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				tok, sink := tokenizer{maxDepth: 512}, new(counter)
				if err := tok.feed(body, sink); err != nil {
					b.Fatal(err)
				}
				if sink.strings != 3+4*messages-0 {
					b.Fatalf("%d strings, want %d", sink.strings, 3+4*messages)
				}
			}
		})
	}
}

// counter counts strings.
type counter struct {
	discard
	strings int
}

func (c *counter) str(int, int, stringInfo) { c.strings++ }

func BenchmarkInspect(b *testing.B) {
	for _, test := range []struct{ name, text string }{
		{"plain", strings.Repeat(prose, 20)},
		{"escaped", strings.Repeat(dense, 50)},
		{"foreign", strings.Repeat(foreign, 20)},
		{"short", "hello"},
	} {
		for _, size := range []int{8 << 10, 1 << 20} {
			body, messages := conversation(size, test.text)
			b.Run(fmt.Sprintf("%s/%dK", test.name, size>>10), func(b *testing.B) {
				s := quietScanner()
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					in := Begin(s, Request{ContentType: "application/json"}, Limits{})
					for rest := body; len(rest) > 0; {
						n := min(len(rest), 64<<10)
						if err := in.Write(context.Background(), rest[:n:n]); err != nil {
							b.Fatal(err)
						}
						rest = rest[n:]
					}
					r, err := in.Finish(context.Background())
					if err != nil {
						b.Fatal(err)
					}
					// The model, each content, and the seams between them.
					if r.Texts < 1+messages {
						b.Fatalf("%d texts of %d messages", r.Texts, messages)
					}
				}
			})
		}
	}
}

// A body without escapes is scanned where it lies: what is held beside it is
// records, strings that cross chunks, and seams.
func TestHeldMemory(t *testing.T) {
	body, _ := conversation(4<<20, strings.Repeat(prose, 20))
	in := Begin(quietScanner(), Request{ContentType: "application/json"}, Limits{})
	var peak int64
	for rest := body; len(rest) > 0; {
		n := min(len(rest), 64<<10)
		if err := in.Write(t.Context(), rest[:n:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
		peak = max(peak, in.Held())
	}
	r, err := in.Finish(t.Context())
	if err != nil || r.Length != int64(len(body)) {
		t.Fatal(err, r.Length)
	}
	if peak > 384<<10 || peak == 0 {
		t.Errorf("%d bytes held beside a body of %d", peak, len(body))
	}
	t.Logf("%d bytes held beside a body of %d", peak, len(body))
}

// Held tells of copies: of escaped strings while they are kept, and of
// decompressed bodies.
func TestHeldGrows(t *testing.T) {
	keeps := scanner.New(scanner.Options{Batch: []scanner.Detector{nothing}})
	body, _ := conversation(1<<20, strings.Repeat(dense, 50))
	in := Begin(keeps, Request{ContentType: "application/json"}, Limits{})
	_ = in.Write(t.Context(), body)
	if held := in.Held(); held < 1<<19 || held > 3<<20 {
		t.Errorf("%d bytes held of an escaped body of %d that is kept", held, len(body))
	}
	in = Begin(quietScanner(), Request{ContentType: "application/json"}, Limits{})
	_ = in.Write(t.Context(), body)
	if held := in.Held(); held > 1<<19 {
		t.Errorf("%d bytes held of an escaped body of %d that is not kept", held, len(body))
	}
}

// What Held says is near what the runtime says.
func TestHeldIsTrue(t *testing.T) {
	body, _ := conversation(2<<20, "a few \"words\" and a \n break")
	var before, after runtime.MemStats
	in := Begin(quietScanner(), Request{ContentType: "application/json"}, Limits{})
	runtime.GC()
	runtime.ReadMemStats(&before)
	_ = in.Write(t.Context(), body)
	runtime.GC()
	runtime.ReadMemStats(&after)
	held, real := in.Held(), int64(after.HeapAlloc)-int64(before.HeapAlloc)
	if held < real*3/4 {
		t.Errorf("Held says %d bytes, the heap grew by %d", held, real)
	}
	runtime.KeepAlive(in)
}
