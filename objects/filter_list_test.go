package objects_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"renfort/mission"
	"renfort/objects"
)

// The lists of conditions, as Algolia documents them, and the filter that each
// is. A value that is JSON is also tried as text within the form.
func TestFilterLists(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value, want string }{
		{"facetFilters", `"category:Book"`, "category:Book"},
		{"facetFilters", `["category:Book","author:John Doe"]`, `category:Book AND author:"John Doe"`},
		{"facetFilters", `[["category:Book","category:Movie"],"author:John Doe"]`, `(category:Book OR category:Movie) AND author:"John Doe"`},
		{"facetFilters", `["category:Book","category:-Movie"]`, "category:Book AND NOT category:Movie"},
		{"facetFilters", `["category:\\-Movie"]`, "category:-Movie"},
		{"facetFilters", `["count:\\-12"]`, "count:-12"},
		{"facetFilters", `["a:-"]`, "a:-"},
		{"facetFilters", `["id:App\\Models\\Mission::6581","time:12:30"]`, `id:"App\\Models\\Mission::6581" AND time:"12:30"`},
		{"facetFilters", `["name: Book"]`, `name:" Book"`},
		{"facetFilters", `["company:Google<score=3>","x:<score=a>"]`, `company:Google<score=3> AND x:"<score=a>"`},
		{"facetFilters", `[]`, ""},
		{"facetFilters", `[[]]`, ""},
		{"facetFilters", `""`, ""},
		{"facetFilters", `[["a:1"],["b:2"]]`, "a:1 AND b:2"},
		{"facetFilters", `[["a:1",["b:2","c:3"]]]`, "a:1 OR b:2 AND c:3"}, // deeper than Algolia goes

		// The old form: commas are AND, those in parentheses OR.
		{"facetFilters", `"a:b,(c:d,e:f)"`, "a:b AND (c:d OR e:f)"},
		{"facetFilters", `"(a:b, c:d), (e:f,g:-h)"`, "(a:b OR c:d) AND (e:f OR NOT g:h)"},
		{"facetFilters", `"(a:b,c:d),e:f"`, "(a:b OR c:d) AND e:f"},
		{"facetFilters", `"city:Paris, France"`, `city:"Paris, France"`},
		{"facetFilters", `"a:b,(c:d"`, `a:b AND "(c":d`},
		{"facetFilters", `"type:Mission (à distance),a:b"`, `type:"Mission (à distance)" AND a:b`},

		{"numericFilters", `["price > 10","price:1 TO 5"]`, "price > 10 AND price:1 TO 5"},
		{"numericFilters", `[["inStock = 1","deliveryDate < 1441755506"],"price < 1000"]`, "(inStock = 1 OR deliveryDate < 1441755506) AND price < 1000"},
		{"numericFilters", `"price>=10,(a<=1,b!=-2.5)"`, "price >= 10 AND (a <= 1 OR b != -2.5)"},
		{"numericFilters", `["my price>10","\"my price\" < 20","n:3","open = true"]`, `"my price" > 10 AND "my price" < 20 AND n = 3 AND open = 1`},
		{"numericFilters", `["t:-10 TO -5"]`, "t:-10 TO -5"},

		{"tagFilters", `["Book","Movie"]`, "_tags:Book AND _tags:Movie"},
		{"tagFilters", `[["Book","Movie"],"SciFi"]`, "(_tags:Book OR _tags:Movie) AND _tags:SciFi"},
		{"tagFilters", `"Book,(Movie,-Film)"`, "_tags:Book AND (_tags:Movie OR NOT _tags:Film)"},
		{"tagFilters", `["-Book","\\-x","_tags:y",7]`, "NOT _tags:Book AND _tags:-x AND _tags:y AND _tags:7"},
	} {
		q := objects.NewQuery()
		if err := objects.DecodeQuery([]byte(`{"`+c.name+`":`+c.value+`}`), q, nil, nil); err != nil || q.Filter.String() != c.want {
			t.Errorf("%s of %s is\n%s, %v, want\n%s", c.name, c.value, q.Filter, err, c.want)
		}
		form := c.value
		if form[0] == '"' && json.Unmarshal([]byte(c.value), &form) != nil {
			t.Fatalf("%s is no JSON", c.value)
		}
		q = objects.NewQuery()
		if err := objects.DecodeParams(c.name+"="+url.QueryEscape(form), q, nil, nil); err != nil || q.Filter.String() != c.want {
			t.Errorf("%s of the form %s is\n%s, %v, want\n%s", c.name, form, q.Filter, err, c.want)
		}
	}
}

