package rules

import "testing"

// Each value stands between the marks. What the check says of it depends on what stands around.
func TestNamesInTheirPlace(t *testing.T) {
	for _, test := range []struct {
		name  string
		check func(*candidate) bool
		texts map[string]bool
	}{
		{"given-word", givenWord, map[string]bool{
			"told «Marta» that": true, "Hi «Gareth», the": true, "kids: Alan, «Joyce» and Richard": true, "«Nadia»: did you": true, "with «Sinéad».": true,
			"at «Gareth» Street": false, "Old «Marta»": false, "in «Austin», Texas": false, "«Florence» was": true, "«Gareth» & Finch": false, "«IBAN»: DE": false, "«Table»": false,
			"Anna-«Marta»": false, "corner of «Greta» and 85 Mill Street": false,
		}},
		{"name-ends", nameEnds, map[string]bool{"x, «Malhotra, Dev», y": true, "Dev «Malhotra, Siobhan» Kearney": false, "Dear «Ana Souza», I": true}},
		{"initialled", initialled, map[string]bool{"by «T. Oyekan» (notes)": true, "«J. P. van den Broek»,": true, "«S. Korea»": false, "«A. St»": false}},
		{"named-in-address", namedInAddress, map[string]bool{
			"«Dashiell Okonjo», dash.okonjo@fjordline.no": true, "okonjo@fjordline.no («Okonjo»)": true, "«Émilie Durand» e.durand@fjordline.no": true,
			"«Ana Souza», bo@fjordline.no": false, "«Fjordline Line», bo@fjordline.no": false, "«Info Desk», info@fjordline.no": false, "«Ana Souza»": false,
		}},
		{"part-of-address", partOfAddress, map[string]bool{
			"user=«mkessler» email=m.kessler@fjordline.no": true, "«kessler» m.kessler@fjordline.no": true,
			"user=«info» info@fjordline.no": false, "user=«postgres» m.kessler@fjordline.no": false, "user=«mkessler»": false,
		}},
		{"timestamp", timestamp, map[string]bool{"«1990-04-01» 12:30": true, "«1990-04-01»T02:00:08Z": true, "«1990-04-01» 00:00:00": false, "«1990-04-01», 12": false, "«1990-04-01»": false}},
	} {
		for text, want := range test.texts {
			plain, start, end, err := unmark(text)
			if err != nil {
				t.Fatal(err)
			}
			c := newCandidate([]byte(plain), start, end, start, end)
			if test.check(&c) != want {
				t.Errorf("%s: %s: %v", test.name, text, !want)
			}
		}
	}
}

func TestLowerName(t *testing.T) {
	for value, want := range map[string]bool{
		"ingrid solheim": true, "caoimhe brannigan": true, "ingrid and": false, "happy today": false, "will do": false, "ingrid": false,
	} {
		if lowerName([]byte(value)) != want {
			t.Errorf("%q: %v", value, !want)
		}
	}
}

func TestDateLike(t *testing.T) {
	for value, want := range map[string]bool{
		"March 15": true, "Section 4": true, "Juni 5": true, "Ermou 48": false, "Lange Leemstraat 77": false, "Hernalser Gürtel 15/9": false,
	} {
		if dateLike([]byte(value)) != want {
			t.Errorf("%q: %v", value, !want)
		}
	}
}
