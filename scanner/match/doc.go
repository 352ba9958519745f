// Package match finds many patterns in a text: it answers (pattern, start,
// end, group). It is the only package that imports a regex engine, and it
// knows nothing of rules, kinds or checks.
//
// A Set is compiled once from Patterns (RE2 syntax) and then used from any
// number of goroutines. Set.Find gives for each pattern what
// regexp.FindAllSubmatchIndex would: matches leftmost-first, not overlapping.
// Text must be valid UTF-8, and no pattern may match the empty string.
//
// # Design
//
// One call of RE2 costs about a microsecond and then 5 to 10 ns per byte, for
// each pattern. A prompt goes past some 150 patterns, so RE2 must see few
// bytes. Everything else in this package is a filter in front of it, and one
// sentence holds for all of it:
//
//	What the filter rejects cannot match.
//
// Set.FindAll is Find without the filter. Tests hold the two equal, and both
// to package regexp, on generated and fuzzed texts and expressions.
//
// From patterns to anchors (tree.go, anchor.go, frequency.go). Every pattern
// becomes a pattern over bytes that matches the same or more: many runes
// beyond ASCII become "any such rune". For every place in it, the bytes
// possible at the next eight positions are a sequence that each match contains
// there. The rarest one by a table of byte pairs is the pattern's anchor;
// alternatives have one each if that is cheaper. So T3BlbkFJ is chosen before
// sk-, and a pattern without any literal has an anchor too: -dd-dddd, or @
// before a letter. Where only a long run is required – forty letters and
// digits – the anchor is the run.
//
// From text to anchors (first.go, filter.go, gram.go, run.go). The first step reads the text once,
// whatever the number of patterns: with vectors (AVX-512 VBMI, AVX2, NEON, by
// what the machine has), which look up 32 or 64 buckets and five bytes at a time, or
// with a shift-or over 32 buckets and four bytes, at about 1 ns per byte. What it
// lets through is compared with all eight sets of the anchors in the bucket. Of more than a few hundred anchors, hashes of four
// bytes tell more than buckets do: where there is no AVX-512, nearly all of so many are looked for by these.
// Anchors that need a byte beyond ASCII have tables of their own, which are looked up where there is one.
// Runs of n bytes are looked for at every n-th place. Of many it is known that a match takes all of a run or nothing: then its
// length and what stands at its ends decide, and none of it is read.
//
// From anchors to windows (automaton.go, walk.go, extent.go, window.go). Of an
// anchor it is known which bytes can stand at the two places before it and the three behind it;
// in one line of the cache that ends most anchors of frequent words. Around the others
// two automata of at most 64 states walk over what the pattern wants
// before and after, and end after a few bytes too. An automaton that would be larger is loosened, so
// that it accepts more: repeats become loops, and of an end that is left out the first
// bytes are kept. But no walk goes on beyond the runes that the pattern can take until it is known
// to match, so that radius[^\n]{0,60}key reads a line no further than that. Of a token, and of a line, a walk reads
// many bytes at once (walk_skip.go). Of the longest token that an automaton had to be loosened for, the length is asked for
// where both have accepted (walk_run.go). If that is there, a match
// begins no later than at the anchor and lies between the farthest
// places that the parts before and after the anchor can reach: that is the
// window. Overlapping and close windows are joined.
//
// From anchors to matches (direct.go). Of most anchors it is known how far before them a match begins. Where one that is rare
// stands, exact is asked at once whether the pattern matches from there, without walks and windows; around a frequent one after the walks. From
// what it finds the matches are chosen in the end, the first in the text first. A pattern for which this leads to nothing too often in
// one text goes on with walks and windows.
//
// From windows to matches (exact.go). A call of RE2 costs more than most windows, so a
// backtracking matcher with a budget of steps tries first, on the whole text but from
// the places of the window only. Once it has failed for long it keeps in mind where, so that what a later start of
// the match leads to again is not tried again. Of a pattern that begins with a repeated class, as [\w.-]{0,50}?key, what is
// behind that is looked for first, and then how far back the match begins (exact_lead.go). Repeats of a class and words are read many
// bytes at a time (exact_bytes.go). Where its budget or its knowledge of Unicode ends, RE2 decides:
// classes by name differ between versions of Unicode, while of letters in other cases a test asks both engines.
//
// RE2 runs over each window and one more rune on
// either side, so that \b, ^ and $ see their true neighbours. This is exact: a
// match of the whole text contains an anchor, so it lies in a window, with
// every other match that could take its place. A match that touches the cut
// itself is none of the whole text's, and owes to an assertion that holds only
// at the cut; then the pattern is run again, over the whole text.
//
// Case folding. (?i)k also matches U+212A and (?i)s U+017F. Texts that hold
// one of the two are scanned with a second filter that knows them, built when
// the first such text comes; all others with one that need not.
//
// Bounds. For each pattern, walks and reaches may read up to twice the text
// and 4 KB; a pattern that needs more is run over the whole text instead, and
// is not looked for any more. Its windows together are never larger than the
// text. So a scan takes time proportional to the text times the number of
// patterns, at worst: one more pass over the text per pattern and at most two
// calls of RE2 over all of it. RE2 finds one match in time proportional to the
// bytes it reads; a pattern that reads far beyond each of its many matches (as
// x.*y|x does on a line of x) pays that for every match, here as in any
// engine. Memory is proportional to the windows and matches.
//
// Cancellation. The context is looked at every 32 KB of text, of bytes walked and of steps,
// and before each call of RE2. A call of RE2 over the whole text is not
// interrupted.
//
// Streams (stream.go, simulate.go). Text that comes in pieces gives the matches of the whole,
// however it is cut. From its elements a pattern knows how far back from the end of the text
// an attempt to match may have begun that goes on beyond it: up to there everything is decided, and
// nearly always this is less than a word. What is not decided is read again with the next piece, at
// most a KB of it. A pattern for which it would be more - it reads lines, or from a BEGIN to an
// END - is simulated instead: all its ways to match side by side, in the order in which RE2
// prefers them, with nothing read twice but what lies behind a match that something longer was
// preferred to. What a stream holds is the text from the first attempt on that could still match;
// if that is more than its limit, it fails, because no answer would be right for sure.
//
// Building. Compile reads every pattern and chooses anchors, on all processors: what can stand at each place
// of a pattern is asked of one program, for a few places first; what looks rarest is rated first (rate.go), and most of the rest is given
// up for the shares of its bytes alone; alternatives are given up once they cost more than what is found already,
// and not looked into where that is rare. Automata, their moves, the
// programs of exact.go and those of RE2 are built when a text first needs them; Warm
// builds all but the moves. Moves are shared by all goroutines and found at
// most once each (walk.go). An expression whose two readings could differ, or
// that is large, goes to RE2 in Compile already, so that its error comes there.
//
// A pattern without any anchor worth looking for (.{4}) is run over every
// text. Set.Cost tells.
//
// # Dictionaries
//
// A Dictionary (dictionary.go) finds the words and phrases of a list of
// millions, and has no patterns. The words of a text are found 64 bytes at a
// time (words.go) and hashed where they stand; words shorter than any first word
// of an entry are not even hashed. A Bloom filter of the words that entries begin with,
// 1.5 bytes each, turns nearly all of them away; it is small enough
// for the cache, also because numbers and foreign words have filters of their own. What passes is looked up in a table of hashes (index.go): every entry has a node there, and
// so has every run of words that an entry begins with, so that a phrase is
// followed only as far as some entry goes. Work is linear in the text; a word
// costs at most 32 lookups.
//
// Of an entry 76 bits of SipHash-2-4 are kept, and its bucket tells some more,
// but not the entry. Another word is taken for an entry with a chance of 2⁻⁷³ for each lookup,
// and with a random key no text can be made to. Entries are compared as
// spelling.go writes them: without case, accents and what stands between words.
// Scripts without spaces between words have each letter as a word, so that
// entries are found inside a sentence. Numbers (PX-12345) are kept without
// separators, and looked up at every group of letters and digits that they may begin with.
//
// Records (records.go) are the values of a table in the same index, with a key
// that the user keeps, so that the index may lie in a file (records_file.go). Each
// value knows its cells. Around each value that stands in few of them, those values are
// looked for that share a row: at most 64 cells times 8 neighbours, or 8 cells times 62.
// The first filter is keyed with SipHash-1-3, which is fast, and what is kept of
// values with SipHash-2-4, which has the wider margin.
package match
