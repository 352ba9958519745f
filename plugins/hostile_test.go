package plugins

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sluice-dlp/sluice/scanner"
)

// TestInvalidAnswers asks a plugin without the SDK for every broken answer.
func TestInvalidAnswers(t *testing.T) {
	cfg := config(t, "testplugin", "-raw")
	cfg.FailureLimit = 1000
	c := open(t, cfg)
	tests := []struct {
		command string
		causes  []Cause
	}{
		{"outside", []Cause{CauseInvalid}},
		{"empty", []Cause{CauseInvalid}},
		{"wraps", []Cause{CauseInvalid}},
		{"text", []Cause{CauseInvalid}},
		{"text wraps", []Cause{CauseInvalid}},
		{"cut", []Cause{CauseInvalid}},
		{"rule", []Cause{CauseInvalid}},
		{"detail", []Cause{CauseInvalid}},
		{"confidence", []Cause{CauseInvalid}},
		{"lines", []Cause{CauseInvalid}},
		{"code", []Cause{CauseInvalid}},
		{"negative code", []Cause{CauseInvalid}},
		{"id", []Cause{CauseCrashed}},
		{"status", []Cause{CauseCrashed}},
		{"big answer", []Cause{CauseCrashed}},
	}
	for _, tt := range tests {
		t.Run(tt.command, func(t *testing.T) {
			mustWork(t, c)
			found, err := c.Detect(t.Context(), command(tt.command, canary+"é"))
			wantCause(t, err, tt.causes...)
			if found != nil {
				t.Errorf("findings %v came with the error", found)
			}
			if strings.Contains(err.Error(), canary) {
				t.Errorf("error %q quotes the text", err)
			}
		})
	}
	mustWork(t, c)
}

// TestAnswersOfTheSDK: what the SDK refuses never reaches the host.
func TestAnswersOfTheSDK(t *testing.T) {
	c := open(t, config(t, "testplugin"))
	for _, how := range []string{"outside", "kind"} {
		_, err := c.Detect(t.Context(), command(how, canary))
		wantCause(t, err, CauseStatus)
		if want := "plugin testplugin: status: Internal"; err.Error() != want {
			t.Errorf("error %q, want %q", err, want)
		}
	}
}

// TestCanary sends a marked text down every path that ends in an error and
// looks for it in all that the host says.
func TestCanary(t *testing.T) {
	for _, args := range [][]string{nil, {"-raw"}} {
		var log logBuffer
		cfg := config(t, "testplugin", args...)
		cfg.Logger, cfg.FailureLimit, cfg.Timeout = log.logger(), 1000, time.Second
		c := open(t, cfg)
		var said strings.Builder
		for _, how := range []string{
			"error", "panic", "crash", "exit", "hang", "print", "outside", "kind",
			"rule", "detail", "status", "id", "big answer",
		} {
			mustWork(t, c)
			for range 3 {
				if _, err := c.Detect(t.Context(), command(how, canary)); err != nil {
					said.WriteString(err.Error() + "\n")
				}
			}
		}
		mustWork(t, c)
		if args == nil {
			waitFor(t, "lines to be counted", func() bool { return c.Stats().LinesDropped >= 6 })
		}
		c.Close()
		if text := said.String() + log.String(); strings.Contains(text, canary) {
			t.Errorf("the canary got out:\n%s", text)
		}
		if !strings.Contains(log.String(), "plugin ended and is started again") || !strings.Contains(log.String(), "lines_dropped") {
			t.Errorf("the log does not tell of restarts:\n%s", log.String())
		}
	}
}

func TestNothingInherited(t *testing.T) {
	const secret = "MARKER-inherited"
	t.Setenv("SLUICE_TEST_SECRET", secret)
	t.Setenv("SLUICE_TEST_ALLOWED", "MARKER-allowed")
	cfg := config(t, "testplugin")
	cfg.Env = []string{"GIVEN=MARKER-given", "SLUICE_TEST_ALLOWED", "SLUICE_TEST_UNSET"}
	c := open(t, cfg)
	for argument, visible := range map[string]bool{
		secret: false, "SLUICE_TEST_SECRET": false, "PATH=" + os.Getenv("PATH"): false, "SLUICE_TEST_UNSET": false,
		"GIVEN=MARKER-given": true, "SLUICE_TEST_ALLOWED=MARKER-allowed": true,
	} {
		found, err := c.Detect(t.Context(), command("environment", argument))
		if err != nil {
			t.Fatal(err)
		}
		if got := len(found) == 1; got != visible {
			t.Errorf("%s is visible: %v, want %v", argument, got, visible)
		}
	}
}

// TestNoStandardInput: go-plugin would pass on the host's.
func TestNoStandardInput(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func(f *os.File) { os.Stdin = f }(os.Stdin)
	os.Stdin = r
	if _, err := w.WriteString(canary); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	found, err := open(t, config(t, "testplugin")).Detect(t.Context(), command("stdin"))
	if err != nil || len(found) != 1 {
		t.Errorf("found %v, %v; the plugin's standard input must be empty", found, err)
	}
}

// TestTextsAreFreeAfterAnError reuses bytes while the plugin is still at work;
// the race detector sees a host that still reads them.
func TestTextsAreFreeAfterAnError(t *testing.T) {
	cfg := config(t, "testplugin")
	cfg.Timeout, cfg.FailureLimit = 5*time.Millisecond, 1000
	c := open(t, cfg)
	buf := []byte("wait\n" + strings.Repeat("x", 3<<20))
	for range 10 {
		if _, err := c.Detect(t.Context(), []scanner.Text{{Bytes: buf}}); err == nil {
			t.Fatal("no deadline")
		}
		for i := 5; i < len(buf); i++ {
			buf[i]++
		}
	}
}
