package feed

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"renfort/mission"
)

// bufferBytes is how much is read at once.
const bufferBytes = 64 << 10

// limited fails beyond a number of bytes, where io.LimitedReader would end.
type limited struct {
	from io.Reader
	left int64
}

// Read implements io.Reader.
func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, mission.Errorf(mission.TooLarge, "the feed is over %d bytes", mission.FeedBytesMax)
	}
	n, err := l.from.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// open unpacks what is gzip and turns every encoding into UTF-8. The limit is
// on what is read and on what that unpacks to.
func open(r io.Reader) (*bufio.Reader, error) {
	from := bufio.NewReaderSize(&limited{r, mission.FeedBytesMax + 1}, bufferBytes)
	if head, _ := from.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(from)
		if err != nil {
			return nil, errors.Join(mission.Errorf(mission.Invalid, "the feed begins like gzip and is none"), err)
		}
		from = bufio.NewReaderSize(&limited{z, mission.FeedBytesMax + 1}, bufferBytes)
	}
	head, err := from.Peek(prologBytes)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull && len(head) == 0 {
		return nil, err
	}
	e, known := encodingOf(head)
	if !known {
		return nil, mission.Errorf(mission.Invalid, "the encoding that the feed declares is not known here; send it as UTF-8")
	}
	if e != nil {
		from = bufio.NewReaderSize(transform.NewReader(from, e.NewDecoder()), bufferBytes)
	}
	if head, _ := from.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		from.Discard(3) // they are in the buffer
	}
	return from, nil
}

// prologBytes is how far into a feed its encoding is looked for.
const prologBytes = 512

// declared finds the encoding of an XML declaration. It is immutable.
var declared = regexp.MustCompile(`^\s*<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']`)

// encodingOf tells the encoding by the first bytes, nil for UTF-8. What says
// Latin-1 is read as Windows-1252, as browsers do: it is the same but for the
// quotes and the euro, which partners do send.
func encodingOf(head []byte) (e encoding.Encoding, known bool) {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{'<', 0}):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), true
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}), bytes.HasPrefix(head, []byte{0, '<'}):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), true
	}
	m := declared.FindSubmatch(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	if m == nil {
		return nil, true
	}
	switch strings.ToLower(string(m[1])) {
	case "utf-8", "utf8", "us-ascii", "ascii", "utf-16":
		return nil, true
	case "iso-8859-1", "latin1", "latin-1", "windows-1252", "cp1252":
		return charmap.Windows1252, true
	case "iso-8859-15", "latin9", "latin-9":
		return charmap.ISO8859_15, true
	case "macintosh", "mac-roman":
		return charmap.Macintosh, true
	}
	return nil, false
}

// marker stands in the text for a character that may not be there: it is a
// control character that XML lets through, so that the field that has it can
// tell.
const marker = 0x7f

// brokenLine stands for one that parts lines, as word processors write it.
const brokenLine = "\u0085"

// scrubber makes a text that a strict reader takes: what is not UTF-8 is read
// as Windows-1252, which it nearly always is. Of XML it also bounds tags and
// texts, and marks characters that XML has not.
type scrubber struct {
	from *bufio.Reader
	xml  bool
	in   place
	run  int     // bytes of the text, tag or comment so far
	cut  bool    // what is read of it is dropped
	last [2]byte // the two bytes before
	deep int     // angles open in a document type
	out  []byte  // that were read and not given yet
	room [utf8.UTFMax * 4]byte

	left    int // bytes that may be given before the next refill
	foreign int // bytes that were not UTF-8
	lines   int // line ends that were dropped with their text
	err     error
}

// place is where in XML the scrubber is.
type place uint8

const (
	inText place = iota
	inData       // CDATA
	inTag
	inQuote  // '…' of a tag
	inDouble // "…" of a tag
	inComment
	inNote // <?…?>
	inType // <!…>
)

// markupBytesMax bounds a tag; no honest one comes near.
const markupBytesMax = 64 << 10

// refill lets a reader read one more token or record. What it takes for one is
// bounded so even where it sees other borders than the scrubber does.
func (s *scrubber) refill() { s.left = 2 * RecordBytesMax }

// Read implements io.Reader.
func (s *scrubber) Read(p []byte) (n int, err error) {
	if s.left <= 0 {
		return 0, mission.Errorf(mission.TooLarge, "a record is over %d bytes", RecordBytesMax)
	}
	p = p[:min(len(p), s.left)]
	defer func() { s.left -= n }()
	for n < len(p) {
		if len(s.out) > 0 {
			k := copy(p[n:], s.out)
			s.out, n = s.out[k:], n+k
			continue
		}
		if s.err != nil {
			break
		}
		s.step()
	}
	if n > 0 {
		return n, nil
	}
	return 0, s.err
}

