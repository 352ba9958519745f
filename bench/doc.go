// Package bench measures Sluice and makes the texts that it is measured and
// demonstrated with: the engine over a corpus (Engine), the path through a real
// Envoy beside the same path without a guard (Path), how much is found in
// labelled texts (Evaluate), and fictional values that look like real ones
// (Fiction).
//
// # Design
//
// A benchmark is also a test: every figure comes with the number of findings or
// of answered requests that it must have, and a run in which one of them is off
// is an error, not a slower result.
//
// Engine figures are CPU time, taken from getrusage, because wall time on a
// shared machine measures the neighbours. Path figures are wall time, because
// that is what a caller waits for; the contenders take turns in slices of a
// second or less, so that a machine that slows down slows all of them.
//
// Nothing that looks like a live credential stands in this repository: values
// are put together while a program runs, from a seed, so that two runs say the
// same. Peers to measure against would live in a module of their own and never
// be linked into the binary.
package bench
