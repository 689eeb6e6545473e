package index

import (
	"slices"
	"strings"
	"testing"
)

// A value whose words end in a panic costs the mission that value's words and no
// others, and is told; what is read after it is as ever.
func TestAFaultInWordsCostsOneValue(t *testing.T) {
	doc := &TextDoc{Ordinal: 7}
	doc.add(TextTitle, "collecte")
	doc.add(TextDescription, "panique", "<b>alimentaire</b>")
	c := cutter{read: func(dst []Token, s string) []Token {
		if s == "panique" {
			_ = s[len(s):][1] // as a reader that goes beyond the end does
		}
		return Tokenize(dst, s)
	}}
	terms := func(c *cutter) (all []string, fault error) {
		cut, fault := c.cut(doc)
		for term := range cut.Fields[0].(*wordsOf).terms {
			if !strings.HasPrefix(term, stemMark) {
				all = append(all, term)
			}
		}
		slices.Sort(all)
		return all, fault
	}
	for range 2 {
		all, fault := terms(&c)
		if want := []string{"alimentaire", "collecte"}; !slices.Equal(all, want) || fault == nil || !strings.Contains(fault.Error(), "mission 7") {
			t.Errorf("terms %q, want %q; fault: %v", all, want, fault)
		}
	}
	if all, fault := terms(new(cutter)); len(all) != 3 || fault != nil {
		t.Errorf("without a fault: terms %q, %v", all, fault)
	}
}