// step reads one character into out.
func (s *scrubber) step() {
	c, err := s.from.ReadByte()
	if err != nil {
		s.err = err
		return
	}
	s.out = s.room[:0]
	if c >= utf8.RuneSelf {
		s.letter(c)
	} else if !s.xml {
		s.out = append(s.out, c)
		return
	} else if c == '\v' || c == '\f' {
		s.out = append(s.out, brokenLine...)
	} else if c < ' ' && c != '\n' && c != '\t' && c != '\r' {
		s.out = append(s.out, marker)
	} else if c == '&' && (s.in == inText || s.in == inQuote || s.in == inDouble) && s.forbidden() {
		s.out = append(s.out, marker)
	} else {
		s.out = append(s.out, c)
	}
	if s.xml {
		s.move(c)
	}
}

// letter reads the rest of a character beyond ASCII.
func (s *scrubber) letter(c byte) {
	var whole [utf8.UTFMax]byte
	whole[0] = c
	rest, _ := s.from.Peek(utf8.UTFMax - 1)
	n := copy(whole[1:], rest)
	r, size := utf8.DecodeRune(whole[:1+n])
	if r == utf8.RuneError && size == 1 {
		s.foreign++
		s.out = utf8.AppendRune(s.out, charmap.Windows1252.DecodeByte(c))
		return
	}
	s.from.Discard(size - 1) // they were peeked at
	if r == 0xfffe || r == 0xffff {
		s.out = append(s.out, marker)
		return
	}
	s.out = append(s.out, whole[:size]...)
}

// forbidden says whether what follows an & names a character that XML has not,
// and reads it then.
func (s *scrubber) forbidden() bool {
	rest, _ := s.from.Peek(9)
	digits, base := rest, rune(10)
	if len(digits) < 2 || digits[0] != '#' {
		return false
	}
	if digits = digits[1:]; digits[0] == 'x' || digits[0] == 'X' {
		digits, base = digits[1:], 16
	}
	code, i := rune(0), 0
	for ; i < len(digits) && digits[i] != ';'; i++ {
		d := rune(strings.IndexByte("0123456789abcdef", digits[i]|0x20))
		if d < 0 || d >= base {
			return false
		}
		code = min(code*base+d, utf8.MaxRune+1)
	}
	if i == 0 || i == len(digits) {
		return false
	}
	if code >= ' ' && utf8.ValidRune(code) && code != 0xfffe && code != 0xffff || code == '\n' || code == '\t' || code == '\r' {
		return false
	}
	s.from.Discard(len(rest) - len(digits) + i + 1) // they were peeked at
	return true
}

// move follows the text, so that no part of it grows without bound: a text or
// a comment over the limit is cut, and a tag ends the reading.
func (s *scrubber) move(c byte) {
	was, cut := s.in, s.cut
	switch {
	case s.in == inText && c == '<':
		s.in = s.opened()
	case s.in == inTag && c == '"':
		s.in = inDouble
	case s.in == inTag && c == '\'':
		s.in = inQuote
	case s.in == inQuote && c == '\'', s.in == inDouble && c == '"':
		s.in = inTag
	case s.in == inType && c == '<':
		s.deep++
	case c == '>' && s.ended():
		s.in = inText
	}
	s.run++
	s.last = [2]byte{s.last[1], c}
	if s.in != was && (was == inText || s.in == inText) {
		s.run, s.last, s.cut = 0, [2]byte{}, false
		if cut && was != inText {
			s.out = append(s.room[:0], closing[was]...)
		}
		return
	}
	s.bound()
}

// closing is the end of what is cut, with the bytes that were dropped.
var closing = [...]string{inData: "]]>", inComment: "-->", inType: ""}

// bound drops what is beyond the limit of a text, and all of a comment but its
// line ends; it ends the reading in a tag that is beyond its limit.
func (s *scrubber) bound() {
	switch {
	case s.in == inComment:
		if s.run > len("!--") {
			s.cut = true
			s.out = s.out[:bytes.Count(s.out, []byte{'\n'})] // a line end is all of what was read
		}
	case s.in == inText || s.in == inData:
		if s.run > RecordBytesMax+1 {
			s.cut = true
			s.lines += bytes.Count(s.out, []byte{'\n'})
			s.out = nil
		}
	case s.run > markupBytesMax:
		s.out, s.err = nil, mission.Errorf(mission.TooLarge, "a tag is over %d bytes", markupBytesMax)
	}
}

// opened tells what begins with the < that was just read.
func (s *scrubber) opened() place {
	next, _ := s.from.Peek(8)
	switch {
	case bytes.HasPrefix(next, []byte("![CDATA[")):
		return inData
	case bytes.HasPrefix(next, []byte("!--")):
		return inComment
	case bytes.HasPrefix(next, []byte("!")):
		s.deep = 0
		return inType
	case bytes.HasPrefix(next, []byte("?")):
		return inNote
	}
	return inTag
}

// ended says whether a > ends what it stands in.
func (s *scrubber) ended() bool {
	switch s.in {
	case inTag:
		return true
	case inData:
		return s.last == [2]byte{']', ']'}
	case inComment:
		return s.run >= len("!----") && s.last == [2]byte{'-', '-'}
	case inNote:
		return s.last[1] == '?'
	case inType:
		s.deep--
		return s.deep < 0
	}
	return false
}
