package api

import (
	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// decodePatch reads a merge patch of RFC 7396, which must be an object.
func decodePatch(data []byte) (map[string]jsontext.Value, error) {
	if v := mission.SkipSpace(data); len(v) == 0 || v[0] != '{' {
		return nil, invalid("", "a merge patch of a record is an object")
	}
	var patch map[string]jsontext.Value
	return patch, mission.Decode(data, &patch)
}

// mergeInto applies a patch to an object: null removes, an object is merged,
// the rest replaces. Values that the patch does not name keep their bytes.
// Neither argument is changed.
func mergeInto(target []byte, patch map[string]jsontext.Value) ([]byte, error) {
	members := map[string]jsontext.Value{}
	if len(target) > 0 && target[0] == '{' {
		if err := mission.Decode(target, &members); err != nil {
			return nil, err
		}
	}
	for name, value := range patch {
		switch value.Kind() {
		case 'n':
			delete(members, name)
		case '{':
			inner, err := decodePatch(value)
			if err != nil {
				return nil, err
			}
			if members[name], err = mergeInto(members[name], inner); err != nil {
				return nil, err
			}
		default:
			members[name] = value
		}
	}
	return mission.Encode(members)
}
