package lines

import "bytes"

// Kind is what a line is by its form alone, whatever the model thinks of it.
type Kind uint8

// The kinds. Plain is the rest.
const (
	Plain Kind = iota
	Blank
	Fence     // ``` or ~~~, with or without a language tag
	Log       // starts with a timestamp, a level, a client address or what a compiler complains of
	JSON      // an element of pretty-printed JSON, or JSON on one line
	Row       // cells of a table: |…|…|, or values between commas or tabs
	Trace     // a frame or a headline of a stack trace
	DiffHead  // diff --git, ---, +++, index
	DiffHunk  // @@ -1,2 +1,3 @@
	Directive // #include, #!/bin/sh, <?php, <!DOCTYPE
	Item      // of a list: a mark, then words and nothing that a program would have
	Encoded   // of a block of PEM, base64 or hexadecimal, or of a hex dump
)

// Kinds is how many kinds there are.
const Kinds = int(Encoded) + 1

// kindOf takes a line, what is between the blanks at its ends, the columns of
// those before it, and whether there are others in it.
func kindOf(line, body []byte, counts *marks, columns int, blank bool) Kind {
	second := byte(0)
	if len(body) > 1 {
		second = body[1]
	}
	if opens[body[0]]&follows[second] != 0 {
		return kindByBeginning(line, body, counts, columns)
	}
	// Most lines of a program are such, and few questions remain.
	if body[0] == '/' && isTrace(line, body, columns) {
		return Trace
	}
	if len(body) >= leastEncoded && isDump(body) {
		return Encoded
	}
	if counts[markColon] >= 3 && isDiagnostic(body) {
		return Log
	}
	if body[0] == '}' && isJSON(body, counts) {
		return JSON
	}
	if max(counts[markComma], counts[markTab], counts[markBar]) >= 2 && isRow(body, counts) {
		return Row
	}
	if second == '.' || second == ')' {
		if isItem(body, counts) {
			return Item
		}
	}
	if !blank && isEncoded(body) {
		return Encoded
	}
	return Plain
}

// A line whose first two bytes have no bit in common in these begins like nothing
// that is told by its beginning.
var opens, follows = func() (first, second [256]uint16) {
	bit := uint16(1)
	pair := func(these, those string) {
		for _, c := range []byte(these) {
			first[c] |= bit
		}
		for _, c := range []byte(those) {
			second[c] |= bit
		}
		if bit <<= 1; bit == 0 {
			panic("lines: too many beginnings")
		}
	}
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	const (
		digits = "0123456789"
		small  = "abcdefghijklmnopqrstuvwxyz"
		large  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	)
	// Data and times, bars, brackets, items of lists.
	pair(digits+"[{<(]|\"-*+,; \t\xe2", string(all[:]))
	pair("`~", "`~")
	pair("@", "@")
	pair("di", "in")           // of diffs
	pair("#", "ide!"+digits)   // directives, frames of a trace
	pair("a", "t")             // of traces
	pair("FTCE", "irax")       // as well
	pair("gf.", "or.")         // as well
	pair("JFMASOND", "aepuco") // months
	pair("MTWFS", "ouehra")    // days
	pair("IWEDTFCN", large)    // levels
	pair("tlm", "ise")         // settings of a log line
	pair(small, digits)        // a1) one
	return first, second
}()

// kindByBeginning is kindOf of a line of any beginning.
func kindByBeginning(line, body []byte, counts *marks, columns int) Kind {
	switch body[0] {
	case '`', '~':
		if len(body) >= 3 && body[1] == body[0] && body[2] == body[0] && counts[markBacktick] < 6 {
			return Fence
		}
	case '@':
		if columns == 0 && bytes.HasPrefix(body, []byte("@@ -")) && bytes.Contains(body[4:], []byte(" @@")) {
			return DiffHunk
		}
	case 'd', '+', '-', 'i':
		if columns == 0 && IsDiffHead(body) {
			return DiffHead
		}
	case '|':
		if counts[markBar] >= 2 && body[len(body)-1] == '|' {
			return Row
		}
	case '#', '<':
		if isDirective(body) {
			return Directive
		}
	}
	if isTrace(line, body, columns) {
		return Trace
	}
	if isDump(body) {
		return Encoded
	}
	if isLog(body) || counts[markColon] >= 3 && isDiagnostic(body) {
		return Log
	}
	if isJSON(body, counts) {
		return JSON
	}
	if isRow(body, counts) {
		return Row
	}
	if isItem(body, counts) {
		return Item
	}
	if isEncoded(body) {
		return Encoded
	}
	return Plain
}

