package rules

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// labelForms are the ways in which files, programs and people put a label beside a value: LABEL and VALUE stand for them.
var labelForms = []string{
	"LABEL: VALUE", "LABEL=VALUE", `{"LABEL": "VALUE", "active": true}`, "row['LABEL'] = 'VALUE'", "<NAME>VALUE</NAME>", "id,LABEL,note\n1,\"VALUE\",ok",
	"id;LABEL;note\n1;VALUE;ok", "| id | LABEL |\n|---|---|\n| 1 | VALUE |", `- LABEL: "VALUE"`, "LABEL VALUE", "LABEL - VALUE", "the LABEL is VALUE.", "LABEL (VALUE)",
	"LABEL\nVALUE", "LABEL ........ VALUE", "id\tLABEL\tnote\n1\tVALUE\tok", "**LABEL:** VALUE", "<td>LABEL</td><td>VALUE</td>",
	"INSERT INTO t (id, NAME, note) values (1, 'VALUE', 'ok');", "LABEL:\n  VALUE",
}

// foundBehind fills in a form, and reports whether what is found in it as of a kind holds the value.
func foundBehind(t testing.TB, set *Set, kind scanner.Kind, form, label, value string) (text string, found bool) {
	t.Helper()
	text = strings.NewReplacer("LABEL", label, "VALUE", value, "NAME", strings.ReplaceAll(label, " ", "_")).Replace(form)
	return text, slices.ContainsFunc(holding(t, set, text, value), func(f scanner.Finding) bool { return f.Kind == kind })
}

// Personal data that is known by its label is found in every form in which labels are commonly written.
func TestPersonalForms(t *testing.T) {
	skipIfShort(t)
	set := builtinSet(t)
	for _, kind := range []struct {
		name           string
		labels, values []string
		unless         []string // forms in which it is not
	}{
		{
			"telephone number",
			[]string{"phone", "phone_number", "phoneNumber", "Mobile No", "Telefonnummer", "Handy", "téléphone", "teléfono", "móvil", "celular", "cellulare", "telefone", "numer telefonu", "cep telefonu", "телефон", "手机号", "電話番号", "전화번호", "फ़ोन", "WhatsApp", "emergency_contact", "workPhone"},
			[]string{"0171 2345678", "(614) 443-6237", "06 12 34 56 78", "+34 612 345 678"},
			nil,
		},
		{
			"date of birth",
			[]string{"dob", "date_of_birth", "birthDate", "Birthday", "Geburtsdatum", "date de naissance", "fecha de nacimiento", "data di nascita", "data de nascimento", "geboortedatum", "data urodzenia", "doğum tarihi", "дата рождения", "出生日期", "生年月日", "födelsedatum", "जन्म तिथि"},
			[]string{"1984-03-14", "14.03.1984", "March 14, 1984"},
			nil,
		},
		{
			"address",
			[]string{"address", "street_address", "addressLine1", "billing_address", "Anschrift", "adresse postale", "dirección", "indirizzo", "endereço", "adres", "адрес", "shippingAddress"},
			[]string{"12 Oak Street, Springfield, IL 62701", "Lindenstr. 12, 10969 Berlin", "ul. Lipowa 12/4, 00-950 Warszawa"},
			nil,
		},
		{
			"bank account",
			[]string{"account number", "account_no", "accountNumber", "bank account", "Kontonummer", "numéro de compte", "número de cuenta", "numero di conto", "rekeningnummer", "numer konta", "hesap numarası", "номер счета", "银行账号", "口座番号"},
			[]string{"73319024", "004417229318"},
			nil,
		},
		{
			"number of an employee",
			[]string{"employee_id", "Employee number", "staff id", "Personalnummer", "matricule", "número de empleado", "matricola", "personeelsnummer", "工号", "社員番号"},
			[]string{"E-448172", "104482"},
			[]string{"LABEL\nVALUE", "LABEL ........ VALUE", "**LABEL:** VALUE", "<td>LABEL</td><td>VALUE</td>", "LABEL:\n  VALUE", "the LABEL is VALUE.", "LABEL - VALUE", "<NAME>VALUE</NAME>", "row['LABEL'] = 'VALUE'"},
		},
	} {
		for _, form := range labelForms {
			if slices.Contains(kind.unless, form) {
				continue
			}
			for _, label := range kind.labels {
				for _, value := range kind.values {
					if text, found := foundBehind(t, set, "pii", form, label, value); !found {
						t.Errorf("%s: not found in %q", kind.name, text)
					}
				}
			}
		}
	}
}

// A password behind its label is found in every such form, in the languages whose word for it the rules know.
func TestPasswordLabels(t *testing.T) {
	skipIfShort(t)
	set := builtinSet(t)
	r := rand.New(rand.NewPCG(3, 4))
	for _, form := range labelForms {
		missed, all, example := 0, 0, ""
		for _, label := range []string{
			"password", "passwd", "pwd", "DB_PASSWORD", "dbPassword", "root password", "passphrase", "Passwort", "Kennwort", "mot de passe", "contraseña", "clave", "senha", "wachtwoord", "hasło", "heslo",
			"lösenord", "passord", "adgangskode", "salasana", "jelszó", "şifre", "parola", "kata sandi", "lozinka", "geslo", "κωδικός",
			"\u043f\u0430\u0440\u043e\u043b\u044c", "\u5bc6\u7801", "\u30d1\u30b9\u30ef\u30fc\u30c9", "\ube44\ubc00\ubc88\ud638", "m\u1eadt kh\u1ea9u", // in Russian, Chinese, Japanese, Korean and Vietnamese
			"\u092a\u093e\u0938\u0935\u0930\u094d\u0921", "\u05e1\u05d9\u05e1\u05de\u05d4", "\u0643\u0644\u0645\u0629 \u0627\u0644\u0645\u0631\u0648\u0631", "\u0e23\u0e2b\u0e31\u0e2a\u0e1c\u0e48\u0e32\u0e19", // in Hindi, Hebrew, Arabic and Thai
		} {
			all++
			if text, found := foundBehind(t, set, "secret", form, label, made("password", r)); !found {
				missed++
				example = text
			}
		}
		if missed*5 > all {
			t.Errorf("%q: %d of %d not found, such as %q", form, missed, all, example)
		}
	}
}
