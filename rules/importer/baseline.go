package importer

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// baseline is a baseline of detect-secrets: secrets that were looked at, by file,
// with the SHA-1 of each.
type baseline struct {
	Results map[string][]struct {
		Type   string `json:"type"`
		Hash   string `json:"hashed_secret"`
		Line   int    `json:"line_number"`
		Secret *bool  `json:"is_secret"`
	} `json:"results"`
}

func readBaseline(data []byte, out *Result) error {
	var f baseline
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	real, unaudited := 0, 0
	seen := make(map[string]bool)
	for _, file := range slices.Sorted(maps.Keys(f.Results)) {
		for _, s := range f.Results[file] {
			hash := strings.ToLower(s.Hash)
			switch {
			case len(hash) != 40 || strings.Trim(hash, "0123456789abcdef") != "":
				out.leave(file, "line %d has no SHA-1", s.Line)
				continue
			case s.Secret != nil && *s.Secret:
				real++ // somebody has said that it is one: it must not leave
				continue
			case seen[hash]:
				continue
			case s.Secret == nil && !out.unaudited:
				unaudited++
				continue
			}
			seen[hash] = true
			out.Exceptions = append(out.Exceptions, Exception{
				Value: "sha1:" + hash, Owner: "detect-secrets baseline",
				Reason: fmt.Sprintf("%s in %s, line %d", s.Type, file, s.Line),
			})
		}
	}
	out.Notes = append(out.Notes, "a SHA-1 of a short value can be guessed by whoever reads this file: replace it by what `sluice rules hash` prints where that matters")
	if unaudited > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("%d entries were never audited and are no exceptions: run `detect-secrets audit` first, or take them over as they are with --unaudited", unaudited))
	}
	if real > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("%d entries are marked as real secrets and are no exceptions", real))
	}
	return nil
}
