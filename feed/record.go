package feed

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// record is what somebody wrote about one mission or one address, name by
// name, whatever the format.
type record struct {
	fields []*field // in the order written
}

// field is what a record says under one name.
type field struct {
	name   string // as written
	key    string // as fold gives it
	values []value
	list   bool           // written as a list: a comma in a value is a comma
	json   jsontext.Value // as it came, nil where that was not JSON
	used   bool           // a field of the mission came of it
}

// value is a text or a record. markup is the text of an element that has
// elements in it, with their tags.
type value struct {
	text   string
	markup bool
	parts  *record // nil for a text
}

// fold makes names the same that differ by case, underlines or hyphens only:
// softSkills, soft_skills and SoftSkills are one.
func fold(name string) string {
	plain := true
	for i := 0; i < len(name); i++ {
		if c := name[i]; c < 'a' || c > 'z' {
			plain = false
			break
		}
	}
	if plain {
		return name
	}
	return strings.ToLower(joints.Replace(name))
}

// joints takes out what joins words in names. It is never changed.
var joints = strings.NewReplacer("_", "", "-", "", " ", "")

// blank says whether the field says nothing.
func (f *field) blank() bool {
	for _, v := range f.values {
		if v.parts != nil || strings.TrimSpace(v.text) != "" {
			return false
		}
	}
	return true
}

// text is the first text of the field, without the blanks around it.
func (f *field) text() string {
	if f == nil {
		return ""
	}
	for _, v := range f.values {
		if t := strings.TrimSpace(v.text); t != "" {
			return t
		}
	}
	return ""
}

// texts are the values of a list, in any of the forms it may have.
func (f *field) texts() (list []string) {
	if f == nil {
		return nil
	}
	for _, v := range f.values {
		parts := []string{v.text}
		if !f.list {
			parts = strings.Split(v.text, ",")
		}
		for _, t := range parts {
			if t = strings.TrimSpace(t); t != "" {
				list = append(list, t)
			}
		}
	}
	return list
}

// take gives the first field that says something under one of the names, which
// are folded, best first; nil for none. Blank ones of the names are used up.
func (r *record) take(keys ...string) *field {
	for _, k := range keys {
		for _, f := range r.fields {
			if f.key != k || f.used {
				continue
			}
			f.used = true
			if !f.blank() {
				return f
			}
		}
	}
	return nil
}

// add puts a value under a name; repeated names make a list.
func (r *record) add(name string, list bool, values ...value) {
	key := fold(name)
	for _, f := range r.fields {
		if f.key == key {
			f.values, f.list = append(f.values, values...), true
			return
		}
	}
	r.fields = append(r.fields, &field{name: name, key: key, values: values, list: list})
}
