package mission_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renfort/mission"
)

// contractPolicy is the policy of the contract, word for word.
const contractPolicy = `{"name":"default","version":1,"weights":{"affinity":1,"distance":1,"availability":1,"urgency":0.7,"quality":0.3,"congestion":1,"text":1},
 "affinity":{"activity":1,"domain":0.8,"adjacent":0.4,"other":0.2,"skill_bonus":0.2},
 "distance":{"free_km":2,"scale_factor":0.6,"scale_rank":20,"scale_min_km":3,"scale_max_km":25,"urgent_min_km":15,"vital_min_km":40,"max_km":150,"remote":0.5}, "availability":{"none_fits":0.2},
 "urgency":{"calm":0,"normal":1,"urgent":3,"vital":8,"prior_fills_per_day":0.3,"horizon_h":{"calm":1440,"normal":336,"urgent":48,"vital":12}},"quality":{"prior_answered":8,"prior_ignored":2},
 "diversity":{"window":10,"per_organization":2,"per_group":2,"remote_share":0.2,"unserved":1,"unserved_days":14,"unserved_scale":1.5,"unserved_min_share":0.5},
 "seats":{"hold_s":480,"holds_per_volunteer":3,"offer_s":{"push":900,"sms":3600,"email":86400}},
 "reverse":{"accept_prior":{"push":0.12,"sms":0.12,"email":0.06},"delay_median_min":{"push":4,"sms":8,"email":60},"delay_sigma":1.1,"rest_hours":72,"alerts_per_month":2,"alerts_per_month_crisis":4,"quiet_from":"22:00","quiet_until":"07:00"}}`

// leaves gives the paths of all values that are not objects.
func leaves(prefix string, v any) (paths []string) {
	object, ok := v.(map[string]any)
	if !ok {
		return []string{prefix}
	}
	for k, v := range object {
		paths = append(paths, leaves(strings.TrimPrefix(prefix+"."+k, "."), v)...)
	}
	slices.Sort(paths)
	return paths
}

