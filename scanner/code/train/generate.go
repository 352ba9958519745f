package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generate adds lines of kinds that the corpora lack: logs, tables, headers, legal
// text and what else is like programs as negatives; traces, queries, configuration
// and commands as positives. They are made from templates whose holes are filled at
// random.
func generate(rng *rand.Rand, c *collector) {
	for range 20 {
		for _, t := range likenesses {
			c.add([]byte(fill(rng, t)), 0, 0.3)
		}
	}
	for range 80 {
		for _, t := range negatives {
			c.add([]byte(fill(rng, t)), 0, 0.6)
		}
		for _, t := range positives {
			c.add([]byte(fill(rng, t)), 1, 0.35)
		}
		for _, t := range programs {
			c.add([]byte(fill(rng, t)), 1, 0.35)
		}
	}
}

// fill replaces %w by a word, %W by a capitalized one, %n by a number, %t by a
// time of day, %d by a date, %a by an address and %h by a hex string.
func fill(rng *rand.Rand, template string) string {
	var b strings.Builder
	for i := 0; i < len(template); i++ {
		if template[i] != '%' || i+1 == len(template) {
			b.WriteByte(template[i])
			continue
		}
		i++
		word := vocabulary[rng.IntN(len(vocabulary))]
		switch template[i] {
		case 'w':
			b.WriteString(word)
		case 'W':
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		case 'n':
			fmt.Fprint(&b, rng.IntN([]int{10, 100, 5000, 100000}[rng.IntN(4)]))
		case 't':
			fmt.Fprintf(&b, "%02d:%02d:%02d", rng.IntN(24), rng.IntN(60), rng.IntN(60))
		case 'd':
			fmt.Fprintf(&b, "20%02d-%02d-%02d", 10+rng.IntN(20), 1+rng.IntN(12), 1+rng.IntN(28))
		case 'a':
			fmt.Fprintf(&b, "10.%d.%d.%d", rng.IntN(256), rng.IntN(256), rng.IntN(256))
		case 'h':
			fmt.Fprintf(&b, "%08x", rng.Uint32())
		default:
			b.WriteByte(template[i])
		}
	}
	return b.String()
}

var vocabulary = strings.Fields(`user order cache queue account invoice server client worker session token bucket region
node cluster report item price total index status result value config message event handler record table column customer
payment shipment email address city country name title page section chapter figure project team member meeting agenda budget
schedule task issue request response timeout retry backup disk memory network port host volume image build release version
branch commit review test metric alert limit rate level state phase step input output source target sensor camera engine`)