// The optional filters of Algolia's guide, each by itself.
func TestOptionalFilters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ value, want string }{
		{`["brand:Apple<score=3>","brand:Samsung<score=2>","brand:-Huawei"]`, "brand:Apple<score=3>; brand:Samsung<score=2>; NOT brand:Huawei"},
		{`[["a:1<score=2>","b:2"],"c:-3<score=5>"]`, "a:1<score=2> OR b:2; NOT c:3<score=5>"},
		{`"a:1,b:2"`, "a:1; b:2"},
		{`"a:1"`, "a:1"},
		{`[]`, ""},
	} {
		q := objects.NewQuery()
		err := objects.DecodeQuery([]byte(`{"optionalFilters":`+c.value+`}`), q, nil, nil)
		var got []string
		for _, f := range q.Optional {
			got = append(got, f.String())
		}
		if err != nil || q.Filter != nil || strings.Join(got, "; ") != c.want {
			t.Errorf("%s is %q, %v, want %s", c.value, got, err, c.want)
		}
	}
	q := objects.NewQuery()
	if err := objects.DecodeParams(`optionalFilters=["a:-1<score=7>"]`, q, nil, nil); err != nil || q.Optional[0].Score != 7 {
		t.Errorf("the score of a condition that is not wanted is %v, %v; want 7", q.Optional, err)
	}
}

// Conditions of a filter that have scores rank what they let through, as in
// Algolia's guide; without scores they only let through.
func TestFilterScores(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ form, filter, optional string }{
		{"filters=(company:Google<score=3> OR company:Amazon<score=2>)", "company:Google<score=3> OR company:Amazon<score=2>", "company:Google<score=3> OR company:Amazon<score=2>"},
		{"filters=company:Google OR company:Amazon", "company:Google OR company:Amazon", ""},
		{`facetFilters=["a:1<score=2>"]&optionalFilters=["b:2"]`, "a:1<score=2>", "b:2; a:1<score=2>"},
	} {
		q := objects.NewQuery()
		err := objects.DecodeParams(c.form, q, nil, nil)
		if err == nil {
			err = objects.RestrictQuery(q, nil, "query=a") // counts nothing twice
		}
		var optional []string
		for _, f := range q.Optional {
			optional = append(optional, f.String())
		}
		if got := strings.Join(optional, "; "); err != nil || q.Filter.String() != c.filter || got != c.optional {
			t.Errorf("%s is %s and %s, %v; want %s and %s", c.form, q.Filter, got, err, c.filter, c.optional)
		}
	}
}

// Too many conditions, in whatever list, and lists that are too deep.
func TestFilterLimits(t *testing.T) {
	t.Parallel()
	half := strings.Repeat(`"a:b",`, mission.FilterTermsMax/2)
	for _, body := range []string{
		`{"facetFilters":[` + half + `"c:d"],"optionalFilters":[` + strings.TrimSuffix(half, ",") + `]}`,
		`{"facetFilters":"` + strings.Repeat("a:b,", mission.FilterTermsMax+1) + `"}`,
		`{"facetFilters":"` + strings.Repeat(",", 1<<16) + `"}`,
		`{"facetFilters":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
		`{"params":"facetFilters=` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `"}`,
	} {
		if err := objects.DecodeQuery([]byte(body), objects.NewQuery(), nil, nil); mission.KindOf(err) != mission.Invalid {
			t.Errorf("%.60s…: %v, want a refusal", body, err)
		}
	}
	fits := `{"facetFilters":[` + half + `"c:d"],"optionalFilters":[` + strings.TrimSuffix(half[6:], ",") + `]}`
	if err := objects.DecodeQuery([]byte(fits), objects.NewQuery(), nil, nil); err != nil {
		t.Errorf("%d terms: %v", mission.FilterTermsMax, err)
	}
}

// Random lists of lists mean the AND of the ORs that they were made of.
func TestRandomFilterLists(t *testing.T) {
	t.Parallel()
	seed := *filterSeed
	m := maker{rand.New(rand.NewPCG(seed, 7))}
	var records []made
	for i := range 30 {
		records = append(records, m.record(i))
	}
	for range 500 {
		all := &wish{op: "and"}
		var list []any
		for range m.IntN(4) {
			group := &wish{op: "or"}
			var inner []any
			for range 1 + m.IntN(3) {
				k, text := m.facet()
				group.kids, inner = append(group.kids, k), append(inner, text)
			}
			if all.kids = append(all.kids, group); len(inner) == 1 && m.IntN(2) == 0 {
				list = append(list, inner[0])
			} else {
				list = append(list, inner)
			}
		}
		text, err := json.Marshal(map[string]any{"facetFilters": list})
		if err != nil {
			t.Fatal(err)
		}
		q := objects.NewQuery()
		if err := objects.DecodeQuery(text, q, nil, nil); err != nil {
			t.Fatalf("seed %d: %s: %v", seed, text, err)
		}
		for _, r := range records {
			if got, want := Matches(q.Filter, r.record), all.holds(r); got != want {
				t.Fatalf("seed %d: %s, read as %s: %t, want %t of %s", seed, text, q.Filter, got, want, r.json)
			}
		}
	}
}

// facet makes a condition and the text that says it in a list.
func (m maker) facet() (*wish, string) {
	w := &wish{op: "is", attribute: m.attribute(), value: m.text()}
	s := w.value.(string)
	if strings.HasSuffix(s, "<score=2>") {
		s, w.value = "x", "x"
	}
	if strings.HasPrefix(s, "-") {
		s = `\` + s
	} else if s != "" && m.IntN(3) == 0 {
		return &wish{op: "not", kids: []*wish{w}}, w.attribute + ":-" + s
	}
	return w, w.attribute + ":" + s
}
