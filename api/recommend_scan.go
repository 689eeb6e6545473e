package api

import "renfort/mission"

// scanProfile reads the body that a page for somebody without a record is
// asked with, {"profile":{…}} and perhaps "limit", without reflection. ok is
// false for anything else, which mission.Decode then reads or refuses; where it
// is true, Decode would have read the same.
func scanProfile(body []byte, v *mission.Volunteer) (limit int, ok bool) {
	limit = mission.RecommendDefault
	s, profile := mission.Scan{Rest: body}, false
	s.Object(func(name []byte) (number int) {
		switch string(name) {
		case "profile":
			profile = true
			s.Profile(v)
			return 0
		case "limit":
			s.Space()
			if limit, s.Rest = scanLimit(s.Rest); limit < 1 || limit > mission.RecommendMax {
				s.Failed = true
			}
			return 1
		}
		return mission.UnknownMember
	})
	return limit, s.Ended() && profile
}
