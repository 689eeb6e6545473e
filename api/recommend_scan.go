package api

import (
	"bytes"
	"strconv"

	"renfort/mission"
)

// scanProfile reads the body that a page for somebody without a record is
// asked with, {"profile":{…}} and perhaps "limit", without reflection. ok is
// false for anything else, which mission.Decode then reads or refuses; where it
// is true, Decode would have read the same.
func scanProfile(body []byte, v *mission.Volunteer) (limit int, ok bool) {
	limit = mission.RecommendDefault
	s, profile := scan{rest: body}, false
	s.object(func(name []byte) (number int) {
		switch string(name) {
		case "profile":
			profile = true
			s.profile(v)
			return 0
		case "limit":
			s.space()
			if limit, s.rest = scanLimit(s.rest); limit < 1 || limit > mission.RecommendMax {
				s.failed = true
			}
			return 1
		}
		return unknownMember
	})
	s.space()
	return limit, profile && !s.failed && len(s.rest) == 0
}

// scan is a walk through JSON as nearly all callers write it. It need not know
// all of JSON: at what it is not sure of it fails, and then stays failed.
type scan struct {
	rest   []byte
	failed bool
}

// unknownMember is the number of a member that a scan does not read.
const unknownMember = -1

// profile reads a profile; lists that are there are never nil.
func (s *scan) profile(v *mission.Volunteer) {
	s.object(func(name []byte) (number int) {
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
			v.Adult = s.truth()
			return 13
		}
		return unknownMember
	})
}

// place reads a point.
func (s *scan) place() *mission.Place {
	p := new(mission.Place)
	s.object(func(name []byte) (number int) {
		at := s.number()
		switch string(name) {
		case "lat":
			p.Lat = &at
			return 0
		case "lon":
			p.Lon = &at
			return 1
		}
		return unknownMember
	})
	return p
}

// object reads an object; member reads the value of one and gives its number,
// below 64. A name that comes twice fails.
func (s *scan) object(member func(name []byte) (number int)) {
	seen := uint64(0)
	s.must('{')
	for first := true; !s.failed && !s.take('}'); first = false {
		if !first {
			s.must(',')
		}
		name := s.raw()
		s.must(':')
		if s.failed {
			return
		}
		number := member(name)
		if number == unknownMember || seen&(1<<number) != 0 {
			s.failed = true
			return
		}
		seen |= 1 << number
	}
}

func (s *scan) space() { s.rest = skipSpace(s.rest) }

// take takes one sign of JSON if it is next.
func (s *scan) take(c byte) bool {
	s.space()
	if s.failed || len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scan) must(c byte) {
	if !s.take(c) {
		s.failed = true
	}
}

// raw reads a plain string, which stays a part of the body.
func (s *scan) raw() (word []byte) {
	s.space()
	if word, s.rest = scanWord(s.rest); word == nil {
		s.failed = true
	}
	return word
}

func (s *scan) word() string { return string(s.raw()) }

// wordsUsual is how many words a list has room for at once.
const wordsUsual = 4

func (s *scan) words() []string {
	list := make([]string, 0, wordsUsual)
	s.must('[')
	for first := true; !s.failed && !s.take(']'); first = false {
		if !first {
			s.must(',')
		}
		list = append(list, s.word())
	}
	return list
}

// truth reads true or false.
func (s *scan) truth() *bool {
	s.space()
	for _, v := range [...]bool{true, false} {
		if rest, ok := bytes.CutPrefix(s.rest, strconv.AppendBool(nil, v)); ok {
			s.rest = rest
			return &v
		}
	}
	s.failed = true
	return nil
}

// digits takes the digits that are next; none, or a zero before others, fails.
func (s *scan) digits() []byte {
	n := 0
	for n < len(s.rest) && s.rest[n] >= '0' && s.rest[n] <= '9' {
		n++
	}
	digits := s.rest[:n]
	s.rest = s.rest[n:]
	if n == 0 || n > 1 && digits[0] == '0' {
		s.failed = true
	}
	return digits
}

// year reads a whole number of up to four digits.
func (s *scan) year() (year int) {
	s.space()
	digits := s.digits()
	if len(digits) > 4 {
		s.failed = true
		return 0
	}
	for _, d := range digits {
		year = year*10 + int(d-'0')
	}
	return year
}

// number reads a number without an exponent.
func (s *scan) number() float64 {
	s.space()
	from := s.rest
	s.take('-')
	s.digits()
	if len(s.rest) > 0 && s.rest[0] == '.' {
		s.rest = s.rest[1:]
		for n := 0; ; n++ {
			if len(s.rest) == 0 || s.rest[0] < '0' || s.rest[0] > '9' {
				s.failed = s.failed || n == 0
				break
			}
			s.rest = s.rest[1:]
		}
	}
	v, err := strconv.ParseFloat(string(from[:len(from)-len(s.rest)]), 64)
	s.failed = s.failed || err != nil
	return v
}
