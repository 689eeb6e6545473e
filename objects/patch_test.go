package objects_test

import (
	"strings"
	"testing"

	"renfort/mission"
	"renfort/objects"
)

// What becomes of a record.
func TestApply(t *testing.T) {
	t.Parallel()
	const now = `{"name":"a","n":5,"big":9007199254740993,"f":0.10,"tags":["x","y"],"null":null,"o":{"k":1},"objectID":"1"}`
	for _, c := range []struct{ kind, current, body, want string }{
		{"addObject", "", `{ "objectID": "1", "b" : 1.0 }`, `{"b":1.0,"objectID":"1"}`},
		{"addObject", now, `{"b":2}`, `{"b":2,"objectID":"1"}`},
		{"updateObject", now, `{"objectID":1,"b":{"_operation":"Increment","value":1}}`, `{"b":{"_operation":"Increment","value":1},"objectID":"1"}`},
		{"deleteObject", now, ``, ``},
		{"deleteObject", ``, `{"objectID":"1"}`, ``},

		{"partialUpdateObject", now, `{"name":"b","new":[1],"o":{"l":2}}`, `{"name":"b","n":5,"big":9007199254740993,"f":0.10,"tags":["x","y"],"null":null,"o":{"l":2},"new":[1],"objectID":"1"}`},
		{"partialUpdateObject", ``, `{"name":"b"}`, `{"name":"b","objectID":"1"}`},
		{"partialUpdateObjectNoCreate", ``, `{"name":"b"}`, ``},
		{"partialUpdateObject", `{"a.b":1,"objectID":"1"}`, `{"a.b":2}`, `{"a.b":2,"objectID":"1"}`},

		// Numbers; whole ones exactly.
		{"partialUpdateObject", `{"n":5,"objectID":"1"}`, `{"n":{"_operation":"Increment","value":2}}`, `{"n":7,"objectID":"1"}`},
		{"partialUpdateObject", `{"n":5,"objectID":"1"}`, `{"n":{"_operation":"Decrement","value":7}}`, `{"n":-2,"objectID":"1"}`},
		{"partialUpdateObject", `{"n":9007199254740993,"objectID":"1"}`, `{"n":{"_operation":"Increment","value":1}}`, `{"n":9007199254740994,"objectID":"1"}`},
		{"partialUpdateObject", `{"n":1.5,"objectID":"1"}`, `{"n":{"_operation":"Increment","value":2}}`, `{"n":3.5,"objectID":"1"}`},
		{"partialUpdateObject", `{"n":null,"objectID":"1"}`, `{"n":{"_operation":"Increment","value":2},"m":{"_operation":"Decrement","value":2}}`, `{"n":2,"m":-2,"objectID":"1"}`},
		{"partialUpdateObject", `{"v":2,"objectID":"1"}`, `{"v":{"_operation":"IncrementFrom","value":2},"a":1}`, `{"v":3,"a":1,"objectID":"1"}`},
		{"partialUpdateObject", `{"v":1,"objectID":"1"}`, `{"v":{"_operation":"IncrementFrom","value":2},"a":1}`, `{"v":1,"objectID":"1"}`},
		{"partialUpdateObject", ``, `{"v":{"_operation":"IncrementFrom","value":2}}`, ``},
		{"partialUpdateObject", ``, `{"v":{"_operation":"IncrementFrom","value":0}}`, `{"v":1,"objectID":"1"}`},
		{"partialUpdateObject", `{"v":1,"objectID":"1"}`, `{"v":{"_operation":"IncrementSet","value":2},"a":1}`, `{"v":2,"a":1,"objectID":"1"}`},
		{"partialUpdateObject", `{"v":2,"objectID":"1"}`, `{"v":{"_operation":"IncrementSet","value":2},"a":1}`, `{"v":2,"objectID":"1"}`},
		{"partialUpdateObject", ``, `{"v":{"_operation":"IncrementSet","value":0}}`, ``},

		// Lists.
		{"partialUpdateObject", `{"t":["x"],"objectID":"1"}`, `{"t":{"_operation":"Add","value":"x"}}`, `{"t":["x","x"],"objectID":"1"}`},
		{"partialUpdateObject", `{"t":["x"],"objectID":"1"}`, `{"t":{"_operation":"AddUnique","value":"x"},"u":{"_operation":"AddUnique","value":1}}`, `{"t":["x"],"u":[1],"objectID":"1"}`},
		{"partialUpdateObject", `{"t":["x","y","x",1,1.0],"objectID":"1"}`, `{"t":{"_operation":"Remove","value":"x"}}`, `{"t":["y",1,1.0],"objectID":"1"}`},
		{"partialUpdateObject", `{"t":["x",1,1.0,"1"],"objectID":"1"}`, `{"t":{"_operation":"Remove","value":1},"u":{"_operation":"Remove","value":1}}`, `{"t":["x","1"],"objectID":"1"}`},
	} {
		a, err := objects.NewAction(c.kind, "1", []byte(c.body))
		if err != nil {
			t.Errorf("NewAction(%s, %s): %v", c.kind, c.body, err)
			continue
		}
		var current []byte
		if c.current != "" {
			current = []byte(c.current)
		}
		next, changed, err := a.Apply(current)
		if err != nil || string(next) != c.want || changed != (c.want != c.current) {
			t.Errorf("%s %s to %s:\n got %s, changed %t, %v\nwant %s", c.kind, c.body, c.current, next, changed, err, c.want)
		}
	}
}

