package match

import (
	"fmt"
	"testing"
)

func TestDevClasses(t *testing.T) {
	s, err := Compile(devPatterns(env("SETS", "builtin")))
	if err != nil {
		t.Fatal(err)
	}
	of := s.plain.tables.class
	for i := 0; i < 64; i++ {
		var b []byte
		for c := 0; c < 256; c++ {
			if of[c] == uint8(i) {
				b = append(b, byte(c))
			}
		}
		fmt.Printf("%2d %q\n", i, b)
	}
}
