package objects_test

import (
	"testing"

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
