package rules

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v4"
)

var update = flag.Bool("update", false, "write anew what is worked out from the rules: anchors.txt, phones.txt and the tables of README.md")

var fenced = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// TestReadmeExamples loads every rule and the policy that README.md shows.
func TestReadmeExamples(t *testing.T) {
	skipIfShort(t)
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := fenced.FindAllSubmatch(text, -1)
	last := len(blocks) - 1 // the policy
	if last < 5 {
		t.Fatalf("%d blocks of YAML", len(blocks))
	}
	records := recordsFile(t, "customer_no,name,email\nC-4711-0815,Zoë Brontë-Hart,zoe@acme.test\nC-4711-0816,Bram Okonkwo,\n", "name", "email", "customer_no")
	for _, b := range blocks[:last] {
		files, err := Load(fstest.MapFS{
			"README.yaml":   {Data: b[1]},
			"customers.edm": {Data: records},
			"customers.csv": {Data: []byte("number,name\nC-1001,Zoë Brontë-Hart\nC-1002,Bram Okonkwo\n")},
		}, "README.yaml")
		if err != nil {
			t.Error(err)
			continue
		}
		if err := Unlock(files, testKey); err != nil {
			t.Error(err)
		}
		report, err := Test(files)
		if err != nil || !report.OK() {
			t.Errorf("%v\n%v", err, report)
		}
		for _, p := range Lint(files) {
			t.Error(p)
		}
	}
	var config struct {
		Policy PolicyBlock `yaml:"policy"`
	}
	if err := DecodeYAML("README.md", blocks[last][1], &config); err != nil {
		t.Fatal(err)
	}
	policy, err := config.Policy.Policy(builtinSet(t).Known())
	if err == nil {
		t.Error("the policy names kinds that no rule has, and that is accepted")
	}
	known := builtinSet(t).Known()
	known.Kinds = append(known.Kinds, "code", "private")
	if policy, err = config.Policy.Policy(known); err != nil {
		t.Fatal(err)
	}
	clear(policy.Rules)
	if want := DefaultPolicy(); !reflect.DeepEqual(policy, want) {
		t.Errorf("README.md says that its policy is the default: %+v, want %+v", policy, want)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(blocks[last][1], &doc); err != nil {
		t.Fatal(err)
	}
}

// TestReadmeTables wants every field and check in README.md.
func TestReadmeTables(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[Rule](), reflect.TypeFor[Near](), reflect.TypeFor[Unless](), reflect.TypeFor[Dictionary](), reflect.TypeFor[EDM](), reflect.TypeFor[Part]()} {
		for _, name := range fieldsOf(typ).names {
			if !bytes.Contains(text, []byte("| `"+name+"` |")) {
				t.Errorf("README.md has no row for %s of %s", name, typ.Name())
			}
		}
	}
	for name := range alphabets {
		if !bytes.Contains(text, []byte("`"+name+"`")) && !bytes.Contains(text, []byte("${"+name+":")) {
			t.Errorf("README.md does not name the placeholder %s", name)
		}
	}
	var table strings.Builder
	table.WriteString("| check | what holds | one random value in |\n|---|---|---|\n")
	for _, c := range Checks() {
		name := c.Name
		if c.TakesNumber {
			name += ">=N"
		}
		oneIn := ""
		if c.OneIn > 0 {
			oneIn = strconv.Itoa(c.OneIn)
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", name, c.Doc, oneIn)
	}
	const begin, end = "<!-- checks: begin -->\n", "<!-- checks: end -->"
	before, rest, ok := strings.Cut(string(text), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("README.md has lost the marks around its table of checks")
	}
	if old == table.String() {
		return
	}
	if !*update {
		t.Fatal("the table of checks in README.md is old: run go test ./rules -run ReadmeTables -update")
	}
	if err := os.WriteFile("README.md", []byte(before+begin+table.String()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
