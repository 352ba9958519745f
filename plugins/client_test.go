package plugins

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/detectortest"
)

func wordList(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "words.txt")
	if err := os.WriteFile(path, []byte("Blue Falcon\nHELIOS-#\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExampleAcrossTheBoundary(t *testing.T) {
	c := open(t, config(t, "codenames", "--words", wordList(t)))
	detectortest.Accept(t, c, detectortest.Example{Rule: "code-name", Kind: "internal", Value: "Blue Falcon", Confidence: scanner.High})
	t.Run("words from the environment", func(t *testing.T) {
		cfg := config(t, "codenames")
		cfg.Env = []string{"CODENAMES_WORDS=" + wordList(t)}
		detectortest.Accept(t, open(t, cfg), detectortest.Example{Rule: "internal-ticket", Kind: "internal", Value: "HELIOS-1234"})
	})
	if d := c.Description(); d.Name != "codenames" || len(d.Rules) != 2 {
		t.Errorf("description %+v", d)
	}
}

func TestEverythingCrosses(t *testing.T) {
	c := open(t, config(t, "testplugin"))
	texts := []scanner.Text{
		{Bytes: []byte("find")},
		{},
		{Bytes: []byte("where\n" + strings.Repeat(".", 40)), Where: "/a~1b/\xff", Role: scanner.RoleTool},
		{Bytes: []byte("segment\nx\n")},
		{Bytes: []byte("unsure")},
	}
	got, err := c.Detect(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	finding := func(text, end int, c scanner.Confidence, detail string) scanner.Finding {
		return scanner.Finding{Rule: "needle", Kind: scanner.KindPII, Text: text, Span: scanner.Span{End: end}, Confidence: c, Detail: detail}
	}
	want := []scanner.Finding{
		finding(0, 4, scanner.Medium, "sharp"),
		finding(2, 5+len("/a~1b/\uFFFD")+len("tool"), scanner.Medium, ""),
		{Rule: "block", Kind: scanner.KindCode, Text: 3, Span: scanner.Span{End: 10}, Confidence: scanner.High, Lines: 2},
		finding(4, 6, scanner.High, ""), // no confidence is the highest
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBigBatch(t *testing.T) {
	c := open(t, config(t, "testplugin"))
	padding := bytes.Repeat([]byte("ö"), 600<<10)
	var texts []scanner.Text
	for i := range 12 { // 14 MB in several messages
		b := append([]byte("find\n"), padding...)
		if i%3 == 0 {
			b = padding
		}
		texts = append(texts, scanner.Text{Bytes: b})
	}
	texts = append(texts, scanner.Text{Bytes: append([]byte("find\n"), bytes.Repeat(padding, 20)...)}) // 24 MB in one
	found, err := c.Detect(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[int]bool)
	for _, f := range found {
		seen[f.Text] = true
		if f.Span.End != len(texts[f.Text].Bytes) {
			t.Errorf("text %d: span %v", f.Text, f.Span)
		}
	}
	for i := range texts {
		if want := i%3 != 0 || i == 12; seen[i] != want {
			t.Errorf("text %d: found %v, want %v", i, seen[i], want)
		}
	}
	_, err = c.Detect(t.Context(), []scanner.Text{{Bytes: make([]byte, maxRequest)}})
	wantCause(t, err, CauseTooLarge)
	mustWork(t, c)
}

func TestManyFindings(t *testing.T) {
	c := open(t, config(t, "testplugin"))
	found, err := c.Detect(t.Context(), command("many", strings.Repeat("x", 100_000)))
	if err != nil || len(found) != 100_000 {
		t.Fatalf("%d findings, %v", len(found), err)
	}
	_, err = c.Detect(t.Context(), command("many", strings.Repeat("x", 400_000)))
	wantCause(t, err, CauseStatus) // more than a message holds, said so by the SDK
	mustWork(t, c)
	if n := c.Stats().Restarts; n != 0 {
		t.Errorf("%d restarts, want none", n)
	}
}

func TestNothingToAsk(t *testing.T) {
	c := open(t, config(t, "testplugin"))
	found, err := c.Detect(t.Context(), nil)
	if err != nil || found != nil || c.Stats().Calls != 0 {
		t.Errorf("found %v, %v in %d calls; want nothing in none", found, err, c.Stats().Calls)
	}
	if err := c.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestKilledDuringACall(t *testing.T) {
	c := open(t, config(t, "testplugin"))
	s, f := c.session(t.Context())
	if f != nil {
		t.Fatal(f)
	}
	var wg sync.WaitGroup
	errs := make([]error, 12)
	for i := range errs {
		wg.Go(func() { _, errs[i] = c.Detect(t.Context(), command("wait")) })
	}
	waitFor(t, "all calls to be waiting", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.waiting) == len(errs)
	})
	if err := s.proc.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	for _, err := range errs {
		wantCause(t, err, CauseCrashed)
	}
	mustWork(t, c)
	if got := c.Stats(); got.Restarts != 1 || !got.Running || got.Failures < int64(len(errs)) || got.CircuitOpen {
		t.Errorf("stats %+v; want one restart, and one crash is no reason to open the circuit", got)
	}
}

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for range 3000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("waited too long for " + what)
}

func TestCrashes(t *testing.T) {
	c := open(t, config(t, "testplugin"))
	for _, how := range []string{"exit", "crash"} {
		_, err := c.Detect(t.Context(), command(how, canary))
		wantCause(t, err, CauseCrashed)
		mustWork(t, c)
	}
	_, err := c.Detect(t.Context(), command("panic", canary))
	wantCause(t, err, CauseStatus)
	if n := c.Stats().Restarts; n != 2 {
		t.Errorf("%d restarts; a panic in Detect must not cost the process", n)
	}
}

func TestDeadline(t *testing.T) {
	cfg := config(t, "testplugin")
	cfg.Timeout = 200 * time.Millisecond
	c := open(t, cfg)
	for _, how := range []string{"hang", "wait"} {
		_, err := c.Detect(t.Context(), command(how))
		wantCause(t, err, CauseDeadline)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v does not wrap context.DeadlineExceeded", err)
		}
	}
	mustWork(t, c) // the hanging call holds up no other
	s := scanner.New(scanner.Options{Policy: scanner.Policy{OnError: scanner.Block}, Batch: []scanner.Detector{c}})
	v, err := s.Scan(t.Context(), command("wait"))
	if v.Action != scanner.Block || v.Reason != scanner.ReasonDeadline || err == nil {
		t.Errorf("verdict %+v, %v; want a block because of a deadline", v, err)
	}
}

func TestCallerGivesUp(t *testing.T) {
	cfg := config(t, "testplugin")
	cfg.FailureLimit = 1
	c := open(t, cfg)
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		_, err := c.Detect(ctx, command("hang"))
		wantCause(t, err, CauseCanceled)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v does not wrap context.Canceled", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err = c.Detect(ctx, command("hang"))
		wantCause(t, err, CauseDeadline)
		cancel()
	}
	mustWork(t, c) // callers without patience are not the plugin's failures
}