// What is refused changes nothing.
func TestApplyErrors(t *testing.T) {
	t.Parallel()
	big := `{"a":"` + strings.Repeat("x", mission.ObjectBytesMax) + `"}`
	for _, c := range []struct{ kind, id, current, body, want string }{
		{"replaceObject", "1", ``, `{}`, `Invalid action: "replaceObject", expected one of addObject, updateObject, partialUpdateObject, partialUpdateObjectNoCreate, deleteObject, clear, delete`},
		{"", "1", ``, `{}`, `Invalid action: "", expected one of addObject, updateObject, partialUpdateObject, partialUpdateObjectNoCreate, deleteObject, clear, delete`},
		{"addObject", "1", ``, `[]`, `Invalid JSON: expected an object`},
		{"addObject", "1", ``, ``, `Invalid JSON: EOF`},
		{"addObject", "1", ``, `{"a":1}}`, `Invalid JSON: expected the end after the object at byte 7`},
		{"addObject", "1", ``, `{"a":1,"a":2}`, `Invalid JSON: duplicate object member name "a"`},
		{"addObject", "1", ``, `{"a":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `}`, `Invalid JSON: more than 32 levels of objects and lists`},
		{"addObject", "1", ``, big, `Record objectID=1 is too big size=1048584/1048576 bytes`},
		{"addObject", "", ``, `{"objectID":true}`, `objectID must be a string or a number, not true`},
		{"addObject", "", ``, `{"objectID":"` + strings.Repeat("x", 513) + `"}`, `objectID is too long size=513/512 bytes`},
		{"addObject", "", ``, `{"a":1}`, `Missing mandatory attribute "objectID"`},
		{"updateObject", "", ``, `{"a":1}`, `Missing mandatory attribute "objectID"`},
		{"deleteObject", "", ``, `{}`, `Missing mandatory attribute "objectID"`},
		{"partialUpdateObject", "", ``, `{"objectID":""}`, `Missing mandatory attribute "objectID"`},
		{"partialUpdateObject", "1", `{"a":"` + strings.Repeat("x", mission.ObjectBytesMax-30) + `"}`, `{"b":"0123456789"}`, `Record objectID=1 is too big size=1048586/1048576 bytes`},
		{"clear", "", ``, ``, `Action "clear" is not one of a record`},

		{"partialUpdateObject", "1", `{"n":"5"}`, `{"n":{"_operation":"Increment","value":1}}`, `Invalid operation on attribute "n": expected a number to be there, not "5"`},
		{"partialUpdateObject", "1", `{"n":5}`, `{"n":{"_operation":"Increment","value":"1"}}`, `Invalid operation on attribute "n": expected a number as value, not "1"`},
		{"partialUpdateObject", "1", `{"n":5}`, `{"n":{"_operation":"Increment"}}`, `Invalid operation on attribute "n": expected a "value", not {"_operation":"Increment"}`},
		{"partialUpdateObject", "1", `{"n":5}`, `{"n":{"_operation":"Multiply","value":1}}`, `Invalid operation on attribute "n": expected one of Increment, Decrement, Add, Remove, AddUnique, IncrementFrom, IncrementSet, not {"_operation":"Multiply","value":1}`},
		{"partialUpdateObject", "1", `{"n":5}`, `{"n":{"_operation":1,"value":1}}`, `Invalid operation on attribute "n": expected the name of an operation, not 1`},
		{"partialUpdateObject", "1", `{"n":1e308}`, `{"n":{"_operation":"Increment","value":1e308}}`, `Invalid operation on attribute "n": expected numbers that can be counted, not 1e308`},
		{"partialUpdateObject", "1", `{"n":1.5}`, `{"n":{"_operation":"IncrementFrom","value":1}}`, `Invalid operation on attribute "n": expected a whole number to be there, not 1.5`},
		{"partialUpdateObject", "1", `{"n":1}`, `{"n":{"_operation":"IncrementSet","value":1.5}}`, `Invalid operation on attribute "n": expected a whole number as value, not 1.5`},
		{"partialUpdateObject", "1", `{"t":"x"}`, `{"t":{"_operation":"Add","value":"y"}}`, `Invalid operation on attribute "t": expected a list to be there, not "x"`},
		{"partialUpdateObject", "1", `{"t":["x"]}`, `{"t":{"_operation":"Add","value":["y"]}}`, `Invalid operation on attribute "t": expected a string or a number as value, not ["y"]`},
	} {
		a, err := objects.NewAction(c.kind, c.id, []byte(c.body))
		var next []byte
		var changed bool
		if err == nil {
			next, changed, err = a.Apply([]byte(c.current))
		}
		if mission.KindOf(err) != mission.Invalid || err.Error() != c.want || next != nil || changed {
			t.Errorf("%s %.60s to %.60s:\n got %.60s, %t, %v\nwant %s", c.kind, c.body, c.current, next, changed, err, c.want)
		}
	}
}

// Where the name of a record comes from.
func TestNewAction(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, id, body, want string }{
		{"addObject", "", `{"objectID":"a b"}`, "a b"},
		{"addObject", "", `{"objectID":42}`, "42"},
		{"addObject", "path", `{"objectID":"body"}`, "path"},
		{"addObject", "", `{}`, ""}, // made by whoever asks
		{"deleteObject", "", `{"objectID":"x"}`, "x"},
		{"clear", "", ``, ""},
	} {
		a, err := objects.NewAction(c.kind, c.id, []byte(c.body))
		if err != nil || a.ID != c.want || a.Kind.String() != c.kind || a.Kind.OfIndex() != (c.kind == "clear") {
			t.Errorf("%s %q %s is %+v, %v; want %q", c.kind, c.id, c.body, a, err, c.want)
		}
	}
}
