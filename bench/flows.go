package bench

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"renfort/bench/load"
	"renfort/bench/verify"
)

// The kinds of requests; README.md says what each sends.
const (
	kindSignup = iota
	kindRecommend
	kindSearch
	kindHold
	kindConfirm
	kindRelease
	kindMission
	kindCrisisHold
	kindCrisisConfirm
	kindPerson
)

// kinds names them, in the order of the constants. A mission that is full, a
// person who is not eligible and a hold that expired are right answers.
func kinds() []load.Kind {
	taken := []int{http.StatusConflict, http.StatusGone}
	return []load.Kind{
		{Name: "signup"}, {Name: "recommend"}, {Name: "search"}, {Name: "hold", No: taken}, {Name: "confirm", No: taken}, {Name: "release", No: taken},
		{Name: "mission"}, {Name: "crisis hold", No: taken}, {Name: "crisis confirm", No: taken}, {Name: "person, all steps"},
	}
}

// sampleEvery is how many answers with missions go by for each that is looked
// at while the run goes on.
const sampleEvery = 100

// signUp signs the n-th newcomer up and gives what they are recommended.
func (p *play) signUp(c *load.Client, n int, body []byte) load.Answer {
	id, sampled := p.people.newcomer(n), n%sampleEvery == 0
	if sampled && p.ledger.answers != nil {
		body = bytes.Replace(body, []byte(`"recommend":{`), []byte(`"recommend":{"explain":true,`), 1)
	}
	entry := p.intend(verify.OpSignup, http.MethodPost, "/v1/signups", id, "", "")
	a := c.Send(kindSignup, http.MethodPost, "/v1/signups", body)
	p.ended(entry, &a)
	switch a.Outcome {
	case load.OK:
		p.acks.signedUp(id)
		if sampled {
			p.look(c, a.Body)
			p.record(verify.KindRecommendation, http.MethodPost, "/v1/signups", body, &a)
		}
	case load.TimedOut, load.Failed:
		p.acks.maybe(id)
	}
	return a
}

// recommend asks for a page of recommendations. Of those that are looked at,
// reasons are asked for too.
func (p *play) recommend(c *load.Client, n int) {
	body := p.people.profile(n)
	sampled := n%sampleEvery == 0
	if sampled && p.ledger.answers != nil {
		body = append(append([]byte{}, body[:len(body)-1]...), `,"explain":true}`...)
	}
	a := c.Send(kindRecommend, http.MethodPost, "/v1/recommendations", body)
	if a.Outcome == load.OK && sampled {
		p.look(c, a.Body)
		p.record(verify.KindRecommendation, http.MethodPost, "/v1/recommendations", body, &a)
	}
}

// search asks one of the questions.
func (p *play) search(c *load.Client, n int) {
	path := p.questions[n%len(p.questions)]
	a := c.Send(kindSearch, http.MethodGet, path, nil)
	if a.Outcome != load.OK {
		return
	}
	if bytes.Contains(a.Body[max(0, len(a.Body)-tailOfPage):], []byte(`"degraded":true`)) {
		c.Degraded()
	}
	if n%sampleEvery == 0 {
		p.look(c, a.Body)
		p.record(verify.KindSearch, http.MethodGet, path, nil, &a)
	}
}

// tailOfPage is where a page tells about itself, behind its hits.
const tailOfPage = 512

// look checks an answer for missions that were full by then.
func (p *play) look(c *load.Client, answer []byte) {
	seq := number(answer, "seq")
	if seq == 0 {
		c.Wrong()
		return
	}
	p.stale.looked.Add(1)
	for _, id := range missionsOf(answer) {
		if p.acks.fullBefore(id, seq) {
			p.stale.found(fmt.Sprintf("%s was full before seq %d, and was offered at it", id, seq))
		}
	}
}

// hold holds a seat and gives the hold's id, "" for none.
func (p *play) hold(c *load.Client, kind int, id, volunteer string, body []byte) (hold string, a load.Answer) {
	path := "/v1/missions/" + id + "/holds"
	entry := p.intend(verify.OpHold, http.MethodPost, path, volunteer, id, "")
	a = c.Send(kind, http.MethodPost, path, body)
	p.ended(entry, &a)
	if a.Outcome == load.No {
		p.lookAround(id, a.Body)
	}
	if a.Outcome != load.OK {
		return "", a
	}
	hold = text(a.Body, "hold")
	_, rest, found := bytes.Cut(a.Body, []byte(`"free":`))
	full := found && bytes.HasPrefix(rest, []byte("0,"))
	p.acks.held(&taken{hold: hold, mission: id, volunteer: volunteer, at: time.Since(p.began).Microseconds()}, full, number(a.Body, "seq"))
	return hold, a
}

// lookAround checks what somebody is offered instead of a mission that is full:
// the mission itself never, and none without a seat.
func (p *play) lookAround(id string, answer []byte) {
	if !bytes.Contains(answer, []byte(`"mission_full"`)) || p.stale.full.Add(1)%sampleEvery != 1 {
		return
	}
	p.stale.looked.Add(1)
	for _, other := range missionsOf(answer) {
		if other == id || bytes.Contains(answer, []byte(`"seats_free":0`)) {
			p.stale.found(fmt.Sprintf("%s is full, and %s was offered instead", id, other))
		}
	}
}

