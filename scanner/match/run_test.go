package match

import (
	"regexp/syntax"
	"testing"
)

// TestRunsAlone: whether all of a run is a pattern's, or nothing.
func TestRunsAlone(t *testing.T) {
	tests := []struct {
		expr  string
		alone bool
		most  int
	}{
		{`\b([0-9A-Za-z]{26,35})\b`, true, 35},
		{`\b[0-9A-Za-z+]{26,35}\b`, false, 0},
		{`\b[1-9A-HJ-NP-Za-km-z]{40}\b`, true, 40},
		{`(?:^|[^0-9a-f])[0-9a-f]{32}(?:[^0-9a-f]|$)`, true, 32},
		{`(?:^|[^0-9a-f])[0-9a-f]{32}(?:[^0-9a-e]|$)`, false, 0},
		{`(?:^|[^0-9a-f])[0-9a-f]{32,}={0,2}(?:[^0-9a-f=]|$)`, true, noLimit},
		{`(?:^|[^0-9a-f])[0-9a-f]{32,60}[0-9]{0,2}\b`, false, 0},
		{`[0-9a-f]{32}(?:[^0-9a-f]|$)`, false, 0},
		{`\b[0-9a-f]{32}`, false, 0},
		{`\b[0-9a-f]{16}[0-9]{16}\b`, false, 0},
	}
	for _, tt := range tests {
		tree, err := syntax.Parse(tt.expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		root := builder{plain: true}.build(tree)
		list := flatten(root, nil)
		a, ok := newChooser().chooseRun(list, 0, len(list))
		if !ok {
			t.Fatalf("%s: no run", tt.expr)
		}
		if most, alone := new(setFinder).alone(&a); alone != tt.alone || alone && most != tt.most {
			t.Errorf("%s: %t, at most %d; want %t, %d", tt.expr, alone, most, tt.alone, tt.most)
		}
	}
}
