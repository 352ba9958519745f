package envoy

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestReadmeListsStatuses holds the README's table to the one in the code.
func TestReadmeListsStatuses(t *testing.T) {
	data, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for reason, refusal := range Statuses() {
		retry := "no"
		if refusal.Retry {
			retry = "yes"
		}
		if row := fmt.Sprintf("| `%s` | %d | %s |", reason, refusal.Status, retry); !strings.Contains(string(data), row) {
			t.Errorf("README.md lacks %s", row)
		}
	}
	if n := strings.Count(string(data), "| no |") + strings.Count(string(data), "| yes |"); n != len(Statuses())+1 {
		t.Errorf("README.md has %d rows, want %d", n, len(Statuses())+1)
	}
}