func TestBusy(t *testing.T) {
	cfg := config(t, "testplugin")
	cfg.MaxConcurrent = 1
	c := open(t, cfg)
	held, release := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := c.Detect(held, command("wait"))
		done <- err
	}()
	waitFor(t, "the slot to be taken", func() bool { return len(c.slots) == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := c.Detect(ctx, command("find"))
	wantCause(t, err, CauseBusy)
	release()
	wantCause(t, <-done, CauseCanceled)
	mustWork(t, c)
}

func TestCircuitOpens(t *testing.T) {
	var log logBuffer
	cfg := config(t, "testplugin")
	cfg.FailureLimit, cfg.Cooldown, cfg.Logger = 3, time.Hour, log.logger()
	c := open(t, cfg)
	for range 3 {
		_, err := c.Detect(t.Context(), command("error", canary))
		wantCause(t, err, CauseStatus)
	}
	_, err := c.Detect(t.Context(), command("find"))
	wantCause(t, err, CauseOpen)
	wantCause(t, c.Ping(t.Context()), CauseOpen)
	if s := c.Stats(); !s.CircuitOpen || s.Calls != 3 || s.Restarts != 0 {
		t.Errorf("stats %+v; want an open circuit, three calls and no restart", s)
	}
	c.breaker.mu.Lock()
	c.breaker.openUntil = time.Now()
	c.breaker.mu.Unlock()
	mustWork(t, c)
	if !strings.Contains(log.String(), "circuit open") || strings.Contains(log.String(), canary) {
		t.Errorf("log:\n%s", log.String())
	}
}

func TestHangingProcessIsReplaced(t *testing.T) {
	cfg := config(t, "testplugin")
	cfg.FailureLimit, cfg.Cooldown, cfg.Timeout = 2, time.Millisecond, 100*time.Millisecond
	c := open(t, cfg)
	for range 2 {
		_, err := c.Detect(t.Context(), command("hang"))
		wantCause(t, err, CauseDeadline)
	}
	waitFor(t, "a restart", func() bool { return c.Stats().Restarts > 0 })
	mustWork(t, c)
}

func TestClose(t *testing.T) {
	c := open(t, config(t, "testplugin"))
	s, f := c.session(t.Context())
	if f != nil {
		t.Fatal(f)
	}
	done := make(chan error, 1)
	go func() {
		_, err := c.Detect(t.Context(), command("wait"))
		done <- err
	}()
	waitFor(t, "the call to begin", func() bool { return len(c.slots) == 1 })
	c.Close()
	wantCause(t, <-done, CauseClosed, CauseCrashed)
	_, err := c.Detect(t.Context(), command("find"))
	wantCause(t, err, CauseClosed)
	wantCause(t, c.Ping(t.Context()), CauseClosed)
	select {
	case <-s.proc.ended:
	default:
		t.Error("the process outlives Close")
	}
	c.Close() // twice is fine
}

func TestConcurrentCalls(t *testing.T) {
	c := open(t, config(t, "testplugin"))
	var wg sync.WaitGroup
	for worker := range 16 {
		wg.Go(func() {
			for i := range 50 {
				text := fmt.Sprintf("find\n%d", 1000*worker+i)
				found, err := c.Detect(t.Context(), []scanner.Text{{}, {Bytes: []byte(text)}})
				if err != nil || len(found) != 1 || found[0].Text != 1 || found[0].Span.End != len(text) {
					t.Errorf("found %v, %v", found, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkDetect measures the way there and back: the detector does next to
// nothing.
func BenchmarkDetect(b *testing.B) {
	c := open(b, config(b, "testplugin"))
	for _, size := range []int{1 << 10, 64 << 10, 1 << 20} {
		text := []byte("find\n" + strings.Repeat("x", size))
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				found, err := c.Detect(b.Context(), []scanner.Text{{Bytes: text}})
				if err != nil || len(found) != 1 {
					b.Fatalf("found %v, %v", found, err)
				}
			}
		})
	}
}

// BenchmarkOpen measures a start up to the first answer.
func BenchmarkOpen(b *testing.B) {
	cfg := config(b, "testplugin")
	for b.Loop() {
		c, err := Open(b.Context(), cfg)
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Ping(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		c.Close()
		b.StartTimer()
	}
}
