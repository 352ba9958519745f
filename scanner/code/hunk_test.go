package code

import "testing"

func TestHunkLines(t *testing.T) {
	for line, want := range map[string][2]int{
		"@@ -1,2 +3,4 @@": {2, 4}, "@@ -1 +1 @@ func f()": {1, 1}, "@@ -0,0 +1,9 @@": {0, 9},
		"@@ -1,99999999999999999999 +1,1 @@": {1 << 20, 1},
	} {
		if before, after := hunkLines([]byte(line)); before != want[0] || after != want[1] {
			t.Errorf("%s: %d and %d lines, want %v", line, before, after, want)
		}
	}
}
