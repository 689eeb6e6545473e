package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"renfort/mission"
	"renfort/store"
)

// hook is one webhook as the sender knows it. It belongs to the sender's
// goroutine.
type hook struct {
	s          *Sender
	id         mission.ID
	since      uint64
	url        string
	key        []byte
	types      Types
	publishers []string
	disabled   bool

	at       Position         // what was taken from the log
	lanes    map[string]*lane // those with messages
	ready    []*lane          // whose first message may leave, first come first
	kept     int              // of ready, those that wait for what goes out to be resumed
	held     int              // messages in all lanes
	inFlight int

	// news are deliveries that the store has yet to hear of, in the order of
	// their changes; through is how far it knows that the log was taken.
	news    []mission.Delivery
	through uint64
	telling int       // of news, in the command under way
	told    uint64    // seq in the command under way, 0 for none
	toldAt  time.Time // when through was told last
}

// lane is messages that keep their order.
type lane struct {
	name    string
	queue   []*message
	ready   bool // it is in the hook's ready
	sending bool
}

// load makes a hook of what the store has.
func (s *Sender) load(w *store.WebhookView) (*hook, error) {
	h := &hook{s: s, id: w.ID, since: w.Since, at: After(w.Through), through: w.Through, lanes: map[string]*lane{}}
	pending, err := s.engine.Store().PendingDeliveries(w.ID)
	for i := range pending {
		h.restore(&pending[i])
	}
	return h, err
}

// be takes over what may change of a webhook.
func (h *hook) be(w *store.WebhookView) {
	key, err := ParseSecret(w.Secret)
	h.disabled = w.Disabled || err != nil
	h.url, h.key, h.publishers = w.URL, key, nil
	if w.Publisher != "" {
		h.publishers = []string{w.Publisher}
	}
	h.types, _, _ = ParseTypes(w.Types) // the door has looked at them; see there of older ones
}

// restore puts a delivery of the store into its lane. Its events are read from
// the log when it is tried.
func (h *hook) restore(d *mission.Delivery) {
	m := &message{id: d.ID, seq: d.Seq, lane: "d" + d.ID, about: d.Mission, tries: d.Tries, next: d.Next * 1000, noted: true, at: d.At, kind: kindOf(d.Type)}
	if d.Mission != "" {
		m.lane = "m" + d.Mission
	}
	h.add(m)
}

// kindOf gives the kind of a message's type, 0 for none.
func kindOf(name string) mission.ChangeKind {
	if name == typeAsks {
		return mission.WaveAsked
	}
	for k := range mission.ChangeKind(kindsMax) {
		if k.String() == name {
			return k
		}
	}
	return 0
}

// takeUp takes up a delivery that was dead.
func (h *hook) takeUp(id mission.ID) {
	for _, l := range h.lanes {
		for _, m := range l.queue {
			if m.id == id {
				return
			}
		}
	}
	if d, err := h.s.engine.Store().Delivery(h.id, id); err == nil && d.State == mission.DeliveryPending {
		h.restore(&d)
	}
}

// add puts a message at the end of its lane.
func (h *hook) add(m *message) {
	l := h.lanes[m.lane]
	if l == nil {
		l = &lane{name: m.lane}
		h.lanes[m.lane] = l
	}
	l.queue = append(l.queue, m)
	if len(l.queue) > 1 {
		m.events = nil // it may wait long, and would keep its whole page
	}
	h.held++
	h.arm(l)
}

// arm lets a lane's first message leave, if it may now.
func (h *hook) arm(l *lane) {
	if !l.ready && !l.sending && len(l.queue) > 0 && l.queue[0].next <= h.s.options.Clock().UnixMilli() {
		l.ready = true
		h.ready = append(h.ready, l)
	}
}

