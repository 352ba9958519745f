package plugins

import (
	"context"
	"errors"
	"fmt"
)

// Cause is why a plugin could not answer: a bounded set, fit for a metric's label.
type Cause string

// The causes.
const (
	CauseStart    Cause = "start"          // the process could not be started, or refused the handshake
	CauseCrashed  Cause = "crashed"        // the process or its stream ended during the call
	CauseDeadline Cause = "deadline"       // no answer within Config.Timeout or the caller's deadline
	CauseCanceled Cause = "canceled"       // the caller gave up
	CauseBusy     Cause = "busy"           // no free slot (Config.MaxConcurrent) before the deadline
	CauseOpen     Cause = "circuit_open"   // too many failures in a row; not asked
	CauseStatus   Cause = "status"         // the plugin answered with an error
	CauseInvalid  Cause = "invalid_answer" // the plugin broke its contract
	CauseTooLarge Cause = "text_too_large" // one text is larger than a message may be
	CauseClosed   Cause = "closed"         // Close was called
)

// Error is the only type of error that a Client returns. It holds no word of
// the plugin's making. It wraps context.DeadlineExceeded or context.Canceled
// where one of those is the cause.
type Error struct {
	Plugin string // Config.Name
	Cause  Cause
	note   string
	err    error
}

// Error says which plugin failed and why.
func (e *Error) Error() string {
	if e.note == "" {
		return fmt.Sprintf("plugin %s: %s", e.Plugin, e.Cause)
	}
	return fmt.Sprintf("plugin %s: %s: %s", e.Plugin, e.Cause, e.note)
}

// Unwrap returns the error underneath, if there is one that is safe to print.
func (e *Error) Unwrap() error { return e.err }

// failure is an Error that does not yet know its plugin.
type failure struct {
	cause Cause
	note  string
	err   error
	// counted is set if the breaker knows of it: one crash is one failure,
	// however many calls were waiting.
	counted bool
}

func (f *failure) Error() string { return string(f.cause) + ": " + f.note }

func fail(cause Cause, note string) *failure { return &failure{cause: cause, note: note} }

// failContext turns the end of a context into a failure.
func failContext(ctx context.Context) *failure {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &failure{cause: CauseCanceled, err: context.Canceled}
	}
	return &failure{cause: CauseDeadline, err: context.DeadlineExceeded}
}
