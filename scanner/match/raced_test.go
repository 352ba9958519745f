//go:build race

package match_test

// raced is true under the race detector.
const raced = true
