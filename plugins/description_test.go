package plugins

import (
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

func TestDescriptionValidate(t *testing.T) {
	good := func() Description {
		return Description{Name: "a-plugin", Version: "v1.2.3+x", Rules: []Rule{
			{ID: "a.rule_1", Kind: "internal", Details: []string{"c++", "objective-c", "class a/b #2"}},
			{ID: "b", Kind: scanner.KindSecret},
		}}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 65)
	for name, change := range map[string]func(*Description){
		"no name":            func(d *Description) { d.Name = "" },
		"long name":          func(d *Description) { d.Name = long },
		"name with newline":  func(d *Description) { d.Name = "a\nb" },
		"no version":         func(d *Description) { d.Version = "" },
		"version with space": func(d *Description) { d.Version = "1 2" },
		"no rules":           func(d *Description) { d.Rules = nil },
		"too many rules":     func(d *Description) { d.Rules = make([]Rule, 257) },
		"upper-case rule":    func(d *Description) { d.Rules[0].ID = "A" },
		"rule with quote":    func(d *Description) { d.Rules[0].ID = `a"b` },
		"rule not ASCII":     func(d *Description) { d.Rules[0].ID = "aé" },
		"rule begins badly":  func(d *Description) { d.Rules[0].ID = "-a" },
		"long rule":          func(d *Description) { d.Rules[0].ID = long },
		"rule twice":         func(d *Description) { d.Rules[0].ID = "b" },
		"no kind":            func(d *Description) { d.Rules[0].Kind = "" },
		"kind with dot":      func(d *Description) { d.Rules[0].Kind = "a.b" },
		"empty detail":       func(d *Description) { d.Rules[0].Details = []string{""} },
		"long detail":        func(d *Description) { d.Rules[0].Details = []string{long} },
		"detail with digits": func(d *Description) { d.Rules[0].Details = []string{"a=1"} },
		"too many details":   func(d *Description) { d.Rules[0].Details = make([]string, 65) },
	} {
		d := good()
		change(&d)
		err := d.Validate()
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), long) || strings.Contains(err.Error(), "a\nb") {
			t.Errorf("%s: error %q quotes", name, err)
		}
		if d.same(good()) {
			t.Errorf("%s: taken for the same", name)
		}
	}
	if !good().same(good()) {
		t.Error("a description differs from itself")
	}
}

func TestSplit(t *testing.T) {
	text := func(n int) scanner.Text { return scanner.Text{Bytes: make([]byte, n)} }
	for _, tt := range []struct {
		name  string
		texts []scanner.Text
		want  []chunk
	}{
		{"none", nil, nil},
		{"small ones together", []scanner.Text{text(1), text(0), text(1000)}, []chunk{{0, 3}}},
		{"large ones apart", []scanner.Text{text(1), text(chunkBytes), text(chunkBytes), text(2)}, []chunk{{0, 1}, {1, 2}, {2, 3}, {3, 4}}},
		{"very large", []scanner.Text{text(maxRequest - 1000)}, []chunk{{0, 1}}},
	} {
		got, f := split(tt.texts)
		if f != nil {
			t.Fatal(f)
		}
		if len(got) != len(tt.want) {
			t.Fatalf("%s: %v, want %v", tt.name, got, tt.want)
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			}
		}
	}
	if _, f := split([]scanner.Text{text(maxRequest)}); f == nil || f.cause != CauseTooLarge {
		t.Errorf("a text larger than a message: %v", f)
	}
}
