package mission

import (
	"bytes"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// list reads a list; item reads one thing in it.
func (s *Scan) list(item func()) {
	s.must('[')
	for first := true; !s.Failed && !s.take(']'); first = false {
		if !first {
			s.must(',')
		}
		item()
	}
}

func (s *Scan) texts() []string {
	list := make([]string, 0, wordsUsual)
	s.list(func() { list = append(list, s.text()) })
	return list
}

// next gives the sign that is next, 0 at the end.
func (s *Scan) next() byte {
	if s.Space(); len(s.Rest) == 0 {
		return 0
	}
	return s.Rest[0]
}

// text reads any string.
func (s *Scan) text() string {
	s.Space()
	raw, plain := quoted(s.Rest)
	if raw == nil {
		s.Failed = true
		return ""
	}
	s.Rest = s.Rest[len(raw):]
	if !plain {
		b, err := jsontext.AppendUnquote(nil, raw)
		s.Failed = s.Failed || err != nil
		return string(b)
	}
	inside := raw[1 : len(raw)-1]
	s.Failed = s.Failed || !utf8.Valid(inside)
	return string(inside)
}

// quoted gives the string that b begins with, quotes and all, nil for none; plain
// says that its bytes stand for themselves.
func quoted(b []byte) (raw []byte, plain bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, false
	}
	plain = true
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return b[:i+1], plain
		case c == '\\':
			plain = false
			i++
		case c < ' ':
			plain = false // and no JSON: the library says so
		}
	}
	return nil, false
}

// value reads anything as it stands, if it is a text, a list or an object. It finds
// where it ends; whether it is JSON is the library's to say.
func (s *Scan) value() []byte {
	s.Space()
	from := s.Rest
	for depth := 0; ; {
		switch s.next() {
		case '"':
			raw, _ := quoted(s.Rest)
			s.Rest = s.Rest[len(raw):]
			s.Failed = s.Failed || raw == nil
		case '{', '[':
			depth++
			s.Rest = s.Rest[1:]
		case '}', ']':
			depth--
			s.Rest = s.Rest[1:]
		case 0:
			s.Failed = true
		default:
			s.Rest = s.Rest[1:]
			s.Failed = s.Failed || depth == 0
		}
		if s.Failed || depth+1 > NestingMax {
			s.Failed = true
			return nil
		}
		if depth <= 0 {
			break
		}
	}
	value := jsontext.Value(from[:len(from)-len(s.Rest)])
	s.Failed = !value.IsValid()
	return bytes.Clone(value)
}
