package api

import (
	"slices"

	"github.com/valyala/fasthttp"
)

const (
	corsMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
	corsHeaders = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Timeout, x-api-key"
	corsExposed = "ETag, RateLimit, RateLimit-Policy, Retry-After, X-Renfort-Seq"
	corsSeconds = "600"
)

// What pages send to the routes that speak as Algolia does, and for how long
// browsers may remember that they may.
const (
	corsFrontHeaders = corsHeaders + ", X-Algolia-API-Key, X-Algolia-Application-Id, X-Algolia-Agent, X-Algolia-UserToken, X-Algolia-QueryID"
	corsFrontSeconds = "86400"
)

// cors lets the pages of the configured origins read answers. Keys travel in
// headers and never in cookies, so credentials are not allowed. It is done
// before anything may fail: a page must be able to read refusals, too.
func (c *call) cors() {
	origins := c.s.config.CORSOrigins
	front := c.shape() == shapeAlgolia
	if len(origins) == 0 {
		if !front || !c.forPages() {
			return
		}
		origins = anyOrigin[:]
	}
	h := &c.ctx.Response.Header
	h.Add(fasthttp.HeaderVary, fasthttp.HeaderOrigin)
	origin := string(c.ctx.Request.Header.Peek(fasthttp.HeaderOrigin))
	any := slices.Contains(origins, "*")
	if origin == "" || !any && !slices.Contains(origins, origin) {
		return
	}
	if any {
		origin = "*"
	}
	h.Set(fasthttp.HeaderAccessControlAllowOrigin, origin)
	h.Set(fasthttp.HeaderAccessControlExposeHeaders, corsExposed)
	headers, seconds := corsHeaders, corsSeconds
	if front {
		headers, seconds = corsFrontHeaders, corsFrontSeconds
		h.Set("Timing-Allow-Origin", origin)
	}
	if c.ctx.IsOptions() {
		h.Set(fasthttp.HeaderAccessControlAllowMethods, corsMethods)
		h.Set(fasthttp.HeaderAccessControlAllowHeaders, headers)
		h.Set(fasthttp.HeaderAccessControlMaxAge, seconds)
	}
}

// anyOrigin is what is allowed where nothing is configured and forPages holds.
var anyOrigin = [1]string{"*"}

// forPages says whether the route is one that pages of anybody may ask where no
// origins are configured: it speaks as Algolia does, which answers every page,
// and only reads what a search key reads. Of a preflight it is the route that
// the page is going to ask.
func (c *call) forPages() bool {
	r := c.route
	if c.ctx.IsOptions() {
		asked := c.ctx.Request.Header.Peek(fasthttp.HeaderAccessControlRequestMethod)
		r = c.s.tree.find(string(asked), c.ctx.URI().PathOriginal()).route
	}
	return r != nil && slices.Contains(r.scopes, scopeSearch)
}
