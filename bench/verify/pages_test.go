package verify_test

import (
	"os/exec"
	"testing"
)

// Goal: the order of a page allows that of two equal missions either had the
// window's last place, and lost it to the one that nobody took; and no more.
//
// Method: pages.py itself is asked for the order of a page with two missions
// afar in its window, and of the same page spoilt.
func TestEqualLosesItsPlace(t *testing.T) {
	const script = `
from types import SimpleNamespace as Of
import pages
near = lambda name, score: {"id": name, "score": score, "location": {"lat": 1, "lon": 1}}
afar = lambda name, score: {"id": name, "score": score, "location": None}
rules = {"window": 10, "per_organization": 2, "per_group": 2, "remote_share": 0.2, "unserved": 1, "unserved_days": 14, "unserved_scale": 1.5, "unserved_min_share": 0.5}
def right(*items):
    names = [i["id"] for i in items]
    world = Of(policy={"diversity": rules}, missions={n: {} for n in names}, taken_times={n: [] for n in names})
    return [i["id"] for i in pages.ordered(Of(items=list(items), world=world, person={}, filters={}, at=1e9))] == names
window = [near("n%d" % i, 3) for i in range(7)] + [afar("a0", 2), afar("a1", 2)]
assert right(*window, near("untaken", 1), near("new", 1), afar("a2", 2)), "the new one lost its place to its equal"
assert right(*window, near("untaken", 1), afar("a2", 2), near("new", 1)), "the one nobody took had its place by its score"
assert not right(*window, near("untaken", 1), near("new", 0.9), afar("a2", 2)), "a worse one never had the place"
assert not right(*window, near("untaken", 1), afar("a3", 1), afar("a2", 2)), "one more from afar was never allowed it"
assert not right(*window, afar("a2", 2), near("untaken", 1), near("new", 1)), "the window takes two from afar"
`
	python := exec.Command("python3", "-B", "-c", script)
	python.Env = append(python.Environ(), "PYTHONPATH=.")
	if out, err := python.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
