package importer

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
)

// readers of the formats.
var readers = map[string]func(data []byte, out *Result) error{
	"gitleaks":            readGitleaks,
	"betterleaks":         readGitleaks,
	"kingfisher":          readYAMLRules,
	"noseyparker":         readYAMLRules,
	"titus":               readYAMLRules,
	"presidio":            readPresidio,
	"secrets-patterns-db": readPatternsDB,
	"detect-secrets":      readBaseline,
}

// Formats lists the formats that Import reads.
func Formats() []string { return slices.Sorted(maps.Keys(readers)) }

// Result is a translated file.
type Result struct {
	From  string // the format
	Rules []*Rule
	// Exceptions are values that are known and accepted.
	Exceptions []Exception
	// Notes say what of the file as a whole has no counterpart.
	Notes []string
	// Left are rules that could not be translated.
	Left []Left

	prefix    string
	unaudited bool
	ids       map[string]string // new ids by old ones
	shared    []string          // patterns of values that no rule reports
	stop      []string          // the same, as texts that a value contains
	lines     [2][]string       // the same, for all that matched and for the line
}

// Left is a rule that could not be translated.
type Left struct{ ID, Why string }

// Rule is a translated rule. Its fields are those of rules.Rule.
type Rule struct {
	ID          string
	Aliases     []string
	Kind        string
	Title       string
	Description string
	Patterns    []string
	Words       []string
	IgnoreCase  bool
	Checks      []string
	Confidence  scanner.Confidence
	Near        []string
	NearWith    scanner.Confidence
	Unless      Unless
	Parts       []Part
	Tags        []string
	Match       []string
	NoMatch     []string
	// Notes say what of the rule has no counterpart.
	Notes []string

	global bool // what no rule of the file reports, it does not either
}

// Unless is what makes a value worthless; see rules.Unless.
type Unless struct {
	StopWords, Patterns, MatchPatterns, LinePatterns []string
}

// Part is something that must stand beside the value; see rules.Part.
type Part struct {
	Pattern, Rule string
	Checks        []string
	Within        int
	Side          string
	Without       scanner.Confidence
}

// Exception is a value that is known and accepted; see rules.Exception.
type Exception struct {
	Value, Owner, Reason string
}

// Options are the parameters of Import.
type Options struct {
	// Format is one of Formats.
	Format string
	// Name is what errors call the file.
	Name string
	// Prefix is put before ids; the format's name and a dash if it is empty.
	// Ids that begin with it already stay.
	Prefix string
	// Unaudited makes exceptions of the entries of a baseline that nobody has
	// said to be false alarms.
	Unaudited bool
}

// Import translates a file. The error is about a file that is not of the format
// and quotes nothing of it; rules in it that cannot be translated are in Result.Left.
func Import(data []byte, opts Options) (*Result, error) {
	read, ok := readers[opts.Format]
	if !ok {
		return nil, fmt.Errorf("no format is called %q: use one of %s", opts.Format, strings.Join(Formats(), ", "))
	}
	out := &Result{From: opts.Format, prefix: cmp.Or(opts.Prefix, opts.Format+"-"), unaudited: opts.Unaudited, ids: make(map[string]string)}
	if err := read(data, out); err != nil {
		return nil, opts.fault(data, err)
	}
	if len(out.Rules)+len(out.Exceptions)+len(out.Left)+len(out.Notes) == 0 {
		return nil, &rules.FileError{File: opts.Name, Msg: "not a file of " + opts.Format + ", or an empty one: it has no rules"}
	}
	out.verify()
	return out, nil
}

// id makes an id of a rule's old name, and remembers it.
func (r *Result) id(old string) string {
	if id, ok := r.ids[old]; ok && old != "" {
		return id
	}
	slug := slugOf(old)
	id := slug
	if prefix := slugOf(r.prefix); prefix != "" && !strings.HasPrefix(slug, prefix+"-") {
		id = prefix + "-" + slug
	}
	taken := slices.Collect(maps.Values(r.ids))
	for n := 2; slices.Contains(taken, id); n++ {
		id = fmt.Sprintf("%s-%d", strings.TrimSuffix(id, "-"+strconv.Itoa(n-1)), n)
	}
	r.ids[old] = id
	return id
}

// slugOf is a name in lower-case words joined by dashes.
func slugOf(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
	return strings.Join(words, "-")
}

func (r *Result) leave(id, format string, args ...any) {
	r.Left = append(r.Left, Left{id, fmt.Sprintf(format, args...)})
}

func (r *Rule) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.Notes, text) {
		r.Notes = append(r.Notes, text)
	}
}

