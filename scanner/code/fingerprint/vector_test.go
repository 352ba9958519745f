package fingerprint

import (
	"bytes"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// slowly reads all tokens of a text without looking for the edges of words first, without
// what is known of gaps, and each word by itself.
func slowly(text []byte) (of [streams][]token) {
	l := lexer{all: true}
	l.begin(true)
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && class[text[end]] != word {
			end++
		}
		l.scan(text, i, end)
		if i = end; i == len(text) {
			break
		}
		for end < len(text) && class[text[end]] == word {
			end++
		}
		if n := end - i; n < 8 && i+8 <= len(text) && isASCII(text[i:end]) {
			h := hashASCII(text[i:], n)
			l.plain = append(l.plain, token{h, int32(i)})
			if i >= l.skipTo {
				l.name(h, numberOf(text[i:end])*mix1^uint64(n), text[i], i)
			}
		} else {
			l.long(text, i, end)
		}
		i = end
	}
	return [streams][]token{words: l.plain, abstract: l.abstract}
}

// numberOf is a short word as a number, its first byte the lowest.
func numberOf(word []byte) (x uint64) {
	for i, c := range word {
		x |= uint64(c) << (8 * i)
	}
	return x
}

// checkTokens compares what fill reads with what slowly does.
func checkTokens(t *testing.T, text []byte) {
	t.Helper()
	want := slowly(text)
	var got [streams][]token
	got[words], got[abstract] = tokensOf(string(text))
	for s := range streams {
		for i := range min(len(got[s]), len(want[s])) {
			if got[s][i] != want[s][i] {
				t.Fatalf("stream %d, token %d: %v, want %v, at %q", s, i, got[s][i], want[s][i], text[want[s][i].at:])
			}
		}
		if len(got[s]) != len(want[s]) {
			t.Fatalf("stream %d: %d tokens, want %d, of %q", s, len(got[s]), len(want[s]), text)
		}
	}
}

// broken returns a part of a text with some of its bytes replaced, many by those that
// begin comments or words.
func broken(r *rand.Rand, text string, size int) []byte {
	i := r.IntN(len(text))
	out := []byte(text[i:min(len(text), i+size)])
	for range r.IntN(1 + len(out)/40) {
		out[r.IntN(len(out))] = byte(r.IntN(256))
	}
	for range r.IntN(1 + len(out)/20) {
		out[r.IntN(len(out))] = "/#*-;<!: _\n\t0(é"[r.IntN(15)]
	}
	return out
}

func TestTokensAreThoseOfASlowReader(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		text := strings.Repeat(ledger+memo+"\n\n            // ein Größenvergleich, 東京タワー; x--y /* z */ <!-- n -->\n", 8)
		for range 3000 {
			checkTokens(t, broken(r, text, r.IntN(3*passage)))
		}
		for n := range 200 {
			checkTokens(t, bytes.Repeat([]byte("word/"), n*5))
			checkTokens(t, bytes.Repeat([]byte{'x'}, n*31))
		}
	})
}

func FuzzTokens(f *testing.F) {
	f.Add([]byte(ledger))
	f.Add([]byte(memo))
	f.Add([]byte("a/*b*/c //d\n#e\n;;f -- g\n--h"))
	f.Fuzz(func(t *testing.T, text []byte) { checkTokens(t, text) })
}

// chosen is what a winnower must choose of all tokens of a text: the last one of the least in
// each window, where it is not the one of the window before.
func chosen(tokens []token, length, window int) (out []gram) {
	var values []uint64
	for i := range len(tokens) - length + 1 {
		h := uint64(0)
		for _, t := range tokens[i : i+length] {
			h = bits.RotateLeft64(h, 1) ^ t.hash
		}
		values = append(values, h*mix2)
		best := max(0, i-window+1)
		for k := best; k <= i; k++ {
			if values[k] <= values[best] {
				best = k
			}
		}
		if n := len(out); n == 0 || out[n-1].token != best {
			out = append(out, gram{values[best], best})
		}
	}
	return out
}

// TestWinnowersChooseTheLeast reads texts with long repetitions, in which
// grams are equal, in batches of any size.
func TestWinnowersChooseTheLeast(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		all := 0
		for round := range 400 {
			var tokens []token
			for len(tokens) < 1+r.IntN(12000) {
				if n := len(tokens); n > 0 && r.IntN(8) == 0 {
					tokens = append(tokens, tokens[r.IntN(n):]...)
				}
				tokens = append(tokens, token{hash: r.Uint64() >> (round % 64)})
			}
			for s := range streams {
				for _, window := range []int{shapes[s].window, shapes[s].probe} {
					var w winnower
					w.begin(shapes[s].length, window)
					var b batch
					var got []gram
					for rest := tokens; len(rest) > 0; {
						n := min(len(rest), 1+r.IntN(2*batchSize))
						b.next()
						b.tokens = append(b.tokens, rest[:n]...)
						rest = rest[n:]
						got = w.add(&b, got)
					}
					want := chosen(tokens, shapes[s].length, window)
					if !slices.Equal(got, want) {
						t.Fatalf("round %d, stream %d, window %d: %d grams, want %d", round, s, window, len(got), len(want))
					}
					all += len(got)
				}
			}
		}
		if all < 50_000 {
			t.Errorf("only %d grams", all)
		}
	})
}

func TestHashesAtOnceAreThoseOfEach(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		key := [2]uint64{0x0706050403020100, 0x0f0e0d0c0b0a0908}
		for n := range 30 {
			hashes := make([]uint64, n)
			for i := range hashes {
				hashes[i] = scramble(uint64(n*100 + i))
			}
			got := slices.Clone(hashes)
			sipHashes(key, got)
			for i := range hashes {
				if want := sipHash(key, hashes[i]); got[i] != want {
					t.Errorf("%d of %d: %x, want %x", i, n, got[i], want)
				}
			}
		}
	})
}

// TestLikelyAreAllThatAreFound asks a table of which every second block is
// full, and the last one, too.
func TestLikelyAreAllThatAreFound(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		var entries []uint64
		for range 4000 {
			entries = append(entries, r.Uint64())
		}
		for range 300 {
			entries = append(entries, ^uint64(0)-r.Uint64N(1<<20))
		}
		slices.Sort(entries)
		var blocks []byte
		w := tableWriter{count: blocksFor(len(entries)), block: func(b []byte, _ []uint64) error {
			blocks = append(blocks, b...)
			return nil
		}}
		for _, h := range entries {
			if err := w.add(entry{hash: h}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.end(); err != nil {
			t.Fatal(err)
		}
		table := table{blocks: blocks, count: w.count}
		asked := slices.Clone(entries)
		for range 100_000 {
			asked = append(asked, r.Uint64())
		}
		r.Shuffle(len(asked), func(i, j int) { asked[i], asked[j] = asked[j], asked[i] })
		likely := table.likely(asked, nil)
		if len(likely) > len(entries)+500 {
			t.Errorf("%d of %d are likely, of which %d are there", len(likely), len(asked), len(entries))
		}
		is := make(map[int32]bool)
		for _, i := range likely {
			is[i] = true
		}
		found := 0
		for i, h := range asked {
			if _, ok := table.find(h); ok {
				if found++; !is[int32(i)] {
					t.Errorf("%x is found but not likely", h)
				}
			}
		}
		if found < len(entries) {
			t.Errorf("%d of %d are found", found, len(entries))
		}
	})
}
