// Package fingerprint recognises one's own source code and documents in texts,
// by an index of fingerprints that tells nothing about what was indexed to
// whoever has no key. It knows what an index file is and how to make one; it
// knows nothing of folders, repositories or document formats (package
// fingerprint/corpus), of bodies, policies or rule files.
//
// A text is cut into tokens, every run of so many tokens (a gram) is hashed,
// and of each window of neighbouring grams the one with the least hash is kept:
// winnowing, see winnower. What two texts share for long enough they share
// fingerprints of, wherever it begins, however it is indented. A Builder keeps
// the fingerprints of files, a Detector looks up those of texts.
//
// # Design
//
// There are two streams of tokens. One has the words of a program, comments
// included, or of a document, and acts (rules private-code and private-text);
// marks and blanks are not in it, so that it survives indentation. The abstract
// one has no comments, and instead of names how long ago each was last used; it
// survives renaming and only reports, for public code has the same shapes
// (private-code-similar). It is read of passages only that have marks as
// programs have, so that prose costs nothing more.
//
// A finding takes three different fingerprints close to each other, and words
// enough in them (see evidence): some eight words are common property, and so
// are twenty short ones. It takes lines, too: the head of a method that an
// interface asks for is on three of them. What is known to be common is left out
// when an index is made: grams of few different tokens, the wording of licences,
// lists of imports from a language's own library, what several repositories have in
// common, versions and forks counted once (see copies), and what is in sets of
// public code (Public).
//
// A text is looked up by probes first, the least of wide windows, which are some
// of the fingerprints that an index would have of it; only near one that is found
// are all of them looked up. Long words are several tokens, or a list of names
// would be too short to have fingerprints.
//
// Hashes are keyed with SipHash before they are stored, under a key that is
// derived from the key file and a salt of the index, so that a leaked index
// cannot be asked whether it has a text. Names of files are encrypted. The whole
// file is authenticated (HMAC-SHA256) before anything in it is believed; what
// is read after that stays in bounds all the same. Files are mapped into
// memory, so that many processes share one copy.
//
// The set of hashes is one look at memory for each fingerprint, see table. It
// takes 2.4 bytes for each and errs once in 2000 looks, which does not matter
// as long as three fingerprints in a row are asked for, or two that are lines
// apart.
//
// On amd64 with AVX2 the edges of words are found 64 bytes at a time, windows
// are narrowed down and hashes keyed four at a time, and a block of the set is
// compared in two steps (vector_amd64.s). Everything there has a twin in Go, which
// other processors take and which the tests compare it with.
//
// The span of a finding covers whole lines. The first fingerprint of what was
// copied may begin a few tokens after its start, so lines that lie wholly within
// that reach are taken along.
package fingerprint
