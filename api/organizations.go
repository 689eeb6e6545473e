package api

import (
	"bytes"

	"github.com/valyala/fasthttp"

	"renfort/mission"
	"renfort/store"
)

// putOrganization answers PUT /v1/organizations/{id}. Suspending one hides
// its missions without touching them.
func (c *call) putOrganization() error {
	o := new(mission.Organization)
	if err := c.decode(o); err != nil {
		return err
	}
	version, err := c.ifMatch(c.organizationVersion)
	if err != nil {
		return err
	}
	return c.storeOrganization(o, version)
}

// storeOrganization puts an organisation and answers with it, as it will be
// read. Its missions are not rewritten.
func (c *call) storeOrganization(o *mission.Organization, version *uint64) error {
	if err := sameID(&o.ID, c.id[0]); err != nil {
		return err
	}
	if err := o.Validate(); err != nil {
		return err
	}
	res, err := c.submit(mission.PutOrganization{Organization: o, IfVersion: version})
	if err != nil {
		return err
	}
	var record mission.Record
	if v, err := c.s.engine.Store().Organization(o.ID); err == nil {
		record = v.Record
	}
	c.wrote(statusOf(res.Outcome), res.Seq)
	c.header(fasthttp.HeaderETag, recordTag(res.Version))
	if c.out, err = c.appendOrganization(c.out, o, record); err != nil {
		return err
	}
	c.out = append(appendUint(c.out[:len(c.out)-1], `,"seq":`, res.Seq), '}')
	return nil
}

// organizationVersion is what If-Match is compared with where the header
// alone does not tell.
func (c *call) organizationVersion() (uint64, error) {
	v, err := c.s.engine.Store().Organization(c.id[0])
	return v.Version, err
}

// appendOrganization appends the record and its reliability: the mean of the
// answering record under the policy's prior.
func (c *call) appendOrganization(b []byte, o *mission.Organization, r mission.Record) ([]byte, error) {
	p, err := c.s.engine.Policy("")
	if err != nil {
		return b, err
	}
	record, err := mission.Encode(o)
	if err != nil {
		return b, err
	}
	answered := p.Quality.PriorAnswered + float64(r.Answered)
	all := answered + p.Quality.PriorIgnored + float64(r.Ignored)
	b = append(b, bytes.TrimSuffix(record, []byte{'}'})...)
	if o.State == "" {
		b = append(b, `,"state":"active"`...)
	}
	b = appendNumber(append(b, `,"reliability":`...), answered/all)
	return append(b, '}'), nil
}

// patchOrganization answers PATCH /v1/organizations/{id}. As with missions,
// the merge is done here and put on a condition.
func (c *call) patchOrganization() error {
	patch, err := decodePatch(c.body)
	if err != nil {
		return err
	}
	asked, err := c.ifMatch(c.organizationVersion)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		v, err := c.s.engine.Store().Organization(c.id[0])
		if err != nil {
			return err
		}
		record, err := mission.Encode(v.Organization)
		if err != nil {
			return err
		}
		merged, err := mergeInto(record, patch)
		if err != nil {
			return err
		}
		o := new(mission.Organization)
		if err := mission.Decode(merged, o); err != nil {
			return err
		}
		version := &v.Version
		if asked != nil {
			version = asked
		}
		err = c.storeOrganization(o, version)
		if mission.KindOf(err) != mission.PreconditionFailed || asked != nil || try == patchTries {
			return err
		}
	}
}

// getOrganization answers GET /v1/organizations/{id}. An organisation that a
// mission merely carried is found as well.
func (c *call) getOrganization() error {
	var v store.OrganizationView
	v, err := c.s.engine.Store().Organization(c.id[0])
	if err != nil {
		return err
	}
	c.out, err = c.appendOrganization(c.out, v.Organization, v.Record)
	if err != nil {
		return err
	}
	// The answering record moves without the organisation's version.
	if c.unchanged(contentTag(v.Version, c.out)) {
		c.out = c.out[:0]
		return nil
	}
	c.out = append(c.appendSeqTook(c.out[:len(c.out)-1], c.s.engine.Seq()), '}')
	return nil
}