func mustUnmarshal(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestDefaultPolicy holds the shipped policy to the contract's, value by
// value; the two priors that the contract leaves out are ours. So is the weight
// of congestion: the contract's costs more relevance in a surge than is wanted;
// and what fatigue is, which the contract counts by what went unanswered.
func TestDefaultPolicy(t *testing.T) {
	out, err := mission.Encode(mission.DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	got, want := mustUnmarshal(t, out), mustUnmarshal(t, []byte(contractPolicy))
	urgency := want["urgency"].(map[string]any)
	urgency["prior_days"], urgency["prior_market_days"] = 7.0, 30.0
	want["weights"].(map[string]any)["congestion"] = 0.25
	want["reverse"].(map[string]any)["fatigue"] = 0.3
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the default against the contract (-want +got):\n%s", diff)
	}
	wantValid(t, "the default", mission.DefaultPolicy().Validate())
	if got := mission.DefaultPolicy().Key(); got != "default/1" {
		t.Errorf("key: got %q, want default/1", got)
	}
	a, b := mission.DefaultPolicy(), mission.DefaultPolicy()
	if a.Weights.Text = 0; b.Weights.Text != 1 {
		t.Error("DefaultPolicy: want a fresh copy each time")
	}
}

// TestPolicyReasons shows that each constant of policy.json has its sentence,
// and each sentence its constant.
func TestPolicyReasons(t *testing.T) {
	data, err := os.ReadFile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	file := mustUnmarshal(t, data)
	reasons := file["reasons"].(map[string]any)
	delete(file, "reasons")
	paths := leaves("", file)
	for _, path := range paths {
		if why, _ := reasons[path].(string); len(why) < 40 || !strings.HasSuffix(why, ".") {
			t.Errorf("%s: got the reason %q, want a sentence", path, why)
		}
	}
	for path := range reasons {
		if !slices.Contains(paths, path) {
			t.Errorf("there is a reason for %s, and no such constant", path)
		}
	}
}

// TestPartialPolicy takes what is left out from the default.
func TestPartialPolicy(t *testing.T) {
	got, err := mission.DecodePolicy([]byte(`{"name":"flood","version":2,"weights":{"urgency":1.5},"urgency":{"horizon_h":{"vital":6}},"diversity":{"per_group":0}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := mission.DefaultPolicy()
	want.Name, want.Version, want.Weights.Urgency, want.Urgency.HorizonH.Vital, want.Diversity.PerGroup = "flood", 2, 1.5, 6, 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := mission.DecodePolicy([]byte(contractPolicy)); err != nil {
		t.Errorf("the contract's: got %v", err)
	}
}

// TestPolicyRefuses is what makes no sense in a policy.
func TestPolicyRefuses(t *testing.T) {
	f := func(body, pointer, want string) {
		t.Helper()
		_, err := mission.DecodePolicy([]byte(`{"name":"p","version":1,` + body + `}`))
		wantInvalid(t, body, err, pointer, want)
	}
	f(`"weights":{"distance":-1}`, "/weights/distance", "is -1; it must be from 0 to 10")
	f(`"weights":{"distance":10.5}`, "/weights/distance", "from 0 to 10")
	f(`"weights":{"beauty":1}`, "/weights/beauty", "not known here")
	f(`"weights":{"distance":"1"}`, "/weights/distance", "where a number is wanted")
	f(`"weights":null`, "/weights", "null")
	f(`"urgency":{"horizon_h":null}`, "/urgency/horizon_h", "null")
	f(`"distance":{"scale_min_km":0}`, "/distance/scale_min_km", "above 0")
	f(`"distance":{"scale_max_km":2}`, "/distance/scale_min_km", "is above scale_max_km")
	f(`"distance":{"scale_rank":1.5}`, "/distance/scale_rank", "cannot be read")
	f(`"distance":{"scale_rank":0}`, "/distance/scale_rank", "from 1")
	f(`"distance":{"max_km":20001}`, "/distance/max_km", "to 20000")
	f(`"affinity":{"domain":0.3}`, "/affinity", "must not rise")
	f(`"affinity":{"activity":1.1}`, "/affinity/activity", "to 1")
	f(`"availability":{"none_fits":0}`, "/availability/none_fits", "above 0")
	f(`"urgency":{"prior_fills_per_day":0}`, "/urgency/prior_fills_per_day", "above 0")
	f(`"urgency":{"horizon_h":{"calm":0}}`, "/urgency/horizon_h/calm", "above 0")
	f(`"urgency":{"prior_market_days":1e7}`, "/urgency/prior_market_days", "to 1000000")
	f(`"quality":{"prior_ignored":0}`, "/quality/prior_ignored", "above 0")
	f(fmt.Sprintf(`"diversity":{"window":%d}`, mission.RecommendMax+1), "/diversity/window", "to 100")
	f(`"diversity":{"remote_share":1.01}`, "/diversity/remote_share", "to 1")
	f(fmt.Sprintf(`"seats":{"hold_s":%d}`, mission.HoldSecondsMin-1), "/seats/hold_s", "from 30 to 3600")
	f(fmt.Sprintf(`"seats":{"hold_s":%d}`, mission.HoldSecondsMax+1), "/seats/hold_s", "from 30 to 3600")
	f(`"seats":{"holds_per_volunteer":0}`, "/seats/holds_per_volunteer", "from 1")
	f(`"reverse":{"delay_sigma":0}`, "/reverse/delay_sigma", "above 0")
	f(`"reverse":{"fatigue":0}`, "/reverse/fatigue", "from 0.01 to 1")
	f(`"reverse":{"fatigue":1.1}`, "/reverse/fatigue", "from 0.01 to 1")
	for _, clock := range []string{"24:00", "22:60", "9:00", "22h00", "", "-1:00", "+1:00", " 1:00", "22:00:00", "22:00 "} {
		f(fmt.Sprintf(`"reverse":{"quiet_from":%q}`, clock), "/reverse/quiet_from", "not a time of day")
		f(fmt.Sprintf(`"reverse":{"quiet_until":%q}`, clock), "/reverse/quiet_until", "not a time of day")
	}
	_, err := mission.DecodePolicy([]byte(`{}`))
	wantInvalid(t, "no name", err, "/name", "required")
	wantInvalid(t, "no version", err, "/version", "required")
	_, err = mission.DecodePolicy([]byte(fmt.Sprintf(`{"name":"p","version":1,"seats":{"hold_s":%d}}`, mission.HoldSecondsMax)))
	wantValid(t, "HoldSecondsMax", err)
}

// TestPolicyChecksEveryNumber sets each number of the policy below any bound,
// and wants it refused at its own place: none is left unchecked.
func TestPolicyChecksEveryNumber(t *testing.T) {
	for _, path := range leaves("", mustUnmarshal(t, []byte(contractPolicy))) {
		parts := strings.Split(path, ".")
		if path == "name" || path == "version" || strings.Contains(path, "quiet") {
			continue
		}
		body := `-1000000`
		for _, p := range slices.Backward(parts) {
			body = fmt.Sprintf(`{%q:%s}`, p, body)
		}
		_, err := mission.DecodePolicy([]byte(`{"name":"p","version":1,` + body[1:]))
		wantInvalid(t, path, err, "/"+strings.Join(parts, "/"), "is -1e+06; it must be")
	}
}

// TestPolicySwitches shows that each part can be switched off as the contract
// says.
func TestPolicySwitches(t *testing.T) {
	for _, body := range []string{
		`"weights":{"affinity":0,"distance":0,"availability":0,"urgency":0,"quality":0,"congestion":0,"text":0}`,
		`"diversity":{"per_organization":0,"per_group":0,"unserved":0,"remote_share":1}`,
		`"distance":{"scale_min_km":10,"scale_max_km":10}`,
		`"reverse":{"fatigue":1}`,
	} {
		_, err := mission.DecodePolicy([]byte(`{"name":"p","version":1,` + body + `}`))
		wantValid(t, body, err)
	}
}

// TestPolicyByUrgency reads boosts and horizons by the mission's word.
func TestPolicyByUrgency(t *testing.T) {
	u := mission.DefaultPolicy().Urgency
	for urgency, want := range map[string][2]float64{"calm": {0, 1440}, "normal": {1, 336}, "urgent": {3, 48}, "vital": {8, 12}, "": {1, 336}} {
		if got := [2]float64{u.Boost(urgency), u.Horizon(urgency)}; got != want {
			t.Errorf("%q: got boost and horizon %v, want %v", urgency, got, want)
		}
	}
}
