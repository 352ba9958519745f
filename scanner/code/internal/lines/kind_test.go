package lines

import (
	"bytes"
	"strings"
	"testing"
)

// begun are lines of every kind that is told by how a line begins, and some that
// nearly are.
const begun = "```go\n~~~\n``````\n@@ -1,2 +1,3 @@\ndiff --git a/x b/x\ndiff -u x y\n--- a/x\n+++ b/x\n--- /dev/null\nindex 0a1b2c3..4d5e6f7 100644\n| a | b |\n" +
	"#include <x>\n#define X 1\n#ifdef X\n#ifndef X\n#endif\n#!/bin/sh\n#0  main () at a.c:1\n<?php\n<?xml version=1?>\n<!DOCTYPE html>\n<html>\n<script>\n</p>\n" +
	"    at com.example.Main.run(Main.java:12)\nFile \"x.py\", line 3, in f\nTraceback (most recent call last):\nCaused by: x\nException in thread main\n" +
	"goroutine 1 [running]:\nfrom x.rb:1:in f\n... 12 more\n\t/usr/x/y.go:12 +0x1d\n0000000: 6865 6c6c 6f20 776f 726c 6421 2068 6921 2068  hello\n" +
	"deadbeef: 6865 6c6c 6f20 776f 726c 6421 2068 6921 2068  hello\nffff0: 6865 6c6c 6f20 776f 726c 6421 2068 6921 2068  hello\n" +
	"2026-01-02 15:04:05 x\n[2026-01-02] x y z\n15:04:05 started\n20260102T150405 x\n10.0.0.1 - - x\nJan  2 15:04:05 host x\nMay  2 15:04 host\nSun Jan  2 15:04:05\n" +
	"INFO  started now\nWARN: it failed\nERROR|it failed\nDEBUG\tit failed\nTRACE it failed\nFATAL it failed\nCRITICAL it failed\nNOTICE it failed\n[info] it started\n<warn> it failed\n" +
	"time=\"2026\" x\ntime=2026 level\nts=2026-01-02\nlevel=info msg\nmsg=\"it failed\"\na.c:1:2: error: it failed\nx.go:1:2: warning: it failed: so\nmain.rs:12:5: note: x\n" +
	"{\"a\": 1}\n[\n{\n}\n},\n}]\n],\n\"a\": 1,\n\"a\",\n\"a\": {\n12,\n-1.5e3,\n1 2 3\n[1, 2]\n; 1, 2\n, 1 2\na,b,c\na\tb\tc\na|b|c\nx: 1, 2, 3\n" +
	"- flour\n* lib\n+ x\n• eggs\n2. Stir\n12) Stir\na) one\nb. two\na1) one\n-----BEGIN X-----\n-----END X-----\n" +
	"U29tZXRoaW5nIHRoYXQgaXMgbm90IGEga2V5IGF0IGFsbDEy\nabcdef0123456789abcdef0123456789abcdef0123456789\n/9j4AAQSkZJRgABAQEAYABgAAD2wBDAAgGBgcGBQgHBwcJCQ\n" +
	"+9j4AAQSkZJRgABAQEAYABgAAD2wBDAAgGBgcGBQgHBwcJCQ\n=9j4AAQSkZJRgABAQEAYABgAAD2wBDAAgGBgcGBQgHBwcJCQ\n_9j4AAQSkZJRgABAQEAYABgAAD2wBDAAgGBgcGBQgHBwcJCQ\n" +
	"return x\nif err != nil {\nInteger x = 1;\nfunc f() {\n// see x.go: there\nx = f(a, b, c);\n"

// TestKindByBeginning holds kindOf to what it does without looking at how a line
// begins first, for all that two bytes can begin.
func TestKindByBeginning(t *testing.T) {
	kinds := make(map[Kind]bool)
	same := func(line []byte) {
		body := bytes.TrimFunc(line, func(r rune) bool { return r < 0x80 && classOf[r] == classSpace })
		if len(body) == 0 {
			return
		}
		var counts marks
		blank := false
		for _, c := range body {
			counts[markOf[c]]++
			blank = blank || classOf[c] == classSpace
		}
		columns := bytes.Index(line, body)
		want := kindByBeginning(line, body, &counts, columns)
		kinds[want] = true
		if got := kindOf(line, body, &counts, columns, blank); got != want {
			t.Fatalf("%q: kind %d, want %d", line, got, want)
		}
	}
	for line := range strings.SplitSeq(begun, "\n") {
		for _, before := range []string{"", "\t", "    "} {
			line := []byte(before + line)
			same(line)
			if len(line) < len(before)+2 {
				continue
			}
			for first := range 256 {
				line[len(before)] = byte(first)
				same(line)
			}
		}
	}
	for first := range 256 {
		for second := range 256 {
			for _, rest := range []string{"", " ", "at", "NFO x y z", "n 12 10:00 x", ",1,2,3", "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", ". x", ": 1: 2: error: x", "=2026 level=x"} {
				same(append([]byte{byte(first), byte(second)}, rest...))
			}
		}
	}
	for kind := range Kind(Kinds) {
		if !kinds[kind] && kind != Blank {
			t.Errorf("there is no line of kind %d", kind)
		}
	}
}
