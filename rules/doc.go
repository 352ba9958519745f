// Package rules finds what is described in rule files: secrets and personal
// data that have a shape.
//
// A rule is data that tests itself. It holds patterns, the checks that a match
// must pass, the words nearby that count as evidence, and texts that must and
// must not match. Adding a detection touches one YAML file; README.md is the
// reference of the format and schema.json describes it to editors.
//
// The package knows the formats of rule files, of a policy and of exceptions from
// it, the checks, and how evidence becomes a confidence. It does not know bodies, JSON, Envoy or
// plugins, keeps no log, and leaves searching to scanner/match.
//
// # Design
//
// Evidence, not a verdict from a regular expression. A pattern only proposes
// candidates. Checks throw out impossible ones; a check counts for what it
// proves, so a mod-10 digit, which one random number in ten passes, never
// suffices alone. Words nearby, or the key of the JSON member that holds the
// text, decide the rest. The outcome is low, medium or high.
//
// Placeholders and documentation values are reported as low rather than
// dropped: the policy decides, and a tester sees that the rule works.
//
// A candidate that fails must not hide a real one that overlaps it: in "2026
// 4111 ..." the year is no part of the card. The search is therefore resumed
// inside a failed candidate, at the next place where a word begins.
//
// The key of a short string is evidence for every rule. Instead of teaching
// each rule about keys, a short text is searched as "key: text", so that a
// pattern that wants a name before a value finds it in both spellings.
//
// A log can hold thousands of numbers that count only near a word, and fifty
// rules ask about each. So the words of all rules are looked for at once
// (lexicon.go), in blocks of the text that a candidate stands in, and a rule asks
// what was found. A check that takes numbers of other lengths only is not called, and a match is not
// even looked for where too few letters and digits stand for any of its rules (gate.go).
// What stands beside findings is looked for with patterns of its own (beside.go), without those that want a word that is not there.
//
// Explain runs what Detect runs, with a trace (explain.go): an explanation from code
// of its own would sooner or later explain something else.
//
// A part of a rule (parts.go) is looked for around each candidate, and in the whole
// text once there are many, so that a text full of candidates costs no more than
// one pass for each part.
//
// Sets of a few patterns - of parts, and of what a value must not be - are compiled when a text first needs them
// (late.go): there are dozens, and most texts need none.
//
// A Set is immutable and safe for concurrent use. A text without candidates
// costs no allocation here.
package rules
