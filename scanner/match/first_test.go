package match

import (
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

// The vectors' result, worked out byte by byte: what the tables say, exactly.
func wantPlaces(t *tables, class *[256]uint8, text []byte, blocks int) (out []uint16) {
	for p := range blocks * blockLen {
		for g := range t.groups {
			left := byte(0xff)
			for k := range classLen {
				left &= t.members[g][k][class[text[p+k]]]
			}
			if left != 0 {
				out = append(out, uint16(p))
				break
			}
		}
	}
	return out
}

func TestVectorsFollowTheirTables(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		for _, step := range firstSteps {
			if step.list == nil {
				continue
			}
			// Few bits at first, so that the places found are rare; then more. In some rounds all beyond ASCII is one class, 0.
			tab := &tables{groups: 4 + 4*r.IntN(2)}
			var class [256]uint8
			for c := range class {
				if c < 128 || round%3 > 0 {
					class[c] = uint8(r.IntN(step.classes))
				}
			}
			for range 4 << (round % 8) {
				it := &item{}
				for k := range it.sets {
					for range 1 << r.IntN(8) {
						it.sets[k] |= 1 << class[r.IntN(256)]
					}
				}
				tab.add(r.IntN(8*tab.groups), it)
			}
			blocks := 1 + r.IntN(5)
			text := make([]byte, (blocks+1)*blockLen)
			for i := range text {
				text[i] = byte(r.IntN(256))
				if round%4 == 0 {
					text[i] &= 0x7f
				}
			}
			var read codes
			read.code[(blocks+1)*blockLen] = 0xab
			k := newCoding(&class)
			step.classify(&k, &text[0], blocks+1, &read.code[0])
			for i, c := range text {
				if read.code[i]&(maxClasses-1) != class[c] {
					t.Fatalf("%s: code %#x of %#x, want class %d", step.name, read.code[i], c, class[c])
				}
			}
			if step.classify(&k, &text[0], 0, &read.code[(blocks+1)*blockLen]); read.code[(blocks+1)*blockLen] != 0xab {
				t.Fatalf("%s writes past its result", step.name)
			}
			out := make([]uint16, blocks*blockLen+listAhead+1)
			out[len(out)-1] = 0xabcd
			n := step.list(tab, &read.code[0], blocks, &out[0])
			if want := wantPlaces(tab, &class, text, blocks); !slices.Equal(out[:n], want) {
				t.Fatalf("%s, round %d: %v, want %v", step.name, round, out[:n], want)
			}
			if out[len(out)-1] != 0xabcd {
				t.Fatalf("%s writes past its result", step.name)
			}
			if n := step.list(tab, &read.code[0], 0, &out[len(out)-1]); n != 0 || out[len(out)-1] != 0xabcd {
				t.Fatalf("%s finds %d places in nothing", step.name, n)
			}
			if step.live != nil {
				checkLive(t, &step, tab, &read, blocks, wantPlaces(tab, &class, text, blocks))
			}
		}
	}
}

// checkLive holds live and listOf to loops over the codes; want are all places.
func checkLive(t *testing.T, step *firstStep, tab *tables, read *codes, blocks int, want []uint16) {
	t.Helper()
	for _, quiet := range []int{1, 5, 12, 16} {
		var live, some, got []uint16
		for h := range 2 * blocks {
			from := h * blockLen / 2
			if slices.Max(read.code[from:from+blockLen/2+classLen-1]) >= byte(quiet) {
				live = append(live, uint16(from))
			}
		}
		v := &vectors{codes: *read}
		n := step.live(&read.code[0], quiet, 2*blocks, &v.halves[0])
		if !slices.Equal(v.halves[:n], live) {
			t.Fatalf("%s: halves %v, want %v", step.name, v.halves[:n], live)
		}
		for _, p := range want {
			if slices.Contains(live, p/(blockLen/2)*(blockLen/2)) {
				some = append(some, p)
			}
		}
		f := &filter{step: step}
		got = append(got, v.list[:f.listLive(&bank{tables: *tab}, n, v)]...)
		if !slices.Equal(got, some) {
			t.Fatalf("%s: places %v in halves %v, want %v", step.name, got, live, some)
		}
	}
}

