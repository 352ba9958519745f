package code_test

import (
	"strings"
	"testing"
)

// TestForms holds texts that have much of what programs have, and are none.
func TestForms(t *testing.T) {
	for name, text := range map[string]string{
		"calendar": "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example//EN\nBEGIN:VEVENT\nUID:1-2@example.com\nDTSTART:20240903T163000Z\n" +
			"DTEND;TZID=Europe/Oslo:20240903T190000\nSUMMARY:Review\nCATEGORIES:BUSINESS,HUMAN RESOURCES\nEND:VEVENT\nEND:VCALENDAR",
		"card": "BEGIN:VCARD\nVERSION:3.0\nN:Krog;Bastian;;Mr.;\nFN:Bastian Krog\nORG:Mossgate Ltd\nTEL;TYPE=WORK,VOICE:(111) 555-0112\n" +
			"ADR;TYPE=WORK:;;1 Mill Lane;York;;YO1;UK\nEND:VCARD",
		"references": "@article{moor2017,\n  title={On {S}luices},\n  author={Moor, Anna and Krog, B.},\n  volume={30},\n  year={2017}\n}\n" +
			"@book{krog1997,\n  title={Locks and Weirs},\n  year=1997,\n  publisher=\"Mossgate\"\n}",
		"words":   "numpy\npandas\nscikit-learn\nmatplotlib\nrequests\nbeautifulsoup4\nflask\ndjango\nsqlalchemy\npytest",
		"paths":   "src/scan.c\nsrc/store/get.c\nsrc/store/put.c\nsimd/x86_64/sum-avx2.asm\ndocs/img/lock.png\ntests/data/plain.txt",
		"drawing": "  /\\_/\\\n ( o.o )\n  > ^ <\n /|   |\\\n(_|   |_)\n/---------\\\n|  box    |\n\\_________/",
		"files": "LICENSE          Makefile.nt      Makefile.unix\nREADME           config.h         patchlev.h\nextract.c        extract.man\t  include.pl\n" +
			"fixmac.man       fixmac.pl        fixps.pl",
		"pods": "NAME                     READY   STATUS    RESTARTS   AGE\napi-6d4cf56db6-abcde     1/1     Running   0          5d\n" +
			"web-7f9b8c6d5-xk2lp      0/1     Pending   3          2h\nweb-7f9b8c6d5-zz7ab      1/1     Running   0          2h",
		"front matter":            "---\ntitle: A journey\nlayout: post\ndate: 2024-03-02\ntags: [sea, wind]\nsummary: >\n  What we saw.\n---",
		"front matter, TOML":      "+++\ntitle = \"A journey\"\ndate = 2024-03-02\ndraft = true\ntags = [\"sea\", \"wind\"]\n+++",
		"front matter of a skill": "---\nname: release-notes\ndescription: Writes the notes of a release from its commits.\nallowed-tools: Read, Grep\n---\n\nRead the commits first.",
		"front matter of a form":  "---\nname: Question\nabout: Ask what you did not find in the manual\ntitle: ''\nlabels: 'question'\nassignees: ''\n---",
		"head of a README": "<p align=\"center\">\n  <a href=\"https://example.com\"><img src=\"docs/logo.png\" alt=\"Logo\" width=\"120\"></a>\n</p>\n" +
			"<h1 align=\"center\">Sluice</h1>\n<p align=\"center\">\n  <b>Keeps what is yours</b><br>\n  <sub>and passes the rest</sub>\n</p>",
		"frames":   "<context>\n{{context}}\n</context>\n\n<question>\n{{question}}\n</question>\n\n{{format_rules}}",
		"glossary": "login = Anmeldung\nlog out = abmelden\nsettings = Einstellungen\nsave = speichern\ncancel = abbrechen",
		"genome":   ">sequence_1\n" + strings.Repeat("ATGCGATCGATCGATCGATCGTAGCTAGCTAGCTAGCTAGCATCG\nGGCATTCGATTGACCATAGCTAGCTAGCATCGATCGATCGATCGA\n", 4),
	} {
		for _, f := range sure(detect(t, "What do you make of this?\n\n"+text+"\n")) {
			if f.Lines >= 3 {
				t.Errorf("%s: %d lines of it are %s", name, f.Lines, f.Detail)
			}
		}
	}
	// In TeX braces hold arguments.
	tex := "\\begin{align}\n  \\int_0^1 f(x)\\,dx &= \\sum_{k=1}^{\\infty} \\frac{a_k}{k} \\\\\n  &\\leq \\sqrt{\\int_0^1 |f(x)|^2\\,dx} \\\\\n" +
		"  &= \\|f\\|_{2}\n\\end{align}\n\\begin{theorem}\nEvery bounded sequence has a convergent subsequence.\n\\end{theorem}"
	for _, f := range detect(t, tex) {
		if f.Lines > strings.Count(tex, "\n")+1 {
			t.Errorf("TeX of %d lines counts as %d", strings.Count(tex, "\n")+1, f.Lines)
		}
	}
	// What is much like these, and code.
	for _, like := range []string{
		"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: site\ndata:\n  title: A journey",
		"[core]\neditor = vim\npager = less\n[pull]\nrebase = merges\nff = only\nautostash = true",
		"<div class=\"card\" id=\"c1\">\n  <h2 class=\"title\">Sea</h2>\n  <button onclick=\"go()\">Go</button>\n  <p>Wind</p>\n</div>",
		"  401136:\t55                   \tpush   %rbp\n  401137:\t48 89 e5             \tmov    %rsp,%rbp\n" +
			"  40113a:\tb8 00 00 00 00       \tmov    $0x0,%eax\n  40113f:\t5d                   \tpop    %rbp\n  401140:\tc3                   \tret",
		"create table t (\n  id         integer        not null      primary key,\n  name       varchar(20)    not null      unique,\n  born       date           null          default null\n);",
	} {
		if len(sure(detect(t, like))) == 0 {
			t.Errorf("not found as code: %q", like)
		}
	}
	// Lines of single words, and little else than punctuation, are in programs too.
	for _, program := range []string{
		"if x > 3 then\n  print(x)\nelse\n  x = x + 1\nend\nwhile true do\n  break\nend\nreturn x",
		"for (;;) {\n    }\n}\n}\n// ------------------------------------------------\nint main(void) {\n  return f(1, 2);\n}\n",
	} {
		if len(sure(detect(t, program))) == 0 {
			t.Errorf("not found as code: %q", program)
		}
	}
}

