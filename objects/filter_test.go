package objects_test

import (
	"reflect"
	"strings"
	"testing"

	"renfort/mission"
	"renfort/objects"
)

// What each form of the language means, as the printer writes it back.
func TestParseFilters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"  \t ", ""},

		// Conditions, as Algolia documents them.
		{"category:Book", "category:Book"},
		{"price > 12.99", "price > 12.99"},
		{"price:5.99 TO 100", "price:5.99 TO 100"},
		{"_tags:published", "_tags:published"},
		{"published", "_tags:published"},
		{"public OR user_42", "_tags:public OR _tags:user_42"},
		{"isEnabled:true", "isEnabled:true"},
		{"date: 1441745506 TO 1441755506", "date:1441745506 TO 1441755506"},
		{"date_timestamp > 1441745506", "date_timestamp > 1441745506"},
		{"NOT is_discontinued:true", "NOT is_discontinued:true"},
		{"company:Google<score=3> OR company:Amazon<score=2>", "company:Google<score=3> OR company:Amazon<score=2>"},
		{`("county:Maricopa" OR "county:Pima")`, "county:Maricopa OR county:Pima"},

		// All comparisons, with and without space, with all kinds of numbers.
		{"a<1 AND b<=1 AND c=1 AND d!=1 AND e>=1 AND f>1", "a < 1 AND b <= 1 AND c = 1 AND d != 1 AND e >= 1 AND f > 1"},
		{"a > -5.5 AND b < 1e3 AND c = +2 AND d:-10 TO -1", "a > -5.5 AND b < 1000 AND c = 2 AND d:-10 TO -1"},
		{"temperature:-4", `temperature:-4`},
		{"has_places_left = true AND is_outdated != false", "has_places_left = 1 AND is_outdated != 0"},

		// Names and values.
		{`author:"JK Rowling"`, `author:"JK Rowling"`},
		{`author:'JK Rowling'`, `author:"JK Rowling"`},
		{`"my author":x AND 'his "own"' > 2`, `"my author":x AND "his \"own\"" > 2`},
		{`title:"say \"no\"" AND title:'it\'s'`, `title:"say \"no\"" AND title:"it's"`},
		{`objectID:"App\Models\Mission::6581"`, `objectID:"App\\Models\\Mission::6581"`},
		{"authors.mainAuthor:Doe AND a-b:c/d", "authors.mainAuthor:Doe AND a-b:c/d"},
		{"ville:Évry AND type:présentiel AND 名:値", "ville:Évry AND type:présentiel AND 名:値"},
		{`state:"OR" AND "NOT":x AND range:"TO"`, `state:"OR" AND "NOT":x AND range:"TO"`},
		{`name:L'Oréal`, `name:"L'Oréal"`},
		{`empty:""`, `empty:""`},
		{"and OR or", "_tags:and OR _tags:or"}, // only capital letters combine

		// AND binds tighter than OR, NOT tighter than both.
		{"a OR b AND c", "_tags:a OR _tags:b AND _tags:c"},
		{"(a OR b) AND c", "(_tags:a OR _tags:b) AND _tags:c"},
		{"NOT a AND b", "NOT _tags:a AND _tags:b"},
		{"NOT (a AND b)", "NOT (_tags:a AND _tags:b)"},
		{"NOT NOT a", "NOT NOT _tags:a"},
		{"((a) AND ((b AND c)))", "_tags:a AND _tags:b AND _tags:c"},
		{"(category:Book OR category:Ebook) AND NOT author:\"JK Rowling\"", "(category:Book OR category:Ebook) AND NOT author:\"JK Rowling\""},

		// What Algolia refuses and we need not.
		{"(A AND B) OR C", "_tags:A AND _tags:B OR _tags:C"},
		{"price < 10 AND (category:Book OR NOT category:Ebook)", "price < 10 AND (category:Book OR NOT category:Ebook)"},
		{"facet:value OR num > 3", "facet:value OR num > 3"},
	} {
		f, err := objects.ParseFilters(c.in)
		if err != nil {
			t.Errorf("ParseFilters(%q): %v", c.in, err)
			continue
		}
		if got := f.String(); got != c.want {
			t.Errorf("ParseFilters(%q) is\n%s, want\n%s", c.in, got, c.want)
		}
		again, err := objects.ParseFilters(f.String())
		if err != nil || !reflect.DeepEqual(again, f) {
			t.Errorf("%q parsed again is %v, %v; want %v", f.String(), again, err, f)
		}
	}
}

