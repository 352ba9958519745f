package rules

import (
	"fmt"
	"strings"
)

// suggest ends a message about an unknown name with the likeliest known one,
// or with all of them if they are few.
func suggest(name string, known []string) string {
	best, distance := "", 3
	if len(name) <= 4 {
		distance = 2
	}
	for _, k := range known {
		if dist := editDistance(strings.ToLower(name), strings.ToLower(k)); dist < distance {
			best, distance = k, dist
		}
	}
	if best == "" {
		for _, k := range known {
			if len(name) >= 3 && (strings.Contains(k, name) || strings.Contains(name, k)) && len(k) >= 3 {
				best = k
				break
			}
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf(": did you mean %q?", best)
	case len(known) > 0 && len(known) <= 24:
		return ": use one of " + strings.Join(known, ", ")
	}
	return ""
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b.
func editDistance(a, b string) int {
	prev2, prev := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, row
	}
	return prev[len(b)]
}