// TestEquations holds that what is worked out in steps is no program, and that
// assignments are not taken for equations.
func TestEquations(t *testing.T) {
	if found := sure(detect(t, "We have\n\n13^2 = (5x)^2 + (12x)^2\n\n169 = 25x^2 + 144x^2\n\n169 = 169x^2\n\nx^2 = 1\n\nx = 1 or x = -1")); len(found) > 0 {
		t.Errorf("equations are found as %v", found)
	}
	if found := sure(detect(t, "Let x be her share.\n\nAnna: 20 + 2(3x) = 20 + 6x\nTotal: x + 3x + 20 + 6x = 1000\n10x + 20 = 1000\n10x = 980\nx = 98")); len(found) > 0 {
		t.Errorf("equations are found as %v", found)
	}
	if found := sure(detect(t, "a = 3\nb = 4\nc = sqrt(a**2 + b**2)\nd = [a, b, c]\nfor x in d:\n    s = s + x\n    n = n + 1")); len(found) == 0 {
		t.Error("assignments are not found")
	}
	if found := sure(detect(t, "[server]\nbind-address = 127.0.0.1\nmax-connections = 200\nlog4j.level = info\nread-timeout = 30s\nkeep-alive = 5")); len(found) == 0 {
		t.Error("settings are not found")
	}
}
