package code_test

import (
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code"
)

const licenceSample = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files, to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software.

The above copyright notice and this permission notice shall be included in all copies. THE SOFTWARE IS PROVIDED "AS IS",
WITHOUT WARRANTY OF ANY KIND. IN NO EVENT SHALL THE COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM OR DAMAGES.`

const dataSample = `name,street,city,age
smith,mill lane 3,leeds,41
jones,high street 8,york,29
brown,park road 1,hull,35`

func TestOtherKinds(t *testing.T) {
	text := strings.Join([]string{proseSample, strings.TrimSpace(logSample), proseSample, dataSample, "And this is the program:", strings.TrimSpace(goSample), "These are its terms:", licenceSample, ""}, "\n\n")
	want := map[scanner.Kind]string{
		scanner.KindCode: strings.TrimSpace(goSample), code.KindLog: strings.TrimSpace(logSample), code.KindData: dataSample,
		code.KindLicence: licenceSample,
	}
	detect := func(kinds ...scanner.Kind) map[scanner.Kind]string {
		found, err := code.New(kinds...).Detect(t.Context(), []scanner.Text{{Bytes: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		got := map[scanner.Kind]string{}
		for _, f := range sure(found) {
			got[f.Kind] += text[f.Span.Start:f.Span.End]
		}
		return got
	}
	all := detect(code.Kinds()...)
	for kind, part := range want {
		if all[kind] != part {
			t.Errorf("%s is %q, want %q", kind, all[kind], part)
		}
		if one := detect(kind); len(one) != 1 || one[kind] != part {
			t.Errorf("asked for %s alone: %q, want %q", kind, one, part)
		}
	}
	if none := detect(); len(none) != 1 || none[scanner.KindCode] == "" {
		t.Errorf("asked for nothing: %q, want code alone", none)
	}
}

func TestOtherKindsInProse(t *testing.T) {
	found, err := code.New(code.Kinds()...).Detect(t.Context(), []scanner.Text{{Bytes: []byte(proseSample)}})
	if err != nil || len(found) > 0 {
		t.Errorf("prose: %+v, %v", found, err)
	}
}
