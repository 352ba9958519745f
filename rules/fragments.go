package rules

import (
	"maps"
	"regexp/syntax"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Fragment is a part of an expression that a file's patterns refer to by its
// name as (?&name), which is how Perl and PCRE call a named group. RE2 has no
// such call: the expression is put in its place when the file is read.
type Fragment struct {
	Expr string

	place
}

// UnmarshalYAML reads the expression.
func (f *Fragment) UnmarshalYAML(n *yaml.Node) error {
	return decodeNode(f.file, n, &f.Expr, "a fragment")
}

// maxFragments bounds what fragments of fragments may grow to, in bytes. It is
// more than RE2 takes.
const maxFragments = 64 << 10

// fragments are those of one file, as expressions without references.
type fragments struct {
	file     string
	from     map[string]Fragment
	expanded map[string]string
	used     map[string]bool
}

// newFragments checks a file's fragments on their own.
func newFragments(file string, from map[string]Fragment) (*fragments, []error) {
	f := &fragments{file: file, from: from, expanded: make(map[string]string), used: make(map[string]bool)}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(from)) {
		fault := func(msg string) {
			faults = append(faults, &FileError{file, from[name].line, "fragment " + name + ": " + msg})
		}
		if !isFragment(name) {
			fault("not a name: use lower-case letters, digits and underscores")
			continue
		}
		expr, problem := f.expand(from[name].Expr, []string{name})
		if problem != "" {
			fault(problem)
			continue
		}
		tree, err := syntax.Parse(expr, syntax.Perl)
		switch {
		case err != nil:
			fault("not an RE2 expression: " + err.Error())
		case tree.MaxCap() > 0:
			fault("it has a capture group, and group 1 is a rule's value: write (?: in place of ( here, and the group around the reference")
		}
		f.expanded[name] = expr
	}
	return f, faults
}

// replace puts fragments into *expr and returns what is wrong with it, or "".
func (f *fragments) replace(expr *string) string {
	if !strings.Contains(*expr, "(?&") {
		return ""
	}
	full, problem := f.expand(*expr, nil)
	if problem == "" {
		*expr = full
	}
	return problem
}

// expand returns expr with fragments in place of the references to them, inside
// of the fragments that within names.
func (f *fragments) expand(expr string, within []string) (full, problem string) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(expr, "(?&")
		b.WriteString(before)
		if !found {
			return b.String(), ""
		}
		if slashes := len(before) - len(strings.TrimRight(before, `\`)); slashes%2 == 1 {
			b.WriteString("(?&") // an escaped parenthesis
			expr = after
			continue
		}
		name, rest, closed := strings.Cut(after, ")")
		from, known := f.from[name]
		switch {
		case !closed || !isFragment(name):
			return "", "a reference to a fragment is written (?&name)"
		case !known && len(f.from) == 0:
			return "", "(?&" + name + ") is no fragment: write it under fragments: at the top of the file"
		case !known:
			return "", "(?&" + name + ") is no fragment" + suggest(name, slices.Sorted(maps.Keys(f.from)))
		case slices.Contains(within, name):
			return "", "it refers to itself by (?&" + name + "): RE2 cannot repeat a group in itself"
		}
		f.used[name] = true
		inner, ok := f.expanded[name]
		if !ok {
			if inner, problem = f.expand(from.Expr, append(within, name)); problem != "" {
				return "", problem
			}
		}
		b.WriteString("(?:" + inner + ")")
		if b.Len() > maxFragments {
			return "", "its fragments make it too long for RE2: split it"
		}
		expr = rest
	}
}

func isFragment(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// expandFragments replaces the references in all expressions of the file's rules.
func (f *File) expandFragments() []error {
	all, faults := newFragments(f.Name, f.Fragments)
	if len(faults) > 0 {
		return faults // each reference to them would be one more
	}
	for _, r := range f.Rules {
		if r == nil {
			continue
		}
		at := func(line int, key string, expr *string) {
			problem := all.replace(expr)
			if problem == "" {
				return
			}
			e := r.fault(key, "%s: %s", key, problem)
			if line > 0 {
				e.Line = line
			}
			faults = append(faults, e)
		}
		at(0, "pattern", &r.Pattern)
		for i := range r.Patterns {
			at(r.Patterns[i].line, "patterns", &r.Patterns[i].Expr)
		}
		for i := range r.Parts {
			at(r.Parts[i].line, "parts", &r.Parts[i].Pattern)
		}
		if u := r.Unless; u != nil {
			for _, list := range [][]string{u.Patterns, u.MatchPatterns, u.LinePatterns} {
				for i := range list {
					at(0, "unless", &list[i])
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Fragments)) {
		if !all.used[name] {
			faults = append(faults, &FileError{f.Name, f.Fragments[name].line, "fragment " + name + " is not used: refer to it as (?&" + name + ") in a pattern, or remove it"})
		}
	}
	return faults
}
