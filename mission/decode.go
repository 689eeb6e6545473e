package mission

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Decode reads one JSON value into v, strictly: unknown fields, duplicate
// keys, invalid UTF-8, more than NestingMax levels and anything after the
// value are refused, each by an Invalid error with a pointer.
func Decode(data []byte, v any) error {
	if err := checkNesting(data); err != nil {
		return err
	}
	if err := decodeStrict(data, v); err != nil {
		return decodeError(err)
	}
	return nil
}

func decodeStrict(data []byte, v any) error {
	return json.Unmarshal(data, v, json.RejectUnknownMembers(true))
}

// checkNesting counts levels before anything recursive sees the bytes. It
// need not know JSON: brackets outside strings are enough, and what is not
// well-formed is refused by the reader.
func checkNesting(data []byte) error {
	if bytes.Count(data, []byte{'{'})+bytes.Count(data, []byte{'['}) <= NestingMax {
		return nil // too few to nest so deep, wherever they stand
	}
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > NestingMax {
				return Errorf(Invalid, "more than %d levels of nesting", NestingMax)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// decodeError turns the reader's errors into ours, with the place and a
// sentence that does not speak of Go.
func decodeError(err error) error {
	var syn *jsontext.SyntacticError
	var sem *json.SemanticError
	switch {
	case errors.As(err, &syn):
		what := "is not well-formed JSON"
		if errors.Is(err, jsontext.ErrDuplicateName) {
			what = "a key given twice"
		} else if syn.Err != nil {
			what = "not well-formed JSON: " + strings.TrimPrefix(syn.Err.Error(), "jsontext: ")
		}
		return invalidAt(string(syn.JSONPointer), fmt.Sprintf("%s (at byte %d)", what, syn.ByteOffset))
	case errors.As(err, &sem):
		pointer := string(sem.JSONPointer)
		// A value that reads itself has an error within the error.
		for inner := sem; errors.As(sem.Err, &inner); sem = inner {
			pointer += string(inner.JSONPointer)
		}
		return invalidAt(pointer, semanticDetail(sem))
	}
	return &Error{Kind: Invalid, Detail: "the body cannot be read: " + err.Error()}
}

func semanticDetail(sem *json.SemanticError) string {
	var own *Error
	switch {
	case errors.Is(sem, json.ErrUnknownName):
		return "a field that is not known here"
	case errors.As(sem.Err, &own):
		return own.Error()
	case sem.JSONKind != 0 && sem.GoType != nil && sem.Err == nil:
		return fmt.Sprintf("is %s where %s is wanted", given(sem.JSONKind), wanted(sem.GoType.Kind().String()))
	case sem.Err != nil:
		return "cannot be read: " + strings.TrimPrefix(sem.Err.Error(), "json: ")
	}
	return "is of the wrong type"
}

// given names what stands on the wire.
func given(kind jsontext.Kind) string {
	switch kind {
	case '{', '}':
		return "an object"
	case '[', ']':
		return "a list"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "a " + kind.String() // string, number
}

// wanted names a Go kind as the wire does.
func wanted(kind string) string {
	switch {
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"):
		return "a whole number"
	case strings.HasPrefix(kind, "float"):
		return "a number"
	case kind == "slice", kind == "array":
		return "a list"
	case kind == "struct", kind == "map":
		return "an object"
	case kind == "bool":
		return "true or false"
	}
	return "a " + kind
}

func invalidAt(pointer, detail string) error {
	return &Error{Kind: Invalid, Detail: "the body is not valid",
		Fields: []FieldError{{Pointer: pointer, Detail: detail}}}
}

// Encode writes v as compact JSON, without escaping what HTML would want.
func Encode(v any) ([]byte, error) { return json.Marshal(v, json.Deterministic(true)) }
