package matcher

import (
	"testing"

	"renfort/index"
)

// Goal: of two addresses of a mission at the same distance the first is the one
// that is shown, whichever comes first, also where it is the last of those that
// are kept.
func TestFirstOfEquallyNear(t *testing.T) {
	at := func(ordinal, address uint32, chord2 float64) neighbour {
		return neighbour{chord2: chord2, entry: &index.Entry{Ordinal: ordinal, Address: address}, ordinal: ordinal}
	}
	for _, addresses := range [][2]uint32{{4, 5}, {5, 4}} {
		n := neighbours{rank: 2}
		n.insert(at(1, 1, 0.1), true)
		for _, a := range addresses {
			n.insert(at(2, a, 0.2), true)
		}
		n.insert(at(3, 9, 0.2), true) // as far as the last: it does not get in
		if len(n.found) != 2 || n.found[1].ordinal != 2 || n.found[1].entry.Address != 4 {
			t.Errorf("addresses %v: kept %d, the last is address %d of mission %d; want address 4 of mission 2", addresses, len(n.found), n.found[1].entry.Address, n.found[1].ordinal)
		}
	}
}
