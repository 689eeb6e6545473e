package api

import (
	"strings"

	"renfort/mission"
)

// repointed gives an error with its pointers changed by f.
func repointed(err error, f func(string) string) error {
	e := mission.AsError(err)
	if e == nil || len(e.Fields) == 0 {
		return err
	}
	copied := *e
	copied.Fields = make([]mission.FieldError, len(e.Fields))
	for i, field := range e.Fields {
		copied.Fields[i] = mission.FieldError{Pointer: f(field.Pointer), Detail: field.Detail}
	}
	return &copied
}

// renamed points to parameters of a query where a profile's members differ. A
// caller who wrote domain is not helped by domains.
func renamed(err error) error {
	return repointed(err, func(p string) string {
		for _, names := range [...][2]string{{"/domains", "/domain"}, {"/activities", "/activity"}, {"/location", ""}} {
			if rest, ok := strings.CutPrefix(p, names[0]); ok {
				return names[1] + rest
			}
		}
		return p
	})
}

// unfiltered points to parameters of a query where filters are its members.
func unfiltered(err error) error {
	return repointed(err, func(p string) string { return strings.TrimPrefix(p, "/filters") })
}
