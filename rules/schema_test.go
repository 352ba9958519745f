package rules

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

func compileSchema(t *testing.T, pointer string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("rules.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("rules.json" + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// asJSON turns YAML into what a JSON decoder would give.
func asJSON(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSchemaAcceptsBuiltins(t *testing.T) {
	schema := compileSchema(t, "")
	names, err := fs.Glob(builtin, "builtin/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("built-in files: %v, %v", names, err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(builtin, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(asJSON(t, data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	schema := compileSchema(t, "")
	for _, text := range []string{
		"rules: []",
		"rules: [{id: a, kind: secret}]",
		"rules: [{id: A, kind: secret, pattern: x}]",
		"rules: [{id: a, kind: secret, pattern: x, patern: y}]",
		"rules: [{id: a, kind: secret, pattern: x, near: {window: 5}}]",
		"rules: [{id: a, kind: secret, pattern: x, near: [{words: [b]}, {window: 5}]}]",
		"rules: [{id: a, kind: secret, pattern: x, parts: [{within: 5}]}]",
		"rules: [{id: a, kind: secret, pattern: x, parts: [{pattern: b, rule: c}]}]",
		"rules: [{id: a, kind: secret, pattern: x, frameworks: [gdrp]}]",
		"rules: [{id: a, kind: secret, pattern: x, confidence: certain}]",
		"rules: [{id: a, kind: secret, pattern: x, checks: ['luhn!']}]",
	} {
		if schema.Validate(asJSON(t, []byte(text))) == nil {
			t.Errorf("the schema accepts %s", text)
		}
	}
	policy := compileSchema(t, "#/$defs/policy")
	if err := policy.Validate(asJSON(t, []byte(examplePolicy))); err != nil {
		t.Errorf("the schema refuses the example policy: %v", err)
	}
	if policy.Validate(asJSON(t, []byte("on_error: redact"))) == nil {
		t.Error("the schema accepts on_error: redact")
	}
}

// TestSchemaFields holds schema and decoder together: each field is in both,
// and described.
func TestSchemaFields(t *testing.T) {
	var doc struct {
		Properties map[string]any `json:"properties"`
		Defs       map[string]struct {
			Description string `json:"description"`
			Properties  map[string]struct {
				Description string `json:"description"`
				Ref         string `json:"$ref"`
			} `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(doc.Properties)); !slices.Equal(got, slices.Sorted(slices.Values(fieldsOf(reflect.TypeFor[File]()).names))) {
		t.Errorf("file: the schema has %v", got)
	}
	for name, typ := range map[string]reflect.Type{
		"rule": reflect.TypeFor[Rule](), "pattern": reflect.TypeFor[Pattern](), "near": reflect.TypeFor[Near](), "part": reflect.TypeFor[Part](),
		"dictionary": reflect.TypeFor[Dictionary](), "edm": reflect.TypeFor[EDM](),
		"unless": reflect.TypeFor[Unless](), "levels": reflect.TypeFor[levelsFile](), "policy": reflect.TypeFor[policyFile](), "exception": reflect.TypeFor[Exception](),
	} {
		def := doc.Defs[name]
		want := slices.Sorted(slices.Values(fieldsOf(typ).names))
		if got := slices.Sorted(maps.Keys(def.Properties)); !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %v, the decoder %v", name, got, want)
		}
		for key, p := range def.Properties {
			if p.Description == "" && p.Ref == "" {
				t.Errorf("%s.%s has no description", name, key)
			}
		}
		if def.Description == "" {
			t.Errorf("%s has no description", name)
		}
	}
}
