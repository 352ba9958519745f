package main

import (
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"slices"

	"github.com/sluice-dlp/sluice/rules"
)

// sarif writes SARIF 2.1.0, the format of code scanning services:
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
// The document is one JSON object, so it is written at the end.
type sarif struct {
	w       io.Writer
	rules   []sarifRule
	index   map[string]int
	results []sarifResult
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
	// Properties have the tags that code scanning services filter by.
	Properties *sarifTags `json:"properties,omitempty"`
}

type sarifTags struct {
	Tags []string `json:"tags"`
}

type sarifResult struct {
	RuleID     string          `json:"ruleId"`
	RuleIndex  int             `json:"ruleIndex"`
	Level      string          `json:"level"`
	Message    sarifText       `json:"message"`
	Locations  []sarifLocation `json:"locations"`
	Properties sarifProperties `json:"properties"`
}

type sarifProperties struct {
	Kind       string `json:"kind"`
	Confidence string `json:"confidence"`
	Where      string `json:"where,omitempty"`
	Source     string `json:"source,omitempty"`
}

type sarifLocation struct {
	PhysicalLocation sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	ArtifactLocation struct {
		URI string `json:"uri"`
	} `json:"artifactLocation"`
	Region sarifRegion `json:"region"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine,omitempty"`
	EndColumn   int `json:"endColumn"`
}

func newSARIF(files []*rules.File, w io.Writer) *sarif {
	s := &sarif{w: w, rules: []sarifRule{}, index: make(map[string]int), results: []sarifResult{}}
	for _, f := range files {
		for _, r := range f.Rules {
			title := r.Title
			if title == "" {
				title = r.ID
			}
			i := s.rule(r.ID, title)
			s.rules[i].Properties = &sarifTags{slices.Concat(r.Tags, r.Mappings())}
		}
	}
	return s
}

// rule returns the index of a rule, which it adds if it is new.
func (s *sarif) rule(id, title string) int {
	i, ok := s.index[id]
	if !ok {
		i = len(s.rules)
		s.index[id] = i
		s.rules = append(s.rules, sarifRule{ID: id, ShortDescription: sarifText{title}})
	}
	return i
}

// sarifLevels: low is a note, since placeholders are what it mostly is.
func sarifLevel(confidence string) string {
	switch confidence {
	case "low":
		return "note"
	case "medium":
		return "warning"
	}
	return "error"
}

func (s *sarif) record(rec *record) error {
	index := newLineIndex(rec.text)
	for _, f := range rec.hits {
		var at sarifPhysical
		at.ArtifactLocation.URI = (&url.URL{Path: filepath.ToSlash(rec.path)}).String()
		if rec.line > 0 {
			at.Region = sarifRegion{StartLine: rec.line, StartColumn: f.Start + 1, EndColumn: f.End + 1}
		} else {
			at.Region.StartLine, at.Region.StartColumn = index.at(f.whole.Start)
			at.Region.EndLine, at.Region.EndColumn = index.at(f.whole.End)
		}
		s.results = append(s.results, sarifResult{
			RuleID:     f.Rule,
			RuleIndex:  s.rule(f.Rule, f.Rule),
			Level:      sarifLevel(f.Confidence),
			Message:    sarifText{"Found by the rule " + f.Rule + ", with " + f.Confidence + " confidence."},
			Locations:  []sarifLocation{{at}},
			Properties: sarifProperties{string(f.Kind), f.Confidence, f.Where, f.Source},
		})
	}
	return nil
}

func (s *sarif) end() error {
	type driver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	type tool struct {
		Driver driver `json:"driver"`
	}
	type run struct {
		Tool       tool          `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	document := struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []run  `json:"runs"`
	}{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs: []run{{
			Tool:       tool{driver{"sluice", version(), "https://github.com/sluice-dlp/sluice", s.rules}},
			ColumnKind: "unicodeCodePoints",
			Results:    s.results,
		}},
	}
	e := json.NewEncoder(s.w)
	e.SetIndent("", "  ")
	return e.Encode(document)
}
