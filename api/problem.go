package api

import (
	"fmt"
	"strconv"
	"strings"

	"renfort/mission"
)

// row is how one kind of failure looks on the wire.
type row struct {
	status int
	code   string
	title  string
	retryS int // Retry-After where the error names none; 0: no header
}

// problems is the one place that knows a status code: problems[k] for kind k.
var problems = [...]row{
	mission.Unknown:             {500, "internal", "Something failed inside", 0},
	mission.Invalid:             {400, "invalid", "The request is not valid", 0},
	mission.NotFound:            {404, "not_found", "There is no such thing", 0},
	mission.Unauthorized:        {401, "unauthorized", "A key is needed", 0},
	mission.Forbidden:           {403, "forbidden", "This key may not do that", 0},
	mission.Conflict:            {409, "conflict", "The state of the record forbids it", 0},
	mission.PreconditionFailed:  {412, "precondition_failed", "The record has another version", 0},
	mission.IdempotencyMismatch: {422, "idempotency_mismatch", "The key was sent before with another body", 0},
	mission.HasSeats:            {409, "has_seats", "Seats are live", 0},
	mission.NotEligible:         {409, "not_eligible", "This person cannot sit here", 0},
	mission.BookElsewhere:       {409, "book_elsewhere", "Signups are taken elsewhere", 0},
	mission.TooManyHolds:        {429, "too_many_holds", "As many seats are held as one may", 60},
	mission.Full:                {409, "mission_full", "No seat is left", 0},
	mission.HoldExpired:         {410, "hold_expired", "The hold has ended", 0},
	mission.AlreadyResolved:     {409, "already_resolved", "The hold was resolved otherwise", 0},
	mission.MethodNotAllowed:    {405, "method_not_allowed", "The path does not take this method", 0},
	mission.TooLarge:            {413, "too_large", "Over a limit of size", 0},
	mission.RateLimited:         {429, "rate_limited", "The key's rate is used up", 1},
	mission.Overloaded:          {503, "overloaded", "Refused to protect what is under way", 1},
	mission.Stale:               {503, "stale", "min_seq was not reached in time", 1},
	mission.Unsupported:         {501, "unsupported", "Renfort does not do this", 0},
	mission.Unavailable:         {503, "unavailable", "Not available now; the outcome of a write is unknown", 1},
	mission.PruneTooLarge:       {409, "prune_too_large", "The feed leaves out too many missions", 0},
}

// rowOf gives the row of a kind, that of Unknown for one that has none.
func rowOf(k mission.Kind) row {
	if int(k) >= len(problems) {
		return problems[mission.Unknown]
	}
	return problems[k]
}

// problemType is where a client reads what a code means.
const problemType = "/openapi.json#/components/responses/"

// problem is a refusal on its way out: an error with what its handler adds.
type problem struct {
	err          *mission.Error
	alternatives []byte // JSON list, of a full mission or a hold that has ended
	report       []byte // JSON object, of a feed that was stored all the same
}

// Error makes a problem an error, so that handlers can return it.
func (p *problem) Error() string { return p.err.Error() }

// Unwrap gives the error itself.
func (p *problem) Unwrap() error { return p.err }

// appendProblem appends the RFC 9457 object of an error. Facts that its kind
// carries are members of their own.
func appendProblem(b []byte, e *mission.Error, alternatives []byte) []byte {
	r := rowOf(e.Kind)
	b = append(b, `{"type":"`+problemType...)
	b = append(b, r.code...)
	b = appendString(append(b, `","title":`...), r.title)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(r.status), 10)
	b = appendString(append(b, `,"detail":`...), e.Detail)
	b = append(b, `,"code":"`...)
	b = append(append(b, r.code...), '"')
	b = appendFieldErrors(b, e)
	b = appendFacts(b, e)
	if alternatives != nil {
		b = append(append(b, `,"alternatives":`...), alternatives...)
	}
	return append(b, '}')
}

