package objects_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"renfort/objects"
)

// wish is a condition that was made before it was written: what it means is
// known without reading it.
type wish struct {
	op        string // and, or, not, is, range, or a comparison
	kids      []*wish
	attribute string
	value     any // of "is": what the record must have
	low, high float64
}

// made is a record and, by dotted name, the values that it was made of.
type made struct {
	id     string
	json   string
	record map[string]any
	values map[string][]any
}

// maker makes records, wishes and spellings.
type maker struct{ *rand.Rand }

func (m maker) one(list ...string) string { return list[m.IntN(len(list))] }

// texts are the values of string attributes: what is easy, and what a parser
// may take for something else.
func (m maker) text() string {
	return m.one("Paris", "paris", "PARIS", "Évry", "évry", "Aix en Provence", "OR", "AND", "NOT", "TO", "or", "true", "false",
		"12", "1 TO 5", "a:b", "a,b", "(x)", "say \"no\"", "it's", `App\Models\Mission::6581`, `end\`, "-minus", "<b>", "x<score=2>", "l'été", "日本", "présentiel", "price>10", "")
}

func (m maker) num() float64 {
	return float64(m.IntN(9)-4) * []float64{1, 0.5, 1000, 1e9}[m.IntN(4)]
}

func (m maker) attribute() string {
	return m.one("city", "price", "open", "_tags", "structure.name", "dates.timestamp", "mixed", "my attribute", "a/b-c", "NOT", "nowhere", "objectID")
}

func (m maker) record(i int) made {
	r := made{id: "Rec " + strconv.Itoa(i), values: map[string][]any{}, record: map[string]any{}}
	list := func(value func() any) (all []any) {
		for range m.IntN(3) {
			all = append(all, value())
		}
		return all
	}
	word, num := func() any { return m.text() }, func() any { return m.num() }
	r.values["city"], r.values["price"], r.values["_tags"] = list(word), list(num), list(word)
	r.values["open"] = list(func() any { return m.IntN(2) == 0 })
	r.values["structure.name"], r.values["dates.timestamp"], r.values["my attribute"], r.values["a/b-c"], r.values["NOT"] = list(word), list(num), list(num), list(word), list(word)
	r.values["mixed"] = list(func() any { return []any{m.text(), m.num(), m.IntN(2) == 0}[m.IntN(3)] })
	r.values["objectID"] = []any{r.id}
	for name, values := range r.values {
		outer, inner, nested := strings.Cut(name, ".")
		switch {
		case !nested && len(values) == 1 && m.IntN(2) == 0:
			r.record[name] = values[0]
		case !nested:
			r.record[name] = append([]any{nil}, values...)
		case len(values) == 1:
			r.record[outer] = map[string]any{inner: values[0]}
		default:
			var entries []any
			for _, v := range values {
				entries = append(entries, map[string]any{inner: v, "other": 1.0})
			}
			r.record[outer] = entries
		}
	}
	r.record["objectID"] = r.id
	text, err := json.Marshal(r.record)
	if err != nil {
		panic(err)
	}
	r.json = string(text)
	return r
}

// wish makes a tree of so many levels at most.
func (m maker) wish(levels int) *wish {
	if levels == 0 || m.IntN(3) == 0 {
		return m.leaf()
	}
	w := &wish{op: m.one("and", "or", "and", "or", "not")}
	for range 2 + m.IntN(3) {
		w.kids = append(w.kids, m.wish(levels-1))
	}
	if w.op == "not" {
		w.kids = w.kids[:1]
	}
	return w
}

func (m maker) leaf() *wish {
	w := &wish{op: m.one("is", "is", "is", "range", "<", "<=", "=", "!=", ">=", ">"), attribute: m.attribute(), low: m.num(), high: m.num()}
	if w.op == "is" {
		w.value = []any{m.text(), m.num(), m.IntN(2) == 0, m.text()}[m.IntN(4)]
		if w.attribute == objects.IDAttribute {
			w.value = m.one("Rec ", "rec ") + strconv.Itoa(m.IntN(70))
		}
	}
	return w
}

// holds says what the wish means for a record, by the values it was made of.
func (w *wish) holds(r made) bool {
	switch w.op {
	case "and":
		for _, k := range w.kids {
			if !k.holds(r) {
				return false
			}
		}
		return true
	case "or":
		for _, k := range w.kids {
			if k.holds(r) {
				return true
			}
		}
		return false
	case "not":
		return !w.kids[0].holds(r)
	}
	for _, v := range r.values[w.attribute] {
		if w.holdsOf(v) {
			return true
		}
	}
	return false
}

func (w *wish) holdsOf(v any) bool {
	n, isNumber := v.(float64)
	if b, isBool := v.(bool); isBool {
		if isNumber = true; b {
			n = 1
		}
	}
	switch w.op {
	case "is":
		if s, ok := w.value.(string); ok {
			return equalsValue(s, v, w.attribute == objects.IDAttribute)
		}
		return equalsValue(fmt.Sprint(w.value), v, false)
	case "range":
		return isNumber && w.low <= n && n <= w.high
	case "<":
		return isNumber && n < w.low
	case "<=":
		return isNumber && n <= w.low
	case "=":
		return isNumber && n == w.low
	case "!=":
		return isNumber && n != w.low
	case ">=":
		return isNumber && n >= w.low
	}
	return isNumber && n > w.low
}

// space is where there must be some, maybe where there may be some.
func (m maker) space() string { return m.one(" ", " ", "  ", "\t", "\n") }
func (m maker) maybe() string { return m.one("", "", " ", "\t ") }

// spell writes a wish in one of its many spellings. within is the operator
// around it: a weaker one needs parentheses, any other may have them.
func (m maker) spell(w *wish, within string) string {
	var s string
	switch w.op {
	case "and", "or":
		var kids []string
		for _, k := range w.kids {
			kids = append(kids, m.spell(k, w.op))
		}
		s = strings.Join(kids, m.space()+strings.ToUpper(w.op)+m.space())
	case "not":
		s = "NOT" + m.space() + m.spell(w.kids[0], "not")
	default:
		s = m.spellLeaf(w)
	}
	need := w.op == "or" && within != "or" && within != "" || w.op == "and" && within == "not"
	for range 3 {
		if need || m.IntN(8) == 0 {
			s = "(" + m.maybe() + s + m.maybe() + ")"
		}
		need = false
	}
	return s
}

func (m maker) spellLeaf(w *wish) string {
	name := m.spellWord(w.attribute)
	switch w.op {
	case "is":
		value := w.value
		s, isText := value.(string)
		if !isText {
			s = fmt.Sprint(value)
		}
		switch {
		case w.attribute == objects.TagAttribute && m.IntN(2) == 0 && !strings.Contains(s, ":"):
			return m.spellWord(s)
		case m.IntN(8) == 0 && !strings.Contains(w.attribute, ":"):
			return m.quote(w.attribute + ":" + s) // "county:Pima"
		}
		return name + m.maybe() + ":" + m.maybe() + m.spellWord(s)
	case "range":
		return name + m.maybe() + ":" + m.maybe() + m.spellNumber(w.low) + m.space() + "TO" + m.space() + m.spellNumber(w.high)
	}
	return name + m.maybe() + w.op + m.maybe() + m.spellNumber(w.low)
}

func (m maker) spellNumber(n float64) string {
	format := []byte("fge")[m.IntN(3)]
	s := strconv.FormatFloat(n, format, -1, 64)
	if n >= 0 && m.IntN(4) == 0 {
		s = "+" + s
	}
	return s
}

func (m maker) spellWord(s string) string {
	bare := s != "" && s != "AND" && s != "OR" && s != "NOT" && s != "TO" && !strings.ContainsAny(s, " :()<>=\"'")
	if bare && m.IntN(3) > 0 {
		return s
	}
	return m.quote(s)
}

func (m maker) quote(s string) string {
	mark := m.one(`"`, `'`)
	return mark + strings.NewReplacer(`\`, `\\`, mark, `\`+mark).Replace(s) + mark
}

// filterSeed draws the expressions, whose number a failure tells.
var filterSeed = flag.Uint64("seed", 1, "seed of the random filters")

// Ten thousand random expressions, each in one of its many spellings, must mean
// what they were made of: once read, once printed and read again. The trees are
// evaluated by the values the records were made of, what was read by walking
// the decoded records.
func TestRandomFilters(t *testing.T) {
	t.Parallel()
	expressions := 10_000
	if testing.Short() || raceEnabled {
		expressions = 1_000
	}
	seed := *filterSeed
	m := maker{rand.New(rand.NewPCG(seed, 6))}
	var records []made
	for i := range 40 {
		records = append(records, m.record(i))
	}
	matched := 0
	for range expressions {
		w := m.wish(m.IntN(4))
		text := m.spell(w, "")
		f, err := objects.ParseFilters(text)
		if err != nil {
			t.Fatalf("seed %d: %q: %v", seed, text, err)
		}
		again, err := objects.ParseFilters(f.String())
		if err != nil || !reflect.DeepEqual(again, f) {
			t.Fatalf("seed %d: %q is printed as %q and read as %v, %v", seed, text, f, again, err)
		}
		for _, r := range records {
			want := w.holds(r)
			if got := Matches(f, r.record); got != want {
				t.Fatalf("seed %d: %q, read as %s: %t, want %t of %s", seed, text, f, got, want, r.json)
			}
			if want {
				matched++
			}
		}
	}
	if all := expressions * len(records); matched < all/10 || matched > all*9/10 {
		t.Errorf("seed %d: %d of %d match: the expressions tell too little apart", seed, matched, all)
	}
}
