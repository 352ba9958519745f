// Package code finds source code in texts. It knows what code looks like,
// line by line; it knows nothing of bodies, policies or rule files.
//
// A text is read once. Each line gets a log-odds of being code from a small
// model (internal/lines), and a decoder then finds the most likely course of
// two states, code and other, through the lines: changing state costs much
// between two adjoining lines, little at a blank line and nothing at a fence.
// Each run of code is a finding of Kind code that covers whole lines, with the
// rule source-code, code-sql, code-config, code-markup, code-shell, code-diff
// or code-trace, and a Detail of class and language.
//
// # Design
//
// Confidence says how sure the detector is that a segment is code; how much of
// it there is stands in Finding.Lines, and the policy decides from which length
// to act. A line or two seldom say enough to be sure, so they are mostly Low.
// Two states suffice: the kinds that must not pass for code are recognised by
// form, and more states would only be more costs to choose.
//
// Logs, data (JSON, CSV, tables), lists and licence texts are where detectors of
// code go wrong. The form of such lines is recognised outright and counts against
// code; a segment made of little else is dropped whatever its score. Logs, data
// and licence texts are kinds of their own, reported if New was asked for them.
// Many lines that each say a little for code add up to much: documentation has such
// lines, and is told by its words (prose.go).
//
// Fences are evidence only, since people fence prose, data and logs too. A tag
// that names a language is stronger evidence, a tag that names data is evidence
// against.
//
// What people write above and below a program is often one short line, without a
// blank line in between. At the first and the last line of a text, and at sentences,
// a change of state therefore costs next to nothing.
//
// A line that is quoted or numbered is also read without its mark, and the more
// code-like of the two readings counts.
//
// Not every line need be read: prose beyond doubt is skimmed, and in the midst of code
// up to four lines in a row are passed over (settle.go). Where it turns out that they
// matter, because something else stands next to them, they are read after all. Of 27,683
// pieces of 8 KB of packages of Go, Rust and Python, and of documents, 50 got other
// findings than with every line read; most of them joined what two or three lines of
// a comment had parted.
//
// A program pasted as one line has no lines to count. It is told by its
// statements, and Finding.Lines is their number.
//
// The weights are fitted by scanner/code/train, on permissively licensed texts
// only: packages of some six hundred languages, named in its manifest, and rows
// of the corpora. They can be fitted again, or adapted to texts of one's own (see
// there), and replaced without touching this package's API.
//
// Segments are made of sets of lines, so that working memory has a bound whatever
// the text. A language is guessed only for segments that are reported, from as
// many of their lines as leave doubt.
package code
