package main

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/sluice-dlp/sluice/bench"
)

// object spells a JSON object.
type object = map[string]any

// scene is one prompt of the demo.
type scene struct {
	title string
	api   string // as bench.Call has it
	body  object
	// values must not leave; they are highlighted where they were sent.
	values []string
	// show names the part of a body that is worth looking at, as a path into
	// its JSON; empty means the last message or the input.
	show []any
	// decode turns that part into what a person reads.
	decode func(string) string
	// moral is the line that explains what happened.
	moral string
}

// demoConfig is the default configuration with one rule made stricter.
const demoConfig = `log: {level: warn}
policy:
  on_error: block
  default: {low: allow, medium: report, high: report}
  kinds:
    secret: {low: report, medium: redact, high: redact}
    pii: {low: allow, medium: redact, high: redact}
    code: {low: allow, medium: block, high: block, report_lines: 3, act_lines: 10}
  rules:
    private-key: block
`

// demoScenes makes the prompts. Every value is made up while this runs.
func demoScenes(f *bench.Fiction) []scene {
	chat := func(text string) object {
		return object{"model": "gpt-5-mini", "messages": []object{{"role": "user", "content": text}}}
	}
	scenes := []scene{{
		title: "A question with nothing in it", api: "chat",
		body:  chat("How do I rotate a log file every night without losing lines?"),
		moral: "Not a byte was changed.",
	}}
	add := func(s scene) { scenes = append(scenes, s) }

	id, secret := f.AWSAccessKeyID(), f.AWSSecretAccessKey()
	add(scene{
		title: "Keys in a snippet for review", api: "responses", values: []string{id, secret},
		body: object{"model": "gpt-5-mini", "input": fmt.Sprintf("Why does this time out?\n\ns3 = boto3.client(\"s3\",\n"+
			"    aws_access_key_id=%q,\n    aws_secret_access_key=%q)", id, secret)},
		moral: "The question still makes sense. A snippet this short is no leak of source code.",
	})

	mail, card, iban := f.Email(), f.Card(), f.IBAN()
	add(scene{
		title: "A customer's complaint", api: "chat", values: []string{mail, card, iban},
		body:  chat(fmt.Sprintf("Answer this politely: \"I am %s. You charged card %s twice, please refund to %s.\"", mail, card, iban)),
		moral: "Card and account number are known by their check digits, not by luck.",
	})

	key := f.PrivateKey()
	add(scene{
		title: "A private key, pasted by mistake", api: "chat", values: []string{strings.Split(key, "\n")[1]},
		body:  chat("ssh says my key has the wrong format, what is wrong with it?\n\n" + key),
		moral: "The policy of this demo blocks private keys. The SDK raises its own error, once.",
	})

	add(scene{
		title: "A page of the company's source code", api: "chat", values: nil,
		body:  chat("Please make this faster:\n\n" + demoSource),
		moral: "Ten lines of code or more are blocked by default, fewer are counted.",
	})

	add(scene{
		title: "A command is not source code", api: "chat",
		body:  chat("What is the difference between `ls -la` and `ls -lA`?"),
		moral: "Talking about commands is what people use a model for.",
	})

	split := f.AWSAccessKeyID()
	add(scene{
		title: "A key split over two parts of a message", api: "chat", values: []string{split[:9], split[9:]},
		body: object{"model": "gpt-5-mini", "messages": []object{{"role": "user", "content": []object{
			{"type": "text", "text": "Is this id well formed? " + split[:9]},
			{"type": "text", "text": split[9:] + " I copied it from a terminal."},
		}}}},
		show:   []any{"messages", 0, "content"},
		decode: joinParts,
		moral:  "Neighbouring parts are read as one text, as the model reads them.",
	})

	password := f.GitHubToken()[4:20]
	add(scene{
		title: "The arguments of a tool call", api: "chat", values: []string{password},
		body: object{"model": "gpt-5-mini", "messages": []object{
			{"role": "user", "content": "Count the orders of today."},
			{"role": "assistant", "tool_calls": []object{{"id": "call_1", "type": "function", "function": object{
				"name": "query", "arguments": fmt.Sprintf(`{"dsn":"postgres://shop:%s@db7.intern:5432/orders","sql":"select count(*) from orders"}`, password),
			}}}},
			{"role": "tool", "tool_call_id": "call_1", "content": "1204"},
		}},
		show:  []any{"messages", 1, "tool_calls", 0, "function", "arguments"},
		moral: "JSON inside a string of JSON. Every string is read, on every path, known or not.",
	})

	token := f.GitHubToken()
	add(scene{
		title: "A text file in base64", api: "chat", values: []string{token},
		body: object{"model": "gpt-5-mini", "messages": []object{{"role": "user", "content": []object{
			{"type": "text", "text": "What does this file configure?"},
			{"type": "file", "file": object{"filename": "ci.env", "file_data": "data:text/plain;base64," +
				base64.StdEncoding.EncodeToString([]byte("CI=true\nGH_TOKEN="+token+"\nREGION=eu-north-1\n"))}},
		}}}},
		show:   []any{"messages", 0, "content", 1, "file", "file_data"},
		decode: decodeDataURI,
		moral:  "Decoded, read, edited and encoded again. Shown decoded.",
	})

	second := f.GitHubToken()
	add(scene{
		title: "A streamed answer", api: "chat", values: []string{second},
		body: object{"model": "gpt-5-mini", "stream": true, "messages": []object{{
			"role":    "user",
			"content": "git push says 403 with the token " + second + ". Which scope does it lack?",
		}}},
		moral: "The answer streams as it always did.",
	})

	plain := f.Password()
	add(scene{
		title: "A password in a sentence", api: "chat", values: []string{plain},
		body:  chat("I am locked out of the staging CMS. My password is " + plain + ", could the sign in it be the problem?"),
		moral: "No pattern has this shape; the words around it give it away.",
	})

	add(scene{
		title: "What cannot be read", api: "embeddings",
		body:  object{"model": "text-embedding-3-small", "input": []int{464, 1994, 284, 262, 3842, 318, 287, 262, 2042, 3091, 2157, 262, 8701, 286, 262, 10481, 13}},
		show:  []any{"input"},
		moral: "Numbers of tokens hide any text. What cannot be read does not leave.",
	})
	return scenes
}

func joinParts(text string) string {
	return strings.ReplaceAll(text, "\n", " ⏎ ")
}

func decodeDataURI(uri string) string {
	head, data, ok := strings.Cut(uri, ";base64,")
	text, err := base64.StdEncoding.DecodeString(data)
	if !ok || err != nil {
		return uri
	}
	return head + " → " + strings.TrimSpace(strings.ReplaceAll(string(text), "\n", "  "))
}

// demoSource is a page of a program that nobody has written elsewhere.
const demoSource = `// allocate splits the stock of a warehouse over the open orders, oldest first.
func allocate(stock map[string]int, orders []Order) ([]Shipment, error) {
	sort.Slice(orders, func(i, j int) bool {
		return orders[i].Placed.Before(orders[j].Placed)
	})
	var shipments []Shipment
	for _, order := range orders {
		shipment := Shipment{Order: order.ID}
		for _, line := range order.Lines {
			have := stock[line.SKU]
			if have == 0 {
				continue
			}
			take := min(have, line.Quantity)
			stock[line.SKU] -= take
			shipment.Items = append(shipment.Items, Item{line.SKU, take})
		}
		if len(shipment.Items) == 0 {
			return nil, fmt.Errorf("order %s: nothing in stock", order.ID)
		}
		shipments = append(shipments, shipment)
	}
	return shipments, nil
}`
