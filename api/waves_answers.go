package api

import (
	"slices"
	"strconv"

	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// answerWave answers POST /v1/waves/{id}/answers. Who accepts where no seat is
// left is told so with 200, and what has one: their answer stands.
func (c *call) answerWave() error {
	b := struct {
		Volunteer mission.ID `json:"volunteer"`
		Answer    string     `json:"answer"`
		Confirm   *bool      `json:"confirm"`
		Ref       string     `json:"ref"`
	}{}
	if err := c.decode(&b); err != nil {
		return err
	}
	fields := append(checkPerson("/volunteer", b.Volunteer), checkFree(nil, "/ref", b.Ref)...)
	if words := []string{mission.AskAccepted, mission.AskDeclined, mission.AskStopped}; !slices.Contains(words, b.Answer) {
		fields = append(fields, mission.FieldError{Pointer: "/answer", Detail: "is not one of " + joinWords(words)})
	}
	if err := faulty(fields); err != nil {
		return err
	}
	if err := c.seesWave(c.id[0]); err != nil {
		return err
	}
	res, err := c.submit(mission.AnswerAsk{Wave: c.id[0], Volunteer: b.Volunteer, Answer: b.Answer, Ref: b.Ref,
		Confirm: b.Confirm == nil || *b.Confirm, Hold: c.s.engine.NewID("h-")})
	if err != nil {
		return err
	}
	ask := res.Ask
	if ask == nil { // a repeat under its key
		if ask, err = c.s.engine.Store().Ask(c.id[0], b.Volunteer); err != nil {
			return err
		}
	}
	c.wrote(fasthttp.StatusOK, res.Seq)
	c.private()
	c.out = c.appendAnswered(c.out, ask, res)
	return nil
}

// appendAnswered appends the answer to an answer: the hold, or what has a seat
// in its place.
func (c *call) appendAnswered(b []byte, a *mission.Ask, res mission.Result) []byte {
	b = appendString(append(b, `{"wave":`...), a.Wave)
	b = appendString(append(b, `,"volunteer":`...), a.Volunteer)
	b = appendString(append(b, `,"mission":`...), a.Mission)
	b = appendString(append(b, `,"answer":`...), a.Answer)
	b = append(b, `,"hold":`...)
	if res.Hold != nil {
		b = append(appendHoldFields(append(b, '{'), res.Hold), '}')
	} else {
		b = append(b, "null"...)
	}
	full := a.Answer == mission.AskAccepted && a.Hold == ""
	b = strconv.AppendBool(append(b, `,"full":`...), full)
	b = append(b, `,"alternatives":`...)
	r := &c.ranking
	r.begin()
	if full && c.s.engine.Alternatives(a.Mission, a.Volunteer, &r.page) == nil && c.onlySeen(&r.page) == nil {
		b = r.appendItems(b)
	} else {
		b = append(b, "[]"...)
	}
	return append(appendUint(b, `,"seq":`, res.Seq), '}')
}

// deliverWave answers POST /v1/waves/{id}/deliveries. A bad line is reported
// and does not stop the rest, as is one for a wave or a person that is none.
func (c *call) deliverWave() error {
	wave := c.id[0]
	return c.bulk(func(line []byte) (mission.Command, mission.ID, error) {
		r, err := c.receipt(line)
		if err == nil {
			err = c.seesWave(wave)
		}
		return mission.DeliverAsks{Wave: wave, Receipts: []mission.Receipt{r}}, r.Volunteer, err
	})
}

// receipt reads one line.
func (c *call) receipt(line []byte) (mission.Receipt, error) {
	var b struct {
		Volunteer mission.ID     `json:"volunteer"`
		Channel   string         `json:"channel"`
		State     string         `json:"state"`
		At        mission.Moment `json:"at"`
	}
	if err := decodeObject(line, &b); err != nil {
		return mission.Receipt{}, err
	}
	fields := checkPerson("/volunteer", b.Volunteer)
	if words := []string{mission.DeliverySent, mission.DeliveryDelivered, mission.DeliveryFailed}; !slices.Contains(words, b.State) {
		fields = append(fields, mission.FieldError{Pointer: "/state", Detail: "is not one of " + joinWords(words)})
	}
	if words := []string{"push", "sms", "email"}; b.Channel != "" && !slices.Contains(words, b.Channel) {
		fields = append(fields, mission.FieldError{Pointer: "/channel", Detail: "is not one of " + joinWords(words)})
	}
	at, err := c.instant("/at", b.At)
	if err != nil {
		return mission.Receipt{}, err
	}
	return mission.Receipt{Volunteer: b.Volunteer, Channel: b.Channel, State: b.State, At: at}, faulty(fields)
}