var negatives = []string{
	"%d %t,%n INFO  [%w-%n] com.%w.%W%W - %W %w %w in %n ms",
	"%dT%t.%nZ ERROR %w/%w.go:%n %w failed: %w %w %n",
	"%dT%tZ level=info msg=\"%w %w\" %w=%n %w=%w",
	"time=\"%dT%tZ\" level=warning msg=\"%w %w: %w not found\" %w=%h",
	"Jan %n %t %w-%n %w[%n]: %w %w from %a port %n",
	"%a - - [%n/Mar/2021:%t +0000] \"GET /%w/%w?%w=%n HTTP/1.1\" 200 %n \"-\" \"Mozilla/5.0\"",
	"[%t] <%w> %w %w %w the %w?",
	"[%d %t] %w.%W: %w %w (%n) {\"%w\":%n}",
	"[INFO] %W %w %w %n/%n (%n%)",
	"WARN  %w.%w: %w %w=%n, %w=%w",
	"DEBUG:%w.%w:%w %w (%n)",
	"%n,%w,%n.%n,%d",
	"%w,%w,%n,%n,%n",
	"%w_%w,%w,%w_%w,%w",
	"%W %W,%w@example.com,%n-%n-%n,%W",
	"%n\t%w\t%n\t%w",
	"| %w | %n | %w %w |",
	"|---|---|---|",
	"+-----+-------+------+",
	"\"%w\": \"%w\",",
	"  \"%w\": %n,",
	"    \"%w_%w\": [%n, %n, %n],",
	"{\"%w\": \"%w %w\", \"%w\": %n, \"%w\": true}",
	"{\"%w\":%n,\"%w\":{\"%w\":\"%w\"},\"%w\":[\"%w\",\"%w\"]},",
	"From: %W %W <%w.%w@example.com>",
	"Subject: Re: %W %w %w (%w #%n)",
	"Date: Mon, %n Mar 2021 %t +0000",
	"Message-ID: <%h.%n@mail.example.com>",
	"Received: from %w.example.com (%w.example.com [%a]) by mx.example.com with ESMTP id %h;",
	"Content-Type: text/plain; charset=utf-8",
	"X-%W-%W: %w=%w; %w=%n",
	"> On %d at %t, %W %W wrote:",
	"%W: %w %w %w",
	"%W %w: %n %w (%w)",
	"- %W %w: %n",
	"%n. %W the %w, %w and %w.",
	"(%n) The %w of the %w shall not be liable for any %w, %w or %w arising from the %w.",
	"THE %w IS PROVIDED WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED; THE %w OF THE %w SHALL NOT BE LIABLE.",
	"(a) %W %w %w, provided that (i) the %w; and (ii) each %w of the %w;",
	"Q%n 20%n: %n% (%w), up from %n%",
	"%t - %t %W %w (%w)",
	"    %w   %n   %n.%n   %w",
	"%w-%w/%w_%n.pdf",
	"https://example.com/%w/%w?%w=%n&%w=%w",
	"%h-%h-%h-%h",
	"x = %n, y = %n",
	"f(x) = %nx^2 + %nx - %n",
	"a) %n b) %n c) %n d) %n",
	"%W, %W %n, %n %W",
	"[%t] <%w%n> %w: the %w is %w, try %w %w",
	"<%w> what does %w %w do? i get %w (%n)",
	"<%W_%n> %w: sudo %w %w, then edit /etc/%w/%w.conf",
	"[%n:%n] * %w is away: %w",
	"=== %w [n=%w@%a] has joined #%w",
	"=== %w [i=%h@%w.example.com] has quit [%w]",
	"*** %w sets mode: +%w %w",
	"%w: yes, /usr/share/%w/%w.%n",
	"%w> %w %w, see http://%w.example.com/%w_%w",
	"- %n cup %w, %w (%n g)",
	"* %n tbsp %w",
	"%n. Add the %w; stir for %n minutes (or until %w).",
	"%n.%n. %W. Each %w grants to the %w a %w, %w, %w license to the %w (the \"%W\").",
	"\"%W\" means the %w and its %w, %w or %w;",
	"Copyright (c) %d %W %W. All rights reserved.",
	"   Copyright (C) 20%n  %W %W <%w@example.com>",
	"THIS %w IS PROVIDED BY THE %w \"AS IS\" AND ANY EXPRESS OR IMPLIED %w, INCLUDING, BUT NOT LIMITED TO, THE %w",
	" * %W %w in %w form must retain the above %w;",
	"%W: [your %w here]",
	"# %W %w",
	"## %n. %W %w and %w",
	"**%W %w**: %w %w (%w) – %w.",
	"- **%W**: the `%w_%w` of the %w",
	"- [%W %w](https://example.com/%w/%w#%w) - %W %w %w.",
	"1. `%w`: %w %w the %w",
	"Use `%w_%w()` to %w the %w, or `%w.%w` if the %w is %w.",
	"Write a %w function that takes a %w and returns the %w: %w(%n, %n) = %n",
	"Input: %w = [%n, %n, %n], %w = %n",
	"Output: %n",
	"Let $x_{%n} = %n$ and $f(x) = x^2 + %n$ for all $x \\in \\mathbb{R}$.",
	"$$\\sum_{i=1}^{%n} i = \\frac{n(n+1)}{2}$$",
	"%n + %n = %n; %n * %n = %n",
	// Equations, as people solve them
	"x^2 = %n",
	"%nx + %n = %n",
	"%n = %nx^2 + %nx",
	"x = %n or x = -%n",
	"x = %n/%n",
	"=> x = %n",
	"y = mx + b",
	"(x - %n)(x + %n) = 0",
	"%n(x + %n) = %n",
	"a^2 + b^2 = c^2",
	"%n^2 + %n^2 = %n",
	"= %n * %n = %n",
	"sin(x) = %n/%n",
	"x + y = %n",
	"P(A|B) = P(A and B) / P(B) = %n/%n",
	"F = m * a = %n kg * %n m/s^2 = %n N",
	"v = d / t = %n / %n = %n m/s",
	"A = %n x %n = %n cm^2",
	"n! / (k! (n-k)!) = %n",
	"E[X] = %n * 1/6 + %n * 5/6",
	"%n% of %n = %n",
	"2H2 + O2 -> 2H2O",
	"lim (x -> %n) f(x) = %n",
	"f'(x) = %nx - %n",
	"The total is <<%n*%n=%n>>%n, so %n - %n = <<%n-%n=%n>>%n.",
	"%W: \"%W %w, %w the %w!\"",
	"%W (%w): %w %w... %w?",
	"%W %W | %W %w | +1 555 %n | %w@example.com",
	"%d: %w, %n EUR, %w",
	"Room %n, %W Street %n, %n %W",
	"%W = %w; %W = %w",
	"%w=%w",
	"%w/%w",
	"a: %w, b: %w, c: %w",
	"<%w@example.com>",
	"[%n] %W, %W. (20%n). %W %w of %w. %W %W, %n(%n), %n-%n.",
	"@%w thanks! #%w #%w",
	"El %w de la %w no está en el %w (%n), ¿verdad?",
	"Die %w wird im %w nicht für den %w verwendet; siehe §%n Abs. %n.",
	"Le %w de l'%w est à la %w : %n € (%w).",
	"请把%w的%w改成%n，然后说明原因。",
	"%wの%wを%nにしてください。",
	// Listings of files, blocks of addresses, ingredients with notes.
	"%w.%w          %w.%w         %w_%w.%w",
	"%W           Makefile.%w     %w.h         %w-%w.%w",
	"-rw-r--r--  1 %w %w  %n Mar %n %t %w.%w",
	"drwxr-xr-x %n %w %w %n %d %t %w",
	"      By %w:   %w@%w.example.com",
	"      By post:    %W %W %W",
	"                 %n %W Street",
	"  Tel: +44 %n %n, Fax: +44 %n %n",
	"- %w %w (not %w, just %w): %n",
	"- %w: %n%w | %n/%nlb (optional)",
	"- %w (%n %w, %w): %n cups",
	"- %w %w: %n-%n g",
}

