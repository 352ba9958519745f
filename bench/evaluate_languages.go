package bench

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
)

// commonLanguages are the 25 languages that are asked about most, by the names
// that findings of code give them.
var commonLanguages = strings.Fields(`python javascript typescript java c cpp csharp go rust ruby php swift kotlin scala perl shell sql html css
	yaml r lua dart haskell powershell`)

// languageNames are names that the labels use for some of them.
var languageNames = map[string]string{
	"c++": "cpp", "c#": "csharp", "bash": "shell", "sh": "shell", "golang": "go", "jsx": "javascript", "tsx": "typescript",
	"scss": "css", "less": "css", "plpgsql": "sql", "tsql": "sql", "plsql": "sql", "sqlpl": "sql",
}

// languages measures how often the largest segment of a text is given the
// language that the text is labelled with.
func (e *evaluation) languages() {
	const corpus = "code-code"
	var named, silent tally
	byName := map[string]*tally{}
	rows := e.rows(corpus)
	for i := range rows {
		r := &rows[i]
		want := strings.ToLower(r.Lang)
		if name, ok := languageNames[want]; ok {
			want = name
		}
		// The language of a patch or of a trace is not what the text is in.
		if !slices.Contains(commonLanguages, want) || strings.HasSuffix(r.Source, "-diff") || strings.HasSuffix(r.Source, "-trace") ||
			e.opts.Trained != nil && e.opts.Trained(r.Source) {
			continue
		}
		found := r.of(scanner.KindCode)
		if len(found) == 0 {
			continue
		}
		largest := slices.MaxFunc(found, func(a, b scanner.Finding) int { return cmp.Compare(a.Span.Len(), b.Span.Len()) })
		_, got, _ := strings.Cut(largest.Detail, " ")
		named.add(got == want)
		silent.add(got == "")
		count(byName, want, got == want)
	}
	e.share(corpus, "right language, 25 common ones, not trained on", named, atLeast(.85))
	e.share(corpus, "no language named", silent, nil)
	e.details(corpus, "right language: ", byName)
}
