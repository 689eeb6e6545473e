package algolia

import (
	"context"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
	"renfort/objects"
)

// synonymsMax is how many synonyms an index has at most.
const synonymsMax = 10_000

// readSynonym reads a synonym; id is the path's, "" where the body names it.
func readSynonym(value []byte, id string) (s objects.Synonym, err error) {
	if err := json.Unmarshal(value, &s); err != nil {
		return s, mission.Errorf(mission.Invalid, "a synonym should be an object with objectID, type and synonyms")
	}
	if s.ObjectID == "" {
		s.ObjectID = id
	}
	switch {
	case s.ObjectID == "" || len(s.ObjectID) > mission.ObjectIDBytesMax:
		return s, mission.Errorf(mission.Invalid, "objectID of a synonym should have 1 to %d bytes", mission.ObjectIDBytesMax)
	case id != "" && s.ObjectID != id:
		return s, mission.Errorf(mission.Invalid, "objectID of the synonym is another than the path's")
	case s.Type != "synonym" && s.Type != "oneWaySynonym":
		return s, mission.Errorf(mission.Invalid, "synonym %s: the type %q is not kept here; synonym and oneWaySynonym are", s.ObjectID, s.Type)
	case s.Type == "oneWaySynonym" && s.Input == "":
		return s, mission.Errorf(mission.Invalid, "synonym %s: input is missing", s.ObjectID)
	case len(s.Synonyms) == 0:
		return s, mission.Errorf(mission.Invalid, "synonym %s: synonyms is missing", s.ObjectID)
	}
	return s, nil
}

// changeSynonyms reads the list of an index, changes it and writes it, one
// caller after another. An index that is not there has none.
func (d *Door) changeSynonyms(ctx context.Context, c *Call, change func([]objects.Synonym) []objects.Synonym) (seq uint64, err error) {
	index, err := c.indexOf()
	if err != nil {
		return 0, err
	}
	d.synonyms.Lock()
	defer d.synonyms.Unlock()
	list, err := d.records.ObjectSynonyms(index)
	if err != nil && mission.KindOf(err) != mission.NotFound {
		return 0, err
	}
	list = change(list)
	if len(list) > synonymsMax {
		return 0, mission.Errorf(mission.TooLarge, "%d synonyms, at most %d", len(list), synonymsMax)
	}
	if seq, err = d.records.PutObjectSynonyms(ctx, index, list); err != nil || !c.flag("forwardToReplicas", false) {
		return seq, err
	}
	for _, info := range d.records.ObjectIndexes() {
		if info.Primary != index {
			continue
		}
		if seq, err = d.records.PutObjectSynonyms(ctx, info.Name, list); err != nil {
			return 0, err
		}
	}
	return seq, nil
}

// putIn puts synonyms into a list, in the place of those of the same id.
func putIn(list, puts []objects.Synonym) []objects.Synonym {
	place := make(map[string]int, len(list)+len(puts))
	for i, s := range list {
		place[s.ObjectID] = i
	}
	for _, s := range puts {
		if i, ok := place[s.ObjectID]; ok {
			list[i] = s
			continue
		}
		place[s.ObjectID] = len(list)
		list = append(list, s)
	}
	return list
}

// PutSynonyms adds synonyms, or replaces all there are.
func (d *Door) PutSynonyms(ctx context.Context, c *Call) error {
	if len(c.Body) == 0 {
		return mission.Errorf(mission.Invalid, "the body should be an array of synonyms")
	}
	var v jsontext.Value
	if err := mission.Decode(c.Body, &v); err != nil {
		return inWords(err)
	}
	var puts []objects.Synonym
	err := elements("the body", v, func(_ int, value jsontext.Value) error {
		s, err := readSynonym(value, "")
		puts = append(puts, s)
		return err
	})
	if err != nil {
		return err
	}
	replace := c.flag("replaceExistingSynonyms", false)
	seq, err := d.changeSynonyms(ctx, c, func(list []objects.Synonym) []objects.Synonym {
		if replace {
			list = nil
		}
		return putIn(list, puts)
	})
	if err != nil {
		return err
	}
	c.task(seq, "updatedAt")
	return nil
}

