package code_test

import (
	"testing"

	"github.com/sluice-dlp/sluice/scanner/code"
)

func TestTrainedOn(t *testing.T) {
	for source, want := range map[string]bool{"mxeval": true, "md-prose": true, "linguist-window": false, "stackeval": false, "": false} {
		if code.TrainedOn(source) != want {
			t.Errorf("%q: trained on is %t", source, !want)
		}
	}
}
