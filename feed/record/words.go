package record

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// words gives a scalar as text: numbers as they are written, nothing for true
// and false.
func words(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case number:
		return strings.TrimSuffix(string(v), ".0")
	}
	return ""
}

// float gives a number's value; ok is false where it is not finite.
func (n number) float() (f float64, ok bool) {
	f, err := strconv.ParseFloat(string(n), 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// numeric gives a scalar as a number, also one written as text.
func numeric(v any) (f float64, ok bool) {
	switch v := v.(type) {
	case number:
		return v.float()
	case string:
		f, ok = number(strings.Replace(strings.TrimSpace(v), ",", ".", 1)).float()
		return f, ok && !math.IsNaN(f)
	}
	return 0, false
}

// line gives a text without control characters and outer space.
func line(s string) string { return strings.TrimSpace(clean(s, "")) }

// paragraph gives a text without control characters but those of lines.
func paragraph(s string) string { return clean(s, "\n\r\t") }

// clean puts a space for each control character that is not allowed.
func clean(s, allowed string) string {
	bad := func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune(allowed, r) }
	if utf8.ValidString(s) && strings.IndexFunc(s, bad) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if bad(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// cut shortens a text to a number of letters, and tells.
func (d *drafting) cut(what, s string, letters int) string {
	if len(s) <= letters || utf8.RuneCountInString(s) <= letters {
		return s
	}
	at := 0
	for range letters {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	d.drop("%s is cut to %d letters", what, letters)
	return strings.TrimSpace(s[:at])
}

// plain gives a value of the tree as the standard library writes it.
func plain(v any) any {
	switch v := v.(type) {
	case number:
		return json.Number(v)
	case []any:
		l := make([]any, len(v))
		for i := range v {
			l[i] = plain(v[i])
		}
		return l
	case map[string]any:
		m := make(map[string]any, len(v))
		for k := range v {
			m[k] = plain(v[k])
		}
		return m
	}
	return v
}
