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

// cors lets the pages of the configured origins read answers. Keys travel in
// headers and never in cookies, so credentials are not allowed. It is done
// before anything may fail: a page must be able to read refusals, too.
func (c *call) cors() {
	origins := c.s.config.CORSOrigins
	if len(origins) == 0 {
		return
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
	if c.ctx.IsOptions() {
		h.Set(fasthttp.HeaderAccessControlAllowMethods, corsMethods)
		h.Set(fasthttp.HeaderAccessControlAllowHeaders, corsHeaders)
		h.Set(fasthttp.HeaderAccessControlMaxAge, corsSeconds)
	}
}
