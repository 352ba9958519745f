package code_test

import "testing"

// TestProseOfPrograms holds that documentation is none of what it documents, and that
// languages that read like English are programs nonetheless.
func TestProseOfPrograms(t *testing.T) {
	for name, text := range map[string]string{
		"release notes": " * \"sluice scan\" learned the \"--input\" option to read texts from\n   files that hold one object a line.\n\n" +
			" * \"sluice bench\" did not detect when \"--corpora\" named no folder,\n   which has been corrected.\n\n" +
			" * The way \"sluice rules --explain\" shows the parts of a rule has been\n   rewritten (`--format=json` is as it was).",
		"options": "``ROUND_TRIP <n>``\n  Repeat each request ``<n>`` times. The default is to send it once.\n\n" +
			"``KEEP_OPEN``\n  Keep ``<host>:<port>`` open until :option:`--wait` has passed, as\n  the :command:`serve` command does. This needs :variable:`MAX_IDLE`.\n\n" +
			"``QUIET``\n  Print nothing but errors. See also the :variable:`LOG_LEVEL` variable.",
		"manual": "OPTIONS\n       -a, --all\n              Show every finding, also those that the policy allows, in the\n              order of their places.\n\n" +
			"       --limit=N\n              Stop after N findings. With 0, the default, all of them  are\n              shown.\n\n" +
			"       -q     Print nothing. The status says whether something was found.\n\nSEE ALSO\n       sluice(1), sluice-scan(1), sluice-rules(5)",
	} {
		for _, f := range sure(detect(t, text+"\n")) {
			t.Errorf("%s: %d lines of it are %s", name, f.Lines, f.Detail)
		}
	}
	for name, text := range map[string]string{
		"AppleScript": "tell application \"Finder\"\n\tset the name of the front window to myName\n\tmake new folder at desktop with properties\n" +
			"\trepeat with anItem in the selection of me\n\tend repeat\nend tell",
		"AppleScript with clauses": "tell application \"Finder\"\n\tactivate\n\tset the bounds of the first window to the bounds of the desktop, please\n" +
			"\tif the folder exists then display dialog \"yes\", and beep\n\tif the folder is missing then display dialog \"no\", and stop\nend tell",
		"imports": "from app.routers import items, users\nfrom .routers.items import router\nfrom .routers.users import router",
		"YAML": "- id: validate-requests\n  name: Validate requests against the schema\n  description: ensure that the files follow the schema\n" +
			"  entry: sluice\n  language: golang",
		"comment": "/*\n * Get returns the value of a key, and whether there is one.\n * It does not wait for writers, which may be slow.\n */\nvalue *get(store *s, key k);",
	} {
		if found := sure(detect(t, text+"\n")); len(found) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
}
