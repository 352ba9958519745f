package rules

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// publishedTexts hold values of documentation that everyone has seen. Tildes stand in
// those that scanners of other tools would take for somebody's, and are left out.
var publishedTexts = []string{
	"AWS_ACCESS_KEY_ID=AKIAIOSFO~DNN7EXAMP~LE",
	"aws_secret_access_key = wJalrXUtn~FEMI/K7MD~ENG/bPxRf~iCYEXAMPL~EKEY",
	"aws_secret_access_key = je7MtGbCl~wBF/2Zp9U~tk/h3yCo8~nvbEXAMPL~EKEY",
	"stripe.api_key = \"sk_test_4~eC39HqLyj~WDarjtT1z~dp7dc\"",
	"stripe.api_key = \"sk_test_B~QokikJOvB~iI2HlWgH4~olfQ2\"",
	"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM~02xNOcqFl~qUwJPLlmE~tlCDXJ1OU~zFT50uSRZ~6IFsuFq2U~VErCz4I6t~q/K1SZFPT~Otr/KBHBe~ksoGMGw==;",
	"AccountEndpoint=https://localhost:8081/;AccountKey=C2y6yDj~f5/R+ob0N~8A7Cgv30V~RDJIWEHLM~+4QDU5DE2~nQ9nDuVTq~obD4b8mGG~yPMbIZnqy~MsEcaGQy6~7XIw/Jw==",
	"Authorization: Bas~ic QWxhZGRpb~jpvcGVuIH~Nlc2FtZQ==",
	"Authorization: Bas~ic dGVzdDoxMjPCow==",
	"Authorization: Bas~ic czZCaGRSa~3F0MzpnWD~FmQmF0M2JW",
	"Authorization: Bas~ic dXNlcm5hb~WU6cGFzc3~dvcmQ=",
	"Authorization: Bas~ic YWRtaW46YWRtaW4=",
	"Authorization: Bearer mF_9.B5f-4.1JqM",
	"client_secret=7Fjf~p0ZBr1KtD~RbnfVdmIw",
	`{"access_token":"2YotnFZFE~jr1zCsicM~WpAA","refresh_token":"tGzv3JOkF~0XG5Qx2Tl~KWIA"}`,
	"Sec-WebSocket-Key: dGhlIHNhb~XBsZSBub2~5jZQ==",
	"otpauth://totp/Example?secret~=JBSWY3DPEHPK3PXP&issuer=Example",
	"private key 0xac0974b~ec39a17e3~6ba4a6b4d~238ff944b~acb478cbe~d5efcae78~4d7bf4f2f~f80",
	"mnemonic: " + strings.Repeat("test ", 11) + "junk",
	"mnemonic: " + strings.Repeat("abandon ", 11) + "about",
	"WIF private key 5HueCGU8r~MjxEXxiPu~D5BDku4Mk~FqeZyd4dZ~1jvhTVqvb~TLvyTJ",
	"token " + jwtOf(`{"sub":"1234567890","name":"John Doe","iat":1516239022}`),
	"token " + jwtOf(`{"sub":"1234567890","name":"John Doe","admin":true,"iat":1516239022}`),
	"mongodb://<username>:<password>@cluster0.mongodb.net/",
	"ether 00:00:5e:00:53:af", "ether 00-11-22-33-44-55",
}

// jwtOf is a token with the payload and any signature.
func jwtOf(payload string) string {
	e := base64.RawURLEncoding
	return e.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + e.EncodeToString([]byte(payload)) + "." +
		e.EncodeToString([]byte("a signature of thirty-two bytes."))
}

// TestPublishedSecrets holds that by default nothing is done about what
// documentation prints.
func TestPublishedSecrets(t *testing.T) {
	set := builtinSet(t)
	for _, text := range publishedTexts {
		text = strings.ReplaceAll(text, "~", "")
		found, err := set.Detect(t.Context(), []scanner.Text{{Bytes: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if f.Confidence != scanner.Low {
				t.Errorf("%s: %s with confidence %s", text, f.Rule, f.Confidence)
			}
		}
	}
	for _, text := range []string{
		"token " + jwtOf(`{"sub":"1234567891","name":"Jane Roe","iat":1516239022}`),
		"Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("backup:Velvet*Lantern349")),
	} {
		found, err := set.Detect(t.Context(), []scanner.Text{{Bytes: []byte(text)}})
		if err != nil || len(found) == 0 || mostOf(found) != scanner.High {
			t.Errorf("%s: found %v, %v", text, found, err)
		}
	}
}

// mostOf is the highest confidence of the findings.
func mostOf(found []scanner.Finding) scanner.Confidence {
	var most scanner.Confidence
	for _, f := range found {
		most = max(most, f.Confidence)
	}
	return most
}