// verify loads every rule as a file of its own and runs its examples. What does
// not load is left out.
func (r *Result) verify() {
	byID := make(map[string]*Rule)
	for _, rule := range r.Rules {
		byID[rule.ID] = rule
	}
	r.Rules = slices.DeleteFunc(r.Rules, func(rule *Rule) bool {
		alone := *rule
		alone.Parts = slices.DeleteFunc(slices.Clone(rule.Parts), func(p Part) bool { return p.Rule != "" })
		one := &Result{Rules: []*Rule{&alone}, shared: r.shared, stop: r.stop, lines: r.lines}
		data, err := one.YAML()
		if err != nil {
			r.leave(rule.ID, "%v", err)
			return true
		}
		file, err := rules.Parse("rule", data)
		if err == nil {
			_, err = rules.Compile([]*rules.File{file})
		}
		if err != nil {
			r.leave(rule.ID, "%s", firstFault(err))
			delete(byID, rule.ID)
			return true
		}
		if len(rule.Parts) == 0 {
			rule.runExamples(file)
		}
		return false
	})
	for _, rule := range r.Rules {
		rule.Parts = slices.DeleteFunc(rule.Parts, func(p Part) bool {
			if p.Rule == "" || byID[p.Rule] != nil {
				return false
			}
			rule.note("needs %s beside it, which could not be translated: it counts alone", p.Rule)
			return true
		})
	}
}

// runExamples keeps the examples that come out as the source says.
func (r *Rule) runExamples(file *rules.File) {
	report, err := rules.Test([]*rules.File{file})
	if err != nil {
		return
	}
	failed := make(map[string]bool)
	for _, f := range report.Failures {
		failed[f.Example] = true
	}
	for _, list := range []struct {
		texts *[]string
		said  string
	}{{&r.Match, "is not found"}, {&r.NoMatch, "is found"}} {
		n := 0
		*list.texts = slices.DeleteFunc(*list.texts, func(text string) bool {
			n++
			if failed[text] {
				r.note("example %d of the source %s; it is left out here", n, list.said)
			}
			return failed[text]
		})
	}
}

// firstFault is the first of joined errors, without the place in a file that
// nobody has seen.
func firstFault(err error) string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return firstFault(joined.Unwrap()[0])
	}
	if e, ok := errors.AsType[*rules.FileError](err); ok {
		return e.Msg
	}
	return err.Error()
}

// Summary says in a few lines what was translated and what was not.
func (r *Result) Summary() string {
	var b strings.Builder
	noted := 0
	for _, rule := range r.Rules {
		if len(rule.Notes) > 0 {
			noted++
		}
	}
	if n := len(r.Rules) + len(r.Left); n > 0 {
		fmt.Fprintf(&b, "%d of %d rules translated, %d of them in part; %d left out\n", len(r.Rules), n, noted, len(r.Left))
	}
	if n := len(r.Exceptions); n > 0 {
		fmt.Fprintf(&b, "%d exceptions\n", n)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "file: %s\n", n)
	}
	for _, l := range r.Left {
		fmt.Fprintf(&b, "%s: left out: %s\n", l.ID, l.Why)
	}
	for _, rule := range r.Rules {
		for _, n := range rule.Notes {
			fmt.Fprintf(&b, "%s: %s\n", rule.ID, n)
		}
	}
	return b.String()
}

// YAML writes the rule file. Comments say what could not be translated.
func (r *Result) YAML() ([]byte, error) {
	doc := mapping()
	w := writer{}
	if len(r.Rules) > 0 {
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, rule := range r.Rules {
			n := w.rule(rule, r)
			n.HeadComment = comment(rule.Notes)
			list.Content = append(list.Content, n)
		}
		add(doc, "rules", list)
	}
	if len(r.Exceptions) > 0 {
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, e := range r.Exceptions {
			n := mapping()
			add(n, "value", quoted(e.Value))
			add(n, "owner", quoted(e.Owner))
			add(n, "reason", quoted(e.Reason))
			add(n, "expires", plain("never"))
			list.Content = append(list.Content, n)
		}
		add(doc, "exceptions", list)
	}
	var head []string
	if r.From != "" {
		head = append(head, "Translated from the format of "+r.From+". What follows has no counterpart:")
	}
	if len(r.Notes)+len(r.Left) == 0 && r.From != "" {
		head[0] = "Translated from the format of " + r.From + "."
	}
	head = append(head, r.Notes...)
	for _, l := range r.Left {
		head = append(head, "left out: "+l.ID+": "+l.Why)
	}
	var b bytes.Buffer
	if len(head) > 0 {
		b.WriteString(commentLines(head) + "\n")
	}
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(&yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{doc}}); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}
