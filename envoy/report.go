package envoy

import (
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc/status"

	"github.com/sluice-dlp/sluice/scanner"
)

// meter holds the metrics. Every label has a bounded set of values.
type meter struct {
	requests *prometheus.CounterVec // action
	findings *prometheus.CounterVec // rule, kind, action
	errors   *prometheus.CounterVec // cause
	scan     prometheus.Histogram   // seconds
	body     prometheus.Histogram   // bytes
	inflight prometheus.Gauge       // bytes
	mu       sync.Mutex
	labels   map[[2]string]struct{} // rule and kind pairs seen
}

// maxRules bounds the pairs of rule and kind in the findings metric: plugins
// name their rules themselves, and a faulty one must not fill the memory.
const maxRules = 4096

func newMeter(r prometheus.Registerer) *meter {
	m := &meter{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_requests_total",
			Help: "Requests by what was done: allow, report, redact, block (by findings or on_error), refuse (for want of memory or time, or for a fault), cancel (the client left).",
		}, []string{"action"}),
		findings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_findings_total",
			Help: "Findings by rule, kind and what was done about each.",
		}, []string{"rule", "kind", "action"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_errors_total",
			Help: "Requests that were not read whole, by reason.",
		}, []string{"cause"}),
		scan: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "sluice_scan_seconds",
			Help:    "Time spent on the inspection of a request.",
			Buckets: prometheus.ExponentialBuckets(50e-6, 2.5, 14),
		}),
		body: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "sluice_body_bytes",
			Help:    "Size of request bodies as they came.",
			Buckets: prometheus.ExponentialBuckets(256, 4, 10),
		}),
		inflight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sluice_inflight_bytes",
			Help: "Memory reserved for request bodies and their decoded copies.",
		}),
		labels: make(map[[2]string]struct{}),
	}
	for _, action := range []string{"allow", "report", "redact", "block", "refuse", "cancel"} {
		m.requests.WithLabelValues(action)
	}
	for _, reason := range Reasons() {
		m.errors.WithLabelValues(string(reason))
	}
	if r == nil {
		r = prometheus.NewRegistry()
	}
	r.MustRegister(m.requests, m.findings, m.errors, m.scan, m.body, m.inflight)
	return m
}

// finding counts one decision.
func (m *meter) finding(d scanner.Decision) {
	rule, kind := d.Rule, string(d.Kind)
	m.mu.Lock()
	if _, ok := m.labels[[2]string{rule, kind}]; !ok {
		if len(m.labels) >= maxRules {
			rule, kind = "other", "other"
		} else {
			m.labels[[2]string{rule, kind}] = struct{}{}
		}
	}
	m.mu.Unlock()
	m.findings.WithLabelValues(rule, kind, d.Action.String()).Inc()
}

// outcome is how a request ended; one field says it.
type outcome struct {
	verdict  *verdict
	refused  scanner.Reason
	canceled bool
	err      error // why it was canceled
}

// report counts and logs a request, once.
func (st *stream) report(o outcome) {
	if st.reported || !st.began.Load() {
		return
	}
	st.reported = true
	m := st.s.meter
	size := st.inbox.size()
	attrs := []slog.Attr{
		slog.String("event", st.event),
		slog.String("request_id", st.request.id),
		slog.Int64("bytes", size),
		slog.Duration("duration", time.Since(st.start)),
	}
	level := slog.LevelInfo
	var action string
	switch {
	case o.canceled:
		// The client left, or its connection did: nothing to be loud about.
		action, level = "cancel", slog.LevelDebug
		attrs = append(attrs, slog.String("cause", status.Code(o.err).String()))
	case o.refused != "":
		action, level = "refuse", slog.LevelWarn
		attrs = append(attrs, slog.String("reason", string(o.refused)))
		m.errors.WithLabelValues(reasonLabel(o.refused)).Inc()
	default:
		v := o.verdict
		action = v.Verdict.Action.String()
		if v.Verdict.Action > scanner.Redact {
			action = "block"
		}
		if v.Verdict.Action == scanner.Allow && v.Verdict.Reason == "" {
			level = slog.LevelDebug
		}
		m.scan.Observe(v.scan.Seconds())
		m.body.Observe(float64(size))
		attrs = append(attrs, slog.Int("texts", v.Texts), slog.Int64("text_bytes", v.Bytes), slog.Duration("scan", v.scan))
		attrs = append(attrs, st.decisions(v)...)
		if v.Verdict.Reason != "" {
			level = slog.LevelWarn
			attrs = append(attrs, slog.String("reason", string(v.Verdict.Reason)))
			m.errors.WithLabelValues(reasonLabel(v.Verdict.Reason)).Inc()
			if v.err != nil {
				attrs = append(attrs, slog.String("error", v.err.Error()))
			}
		}
	}
	m.requests.WithLabelValues(action).Inc()
	if !st.s.log.Enabled(st.work, level) {
		return
	}
	attrs = append([]slog.Attr{slog.String("action", action)}, attrs...)
	st.s.log.LogAttrs(st.work, level, "request", attrs...)
}

// logged is how many different rules and places a log line names.
const logged = 20

// decisions counts the findings and returns what a log line says of them.
func (st *stream) decisions(v *verdict) []slog.Attr {
	if len(v.Verdict.Decisions) == 0 {
		return nil
	}
	var rules, places, sources, exceptions []string
	note := func(list []string, s string) []string {
		if s == "" || len(list) >= logged || slices.Contains(list, s) {
			return list
		}
		return append(list, s)
	}
	for i, d := range v.Verdict.Decisions {
		st.s.meter.finding(d)
		exceptions = note(exceptions, d.Exception)
		if d.Action == scanner.Allow {
			continue
		}
		rules = note(rules, d.Rule)
		if i < len(v.Places) {
			places = note(places, v.Places[i])
		}
		if d.Kind == scanner.KindPrivate { // whose detail says what the operator's own index has
			sources = note(sources, d.Detail)
		}
	}
	attrs := []slog.Attr{slog.Int("findings", len(v.Verdict.Decisions)), slog.Any("rules", rules), slog.Any("places", places)}
	if len(exceptions) > 0 {
		attrs = append(attrs, slog.Any("exceptions", exceptions))
	}
	if len(sources) > 0 {
		attrs = append(attrs, slog.Any("sources", sources))
	}
	return attrs
}

// reasonLabel keeps the label to the reasons of the table.
func reasonLabel(r scanner.Reason) string {
	if _, ok := statuses[r]; ok {
		return string(r)
	}
	return "other"
}
