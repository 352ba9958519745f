package rules

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/scanner"
)

// File is one rule file.
type File struct {
	// Name is the path that the file was read from; messages begin with it.
	Name string `yaml:"-"`
	// Fragments are parts of expressions that patterns of the file refer to, by name.
	Fragments map[string]Fragment `yaml:"fragments"`
	// Rules are the file's rules, in order.
	Rules []*Rule `yaml:"rules"`
	// Exceptions are findings that are known and accepted.
	Exceptions []Exception `yaml:"exceptions"`

	sound bool // its expressions are known to be sound
}

// Rule is one thing to find. README.md describes each field.
type Rule struct {
	ID string `yaml:"id"`
	// Aliases are other names by which a policy may call the rule, such as those
	// that other tools use. Rules may share one: it then means all of them.
	Aliases     []string     `yaml:"aliases"`
	Kind        scanner.Kind `yaml:"kind"`
	Title       string       `yaml:"title"`
	Description string       `yaml:"description"`
	// Pattern is short for a list of one pattern.
	Pattern  string    `yaml:"pattern"`
	Patterns []Pattern `yaml:"patterns"`
	// Words are words and phrases to find as they are, besides the patterns.
	Words []string `yaml:"words"`
	// Dictionary is a file of words to find, besides the patterns.
	Dictionary *Dictionary `yaml:"dictionary"`
	// EDM is a file of hashed records whose values to find.
	EDM      *EDM     `yaml:"edm"`
	Keywords []string `yaml:"keywords"`
	// IgnoreCase and WholeWord hold for every pattern that does not say otherwise.
	// Left out they are false for patterns and true for words.
	IgnoreCase *bool `yaml:"ignore_case"`
	WholeWord  *bool `yaml:"whole_word"`
	// Checks must all hold, or the candidate is dropped.
	Checks []string `yaml:"checks"`
	// HighIf and LowIf set the confidence if any of their checks holds;
	// LowIf has the last word.
	HighIf []string `yaml:"high_if"`
	LowIf  []string `yaml:"low_if"`
	Near   Nears    `yaml:"near"`
	Unless *Unless  `yaml:"unless"`
	// Parts are what must stand beside the value.
	Parts []Part `yaml:"parts"`
	// Covers is how much a finding takes with the value: value, login, url or
	// connection. Left out it is value.
	Covers string `yaml:"covers"`
	// Repeats says that the words of a value, two or more, are found wherever they stand in the
	// same text once the value is found with medium confidence or above.
	Repeats bool `yaml:"repeats"`
	// MinCount is how many different values one text must hold; the findings have
	// low confidence if there are fewer. 0 means 1.
	MinCount   int                `yaml:"min_count"`
	Confidence scanner.Confidence `yaml:"confidence"`
	Severity   string             `yaml:"severity"`
	Tags       []string           `yaml:"tags"`
	// Frameworks are rules of law and standards that the find touches, as
	// framework or framework:clause. See Rule.Mappings.
	Frameworks []string `yaml:"frameworks"`
	Match      []string `yaml:"match"`
	NoMatch    []string `yaml:"nomatch"`

	place
	keys []keyPlace
}

// Pattern is one of a rule's regular expressions, with what differs for it. In
// a file it may be written as the expression alone.
type Pattern struct {
	Expr       string             `yaml:"pattern"`
	Confidence scanner.Confidence `yaml:"confidence"`
	Checks     []string           `yaml:"checks"`
	NeedsNear  bool               `yaml:"needs_near"`
	// Beside limits where the pattern is looked for; nil means everywhere.
	Beside     *Beside `yaml:"beside"`
	IgnoreCase *bool   `yaml:"ignore_case"`
	WholeWord  *bool   `yaml:"whole_word"`

	place
}

// Beside says that a pattern is looked for only near what other rules of the kind
// found in the text with medium confidence or above.
type Beside struct {
	// Within is how many bytes may lie between, 160 if it is left out.
	Within int `yaml:"within"`
	// Of are ids and tags of the rules whose findings count; left out, those of all rules do.
	Of []string `yaml:"of"`
	// Except are ids and tags of rules whose findings do not count.
	Except []string `yaml:"except"`
	// Own is true if what the rule's other patterns found counts too.
	Own bool `yaml:"own"`
}

// place is where something stood in its file.
type place struct {
	file string
	line int
}

func (p *place) setPlace(file string, line int) { p.file, p.line = file, line }

// Place returns the file and the line, starting at 1, where it is written.
func (p *place) Place() (file string, line int) { return p.file, p.line }

// UnmarshalYAML reads an expression alone, or a mapping.
func (p *Pattern) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return decodeNode(p.file, n, &p.Expr, "a pattern")
	}
	type plain Pattern // without this method
	return decodeNode(p.file, n, (*plain)(p), "a pattern")
}

// expr is the expression as it is searched for.
func (p *Pattern) expr(r *Rule) string {
	if isSet(p.IgnoreCase, r.IgnoreCase) {
		return "(?i:" + p.Expr + ")"
	}
	return p.Expr
}

// allChecks are the pattern's checks and that of whole_word.
func (p *Pattern) allChecks(r *Rule) []string {
	if isSet(p.WholeWord, r.WholeWord) {
		return append(slices.Clone(p.Checks), "whole-word")
	}
	return p.Checks
}

// isSet is the pattern's option, or else the rule's.
func isSet(own, rule *bool) bool {
	own = cmp.Or(own, rule)
	return own != nil && *own
}

// UnmarshalYAML reads the fields and remembers their lines.
func (r *Rule) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.MappingNode {
		r.keys = make([]keyPlace, 0, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			r.keys = append(r.keys, keyPlace{n.Content[i].Value, n.Content[i].Line})
		}
	}
	type plain Rule
	return decodeNode(r.file, n, (*plain)(r), "a rule")
}

