package surge

// These tests show that every arm's policy makes sense, that the last arm built
// is the policy that Renfort ships, and that answers to offers follow their law.

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renfort/mission"
)

func TestPoliciesOfArms(t *testing.T) {
	names := map[string]bool{}
	for _, a := range Arms() {
		for _, p := range []*mission.Policy{a.policy(), a.greedy()} {
			if err := p.Validate(); err != nil {
				t.Errorf("arm %s: %v", a.Name, err)
			}
		}
		if g := a.greedy(); g.Weights.Congestion != 0 || g.Weights.Urgency != 0 || g.Weights.Affinity != 1 || g.Diversity.Unserved != 0 {
			t.Errorf("arm %s: the greedy policy looks at more than relevance: %+v", a.Name, g)
		}
		if a.What == "" || a.French == "" || names[a.Name] {
			t.Errorf("arm %q is not explained in two languages under a name of its own: %+v", a.Name, a)
		}
		names[a.Name] = true
	}
}

// The arm with every part in it ranks as Renfort does.
func TestLastArmIsTheDefault(t *testing.T) {
	var last Arm
	for _, a := range Arms() {
		if !a.Beside {
			last = a
		}
	}
	got, want := last.policy(), mission.DefaultPolicy()
	got.Name = want.Name
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the policy of arm %s differs from the default:\n%s", last.Name, diff)
	}
	if !last.Holds || !last.Alternatives || !last.Waiting || last.StaleSeconds != 0 {
		t.Errorf("arm %s lacks a part: %+v", last.Name, last)
	}
}

// Half of all people answer within the median of their channel, 84 of 100
// within e to the sigma times it, nobody at once or never.
func TestAnswerSeconds(t *testing.T) {
	p := mission.DefaultPolicy().Reverse
	for channel, median := range map[string]float64{"push": p.DelayMedianMin.Push, "sms": p.DelayMedianMin.SMS, "email": p.DelayMedianMin.Email, "": p.DelayMedianMin.Email} {
		within := func(seconds float64) (n int) {
			for place := range 1000 {
				s := answerSeconds(&p, channel, place)
				if s <= 0 || s > 60*60*24*30 {
					t.Fatalf("channel %q: place %d answers after %d s", channel, place, s)
				}
				n += b2i(float64(s) < seconds)
			}
			return n
		}
		if half, most := within(60*median), within(60*median*math.Exp(p.DelaySigma)); half < 495 || half > 505 || most < 835 || most > 847 {
			t.Errorf("channel %q: %d of 1,000 within the median, %d within a sigma", channel, half, most)
		}
	}
}