// isItem reports whether a line is an item of a list: "- flour", "* lib.name",
// "2. Stir", "a) one".
func isItem(body []byte, counts *marks) bool {
	if counts[markOpen]+counts[markClose]+counts[markEquals]+counts[markQuote]+counts[markColon]+counts[markBar]+counts[markBacktick] > 0 ||
		counts[markCall] > 1 || counts[markSemicolon] > 1 || len(body) < 3 {
		return false
	}
	rest := body[1:]
	switch c := body[0]; {
	case c == '-' || c == '*' || c == '+':
	case bytes.HasPrefix(body, []byte("•")):
		rest = body[len("•"):]
	case classOf[c] == classDigit || classOf[c] == classLower:
		if classOf[rest[0]] == classDigit {
			rest = rest[1:]
		}
		if len(rest) < 2 || rest[0] != '.' && rest[0] != ')' {
			return false
		}
		rest = rest[1:]
	default:
		return false
	}
	return len(rest) > 1 && rest[0] == ' ' && classOf[rest[1]] > classPunct
}

// IsDiffHead reports whether a line, without blanks before it, is one of those at the
// head of a diff.
func IsDiffHead(body []byte) bool {
	for _, p := range [...]string{"diff --git ", "diff -", "--- a/", "+++ b/", "--- /dev/null", "+++ /dev/null"} {
		if len(body) >= len(p) && string(body[:len(p)]) == p {
			return true
		}
	}
	return len(body) > 14 && string(body[:6]) == "index " && bytes.Contains(body[:min(len(body), 60)], []byte(".."))
}

func isDirective(body []byte) bool {
	for _, p := range [...]string{"#include ", "#include<", "#define ", "#ifdef ", "#ifndef ", "#endif", "#!/", "<?php", "<?xml", "<!DOCTYPE", "<!doctype", "<html", "<script", "</"} {
		if len(body) >= len(p) && string(body[:len(p)]) == p {
			return true
		}
	}
	return false
}

// isTrace recognises frames and headlines of stack traces of the JVM, .NET,
// JavaScript, Python, Go, Ruby, gdb, Rust and PHP.
func isTrace(line, body []byte, columns int) bool {
	short := body[:min(len(body), 400)]
	switch body[0] {
	case 'a':
		if columns > 0 && bytes.HasPrefix(body, []byte("at ")) && len(body) > 6 {
			// at com.example.Main.run(Main.java:12) – at /app/x.js:1:2 – at X() in f.cs:line 3
			return bytes.IndexByte(short, '(') > 0 || bytes.Contains(short, []byte(":"))
		}
	case 'F':
		return bytes.HasPrefix(body, []byte(`File "`)) && bytes.Contains(short, []byte(`, line `))
	case 'T':
		return bytes.HasPrefix(body, []byte("Traceback (most recent call last)"))
	case 'C':
		return bytes.HasPrefix(body, []byte("Caused by: "))
	case 'E':
		return bytes.HasPrefix(body, []byte("Exception in thread "))
	case '#':
		// #0  main () at a.c:1 – #1 /app/x.php(12): run()
		i := 1
		for i < len(body) && classOf[body[i]] == classDigit {
			i++
		}
		return i > 1 && i+1 < len(body) && body[i] == ' ' &&
			(bytes.IndexByte(short[i:], '(') > 0 || bytes.Contains(short[i:], []byte(" in ")))
	case 'g':
		return bytes.HasPrefix(body, []byte("goroutine ")) && bytes.HasSuffix(body, []byte("]:"))
	case 'f':
		return bytes.HasPrefix(body, []byte("from ")) && bytes.Contains(short, []byte(":in "))
	case '.':
		return len(body) > 5 && bytes.HasPrefix(body, []byte("... ")) && bytes.HasSuffix(body, []byte(" more"))
	case '/':
		return line[0] == '\t' && bytes.Contains(short, []byte(".go:"))
	}
	return false
}

