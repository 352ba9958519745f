package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// A value whose end was left out or struck out stands for another, whatever rule
// finds what is left of it.
func TestElided(t *testing.T) {
	set := builtinSet(t)
	stem := "k3x9q2m7" + "w1zaHR0cHM6Ly9tNp"
	for text, want := range map[string]bool{
		"API_TOKEN=" + stem + "...":                  false,
		"API_TOKEN=" + stem + "…":                    false,
		`"api_token": "` + stem + `***********"`:     false,
		`"api_token": "` + stem + `-##############"`: false,
		"API_TOKEN=" + stem + ".":                    true,
		"my token is " + stem + " ...":               true,
	} {
		found := slices.ContainsFunc(findMedium(t, set, text), func(f scanner.Finding) bool { return f.Kind == scanner.KindSecret })
		if found != want {
			t.Errorf("%q: found %v, want %v", text, found, want)
		}
	}
}

// Where values stand that a reader takes for real unless told otherwise.
var assignments = []string{
	"%s", "API_KEY=%s", "export SECRET_TOKEN='%s'", "password: %s", `{"client_secret": "%s"}`, "Authorization: Bearer %s", `curl -H "X-Api-Key: %s" https://api.acme.dev`,
	`const token = "%s";`, "OPENAI_API_KEY=%s", "stripe.api_key = '%s'", "my key is %s, why is it refused?", "https://api.acme.dev/v1?access_token=%s", "private key: %s",
	"<add key=\"AccountKey\" value=\"%s\" />", "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=%s", "aws_secret_access_key = %s", "postgres://app:%s@db.acme.dev/shop",
}

// Values that stand for others are never redacted or blocked: no rule reports them
// with more than low confidence, wherever they stand.
func TestNoPlaceholderIsReported(t *testing.T) {
	skipIfShort(t)
	set := builtinSet(t)
	values := []string{
		"your-api-key", "YOUR_API_KEY", "your_api_key_here", "<your-token>", "<API_KEY>", "${API_KEY}", "$API_KEY", "{{ api_key }}", "{{API_KEY}}", "%API_KEY%", "$(cat key.txt)",
		"[YOUR KEY]", "xxxxxxxxxxxxxxxxxxxxxxxx", "XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX", "****************", "................", "sk-...", "sk-proj-...", "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
		"sk-ant-api03-...", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "ghp_your_token_here", "xoxb-your-token-here", "AKIAXXXXXXXXXXXXXXXX", "AKIAIOSFODNN7EXAMPLE",
		"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "changeme", "change-me-in-production", "replace_with_your_key", "insert-key-here", "TODO", "REDACTED", "[REDACTED]", "[REDACTED:openai-api-key]",
		"dummy-key-1234", "example-secret", "test", "password", "secret", "null", "undefined", "None", "12345678", "1234567890", "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz",
		"00000000-0000-0000-0000-000000000000", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "0000000000000000000000000000000000000000", "ffffffffffffffffffffffffffffffff", "deadbeefdeadbeefdeadbeefdeadbeef",
		"my-secret-token", "mysecretpassword", "minioadmin", "%s", "%v", "{0}", "#{token}", "@Model.Key", "vault:secret/data/app#key", "...", "…", "n/a",
	}
	for v := range publishedValues.values {
		values = append(values, v)
	}
	slices.Sort(values)
	silent := func(text string) {
		for _, f := range findMedium(t, set, text) {
			if f.Kind == scanner.KindSecret {
				t.Errorf("%q: %s at %d-%d with confidence %s", text, f.Rule, f.Span.Start, f.Span.End, f.Confidence)
			}
		}
	}
	for _, value := range values {
		for _, form := range assignments {
			silent(fmt.Sprintf(form, value))
		}
	}
	expressions := []string{
		"process.env.API_KEY", "os.environ['API_KEY']", `os.Getenv("API_KEY")`, "ENV['API_KEY']", "settings.API_KEY", "config.get('key')", "await getToken()",
	}
	for _, expression := range expressions {
		for _, form := range assignments {
			if !strings.Contains(form, "://") { // where it would be the value itself
				silent(fmt.Sprintf(form, expression))
			}
		}
	}
}
