package main

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/detectortest"
)

const list = "# projects\nBlue Falcon\nBlue\n\nQuasarite\nHELIOS-#\nÅngström\n"

func parsed(t *testing.T) *names {
	t.Helper()
	n, err := parse(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAccept(t *testing.T) {
	t.Run("name", func(t *testing.T) {
		detectortest.Accept(t, parsed(t), detectortest.Example{Rule: ruleName, Kind: kind, Value: "Blue Falcon"})
	})
	t.Run("ticket", func(t *testing.T) {
		detectortest.Accept(t, parsed(t), detectortest.Example{Rule: ruleTicket, Kind: kind, Value: "HELIOS-1234"})
	})
}

func TestFind(t *testing.T) {
	tests := []struct {
		text string
		want []string // rule, confidence, text
	}{
		{"", nil},
		{"a falcon, quite blu", nil},
		{"BLUE_FALCON and blue  falcon", []string{"code-name high BLUE_FALCON", "code-name high blue  falcon"}},
		{"Blue, Falcon", []string{"code-name medium Blue"}},
		{"see helios-7, HELIOS-x, HELIOS 8, helios-09a", []string{"internal-ticket high helios-7"}},
		{"quasarites", nil},
		{"«QUASARITE»", []string{"code-name medium QUASARITE"}},
		{"ÅNGSTRÖM", []string{"code-name medium ÅNGSTRÖM"}},
		{"HELIOS-", nil},
	}
	for _, tt := range tests {
		found, err := parsed(t).Detect(t.Context(), []scanner.Text{{Bytes: []byte(tt.text)}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, f.Rule+" "+f.Confidence.String()+" "+tt.text[f.Span.Start:f.Span.End])
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, bad := range []string{"", "# only a remark\n", "ok\n---\n", "A#B\n", "-#\n"} {
		if _, err := parse(strings.NewReader(bad)); err == nil {
			t.Errorf("parse(%q) succeeded", bad)
		}
	}
}

func TestDescription(t *testing.T) {
	if err := parsed(t).Describe().Validate(); err != nil {
		t.Error(err)
	}
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if found, err := parsed(t).Detect(ctx, []scanner.Text{{Bytes: []byte("Blue Falcon")}}); err == nil {
		t.Errorf("found %v after the context ended", found)
	}
}
