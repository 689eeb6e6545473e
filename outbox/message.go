package outbox

import (
	"fmt"
	"strconv"

	"renfort/mission"
)

// asksMax is how many asks one message has.
const asksMax = 500

// typeAsks is the type of a message with asks: a wave's for one mission, of one
// command.
const typeAsks = "wave.asks"

// TypeLost is the type of a delivery that stands for events which the log did
// not have any more: nothing was sent.
const TypeLost = "lost"

// message is what one webhook is sent at once. It is a function of the log, so
// that its id is the same after a crash: events of one command, one or the
// asks for one mission.
type message struct {
	id     mission.ID
	kind   mission.ChangeKind
	seq    uint64
	at     int64      // log time of its events
	lane   string     // messages of a lane keep their order
	about  mission.ID // the mission, "" for none
	tries  int
	next   int64 // when it may be tried, Unix milliseconds, 0: at once
	noted  bool  // the store has it
	events []*Event
}

// name is the message's type.
func (m *message) name() string {
	if m.kind == mission.WaveAsked {
		return typeAsks
	}
	return m.kind.String()
}

// messagesOf groups the events of a page after a position, of some types and
// publishers, into messages.
func messagesOf(p *Page, at Position, types Types, publishers []string) (all []*message) {
	asks := map[mission.ID]*message{} // of the command under way, by mission
	seq := uint64(0)
	for i := range p.Events {
		e := &p.Events[i]
		if !at.Before(e) || !types.Has(e.Kind) || !e.Of(publishers) {
			continue
		}
		if e.Seq != seq {
			seq = e.Seq
			clear(asks)
		}
		if m := asks[e.Mission]; e.Kind == mission.WaveAsked && m != nil && len(m.events) < asksMax {
			m.events = append(m.events, e)
			continue
		}
		m := &message{id: strconv.FormatUint(e.Seq, 10) + "-" + strconv.Itoa(e.N), kind: e.Kind, seq: e.Seq, at: e.At, lane: e.lane(), about: e.Mission, events: []*Event{e}}
		if e.Kind == mission.WaveAsked {
			asks[e.Mission] = m
		}
		all = append(all, m)
	}
	return all
}

// lane gives what the event keeps its order with: its mission, else whom or
// what it is about.
func (e *Event) lane() string {
	switch {
	case e.Mission != "":
		return "m" + e.Mission
	case e.person != "":
		return "v" + e.person
	}
	return "k" + e.Kind.String()
}

// body writes the message as it is sent.
func (m *message) body() []byte {
	b := fmt.Appendf(nil, `{"type":"%s","timestamp":"%s","data":`, m.name(), timeOf(m.at))
	if m.kind != mission.WaveAsked {
		return append(append(b, m.events[0].Data()...), '}')
	}
	b = append(b, `{"asks":[`...)
	for i, e := range m.events {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, e.Data()...)
	}
	return append(b, `]}}`...)
}