// fill takes from the log what there is room for.
func (h *hook) fill() {
	for _, l := range h.lanes {
		h.arm(l)
	}
	for !h.disabled && h.held < heldMax && len(h.ready)-h.kept < readyMax {
		page, _, err := h.s.feed.Page(h.at)
		var lost *Lost
		if errors.As(err, &lost) {
			h.lose(lost)
			continue
		}
		if err != nil || page == nil {
			return
		}
		for _, m := range messagesOf(page, h.at, h.types, h.publishers) {
			h.add(m)
		}
		if next := After(page.Next - 1); next == h.at {
			return
		} else {
			h.at = next
		}
	}
}

// lose writes down that the log went on without the webhook.
func (h *hook) lose(l *Lost) {
	first := h.at.Seq + 1
	h.at = After(l.Next - 1)
	if first > h.at.Seq {
		return // ahead of the log: it was restored from an earlier copy
	}
	h.news = append(h.news, mission.Delivery{ID: strconv.FormatUint(first, 10) + "-0", Webhook: h.id, Type: TypeLost, FirstSeq: first, Seq: h.at.Seq, State: mission.DeliveryDead,
		Error: "the log does not reach back to these events any more", At: h.s.options.Clock().Unix()})
}

// dispatch sends the first messages of lanes that may.
func (h *hook) dispatch(ctx context.Context) {
	paused := h.s.engine.OutboundPaused()
	var later []*lane
	for len(h.ready) > 0 && h.inFlight < inFlightMax && !h.disabled {
		l := h.ready[0]
		h.ready = h.ready[1:]
		m := l.queue[0]
		if paused && gated(m.kind) {
			later = append(later, l)
			continue
		}
		l.ready = false
		body, gone := h.bodyOf(m)
		if gone {
			h.end(l, mission.DeliveryDead, answer{err: "its events are not in the log any more, or the webhook is not for them now"})
			continue
		}
		if body == nil { // the log cannot be read now
			m.next = h.s.options.Clock().Add(turn).UnixMilli()
			continue
		}
		l.sending = true
		h.inFlight++
		go h.s.try(ctx, h, l, m, h.url, h.key, body)
	}
	h.ready, h.kept = append(later, h.ready...), len(later)
}

// bodyOf writes a message's body; its events are looked up where they are not
// at hand. gone says that they never will be; no body, that they are not now.
func (h *hook) bodyOf(m *message) (body []byte, gone bool) {
	if m.events == nil {
		before := After(m.seq - 1)
		page, _, err := h.s.feed.Page(before)
		var lost *Lost
		if errors.As(err, &lost) {
			return nil, true
		}
		if err != nil || page == nil {
			return nil, false
		}
		for _, again := range messagesOf(page, before, h.types, h.publishers) {
			if again.id == m.id {
				m.events, m.kind, m.at = again.events, again.kind, again.at
			}
		}
		if m.events == nil {
			return nil, true
		}
	}
	body = m.body()
	m.events = nil // a next try may be long from now
	return body, false
}

// try posts a message, and takes it back where what goes out is paused.
func (s *Sender) try(ctx context.Context, h *hook, l *lane, m *message, url string, key, body []byte) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan answer, 1)
	sum := sha256.Sum256([]byte(h.id))
	id := "msg_" + hex.EncodeToString(sum[:6]) + "_" + strings.ReplaceAll(m.id, ".", "-")
	go func() { done <- post(ctx, s.client, url, key, id, s.options.Clock(), body) }()
	watch := time.NewTicker(turn)
	defer watch.Stop()
	for {
		select {
		case a := <-done:
			s.results <- result{hook: h, lane: l, answer: a, paused: ctx.Err() != nil}
			return
		case <-watch.C:
			if gated(m.kind) && s.engine.OutboundPaused() {
				cancel()
			}
		}
	}
}

