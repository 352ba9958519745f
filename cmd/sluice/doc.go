// Command sluice keeps secrets, personal data and source code out of requests
// to LLM APIs. It is the sidecar that Envoy asks about every request, and the
// same detectors for files on the command line.
//
// This package knows flags, configuration, logging, metrics, signals and how
// the other packages are wired together. It holds no algorithm: what finds
// things, reads bodies or speaks to Envoy is elsewhere.
//
// # Design
//
// Reloading builds a whole new scanner.Scanner from the configuration and the
// rule files and swaps one pointer. A file that is broken at the start is
// refused; one that breaks later leaves the old Scanner in place, and the log
// and sluice_config_valid say so.
//
// What is logged goes through a bounded queue. A disk that is full or a reader
// that has stopped costs log lines, which are counted, never a request.
//
// scan and serve build their Scanner with the same function, and scan sends
// plain text through scanner/prompt too, so that what the command line finds
// is what the sidecar finds.
//
// Exit status 2 is an error, everywhere; 1 means that something was found or
// did not pass, so that a script can tell a finding from a typing mistake.
package main
