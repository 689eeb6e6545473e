package store

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// noun gives the organisation of a record; one that nobody wrote has an id
// and nothing else.
func (o *organizationRecord) noun(id mission.ID) (*mission.Organization, error) {
	n := new(mission.Organization)
	if len(o.json) > 0 {
		if err := json.Unmarshal(o.json, n); err != nil {
			return nil, fmt.Errorf("store: organization %q: %w", id, err)
		}
	}
	n.ID = id
	return n, nil
}

// organization gives an organisation's record and its bytes; one that is not
// there yet is empty.
func (r *reducer) organization(id mission.ID) (*organizationRecord, []byte) {
	raw := r.get(organizationsBucket, []byte(id))
	if raw == nil {
		return &organizationRecord{}, nil
	}
	o, err := decodeOrganization(raw)
	must(err)
	return o, raw
}

func (r *reducer) putOrganization(c mission.PutOrganization, text []byte) (mission.Result, error) {
	old, raw := r.organization(c.Organization.ID)
	if err := expect(c.IfVersion, old.version); err != nil {
		return mission.Result{}, err
	}
	if old.version != 0 && bytes.Equal(old.json, text) {
		return mission.Result{Outcome: mission.Unchanged, Version: old.version}, nil
	}
	r.writeOrganization(c.Organization, text, old, raw)
	out := mission.Updated
	if old.version == 0 {
		out = mission.Created
	}
	return mission.Result{Outcome: out, Version: r.seq()}, nil
}

func (r *reducer) writeOrganization(n *mission.Organization, text []byte, old *organizationRecord, raw []byte) {
	o := &organizationRecord{version: r.seq(), state: n.State, record: old.record, json: text}
	r.put(organizationsBucket, []byte(n.ID), raw, appendOrganization(nil, o))
	r.emit(mission.Change{Kind: mission.OrganizationPut, Organization: n, Record: o.record})
	if old.state == mission.OrgSuspended && n.State != mission.OrgSuspended {
		r.resumeLists(n.ID)
	}
}

// carryOrganization creates or updates the organisation that a mission
// carries, if that says anything new. What it leaves out stays as it is.
func (r *reducer) carryOrganization(p *prepared) {
	if p.org == nil {
		return
	}
	old, raw := r.organization(p.org.ID)
	was, err := old.noun(p.org.ID)
	must(err)
	next := *was
	if p.org.Name != "" {
		next.Name = p.org.Name
	}
	if p.org.Networks != nil {
		next.Networks = p.org.Networks
	}
	if old.version != 0 && next.Name == was.Name && slices.Equal(next.Networks, was.Networks) {
		return
	}
	text, err := mission.Encode(&next)
	must(err)
	r.writeOrganization(&next, text, old, raw)
}
