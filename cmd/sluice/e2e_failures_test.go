package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluice-dlp/sluice/bench"
)

// crowd sends n requests from some clients, each with a secret of its own, and
// counts the statuses; 0 stands for no answer. before is called before each
// request with its number.
func (e *e2e) crowd(clients, n, size int, before func(i int64)) map[int]int {
	e.t.Helper()
	var next atomic.Int64
	var mu sync.Mutex
	statuses := map[int]int{}
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			f := bench.NewFiction(uint64(1000 + c))
			fill := strings.ReplaceAll(bench.Prose(uint64(c), max(size, 512)), "\n", " ")[:max(0, size-200)]
			for {
				i := next.Add(1)
				if i > int64(n) {
					return
				}
				if before != nil {
					before(i)
				}
				a := e.post(chatPath, []byte(chatBody(fill[:len(fill)/2]+" the key id is "+f.AWSAccessKeyID()+" and "+fill[len(fill)/2:])))
				mu.Lock()
				statuses[a.status]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return statuses
}

// marker begins every secret that a crowd sends and nothing else that it sends.
var marker = bench.NewFiction(1).AWSAccessKeyID()[:4]

// mustBeUnread fails if a secret of a crowd reached the provider, or if as many
// requests as were answered with 200 did not.
func (e *e2e) mustBeUnread(statuses map[int]int) {
	e.t.Helper()
	if e.stub.Truncated() {
		e.t.Fatal("the stand-in did not keep everything")
	}
	whole, read := 0, 0
	for _, r := range e.stub.Requests() {
		if bytes.Contains(r.Body, []byte(marker)) {
			e.t.Errorf("a secret reached the provider, in a body of %d bytes", r.Size)
		}
		if r.Complete {
			whole++
		}
		read += bytes.Count(r.Body, []byte("[REDACTED:aws-access-key-id]"))
	}
	if whole < statuses[200] || read != whole {
		e.t.Errorf("%d whole requests and %d redactions at the provider, %d answers with 200", whole, read, statuses[200])
	}
	for status, n := range statuses {
		if status != 200 && status != 503 {
			e.t.Errorf("%d answers with status %d", n, status)
		}
	}
}

// TestE2EKills kills the sidecar again and again under load.
func TestE2EKills(t *testing.T) {
	requests, kills := 2_000, 4
	if everything() && !testing.Short() {
		requests, kills = 10_000, 10
	}
	e := newE2E(t, "log: {level: error}\n")
	var mu sync.Mutex
	killed := 0
	statuses := e.crowd(8, requests, 1<<10, func(i int64) {
		mu.Lock()
		defer mu.Unlock()
		if killed < kills && i > int64(killed+1)*int64(requests)/int64(kills+1) {
			killed++
			e.sidecar.kill()
			if err := e.startSidecar(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		}
	})
	t.Logf("%d requests, %d kills: statuses %v", requests, killed, statuses)
	if killed != kills {
		t.Errorf("%d kills, want %d", killed, kills)
	}
	if statuses[200] < requests/2 {
		t.Errorf("only %d of %d requests were answered", statuses[200], requests)
	}
	e.mustBeUnread(statuses)
}

// TestE2EOverload gives the sidecar more than it has room and time for.
func TestE2EOverload(t *testing.T) {
	for name, limits := range map[string]string{
		"default": "",
		"no room": "limits: {body: 1MiB, in_flight: 2MiB, queue_timeout: 50ms}\n",
		"no time": "limits: {scan_timeout: 1ms}\n",
	} {
		t.Run(name, func(t *testing.T) {
			e := newE2E(t, limits+"log: {level: error}\n")
			small := e.crowd(32, 256, 64<<10, nil)
			large := e.crowd(6, 36, 512<<10, nil)
			t.Logf("32 clients × 64 KB: statuses %v; 6 clients × 512 KB: statuses %v", small, large)
			if name == "default" && small[200]+large[200] != 256+36 {
				t.Errorf("requests were refused that had room and time")
			}
			for status, n := range large {
				small[status] += n
			}
			e.mustBeUnread(small)
		})
	}
}

// TestE2EMemory holds the sidecar to its cap on what it keeps. The slack is for
// the program and its rules (about 100 MB with some 1,200 rules), gRPC's buffers (a piece of a body for each
// request) and what the collector has not yet found to be garbage.
func TestE2EMemory(t *testing.T) {
	const limit, slack = 128 << 20, 128 << 20
	e := newE2E(t, "limits: {in_flight: 128MiB, queue_timeout: 30s, scan_timeout: 30s}\nlog: {level: error}\n")
	requests := 64
	if everything() && !testing.Short() {
		requests = 192
	}
	statuses := e.crowd(64, requests, 4<<20, nil)
	peak, err := peakMemory(e.sidecar.cmd.Process.Pid)
	if err != nil {
		missing(t, "peak memory is not known here: %v", err)
	}
	t.Logf("64 clients × 4 MB: statuses %v, peak of the sidecar %d MB", statuses, peak>>20)
	if peak > limit+slack {
		t.Errorf("peak of %d MB, want at most %d MB", peak>>20, (limit+slack)>>20)
	}
	if statuses[200] == 0 {
		t.Error("no request was answered")
	}
	e.mustBeUnread(statuses)
}

// peakMemory is the largest resident set that a process has had, in bytes.
func peakMemory(pid int) (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kb << 10, err
		}
	}
	return 0, io.EOF
}

