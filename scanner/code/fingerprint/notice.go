package fingerprint

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/sluice-dlp/sluice/scanner"
)

// legal are words that a licence header or copyright notice has.
var legal = [...]string{"copyright", "license", "licence", "spdx-", "warranties", "all rights reserved", "permission is hereby"}

// notices returns the ranges of comments that are licence headers or copyright
// notices. They are the same in thousands of files of others.
func notices(text []byte) []scanner.Span {
	var found []scanner.Span
	run := scanner.Span{Start: -1}
	block := false // inside of /* */ or <!-- -->
	end := func() {
		if run.Start >= 0 && isLegal(text[run.Start:run.End]) {
			found = append(found, run)
		}
		run.Start = -1
	}
	at := 0
	for line := range bytes.Lines(text) {
		trimmed := bytes.TrimSpace(line)
		comment := block || len(trimmed) > 0 && commentPrefix(trimmed)
		if !block && (bytes.HasPrefix(trimmed, []byte("/*")) || bytes.HasPrefix(trimmed, []byte("<!--"))) {
			comment, block = true, true
		}
		if block && (bytes.Contains(trimmed, []byte("*/")) || bytes.Contains(trimmed, []byte("-->"))) {
			block = false
		}
		switch {
		case comment && run.Start < 0:
			run = scanner.Span{Start: at, End: at + len(line)}
		case comment:
			run.End = at + len(line)
		default:
			end()
		}
		at += len(line)
	}
	end()
	return found
}

// legalPhrases stand in the common licences and the headers that point to them,
// one on every second line or so.
var legalPhrases = [...]string{
	"redistribution and use", "redistributions of source", "redistributions in binary", "following conditions", "following disclaimer",
	"above copyright notice", "all rights reserved", "neither the name", "endorse or promote", "prior written permission",
	"this software is provided", "software is provided", "implied warrant", "express or implied", "merchantability", "fitness for a particular",
	"in no event shall", "be liable for any", "consequential damages", "exemplary", "procurement of", "substitute goods", "loss of use",
	"business interruption", "theory of liability", "in contract", "strict liability", "tort (including", "arising in any way",
	"possibility of such damage", "permission is hereby", "free of charge", "associated documentation files", "without restriction",
	"use, copy, modify", "merge, publish", "sublicense", "to whom the software", "substantial portions", "\"as is\"", "warranty of any kind",
	"warranties or conditions", "licensed under the", "under the terms of", "may not use this file", "in compliance with the license",
	"obtain a copy of the license", "/licenses/", "required by applicable law", "agreed to in writing", "limitations under the license",
	"language governing permissions", "general public license", "free software foundation", "either version", "any later version",
	"mozilla public", "spdx-license", "patent license", "derivative works", "contributor license", "contributors may be used",
	"source code must retain", "provided with the distribution", "claim, damages", "authors or copyright holders", "creative commons",
	"copyright ", "(c) ", "use of this source code", "governed by", "found in the licen", "license file", "source tree", "see the license",
	"distributed under", "released under", "the authors", "contributors.",
}

// legalHints are words of which every licence has one.
var legalHints = []string{"licen", "copyright", "warrant", "redistribut", "permission"}

// What makes a passage of legal phrases: how far apart they are, in bytes, and
// how many of them.
const (
	legalGap  = 200
	legalFew  = 3
	legalEdge = 120 // longer lines than this are not taken along at the edges
)

// legalPassages returns ranges, in order, that have the wording of licences, in
// comments or not: they are common property wherever they stand.
func legalPassages(text []byte) []scanner.Span {
	lower := bytes.ToLower(text)
	if len(lower) != len(text) { // letters whose cases differ in length
		lower = lowerASCII(text)
	}
	if !slices.ContainsFunc(legalHints, func(hint string) bool { return bytes.Contains(lower, []byte(hint)) }) {
		return nil
	}
	var at []int
	for _, phrase := range legalPhrases {
		p := []byte(phrase)
		for i := 0; ; i += len(p) {
			n := bytes.Index(lower[i:], p)
			if n < 0 {
				break
			}
			i += n
			at = append(at, i)
		}
	}
	slices.Sort(at)
	var found []scanner.Span
	for i := 0; i < len(at); {
		k := i + 1
		for k < len(at) && at[k]-at[k-1] <= legalGap {
			k++
		}
		if k-i >= legalFew {
			span := wholeLines(text, at[i], at[k-1])
			// The lines before and after belong to it.
			if n := span.Start - 1; n > 0 {
				if line := bytes.LastIndexByte(text[:n], '\n') + 1; n-line <= legalEdge {
					span.Start = line
				}
			}
			if n := span.End + 1; n < len(text) {
				if line := bytes.IndexByte(text[n:], '\n'); line >= 0 && line <= legalEdge {
					span.End = n + line
				}
			}
			found = append(found, span)
		}
		i = k
	}
	return found
}

func lowerASCII(text []byte) []byte {
	out := bytes.Clone(text)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c | 0x20
		}
	}
	return out
}

// commonRanges returns what of a file is legal wording, in order.
func commonRanges(text []byte, document bool) []scanner.Span {
	spans := legalPassages(text)
	if !document {
		spans = append(spans, notices(text)...)
	}
	slices.SortFunc(spans, func(a, b scanner.Span) int { return cmp.Compare(a.Start, b.Start) })
	merged := spans[:0]
	for _, s := range spans {
		if n := len(merged); n > 0 && s.Start <= merged[n-1].End {
			merged[n-1].End = max(merged[n-1].End, s.End)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// commentPrefix reports whether a line, without the blanks around it, is a
// comment in one of the usual languages.
func commentPrefix(line []byte) bool {
	for _, p := range [...]string{"//", "#", "--", ";", "%", "*", "'"} {
		if rest, ok := bytes.CutPrefix(line, []byte(p)); ok {
			return len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || rest[0] == p[0] || rest[0] == '/' || rest[0] == '!'
		}
	}
	return false
}

// isLegal reports whether a comment is about rights. Long comments that happen
// to have one of the words are not.
func isLegal(comment []byte) bool {
	lower := bytes.ToLower(comment[:min(len(comment), 1<<14)])
	n := 0
	for _, w := range legal {
		if bytes.Contains(lower, []byte(w)) {
			n++
		}
	}
	return n >= 2 || n == 1 && len(comment) < 400
}

// inside reports whether a range touches one of the spans, which are in order.
// It drops the spans that lie before the range.
func inside(spans []scanner.Span, first, last int) ([]scanner.Span, bool) {
	for len(spans) > 0 && spans[0].End <= first {
		spans = spans[1:]
	}
	return spans, len(spans) > 0 && spans[0].Start <= last
}
