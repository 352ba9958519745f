package envoy

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Mode is how Envoy hands over request bodies.
type Mode uint8

// The modes in which nothing leaves before the verdict. Envoy's other modes
// release bytes early or leave a tail unread; the server refuses them.
const (
	// FullDuplex is Envoy's FULL_DUPLEX_STREAMED with a processor that holds.
	FullDuplex Mode = iota
	// Buffered is Envoy's BUFFERED: Envoy holds the body and hands it over in
	// one message.
	Buffered
)

// String returns the mode's name as flags and configuration spell it.
func (m Mode) String() string {
	switch m {
	case FullDuplex:
		return "full-duplex"
	case Buffered:
		return "buffered"
	}
	return fmt.Sprintf("Mode(%d)", uint8(m))
}

// ParseMode is the inverse of String.
func ParseMode(s string) (Mode, error) {
	for m := FullDuplex; m <= Buffered; m++ {
		if s == m.String() {
			return m, nil
		}
	}
	return 0, fmt.Errorf("unknown mode %q: use full-duplex or buffered", s)
}

// FilterOptions describe the ext_proc filter; a static bootstrap and every
// other output are made from the same ones.
type FilterOptions struct {
	// Processor is where the sidecar listens: an absolute path of a Unix
	// socket, or "host:port". Empty means DefaultSocket.
	Processor string
	Mode      Mode
	// MaxBody is the largest body in bytes that Envoy buffers in the mode
	// Buffered; zero means 32 MiB. It should not be less than the sidecar's own limit:
	// the sidecar's refusal says more than Envoy's.
	MaxBody int64
	// MessageTimeout bounds the wait for a verdict in the mode Buffered; zero
	// means 30 s. It must exceed the sidecar's queue and scan timeouts, which
	// answer with a reason.
	MessageTimeout time.Duration
	// Withhold lists request headers that Envoy does not show to the sidecar;
	// nil means DefaultWithheld.
	Withhold []string
}

// BootstrapOptions describe one Envoy that stands before one provider. The zero
// value with an Upstream is usable.
type BootstrapOptions struct {
	FilterOptions
	// Listen is the "host:port" for clients; empty means "127.0.0.1:10000".
	Listen string
	// Admin is the "host:port" of Envoy's admin interface; empty means
	// "127.0.0.1:9901". It should stay on loopback.
	Admin string
	// Upstream is the provider's base URL: scheme https (or http, for stubs on
	// loopback), host and optional port, no path.
	Upstream string
	// CAFile is the bundle by which the provider's certificate is verified;
	// empty means SystemCAs().
	CAFile string
	// ConnectionBuffer is per_connection_buffer_limit_bytes, which is also the
	// largest piece of a body that reaches the sidecar in one message; zero
	// means 1 MiB.
	ConnectionBuffer uint32
	// StreamIdleTimeout ends a request or an answer on which nothing moves;
	// zero means 10 min, the SDKs' own patience.
	StreamIdleTimeout time.Duration
	// AccessLog is a path, such as /dev/stdout, for a JSON line per request;
	// empty means none. Lines hold the path without its query.
	AccessLog string
}

// DefaultSocket is where the sidecar listens unless it is told otherwise.
const DefaultSocket = "/run/sluice/extproc.sock"

// DefaultMaxBody is the largest body, in bytes, that is inspected unless
// options say otherwise.
const DefaultMaxBody = 32 << 20

// DefaultWithheld returns the headers that carry credentials. The sidecar has
// no use for them, so Envoy does not show them to it.
func DefaultWithheld() []string {
	return []string{"authorization", "proxy-authorization", "api-key", "x-api-key", "x-goog-api-key", "cookie"}
}

// defaultAdmin is where Envoy's own examples put the admin interface.
const defaultAdmin = "127.0.0.1:9901"

func (o FilterOptions) withDefaults() FilterOptions {
	o.Processor = or(o.Processor, DefaultSocket)
	o.MaxBody = or(o.MaxBody, DefaultMaxBody)
	o.MessageTimeout = or(o.MessageTimeout, 30*time.Second)
	if o.Withhold == nil {
		o.Withhold = DefaultWithheld()
	}
	return o
}

func (o BootstrapOptions) withDefaults() BootstrapOptions {
	o.FilterOptions = o.FilterOptions.withDefaults()
	o.Listen = or(o.Listen, "127.0.0.1:10000")
	o.Admin = or(o.Admin, defaultAdmin)
	o.ConnectionBuffer = or(o.ConnectionBuffer, 1<<20)
	o.StreamIdleTimeout = or(o.StreamIdleTimeout, 10*time.Minute)
	if o.CAFile == "" {
		o.CAFile = SystemCAs()
	}
	return o
}

// SystemCAs returns the first of the usual places of a Linux distribution's or
// macOS' certificate bundle that exists, or Debian's if none does.
func SystemCAs() string {
	usual := []string{
		"/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Alpine, Arch
		"/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, RHEL
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/ca-bundle.pem", // openSUSE
		"/etc/ssl/cert.pem",      // Alpine, macOS
	}
	for _, path := range usual {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return usual[0]
}

// upstream is a provider's base URL, taken apart.
type upstream struct {
	tls  bool
	host string
	port uint32
}

// authority is the host header that the provider expects.
func (u upstream) authority() string {
	if u.tls && u.port == 443 || !u.tls && u.port == 80 {
		if strings.Contains(u.host, ":") {
			return "[" + u.host + "]"
		}
		return u.host
	}
	return net.JoinHostPort(u.host, strconv.Itoa(int(u.port)))
}

// isIP reports whether the host is an address rather than a name.
func (u upstream) isIP() bool {
	_, err := netip.ParseAddr(u.host)
	return err == nil
}

func parseUpstream(raw string) (upstream, error) {
	parsed, err := url.Parse(raw)
	if err != nil {
		return upstream{}, fmt.Errorf("upstream: %w", err)
	}
	u := upstream{tls: parsed.Scheme == "https", host: parsed.Hostname(), port: 80}
	if u.tls {
		u.port = 443
	}
	switch {
	case raw == "":
		return upstream{}, errors.New("upstream: give the provider's base URL, such as https://api.openai.com")
	case !u.tls && parsed.Scheme != "http":
		return upstream{}, fmt.Errorf("upstream: scheme %q is not known: use https", parsed.Scheme)
	case u.host == "":
		return upstream{}, errors.New("upstream: the URL has no host")
	case strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.User != nil || parsed.Fragment != "":
		return upstream{}, errors.New("upstream: give scheme and host only; clients send the path")
	}
	if port := parsed.Port(); port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return upstream{}, fmt.Errorf("upstream: port %q is not one", port)
		}
		u.port = uint32(n)
	}
	return u, nil
}

// or returns v, or otherwise if v is the zero value.
func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
