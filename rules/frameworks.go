package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
)

// frameworks are the laws and standards that rules may be mapped to.
var frameworks = []string{"ccpa", "gdpr", "hipaa", "iso27001", "pci-dss", "soc2"}

// kindFrameworks are the clauses that every rule of a kind falls under:
// SOC 2 CC6.1 (logical access), CC6.7 (restricting what is transmitted), ISO/IEC
// 27001:2022 A.5.17 (authentication information) and A.8.12 (data leakage
// prevention), GDPR Art. 4(1) and CCPA 1798.140(v) (personal data and information).
var kindFrameworks = map[scanner.Kind][]string{
	scanner.KindSecret: {"iso27001:A.5.17", "iso27001:A.8.12", "soc2:CC6.1", "soc2:CC6.7"},
	scanner.KindPII:    {"ccpa:1798.140(v)", "gdpr:4(1)", "iso27001:A.8.12", "soc2:CC6.7"},
}

// Mappings lists the frameworks, each perhaps with a clause as in gdpr:4(1),
// that the rule falls under: those of its kind and its own, sorted.
func (r *Rule) Mappings() []string {
	out := slices.Concat(kindFrameworks[r.Kind], r.Frameworks)
	slices.Sort(out)
	return slices.Compact(out)
}

// InFramework returns the files with only those of their rules that are mapped to
// the framework, whatever the clause. The error is about a name that is none.
func InFramework(files []*File, name string) ([]*File, error) {
	if !slices.Contains(frameworks, name) {
		return nil, fmt.Errorf("no framework is called %q%s", name, suggest(name, frameworks))
	}
	var out []*File
	for _, f := range files {
		kept := *f
		kept.Rules = slices.DeleteFunc(slices.Clone(f.Rules), func(r *Rule) bool { return !r.inFramework(name) })
		out = append(out, &kept)
	}
	return out, nil
}

func (r *Rule) inFramework(name string) bool {
	return slices.ContainsFunc(r.Mappings(), func(m string) bool {
		framework, _, _ := strings.Cut(m, ":")
		return framework == name
	})
}
