package store

import (
	"fmt"

	"renfort/mission"
)

// MissionView is a mission as it is stored. It shares nothing with the store.
type MissionView struct {
	JSON      []byte // the record as it was written
	ID        mission.ID
	Publisher string
	Seats     mission.Seats
	Version   uint64 // Seq of the record's last write
	Revision  int64  // the highest that was written
	Times     mission.Times
	Withdrawn int64 // log time at which it is removed unless it is put again, 0: the platform lists it
}

// Mission decodes the record.
func (v *MissionView) Mission() (*mission.Mission, error) {
	m, err := readMission(v.JSON)
	if err != nil {
		return nil, fmt.Errorf("store: record of mission %q: %w", v.ID, err)
	}
	m.Times = v.Times
	return m, nil
}

// MissionFilter chooses missions of a walk; an empty list is no condition.
type MissionFilter struct {
	Publishers []string
	States     []string
}

// VolunteerView is a volunteer as they are stored.
type VolunteerView struct {
	Volunteer *mission.Volunteer
	JSON      []byte
	Version   uint64
	Revision  int64
	Ordinal   mission.Ordinal
}

// VolunteerRef is one line of a walk over the volunteers.
type VolunteerRef struct {
	ID        mission.ID
	Publisher string
	Revision  int64
}

// Export is all that is stored about one person. Volunteer is nil where there
// are holds, places in waiting lists or feedback and no record.
type Export struct {
	Volunteer *mission.Volunteer
	JSON      []byte // the record as it was written, nil if none
	Version   uint64
	Holds     []mission.Hold
	Waiting   []mission.Waiting
	Feedback  []mission.Feedback
	Alerts    []AlertView
	Asks      []mission.Ask
}

// OrganizationView is an organisation and its answering record.
type OrganizationView struct {
	Organization *mission.Organization
	Record       mission.Record
	Version      uint64
}

// HoldFilter chooses holds; empty fields are no condition. SinceSeq and Since
// (log time, Unix seconds) choose those whose last change is later. Cursor is
// "" for the first page, Limit 0 for mission.WalkDefault.
type HoldFilter struct {
	Mission   mission.ID
	Volunteer mission.ID
	Ref       string
	State     string
	SinceSeq  uint64
	Since     int64
	Cursor    string
	Limit     int
}
