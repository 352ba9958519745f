package match

import (
	_ "embed"
	"math/bits"
	"math/rand/v2"
	"sync"
)

// samples.txt holds windows of eight bytes of English and of code, made by sample_gen.go. What
// shares of bytes and of pairs do not say, they do: which letters make words.
//
//go:embed samples.txt
var sampleText string

// samples are those windows, and some of the other sorts of text, made up from the shares of their bytes.
var samples = sync.OnceValue(func() []string {
	const other = 512 // windows of each
	var out []string
	for i := 0; i+anchorLen <= len(sampleText); i += anchorLen {
		out = append(out, sampleText[i:i+anchorLen])
	}
	r := rand.New(rand.NewPCG(5, 6))
	for m := sortBase64; m < models; m++ {
		for range other {
			var w [anchorLen]byte
			for k := range w {
				left := r.Float32()
				for c, s := range sorts[m].shares {
					w[k] = byte(c)
					if left -= s; left < 0 {
						break
					}
				}
			}
			out = append(out, string(w[:]))
		}
	}
	return out
})

// sampled says in which samples a set stands at a place.
type sampled struct {
	words int
	at    [classLen][maxClasses][]uint64 // by place and class, one bit for each sample
	known [classLen]map[uint64][]uint64  // by set of classes
}

func newSampled(cl *classes) *sampled {
	all := samples()
	s := &sampled{words: (len(all) + 63) / 64}
	memory := make([]uint64, classLen*maxClasses*s.words)
	for k := range s.at {
		s.known[k] = map[uint64][]uint64{}
		for c := range s.at[k] {
			s.at[k][c], memory = memory[:s.words:s.words], memory[s.words:]
		}
		for i, w := range all {
			s.at[k][cl.of[w[k]]][i>>6] |= 1 << (i & 63)
		}
	}
	return s
}

// with returns the samples with one of the classes of set at place k.
func (s *sampled) with(k int, set uint64) []uint64 {
	out, ok := s.known[k][set]
	if !ok {
		out = make([]uint64, s.words)
		for x := set; x != 0; x &= x - 1 {
			for w, b := range s.at[k][bits.TrailingZeros64(x)] {
				out[w] |= b
			}
		}
		s.known[k][set] = out
	}
	return out
}