// isLog recognises lines that start with a time, a level or a client address.
func isLog(body []byte) bool {
	i := 0
	for i < len(body) && i < 2 && (body[i] == '[' || body[i] == '<' || body[i] == '(') {
		i++
	}
	b := body[i:]
	if len(b) < 8 {
		return false
	}
	if classOf[b[0]] == classDigit {
		return isTime(b) || isAddress(b)
	}
	switch classOf[b[0]] {
	case classUpper:
		return isMonth(b) || isLevel(b, i > 0)
	case classLower:
		return i > 0 && isLevel(b, true) ||
			(b[4] == '=' || b[5] == '=' || b[2] == '=' || b[3] == '=') && hasAny(b, "time=\"", "time=2", "ts=2", "level=", "msg=\"")
	}
	return false
}

func hasAny(b []byte, prefixes ...string) bool {
	for _, p := range prefixes {
		if len(b) >= len(p) && string(b[:len(p)]) == p {
			return true
		}
	}
	return false
}

// isTime reports whether b starts with 2006-01-02, 2006/01/02, 02/Jan/2006,
// 02.01.2006, 15:04:05, 15:04] or 20060102T….
func isTime(b []byte) bool {
	n := digits(b)
	if n == len(b) || n > 8 {
		return false
	}
	rest := b[n+1:]
	switch b[n] {
	case '-', '/', '.':
		if n != 4 && n != 2 {
			return false
		}
		if n == 2 && len(rest) > 4 && rest[3] == b[n] && digits(rest[4:]) == 4 { // 02/Jan/2006
			return true
		}
		m := digits(rest)
		return m >= 1 && m <= 2 && m+1 < len(rest) && rest[m] == b[n] && digits(rest[m+1:]) >= 2
	case ':':
		if n > 2 || digits(rest) != 2 || len(rest) < 3 {
			return false
		}
		return rest[2] == ':' && digits(rest[3:]) == 2 || rest[2] == ']'
	case 'T':
		return n == 8 && digits(rest) >= 4
	}
	return false
}

// isDiagnostic reports whether a line is a message of a compiler or a linter, with at
// least three colons: file.c:12:5: warning: and so on.
func isDiagnostic(b []byte) bool {
	for range 2 {
		i := bytes.IndexByte(b, ':')
		if i < 0 || i+1 == len(b) {
			return false
		}
		if b = b[i+1:]; classOf[b[0]] != classDigit {
			return false
		}
		if n := digits(b); n+2 < len(b) && b[n] == ':' && b[n+1] == ' ' {
			return hasAny(b[n+2:], "error", "warning", "note", "info", "fatal error", "hint", "Error", "Warning")
		}
	}
	return false
}

func isAddress(b []byte) bool {
	for part := range 4 {
		n := digits(b)
		if n == 0 || n > 3 {
			return false
		}
		if part == 3 {
			return n < len(b) && (b[n] == ' ' || b[n] == ',')
		}
		if n >= len(b) || b[n] != '.' {
			return false
		}
		b = b[n+1:]
	}
	return false
}

func digits(b []byte) int {
	n := 0
	for n < len(b) && classOf[b[n]] == classDigit {
		n++
	}
	return n
}

func isMonth(b []byte) bool {
	if b[3] != ' ' || !hasAny(b, "Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec ",
		"Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun ") {
		return false
	}
	return bytes.IndexByte(b[:min(len(b), 24)], ':') > 0
}

