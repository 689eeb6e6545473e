package store

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json"
	"go.etcd.io/bbolt"

	"renfort/mission"
)

// putPolicy puts a policy in force. The old ones stay nameable; one of the
// same name and version is replaced.
func (r *reducer) putPolicy(c mission.PutPolicy, text []byte) (mission.Result, error) {
	same, drop := r.policyKeys(c.Policy.Key())
	if same != nil && bytes.Equal(r.get(policiesBucket, same), text) && r.policy.Key() == c.Policy.Key() {
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	if same != nil {
		drop = append(drop, same)
	}
	for _, key := range drop {
		r.remove(policiesBucket, key, r.get(policiesBucket, key))
	}
	r.put(policiesBucket, seqKey(r.seq()), nil, text)
	kept := slices.DeleteFunc(slices.Clone(r.policies), func(p *mission.Policy) bool { return p.Key() == c.Policy.Key() })
	r.policy = c.Policy
	r.policies = slices.Insert(kept, 0, c.Policy)[:min(len(kept)+1, mission.HistoryMax)]
	r.emit(mission.Change{Kind: mission.PolicyPut, Policy: c.Policy})
	return mission.Result{Outcome: mission.Updated, Version: r.seq()}, nil
}

// policyKeys gives the key of the policy of a name, nil if there is none, and
// the keys that one more would push out of the history.
func (r *reducer) policyKeys(name string) (same []byte, old [][]byte) {
	at := -1
	for i, p := range r.policies { // newest first
		if p.Key() == name {
			at = i
		}
	}
	i := len(r.policies)
	r.under(policiesBucket, nil, func(key, _ []byte) bool { // oldest first
		i--
		switch {
		case i == at:
			same = bytes.Clone(key)
		case at < 0 && i >= mission.HistoryMax-1:
			old = append(old, bytes.Clone(key))
		}
		return true
	})
	return same, old
}

func (r *reducer) putTaxonomy(c mission.PutTaxonomy, text []byte) (mission.Result, error) {
	old := r.get(taxonomyBucket, taxonomyKey)
	if bytes.Equal(old, text) {
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	r.put(taxonomyBucket, taxonomyKey, old, text)
	r.taxonomy = c.Taxonomy
	r.emit(mission.Change{Kind: mission.TaxonomyPut, Taxonomy: c.Taxonomy})
	return mission.Result{Outcome: mission.Updated, Version: r.seq()}, nil
}

// readPolicies gives the policies of a file, newest first. One that was written
// before a constant was known takes the default's for it.
func readPolicies(b *bbolt.Bucket) (all []*mission.Policy, err error) {
	c := b.Cursor()
	for k, v := c.Last(); k != nil; k, v = c.Prev() {
		p := mission.DefaultPolicy()
		if err := json.Unmarshal(v, p); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// readTaxonomy gives the taxonomy of a file.
func readTaxonomy(b *bbolt.Bucket) (*mission.Taxonomy, error) {
	t := new(mission.Taxonomy)
	if err := json.Unmarshal(b.Get(taxonomyKey), t); err != nil {
		return nil, err
	}
	return t, t.Compile()
}