// likenesses are lines that have much of a program's, and come near to them.
var likenesses = []string{
	// Agendas
	"09:%n0 %W (%W)",
	"  10:%n0 %W: %w, %w Q%n",
	"  14:%n0 %W",
	"  1%n.30–1%n.15 Uhr %W",
	"    group A: %w",
	"  %n am: %w %w",
	// Prompts with holes, and what frames their parts
	"{{%w}}",
	"{{%w_%w}}",
	"{%w}",
	"{%w_%w}",
	"<%w>",
	"</%w>",
	"<%w_%w>",
	"</%w_%w>",
	"[%W]",
	"[%W %w]",
	"[/INST]",
	"%W: {%w}",
	"%W: {{%w}}",
	"%W %w: {%w_%w}",
	"Write a %w about {%w} for {{%w_%w}}.",
	"Dear {{%w_%w}}, the %w of {{%w}} is {{%w}}.",
	"{{%w}}, {{%w}}!",
	"You are a {%w}. Answer in {%w}; never in {%w}.",
	"{{#if %w}}Thank you, {{%w}}.{{/if}}",
	"<%w>%W the %w, then %w.</%w>",
	"### %W:",
	"<|user|>",
	"<|im_start|>system",
	// Sentences and verses that begin with words of programs
	"for the night is %w",
	"for %w and %w we need a %w",
	"while the %w is %w",
	"if you %w, I %w",
	"if not, the %w",
	"let us %w the %w,",
	"return to the %w,",
	"return, return",
	"and I let you %w (you know)",
	"import of %w from %W",
	"the class of 20%n",
	"do not %w",
	"then %w the %w",
	"end of %w",
	"case %n: the %w and the %w",
	"public %w, private %w",
	"try the %w",
	"is it %w?",
	"in %w with %w",
	"with a %w as %w",
	"use %w, not %w",
	"until the %w",
	"echo of the %w",
	"print the %w (%n pages)",
	"  x%n",
	// What tools say of a build or of tests
	"test_%w ......... PASS (0.%ns)",
	"test_%w_%w ..... FAIL (%n.%ns)",
	"tests/test_%w.py::test_%w PASSED [ %n%]",
	"--- FAIL: Test%W%W (0.%ns)",
	"ok  \texample.com/%w/%w\t0.%ns",
	"FAIL\texample.com/%w/%w [build failed]",
	"  ✓ %w the %w (%n ms)",
	"  ✕ %w %w",
	"%n tests: %n passed, %n failed, %n skipped",
	"=== %n passed, %n failed in %n.%ns ===",
	"Tests:       %n failed, %n passed, %n total",
	"%w.c:%n:%n: error: expected ';' before '%w'",
	"%w/%w.cpp:%n:%n: warning: unused variable '%w' [-Wunused-variable]",
	"%w.c: In function '%w_%w':",
	"make: *** [Makefile:%n: %w.o] Error %n",
	"collect2: error: ld returned %n exit status",
	"npm ERR! code ELIFECYCLE",
	"[%n/%n] Compiling %w",
	"Step %n/%n : %w %w",
	"Collecting %w-%w==%n.%n",
	// Notations: chess, dice, glosses, proofs in ASCII
	"%n. e4 e5 %n. Nf3 Nc6 %n. Bb5 a6 %n. O-O Be7",
	"%n. Qd%n Rxe%n+ %n. Kh1 Bg%n# 0-1",
	"%nd6+%n; AC %n (%w); HP %n",
	"    1SG  %w-1SG 3SG.M.ACC %w-PTCP",
	"(%n) [CP %w [C' %w_i [TP %w t_i]]]",
	"(%n) *%W %w-en %w-e.",
	"Let a, b in Z with a | b and b | c.",
	"Then c = m*b = m*(k*a) = (m*k)*a for some k, m in Z.",
	"Since n^2 = %n, n is odd. QED",
	"Suppose f(a) = f(b); then a = b, so f is one-to-one.",
	"Thus p -> q and q -> r, hence p -> r.",
	"*k%n, p%n; rep from * to end (%n sts).",
	"Rnd %n: *k2tog, yo, k%n; rep from *",
	"G  D/F#  Em  C  | Am7  D7  |",
}

