package api

import (
	"slices"
	"strconv"

	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// recallBody is POST /v1/missions/{id}/recall.
type recallBody struct {
	To           []string `json:"to"`
	Slots        []string `json:"slots"`
	Why          string   `json:"why"`
	Alternatives bool     `json:"alternatives"`
}

// The words of a recall.
var (
	recallGroups = []string{mission.RecallConfirmed, mission.RecallHeld, mission.RecallWaiting, mission.RecallAsked}
	recallWhys   = []string{mission.WhyDanger, mission.WhyMoved, mission.WhyCancelled, mission.WhyEnough}
)

// check lists what is wrong with the body alone.
func (b *recallBody) check() error {
	fields := checkSlots(b.Slots)
	if len(b.To) == 0 || len(b.To) > len(recallGroups) {
		fields = append(fields, entries("/to", 1, len(recallGroups)))
	}
	for i, to := range b.To[:min(len(b.To), len(recallGroups))] {
		pointer := "/to" + indexPointer(i)
		if !slices.Contains(recallGroups, to) {
			fields = append(fields, mission.FieldError{Pointer: pointer, Detail: "is not one of " + joinWords(recallGroups)})
		} else if slices.Contains(b.To[:i], to) {
			fields = append(fields, mission.FieldError{Pointer: pointer, Detail: "is given twice"})
		}
	}
	if !slices.Contains(recallWhys, b.Why) {
		fields = append(fields, mission.FieldError{Pointer: "/why", Detail: "is not one of " + joinWords(recallWhys)})
	}
	return faulty(fields)
}

// recall answers POST /v1/missions/{id}/recall: it repeats the command until
// everybody is told. An answer that does not come leaves a paused mission and
// some who are told; the same request again tells the others and nobody twice,
// which is why no idempotency key is needed, and none is remembered.
func (c *call) recall() error {
	var b recallBody
	if err := c.decode(&b); err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return err
	}
	v, err := c.mission(c.id[0])
	if err != nil {
		return err
	}
	command := mission.Recall{Mission: c.id[0], Slots: b.Slots, To: b.To, Why: b.Why}
	if b.Alternatives {
		if command.Next, err = c.s.engine.Instead(c.id[0], b.Why == mission.WhyDanger, func(publisher string) bool { return c.key.sees(publisher) }); err != nil {
			return err
		}
	}
	var counts mission.RecallCounts
	people := 0
	for {
		res, err := c.submitEnvelope(mission.Envelope{Command: command})
		if err != nil {
			return err
		}
		counts.Add(res.Recalled)
		people += res.Asked
		if res.More {
			continue
		}
		if v, err = c.mission(c.id[0]); err != nil {
			return err
		}
		c.wrote(fasthttp.StatusOK, res.Seq)
		c.private()
		c.out = appendRecalled(c.out, c.id[0], &counts, people)
		c.out = appendStrings(append(c.out, `,"alternatives":`...), command.Next)
		c.out = appendString(append(c.out, `,"state":`...), v.Seats.State)
		c.out = v.Seats.Occupancy().AppendJSON(append(c.out, `,"occupancy":`...))
		c.out = append(appendUint(c.out, `,"seq":`, res.Seq), '}')
		return nil
	}
}

// appendRecalled appends how many people were sent home, each in the group of
// the first that they had.
func appendRecalled(b []byte, id mission.ID, n *mission.RecallCounts, people int) []byte {
	b = appendString(append(b, `{"mission":`...), id)
	b = strconv.AppendInt(append(b, `,"people":`...), int64(people), 10)
	b = append(b, `,"recalled":{`...)
	for i, count := range [...]int{n.Confirmed, n.Held, n.Waiting, n.Asked} {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(appendString(b, recallGroups[i]), ':'), int64(count), 10)
	}
	return append(b, '}')
}
