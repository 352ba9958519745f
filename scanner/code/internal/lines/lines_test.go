package lines

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestKinds(t *testing.T) {
	for line, want := range map[string]Kind{
		"": Blank, " \t ": Blank, "word": Plain,
		"```": Fence, "  ```go": Fence, "~~~~": Fence, "```inline``` code": Plain,
		"2024-01-02 10:11:12 started": Log, "[10:11] <a> hello": Log, "WARN disk is full": Log, "[error] disk is full": Log,
		"10.0.0.1 - - [x]": Log, "Warning signs are": Plain, "main.c:14:5: warning: unused variable 'x'": Log, "a/b.go:7: error: no: x": Log, "a:1: note": Plain, "x: 1:2: error": Plain, "2024 was a good year": Plain, "INFORM the others": Plain,
		"Mar  3 09:01:02 h x": Log, `time="2024-01-02T10:11:12Z" level=info`: Log, "20240102T101112 boot": Log,
		`"key": "value",`: JSON, `"key": {`: JSON, "},": JSON, "[": JSON, `{"a": 1}`: JSON, "12.5,": JSON,
		`"name": None,`: Plain, "{ a: 1 }": Plain, `"so he said", and left`: Plain,
		"| a | b |": Row, "a\tb\tc": Row, "1,2,3": Row, " [  3  6.5 -7 ]": Row, "1 2 3": Row, "a[1] 2": Plain, "12 apples": Plain, "a, b, and c": Plain, "f(a,b,c);": Plain,
		"    at a.b.C.d(C.java:1)": Trace, "at noon (or so)": Plain, `  File "a.py", line 3, in f`: Trace,
		"#0  main () at a.c:1": Trace, "#1 priority": Plain, "goroutine 7 [running]:": Trace, "\t/src/a.go:12 +0x1d": Trace,
		"@@ -1,2 +1,2 @@ func": DiffHunk, "diff --git a/x b/x": DiffHead, "--- a/x": DiffHead, "---": Plain, "- item": Item, "* lib.name": Item, "2. Stir well.": Item, "a) one": Item, "- name: x": Plain, "- f(x) = (y)": Plain, "x. y": Item,
		"-----BEGIN CERTIFICATE-----": Encoded, "-----END X-----": Encoded, "----- cut here -----": Plain,
		"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo":     Encoded,
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08":     Encoded,
		"00000010: 0011 2233 4455 6677 8899 aabb ccdd eeff  ..\"3DUfw........": Encoded,
		"00000010  00 11 22 33 44 55 66 77  88 99 aa bb cc dd ee ff  |..\"3|":  Encoded,
		"  401136:\t48 83 ec 08          \tsub    $0x8,%rsp":                   Plain, "com/example/internal/repository/UserAccountRepositoryImpl": Plain,
		"some_rather_long_name_of_a_function_with_2_numbers_and_4_more": Plain,
		"#include <a.h>": Directive, "<?php": Directive, "# Title": Plain,
	} {
		r := Reader{W: &Weights{}}
		if got := r.Read([]byte(line)).Kind; got != want {
			t.Errorf("%q is of kind %d, want %d", line, got, want)
		}
	}
}

func TestScoreIsSumOfFeatures(t *testing.T) {
	w, err := Fitted()
	if err != nil {
		t.Fatal(err)
	}
	r := Reader{W: w, Collect: true}
	for _, line := range []string{"x", "  return foo(bar[1], \"ü\") // done", "Dear Anna, thank you.", strings.Repeat("a;", 9000)} {
		got := r.Read([]byte(line)).Score
		var tokens, whole int32
		for _, f := range r.Tokens {
			tokens += int32(w.W[f])
		}
		for _, f := range r.Whole {
			whole += int32(w.W[f])
		}
		plain := Reader{W: w}
		if quick := plain.Read([]byte(line)).Score; quick != got {
			t.Errorf("score is %f, and %f when features are kept", quick, got)
		}
		if want := (float32(tokens)/Root(r.Count()) + float32(whole+w.Bias)) / Scale; got != want {
			t.Errorf("score is %f, its features sum up to %f", got, want)
		}
	}
}

func TestWeightsAreThoseOnRecord(t *testing.T) {
	text, err := os.ReadFile("weights.json")
	if err != nil {
		t.Fatal(err)
	}
	var record struct {
		Weights string `json:"weights_sha256"`
	}
	if err := json.Unmarshal(text, &record); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(fitted)
	if got := hex.EncodeToString(sum[:]); got != record.Weights {
		t.Errorf("weights.bin has SHA-256 %s, weights.json says %s", got, record.Weights)
	}
	w, err := Fitted()
	if err != nil {
		t.Fatal(err)
	}
	if string(w.Encode()) != string(fitted) {
		t.Error("Encode is not the inverse of Decode")
	}
	if _, err := Decode(fitted[1:]); err == nil {
		t.Error("a truncated file was accepted")
	}
}
