package scanner

import "fmt"

// Confidence is how sure a detector is of a finding.
type Confidence uint8

// The three levels, in order. The zero value is not a level: a finding without
// one is treated as High, since ignorance must not lower protection.
const (
	Low    Confidence = 1 + iota // a placeholder, a documentation value, or weak evidence
	Medium                       // act on it unless the policy says otherwise
	High
)

var confidenceNames = [...]string{"", "low", "medium", "high"}

// level is c, or High if c is not a level.
func (c Confidence) level() Confidence {
	if c < Low || c > High {
		return High
	}
	return c
}

// String returns "low", "medium" or "high".
func (c Confidence) String() string {
	if c >= Low && c <= High {
		return confidenceNames[c]
	}
	return fmt.Sprintf("Confidence(%d)", uint8(c))
}

// ParseConfidence is the inverse of String.
func ParseConfidence(s string) (Confidence, error) {
	for c := Low; c <= High; c++ {
		if s == confidenceNames[c] {
			return c, nil
		}
	}
	return 0, fmt.Errorf("unknown confidence %q: use low, medium or high", s)
}

// Action is what is done about a finding, or about a whole body.
type Action uint8

// The actions, from mildest to strictest; a Verdict's action is the maximum of
// its decisions'.
const (
	Allow    Action = iota // leave it, do not count it
	Report                 // leave it, count and log it
	Tokenize               // replace it by a token that the answer restores (not yet built)
	Redact                 // replace it by a placeholder
	Reroute                // send the body to another provider (not yet built)
	Block                  // refuse the body
)

var actionNames = [...]string{"allow", "report", "tokenize", "redact", "reroute", "block"}

// String returns the action's lower-case name, as configuration spells it.
func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return fmt.Sprintf("Action(%d)", uint8(a))
}

// ParseAction is the inverse of String.
func ParseAction(s string) (Action, error) {
	for i, name := range actionNames {
		if s == name {
			return Action(i), nil
		}
	}
	return 0, fmt.Errorf("unknown action %q: use allow, report, redact or block", s)
}
