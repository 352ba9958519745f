package code_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestMarkedLines holds that a program is found whatever mail, editors and tools
// put before its lines, and that prose in the same dress is none.
func TestMarkedLines(t *testing.T) {
	program := strings.Split("def copy(src, dst):\n    with open(src, \"rb\") as fin:\n        data = fin.read()\n    if not data:\n        return 0\n\n"+
		"    total = 0\n    for chunk in data:\n        total += 1\n    return total", "\n")
	prose := strings.Split("On Monday the others were here,\nand we spoke about the plans for spring.\nNobody knew what to return to,\nor how long\nthe class would last.\n\n"+
		"If not, let us know.\nFor now we wait\nand import no more than we need.\nRegards", "\n")
	for name, mark := range map[string]func(int, string) string{
		"quoted":       func(_ int, l string) string { return strings.TrimRight("> "+l, " ") },
		"quoted twice": func(_ int, l string) string { return "> > " + l },
		"cat -n":       func(i int, l string) string { return fmt.Sprintf("%6d\t%s", i, l) },
		"arrow":        func(i int, l string) string { return fmt.Sprintf("%6d→%s", i, l) },
		"bar":          func(i int, l string) string { return fmt.Sprintf("%4d | %s", i, l) },
		"number":       func(i int, l string) string { return fmt.Sprintf("%3d  %s", i, l) },
	} {
		dress := func(lines []string) string {
			var out []string
			for i, l := range lines {
				out = append(out, mark(i+1, l))
			}
			return "Could you have a look at this?\n\n" + strings.Join(out, "\n") + "\n\nThank you!"
		}
		found := sure(detect(t, dress(program)))
		if len(found) != 1 || found[0].Lines != len(program) {
			t.Errorf("%s: a program of %d lines is found as %v", name, len(program), found)
		}
		if found := sure(detect(t, dress(prose))); len(found) != 0 {
			t.Errorf("%s: prose is found as %v", name, found)
		}
	}
	fenced := "> Kim wrote:\n>\n> ```sh\n> make test\n> make install PREFIX=/usr\n> cp -r a b\n> ```\n> and it failed."
	if found := detect(t, fenced); len(found) != 1 || found[0].Detail != "shell shell" || found[0].Lines != 3 {
		t.Errorf("a quoted fence is found as %v", found)
	}
}

// TestSentenceBesideCode holds that the sentence before or after a program, without a
// blank line between them, is not taken for a part of it.
func TestSentenceBesideCode(t *testing.T) {
	const program = "const sum = (xs) => {\n  let n = 0;\n  for (const x of xs) {\n    n += x;\n  }\n  return n;\n};"
	for _, c := range [][2]string{
		{"Review please", "Thanks!"},
		{"Is this right?", "it is never called"},
		{"Почему это не работает?", "Помогите мне, пожалуйста."},
		{"My colleague's version (slow):", "The other one loses the order."},
	} {
		before, after := c[0], c[1]
		text := before + "\n" + program + "\n" + after
		found := sure(detect(t, text))
		if len(found) != 1 {
			t.Fatalf("%q: %d findings", before, len(found))
		}
		if got := text[found[0].Span.Start:found[0].Span.End]; got != program {
			t.Errorf("found %q", got)
		}
		between := program + "\n" + after + "\n" + before + "\n" + program
		if strings.HasSuffix(before, ":") {
			if n := len(sure(detect(t, between))); n != 2 {
				t.Errorf("%q: %d findings, not one before it and one after", before, n)
			}
		}
	}
}

// TestOneLineQuery holds that a query counts by its clauses when it stands on one line,
// and a line of shell by its steps.
func TestOneLineQuery(t *testing.T) {
	found := detect(t, "why is this slow?\nselect u.name, count(*) from users u join events e on e.user_id = u.id where e.kind = 'login' group by u.name having count(*) > 3 order by 2 desc;")
	if got := sure(found); len(got) != 1 || got[0].Rule != "code-sql" || got[0].Lines != 7 {
		t.Errorf("found %v", found)
	}
	found = detect(t, "explain\nfind . -name '*.py' -print0 | xargs -0 grep -l 'import x' | while read -r f; do sed -i 's/x/y/g' \"$f\"; done")
	if got := sure(found); len(got) != 1 || got[0].Rule != "code-shell" || got[0].Lines < 4 {
		t.Errorf("found %v", found)
	}
	for _, short := range []string{"ps aux | grep 'a; b; c; d' | wc -l", "SELECT 1 FROM dual WHERE a = 2;", "Select the rows from the table where the order is set, and group them; delete the limit."} {
		if got := sure(detect(t, short)); len(got) != 0 {
			t.Errorf("%q is found as %v", short, got)
		}
	}
}
