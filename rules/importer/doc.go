// Package importer translates the rules of other tools into rule files: gitleaks
// and betterleaks (TOML), Kingfisher, Nosey Parker and Titus (YAML), Presidio's
// recognizers (YAML), secrets-patterns-db (YAML), and the baselines of
// detect-secrets (JSON), which become exceptions.
//
// It knows those formats and that of rule files. It does not know what the rules
// look for, and reads nothing but the bytes that it is given.
//
// # Design
//
// A translation keeps what a rule means or says what is lost. Whatever has no
// counterpart – a path, a commit, a call to the provider, a look-around in the
// middle of an expression – is named in a comment above the rule and in the
// summary. Losing a restriction is allowed, since the rule then finds more; losing
// a detection is not: a rule that cannot be translated is named, never
// passed over.
//
// Every rule is loaded as a rule file would be before it is written, and the
// examples that come with it are run. Those that do not come out as the source
// says are named by number, not quoted.
package importer