// TestE2EFullDisk logs to a device that is always full.
func TestE2EFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		missing(t, "this system has no /dev/full")
	}
	secret := bench.NewFiction(61).AWSAccessKeyID()
	e := newE2E(t, strings.Replace(e2eConfig, "log: {level: debug}", "log: {level: debug, file: /dev/full}", 1))
	body := chatBody("the key is " + secret)
	for range 20 {
		e.stub.Reset()
		a := e.post(chatPath, []byte(body))
		if a.status != 200 {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		mustBeRedacted(t, body, string(e.one().Body), secret)
		e.mustNotHold([]string{secret}, a)
	}
	e.awaitMetric("the lost lines to be counted", func(m string) bool {
		return strings.Contains(m, "sluice_log_write_errors_total ") && !strings.Contains(m, "sluice_log_write_errors_total 0\n")
	})
}

// TestE2EBrokenRules breaks a rule file before the start and while requests
// come.
func TestE2EBrokenRules(t *testing.T) {
	binary, err := buildBinary()
	if err != nil {
		t.Fatal(err)
	}
	secret := bench.NewFiction(62).AWSAccessKeyID()
	folder := t.TempDir()
	file := filepath.Join(folder, "acme.yaml")
	rule := func(pattern string) {
		t.Helper()
		text := "rules:\n  - id: acme-thing\n    kind: secret\n    title: A thing of Acme's\n    pattern: '" + pattern + "'\n    confidence: high\n    match: ['a zebra-thing here']\n    nomatch: ['a horse']\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config := "rules: [" + folder + "]\n" + e2eConfig

	rule("zebra-(")
	out, err := exec.Command(binary, "serve", "--listen", "unix:"+filepath.Join(folder, "s"), "--rules", folder).CombinedOutput()
	if err == nil || !strings.Contains(string(out), file+":5") {
		t.Errorf("a broken rule at the start: %v, %s", err, out)
	}

	rule("zebra-[a-z]+")
	e := newE2E(t, config)
	body := chatBody("zebra-thing and " + secret)
	check := func() {
		t.Helper()
		e.stub.Reset()
		a := e.post(chatPath, []byte(body))
		if a.status != 200 {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		mustBeRedacted(t, body, string(e.one().Body), secret, "zebra-thing")
	}
	check()
	rule("zebra-(")
	e.awaitMetric("the broken file to be noticed", func(m string) bool { return strings.Contains(m, "sluice_config_valid 0") })
	check()
	if log := e.sidecar.said(); !strings.Contains(log, file+":5") {
		t.Errorf("the log does not say which line: %s", log)
	}
	rule("zebra-[a-z]{3,}")
	e.awaitMetric("the mended file to be noticed", func(m string) bool { return strings.Contains(m, "sluice_config_valid 1") })
	check()
	e.mustNotHold([]string{secret})
}

// TestE2EPluginDies sends a text on which a plugin ends its own process.
func TestE2EPluginDies(t *testing.T) {
	plugin := filepath.Join(t.TempDir(), "plugin")
	if out, err := exec.Command("go", "build", "-o", plugin, "./testdata/frailplugin").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(plugin)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	e := newE2E(t, fmt.Sprintf("plugins: [{name: frail, path: %s, sha256: %s, timeout: 5s}]\n%s", plugin, hex.EncodeToString(sum[:]), e2eConfig))
	body := chatBody("a plugin-word is found by the plugin")
	a := e.post(chatPath, []byte(body))
	if a.status != 200 {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	mustBeRedacted(t, body, string(e.one().Body), "plugin-word")
	for _, word := range []string{"die-now", "fail-now"} {
		e.stub.Reset()
		a := e.post(chatPath, []byte(chatBody("please "+word+" with "+bench.NewFiction(63).AWSAccessKeyID())))
		e.mustBeAnswered(a, 503, "sluice_detector_failed")
		if len(e.stub.Requests()) != 0 {
			t.Errorf("%s: a request reached the provider", word)
		}
	}
	// It is started again, and meanwhile nothing passes without it.
	deadline := time.Now().Add(30 * time.Second)
	for {
		e.stub.Reset()
		if a = e.post(chatPath, []byte(body)); a.status == 200 {
			break
		}
		if a.status != 503 || len(e.stub.Requests()) != 0 || time.Now().After(deadline) {
			t.Fatalf("status %d, %d requests reached the provider: %s", a.status, len(e.stub.Requests()), a.body)
		}
		time.Sleep(100 * time.Millisecond)
	}
	mustBeRedacted(t, body, string(e.one().Body), "plugin-word")
}
