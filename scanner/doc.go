// Package scanner holds the seven words that the rest of Sluice is written in
// – Text, Span, Finding, Detector, Policy, Verdict and Rule – and the little
// machinery that joins them: run every detector over the texts of one body,
// settle overlapping findings, ask the policy what to do about each.
//
// It knows nothing of how anything is found (package rules, scanner/code,
// plugins), of where text sits in a body (scanner/prompt), or of who asks
// (envoy). It imports the standard library only and keeps no log.
//
// # Design
//
// A Scanner is immutable. Reloading builds another and swaps a pointer;
// requests that began on the old one finish on it.
//
// Scanning is fail closed: a detector that fails, panics or runs out of time
// never yields "nothing found". The Verdict then carries the policy's OnError
// action and a Reason. Errors name the detector and never quote what it said,
// since an error text may hold what was scanned.
//
// A body is scanned while it arrives: a Pass takes texts as they complete, so
// that little is left to do when the last byte comes. Detectors that are dear
// to call (a process behind a socket) are given as Options.Batch and are asked
// once, with all texts, at the end.
//
// Two departures from the first sketch of these types: Finding has a field
// Lines, because policy acts on the number of lines of a segment and parsing
// it out of Detail would make a format of a remark; and Verdict has a Reason,
// because "blocked" without a finding needs a cause that can be shown,
// counted and documented.
package scanner
