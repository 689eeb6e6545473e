package objects

import (
	"bytes"
	"math"
	"strconv"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// depthMax is how many levels of a record are looked into. What lies deeper is
// answered, and neither searched nor filtered. Doors refuse records that deep.
const depthMax = 64

// scanner reads JSON from left to right. It trusts nobody: what is not
// well-formed sets bad and moves it to the end, so that every loop ends.
type scanner struct {
	text []byte
	at   int
	bad  bool
}

func (s *scanner) fail() { s.bad, s.at = true, len(s.text) }

// peek is the first byte of what comes next, 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// open enters an object or an array, and says whether there is anything in it.
func (s *scanner) open(end byte) bool {
	s.at++
	if s.peek() == end {
		s.at++
		return false
	}
	return !s.bad
}

// more passes the comma or the end behind a member, and says which.
func (s *scanner) more(end byte) bool {
	switch s.peek() {
	case ',':
		s.at++
		s.peek()
		return !s.bad
	case end:
		s.at++
	default:
		s.fail()
	}
	return false
}

// key reads the name of a member and its colon. The name is without quotes,
// and stands in the text unless it was escaped there.
func (s *scanner) key() []byte {
	if s.peek() != '"' {
		s.fail()
		return nil
	}
	raw := s.quoted()
	if s.peek() != ':' {
		s.fail()
		return nil
	}
	s.at++
	return plain(raw)
}

// quoted passes a string, and is it with its quotes.
func (s *scanner) quoted() []byte {
	start := s.at
	for i := start + 1; i < len(s.text); i++ {
		next := bytes.IndexByte(s.text[i:], '"')
		if next < 0 {
			break
		}
		i += next
		if !oddBackslashes(s.text[start+1 : i]) {
			s.at = i + 1
			return s.text[start:s.at]
		}
	}
	s.fail()
	return nil
}

// oddBackslashes says whether a text ends in a backslash that escapes.
func oddBackslashes(text []byte) bool {
	n := len(text)
	for n > 0 && text[n-1] == '\\' {
		n--
	}
	return (len(text)-n)&1 == 1
}

// plain is the text of a string, without its quotes and escapes.
func plain(quoted []byte) []byte {
	if len(quoted) < 2 {
		return nil
	}
	inside := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inside, '\\') < 0 {
		return inside
	}
	text, _ := jsontext.AppendUnquote(nil, quoted) // what cannot be read is replaced
	return text
}

// shared is a string on the same bytes, which nobody changes.
func shared(text []byte) string { return unsafe.String(unsafe.SliceData(text), len(text)) }

// word passes a number or one of true, false and null, and is it.
func (s *scanner) word() []byte {
	start := s.at
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ',', '}', ']', ' ', '\t', '\n', '\r', ':', '"', '{', '[':
			goto end
		}
		s.at++
	}
end:
	if s.at == start {
		s.fail()
	}
	return s.text[start:s.at]
}

// value passes one value of any kind, and is it.
func (s *scanner) value() []byte {
	s.peek()
	start := s.at
	for depth := 0; ; {
		switch s.peek() {
		case 0:
			s.fail()
			return nil
		case '"':
			s.quoted()
		case '{', '[':
			depth++
			s.at++
		case '}', ']':
			depth--
			s.at++
		case ',', ':':
			s.at++
		default:
			s.word()
		}
		if s.bad || depth < 0 {
			s.fail()
			return nil
		}
		if depth == 0 {
			return s.text[start:s.at]
		}
	}
}

// numberOf reads a word as a number. Numbers too great for a float64 are the
// greatest one.
func numberOf(word []byte) (float64, bool) {
	if len(word) == 0 || word[0] != '-' && (word[0] < '0' || word[0] > '9') {
		return 0, false
	}
	if v, ok := smallInteger(word); ok {
		return v, true
	}
	v, err := strconv.ParseFloat(shared(word), 64)
	if err != nil && !math.IsInf(v, 0) {
		return 0, false
	}
	return min(max(v, -math.MaxFloat64), math.MaxFloat64), !math.IsNaN(v)
}

// smallInteger reads up to 15 digits, which most numbers of records are.
func smallInteger(word []byte) (float64, bool) {
	if len(word) > 15 || word[0] == '-' {
		return 0, false
	}
	var v int64
	for _, c := range word {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	return float64(v), true
}

// writeNumber writes a number as JavaScript does.
func writeNumber(dst []byte, v float64) []byte {
	if v == 0 {
		return append(dst, '0') // also for -0
	}
	if a := math.Abs(v); a >= 1e-6 && a < 1e21 {
		return strconv.AppendFloat(dst, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, v, 'g', -1, 64)
}

// appendString writes a string of JSON.
func appendString(dst []byte, text string) []byte {
	dst, _ = jsontext.AppendQuote(dst, text) // bytes that are no text are replaced
	return dst
}
