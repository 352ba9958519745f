package envoy

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v4"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// JSON prints a message of Envoy's API as indented JSON, the same bytes for
// the same message.
func JSON(m proto.Message) ([]byte, error) {
	loose, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("print %s: %w", m.ProtoReflect().Descriptor().FullName(), err)
	}
	// protojson varies its white space on purpose; Indent settles it.
	var out bytes.Buffer
	if err := json.Indent(&out, loose, "", "  "); err != nil {
		return nil, fmt.Errorf("print %s: %w", m.ProtoReflect().Descriptor().FullName(), err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// YAML prints a message of Envoy's API as YAML, with fields in the order of
// their definition, the same bytes for the same message.
func YAML(m proto.Message) ([]byte, error) {
	node, err := yamlNode(m)
	if err != nil {
		return nil, err
	}
	return printYAML(node)
}

// yamlNode converts a message by way of its canonical JSON, which is YAML too.
func yamlNode(m proto.Message) (*yaml.Node, error) {
	data, err := JSON(m)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("print %s: %w", m.ProtoReflect().Descriptor().FullName(), err)
	}
	node := doc.Content[0]
	plain(node)
	return node, nil
}

// plain drops JSON's braces and quotation marks; the printer sets those that
// YAML needs.
func plain(n *yaml.Node) {
	n.Style = 0
	for _, child := range n.Content {
		plain(child)
	}
}

func printYAML(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("print YAML: %w", err)
	}
	if err := enc.Close(); err != nil {
		return nil, fmt.Errorf("print YAML: %w", err)
	}
	return out.Bytes(), nil
}
