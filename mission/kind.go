package mission

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of failure an error is. Doors translate kinds (api has
// one table); nothing below a door knows a status code.
type Kind uint8

// The kinds. Unknown is what an error that is not an *Error has.
const (
	Unknown             Kind = iota
	Invalid                  // the request is malformed or breaks a limit
	NotFound                 // what it names does not exist
	Unauthorized             // no key, or one that is not known
	Forbidden                // the key may not do this
	Conflict                 // the state of the record forbids it
	PreconditionFailed       // If-Match names another version
	IdempotencyMismatch      // a key sent again with another body
	HasSeats                 // a deletion that would drop live seats
	NotEligible              // this person, or anybody, may not sit here now
	BookElsewhere            // the partner takes signups on its own site
	TooManyHolds             // the person holds as many seats as one may
	Full                     // no seat left
	HoldExpired              // resolved too late
	AlreadyResolved          // resolved otherwise before
	MethodNotAllowed         // the path exists, the verb does not
	TooLarge                 // a body, header or list over its limit
	RateLimited              // the key's rate is used up
	Overloaded               // refused to protect what is in flight
	Stale                    // min_seq was not reached in time
	Unsupported              // a thing Renfort knows and does not do
	Unavailable              // the outcome is unknown: repeat with the same key
	PruneTooLarge            // a feed leaves out more missions than it may close
)

// FieldError is one thing wrong with an input.
type FieldError struct {
	Pointer string `json:"pointer"` // RFC 6901, "" for the whole
	Detail  string `json:"detail"`
}

// Error is a failure with a kind, words for people, and the facts that a
// caller acts on. Only the facts that belong to its kind are set.
type Error struct {
	Kind   Kind
	Detail string
	Fields []FieldError // Invalid

	Taken   int    // Conflict on seats: those taken
	Minimum int    // Conflict on seats: the least total possible
	URL     string // BookElsewhere
	Why     string // NotEligible: a stable word (age, closed, ended, refused, ...)
	Waiting int    // Full: how many are ahead
	Hold    *Hold  // AlreadyResolved, HoldExpired: as it stands
	RetryS  int    // Overloaded, RateLimited, Stale, Unavailable: seconds
}

// Error gives the detail and the fields' own.
func (e *Error) Error() string {
	if len(e.Fields) == 0 {
		return e.Detail
	}
	var b strings.Builder
	b.WriteString(e.Detail)
	for i, f := range e.Fields {
		if i == 3 {
			fmt.Fprintf(&b, "; and %d more", len(e.Fields)-i)
			break
		}
		fmt.Fprintf(&b, "; %s: %s", f.Pointer, f.Detail)
	}
	return b.String()
}

// Errorf makes an error of a kind.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Detail: fmt.Sprintf(format, args...)}
}

// KindOf gives the kind of err, Unknown if it has none or is nil.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Unknown
}

// AsError gives the *Error in err's chain, nil if there is none.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// faults collects the field errors of one value.
type faults struct {
	fields []FieldError
}

// FaultsMax is how many field errors one refusal lists.
const FaultsMax = 20

func (f *faults) add(pointer, format string, args ...any) {
	if len(f.fields) < FaultsMax {
		f.fields = append(f.fields, FieldError{pointer, fmt.Sprintf(format, args...)})
	}
}

// err gives nil, or an Invalid error that lists what was added.
func (f *faults) err(what string) error {
	if len(f.fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Detail: what + " is not valid", Fields: f.fields}
}
