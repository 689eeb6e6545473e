package api

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"renfort/mission"
)

// param is one query parameter, decoded. Its bytes live as long as the call.
type param struct{ name, value []byte }

// queryParamsMax bounds what a query may hold.
const queryParamsMax = 100

// parseQuery decodes a query string: dst and text are memory to reuse. A
// parameter without a value is left out, as a form sends what was not filled
// in. It refuses what is not well-formed, and a parameter given twice unless
// repeats says that this is how lists are sent.
func parseQuery(dst []param, text, raw []byte, repeats bool) ([]param, []byte, error) {
	for len(raw) > 0 {
		var pair []byte
		pair, raw, _ = bytes.Cut(raw, []byte{'&'})
		if len(pair) == 0 {
			continue
		}
		name, value, _ := bytes.Cut(pair, []byte{'='})
		from := len(text)
		var ok, okValue bool
		text, ok = appendUnescaped(text, name, true)
		middle := len(text)
		text, okValue = appendUnescaped(text, value, true)
		p := param{text[from:middle:middle], text[middle:len(text):len(text)]}
		switch {
		case !ok || !cleanBytes(p.name) || len(p.name) == 0:
			return dst, text, invalid("", "a query parameter's name is not well-formed")
		case !okValue || !cleanBytes(p.value):
			return dst, text, invalid(pointerTo(string(p.name)), "is not well-formed UTF-8 without control characters")
		case !repeats && find(dst, p.name) != nil:
			return dst, text, invalid(pointerTo(string(p.name)), "is given twice; a list is comma-separated")
		case len(dst) == queryParamsMax:
			return dst, text, mission.Errorf(mission.TooLarge, "more than %d query parameters", queryParamsMax)
		}
		if len(p.value) > 0 {
			dst = append(dst, p)
		}
	}
	return dst, text, nil
}

// find gives a parameter by name, nil without one. There are few of them, so
// that looking at each is quicker than a map.
func find(params []param, name []byte) *param {
	for i := range params {
		if bytes.Equal(params[i].name, name) {
			return &params[i]
		}
	}
	return nil
}

// appendUnescaped undoes percent-encoding, and in a query plus signs.
func appendUnescaped(dst, src []byte, plus bool) ([]byte, bool) {
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch {
		case c == '%':
			if i+2 >= len(src) {
				return dst, false
			}
			hi, lo := unhex(src[i+1]), unhex(src[i+2])
			if hi < 0 || lo < 0 {
				return dst, false
			}
			dst = append(dst, byte(hi<<4|lo))
			i += 2
		case c == '+' && plus:
			dst = append(dst, ' ')
		default:
			dst = append(dst, c)
		}
	}
	return dst, true
}

// unhex gives the value of a hexadecimal digit, -1 for any other byte.
func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// cleanBytes says whether b is UTF-8 without control characters.
func cleanBytes(b []byte) bool {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			if b[i] < ' ' || b[i] == 0x7f {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if (r == utf8.RuneError && size == 1) || unicode.IsControl(r) {
			return false
		}
		i += size
	}
	return true
}

// pointerTo gives the RFC 6901 pointer of a member of the whole; a query
// parameter is named as the member of a body would be.
func pointerTo(name string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// value gives a query parameter, nil where it was left out.
func (c *call) value(name string) []byte {
	for i := range c.query {
		if string(c.query[i].name) == name {
			return c.query[i].value
		}
	}
	return nil
}

// text gives a query parameter as a string of its own, "" where left out.
func (c *call) text(name string) string { return string(c.value(name)) }

// flag reads a query parameter that is true or false.
func (c *call) flag(name string) (bool, error) {
	return parseFlag(name, c.value(name))
}

// parseFlag reads true or false, and 1 or 0 as many callers write them.
// Anything else is refused and not taken for false.
func parseFlag(name string, value []byte) (bool, error) {
	switch string(value) {
	case "", "false", "0":
		return false, nil
	case "true", "1":
		return true, nil
	}
	return false, invalid(pointerTo(name), "is neither true nor false")
}

// whole reads a query parameter that is a whole number from least to most.
func (c *call) whole(name string, least, most, otherwise int) (int, error) {
	return parseWhole(name, c.value(name), least, most, otherwise)
}

// parseWhole reads a whole number within bounds; outside of them it is
// refused with the bounds, never clamped.
func parseWhole(name string, value []byte, least, most, otherwise int) (int, error) {
	if value == nil {
		return otherwise, nil
	}
	n, err := strconv.Atoi(string(value)) // does not allocate for short values
	if err != nil || n < least || n > most {
		return 0, invalid(pointerTo(name), "must be a whole number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
	}
	return n, nil
}

// parseNumber reads a finite number as JSON writes one.
func parseNumber(name string, value []byte) (float64, error) {
	v, err := strconv.ParseFloat(string(value), 64)
	if err != nil || v != v || v-v != 0 || bytes.ContainsAny(value, "xXpP_iIN") {
		return 0, invalid(pointerTo(name), "is not a number")
	}
	return v, nil
}

// one reads a query parameter that is one of a few words.
func (c *call) one(name string, known ...string) (string, error) {
	v := c.value(name)
	if v == nil {
		return "", nil
	}
	for _, k := range known {
		if string(v) == k {
			return k, nil
		}
	}
	return "", invalid(pointerTo(name), "is not one of "+strings.Join(known, ", "))
}
