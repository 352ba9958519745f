package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/rules"
)

// property is the part of a JSON Schema that the tests look at.
type property struct {
	Ref         string              `json:"$ref"`
	Description string              `json:"description"`
	Default     any                 `json:"default"`
	Properties  map[string]property `json:"properties"`
	Items       *property           `json:"items"`
}

func readSchema(t *testing.T) property {
	t.Helper()
	var s property
	if err := json.Unmarshal(configSchema, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// keysOf lists the keys of a struct as paths, such as "limits.body". The policy
// block is package rules' own.
func keysOf(t reflect.Type, prefix string) []string {
	var keys []string
	for f := range t.Fields() {
		name := f.Tag.Get("yaml")
		if name == "" {
			continue
		}
		path := prefix + name
		keys = append(keys, path)
		inner := f.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && inner != reflect.TypeFor[rules.PolicyBlock]() {
			keys = append(keys, keysOf(inner, path+".")...)
		}
	}
	return keys
}

func schemaKeys(p property, prefix string) []string {
	var keys []string
	for name, inner := range p.Properties {
		path := prefix + name
		keys = append(keys, path)
		if path == "policy" {
			continue
		}
		if inner.Items != nil {
			inner = *inner.Items
		}
		keys = append(keys, schemaKeys(inner, path+".")...)
	}
	return keys
}

func TestSchemaAndStructHaveTheSameKeys(t *testing.T) {
	want := keysOf(reflect.TypeFor[Config](), "")
	got := schemaKeys(readSchema(t), "")
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("struct and schema differ (-struct +schema):\n%s", diff)
	}
}

func TestSchemaDescribesEveryKeyAndHasTheDefaults(t *testing.T) {
	checked := 0
	var walk func(p property, v reflect.Value, path string)
	walk = func(p property, v reflect.Value, path string) {
		for f, value := range v.Fields() {
			name := f.Tag.Get("yaml")
			key, ok := p.Properties[name]
			if !ok || name == "policy" {
				continue
			}
			if key.Description == "" {
				t.Errorf("%s%s has no description", path, name)
			}
			if f.Type.Kind() == reflect.Struct {
				walk(key, value, path+name+".")
				continue
			}
			checked++
			says := fmt.Sprint(key.Default)
			if number, ok := key.Default.(float64); ok {
				says = strconv.FormatFloat(number, 'f', -1, 64)
			}
			if want := written(value); want != says {
				t.Errorf("%s%s: the schema says the default is %s, it is %s", path, name, says, want)
			}
		}
	}
	walk(readSchema(t), reflect.ValueOf(defaultConfig()).Elem(), "")
	if checked < 15 {
		t.Errorf("only %d keys were compared", checked)
	}
}

// written spells a value as the schema does.
func written(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		s := x.String()
		if strings.HasSuffix(s, "m0s") {
			s = strings.TrimSuffix(s, "0s")
		}
		return s
	case rules.Bytes:
		return x.String()
	}
	if v.Kind() == reflect.Slice {
		return "[]"
	}
	return fmt.Sprint(v.Interface())
}

func TestExampleIsTheDefault(t *testing.T) {
	got, err := parseConfig("sluice.example.yaml", exampleConfig)
	if err != nil {
		t.Fatal(err)
	}
	options := cmp.Options{
		cmpopts.IgnoreUnexported(Config{}),
		cmpopts.IgnoreFields(Config{}, "Policy"),
		cmpopts.EquateEmpty(),
	}
	if diff := cmp.Diff(defaultConfig(), got, options); diff != "" {
		t.Errorf("the example says otherwise than the defaults (-default +example):\n%s", diff)
	}
	policy, err := got.Policy.Policy(rules.Known{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rules.DefaultPolicy(), policy); diff != "" {
		t.Errorf("the example's policy is not the default (-default +example):\n%s", diff)
	}
}

func TestExampleHasEveryKeyWithAComment(t *testing.T) {
	var doc yaml.Node
	if err := yaml.Unmarshal(exampleConfig, &doc); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(exampleConfig), "\n")
	var got []string
	var walk func(n *yaml.Node, prefix string)
	walk = func(n *yaml.Node, prefix string) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			got = append(got, prefix+key.Value)
			if key.Line < 2 || !strings.HasPrefix(strings.TrimSpace(lines[key.Line-2]), "#") {
				t.Errorf("line %d: %s%s has no comment above it", key.Line, prefix, key.Value)
			}
			if value := n.Content[i+1]; value.Kind == yaml.MappingNode && value.Style != yaml.FlowStyle && prefix == "" {
				walk(value, key.Value+".")
			}
		}
	}
	walk(doc.Content[0], "")
	want := slices.DeleteFunc(keysOf(reflect.TypeFor[Config](), ""), func(k string) bool { return strings.HasPrefix(k, "plugins.") || strings.HasPrefix(k, "indexes.") })
	want = append(want, "policy.on_error", "policy.default", "policy.kinds", "policy.rules", "policy.exceptions")
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys of the example (-want +got):\n%s", diff)
	}
	for f := range reflect.TypeFor[IndexConfig]().Fields() {
		if !strings.Contains(string(exampleConfig), "#   "+f.Tag.Get("yaml")+" ") {
			t.Errorf("the example does not explain indexes.%s", f.Tag.Get("yaml"))
		}
	}
	for f := range reflect.TypeFor[PluginConfig]().Fields() {
		if !strings.Contains(string(exampleConfig), "#   "+f.Tag.Get("yaml")+" ") {
			t.Errorf("the example does not explain plugins.%s", f.Tag.Get("yaml"))
		}
	}
}

func TestExampleFitsTheSchema(t *testing.T) {
	schema := compileSchema(t)
	for name, c := range map[string]struct {
		yaml string
		ok   bool
	}{
		"example":       {string(exampleConfig), true},
		"empty mapping": {"{}", true},
		"short policy":  {"policy: {rules: {private-key: block}}", true},
		"unknown key":   {"listn: x", false},
		"bad action":    {"policy: {on_error: redact}", false},
		"exception":     {"policy: {exceptions: [{rules: [a], owner: b, reason: c, expires: never}]}", true},
		"no owner":      {"policy: {exceptions: [{rules: [a], reason: c, expires: never}]}", false},
		"bad size":      {"limits: {body: lots}", false},
	} {
		var value any
		if err := yaml.Unmarshal([]byte(c.yaml), &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != c.ok {
			t.Errorf("%s: valid = %v, want %v: %v", name, err == nil, c.ok, err)
		}
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(configSchema)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sluice.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sluice.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "sluice.yaml")
	if err := os.WriteFile(file, []byte("rules: [own, /abs/rules.yaml]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := loadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(dir, "own"), "/abs/rules.yaml"}
	if diff := cmp.Diff(want, c.Rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

func TestListenAddresses(t *testing.T) {
	for address, network := range map[string]string{
		"unix:/run/x.sock": "unix",
		"127.0.0.1:9901":   "tcp",
		"[::1]:9901":       "tcp",
		"localhost:9901":   "tcp",
		"0.0.0.0:9901":     "",
		"10.0.0.1:9901":    "",
		":9901":            "",
		"unix:":            "",
		"/run/x.sock":      "",
	} {
		got, _, err := splitListen(address)
		if got != network || (err == nil) != (network != "") {
			t.Errorf("splitListen(%q) = %q, %v; want %q", address, got, err, network)
		}
	}
}
