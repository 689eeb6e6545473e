package wave

import (
	"math"

	"renfort/mission"
)

// Channel is how a message reaches somebody.
type Channel uint8

// The channels. What is not known counts as Push, as in the policy.
const (
	Push Channel = iota
	SMS
	Email
	Channels // how many there are
)

// ChannelOf gives the channel of mission's word for it; "" and what is not
// known is Push.
func ChannelOf(word string) Channel {
	switch word {
	case "sms":
		return SMS
	case "email":
		return Email
	}
	return Push
}

// Answer is what became of an ask.
type Answer uint8

// The answers. One who says "stop" has Declined.
const (
	Silent Answer = iota
	Accepted
	Declined
	StoodDown // told that nobody is needed, before they answered
)

// AnswerOf gives the answer of mission's word for it, "" being Silent.
func AnswerOf(word string) Answer {
	switch word {
	case mission.AskAccepted:
		return Accepted
	case mission.AskDeclined, mission.AskStopped:
		return Declined
	case mission.AskStoodDown:
		return StoodDown
	}
	return Silent
}

// Person is a number that the caller gives to a person, the same in pools and
// asks. It should be dense, like the ordinals of the index: Step keeps a bit
// for each up to the greatest.
type Person uint32

// Candidate is somebody who may be asked for a target.
type Candidate struct {
	Person  Person
	Score   float64 // of reverse matching, above 0; comparable between targets
	Accept  float64 // the chance that they accept before anything is learned: the policy's by channel, or better; never one that Laws went into
	Channel Channel
	From    int64 // not to be asked before, Unix seconds: quiet hours; 0 is at once
}

// Target is what a wave fills.
type Target struct {
	Need int         // seats still to fill; 0 where it is full or closed
	Pool []Candidate // best first; people already asked may be left in
}

// Ask is one question to one person. Times are Unix seconds.
type Ask struct {
	Person    Person
	Target    int     // index in State.Targets
	Accept    float64 // as in the Candidate
	Channel   Channel
	Asked     int64
	Delivered int64 // 0: not known
	Failed    bool  // the message did not arrive
	Answer    Answer
	Answered  int64 // or stood down
}

// State is all that a step looks at. Step changes nothing in it.
type State struct {
	Now      int64  // Unix seconds
	Dial     string // mission.DialCalm, …; "" is normal
	Receipts bool   // the platform promised to say what was delivered
	AskedMax int    // asks of the wave in all, 0 for no limit
	Targets  []Target
	Asks     []Ask
	Prior    Prior
	Laws     Counts // of all waves, by channel
}

// Prior is what the policy assumes by channel before anything is counted.
type Prior struct {
	Accept        [Channels]float64
	MedianSeconds [Channels]float64 // of the delays of those who accept
	Sigma         float64           // of their logarithms
}

// PriorOf reads the prior from the policy.
func PriorOf(p *mission.ReversePolicy) Prior {
	a, d := p.AcceptPrior, p.DelayMedianMin
	return Prior{
		Accept:        [Channels]float64{a.Push, a.SMS, a.Email},
		MedianSeconds: [Channels]float64{d.Push * 60, d.SMS * 60, d.Email * 60},
		Sigma:         p.DelaySigma,
	}
}

// Counts are the platform's, by channel.
type Counts [Channels]mission.LawCounts

// Choice is somebody to be asked now.
type Choice struct {
	Target int // index in State.Targets
	Candidate
}

// Plan is what a step found.
type Plan struct {
	Asks []Choice // to be asked now, most useful first
	// Full: no seat is left to fill. Stalled: receipts were promised and do not
	// come, so nobody is asked. Exhausted: more people are needed than may be
	// asked now; Next says when somebody may be again, 0 for nobody known.
	Full, Stalled, Exhausted bool
	Next                     int64
	Targets                  []Expectation // by target, Asks included
	Laws                     [Channels]Law // in force
}

// Expectation is what a target may count on within the dial's horizon.
type Expectation struct {
	Need     int
	Mean     float64 // acceptances by people who are silent or asked now
	Variance float64 // of their number
}

// Short gives how many acceptances a target lacks where the mean is taken z
// standard deviations lower; 0 or less where it has enough.
func (e *Expectation) Short(z float64) float64 {
	if e.Need <= 0 {
		return 0
	}
	return float64(e.Need) - e.Mean + z*math.Sqrt(e.Variance)
}

// add counts somebody who accepts with chance q.
func (e *Expectation) add(q float64) {
	e.Mean += q
	e.Variance += q * (1 - q)
}