// PutSynonym creates or replaces one.
func (d *Door) PutSynonym(ctx context.Context, c *Call) error {
	body, err := whole(c.Body)
	if err != nil {
		return err
	}
	s, err := readSynonym(body, c.Path[1])
	if err != nil {
		return err
	}
	seq, err := d.changeSynonyms(ctx, c, func(list []objects.Synonym) []objects.Synonym {
		return putIn(list, []objects.Synonym{s})
	})
	if err != nil {
		return err
	}
	c.named(seq, "updatedAt", "id", s.ObjectID)
	return nil
}

// DeleteSynonym deletes one; one that is not there is deleted already.
func (d *Door) DeleteSynonym(ctx context.Context, c *Call) error {
	seq, err := d.changeSynonyms(ctx, c, func(list []objects.Synonym) []objects.Synonym {
		return slices.DeleteFunc(list, func(s objects.Synonym) bool { return s.ObjectID == c.Path[1] })
	})
	return d.done(c, seq, err, "deletedAt")
}

// ClearSynonyms deletes all of them.
func (d *Door) ClearSynonyms(ctx context.Context, c *Call) error {
	seq, err := d.changeSynonyms(ctx, c, func([]objects.Synonym) []objects.Synonym { return nil })
	return d.done(c, seq, err, "updatedAt")
}

// Synonym answers one.
func (d *Door) Synonym(_ context.Context, c *Call) error {
	index, err := c.indexOf()
	if err != nil {
		return err
	}
	list, err := d.records.ObjectSynonyms(index)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(s objects.Synonym) bool { return s.ObjectID == c.Path[1] })
	if i < 0 {
		return mission.Errorf(mission.NotFound, "Synonym set does not exist")
	}
	text, err := mission.Encode(list[i])
	c.Out = append(c.Out, text...)
	return err
}

// looking is a question for synonyms.
type looking struct {
	words, kind   string
	page, perPage int
}

// synonymsPerPage is how many a page of them has where nobody says.
const synonymsPerPage = 100

func readLooking(body []byte) (l looking, err error) {
	l.perPage = synonymsPerPage
	err = members(body, func(name string, value jsontext.Value) (err error) {
		switch name {
		case "query":
			l.words, err = stringOf(name, value)
		case "type":
			l.kind, err = stringOf(name, value)
		case "page":
			l.page, err = intOf(name, value)
		case "hitsPerPage":
			l.perPage, err = intOf(name, value)
		}
		return err
	})
	if err == nil && (l.page < 0 || l.perPage < 1 || l.perPage > mission.RequestListMax) {
		err = mission.Errorf(mission.Invalid, "page should be from 0, hitsPerPage from 1 to %d", mission.RequestListMax)
	}
	return l, err
}

// finds says whether a synonym is of those looked for: each word is in it.
func (l looking) finds(s objects.Synonym) bool {
	if l.kind != "" && !strings.EqualFold(l.kind, s.Type) {
		return false
	}
	text := strings.ToLower(s.ObjectID + " " + s.Input + " " + strings.Join(s.Synonyms, " "))
	for _, w := range strings.Fields(strings.ToLower(l.words)) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// Synonyms answers those that are looked for, in their order.
func (d *Door) Synonyms(_ context.Context, c *Call) error {
	index, body, err := c.indexAndBody()
	if err != nil {
		return err
	}
	l, err := readLooking(body)
	if err != nil {
		return err
	}
	list, err := d.records.ObjectSynonyms(index)
	if err != nil {
		return err
	}
	c.Out = append(c.Out, `{"hits":[`...)
	n, shown := 0, 0
	for _, s := range list {
		if !l.finds(s) {
			continue
		}
		if n++; n <= l.page*l.perPage || shown == l.perPage {
			continue
		}
		text, err := mission.Encode(s)
		if err != nil {
			return err
		}
		c.Out = append(comma(c.Out, shown), text...)
		shown++
	}
	c.Out = append(appendInt(append(c.Out, ']'), "nbHits", n), '}')
	return nil
}
