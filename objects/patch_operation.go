package objects

import (
	"bytes"
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// operation is what a partial update asks to be done to one attribute.
type operation struct {
	name  string
	value jsontext.Value
}

// readOperation finds an operation in the value of an attribute: an object
// with "_operation". Within such values, and of records that are written
// whole, it is an attribute like others.
func readOperation(attribute string, value jsontext.Value) (o operation, ok bool, err error) {
	if value.Kind() != '{' || !bytes.Contains(value, []byte(`_operation`)) {
		return o, false, nil
	}
	ms, err := members(value)
	if err != nil {
		return o, false, err
	}
	for _, m := range ms {
		switch m.name {
		case "_operation":
			if json.Unmarshal(m.value, &o.name) != nil {
				return o, true, badOperation(attribute, "the name of an operation", m.value)
			}
			ok = true
		case "value":
			o.value = m.value
		}
	}
	if ok && o.value == nil {
		return o, true, badOperation(attribute, `a "value"`, value)
	}
	return o, ok, nil
}

func badOperation(attribute, expected string, stands jsontext.Value) error {
	return mission.Errorf(mission.Invalid, "Invalid operation on attribute %q: expected %s, not %s", clipped(attribute), expected, clipped(string(stands)))
}

// operate gives the new value of an attribute: what the update says, or what
// its operation makes of the old one, which is nil where it is not there. A
// nil value leaves it away. An attribute that is not there, or null, counts as
// 0 or as an empty list; one of a wrong type is refused. ignore says that the
// whole update is to be forgotten: IncrementFrom found another number than it
// was told, IncrementSet one that is not smaller.
func operate(attribute string, old, update jsontext.Value) (value jsontext.Value, ignore bool, err error) {
	o, ok, err := readOperation(attribute, update)
	if err != nil || !ok {
		return update, false, err
	}
	if old != nil && old.Kind() == 'n' {
		old = nil
	}
	switch o.name {
	case "Increment", "Decrement", "IncrementFrom", "IncrementSet":
		return o.count(attribute, old)
	case "Add", "AddUnique", "Remove":
		value, err = o.gather(attribute, old)
		return value, false, err
	}
	return nil, false, badOperation(attribute, "one of Increment, Decrement, Add, Remove, AddUnique, IncrementFrom, IncrementSet", update)
}

// count does what is done to numbers.
func (o operation) count(attribute string, old jsontext.Value) (value jsontext.Value, ignore bool, err error) {
	if o.value.Kind() != '0' {
		return nil, false, badOperation(attribute, "a number as value", o.value)
	}
	if old == nil {
		old = jsontext.Value("0")
	}
	if old.Kind() != '0' {
		return nil, false, badOperation(attribute, "a number to be there", old)
	}
	switch o.name {
	case "Increment":
		value, err = sum(attribute, old, o.value, false)
		return value, false, err
	case "Decrement":
		value, err = sum(attribute, old, o.value, true)
		return value, false, err
	}
	given, ok := integer(o.value)
	if !ok {
		return nil, false, badOperation(attribute, "a whole number as value", o.value)
	}
	there, ok := integer(old)
	if !ok {
		return nil, false, badOperation(attribute, "a whole number to be there", old)
	}
	if o.name == "IncrementSet" {
		return o.value, given.Cmp(there) <= 0, nil
	}
	if given.Cmp(there) != 0 {
		return nil, true, nil
	}
	return there.Add(there, big.NewInt(1)).Append(nil, 10), false, nil
}

// digitsMax is how long a whole number may be that is counted exactly.
const digitsMax = 64

// integer reads a whole number that is written without fraction and exponent.
func integer(v jsontext.Value) (*big.Int, bool) {
	if len(v) > digitsMax {
		return nil, false
	}
	return new(big.Int).SetString(string(v), 10)
}

// sum adds b to a, or takes it away: exactly where both are whole, in double
// precision otherwise.
func sum(attribute string, a, b jsontext.Value, minus bool) (jsontext.Value, error) {
	x, okX := integer(a)
	y, okY := integer(b)
	if okX && okY {
		if minus {
			y.Neg(y)
		}
		return x.Add(x, y).Append(nil, 10), nil
	}
	f, errF := strconv.ParseFloat(string(a), 64)
	g, errG := strconv.ParseFloat(string(b), 64)
	if minus {
		g = -g
	}
	if f += g; errF != nil || errG != nil || math.IsInf(f, 0) {
		return nil, badOperation(attribute, "numbers that can be counted", b)
	}
	return json.Marshal(f)
}

// gather does what is done to lists of texts and numbers.
func (o operation) gather(attribute string, old jsontext.Value) (jsontext.Value, error) {
	if k := o.value.Kind(); k != '"' && k != '0' {
		return nil, badOperation(attribute, "a string or a number as value", o.value)
	}
	var list []jsontext.Value
	if old != nil {
		if old.Kind() != '[' {
			return nil, badOperation(attribute, "a list to be there", old)
		}
		if err := json.Unmarshal(old, &list); err != nil {
			return nil, notJSON(err)
		}
	}
	same := func(v jsontext.Value) bool { return equalScalars(v, o.value) }
	switch o.name {
	case "Remove":
		if old == nil {
			return nil, nil
		}
		list = slices.DeleteFunc(list, same)
	case "AddUnique":
		if !slices.ContainsFunc(list, same) {
			list = append(list, o.value)
		}
	default:
		list = append(list, o.value)
	}
	b := []byte{'['}
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, v...)
	}
	return append(b, ']'), nil
}

// equalScalars says whether two texts or two numbers are the same, however
// they are written.
func equalScalars(a, b jsontext.Value) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	if bytes.Equal(a, b) {
		return true
	}
	if a.Kind() == '"' {
		var s, t string
		return json.Unmarshal(a, &s) == nil && json.Unmarshal(b, &t) == nil && s == t
	}
	if x, ok := integer(a); ok {
		if y, ok := integer(b); ok {
			return x.Cmp(y) == 0
		}
	}
	f, errF := strconv.ParseFloat(string(a), 64)
	g, errG := strconv.ParseFloat(string(b), 64)
	return errF == nil && errG == nil && f == g
}
