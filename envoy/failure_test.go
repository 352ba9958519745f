package envoy

import (
	"errors"
	"strings"
	"testing"
	"time"

	filterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"google.golang.org/grpc/codes"

	"github.com/sluice-dlp/sluice/scanner"
)

// TestFailingDetectors: whatever a detector does, the request does not leave.
func TestFailingDetectors(t *testing.T) {
	stuck := make(chan struct{})
	for _, tc := range []struct {
		name     string
		detector *fakeDetector
		code     string
	}{
		{"error", &fakeDetector{fail: errors.New("out of order")}, "sluice_detector_failed"},
		{"panic", &fakeDetector{panic: true}, "sluice_detector_failed"},
		{"too slow", &fakeDetector{delay: time.Minute}, "sluice_deadline"},
		{"deaf to its context", &fakeDetector{stuck: stuck}, "sluice_deadline"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			k := newDesk(t, tc.detector, func(o *Options) {
				o.ScanTimeout, o.QueueTimeout = 50*time.Millisecond, 50*time.Millisecond
			})
			for i, mode := range []filterv3.ProcessingMode_BodySendMode{full, buffered} {
				tk := k.talk(t, mode)
				tk.headers(false)
				if mode == full { // buffered, the path is judged before the body comes
					tk.body(chat(100, "nothing"), true)
				}
				r := tk.refusedWith(503, tc.code)
				if strings.Contains(string(r.GetBody()), "out of order") {
					t.Errorf("the body quotes a detector: %s", r.GetBody())
				}
				if c := tk.finish(); c == codes.OK {
					t.Error("the stream ended well")
				}
				reason := strings.TrimPrefix(tc.code, "sluice_")
				if n := testutil.ToFloat64(k.meter.errors.WithLabelValues(reason)); n != float64(i+1) {
					t.Errorf("%v: sluice_errors_total{cause=%q} is %v", mode, reason, n)
				}
			}
		})
	}
	close(stuck)
}

// TestOnErrorAllow: the policy may let go what could not be scanned, but not
// what could not be held.
func TestOnErrorAllow(t *testing.T) {
	policy := fakePolicy()
	policy.OnError = scanner.Report
	sc := scanner.New(scanner.Options{Policy: policy, Detectors: []scanner.Detector{&fakeDetector{fail: errors.New("out of order")}}})
	k := newDesk(t, nil, func(o *Options) {
		o.Scanner = func() *scanner.Scanner { return sc }
		o.Limits.MaxBody = 10_000
	})
	tk := k.talk(t, full)
	body := chat(1000, "nothing")
	tk.headers(false)
	tk.body(body, true)
	if _, got := tk.collect(false); string(got) != string(body) {
		t.Errorf("body %q", got)
	}
	tk = k.talk(t, full)
	tk.headers(false)
	tk.body(chat(20_000, "nothing"), true)
	tk.refusedWith(413, "sluice_body_too_large")
}

func TestNoScanner(t *testing.T) {
	k := newDesk(t, nil, func(o *Options) { o.Scanner = func() *scanner.Scanner { return nil } })
	tk := k.talk(t, full)
	tk.headers(true)
	tk.refusedWith(503, "sluice_internal")
}

func TestPanicBesideTheDetector(t *testing.T) {
	k := newDesk(t, nil, func(o *Options) {
		o.Scanner = func() *scanner.Scanner { panic("what a panic says may be text") }
	})
	tk := k.talk(t, full)
	tk.headers(true)
	tk.refusedWith(503, "sluice_internal")
	if c := tk.finish(); c == codes.OK {
		t.Error("the stream ended well")
	}
	if strings.Contains(k.log.String(), "may be text") {
		t.Error("the log quotes a panic")
	}
}

// TestReports holds logs and metrics to what they may say.
func TestReports(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, nil)
	secret, hidden := needle(blockNeedle), needle(redactNeedle)
	for _, text := range []string{"nothing", secret, hidden, needle(reportNeedle)} {
		tk := k.talk(t, full)
		tk.headers(false, "x-request-id", "0123abcd-0123-4123-8123-0123456789ab", "x-other", "header-value")
		tk.body(chat(100, text), true)
		tk.next()
		if err := tk.CloseSend(); err != nil {
			t.Fatal(err)
		}
		<-tk.end
	}
	for action, want := range map[string]float64{"allow": 1, "block": 1, "redact": 1, "report": 1, "refuse": 0, "cancel": 0} {
		if got := testutil.ToFloat64(k.meter.requests.WithLabelValues(action)); got != want {
			t.Errorf("sluice_requests_total{action=%q} is %v, want %v", action, got, want)
		}
	}
	if got := testutil.ToFloat64(k.meter.findings.WithLabelValues("fake-blk", "secret", "block")); got != 1 {
		t.Errorf("findings: %v", got)
	}
	eventually(t, "memory is given back", func() bool { return testutil.ToFloat64(k.meter.inflight) == 0 })
	log := k.log.String()
	for _, want := range []string{`"rules":["fake-blk"]`, `"request_id":"0123abcd-`, `"event":"slc_`, `"places":["/messages/0/content"]`, `"action":"redact"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	for _, never := range []string{secret, hidden, "quick brown", "header-value"} {
		if strings.Contains(log, never) {
			t.Errorf("the log holds %q", never)
		}
	}
	if problems, err := testutil.GatherAndLint(k.registry); err != nil || len(problems) > 0 {
		t.Errorf("metrics: %v, %v", problems, err)
	}
}

func TestLoggableID(t *testing.T) {
	for id, want := range map[string]string{
		"0123abcd-0123-4123-8123-0123456789ab": "0123abcd-0123-4123-8123-0123456789ab",
		"0123abcd-0123-4123-8123-0123456789ag": "",
		"0123abcd0123-4123-8123-0123456789ab-": "",
		"my password is":                       "",
		"":                                     "",
	} {
		if got := loggableID(id); got != want {
			t.Errorf("loggableID(%q) = %q, want %q", id, got, want)
		}
	}
}

func TestStatusesAreNotRetriedInVain(t *testing.T) {
	retried := map[int]bool{408: true, 409: true, 429: true}
	for reason, r := range Statuses() {
		if r.Text == "" || r.Status < 400 {
			t.Errorf("%s: %+v", reason, r)
		}
		if r.Retry && r.Status < 500 && !retried[r.Status] {
			t.Errorf("%s: status %d is not one that clients retry", reason, r.Status)
		}
	}
	if got := refusalOf("unheard_of"); got.Status != 503 {
		t.Errorf("an unknown reason has status %d", got.Status)
	}
}