// TestMembers holds members to a loop over the codes.
func TestMembers(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, step := range firstSteps {
		if step.members == nil {
			continue
		}
		for range 500 {
			var table [maxClasses]byte
			for c := range table {
				table[c] = byte(r.IntN(1 + r.IntN(3)))
			}
			v := &vectors{}
			for i, c := 0, 0; i < len(v.codes.code); i++ {
				if r.IntN(12) == 0 {
					c = r.IntN(step.classes)
				}
				v.codes.code[i] = byte(c | c&16<<3)
				v.codes.inverted[i] = v.codes.code[i] ^ 0x80
			}
			blocks := 1 + r.IntN(passBlocks)
			low, n := lane([]int{9, 15, 31}[r.IntN(3)])
			high := low << (n - 1)
			var places []uint64
			var words []uint16
			for i := range blocks {
				w := uint64(0)
				for k := range blockLen {
					if table[v.codes.code[i*blockLen+k]&(maxClasses-1)] != 0 {
						w |= 1 << k
					}
				}
				if places = append(places, w); (^w-low)&w&high != 0 {
					words = append(words, uint16(i))
				}
			}
			got := step.members(&table, &v.codes.code[0], blocks, low, high, &v.places[0], &v.words[0])
			if !slices.Equal(v.places[:blocks], places) || !slices.Equal(v.words[:got], words) {
				t.Fatalf("%s: %x and %v, want %x and %v", step.name, v.places[:blocks], v.words[:got], places, words)
			}
		}
	}
}

// parseAnchor returns the anchor at the beginning of an expression.
func parseAnchor(c *chooser, expr string) (a anchor, err error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err == nil {
		a.seq, a.end = c.sets.first(flatten(builder{plain: true}.build(tree), nil))
	}
	return a, err
}

// TestQuiet counts the first classes that no anchor can have in a row: those of \xff, of space, of a line's end and so on, some of which are one.
func TestQuiet(t *testing.T) {
	c := newChooser()
	for expr, want := range map[string]int{`key[= ]x`: 2, `[^a]{9}key\d|\s{8}x`: 0, ` {8}x`: 1, "\u65e5\u672c\u8a9e": 1} {
		a, err := parseAnchor(c, expr)
		if err != nil {
			t.Fatal(err)
		}
		if f := newFilter([][]anchor{{a}}, &firstSteps[0]); f.banks[0].quiet != want {
			t.Errorf("%s: %d quiet classes, want %d", expr, f.banks[0].quiet, want)
		}
	}
}

