package corpus

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/sluice-dlp/sluice/scanner/code/fingerprint"
)

// TestCommonRecord holds the set to its record.
func TestCommonRecord(t *testing.T) {
	data, err := os.ReadFile("common.json")
	if err != nil {
		t.Fatal(err)
	}
	var record struct {
		Set      string   `json:"set_sha256"`
		Packages []string `json:"packages"`
		Licenses []string `json:"licenses"`
	}
	if err := json.Unmarshal(data, &record); err != nil {
		t.Fatal(err)
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(commonSet)); sum != record.Set {
		t.Errorf("common.idx is %s, common.json says %s: go run ./scanner/code/fingerprint/corpus/common makes both", sum, record.Set)
	}
	if len(record.Packages) == 0 || len(record.Licenses) != len(record.Packages) || slices.Contains(record.Licenses, "") {
		t.Errorf("%d packages, %d licences", len(record.Packages), len(record.Licenses))
	}
}

// everybodys is what everybody wrote once.
const everybodys = `	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
`

// TestCommonIsLeftOut has common code beside one's own.
func TestCommonIsLeftOut(t *testing.T) {
	common, err := Common()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"tea.go": program("tea") + "\nfunc same(a, b []int) bool {\n" + everybodys}
	texts := map[string]string{"common": everybodys, "own": program("tea")}
	for _, test := range []struct {
		public []*fingerprint.Public
		want   int
	}{{nil, 2}, {[]*fingerprint.Public{common}, 1}} {
		o := options(t, tree(t, files))
		o.Index.Public = test.public
		_, found := made(t, o, texts)
		if len(found) != test.want || found["own"] == "" {
			t.Errorf("%d sets: found %v", len(test.public), found)
		}
	}
}
