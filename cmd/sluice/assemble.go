package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code"
	"github.com/sluice-dlp/sluice/scanner/code/fingerprint"
)

// diskFiles gives package rules any path of the machine, spelled as the user
// did, so that messages repeat that spelling. It hides names that begin with a
// dot: a mounted ConfigMap keeps a second copy of every file under one.
type diskFiles struct{}

// Open opens the file or folder of that name.
func (diskFiles) Open(name string) (fs.File, error) { return os.Open(name) }

// ReadDir lists a folder without names that begin with a dot.
func (diskFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := os.ReadDir(name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") }), err
}

// ruleSource says which rules to use. Both `scan` and `serve` fill one in.
type ruleSource struct {
	builtin bool
	paths   []string // rule files and folders of them
	kinds   []string // empty means all
	disable []string
	edm     KeyConfig
	indexes []IndexConfig
	policy  scanner.Policy // what it acts on is looked for, too
}

// load reads the rule files.
func (r ruleSource) load() ([]*rules.File, error) {
	var files []*rules.File
	if r.builtin {
		var err error
		if files, err = rules.Builtin(); err != nil {
			return nil, err
		}
	}
	if len(r.paths) > 0 {
		own, err := rules.Load(diskFiles{}, r.paths...)
		if err != nil {
			return nil, err
		}
		key, err := r.edm.edm()
		if err == nil && key != nil {
			err = rules.Unlock(own, key)
		}
		if err != nil {
			return nil, err
		}
		files = append(files, own...)
	}
	return files, nil
}

// known lists what the rules, and the detectors that are no rules, may name.
func known(files []*rules.File) rules.Known {
	k := rules.Known{
		Rules: make(map[string]scanner.Kind),
		Kinds: []scanner.Kind{scanner.KindSecret, scanner.KindPII, scanner.KindCode, scanner.KindPrivate},
	}
	for _, id := range fingerprint.Rules() {
		k.Rules[id] = scanner.KindPrivate
	}
	maps.Copy(k.Rules, code.Rules())
	for _, kind := range code.Kinds() {
		if kind != scanner.KindCode {
			k.Kinds = append(k.Kinds, kind)
		}
	}
	for _, f := range files {
		for _, rule := range f.Rules {
			k.Add(rule)
		}
	}
	return k
}

// keep drops the rules that are not wanted. It refuses kinds and ids that do
// not exist: a spelling mistake must not turn a detection off, or leave one on,
// in silence.
func (r ruleSource) keep(files []*rules.File, k rules.Known) ([]*rules.File, error) {
	var errs []error
	for _, kind := range r.kinds {
		if !slices.Contains(k.Kinds, scanner.Kind(kind)) {
			errs = append(errs, &unknownName{"kind", kind, fmt.Sprintf("the kinds are %v", k.Kinds)})
		}
	}
	var disabled []string
	for _, name := range r.disable {
		ids := k.IDs(name)
		if len(ids) == 0 {
			errs = append(errs, unknownRule(name, k))
		}
		disabled = append(disabled, ids...)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	out := make([]*rules.File, 0, len(files))
	for _, f := range files {
		kept := *f
		kept.Rules = slices.DeleteFunc(slices.Clone(f.Rules), func(rule *rules.Rule) bool {
			return slices.Contains(disabled, rule.ID) || !r.wants(rule.Kind)
		})
		if len(kept.Rules) > 0 {
			out = append(out, &kept)
		}
	}
	return out, nil
}

func (r ruleSource) wants(kind scanner.Kind) bool {
	return len(r.kinds) == 0 || slices.Contains(r.kinds, string(kind))
}

// segments returns the kinds of segments to look for: code unless kinds are
// named without it, and of the others those that are named here or in the
// policy.
func (r ruleSource) segments() []scanner.Kind {
	return slices.DeleteFunc(code.Kinds(), func(k scanner.Kind) bool {
		if k == scanner.KindCode {
			return !r.wants(k)
		}
		return !slices.Contains(r.kinds, string(k)) && (len(r.kinds) > 0 || !r.actsOn(k))
	})
}

// actsOn reports whether the policy, if there is one, names a kind or a rule of
// it and does not merely allow it.
func (r ruleSource) actsOn(kind scanner.Kind) bool {
	acts := func(l scanner.Levels, named bool) bool {
		return named && max(l.Low, l.Medium, l.High) > scanner.Allow
	}
	if l, ok := r.policy.Kinds[kind]; acts(l, ok) {
		return true
	}
	for id, of := range code.Rules() {
		if l, ok := r.policy.Rules[id]; of == kind && acts(l, ok) {
			return true
		}
	}
	return false
}

// unknownName is a kind or a rule that is named somewhere and does not exist.
type unknownName struct{ what, name, hint string }

func (e *unknownName) Error() string {
	return fmt.Sprintf("there is no %s %q: %s", e.what, e.name, e.hint)
}

// unknownRule says which rule was probably meant.
func unknownRule(name string, k rules.Known) *unknownName {
	return &unknownName{"rule", name, cmp.Or(k.Suggest(name), "`sluice rules list` prints the ids")}
}

// detectors compiles the rules and adds what is not a rule. It also returns
// the number of rules in use.
func (r ruleSource) detectors(files []*rules.File, k rules.Known) ([]scanner.Detector, int, error) {
	kept, err := r.keep(files, k)
	if err != nil {
		return nil, 0, err
	}
	set, err := rules.Compile(kept)
	if err != nil {
		return nil, 0, err
	}
	detectors := []scanner.Detector{set}
	if kinds := r.segments(); len(kinds) > 0 {
		detectors = append(detectors, without(code.New(kinds...), r.disable))
	}
	if len(r.indexes) > 0 {
		if !r.wants(scanner.KindPrivate) {
			return nil, 0, errors.New("an index is given, but its kind, private, is not among those looked for")
		}
		known, err := openIndexes(r.indexes)
		if err != nil {
			return nil, 0, err
		}
		detectors = append(detectors, without(known, r.disable))
	}
	return detectors, len(set.Rules()), nil
}

// openIndexes makes the detector of one's own code and documents.
func openIndexes(list []IndexConfig) (scanner.Detector, error) {
	var indexes []*fingerprint.Index
	var errs []error
	for i, c := range list {
		key, err := fingerprint.ReadKey(c.KeyFile)
		if err != nil {
			errs = append(errs, &indexFault{i, "key_file", err})
			continue
		}
		ix, err := fingerprint.Open(c.Path, key)
		if err != nil {
			errs = append(errs, &indexFault{i, "path", err})
			continue
		}
		indexes = append(indexes, ix)
	}
	return fingerprint.New(indexes...), errors.Join(errs...)
}

// indexFault is what is wrong with an index, and under which key it is named.
type indexFault struct {
	index int
	key   string
	err   error
}

func (e *indexFault) Error() string {
	if errors.Is(e.err, fs.ErrNotExist) {
		return e.err.Error() + ": `sluice index --key KEY -o INDEX DIR` makes both"
	}
	return e.err.Error()
}

func (e *indexFault) Unwrap() error { return e.err }

// without drops the findings of the rules that are not wanted.
func without(d scanner.Detector, ids []string) scanner.Detector {
	if len(ids) == 0 {
		return d
	}
	return scanner.DetectorFunc(func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
		found, err := d.Detect(ctx, texts)
		return slices.DeleteFunc(found, func(f scanner.Finding) bool { return slices.Contains(ids, f.Rule) }), err
	})
}

// assembly is a Scanner and what it was made of.
type assembly struct {
	config  *Config
	scanner *scanner.Scanner
	rules   int
	warm    func(context.Context) error // makes the first requests as fast as later ones
}

// assemble builds the Scanner that the configuration describes.
func assemble(c *Config, batch []scanner.Detector) (*assembly, error) {
	if _, err := c.EDM.edm(); err != nil {
		return nil, fmt.Errorf("%s: edm: %w", c.source.at("edm", "key_file"), err)
	}
	if _, err := c.HashKey.hash(); err != nil {
		return nil, fmt.Errorf("%s: hash_key: %w", c.source.at("hash_key", "key_file"), err)
	}
	source := ruleSource{builtin: c.BuiltinRules, paths: c.Rules, kinds: c.Kinds, disable: c.Disable, edm: c.EDM, indexes: c.Indexes}
	files, err := source.load()
	if err != nil {
		return nil, err
	}
	all := known(files)
	names := all
	if len(c.Plugins) > 0 {
		names = rules.Known{} // plugins name kinds and rules of their own
	}
	policy, err := c.Policy.Policy(names)
	if err != nil {
		return nil, err
	}
	source.policy = policy
	detectors, count, err := source.detectors(files, all)
	if err != nil {
		return nil, c.place(err)
	}
	if policy.Exceptions, err = c.HashKey.exceptions(files, &c.Policy, names); err != nil {
		return nil, err
	}
	s := scanner.New(scanner.Options{Policy: policy, Detectors: detectors, Batch: batch})
	a := &assembly{config: c, scanner: s, rules: count}
	for _, d := range detectors {
		if set, ok := d.(*rules.Set); ok {
			a.warm = set.Warm
		}
	}
	return a, nil
}

// place gives errors about names and indexes in sluice.yaml the line where they stand.
func (c *Config) place(err error) error {
	all := faults(err)
	for i, e := range all {
		if broken, ok := errors.AsType[*indexFault](e); ok {
			all[i] = fmt.Errorf("%s: indexes: %w", c.source.at("indexes", broken.index, broken.key), e)
			continue
		}
		unknown, ok := errors.AsType[*unknownName](e)
		if !ok {
			continue
		}
		key, list := "kinds", c.Kinds
		if unknown.what == "rule" {
			key, list = "disable", c.Disable
		}
		all[i] = fmt.Errorf("%s: %s: %w", c.source.at(key, slices.Index(list, unknown.name)), key, e)
	}
	return errors.Join(all...)
}

// watched lists the folders in which a change may change the configuration.
func (c *Config) watched() []string {
	var dirs []string
	add := func(path string) {
		dirs = append(dirs, filepath.Dir(path))
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	for _, path := range []string{c.source.file, c.EDM.KeyFile, c.HashKey.KeyFile} {
		if path != "" {
			add(path)
		}
	}
	for _, ix := range c.Indexes {
		add(ix.Path)
		add(ix.KeyFile)
	}
	for _, path := range c.Rules {
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			add(path)
			continue
		}
		_ = fs.WalkDir(diskFiles{}, path, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				dirs = append(dirs, p)
			}
			return nil
		})
	}
	for _, path := range rules.Lists(diskFiles{}, c.Rules...) {
		add(path)
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

func indexPaths(list []IndexConfig) []string {
	var paths []string
	for _, ix := range list {
		paths = append(paths, ix.Path)
	}
	return paths
}

// digest changes when the content of a file does that the configuration is
// read from.
func (c *Config) digest() [sha256.Size]byte {
	h := sha256.New()
	add := func(path string) {
		data, err := os.ReadFile(path)
		_, _ = fmt.Fprintf(h, "%s %d %v\n", path, len(data), err)
		_, _ = h.Write(data)
	}
	for _, path := range []string{c.source.file, c.EDM.KeyFile, c.HashKey.KeyFile} {
		if path != "" {
			add(path)
		}
	}
	for _, path := range c.Rules {
		_ = fs.WalkDir(diskFiles{}, path, func(p string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				add(p)
			}
			return nil
		})
	}
	for _, ix := range c.Indexes {
		add(ix.KeyFile)
	}
	for _, path := range slices.Concat(rules.Lists(diskFiles{}, c.Rules...), indexPaths(c.Indexes)) {
		// They may be large; another time of change stands for another content.
		if info, err := os.Stat(path); err == nil {
			_, _ = fmt.Fprintf(h, "%s %d %v\n", path, info.Size(), info.ModTime())
		}
	}
	return [sha256.Size]byte(h.Sum(nil))
}
