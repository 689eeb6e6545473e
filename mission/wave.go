package mission

import "math/bits"

// The dials of a wave, slowest first; they are the urgencies' words.
const (
	DialCalm   = UrgencyCalm
	DialNormal = UrgencyNormal
	DialUrgent = UrgencyUrgent
	DialVital  = UrgencyVital
)

// The states of a wave. A stalled one waits for receipts that were promised,
// an exhausted one has nobody left whom it may ask; both go on by themselves
// when that ends. Stopped and full ones are over.
const (
	WaveRunning   = "running"
	WavePaused    = "paused"
	WaveStopped   = "stopped"
	WaveFull      = "full"
	WaveStalled   = "stalled"
	WaveExhausted = "exhausted"
)

// Wave is a running effort to fill one or several missions. A Wave that has
// been handed to the engine is immutable.
type Wave struct {
	ID        ID               `json:"id,omitzero"`
	Publisher string           `json:"publisher,omitzero"` // whose missions and volunteers, "" for all
	Targets   []Target         `json:"targets"`
	Crisis    ID               `json:"crisis,omitzero"`
	Filters   VolunteerFilters `json:"filters,omitzero"`
	RadiusKm  float64          `json:"radius_km,omitzero"` // 0: as far as ranking goes
	Dial      string           `json:"dial,omitzero"`
	State     string           `json:"state,omitzero"`
	AskedMax  int              `json:"asked_max,omitzero"` // 0 for none
	Receipts  bool             `json:"receipts,omitzero"`  // the platform promised delivery receipts
	Opened    int64            `json:"opened,omitzero"`    // log time, Unix seconds
	Ended     int64            `json:"ended,omitzero"`     // 0 while it is not over
}

// Target is what a wave fills. Seats are those that the wave is to fill; 0 is
// all that are free. The reducer writes the rest.
type Target struct {
	Mission ID       `json:"mission"`
	Slots   []string `json:"slots,omitzero"`
	Seats   int      `json:"seats,omitzero"`
	Ordinal Ordinal  `json:"ordinal,omitzero"`
	Closed  bool     `json:"closed,omitzero"` // asked for no more: recalled, or the mission is over
}

// Over says whether a wave has ended for good.
func (w *Wave) Over() bool { return w.State == WaveStopped || w.State == WaveFull }

// Validate refuses a wave that makes no sense.
func (w *Wave) Validate() error {
	var f faults
	if n := len(w.Targets); n == 0 || n > WaveTargetsMax {
		f.add("/targets", "has %d entries; 1 to %d", n, WaveTargetsMax)
	}
	named := map[ID]bool{}
	for i, t := range w.Targets {
		checkID(&f, at("/targets", i)+"/mission", t.Mission)
		checkWords(&f, at("/targets", i)+"/slots", t.Slots, SlotsMax)
		checkRange(&f, at("/targets", i)+"/seats", float64(t.Seats), 0, SeatsMax)
		if named[t.Mission] {
			f.add(at("/targets", i)+"/mission", "is named twice: one target a mission")
		}
		named[t.Mission] = true
	}
	checkOne(&f, "/dial", w.Dial, DialCalm, DialNormal, DialUrgent, DialVital)
	checkOne(&f, "/state", w.State, WaveRunning, WavePaused, WaveStopped, WaveFull, WaveStalled, WaveExhausted)
	checkRange(&f, "/limits/asked", float64(w.AskedMax), 0, AskedMax)
	checkRange(&f, "/radius_km", w.RadiusKm, 0, RadiusKmMax)
	w.Filters.check(&f, "/filters")
	return f.err("the wave")
}

// What somebody answers to an ask, and StoodDown where they were told that
// nobody is needed any more before they had answered.
const (
	AskAccepted  = "accept"
	AskDeclined  = "decline"
	AskStopped   = "stop" // and never again, until they consent anew
	AskStoodDown = "stood_down"
)

// How a platform's message fared.
const (
	DeliverySent      = "sent"
	DeliveryDelivered = "delivered"
	DeliveryFailed    = "failed"
)