// appendFieldErrors lists what is wrong with the input; every refusal of an
// input has at least one entry, for the whole where no place is known.
func appendFieldErrors(b []byte, e *mission.Error) []byte {
	if e.Kind != mission.Invalid {
		return b
	}
	fields := e.Fields
	if len(fields) == 0 {
		fields = []mission.FieldError{{Detail: e.Detail}}
	}
	b = append(b, `,"errors":[`...)
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"pointer":`...), f.Pointer)
		b = appendString(append(b, `,"detail":`...), f.Detail)
		b = append(b, '}')
	}
	return append(b, ']')
}

// appendFacts appends the members that a caller acts on, each kind its own:
// the least seats possible, where to sign up, how many are ahead, how the
// hold stands.
func appendFacts(b []byte, e *mission.Error) []byte {
	switch e.Kind {
	case mission.Conflict:
		if e.Minimum > 0 || e.Taken > 0 {
			b = strconv.AppendInt(append(b, `,"taken":`...), int64(e.Taken), 10)
			b = strconv.AppendInt(append(b, `,"minimum":`...), int64(e.Minimum), 10)
		}
	case mission.HasSeats:
		b = strconv.AppendInt(append(b, `,"taken":`...), int64(e.Taken), 10)
	case mission.NotEligible:
		b = appendString(append(b, `,"why":`...), e.Why)
	case mission.BookElsewhere:
		b = appendStringOrNull(append(b, `,"url":`...), e.URL)
	case mission.Full:
		b = strconv.AppendInt(append(b, `,"waiting":`...), int64(e.Waiting), 10)
	case mission.AlreadyResolved, mission.HoldExpired:
		if e.Hold != nil {
			b = append(b, `,"hold":`...)
			b = append(appendHoldFields(append(b, '{'), e.Hold), '}')
		}
	}
	return b
}

// invalid makes an Invalid error about one place of the input.
func invalid(pointer, detail string) error {
	return &mission.Error{Kind: mission.Invalid, Detail: "the request is not valid",
		Fields: []mission.FieldError{{Pointer: pointer, Detail: detail}}}
}

// fault is one thing wrong with an input, said with the limit that it broke:
// the constant itself, so that words and limits cannot drift apart.
func fault(pointer, format string, args ...any) mission.FieldError {
	return mission.FieldError{Pointer: pointer, Detail: fmt.Sprintf(format, args...)}
}

// outOf is the refusal of a number or a list's length outside its bounds.
func outOf(pointer string, least, most int) error {
	return faulty([]mission.FieldError{fault(pointer, "must be from %d to %d", least, most)})
}

// entries is the refusal of a list that is too short or too long.
func entries(pointer string, least, most int) mission.FieldError {
	return fault(pointer, "must have %d to %d entries", least, most)
}

// row is rowOf as the callers of a shape know it. Algolia's clients try other
// hosts after any status but 4xx, and then tell of hosts that cannot be reached:
// what will not work however often it is tried has to be a 4xx.
func (s shape) row(k mission.Kind) row {
	r := rowOf(k)
	if s == shapeAlgolia {
		switch k {
		case mission.Unauthorized:
			r.status = 403
		case mission.Unsupported:
			r.status = 400
		}
	}
	return r
}

// appendForeign appends a refusal in the words of another service's clients.
// What is wrong where (a pointer) goes into the message: they have no field for
// it.
func appendForeign(b []byte, s shape, e *mission.Error) []byte {
	r := s.row(e.Kind)
	message := e.Detail
	if len(e.Fields) > 0 {
		message = e.Fields[0].Detail
		if p := e.Fields[0].Pointer; p != "" {
			message = p + ": " + message
		}
	}
	if s == shapeV0 {
		code := strings.ToUpper(r.code)
		if e.Kind == mission.Invalid {
			code = "INVALID_QUERY" // all that its callers send is a query
		}
		b = appendString(append(b, `{"ok":false,"code":`...), code)
		b = appendString(append(b, `,"message":`...), message)
		return append(b, '}')
	}
	b = appendString(append(b, `{"message":`...), message)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(r.status), 10)
	return append(b, '}')
}