// isLevel reports whether b starts with a log level; bracketed ones may be in
// any case, bare ones are upper case and followed by a blank, colon or bar.
func isLevel(b []byte, bracketed bool) bool {
	n := 0
	for n < len(b) && (classOf[b[n]] == classUpper || classOf[b[n]] == classLower) {
		n++
	}
	if n < 4 || n > 8 || n == len(b) {
		return false
	}
	if !bracketed && classOf[b[1]] != classUpper {
		return false
	}
	var upper [8]byte
	for k := range n {
		upper[k] = b[k] &^ 0x20
	}
	switch string(upper[:n]) {
	case "INFO", "WARN", "WARNING", "ERROR", "DEBUG", "TRACE", "FATAL", "CRITICAL", "NOTICE":
		return bracketed && b[n] == ']' || !bracketed && (b[n] == ' ' || b[n] == ':' || b[n] == '|' || b[n] == '\t')
	}
	return false
}

// isJSON reports whether a line is an element of pretty-printed JSON, or a
// whole value: "key": value, a string or a number with a comma, a bracket.
func isJSON(body []byte, counts *marks) bool {
	last := body[len(body)-1]
	switch body[0] {
	case '{', '[':
		if len(body) > 2 {
			// {"a": … } on one line, or [{"a", or [1, 2]
			inner := bytes.TrimLeft(body[1:min(len(body), 16)], " {[")
			if len(inner) == 0 {
				return false
			}
			closed := last == '}' || last == ']' || last == ','
			return inner[0] == '"' && closed && counts[markQuote] >= counts[markColon] && counts[markSemicolon] == 0 && counts[markCall] <= counts[markQuote]/4
		}
		return true
	case '}', ']':
		return len(body) <= 3 && (last == ',' || last == body[0] || last == ']' || last == '}')
	case '"':
		// "key": value   or   "value",
		i := bytes.IndexByte(body[1:], '"')
		if i < 0 {
			return false
		}
		rest := bytes.TrimLeft(body[i+2:], " ")
		if len(rest) == 0 || string(rest) == "," {
			return true
		}
		if rest[0] != ':' {
			return false
		}
		rest = bytes.TrimLeft(rest[1:], " ")
		return len(rest) == 0 || rest[0] == '"' || rest[0] == '{' || rest[0] == '[' || rest[0] == '-' ||
			classOf[rest[0]] == classDigit || hasAny(rest, "true", "false", "null")
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-':
		if last == ',' {
			body = body[:len(body)-1]
		}
		if len(body) == 0 || classOf[body[len(body)-1]] != classDigit {
			return false
		}
		for _, c := range body {
			if classOf[c] != classDigit && c != '.' && c != '-' && c != 'e' && c != 'E' && c != '+' {
				return false
			}
		}
		return true
	}
	return false
}

// isNumbers reports whether a line is a row of two or more numbers, in brackets
// or not, as of a matrix.
func isNumbers(body []byte) bool {
	numbers, inside := 0, false
	for _, c := range body {
		switch {
		case classOf[c] == classDigit:
			if !inside {
				numbers++
			}
			inside = true
			continue
		case c == '.' && inside:
			continue
		case c == ' ' || c == '\t' || c == ',' || c == ';' || c == '[' || c == ']' || c == '-':
		default:
			return false
		}
		inside = false
	}
	return numbers >= 2
}

// isDisassembly reports whether a line is one of objdump: an address in hexadecimal,
// a colon and a tab, then the bytes of an instruction and what it means.
func isDisassembly(body []byte) bool {
	n := hexRun(body)
	return n > 0 && n+1 < len(body) && body[n] == ':' && body[n+1] == '\t'
}

// isRow reports whether a line looks like cells between separators, with
// nothing in it that a program would have.
func isRow(body []byte, counts *marks) bool {
	if isNumbers(body) {
		return true
	}
	separators := max(counts[markComma], counts[markTab], counts[markBar])
	if separators < 2 || counts[markOpen]+counts[markClose]+counts[markEquals] > 0 || counts[markCall] > separators/4 {
		return false
	}
	if counts[markSemicolon] > 0 && body[len(body)-1] == ';' {
		return false
	}
	if isDisassembly(body) {
		return false
	}
	if counts[markTab] >= 2 || counts[markBar] >= 2 {
		return true
	}
	// Commas also part the clauses of a sentence: cells have no blank after
	// their comma, most of the time.
	spaced := int32(bytes.Count(body, []byte(", ")))
	return (counts[markComma]-spaced)*3 >= counts[markComma]*2
}
