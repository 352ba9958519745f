package code_test

import (
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code"
)

const notebook = `{
 "cells": [
  {
   "cell_type": "code",
   "source": [
    "import pandas as pd\n",
    "\n",
    "def load(path):\n",
    "    df = pd.read_csv(path)\n",
    "    df = df.dropna()\n",
    "    return df.groupby('region').sum()\n",
    "\n",
    "print(load('sales.csv'))"
   ]
  }
 ],
 "nbformat": 4
}`

func TestPartsOfLines(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		lines int // at least
	}{
		"notebook":             {"Can you fix this notebook?\n\n" + notebook + "\n", 6},
		"JSON string":          {`it was called with {"content": "import os\nimport sys\n\ndef main(argv):\n    for a in argv:\n        print(a)\n    return 0\n\nsys.exit(main(sys.argv))\n"} again`, 6},
		"statements in prose":  {"What does this do: x=[i**2 for i in range(10)]; y=sum(x); print(y); z=[a+b for a,b in zip(x,x[1:])]; print(max(z))", 4},
		"minified":             {`!function(e,t){"object"==typeof exports?module.exports=t():e.lib=t()}(this,function(){var n={};function r(e){if(n[e])return n[e].exports;var t=n[e]={i:e,l:!1};return t.exports}return r.m=[],r})`, 6},
		"statements by braces": {"int main(){int a=1;int b=2;for(int i=0;i<a;i++){b+=f(i);}return b;}", 6},
	} {
		found := sure(detect(t, c.text))
		if len(found) != 1 || found[0].Lines < c.lines {
			t.Errorf("%s: found %+v, want one segment of %d lines or more", name, found, c.lines)
		}
	}
	for name, text := range map[string]string{
		"prose in a JSON string": `{"content": "Dear all,\nthank you for coming.\nThe next meeting is on Friday.\nPlease bring a pen.\nSee you then,\nMaria"}`,
		"prose with semicolons":  "We came early; nobody was there; we waited for an hour; then it rained; so we went home; that was all.",
		"paths with backslashes": `The files are in C:\new\notes\north and D:\news\night\now; please copy them.`,
	} {
		if found := sure(detect(t, text)); len(found) > 0 {
			t.Errorf("%s: found %+v", name, found)
		}
	}
}

// A notebook that is read as JSON comes as one text per line of source.
func TestTextsOfOneSource(t *testing.T) {
	var texts []scanner.Text
	add := func(where, text string) {
		texts = append(texts, scanner.Text{Where: where, Bytes: []byte(text)})
	}
	add("/cells/0/cell_type", "code")
	source := strings.SplitAfter(strings.TrimSpace(goSample), "\n")
	for i, line := range source {
		add("/cells/0/source/"+string(rune('a'+i)), line)
	}
	for i := range source {
		texts[i+1].Where = "/cells/0/source/" + strings.Repeat("1", i+1)
	}
	add("/cells/1/source/0", "Thank you for reading this.\n")
	add("/cells/1/source/1", "It was a pleasure to write it.")
	found, err := code.New().Detect(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatal("found nothing")
	}
	for i, f := range found {
		if f.Confidence != scanner.High || f.Lines != len(source) || f.Text < 1 || f.Text > len(source) || i > 0 && f.Text <= found[i-1].Text {
			t.Errorf("found %+v, want high confidence and %d lines", f, len(source))
		}
		if text := strings.TrimRight(string(texts[f.Text].Bytes), "\n"); f.Span != (scanner.Span{Start: 0, End: len(text)}) {
			t.Errorf("found %+v in %q", f, text)
		}
	}
}
