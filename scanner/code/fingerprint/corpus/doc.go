// Package corpus reads folders, repositories and documents for an index of
// fingerprints. It knows which files are one's own – not vendored, generated,
// ignored or data – and how to get the text out of documents; it knows nothing
// of fingerprints but that a Builder makes them.
//
// # Design
//
// In a checkout, git says which files there are and which of them changed, so
// that an index made anew reads only those. Elsewhere .gitignore files are
// obeyed, and a file counts as changed when its size or time did.
//
// What is left out is told by name and by the first lines of a file. Leaving
// out too little costs false alarms, and too much costs protection, so that
// the lists are short and every file that is left out is counted by reason.
//
// Documents may be hostile or broken: what is read of each is bounded, in bytes
// in, bytes out and pages, and a file that cannot be read is reported by name,
// since nothing of it will be recognised.
package corpus
