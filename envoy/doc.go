// Package envoy joins Sluice to Envoy: a gRPC server for Envoy's external
// processing filter (ext_proc v3), and the configuration that makes Envoy ask
// it – a static bootstrap, resources for Istio, a patch for Kubernetes.
//
// It knows phases, messages and when bytes are released. It does not know what
// is looked for (rules, scanner/code, plugins) or where text is in a body
// (scanner/prompt), and it reads no files and keeps no settings.
//
// # Design
//
// Hold, then release. In the mode FullDuplex (Envoy's FULL_DUPLEX_STREAMED) the
// server keeps the answer to the headers and every chunk until the end of the
// stream, and answers headers, body and trailers only after the verdict on all
// of it. That has no size limit of Envoy's, needs one round trip, and fails
// closed by construction. In the mode Buffered, Envoy holds the body. Envoy's
// other modes let bytes go early or leave a tail unread, and the server
// refuses to work in them.
//
// A stream may end without an error only after its verdict was sent in full:
// Envoy takes a clean end as leave to forward the rest, even with
// failure_mode_allow off. Every other end – fault, deadline, shutdown, a client
// that left – is a gRPC error, and so is the end of a stream that was refused.
//
// One stream has three goroutines (see stream): one receives and waits for
// memory, one inspects, one answers and keeps the time; the verdict on a small
// body is sent by the one that reached it. So a detector that hangs stops
// neither the connection, which all streams share, nor the deadline of its own
// stream. Full duplex has no timeout of Envoy's, which is why the server has
// three: for the body to arrive, for memory, for the scan.
//
// Memory is given out by a budget (see budget) that cannot deadlock and that
// refuses what does not fit in time. Bodies are kept as the chunks that came
// and leave as slices of them; what is edited is spliced between.
//
// A refusal looks like the provider's own error, with a status that says
// whether to try again: deterministic failures are 4xx that client libraries do
// not retry, failures of the moment are 503 with retry-after. The one table is
// statuses.
//
// A body that is too large is refused even if the policy's on_error says allow:
// what cannot be held cannot be judged, and the alternative would be to stream
// it through. The same goes for overload, shutdown and faults of the server
// itself; on_error speaks of what was held and could not be read or scanned.
//
// Headers are not inspected, trailers neither; the path and the query are.
// Paths may be edited with Envoy's default mutation rules, which is why no
// others are needed: the host, the scheme and the method cannot be changed by
// the sidecar, and route_cache_action RETAIN keeps the route.
//
// All configuration is made from go-control-plane's structs by the same
// functions, so a static Envoy and one in a mesh cannot come to differ.
package envoy