// The tree of one expression, every field of it.
func TestFilterTree(t *testing.T) {
	t.Parallel()
	got, err := objects.ParseFilters(`price:1 TO 5 AND NOT (n >= 2 OR city:"Aix en Provence"<score=4>)`)
	want := &objects.Filter{Op: objects.OpAnd, Kids: []*objects.Filter{
		{Op: objects.OpRange, Attribute: "price", Number: 1, To: 5, Score: 1},
		{Op: objects.OpNot, Score: 1, Kids: []*objects.Filter{{Op: objects.OpOr, Kids: []*objects.Filter{
			{Op: objects.OpCompare, Attribute: "n", Compare: objects.GreaterEqual, Number: 2, Score: 1},
			{Op: objects.OpEqual, Attribute: "city", Value: "Aix en Provence", Score: 4},
		}}}},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

// A malformed expression is told where it is wrong, what stands there and what
// was expected.
func TestParseFiltersErrors(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("(", 100) + "a" + strings.Repeat(")", 100)
	many := strings.Repeat("a OR ", mission.FilterTermsMax) + "a"
	for _, c := range []struct{ in, want string }{
		{"(languages:pythonORlanguages:javascript)", "Unexpected token : expected ')' at col 29"},
		{"Type:Important dates", "Unexpected token string(dates) expected end of filter at col 16"},
		{"category.lvl2:Womens>Tailoring", "Unexpected token > expected end of filter at col 21"},
		{"é AND", "Unexpected token end of filter expected a filter at col 6"},
		{"AND a", "Unexpected token AND expected a filter at col 1"},
		{"a OR OR b", "Unexpected token OR expected a filter at col 6"},
		{"a)", "Unexpected token ) expected end of filter at col 2"},
		{"(a", "Unexpected token end of filter expected ')' at col 3"},
		{"()", "Unexpected token ) expected a filter at col 2"},
		{"NOT", "Unexpected token end of filter expected a filter at col 4"},
		{"a:", "Unexpected token end of filter expected a value at col 3"},
		{":a", "Unexpected token : expected a filter at col 1"},
		{`"":a`, "Unexpected token : expected the name of an attribute before it at col 3"},
		{"a:OR", "Unexpected token OR expected a value at col 3"},
		{"price > dear", "Unexpected token string(dear) expected a number at col 9"},
		{"price > 0x10", "Unexpected token string(0x10) expected a number at col 9"},
		{"price > Inf", "Unexpected token string(Inf) expected a number at col 9"},
		{"price > 1e999", "Unexpected token string(1e999) expected a number at col 9"},
		{"price >", "Unexpected token end of filter expected a number at col 8"},
		{"price:low TO 5", "Unexpected token string(low) expected a number before TO at col 7"},
		{"price:1 TO", "Unexpected token end of filter expected a number at col 11"},
		{"price:1 TO true", "Unexpected token string(true) expected a number at col 12"},
		{`x AND "open`, `Unexpected token end of filter expected ", which closes the quote of col 7 at col 12`},
		{"a " + strings.Repeat("é", 200), "Unexpected token string(" + strings.Repeat("é", 50) + "…) expected end of filter at col 3"}, // repeats no more than it needs
		{"a:b<score=70000>", "Unexpected token <score=70000> expected a score between 0 and 65535 at col 4"},
		{deep, "Unexpected token ( expected at most 64 levels of parentheses and NOT at col 66"},
		{strings.Repeat("NOT ", 100) + "a", "Unexpected token NOT expected at most 64 levels of parentheses and NOT at col 261"},
		{many, "Unexpected token string(a) expected at most 1000 terms at col 5001"},
	} {
		_, err := objects.ParseFilters(c.in)
		if mission.KindOf(err) != mission.Invalid || err.Error() != "filters: "+c.want {
			t.Errorf("ParseFilters(%.60q): %v, want %s", c.in, err, c.want)
		}
	}
}
