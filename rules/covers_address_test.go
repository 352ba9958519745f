package rules

import "testing"

// Each text is an address of which the value, the street and the number, stands between bars.
func TestCoversAddress(t *testing.T) {
	for _, text := range []string{
		"at «Flat 4, |61 Coldharbour Lane|, London SE5 9NR», near",
		"«Apt. 12B, |5 Oak Street|»",
		"en «|Calle Mayor 12|, 3º B, 28013 Madrid» y pago",
		"na «|Rua Augusta, 1508|, São Paulo - SP, 01304-001». Preciso",
		"«|ul. Piotrkowska 112/7|, 90-006 Łódź» i",
		"«|1420 rue Sainte-Catherine Ouest|, Montréal, QC H3G 1R8»",
		"«|15 Merrion Square|, Dublin 2, D02 X285»",
		"«|12 Canal Street|\nPortland, OR 97209»\nThanks",
		"«|Via Roma 1|, 34100 Trieste»: ok",
		"«|Via Roma 1|, 40124 Bologna (BO)», contro",
		"«|Vesterbrogade 181|, 3. tv, 1800 Frederiksberg».",
		"«|Rue du Page 63| boîte 2, 1050 Ixelles».",
		"of «|8 Harbour View|, Cobh, Co. Cork», vehicle",
		"«|P.O. Box 4471|, Scottsdale, AZ 85261»",
		"«|Plaza del Sol 3|, Santa Cruz de Tenerife»",
		"«|ул. Тверская, д. 18|, кв. 45»",
		"to «Flat 9, Beaumont House, |210 Kingsland Road|, London E2 8EB» and",
		"at «St. Anne's Nursing Home, |4 Priory Gardens|, Bath BA2 6JX» with",
		"«Résidence Les Tilleuls, Bât. C, |14 allée des Peupliers|, 59650 Villeneuve-d'Ascq»",
		"lakcím: «6720 Szeged, |Kárász utca 82|» kéri",
		"au «|4520 rue Saint-Denis|, app. 3, Montréal (Québec) H2J 2L3», and",
		"«|Via dei Tigli 18|, 33100 Udine (UD), Italy», +39",
		"en «|C/ Alcalá 233|, 4º izq., 28028 Madrid». El",
		"«|Blanická 15|, 120 00 Praha 2», tel",
		// What an address does not take.
		"I live at «|52 Canal Street|», call me",
		"«|52 Canal Street|», Please send it",
		"«|52 Canal Street|», Bob and I",
		"«|52 Canal Street|»\nDear Bob",
		"«|52 Canal Street|», 3 items",
		"«|52 Canal Street|», 2063334444555 is the number",
		"the flat, «|52 Canal Street|»",
		"Room service, «|52 Canal Street|»",
	} {
		plain, start, end, err := unmark(text)
		if err != nil {
			t.Fatal(err)
		}
		var bars []int
		var clean []byte
		for i := range len(plain) {
			if plain[i] == '|' {
				bars = append(bars, len(clean))
			} else {
				clean = append(clean, plain[i])
			}
		}
		if start > bars[0] {
			t.Fatal(text)
		}
		end -= 2
		c := newCandidate(clean, bars[0], bars[1], bars[0], bars[1])
		if span := c.cover(coversAddress); span.Start != start || span.End != end {
			t.Errorf("%s: covers %q", text, clean[span.Start:span.End])
		}
	}
}

func FuzzCoversAddress(f *testing.F) {
	f.Add("Flat 4, 61 Lane, London SE5 9NR", 8, 15)
	f.Add("é, 12 –, º", 3, 5)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		if start < 0 || end <= start || end > len(text) {
			return
		}
		c := newCandidate([]byte(text), start, end, start, end)
		if span := c.cover(coversAddress); span.Start < 0 || span.Start > start || span.End < end || span.End > len(text) {
			t.Errorf("%q[%d:%d] covers %v", text, start, end, span)
		}
	})
}
