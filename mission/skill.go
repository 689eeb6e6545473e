package mission

import (
	"encoding/json"
	"fmt"
)

// Skill is something a mission asks for. On the wire it is an object, or a
// plain id where it is not required.
type Skill struct {
	ID       string
	Required bool
	plain    bool // written as an id: read back as it was written
}

type skillObject struct {
	ID       string `json:"id"`
	Required bool   `json:"required"`
}

// UnmarshalJSON reads either form.
func (s *Skill) UnmarshalJSON(data []byte) error {
	*s = Skill{}
	if len(data) > 0 && data[0] == '"' {
		s.plain = true
		return json.Unmarshal(data, &s.ID)
	}
	if len(data) > 0 && data[0] != '{' {
		return Errorf(Invalid, "is neither an id nor an object with id and required")
	}
	var o skillObject
	if err := decodeStrict(data, &o); err != nil {
		return fmt.Errorf("mission: a skill is an id or {id, required}: %w", err)
	}
	s.ID, s.Required = o.ID, o.Required
	return nil
}

// MarshalJSON writes the form that was read.
func (s Skill) MarshalJSON() ([]byte, error) {
	if s.plain && !s.Required {
		return json.Marshal(s.ID)
	}
	return json.Marshal(skillObject{s.ID, s.Required})
}
