package mission

import (
	"bytes"
	"strconv"
)

// ScanVolunteer reads a volunteer without reflection, as nearly all are written: by
// Encode, in plain ASCII. ok is false for anything else, which Decode then reads or
// refuses, and v is anything; where it is true, Decode would have read the same.
func ScanVolunteer(data []byte, v *Volunteer) (ok bool) {
	s := Scan{Rest: data}
	s.Object(func(name []byte) (number int) {
		if number = s.record(name, v); number == UnknownMember {
			number = s.profile(name, v)
		}
		return number
	})
	return s.Ended()
}

// Scan is a walk through JSON as nearly all callers write it. It need not know
// all of JSON: at what it is not sure of it fails, and then stays failed.
type Scan struct {
	Rest   []byte // what is to be read
	Failed bool
}

// UnknownMember is the number of a member that a scan does not read.
const UnknownMember = -1

// Profile reads a profile: a volunteer without what only a record has. Lists that
// are there are never nil.
func (s *Scan) Profile(v *Volunteer) {
	s.Object(func(name []byte) (number int) { return s.profile(name, v) })
}

func (s *Scan) profile(name []byte, v *Volunteer) (number int) {
	switch string(name) {
	case "postal_code":
		v.PostalCode = s.word()
		return 0
	case "insee":
		v.INSEE = s.word()
		return 1
	case "location":
		v.Location = s.place()
		return 2
	case "radius_km":
		v.RadiusKm = s.number()
		return 3
	case "mobility":
		v.Mobility = s.word()
		return 4
	case "domains":
		v.Domains = s.words()
		return 5
	case "activities":
		v.Activities = s.words()
		return 6
	case "skills":
		v.Skills = s.words()
		return 7
	case "languages":
		v.Languages = s.words()
		return 8
	case "availability":
		v.Availability = s.words()
		return 9
	case "birth_year":
		v.BirthYear = s.year()
		return 10
	case "remote":
		v.Remote = s.word()
		return 11
	case "equipment":
		v.Equipment = s.words()
		return 12
	case "adult":
		adult := s.truth()
		v.Adult = &adult
		return 13
	}
	return UnknownMember
}

// record reads what only a record has.
func (s *Scan) record(name []byte, v *Volunteer) (number int) {
	switch string(name) {
	case "id":
		v.ID = s.word()
		return 14
	case "publisher":
		v.Publisher = s.word()
		return 15
	case "revision":
		v.Revision = s.whole()
		return 16
	case "cell":
		v.Cell = s.word()
		return 17
	case "consent":
		v.Consent = s.consent()
		return 18
	case "channel":
		v.Channel = s.word()
		return 19
	}
	return UnknownMember
}

func (s *Scan) consent() (c Consent) {
	s.Object(func(name []byte) (number int) {
		switch string(name) {
		case "alerts":
			c.Alerts = s.truth()
			return 0
		case "crisis":
			c.Crisis = s.truth()
			return 1
		}
		return UnknownMember
	})
	return c
}

// place reads a point.
func (s *Scan) place() *Place {
	p := new(Place)
	s.Object(func(name []byte) (number int) {
		at := s.number()
		switch string(name) {
		case "lat":
			p.Lat = &at
			return 0
		case "lon":
			p.Lon = &at
			return 1
		}
		return UnknownMember
	})
	return p
}

// Object reads an object; member reads the value of one and gives its number,
// below 64. A name that comes twice fails.
func (s *Scan) Object(member func(name []byte) (number int)) {
	seen := uint64(0)
	s.must('{')
	for first := true; !s.Failed && !s.take('}'); first = false {
		if !first {
			s.must(',')
		}
		name := s.raw()
		s.must(':')
		if s.Failed {
			return
		}
		number := member(name)
		if number == UnknownMember || seen&(1<<number) != 0 {
			s.Failed = true
			return
		}
		seen |= 1 << number
	}
}

// Space goes past white space.
func (s *Scan) Space() { s.Rest = SkipSpace(s.Rest) }

