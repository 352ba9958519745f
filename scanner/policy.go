package scanner

// Policy says what to do about findings, and about bodies that could not be
// read. It is data: package rules reads it from a file. A Policy must not be
// changed once a Scanner has it.
type Policy struct {
	// Rules holds the levels of single rules, by rule id. They take
	// precedence over the rule's kind.
	Rules map[string]Levels
	// Kinds holds the levels of every finding of a kind.
	Kinds map[Kind]Levels
	// Default holds the levels of kinds that are not in Kinds.
	Default Levels
	// OnError is the action on a body that could not be read or scanned
	// whole. Only Allow, Report and Block make sense: what was not read cannot
	// be redacted, so anything else is taken for Block.
	OnError Action
	// Exceptions lower what is done about some findings. Of several that cover a
	// finding the first counts.
	Exceptions []Exception
}

// Levels maps a confidence to an action. The line thresholds are for findings
// that count lines (Finding.Lines > 0): fewer than ReportLines are allowed, and
// fewer than ActLines are at most reported. Zero thresholds have no effect.
type Levels struct {
	Low, Medium, High     Action
	ReportLines, ActLines int
}

// Action returns what the policy says about a finding.
func (p *Policy) Action(f Finding) Action {
	levels, ok := p.Rules[f.Rule]
	if !ok {
		if levels, ok = p.Kinds[f.Kind]; !ok {
			levels = p.Default
		}
	}
	var a Action
	switch f.Confidence.level() {
	case Low:
		a = levels.Low
	case Medium:
		a = levels.Medium
	default:
		a = levels.High
	}
	if f.Lines > 0 {
		if f.Lines < levels.ReportLines {
			return Allow
		}
		if f.Lines < levels.ActLines {
			return min(a, Report)
		}
	}
	return a
}

// Decision is a finding and what the policy does about it.
type Decision struct {
	Finding
	Action Action
	// Exception is the name of the exception that lowered the action, or empty.
	Exception string
}

// Verdict is what to do about a body.
type Verdict struct {
	// Action is the worst of the decisions' actions, or of those and
	// Policy.OnError if the body was not read whole.
	Action Action
	// Decisions holds every finding that survived overlap resolution, in
	// order of text and place, the allowed ones too. Each keeps its own
	// action: redactions apply to what leaves, whatever the worst action is.
	// Where findings overlap, the stricter action wins before all that Resolve
	// weighs, and if a loser was to be rewritten too, the winner's span grows
	// over what only the loser covered.
	Decisions []Decision
	// Reason says why the body was not read whole; it is empty if it was.
	Reason Reason
}

// Reason is why a body could not be read or scanned whole. The values are a
// bounded set, fit for a metric's label and for the error shown to a client.
type Reason string

// Reasons that a Scanner gives. Package prompt and package envoy have more.
const (
	ReasonDetector Reason = "detector_failed"
	ReasonDeadline Reason = "deadline"
	ReasonCanceled Reason = "canceled"
	// ReasonTooManyFindings blocks whatever OnError is (Options.MaxFindings).
	ReasonTooManyFindings Reason = "too_many_findings"
)

// Fail raises the verdict to the policy's OnError action (see there) and notes
// the reason. The first reason stays.
func (v *Verdict) Fail(p *Policy, reason Reason) {
	a := p.OnError
	if a != Allow && a != Report {
		a = Block
	}
	v.Action = max(v.Action, a)
	if v.Reason == "" {
		v.Reason = reason
	}
}