var positives = []string{
	"    at com.%w.%W%W.%w(%W%W.java:%n)",
	"    at %w.%w (/app/%w/%w.js:%n:%n)",
	"   at %W.%W%W.%W%W(String %w) in /src/%W/%W.cs:line %n",
	"  File \"/app/%w/%w.py\", line %n, in %w_%w",
	"%W%WError: %w %w '%w'",
	"java.lang.%W%WException: %w %w",
	"Caused by: com.%w.%W%WException: %w %w %n",
	"main.(*%W).%w(0x%h, {0x%h, 0x%n})",
	"\t/src/%w/%w.go:%n +0x%h",
	"#%n  0x%h in %w_%w (%w=0x%h) at %w.c:%n",
	"SELECT %w_%w, %w.%w, COUNT(*) AS %w FROM %w WHERE %w = '%w' AND %w > %n",
	"select * from %w_%w where %w_id = %n order by %w desc limit %n;",
	"  LEFT JOIN %w_%w AS %w ON %w.%w_id = %w.%w_id",
	"INSERT INTO %w (%w, %w, %w) VALUES (%n, '%w', NULL);",
	"CREATE TABLE %w_%w (%w_id INTEGER PRIMARY KEY, %w VARCHAR(%n) NOT NULL);",
	"  %w_%w VARCHAR(%n) NOT NULL DEFAULT '%w',",
	"UPDATE %w SET %w = %w + %n WHERE %w_id IN (%n, %n);",
	"GROUP BY %w.%w, %w HAVING SUM(%w) > %n",
	"resource \"aws_%w_%w\" \"%w\" {",
	"  %w_%w = var.%w_%w",
	"  %w: ${%W_%w}",
	"    - name: %w-%w",
	"      image: registry.example.com/%w/%w:%n.%n.%n",
	"  %w%W: %n",
	"apiVersion: %w/v%n",
	"kind: %W%W",
	"[%w.%w]",
	"%w_%w = \"%w\"",
	"%w.%w.%w=%n",
	"RUN apt-get update && apt-get install -y %w lib%w-dev",
	"FROM %w:%n.%n-alpine AS %w",
	"COPY --from=%w /%w/%w /usr/local/bin/%w",
	"export %w_%w=\"$(%w %w --%w)\"",
	"sudo systemctl restart %w && tail -n %n /var/log/%w.log",
	"kubectl get %w -n %w -o json | jq '.items[].%w'",
	"curl -X POST -H 'Content-Type: application/json' -d @%w.json https://%w.example.com/%w",
	"if [ -z \"$%w\" ]; then",
	"<div class=\"%w-%w\" id=\"%w\">%W %w</div>",
	"  <%w %w=\"%w\" %w=\"%n\"/>",
	".%w-%w { %w-%w: %npx; color: #%h; }",
	"  %w-%w: %npx;",
	"GRANT %w ON %w.%w TO %w;",
}