// Every place that the loop in Go lets through for all its buckets, vectors let
// through too, at every distance from the end of a block and of the text.
func TestVectorsMissNothing(t *testing.T) {
	tree, err := syntax.Parse(`xyzzy\d|\x{80}\x{ff}q`, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	c := newChooser()
	var filters []*filter
	for i := range firstSteps {
		filters = append(filters, newFilter([][]anchor{c.anchorsOf(builder{plain: true}.build(tree), nil, "")}, &firstSteps[i]))
	}
	for size := range 3*blockLen + 9 {
		for at := range size {
			for _, word := range []string{"xyzzy7", "\u0080ÿq"} {
				text := make([]byte, size)
				whole := copy(text[at:], word) == len(word)
				var want int64
				for i, f := range slices.Backward(filters) {
					sc := f.newScratch(1)
					sc.begin(f, len(text))
					if err := f.find(t.Context(), text, sc); err != nil {
						t.Fatal(err)
					}
					if i == len(filters)-1 {
						want = sc.stats.Anchors
					}
					if sc.stats.Anchors != want || whole && want == 0 {
						t.Fatalf("%s: %d anchors at %d of %d bytes, want %d", firstSteps[i].name, sc.stats.Anchors, at, size, want)
					}
				}
			}
		}
	}
}

// Anchors with a byte beyond ASCII are found wherever they stand, and in whichever of their places that byte is.
func TestBeyondASCII(t *testing.T) {
	words := []string{"\u65e5abcdef", "abcd\u00e9f", "abcdefg\u00e9", "xyzzy12"}
	var lists [][]anchor
	c := newChooser()
	for i := range 60 {
		for _, w := range words {
			tree, err := syntax.Parse(string(rune('A'+i%26))+strings.Repeat("_", i/26)+w, syntax.Perl)
			if err != nil {
				t.Fatal(err)
			}
			list := flatten(builder{plain: true}.build(tree), nil)
			a := anchor{head: list[:1+i/26], tail: list[1+i/26:]}
			a.seq, a.end = c.sets.first(a.tail)
			a.before, a.after = c.sets.beyond(&a)
			lists = append(lists, []anchor{a})
		}
	}
	for i := range firstSteps {
		f := newFilter(lists, &firstSteps[i])
		if n := len(f.banks); n < 2 || f.banks[0].beyond || !f.banks[n-1].beyond {
			t.Fatalf("%s: %d banks, the last of them not beyond ASCII", firstSteps[i].name, n)
		}
		for at := range 2*blockLen + 9 {
			for k, w := range words {
				text := []byte(strings.Repeat(" ", at) + "B" + w + strings.Repeat(" ", at%7))
				sc := f.newScratch(len(lists))
				sc.begin(f, len(text))
				sc.ascii = isASCII(text)
				if err := f.find(t.Context(), text, sc); err != nil {
					t.Fatal(err)
				}
				if n := len(sc.state(int32(len(words) + k)).windows); n != 1 {
					t.Fatalf("%s: %d windows for %q at %d", firstSteps[i].name, n, w, at)
				}
			}
		}
	}
}

// Runs found with vectors are those found byte by byte.
func TestRunsWithVectors(t *testing.T) {
	var lists [][]anchor
	c := newChooser()
	for _, expr := range []string{`[A-Za-z0-9+/]{40}[^x]`, `[a-z2-7]{52}[^x]`, `[0-9a-f]{64}[^x]`, `[0-9]{12}[^x]`, `[xyz]{200}[^x]`} {
		tree, err := syntax.Parse(expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		root := builder{plain: true}.build(tree)
		list := flatten(root, nil)
		a, ok := c.chooseRun(list, 0, len(list))
		if !ok {
			t.Fatalf("no run in %s", expr)
		}
		lists = append(lists, []anchor{a})
	}
	var filters []*filter
	for i := range firstSteps {
		filters = append(filters, newFilter(lists, &firstSteps[i]))
	}
	r := rand.New(rand.NewPCG(3, 4))
	found := 0
	for range 300 {
		var text []byte
		for range 1 + r.IntN(60) {
			set := []string{"0123456789", "abcdef0123456789", "xyz", "abcdefghijklmnopqrstuvwxyz234567", "ABCxyz019+/", " .-"}[r.IntN(6)]
			for range r.IntN([]int{3, 70, 300}[r.IntN(3)]) {
				text = append(text, set[r.IntN(len(set))])
			}
		}
		if r.IntN(2) == 0 {
			text = append(text, make([]byte, r.IntN(9000))...)
		}
		windows := func(f *filter) (all [][]window) {
			sc := f.newScratch(len(lists))
			sc.begin(f, len(text))
			if err := f.find(t.Context(), text, sc); err != nil {
				t.Fatal(err)
			}
			if f.step.members == nil {
				for _, r := range f.runs {
					if err := f.scanRuns(t.Context(), r, text, sc); err != nil {
						t.Fatal(err)
					}
				}
			}
			for i := range lists {
				all = append(all, slices.Clone(sc.state(int32(i)).windows))
				found += len(all[i])
			}
			return all
		}
		want := windows(filters[len(filters)-1])
		for i := range firstSteps {
			got := windows(filters[i])
			for k := range want {
				if !slices.Equal(got[k], want[k]) {
					t.Fatalf("%s: windows %v, want %v", firstSteps[i].name, got[k], want[k])
				}
			}
		}
	}
	if found == 0 {
		t.Error("no runs")
	}
}

// TestRunIn holds it to a loop over the bits.
func TestRunIn(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		places := make([]uint64, 1+r.IntN(4))
		for at := 0; at < len(places)*64; {
			n := 1 + r.IntN(100)
			on := r.IntN(2) == 0
			for ; n > 0 && at < len(places)*64; n-- {
				if on {
					places[at>>6] |= 1 << (at & 63)
				}
				at++
			}
		}
		bit := func(i int) bool { return places[i>>6]>>(i&63)&1 != 0 }
		for i := range len(places) * 64 {
			if !bit(i) {
				continue
			}
			start, end := i, i
			for start > 0 && bit(start-1) {
				start--
			}
			for end < len(places)*64 && bit(end) {
				end++
			}
			length, got := runIn(places, i, 1<<30)
			if open := start == 0 || end == len(places)*64; open != (length > 64*len(places)) || !open && (length != end-start || got != end) {
				t.Fatalf("%x at %d: %d bits up to %d, want %d up to %d", places, i, length, got, end-start, end)
			}
			enough := 1 + r.IntN(130)
			if some, at := runIn(places, i, enough); (some != length || at != got) && (some < enough || length < enough) {
				t.Fatalf("%x at %d: %d bits up to %d if %d are enough, not %d up to %d", places, i, some, at, enough, length, got)
			}
		}
	}
}
