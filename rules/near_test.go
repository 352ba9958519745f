package rules

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func TestHeadOf(t *testing.T) {
	for text, want := range map[string]string{
		"INSERT INTO t (name, birth) VALUES ('x, y', '«1»');":              " birth",
		"insert into t(name, birth) values ('it''s', 3), ('(z', '«1»');":   " birth",
		"ok\nINSERT INTO t (name, «birth») VALUES (1, 2)":                  "",
		"there (a, b) the VALUES (1, «2»)":                                 "",
		"name,birth\nx,«1»":                                                "birth",
		"name,visits_2024\nx,«1»":                                          "visits_2024",
		"Ann Lee, NHS no 943 476 5919, x\nlives in Leeds, call 01«1», bye": "", // sentences
		"a, b, c, d\nlives in Leeds, «1»":                                  "",
		// Columns that spaces align, whatever the lines end with.
		"Emp#    Name\n«004712»   Eze         54,100\n":  "Emp#",
		"Name     Emp id\r\nEze      «004712»\r\n":       "Emp id",
		"  Name     Emp id  \t\r\nEze        «004712»\n": "Emp id",
		"Name     Id\nEze           «004712»\n":          "",
		"  \r\n  \r\n  a  «004712»\n":                    "",
		"a  b\nwords\nc  «004712»\n":                     "",
	} {
		plain, start, end, err := unmark(text)
		if err != nil {
			t.Fatal(err)
		}
		c := newCandidate([]byte(plain), start, end, start, end)
		row := rowAround(&c)
		from, to := row.headOf(&c)
		if got := plain[from:to]; got != want {
			t.Errorf("%s: the head is %q, want %q", text, got, want)
		}
	}
}

func TestLastBreak(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		text := make([]byte, r.IntN(40))
		for i := range text {
			text[i] = []byte{'\n', '\n' + 1, '\n' - 1, 0x8A, 0, 0xFF, 'a', ','}[r.IntN(8)]
			if r.IntN(3) > 0 {
				text[i] = 'x'
			}
		}
		if got, want := lastBreak(text), bytes.LastIndexByte(text, '\n'); got != want {
			t.Fatalf("%q: %d, want %d", text, got, want)
		}
	}
}
