package rules

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/scanner"
)

// Exception lowers what is done about some findings, for as long as somebody
// answers for it. It is written under exceptions, in a rule file or in a policy.
// Every field that is set must agree with the finding.
type Exception struct {
	// Rules are ids or aliases; Kinds are kinds. Left out, all of them.
	Rules []string       `yaml:"rules"`
	Kinds []scanner.Kind `yaml:"kinds"`
	// Where is a pattern for the JSON Pointer of the text, Path one for the path
	// of the request or, in a scan, of the file: * is any characters but a slash, **
	// any at all.
	Where string `yaml:"where"`
	Path  string `yaml:"path"`
	// Callers are patterns for who sent the request.
	Callers []string `yaml:"callers"`
	// Value is the whole value: hmac:… as `sluice rules hash` prints it, or
	// sha1:… from another tool's baseline.
	Value string `yaml:"value"`
	// Action is the most that is done: report (the default) or allow.
	Action string `yaml:"action"`
	// Owner answers for the exception, Reason says why it is made.
	Owner  string `yaml:"owner"`
	Reason string `yaml:"reason"`
	// Expires is the first day, in UTC, on which the exception no longer holds,
	// as 2027-01-31, or never.
	Expires Day `yaml:"expires"`

	place
}

// Day is a day, or never. It has a type of its own because YAML takes an unquoted day
// for a time.
type Day string

// UnmarshalYAML takes the day as it is written.
func (d *Day) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return fmt.Errorf("expires is %s: write a day, such as 2027-01-31, or never", kindOf(n))
	}
	*d = Day(n.Value)
	return nil
}

// time is when the day begins; zero for never.
func (d Day) time() (time.Time, error) {
	if d == "never" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return t, fmt.Errorf("expires %q: write a day, such as 2027-01-31, or never", string(d))
	}
	return t, nil
}

const (
	maxStars = 8 // in a pattern: each multiplies the work
	hmacMark = "hmac:"
	sha1Mark = "sha1:"
)

// HashKeyLeast is the least length of a key for values, in bytes.
const HashKeyLeast = 16

// HashValue writes a value as an Exception has it, under a key.
func HashValue(key, value []byte) (string, error) {
	if len(key) < HashKeyLeast {
		return "", fmt.Errorf("the key has %d bytes: use %d random ones or more", len(key), HashKeyLeast)
	}
	return hmacMark + hex.EncodeToString(scanner.HashValue(key, value)), nil
}

func (e *Exception) fault(format string, args ...any) *FileError {
	return &FileError{e.file, e.line, "exception: " + fmt.Sprintf(format, args...)}
}

// validate returns the faults that show without knowing rules and key.
func (e *Exception) validate() (faults []error) {
	add := func(format string, args ...any) { faults = append(faults, e.fault(format, args...)) }
	if len(e.Rules)+len(e.Kinds)+len(e.Callers) == 0 && e.Where == "" && e.Path == "" && e.Value == "" {
		add("it is for every finding: write rules, kinds, where, path, callers or value")
	}
	if strings.TrimSpace(e.Owner) == "" {
		add("owner is missing: write who answers for it, such as security@acme.example")
	}
	if strings.TrimSpace(e.Reason) == "" {
		add("reason is missing: write why it is made")
	}
	if e.Expires == "" {
		add("expires is missing: write a day, such as 2027-01-31, or never")
	} else if _, err := e.Expires.time(); err != nil {
		add("%v", err)
	}
	if e.Action != "" && e.Action != "allow" && e.Action != "report" {
		add("action %q: use report or allow", e.Action)
	}
	for _, pattern := range slices.Concat([]string{e.Where, e.Path}, e.Callers) {
		if strings.Count(pattern, "*") > maxStars {
			add("pattern %q has more than %d stars: write a shorter one, or two exceptions", pattern, maxStars)
		}
	}
	if slices.Contains(e.Callers, "") {
		add("a caller is empty and would be anybody unknown: remove it")
	}
	if e.Value != "" {
		bytes := 32
		text, ok := strings.CutPrefix(e.Value, hmacMark)
		if !ok {
			text, ok = strings.CutPrefix(e.Value, sha1Mark)
			bytes = 20
		}
		if sum, err := hex.DecodeString(text); !ok || err != nil || len(sum) != bytes {
			add("value: write %s and 64 hexadecimal digits, as `sluice rules hash` prints them, or %s and 40", hmacMark, sha1Mark)
		}
	}
	return faults
}

// ExceptionsOf returns the exceptions of rule files and of a policy for a
// scanner.Policy. known says which rules there are; key is that of keyed values, nil if
// there is none. All faults are reported, joined, with file and line.
func ExceptionsOf(files []*File, policy *PolicyBlock, known Known, key []byte) ([]scanner.Exception, error) {
	var list []Exception
	if policy != nil {
		own, err := policy.Exceptions()
		if err != nil {
			return nil, err
		}
		list = append(list, own...)
	}
	for _, f := range files {
		list = append(list, f.Exceptions...)
	}
	var (
		out    []scanner.Exception
		faults []error
	)
	for i := range list {
		e, err := list[i].resolve(known, key)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		out = append(out, e)
	}
	return out, errors.Join(faults...)
}

func (e *Exception) resolve(known Known, key []byte) (scanner.Exception, error) {
	out := scanner.Exception{
		Name: fmt.Sprintf("%s:%d", e.file, e.line), Kinds: e.Kinds, Where: e.Where, Path: e.Path, Callers: e.Callers,
		Action: scanner.Report,
	}
	if e.Action == "allow" {
		out.Action = scanner.Allow
	}
	var err error
	if out.Expires, err = e.Expires.time(); err != nil {
		return out, e.fault("%v", err)
	}
	for _, name := range e.Rules {
		ids := known.IDs(name)
		if len(ids) == 0 {
			return out, e.fault("no rule has the id %q%s", name, suggest(name, known.names()))
		}
		out.Rules = append(out.Rules, ids...)
	}
	for _, kind := range e.Kinds {
		if len(known.Kinds) > 0 && !slices.Contains(known.Kinds, kind) {
			return out, e.fault("no detector finds things of kind %q%s", kind, suggest(string(kind), texts(known.Kinds)))
		}
	}
	if text, ok := strings.CutPrefix(e.Value, hmacMark); ok {
		if len(key) < HashKeyLeast {
			return out, e.fault("value is a keyed hash, and there is no key of %d bytes or more: name its file (hash_key_file in sluice.yaml, --hash-key)", HashKeyLeast)
		}
		sum, err := hex.DecodeString(text)
		if err != nil {
			return out, e.fault("value: %v", err)
		}
		out.Value = scanner.KeyedDigest(key, sum)
	} else if text, ok := strings.CutPrefix(e.Value, sha1Mark); ok {
		sum, err := hex.DecodeString(text)
		if err != nil {
			return out, e.fault("value: %v", err)
		}
		out.Value = scanner.SHA1Digest(sum)
	}
	return out, nil
}

// LintExceptions reports exceptions that have expired, or will within the given
// time.
func LintExceptions(list []scanner.Exception, now time.Time, soon time.Duration) []Problem {
	var out []Problem
	for i := range list {
		e := &list[i]
		p := Problem{File: e.Name}
		switch {
		case e.Expired(now):
			p.Msg = "the exception expired on " + e.Expires.Format(time.DateOnly) + " and no longer holds: remove it, or have its owner renew it"
		case e.Expired(now.Add(soon)):
			p.Msg = "the exception expires on " + e.Expires.Format(time.DateOnly) + ": ask its owner whether it is still needed"
		default:
			continue
		}
		out = append(out, p)
	}
	return out
}