// Ended says whether all there was has been read.
func (s *Scan) Ended() bool {
	s.Space()
	return !s.Failed && len(s.Rest) == 0
}

// take takes one sign of JSON if it is next.
func (s *Scan) take(c byte) bool {
	s.Space()
	if s.Failed || len(s.Rest) == 0 || s.Rest[0] != c {
		return false
	}
	s.Rest = s.Rest[1:]
	return true
}

func (s *Scan) must(c byte) {
	if !s.take(c) {
		s.Failed = true
	}
}

// raw reads a plain string, which stays a part of the body.
func (s *Scan) raw() (word []byte) {
	s.Space()
	if word, s.Rest = ScanWord(s.Rest); word == nil {
		s.Failed = true
	}
	return word
}

func (s *Scan) word() string { return string(s.raw()) }

// wordsUsual is how many words a list has room for at once.
const wordsUsual = 4

func (s *Scan) words() []string {
	list := make([]string, 0, wordsUsual)
	s.must('[')
	for first := true; !s.Failed && !s.take(']'); first = false {
		if !first {
			s.must(',')
		}
		list = append(list, s.word())
	}
	return list
}

// truth reads true or false.
func (s *Scan) truth() (v bool) {
	s.Space()
	for _, v := range [...]bool{true, false} {
		if rest, ok := bytes.CutPrefix(s.Rest, strconv.AppendBool(nil, v)); ok {
			s.Rest = rest
			return v
		}
	}
	s.Failed = true
	return false
}

// digits takes the digits that are next; none, or a zero before others, fails.
func (s *Scan) digits() []byte {
	n := 0
	for n < len(s.Rest) && s.Rest[n] >= '0' && s.Rest[n] <= '9' {
		n++
	}
	digits := s.Rest[:n]
	s.Rest = s.Rest[n:]
	if n == 0 || n > 1 && digits[0] == '0' {
		s.Failed = true
	}
	return digits
}

// year reads a whole number of up to four digits.
func (s *Scan) year() (year int) {
	s.Space()
	digits := s.digits()
	if len(digits) > 4 {
		s.Failed = true
		return 0
	}
	for _, d := range digits {
		year = year*10 + int(d-'0')
	}
	return year
}

// number reads a number without an exponent.
func (s *Scan) number() float64 {
	s.Space()
	from := s.Rest
	s.take('-')
	s.digits()
	if len(s.Rest) > 0 && s.Rest[0] == '.' {
		s.Rest = s.Rest[1:]
		for n := 0; ; n++ {
			if len(s.Rest) == 0 || s.Rest[0] < '0' || s.Rest[0] > '9' {
				s.Failed = s.Failed || n == 0
				break
			}
			s.Rest = s.Rest[1:]
		}
	}
	v, err := strconv.ParseFloat(string(from[:len(from)-len(s.Rest)]), 64)
	s.Failed = s.Failed || err != nil
	return v
}

// wholeDigits is how many digits a whole number may have here: any of so many fits.
const wholeDigits = 18

// whole reads a whole number that is not negative.
func (s *Scan) whole() (n int64) {
	s.Space()
	digits := s.digits()
	if len(digits) > wholeDigits {
		s.Failed = true
		return 0
	}
	for _, d := range digits {
		n = n*10 + int64(d-'0')
	}
	return n
}

// SkipSpace skips what JSON calls white space.
func SkipSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\n' || b[0] == '\r' || b[0] == '\t') {
		b = b[1:]
	}
	return b
}

// ScanWord reads a JSON string of plain ASCII without escapes; word is nil
// for any other.
func ScanWord(b []byte) (word, rest []byte) {
	if len(b) == 0 || b[0] != '"' {
		return nil, nil
	}
	end := bytes.IndexByte(b[1:], '"')
	if end < 0 {
		return nil, nil
	}
	word = b[1 : 1+end]
	for _, c := range word {
		if c < ' ' || c >= 0x7f || c == '\\' {
			return nil, nil
		}
	}
	return word, b[2+end:]
}
