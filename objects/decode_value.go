package objects

import (
	"math"
	"strconv"
	"strings"

	"renfort/mission"
)

// badValue refuses the value of a parameter or a setting in Algolia's words.
func badValue(name, expected string) error {
	return mission.Errorf(mission.Invalid, "Invalid value for %q parameter, expected %s", clipped(name), expected)
}

// clippedBytes is how much of what was sent an error repeats.
const clippedBytes = 100

// clipped cuts what an error repeats.
func clipped(s string) string {
	if len(s) <= clippedBytes {
		return s
	}
	return strings.ToValidUTF8(s[:clippedBytes], "") + "…"
}

// What follows reads values leniently: from what JSON holds, and from texts.

func readText(name string, v any, into *string) (bool, error) {
	switch v := v.(type) {
	case string:
		*into = v
	case float64:
		*into = string(appendFloat(nil, v))
	case bool:
		*into = strconv.FormatBool(v)
	default:
		return true, badValue(name, "a string")
	}
	return true, nil
}

// readWord reads one of a few words; booleans are words too.
func readWord(name string, v any, into *string, words ...string) (bool, error) {
	var s string
	if _, err := readText(name, v, &s); err == nil {
		for _, w := range words {
			if w == s {
				*into = w
				return true, nil
			}
		}
	}
	return true, badValue(name, `one of "`+strings.Join(words, `", "`)+`"`)
}

func boolOf(v any) (b, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "true", "1":
			return true, true
		case "false", "0":
			return false, true
		}
	case float64:
		return v == 1, v == 0 || v == 1
	}
	return false, false
}

func readBool(name string, v any, into *bool) (bool, error) {
	b, ok := boolOf(v)
	if !ok {
		return true, badValue(name, "a boolean")
	}
	*into = b
	return true, nil
}

func readMaybe(name string, v any, into **bool) (bool, error) {
	var b bool
	if _, err := readBool(name, v, &b); err != nil {
		return true, err
	}
	*into = &b
	return true, nil
}

func floatOf(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		return readNumber(strings.TrimSpace(v))
	}
	return 0, false
}

// readInt reads a whole number within bounds.
func readInt(name string, v any, into *int, low, high int) (bool, error) {
	f, ok := floatOf(v)
	if !ok || f != math.Trunc(f) || f < float64(low) || f > float64(high) {
		return true, badValue(name, "integer between "+strconv.Itoa(low)+" and "+strconv.Itoa(high))
	}
	*into = int(f)
	return true, nil
}

// readList reads texts from a list, a list written as JSON, or texts with
// commas between. The empty list is not nil.
func readList(name string, v any, into *[]string) (bool, error) {
	list := []string{}
	if s, ok := v.(string); ok {
		inText, isList := listInText(s)
		if !isList {
			for part := range strings.SplitSeq(s, ",") {
				if part = strings.TrimSpace(part); part != "" {
					list = append(list, part)
				}
			}
			*into = list
			return true, nil
		}
		v = inText
	}
	elements, ok := v.([]any)
	if !ok || len(elements) > mission.RequestListMax {
		return true, badValue(name, "a list of at most "+strconv.Itoa(mission.RequestListMax)+" strings")
	}
	for _, e := range elements {
		var s string
		if _, err := readText(name, e, &s); err != nil {
			return true, badValue(name, "a list of strings")
		}
		list = append(list, s)
	}
	*into = list
	return true, nil
}