// settle decides what becomes of the first message of a lane after a try.
func (h *hook) settle(r result) {
	l := r.lane
	l.sending = false
	m, now := l.queue[0], h.s.options.Clock()
	if r.paused && r.answer.err != "" {
		h.arm(l) // as if it had not been tried
		return
	}
	m.tries++
	if r.answer.err != "" {
		h.s.failed.Add(1)
	}
	switch {
	case r.answer.err == "":
		h.s.delivered.Add(1)
		h.end(l, mission.DeliveryDone, r.answer)
	case r.answer.status == 410:
		h.end(l, mission.DeliveryDead, r.answer)
		h.disable()
	default:
		wait := h.backoff(m.tries, r.answer.after)
		if now.Add(wait).After(time.Unix(m.at, 0).Add(giveUpAfter)) {
			h.end(l, mission.DeliveryDead, r.answer)
			return
		}
		m.next = now.Add(wait).UnixMilli()
		h.note(m, mission.DeliveryPending, r.answer)
	}
}

// backoff gives the time to the next try: doubled with each, chance takes a
// part of it, and never less than the receiver asked for.
func (h *hook) backoff(tries int, asked time.Duration) time.Duration {
	most := retryMax
	if tries < 14 {
		most = min(retryMin<<(tries-1), retryMax)
	}
	return max(time.Duration(h.s.options.Random()*float64(most)), asked)
}

// end takes the first message out of its lane.
func (h *hook) end(l *lane, state string, a answer) {
	if state == mission.DeliveryDead {
		h.s.dead.Add(1)
	}
	h.note(l.queue[0], state, a)
	l.queue = l.queue[1:]
	h.held--
	if len(l.queue) == 0 {
		delete(h.lanes, l.name)
		return
	}
	h.arm(l)
}

// note has the store hear how a message stands.
func (h *hook) note(m *message, state string, a answer) {
	d := mission.Delivery{ID: m.id, Webhook: h.id, Type: m.name(), FirstSeq: m.seq, Seq: m.seq, Mission: m.about, State: state, Tries: m.tries,
		Status: a.status, Error: a.err, At: h.s.options.Clock().Unix()}
	if state == mission.DeliveryPending {
		d.Next = (m.next + 999) / 1000
	}
	if m.tries == 0 && state == mission.DeliveryPending {
		d.At = m.at
	}
	m.noted = true
	h.news = append(h.news, d)
}

// disable stops a webhook whose receiver is gone for good.
func (h *hook) disable() {
	h.disabled = true
	w, err := h.s.engine.Store().Webhook(h.id)
	if err != nil {
		return
	}
	off := w.Webhook
	off.Disabled = true
	ctx, cancel := context.WithTimeout(context.Background(), tryMax)
	defer cancel()
	_, _ = h.s.engine.Submit(ctx, mission.Envelope{Command: mission.PutWebhook{Webhook: &off}}) // else the next 410 does
}

// report gives what the store should hear, at most so many deliveries. How far
// the log was taken is told with the last of them, and rests on every message
// up to there being told as well.
func (h *hook) report(most int) (news []mission.Delivery, progress []mission.Progress, ok bool) {
	h.told = 0
	idle := len(h.news) == 0 && time.Since(h.toldAt) < progressEvery
	ahead := h.at.Seq > h.through && !idle
	if ahead {
		for _, l := range h.lanes {
			for _, m := range l.queue {
				if !m.noted {
					h.note(m, mission.DeliveryPending, answer{})
				}
			}
		}
	}
	h.telling = min(len(h.news), most)
	news = h.news[:h.telling]
	if h.telling == len(h.news) && ahead {
		h.told = h.at.Seq
		progress = []mission.Progress{{Webhook: h.id, Seq: h.told}}
	}
	return news, progress, len(news) > 0 || len(progress) > 0
}

// reported ends a report; what could not be written stays.
func (h *hook) reported(written bool) {
	if !written {
		return
	}
	h.news = h.news[h.telling:]
	if h.told > 0 {
		h.through, h.toldAt = max(h.through, h.told), time.Now()
	}
}
