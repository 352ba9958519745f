package fingerprint

import (
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// TestImportLines has lines that only say what a file uses, and lists of strings
// that look like them.
func TestImportLines(t *testing.T) {
	for line, want := range map[string]bool{
		`import os`: true, `	"net/http"`: true, `	server "net/http"`: true, `#include <stdio.h>`: true, `import java.util.List;`: true, `import (`: true, `)`: true,
		`	"get_language_by_name",`: false, `	"gateway"`: true, `import com.acme.ledger.Entry;`: false, `	"acme.example/ledger"`: false, `total := "net"`: false,
	} {
		if got := importLine([]byte(line)); got != want {
			t.Errorf("%s: %t", line, got)
		}
	}
}

// TestListsOfStrings has lines of one string each, with commas.
func TestListsOfStrings(t *testing.T) {
	const list = `    "reservation_not_found",
    "snapshot_is_in_use",
    "subnet_too_small",
    "tariff_unknown",
    "volume_still_attached",
    "window_closed",
    "invalid_parameter_combination",
    "operation_not_permitted",
    "quarter_already_closed",
    "auditor_is_not_assigned",
    "surcharge_out_of_range",
`
	d := New(open(t, build(t, Options{}, testKey, map[string]string{"a.py": "CODES = [\n" + list + "]\n\n" + ledger}), testKey))
	if found := detect(t, d, ask+list+thanks); len(found) != 1 || found[0].Confidence != scanner.High {
		t.Errorf("found %+v", found)
	}
}

// TestMarksAreNoLines has few words on many lines: they are reported and do not
// act, while as many words on a line each do.
func TestMarksAreNoLines(t *testing.T) {
	const few = `
	}
	for tariff, rate, margin, floor := range tariffs(settle, refund, overdue, disputed) {
		{
			{
				break
			}
		}
	}
	return settled, refunded, closed, auditors
}
`
	const many = `	tariffs,
	settle,
	refund,
	surcharge,
	settled,
	fees,
	accounts,
	entries,
	quarters,
	balances,
	auditors,
	surcharges,
	disputed,
	overdue,
	margins,
	floors,
	rates,
	closings,
`
	d := New(open(t, build(t, Options{}, testKey, map[string]string{"a.go": ledger + few + "\n" + many}), testKey))
	found := detect(t, d, ask+few+thanks)
	if len(found) != 1 || found[0].Confidence != scanner.Low {
		t.Errorf("few words: found %+v", found)
	}
	found = detect(t, d, ask+many+thanks)
	if len(found) != 1 || found[0].Confidence != scanner.High {
		t.Errorf("a word a line: found %+v", found)
	}
}

// TestFewImports has lists of what a file uses: a short one is the same in the
// programs of all who use the same things.
func TestFewImports(t *testing.T) {
	const four = `	"acme.example/payments/ledger/accounts"
	"acme.example/payments/ledger/entries"
	"acme.example/payments/tariffs/quarters"
	surcharges "acme.example/payments/tariffs/surcharges"
`
	const more = `	"acme.example/kitchen/kettle/temperature"
	"acme.example/kitchen/kettle/whistle"
	"acme.example/kitchen/spoons/silver"
	"acme.example/kitchen/spoons/wooden"
`
	d := New(open(t, build(t, Options{}, testKey, map[string]string{"a.go": "import (\n" + four + more + ")\n" + ledger}), testKey))
	for text, want := range map[string]scanner.Confidence{four + "\n\nfunc main() {\n\n\n": scanner.Low, four + more: scanner.High} {
		if found := detect(t, d, ask+text+thanks); len(found) != 1 || found[0].Confidence != want {
			t.Errorf("%d bytes: found %+v, want %v", len(text), found, want)
		}
	}
}