// Ask is one person asked by one wave for one mission, with why it was they.
// One that has been handed out is immutable.
type Ask struct {
	Wave      ID
	Mission   ID
	Ordinal   Ordinal // of the mission
	Slots     []string
	Volunteer ID
	Channel   string // push, sms or email
	Crisis    bool   // charged to the budget of a crisis that they consented to
	At        int64  // when they were asked, log time, Unix seconds
	Delivery  string // "" until the platform says
	Delivered int64  // when, 0 until then
	Answer    string // "" while silent
	Answered  int64
	Hold      ID // the seat that an acceptance took, "" where there was none left
	Next      ID // the next best mission that they were told, "" for none
	// The factors by which they were chosen: the score in millionths, the
	// chance of an acceptance in thousandths, whole kilometres (-1: no place).
	Score      int64
	PAccept    int
	DistanceKm int
}

// Silent says whether nothing was heard of the person yet.
func (a *Ask) Silent() bool { return a.Answer == "" }

// Charged says whether the ask counts in the person's budget: one that they
// answered does not.
func (a *Ask) Charged() bool { return a.Answer == "" || a.Answer == AskStoodDown }

// DelayBuckets is how many classes of delays are counted: half octaves of
// seconds, up to 18 hours.
const DelayBuckets = 32

// LawCounts is what all waves have seen of one channel: how many were asked
// and answered, after how long those accepted who did, and how long people had
// to answer. Who is silent and may still answer is only in Asked: the wave
// that asked them counts them itself.
type LawCounts struct {
	Asked    uint64
	Accepted uint64
	Declined uint64
	Delays   [DelayBuckets]uint32 // [i]: acceptances after a delay of DelayBucket i
	// Waited[i] are people who were told after a time of DelayBucket i that
	// nobody is needed; who answered is in the last, as somebody with all the
	// time that they wanted. A message that failed is in none.
	Waited [DelayBuckets]uint32
}

// DelayBucket gives the class of a delay in seconds: 2k from 2^k on, 2k+1
// from about 2^(k+1/2) on; the first holds 1 s and less, the last all beyond.
func DelayBucket(seconds int64) int {
	if seconds <= 1 {
		return 0
	}
	s := uint64(min(seconds, 1<<20))
	k := bits.Len64(s) - 1
	i := 2 * k
	if s*s >= 1<<(2*k+1) {
		i++
	}
	return min(i, DelayBuckets-1)
}

// WaveCounts is what became of a wave's asks.
type WaveCounts struct {
	Asked      int `json:"asked"`
	Delivered  int `json:"delivered"`
	Failed     int `json:"failed"`
	Accepted   int `json:"accepted"` // with a seat
	TurnedAway int `json:"turned_away"`
	Declined   int `json:"declined"` // stops too
	StoodDown  int `json:"stood_down"`
	Silent     int `json:"silent"`
	Erased     int `json:"erased"` // people who are gone with what they had answered
}

// Count adds n times one ask, by what became of it; n may be negative.
func (c *WaveCounts) Count(a *Ask, n int) {
	c.Asked += n
	switch a.Delivery {
	case DeliveryDelivered:
		c.Delivered += n
	case DeliveryFailed:
		c.Failed += n
	}
	switch {
	case a.Answer == AskAccepted && a.Hold != "":
		c.Accepted += n
	case a.Answer == AskAccepted:
		c.TurnedAway += n
	case a.Answer == AskDeclined || a.Answer == AskStopped:
		c.Declined += n
	case a.Answer == AskStoodDown:
		c.StoodDown += n
	default:
		c.Silent += n
	}
}

// Parts gives the counts in a fixed order, to be written and read.
func (c *WaveCounts) Parts() [9]*int {
	return [...]*int{&c.Asked, &c.Delivered, &c.Failed, &c.Accepted, &c.TurnedAway, &c.Declined, &c.StoodDown, &c.Silent, &c.Erased}
}
