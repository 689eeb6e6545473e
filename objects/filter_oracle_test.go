package objects_test

import (
	"strconv"
	"strings"

	"renfort/objects"
)

// Matches says by brute force whether a decoded record meets a filter. It is
// the oracle of the filters: it looks at each value and knows no columns.
func Matches(f *objects.Filter, record map[string]any) bool {
	if f == nil {
		return true
	}
	switch f.Op {
	case objects.OpAnd:
		for _, k := range f.Kids {
			if !Matches(k, record) {
				return false
			}
		}
		return true
	case objects.OpOr:
		for _, k := range f.Kids {
			if Matches(k, record) {
				return true
			}
		}
		return false
	case objects.OpNot:
		return !Matches(f.Kids[0], record)
	}
	for _, v := range valuesAt(record, f.Attribute) {
		if matchesValue(f, v) {
			return true
		}
	}
	return false
}

// valuesAt are the scalars that a dotted name leads to: lists are as if each
// entry stood there alone.
func valuesAt(v any, name string) (values []any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			values = append(values, valuesAt(e, name)...)
		}
	case map[string]any:
		for key, inner := range v {
			if key == name {
				values = append(values, valuesAt(inner, "")...)
			} else if rest, ok := strings.CutPrefix(name, key+"."); ok && name != "" {
				values = append(values, valuesAt(inner, rest)...)
			}
		}
	case nil:
	default:
		if name == "" {
			values = []any{v}
		}
	}
	return values
}

func matchesValue(f *objects.Filter, v any) bool {
	if f.Op == objects.OpEqual {
		return equalsValue(f.Value, v, f.Attribute == objects.IDAttribute)
	}
	n, ok := v.(float64)
	if b, isBool := v.(bool); isBool {
		n, ok = map[bool]float64{true: 1}[b], true
	}
	if !ok || f.Attribute == objects.IDAttribute {
		return false
	}
	if f.Op == objects.OpRange {
		return f.Number <= n && n <= f.To
	}
	return map[objects.Comparison]bool{
		objects.Less: n < f.Number, objects.LessEqual: n <= f.Number, objects.Equal: n == f.Number,
		objects.NotEqual: n != f.Number, objects.GreaterEqual: n >= f.Number, objects.Greater: n > f.Number,
	}[f.Compare]
}

// equalsValue compares strings without the cases of letters but in ids, numbers
// by what they are worth, and booleans also as 1 and 0.
func equalsValue(want string, v any, exact bool) bool {
	number, err := strconv.ParseFloat(want, 64)
	switch v := v.(type) {
	case string:
		has, wanted := strings.ToLower(v), strings.ToLower(want) // not EqualFold, which knows more than two cases
		return v == want || !exact && has == wanted
	case float64:
		return err == nil && v == number
	case bool:
		if strings.ToLower(want) == strconv.FormatBool(v) {
			return true
		}
		return err == nil && number == map[bool]float64{true: 1}[v]
	}
	return false
}