// keyPlace is where a key of a rule stands.
type keyPlace struct {
	key  string
	line int
}

// keyLine returns the line of a key, 0 if the rule has none of that name.
func (r *Rule) keyLine(key string) int {
	for _, k := range r.keys {
		if k.key == key {
			return k.line
		}
	}
	return 0
}

// fault is a FileError of this rule at one of its keys.
func (r *Rule) fault(key, format string, args ...any) *FileError {
	line := r.keyLine(key)
	if line == 0 {
		line = r.line
	}
	name := r.ID
	if name == "" {
		name = "without id"
	}
	return &FileError{r.file, line, "rule " + name + ": " + fmt.Sprintf(format, args...)}
}

//go:embed builtin/*.yaml
var builtin embed.FS

// Builtin returns the rules that come with Sluice. Each has examples of what
// must and must not match.
func Builtin() ([]*File, error) {
	files, err := loadBuiltin()
	if err != nil {
		return nil, err
	}
	var faults []error
	for _, f := range files {
		for _, r := range f.Rules {
			faults = append(faults, r.checkExamples())
		}
	}
	return files, errors.Join(faults...)
}

// loadBuiltin reads the rules that come with Sluice. That their expressions and examples are sound is tested, and need
// not be looked at each time: Compile refuses an expression that is not.
func loadBuiltin() ([]*File, error) { return loadAll(builtin, true, "builtin") }

// Load reads rule files from fsys. A path may be a file or a folder, whose
// *.yaml and *.yml files are read, those of its subfolders too, and with them
// the files that rules name. All faults of all files are reported, joined, each
// with its file and line.
func Load(fsys fs.FS, paths ...string) ([]*File, error) { return loadAll(fsys, false, paths...) }

// loadAll is Load for files that may be known to be sound.
func loadAll(fsys fs.FS, sound bool, paths ...string) ([]*File, error) {
	var (
		all    []string
		faults []error
	)
	for _, name := range paths {
		names, err := ruleFiles(fsys, name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		all = append(all, names...)
	}
	files, failed := make([]*File, len(all)), make([]error, len(all))
	each(len(all), func(i int) { files[i], failed[i] = load(fsys, all[i], sound) })
	files = slices.DeleteFunc(files, func(f *File) bool { return f == nil })
	faults = append(faults, failed...)
	if err := errors.Join(append(faults, duplicates(files))...); err != nil {
		return nil, err
	}
	return files, nil
}

// load reads one rule file and what it names.
func load(fsys fs.FS, name string, sound bool) (*File, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	f, err := parseFile(name, data, sound)
	if err == nil {
		err = f.loadLists(fsys)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// each calls do with the numbers below n, on all processors.
func each(n int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}

func ruleFiles(fsys fs.FS, name string) ([]string, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	var names []string
	err = fs.WalkDir(fsys, name, func(p string, d fs.DirEntry, err error) error {
		if ext := path.Ext(p); err == nil && !d.IsDir() && (ext == ".yaml" || ext == ".yml") {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	if len(names) == 0 {
		return nil, &FileError{File: name, Msg: "the folder has no *.yaml file: name a rule file or a folder that holds some"}
	}
	return names, nil
}

// Parse reads one rule file and checks everything that can be checked without
// running it. name is used in messages.
func Parse(name string, data []byte) (*File, error) { return parseFile(name, data, false) }

// parseFile is Parse for a file whose expressions and examples may be known to be sound.
func parseFile(name string, data []byte, sound bool) (*File, error) {
	f := &File{Name: name, sound: sound}
	d := decoder{file: name}
	if err := f.decode(data); err != nil {
		return nil, err
	}
	if len(f.Rules)+len(f.Exceptions) == 0 {
		return nil, &FileError{File: name, Msg: "no rules: write `rules:` and a list of rules under it"}
	}
	for i := range f.Exceptions {
		d.faults = append(d.faults, f.Exceptions[i].validate()...)
	}
	if faults := f.expandFragments(); len(faults) > 0 {
		d.faults = append(d.faults, faults...)
		return nil, d.err() // patterns with references in them are no expressions
	}
	var valid map[string]bool
	if !sound {
		valid = make(map[string]bool)
	}
	for i, r := range f.Rules {
		if r == nil {
			return nil, &FileError{File: name, Msg: fmt.Sprintf("entry %d of rules is empty: write a rule or remove the dash", i+1)}
		}
		if r.Pattern != "" {
			r.Patterns = slices.Insert(r.Patterns, 0, Pattern{Expr: r.Pattern, place: place{r.file, r.keyLine("pattern")}})
		}
		r.Patterns = append(r.Patterns, r.wordPatterns()...)
		d.faults = append(d.faults, r.validate(valid)...)
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	return f, nil
}

// decode reads the file's YAML.
func (f *File) decode(data []byte) error {
	if f.sound {
		if tree := knownTree(f.Name, data); tree != nil {
			return decodeNode(f.Name, tree, f, "the file")
		}
	}
	return DecodeYAML(f.Name, data, f)
}

func duplicates(files []*File) error {
	var faults []error
	first := make(map[string]*Rule)
	for _, f := range files {
		for _, r := range f.Rules {
			if other, ok := first[r.ID]; ok {
				faults = append(faults, r.fault("id", "the id is taken by the rule at %s:%d: choose another", other.file, other.line))
				continue
			}
			first[r.ID] = r
		}
	}
	return errors.Join(faults...)
}

// isID reports whether s is lower-case words joined by dashes.
func isID(s string) bool {
	if s == "" || strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-") || strings.Contains(s, "--") {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