// resolve confirms or releases a hold.
func (p *play) resolve(c *load.Client, kind int, hold, how, volunteer, mission string) load.Outcome {
	path := "/v1/holds/" + hold + "/" + how
	entry := p.intend(how, http.MethodPost, path, volunteer, mission, hold)
	a := c.Send(kind, http.MethodPost, path, []byte(`{}`))
	p.ended(entry, &a)
	switch a.Outcome {
	case load.OK:
		p.acks.resolved(hold, how == "confirm")
	case load.TimedOut, load.Failed, load.Refused:
		p.acks.open(hold)
	}
	return a.Outcome
}

// dice are the n-th arrival's own, so that shards and repeats throw alike.
func (p *play) dice(stream uint64, n int) *rand.Rand {
	return rand.New(rand.NewPCG(p.config.Seed^stream<<40, uint64(n)))
}

// takeSeat holds a seat on a mission that many want; of ten who got one seven
// confirm, two release, and one goes away.
func (p *play) takeSeat(c *load.Client, stream uint64, n int) {
	dice := p.dice(stream, n)
	m := p.catalogue.popular(dice)
	id, volunteer := string(m.ID), fmt.Sprintf("bench-%s-h%d-%07d", p.config.RunID, stream, n)
	then := dice.IntN(10)
	if then >= 7 {
		p.acks.frees(id)
	}
	hold, _ := p.hold(c, kindHold, id, volunteer, holdBody(nil, m, volunteer))
	switch {
	case hold == "":
	case then < 7:
		p.resolve(c, kindConfirm, hold, "confirm", volunteer, id)
	case then < 9:
		p.resolve(c, kindRelease, hold, "release", volunteer, id)
	}
}

// crisisSeat holds and confirms a seat of a vital mission.
func (p *play) crisisSeat(c *load.Client, stream uint64, n int) {
	volunteer := fmt.Sprintf("bench-%s-c%d-%07d", p.config.RunID, stream, n)
	if hold, _ := p.hold(c, kindCrisisHold, p.crisis, volunteer, holdBody(nil, nil, volunteer)); hold != "" {
		p.resolve(c, kindCrisisConfirm, hold, "confirm", volunteer, p.crisis)
	}
}

// missionsWritten is how many missions the writers of missions change in turn.
const missionsWritten = 500

// putMission writes a mission, as the platform does when a form is saved.
func (p *play) putMission(c *load.Client, base, n int) {
	id := fmt.Sprintf("%s%d", p.missionPrefix(), n%missionsWritten)
	revision := base + n + 1
	entry := p.intend(verify.OpMissionPut, http.MethodPut, "/v1/missions/"+id, "", id, "")
	body := fmt.Appendf(nil, `{"title":"Renfort logistique %d","domains":["solidarite-insertion"],"locations":[{"postal_code":%q}],"seats":%d,"revision":%d}`,
		n%missionsWritten, townCodes[n%len(townCodes)], 5+n%50, revision)
	a := c.Send(kindMission, http.MethodPut, "/v1/missions/"+id, body)
	if p.ended(entry, &a); a.Outcome == load.OK {
		p.acks.put(id, revision)
	}
}

// townCodes are where written missions are.
var townCodes = [...]string{"06000", "21000", "29000", "31000", "33000", "44000", "59000", "67000", "80000", "87000"}

// missionPrefix begins the ids of missions that a run writes.
func (p *play) missionPrefix() string { return "bench-" + p.config.RunID + ":" }

// tried is what was looked at while a run went on.
type tried struct {
	looked atomic.Int64
	full   atomic.Int64 // holds that met a full mission
	bad    atomic.Int64
	notes  notes
}

// found keeps what was wrong.
func (t *tried) found(what string) {
	t.bad.Add(1)
	t.notes.add(what)
}

// text finds a member's string value without reading the rest.
func text(body []byte, name string) string {
	_, rest, found := bytes.Cut(body, []byte(`"`+name+`":"`))
	if !found {
		return ""
	}
	value, _, _ := bytes.Cut(rest, []byte{'"'})
	return string(value)
}

// number finds the last whole number of that name: at the top level it comes
// behind those inside. 0 where there is none.
func number(body []byte, name string) uint64 {
	at := bytes.LastIndex(body, []byte(`"`+name+`":`))
	if at < 0 {
		return 0
	}
	rest := body[at+len(name)+3:]
	end := 0
	for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	n, _ := strconv.ParseUint(string(rest[:end]), 10, 64)
	return n
}

// missionsOf gives the missions of a page, best first.
func missionsOf(body []byte) (ids []string) {
	for part := range bytes.SplitSeq(body, []byte(`{"id":"`)) {
		id, rest, _ := bytes.Cut(part, []byte{'"'})
		if bytes.HasPrefix(rest, []byte(`,"score"`)) {
			ids = append(ids, string(id))
		}
	}
	return ids
}
