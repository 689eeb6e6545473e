package store

import (
	"renfort/mission"
)

// waveRecord is a wave as it is stored, with what became of its asks.
type waveRecord struct {
	counts mission.WaveCounts
	due    int64 // when it is forgotten, 0 while it is not over
	json   []byte
}

func waveKey(id mission.ID) []byte { return append([]byte{waveRecords}, id...) }

// asksPrefix begins the asks of one wave.
func asksPrefix(wave mission.ID) []byte { return append(append([]byte{waveAsks}, wave...), 0) }

func askKey(wave, volunteer mission.ID) []byte { return append(asksPrefix(wave), volunteer...) }

// ofMissionKey is the entry that leads from a mission to a wave for it.
func ofMissionKey(o mission.Ordinal, wave mission.ID) []byte {
	return append(append([]byte{wavesOfMission}, ordinalKey(o)...), wave...)
}

func lawKey(channel string) []byte { return append([]byte{waveLaws}, channel...) }

func askedKey(volunteer, wave mission.ID) []byte {
	return append(personPrefix(nil, volunteer, personAsked), wave...)
}

func appendWave(b []byte, w *waveRecord) []byte {
	b = appendInt(append(b, recordFormat), w.due)
	for _, n := range w.counts.Parts() {
		b = appendUint(b, uint64(*n))
	}
	return appendBytes(b, w.json)
}

// decodeWave gives the record; its json points into b.
func decodeWave(b []byte) (*waveRecord, error) {
	r := open(b)
	w := &waveRecord{due: r.int()}
	for _, n := range w.counts.Parts() {
		*n = int(r.uint())
	}
	w.json = r.bytes()
	return w, r.failed()
}

// The words of an ask, [i] is written as i.
var (
	askAnswers = []string{"", mission.AskAccepted, mission.AskDeclined, mission.AskStopped, mission.AskStoodDown}
	deliveryAs = []string{"", mission.DeliverySent, mission.DeliveryDelivered, mission.DeliveryFailed}
	channels   = []string{"", "push", "sms", "email"}
)

func appendAsk(b []byte, a *mission.Ask) []byte {
	b = append(b, recordFormat, wordNumber(askAnswers, a.Answer), wordNumber(deliveryAs, a.Delivery), wordNumber(channels, a.Channel))
	b = appendBool(b, a.Crisis)
	b = appendUint(appendString(b, a.Mission), uint64(a.Ordinal))
	b = appendStrings(b, a.Slots)
	for _, n := range [...]int64{a.At, a.Delivered, a.Answered, a.Score, int64(a.PAccept), int64(a.DistanceKm)} {
		b = appendInt(b, n)
	}
	return appendString(appendString(b, a.Hold), a.Next)
}

// decodeAsk reads the ask of a person by a wave.
func decodeAsk(wave, volunteer mission.ID, b []byte) (*mission.Ask, error) {
	r := open(b)
	a := &mission.Ask{Wave: wave, Volunteer: volunteer, Answer: r.word(askAnswers), Delivery: r.word(deliveryAs), Channel: r.word(channels)}
	a.Crisis = r.bool()
	a.Mission, a.Ordinal = r.string(), r.ordinal()
	a.Slots = r.strings()
	a.At, a.Delivered, a.Answered, a.Score = r.int(), r.int(), r.int(), r.int()
	a.PAccept, a.DistanceKm = int(r.int()), int(r.int())
	a.Hold, a.Next = r.string(), r.string()
	return a, r.failed()
}

func appendLaw(b []byte, l *mission.LawCounts) []byte {
	b = append(b, recordFormat)
	for _, n := range [...]uint64{l.Asked, l.Accepted, l.Declined} {
		b = appendUint(b, n)
	}
	for i := range l.Delays {
		b = appendUint(appendUint(b, uint64(l.Delays[i])), uint64(l.Waited[i]))
	}
	return b
}

func decodeLaw(b []byte) (*mission.LawCounts, error) {
	r := open(b)
	l := &mission.LawCounts{Asked: r.uint(), Accepted: r.uint(), Declined: r.uint()}
	for i := range l.Delays {
		l.Delays[i], l.Waited[i] = r.uint32(), r.uint32()
	}
	return l, r.failed()
}

// asksRecord is what a person was asked and told in the last days.
type asksRecord struct {
	due     int64 // when the oldest of it is BudgetDays old, 0 if there is none
	stopped bool  // they said stop, and have not consented anew
	barred  bool  // stopped, and written without consent since
	all     []asked
}

// asked is one ask or alert.
type asked struct {
	alert    bool
	crisis   bool
	answered bool // and therefore not charged
	at       int64
	by       mission.ID // the wave or the alert
	mission  mission.ID
}

func appendAsks(b []byte, a *asksRecord) []byte {
	b = appendInt(append(b, recordFormat), a.due)
	b = appendBool(appendBool(b, a.stopped), a.barred)
	b = appendUint(b, uint64(len(a.all)))
	for _, e := range a.all {
		b = appendBool(appendBool(appendBool(b, e.alert), e.crisis), e.answered)
		b = appendString(appendString(appendInt(b, e.at), e.by), e.mission)
	}
	return b
}

func decodeAsks(b []byte) (*asksRecord, error) {
	r := open(b)
	a := &asksRecord{due: r.int(), stopped: r.bool(), barred: r.bool()}
	a.all = make([]asked, r.count(6))
	for i := range a.all {
		a.all[i] = asked{alert: r.bool(), crisis: r.bool(), answered: r.bool(), at: r.int(), by: r.string(), mission: r.string()}
	}
	return a, r.failed()
}
