package api

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// missionTag is a mission's ETag: the record's version, which If-Match
// compares, and the occupancy, which moves without it.
func missionTag(version uint64, o mission.Occupancy) string {
	sum := xxhash.Sum64(o.AppendJSON(nil))
	return `"` + strconv.FormatUint(version, 10) + "-" + strconv.FormatUint(sum&0xffffffff, 16) + `"`
}

// recordTag is the ETag of a record without an occupancy.
func recordTag(version uint64) string { return `"` + strconv.FormatUint(version, 10) + `"` }

// contentTag is the ETag of a record whose answer says more than the record.
func contentTag(version uint64, content []byte) string {
	return `"` + strconv.FormatUint(version, 10) + "-" + strconv.FormatUint(xxhash.Sum64(content)&0xffffffff, 16) + `"`
}

// ifMatch reads the conditions of a write: nil for none, else the version
// that the record must have, 0 for "must not exist". current is asked only
// where the header does not tell the version itself, so that a repeat under an
// idempotency key comes to the store and is answered as the first one was.
func (c *call) ifMatch(current func() (uint64, error)) (*uint64, error) {
	h := &c.ctx.Request.Header
	if none := strings.TrimSpace(string(h.Peek(fasthttp.HeaderIfNoneMatch))); none == "*" {
		return new(uint64), nil
	} else if none != "" {
		return nil, mission.Errorf(mission.Invalid, "If-None-Match of a write is * or left out")
	}
	header := string(h.Peek(fasthttp.HeaderIfMatch))
	if header == "" {
		return nil, nil
	}
	versions, any, err := parseTags(header)
	if err != nil {
		return nil, err
	}
	if !any && len(versions) == 1 {
		return &versions[0], nil
	}
	now, err := current()
	if err != nil && mission.KindOf(err) != mission.NotFound {
		return nil, err
	}
	if now == 0 || !any && !slices.Contains(versions, now) {
		return nil, mission.Errorf(mission.PreconditionFailed, "the record has another version than If-Match names")
	}
	return &now, nil
}

// parseTags reads the versions that a list of ETags names. A tag that cannot
// be ours names no version that a record has, which is what the caller wanted
// to know.
func parseTags(header string) (versions []uint64, any bool, err error) {
	for _, tag := range strings.Split(header, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" {
			return nil, true, nil
		}
		text, _, _ := strings.Cut(strings.Trim(tag, `"`), "-")
		v, err := strconv.ParseUint(text, 10, 64)
		if err != nil || v == 0 || len(tag) < 3 || tag[0] != '"' || tag[len(tag)-1] != '"' {
			return nil, false, mission.Errorf(mission.PreconditionFailed, "If-Match names a version that Renfort never gave")
		}
		versions = append(versions, v)
	}
	return versions, false, nil
}

// unchanged answers 304 where the client has what the tag names. Tags are
// compared weakly here, as RFC 9110 has it for reads: a proxy may have
// weakened them.
func (c *call) unchanged(tag string) bool {
	c.header(fasthttp.HeaderETag, tag)
	if len(c.ctx.Response.Header.Peek(fasthttp.HeaderCacheControl)) == 0 {
		c.header(fasthttp.HeaderCacheControl, "private, no-cache") // keep it, and ask whether it still holds
	}
	for _, have := range strings.Split(string(c.ctx.Request.Header.Peek(fasthttp.HeaderIfNoneMatch)), ",") {
		if have = strings.TrimPrefix(strings.TrimSpace(have), "W/"); have == tag || have == "*" {
			c.status(fasthttp.StatusNotModified)
			return true
		}
	}
	return false
}
