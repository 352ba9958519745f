// Package languages names the language of a piece of source code. It knows the
// tags that people write behind a fence, and what words and punctuation of a
// language look like; it does not know what a segment is, which is the business
// of package code.
//
// A script's first line says what it is run by, and so its language. Elsewhere a
// guess adds up votes. Words, pairs of words, how words are written, punctuation
// with its neighbours, and how lines begin and end are hashed to features;
// comments count by their marks alone, since their words are those of people. A
// feature that a text has gives votes to the four languages for which it says
// most. The votes are fitted by scanner/code/train: a softmax regression, of
// whose weights only those are kept. So a guess costs little more than reading
// the text, however many languages there are.
package languages
