package plugins

import (
	"errors"
	"fmt"
	"slices"

	"github.com/sluice-dlp/sluice/scanner"
)

// Plugin is what Serve serves: a detector that can say what it is.
type Plugin interface {
	scanner.Detector
	// Describe is called once per start and must always answer the same.
	Describe() Description
}

// Description says what a plugin is and everything it may ever report. The
// host accepts nothing else from it, so that neither logs nor metrics can
// carry words of the plugin's making.
type Description struct {
	Name    string // lower-case letters, digits, ".", "_" and "-"; at most 64 bytes
	Version string // letters, digits and ".+_-"; at most 32 bytes
	Rules   []Rule // at least one, at most 256
}

// Rule is one thing that a plugin finds.
type Rule struct {
	ID   string       // as Finding.Rule: lower-case letters, digits, ".", "_" and "-"; at most 64 bytes
	Kind scanner.Kind // of every finding of the rule: lower-case letters, digits and "-"; at most 32 bytes
	// Details holds every value that Finding.Detail may take beside the empty
	// one: lower-case letters, digits and " ._+#/-"; at most 64 of at most 64 bytes.
	Details []string
}

// Limits of a Description.
const (
	maxRules   = 256
	maxDetails = 64
	maxWord    = 64
	maxShort   = 32
)

const (
	lower   = "abcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
	letters = lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// Validate reports everything that is wrong with a description. Its error
// gives positions and never quotes, because the host prints it too.
func (d Description) Validate() error {
	var errs []error
	if !isWord(d.Name, maxWord, lower+digits+"._-") {
		errs = append(errs, errors.New("the plugin's name is not a valid name"))
	}
	if !isWord(d.Version, maxShort, letters+digits+".+_-") {
		errs = append(errs, errors.New("the plugin's version is not a valid version"))
	}
	if len(d.Rules) == 0 || len(d.Rules) > maxRules {
		errs = append(errs, fmt.Errorf("%d rules: declare 1 to %d", len(d.Rules), maxRules))
		return errors.Join(errs...)
	}
	seen := make(map[string]bool)
	for i, r := range d.Rules {
		if !isWord(r.ID, maxWord, lower+digits+"._-") {
			errs = append(errs, fmt.Errorf("rule %d: not a valid id", i))
		}
		if seen[r.ID] {
			errs = append(errs, fmt.Errorf("rule %d: declared twice", i))
		}
		seen[r.ID] = true
		if !isWord(string(r.Kind), maxShort, lower+digits+"-") {
			errs = append(errs, fmt.Errorf("rule %d: not a valid kind", i))
		}
		if len(r.Details) > maxDetails {
			errs = append(errs, fmt.Errorf("rule %d: %d details: declare at most %d", i, len(r.Details), maxDetails))
			continue
		}
		for j, detail := range r.Details {
			if !isWord(detail, maxWord, lower+digits+" ._+#/-") {
				errs = append(errs, fmt.Errorf("rule %d: detail %d is not valid", i, j))
			}
		}
	}
	return errors.Join(errs...)
}

// isWord reports whether s is made of the allowed bytes, begins with a letter
// or digit and is 1 to longest bytes long.
func isWord(s string, longest int, allowed string) bool {
	if s == "" || len(s) > longest {
		return false
	}
	for i := range len(s) {
		if !contains(allowed, s[i]) {
			return false
		}
	}
	return contains(letters+digits, s[0])
}

func contains(set string, b byte) bool {
	for i := range len(set) {
		if set[i] == b {
			return true
		}
	}
	return false
}

// same reports whether two descriptions declare the same. A plugin whose
// description changes from one start to the next could use it to speak.
func (d Description) same(o Description) bool {
	return d.Name == o.Name && d.Version == o.Version &&
		slices.EqualFunc(d.Rules, o.Rules, func(a, b Rule) bool {
			return a.ID == b.ID && a.Kind == b.Kind && slices.Equal(a.Details, b.Details)
		})
}
