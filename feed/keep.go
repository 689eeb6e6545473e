package feed

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// attribute is what the format has and a mission has not, and somebody may
// want to filter by.
type attribute struct {
	key, name string
	kind      byte // 'b' truth, 'n' number, 's' text
}

// attributes are those that become attributes; everything else goes to data.
var attributes = [...]attribute{
	{"schedule", "schedule", 's'},
	{"snu", "snu", 'b'},
	{"snuplaces", "snuPlaces", 'n'},
	{"type", "type", 's'},
	{"duration", "duration", 'n'},
	{"compensation", "compensation", 's'},
	{"compensationamount", "compensationAmount", 'n'},
	{"compensationamountmax", "compensationAmountMax", 'n'},
	{"compensationunit", "compensationUnit", 's'},
	{"compensationtype", "compensationType", 's'},
	{"priority", "priority", 's'},
	{"organizationrna", "organizationRNA", 's'}, // which v0 filters by
}

// keep puts what has no field in a mission into its attributes and data, so
// that it can be given back.
func (b *builder) keep() {
	for _, a := range attributes {
		f := b.record.take(a.key)
		v, ok := b.scalar(&a, f)
		switch {
		case ok && b.mission.Attributes == nil:
			b.mission.Attributes = map[string]any{a.name: v}
		case ok:
			b.mission.Attributes[a.name] = v
		case f != nil:
			f.used = false
		}
	}
	b.rest()
}

// scalar reads an attribute; ok is false where it is none of its kind.
func (b *builder) scalar(a *attribute, f *field) (v any, ok bool) {
	if f == nil || len(f.values) != 1 || f.values[0].parts != nil {
		return nil, false
	}
	t := f.text()
	switch a.kind {
	case 'b':
		switch strings.ToLower(t) {
		case "yes", "true", "oui", "1":
			return true, true
		case "no", "false", "non", "0":
			return false, true
		}
		return nil, false
	case 'n':
		n, ok := number(t)
		return n, ok
	}
	if t = b.clean(a.name, t, ""); len(t) > mission.WordLettersMax {
		return nil, false // data has more room
	}
	return t, true
}

// rest puts the remaining fields into data, as long as there is room.
func (b *builder) rest() {
	data, seen := []byte{'{'}, map[string]bool{}
	for _, f := range b.record.fields {
		name := b.clean("data", f.name, "")
		if f.used || seen[name] || f.json == nil && f.blank() {
			continue
		}
		seen[name] = true
		more := appendMember(nil, name, f)
		if len(data)+len(more)+1 > mission.DataBytesMax || depthOf(more) > mission.NestingMax-2 {
			b.note(name, LeftOut, "has no field in a mission, and data has no room for it")
			continue
		}
		if f.json != nil && !f.json.IsValid() {
			b.note(name, LeftOut, "has a key given twice and was left out")
			continue
		}
		if len(data) > 1 {
			data = append(data, ',')
		}
		data = append(data, more...)
	}
	if len(data) > 1 {
		b.mission.Data = append(data, '}')
	}
}

// appendMember appends a member of data: JSON as it came, elements as texts,
// lists and objects.
func appendMember(b []byte, name string, f *field) []byte {
	b = append(appendQuoted(b, name), ':')
	if f.json != nil {
		v := f.json.Clone()
		if err := v.Compact(); err != nil {
			return append(b, "null"...) // it was read as JSON before
		}
		return append(b, v...)
	}
	if !f.list {
		return appendValue(b, f.values[0])
	}
	b = append(b, '[')
	for i, v := range f.values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(b, v)
	}
	return append(b, ']')
}

func appendValue(b []byte, v value) []byte {
	if v.parts == nil {
		return appendQuoted(b, strings.TrimSpace(v.text))
	}
	b = append(b, '{')
	for i, f := range v.parts.fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMember(b, f.name, f)
	}
	return append(b, '}')
}

// appendQuoted appends a JSON string. Characters that XML let through marked
// stay out.
func appendQuoted(b []byte, s string) []byte {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, string(rune(marker)), ""), "")
	out, err := jsontext.AppendQuote(b, s)
	if err != nil {
		return strconv.AppendQuote(b, "")
	}
	return out
}

// depthOf counts the levels of what is well-formed.
func depthOf(b []byte) (deepest int) {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}
