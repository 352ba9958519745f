package lines

import (
	"bytes"
	"strings"
	"testing"
)

const longProse = "Thank you for the notes from Tuesday. I have read them twice, and I think that the second half of the plan still needs an owner: nobody has said who will speak to the landlord, or what we do if the lease is not renewed."

func TestSkim(t *testing.T) {
	w, err := Fitted()
	if err != nil {
		t.Fatal(err)
	}
	r := Reader{W: w}
	for line, want := range map[string]bool{
		"I think that the second half of the plan still needs an owner.": true,
		"  but the order of magnitude is right, or so it seems to me":    true,
		longProse:                          true,
		strings.Repeat(longProse+" ", 100): true,
		strings.Repeat("请把下面的段落翻译成英文，", 20): true,
		"": false, " ": false, "Dear Anna, thank you.": false, "\xff\xfe": false,
		"```" + longProse: false,
		"- it seems to me that the other plan is better":             false,
		longProse + " for(i=0;i<n;i++){a[i]=b[i];}":                  false,
		longProse + " a = 1; b = a + 1; c = f(b); g(c);":             false,
		"for(i=0;i<n;i++){a[i]=b[i];} " + longProse:                  false,
		strings.Repeat(longProse, 9) + "x[i]={y:z};":                 false,
		"    at com.example.store.Main.run(the evening of that day)": false,
		"INFO  the worker has done all of its jobs for now":          false,
		"diff --git in the evening when nobody is around":            false,
		"select name from orders where customer is null order by id": false,
		strings.Repeat(" ", 300):                                     false,
		strings.Repeat("a", 300):                                     false,
		strings.Repeat("1234 5678 ", 30):                             false,
		"name\tage\tcity\tand all of the other columns":              false,
	} {
		if _, got := r.Skim([]byte(line)); got != want {
			t.Errorf("%.60q: prose beyond doubt %v, want %v", line, got, want)
		}
	}
}

// TestCensus counts bytes one at a time.
func TestCensus(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, text := range [][]byte{nil, []byte("a"), []byte("A1 .:;{\xff"), all[:255], all[1:], bytes.Repeat([]byte("("), 255)} {
		want := [8]int{}
		for _, c := range text {
			for k := range want {
				want[k] += int(censusOf[c] >> (8 * k) & 0xff)
			}
		}
		got := census(text)
		for k := range want {
			if n := int(got >> (8 * k) & 0xff); n != want[k] {
				t.Errorf("%q: %d bytes of class %d, want %d", text, n, k, want[k])
			}
		}
	}
}

// BenchmarkSkim compares what a prompt of one line costs with what reading it
// costs.
func BenchmarkSkim(b *testing.B) {
	w, err := Fitted()
	if err != nil {
		b.Fatal(err)
	}
	r := Reader{W: w}
	line := []byte(strings.Repeat(longProse+" ", 36))
	b.Run("skim", func(b *testing.B) {
		b.SetBytes(int64(len(line)))
		for b.Loop() {
			if _, ok := r.Skim(line); !ok {
				b.Fatal("not taken for prose")
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(line)))
		for b.Loop() {
			if r.Read(line).Score > 0 {
				b.Fatal("taken for code")
			}
		}
	})
}
