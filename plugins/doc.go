// Package plugins runs detectors in processes of their own.
//
// A plugin is an ordinary scanner.Detector that can also describe itself. Its
// author calls Serve in main; Sluice calls Open with the path and the SHA-256
// of the file, and gets a Client, which is a scanner.Detector again. Between
// the two is hashicorp/go-plugin: gRPC over a Unix socket in a private
// directory, with certificates made for each start.
//
// The package knows processes, the wire and how both fail. It knows nothing of
// rule files, bodies or Envoy.
//
// # Design
//
// A plugin is code that an operator chose to run, but it sees every prompt, so
// it is given as little as can be: no inherited environment, no standard
// input, and no way to say anything but rule, place, confidence and a remark
// from a vocabulary that it declared when it started. An answer that points
// outside a text, cuts a character in two or uses an undeclared word is refused
// whole. Error messages of a plugin are not transported at all, and what it
// prints is counted and dropped, because both may quote what was scanned.
//
// This confines what a plugin can make Sluice log or send. It does not confine
// the process: a plugin can open files and sockets as the user it runs as.
//
// Every failure – a crash, a deadline, a refused answer, an open circuit – is an
// error of Detect, and so ends in the policy's on_error action. Nothing is ever
// retried: a text that crashed a plugin once would crash it again.
//
// One stream per process carries all calls, with ids, because opening a stream
// costs more than a call. A call's texts are sent as few messages of about four
// megabytes; each message is one call of the plugin's Detect, so a detector
// must not rely on seeing all texts of a body together.
//
// The circuit breaker opens after a number of failures in a row and makes calls
// fail at once for a while, so that a broken plugin costs its on_error action
// but not its timeout. If what opened it was a deadline, the process is
// replaced too, since one that hangs rarely recovers.
package plugins
