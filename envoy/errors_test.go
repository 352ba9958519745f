package envoy

import (
	"bytes"
	"errors"
	"net/http"
	"testing"
	"time"

	bootstrapv3 "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	filterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"

	"github.com/sluice-dlp/sluice/scanner"
)

// TestErrorsReachNoProvider goes down the paths on which a request could leave
// unread, behind a real Envoy, and looks at what the provider received. The
// body is larger than what Envoy hands over at once.
func TestErrorsReachNoProvider(t *testing.T) {
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	impatient := func(o *Options) { o.ScanTimeout, o.QueueTimeout = 50*time.Millisecond, 50*time.Millisecond }
	filter := func(change func(*filterv3.ProcessingMode)) func(*testing.T) func(*bootstrapv3.Bootstrap) {
		return func(t *testing.T) func(*bootstrapv3.Bootstrap) {
			return func(b *bootstrapv3.Bootstrap) {
				editFilter(t, b, func(f *filterv3.ExternalProcessor) { change(f.ProcessingMode) })
			}
		}
	}
	sent := func(mode filterv3.ProcessingMode_BodySendMode) func(*testing.T) func(*bootstrapv3.Bootstrap) {
		return filter(func(p *filterv3.ProcessingMode) {
			p.RequestBodyMode, p.RequestTrailerMode = mode, filterv3.ProcessingMode_SKIP
		})
	}
	for _, tc := range []struct {
		name     string
		detector scanner.Detector
		server   func(*Options)
		edit     func(*testing.T) func(*bootstrapv3.Bootstrap)
		code     string
		headers  bool // leave before Sluice is asked
	}{
		{name: "a detector fails", detector: &fakeDetector{fail: errors.New("out of order")}, code: "sluice_detector_failed"},
		{name: "a detector panics", detector: &fakeDetector{panic: true}, code: "sluice_detector_failed"},
		{name: "a detector is too slow", detector: &fakeDetector{delay: time.Minute}, server: impatient, code: "sluice_deadline"},
		{name: "a detector never returns", detector: &fakeDetector{stuck: stuck}, server: impatient, code: "sluice_deadline"},
		{name: "the sidecar panics", server: func(o *Options) {
			o.Scanner = func() *scanner.Scanner { panic("beside the detector") }
		}, code: "sluice_internal"},
		{name: "there is no scanner", server: func(o *Options) {
			o.Scanner = func() *scanner.Scanner { return nil }
		}, code: "sluice_internal"},
		{name: "no memory is left", server: func(o *Options) {
			o.QueueTimeout, o.MaxInFlight = 50*time.Millisecond, 2<<20
		}, code: "sluice_overload"},
		{name: "Envoy sends no body", edit: sent(filterv3.ProcessingMode_NONE), code: "sluice_unsafe_mode"},
		{name: "Envoy does not wait", edit: sent(filterv3.ProcessingMode_STREAMED), code: "sluice_unsafe_mode"},
		{name: "Envoy sends a part", edit: sent(filterv3.ProcessingMode_BUFFERED_PARTIAL), code: "sluice_unsafe_mode"},
		{name: "Envoy sends no headers", edit: filter(func(p *filterv3.ProcessingMode) {
			p.RequestHeaderMode = filterv3.ProcessingMode_SKIP
		}), code: "sluice_protocol", headers: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bothModes(t, func(t *testing.T, mode Mode) {
				o := worldOptions{mode: mode, detector: tc.detector, server: tc.server}
				if tc.edit != nil {
					o.edit = tc.edit(t)
				}
				w := newWorld(t, o)
				secret := needle(blockNeedle)
				for _, length := range []bool{true, false} {
					req := w.request(t, http.MethodPost, chatPath, bytes.NewReader(chat(3<<20, secret)))
					if !length {
						req.ContentLength = -1 // in chunks
					}
					if a, err := w.do(req); err != nil || a.status != http.StatusServiceUnavailable || a.code() != tc.code {
						t.Errorf("%v, status %d, want 503 %s: %s", err, a.status, tc.code, a.body)
					}
				}
				w.mustNotArrive(t, secret)
				for _, r := range w.provider.Requests() {
					if !tc.headers || r.Size > 0 || r.Complete {
						t.Errorf("the provider received a request, %d bytes of its body, whole: %v", r.Size, r.Complete)
					}
				}
			})
		})
	}
}
