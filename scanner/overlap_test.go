package scanner

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResolve(t *testing.T) {
	found := func(rule string, start, end int, c Confidence) Finding {
		return Finding{Rule: rule, Kind: KindPII, Span: Span{start, end}, Confidence: c}
	}
	secret := found("z-secret", 0, 5, High)
	secret.Kind = KindSecret
	segment := found("code", 0, 50, Low)
	segment.Lines = 3
	known := found("private-code", 10, 30, High)
	known.Kind, known.Lines = KindPrivate, 2
	other := found("a", 0, 5, Low)
	other.Text = 1
	tests := []struct {
		name string
		in   []Finding
		want []Finding
	}{
		{"nothing", nil, nil},
		{"apart", []Finding{found("b", 5, 9, Low), found("a", 0, 5, Low)}, []Finding{found("a", 0, 5, Low), found("b", 5, 9, Low)}},
		{"higher confidence beats longer", []Finding{found("a", 0, 9, Medium), found("b", 2, 4, High)}, []Finding{found("b", 2, 4, High)}},
		{"no confidence counts as high", []Finding{found("a", 0, 9, Medium), found("b", 2, 4, 0)}, []Finding{found("b", 2, 4, 0)}},
		{"longer beats shorter", []Finding{found("a", 0, 4, High), found("b", 3, 9, High)}, []Finding{found("b", 3, 9, High)}},
		{"secret beats the rest", []Finding{found("a", 0, 5, High), secret}, []Finding{secret}},
		{"then the rule's name", []Finding{found("b", 0, 5, High), found("a", 0, 5, High)}, []Finding{found("a", 0, 5, High)}},
		{"but a guess last", []Finding{found("generic-b", 0, 5, High), found("z", 0, 5, High)}, []Finding{found("z", 0, 5, High)}},
		{"twice the same", []Finding{secret, secret}, []Finding{secret}},
		{"a loser frees what only it overlapped", []Finding{found("a", 0, 4, High), found("b", 2, 8, Medium), found("c", 6, 9, Low)}, []Finding{found("a", 0, 4, High), found("c", 6, 9, Low)}},
		{"segments and values do not compete", []Finding{segment, found("a", 3, 5, High)}, []Finding{segment, found("a", 3, 5, High)}},
		{"nor what looks like code and what is known", []Finding{segment, known}, []Finding{segment, known}},
		{"nor do different texts", []Finding{other, found("a", 0, 5, High)}, []Finding{found("a", 0, 5, High), other}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Resolve(slices.Clone(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestResolveActions(t *testing.T) {
	decided := func(rule string, start, end int, c Confidence, a Action) Decision {
		return Decision{Finding: Finding{Rule: rule, Span: Span{start, end}, Confidence: c}, Action: a}
	}
	tests := []struct {
		name string
		in   []Decision
		want []Decision
	}{
		{
			"an allowed finding hides nothing",
			[]Decision{decided("sure", 0, 9, High, Allow), decided("act", 2, 4, Medium, Redact)},
			[]Decision{decided("act", 2, 4, Medium, Redact)},
		},
		{
			"a block is not softened by a surer redaction",
			[]Decision{decided("sure", 0, 9, High, Redact), decided("act", 2, 4, Medium, Block)},
			[]Decision{decided("act", 0, 9, Medium, Block)},
		},
		{
			"what only the loser covered is redacted too",
			[]Decision{decided("url", 0, 20, Medium, Redact), decided("mail", 5, 15, High, Redact)},
			[]Decision{decided("mail", 0, 20, High, Redact)},
		},
		{
			"also between two winners",
			[]Decision{decided("a", 0, 4, High, Redact), decided("b", 8, 12, High, Redact), decided("c", 2, 14, Low, Redact)},
			[]Decision{decided("a", 0, 8, High, Redact), decided("b", 8, 14, High, Redact)},
		},
		{
			"a reported loser widens nothing",
			[]Decision{decided("blob", 0, 20, Low, Report), decided("mail", 5, 15, High, Redact)},
			[]Decision{decided("mail", 5, 15, High, Redact)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, resolve(slices.Clone(tt.in))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// resolveSlowly says the same as resolve, one byte at a time and without clusters.
func resolveSlowly(decisions []Decision) []Decision {
	type byteOf struct {
		text    int
		segment bool
		at      int
	}
	owner := make(map[byteOf]int)
	var winners []Decision
	for _, d := range slices.SortedFunc(slices.Values(decisions), better) {
		key := func(at int) byteOf { return byteOf{d.Text, d.Lines > 0, at} }
		first := -1 // the first winner in d's span
		for at := d.Span.Start; at < d.Span.End && first < 0; at++ {
			if w, ok := owner[key(at)]; ok {
				first = w
			}
		}
		if first >= 0 && d.Action < Tokenize {
			continue
		}
		if first < 0 {
			winners = append(winners, d)
			first = len(winners) - 1
		}
		// Bytes that nobody has go to the winner on their left, the first ones
		// to the first.
		for at := d.Span.Start; at < d.Span.End; at++ {
			if w, ok := owner[key(at)]; ok {
				first = w
			}
			owner[key(at)] = first
		}
	}
	for i := range winners {
		w := &winners[i]
		start, end := 1<<30, -1
		for b, o := range owner {
			if o == i {
				start, end = min(start, b.at), max(end, b.at+1)
			}
		}
		w.Span = Span{start, end}
	}
	slices.SortFunc(winners, byPlace)
	return winners
}

func randomDecision(r *rand.Rand) Decision {
	start := r.IntN(40)
	length := 1 + r.IntN(6)
	if r.IntN(5) == 0 {
		length = 1 + r.IntN(30)
	}
	return Decision{
		Finding: Finding{
			Rule:       string(rune('a' + r.IntN(3))),
			Kind:       []Kind{KindSecret, KindPII, KindCode}[r.IntN(3)],
			Text:       r.IntN(2),
			Span:       Span{start, start + length},
			Confidence: Confidence(r.IntN(5)),
			Detail:     []string{"", "x"}[r.IntN(2)],
			Lines:      max(0, r.IntN(8)-5),
		},
		Action: []Action{Allow, Report, Redact, Block}[r.IntN(4)],
	}
}

func TestResolveProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 3000 {
		in := make([]Decision, r.IntN(14))
		for i := range in {
			in[i] = randomDecision(r)
		}
		want := resolveSlowly(in)
		for range 4 {
			r.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
			got := resolve(slices.Clone(in))
			if len(want) == 0 && len(got) == 0 {
				continue
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("round %d: %+v\n(-want +got):\n%s", round, in, diff)
			}
		}
		checkCoverage(t, in, want)
		findings := make([]Finding, len(in))
		for i, d := range in {
			findings[i] = d.Finding
		}
		once := Resolve(slices.Clone(findings))
		r.Shuffle(len(findings), func(i, j int) { findings[i], findings[j] = findings[j], findings[i] })
		if diff := cmp.Diff(once, Resolve(findings)); diff != "" {
			t.Fatalf("round %d: Resolve depends on the order:\n%s", round, diff)
		}
	}
}

// checkCoverage holds the outcome to what users rely on: nothing overlaps in a
// layer, the strictest action stays, and every byte that was to be rewritten
// still is, or the body is blocked.
func checkCoverage(t *testing.T, in, out []Decision) {
	t.Helper()
	for i, a := range out {
		for _, b := range out[:i] {
			if sameLayer(a, b) && a.Span.Overlaps(b.Span) {
				t.Fatalf("%+v and %+v overlap", a, b)
			}
		}
	}
	for _, d := range in {
		for at := d.Span.Start; at < d.Span.End; at++ {
			covered := slices.ContainsFunc(out, func(o Decision) bool {
				return sameLayer(o, d) && o.Span.Start <= at && at < o.Span.End && o.Action >= d.Action
			})
			if !covered && d.Action >= Tokenize {
				t.Fatalf("byte %d of %+v is not covered by %+v", at, d, out)
			}
		}
	}
}

// BenchmarkResolve is for a body full of values with no overlap, the usual
// large case.
func BenchmarkResolve(b *testing.B) {
	findings := make([]Finding, 100_000)
	work := make([]Finding, len(findings))
	for i := range findings {
		start := 12 * i
		findings[i] = Finding{Rule: "r", Kind: KindPII, Span: Span{start, start + 1 + i%10}, Confidence: Medium}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(findings), func(i, j int) { findings[i], findings[j] = findings[j], findings[i] })
	b.ReportAllocs()
	for b.Loop() {
		copy(work, findings)
		if got := Resolve(work); len(got) != len(findings) {
			b.Fatalf("%d findings, want %d", len(got), len(findings))
		}
	}
}

// A cluster of very many findings is settled at once, or the test run does not
// end.
func TestResolveManyInOneCluster(t *testing.T) {
	const n = 200_000
	rng := rand.New(rand.NewPCG(3, 4))
	wide := Decision{Finding: Finding{Rule: "wide", Confidence: Low, Span: Span{0, 100 * n}}, Action: Report}
	in := []Decision{wide}
	for i := range n {
		in = append(in, Decision{Finding: Finding{Rule: "narrow", Confidence: High, Span: Span{100 * i, 100*i + 1 + rng.IntN(90)}}, Action: Redact})
	}
	got := resolve(slices.Clone(in))
	if len(got) != n {
		t.Fatalf("%d of %d stayed", len(got), n)
	}
	for i, d := range got {
		if d != in[i+1] {
			t.Fatalf("decision %d is %v, want %v", i, d, in[i+1])
		}
	}
}
