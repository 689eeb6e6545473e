package api

import "slices"

// The paths that the server knows before it has a route.
const (
	pathFeedback = "/v1/feedback"
	pathBackup   = "/v1/backup"
	pathSearch   = "/v1/search"
)

// Who may use a route: one of the sets must be held whole.
var (
	needSearch    = []scope{scopeSearch, scopeWrite, scopeAdmin}
	needRecommend = []scope{scopeRecommend}
	needSimilar   = []scope{scopeRecommend, scopeSearch}
	needWrite     = []scope{scopeWrite}
	needSignup    = []scope{scopeWrite | scopeRecommend}
	needFeedback  = []scope{scopeWrite, scopeRecommend}
	needAny       = []scope{scopeSearch, scopeRecommend, scopeWrite, scopeCrisis, scopeAdmin}
	needAdmin     = []scope{scopeAdmin}
)

// routeDoc is what the OpenAPI document says of a route.
type routeDoc struct {
	tag     string
	summary string
	body    string // schema of the body, of a line where it is NDJSON
	answers []answerDoc
	tags    bool // takes If-Match, or If-None-Match where it reads
}

// answerDoc is one answer: schema "" for none, "*" for bytes that are no JSON.
type answerDoc struct {
	status int
	schema string
}

// ok is the answer of a route that reads, or that always finds what it
// changes.
func ok(schema string) []answerDoc { return []answerDoc{{200, schema}} }

// put is the answer of a route that may make something new.
func put(schema string) []answerDoc { return []answerDoc{{200, schema}, {201, schema}} }

// none is the answer of a route that gives only its seq, in the header.
func none() []answerDoc { return []answerDoc{{204, ""}} }

// table gives the routes of the contract.
func table() []*route {
	return slices.Concat(
		missionRoutes(),
		feedRoutes(),
		volunteerRoutes(),
		recommendRoutes(),
		searchRoutes(),
		seatRoutes(),
		waitingRoutes(),
		reverseRoutes(),
		waveRoutes(),
		webhookRoutes(),
		crisisRoutes(),
		alertRoutes(),
		eventRoutes(),
		algoliaRoutes(),
		v0Routes(),
		reconcileRoutes(),
		runningRoutes(),
	)
}

// missionRoutes are the contract's section Missions. Organisations belong to
// all publishers, so that a key for some of them may read but not write them.
func missionRoutes() []*route {
	return []*route{
		{method: "PUT", pattern: "/v1/missions/{id}", scopes: needWrite, class: classWrite, body: bodyJSON, query: []string{"seats"}, handle: (*call).putMission,
			doc: routeDoc{tag: "Missions", summary: "Create or replace a mission", body: "Mission", answers: put("MissionWritten"), tags: true}},
		{method: "GET", pattern: "/v1/missions/{id}", scopes: needSearch, class: classRead, reads: true, handle: (*call).getMission,
			doc: routeDoc{tag: "Missions", summary: "A mission, when it ends, and its live occupancy", answers: ok("MissionRead"), tags: true}},
		{method: "DELETE", pattern: "/v1/missions/{id}", scopes: needWrite, class: classWrite, query: []string{"force", "revision"}, handle: (*call).deleteMission,
			doc: routeDoc{tag: "Missions", summary: "Delete a mission; refused while seats are live, unless forced", answers: []answerDoc{{204, ""}, {200, "Ignored"}}, tags: true}},
		{method: "PATCH", pattern: "/v1/missions/{id}", scopes: needWrite, class: classWrite, body: bodyJSON, query: []string{"seats"}, handle: (*call).patchMission,
			doc: routeDoc{tag: "Missions", summary: "Merge a patch (RFC 7396) into a mission", body: "Patch", answers: ok("MissionWritten"), tags: true}},
		{method: "POST", pattern: "/v1/missions/get", scopes: needSearch, class: classRead, body: bodyJSON, reads: true, handle: (*call).getMissions,
			doc: routeDoc{tag: "Missions", summary: "Many missions at once, in the order asked", body: "MissionsGet", answers: ok("MissionsGot")}},
		{method: "POST", pattern: "/v1/missions/bulk", scopes: needWrite, class: classBulk, body: bodyLines, query: []string{"seats"}, handle: (*call).bulkMissions,
			doc: routeDoc{tag: "Missions", summary: "Missions as NDJSON; {\"id\":…,\"_delete\":true} deletes", body: "MissionLine", answers: ok("BulkAnswer")}},
		{method: "POST", pattern: "/v1/missions/{id}/elsewhere", scopes: needWrite, class: classWrite, body: bodyJSON, handle: (*call).elsewhere,
			doc: routeDoc{tag: "Missions", summary: "Seats that the platform gave out on its own side", body: "Elsewhere", answers: ok("OccupancyWritten")}},
		{method: "GET", pattern: "/v1/missions", scopes: needSearch, class: classRead, reads: true, query: []string{"cursor", "limit", "publisher", "state"}, handle: (*call).walkMissions,
			doc: routeDoc{tag: "Missions", summary: "Walk all missions", answers: ok("MissionsWalk")}},
		{method: "PUT", pattern: "/v1/organizations/{id}", scopes: needWrite, class: classWrite, all: true, body: bodyJSON, handle: (*call).putOrganization,
			doc: routeDoc{tag: "Missions", summary: "Create or replace an organisation", body: "Organization", answers: put("OrganizationWritten"), tags: true}},
		{method: "PATCH", pattern: "/v1/organizations/{id}", scopes: needWrite, class: classWrite, all: true, body: bodyJSON, handle: (*call).patchOrganization,
			doc: routeDoc{tag: "Missions", summary: "Merge a patch (RFC 7396) into an organisation", body: "Patch", answers: ok("OrganizationWritten"), tags: true}},
		{method: "GET", pattern: "/v1/organizations/{id}", scopes: needSearch, class: classRead, reads: true, handle: (*call).getOrganization,
			doc: routeDoc{tag: "Missions", summary: "An organisation and how reliably it answers", answers: ok("OrganizationRead"), tags: true}},
	}
}

// volunteerRoutes are the contract's section Volunteers. All of them need
// write: a platform's page that may search need not know who its volunteers
// are.
func volunteerRoutes() []*route {
	return []*route{
		{method: "PUT", pattern: "/v1/volunteers/{id}", scopes: needWrite, class: classWrite, body: bodyJSON, handle: (*call).putVolunteer,
			doc: routeDoc{tag: "Volunteers", summary: "Create or replace a volunteer", body: "Volunteer", answers: put("VolunteerWritten"), tags: true}},
		{method: "GET", pattern: "/v1/volunteers/{id}", scopes: needWrite, class: classRead, reads: true, handle: (*call).getVolunteer,
			doc: routeDoc{tag: "Volunteers", summary: "A volunteer", answers: ok("VolunteerRead"), tags: true}},
		{method: "DELETE", pattern: "/v1/volunteers/{id}", scopes: needWrite, class: classWrite, handle: (*call).deleteVolunteer,
			doc: routeDoc{tag: "Volunteers", summary: "Erase a volunteer", answers: none()}},
		{method: "POST", pattern: "/v1/volunteers/bulk", scopes: needWrite, class: classBulk, body: bodyLines, handle: (*call).bulkVolunteers,
			doc: routeDoc{tag: "Volunteers", summary: "Volunteers as NDJSON", body: "Volunteer", answers: ok("BulkAnswer")}},
		{method: "GET", pattern: "/v1/volunteers", scopes: needWrite, class: classRead, reads: true, query: []string{"cursor", "limit"}, handle: (*call).walkVolunteers,
			doc: routeDoc{tag: "Volunteers", summary: "Walk all volunteers: ids and revisions", answers: ok("VolunteersWalk")}},
		{method: "GET", pattern: "/v1/volunteers/{id}/export", scopes: needWrite, class: classRead, reads: true, handle: (*call).exportVolunteer,
			doc: routeDoc{tag: "Volunteers", summary: "All that is stored about one person", answers: ok("VolunteerExport")}},
	}
}

// recommendRoutes are the contract's section Recommendations.
func recommendRoutes() []*route {
	simple := slices.Concat(filterNames, []string{"limit", "explain", "exclude", "lang", "seed", "policy"})
	return []*route{
		{method: "POST", pattern: "/v1/recommendations", scopes: needRecommend, class: classRecommend, reads: true, body: bodyJSON, handle: (*call).recommend,
			doc: routeDoc{tag: "Recommendations", summary: "The best missions for a volunteer", body: "RecommendRequest", answers: ok("Recommendations")}},
		{method: "GET", pattern: "/v1/recommendations", scopes: needRecommend, class: classRecommend, reads: true, query: simple, attr: true, handle: (*call).recommendSimple,
			doc: routeDoc{tag: "Recommendations", summary: "The same for simple callers: lat, lon, radius_km, domain and activity are the profile's, the rest filters; attr.NAME filters an attribute", answers: ok("Recommendations")}},
		{method: "POST", pattern: "/v1/recommendations/bulk", scopes: needRecommend, class: classBulk, body: bodyLines, handle: (*call).recommendBulk,
			doc: routeDoc{tag: "Recommendations", summary: "A request a line, a page a line", body: "RecommendRequest", answers: ok("*")}},
		{method: "GET", pattern: "/v1/missions/{id}/similar", scopes: needSimilar, class: classRecommend, reads: true, query: []string{"limit"}, handle: (*call).similar,
			doc: routeDoc{tag: "Recommendations", summary: "Missions like this one", answers: ok("Recommendations")}},
		{method: "POST", pattern: pathFeedback, scopes: needFeedback, class: classBulk, body: bodyLines, handle: (*call).feedback,
			doc: routeDoc{tag: "Recommendations", summary: "What people did about what they were shown, as NDJSON", body: "Feedback", answers: ok("BulkAnswer")}},
	}
}

// searchRoutes are the contract's section Search. Where communes are is no
// publisher's.
func searchRoutes() []*route {
	simple := slices.Concat(searchNames, filterNames)
	return []*route{
		{method: "GET", pattern: pathSearch, scopes: needSearch, class: classSearch, reads: true, query: simple, attr: true, handle: (*call).searchSimple,
			doc: routeDoc{tag: "Search", summary: "Missions by words, filters and place, with exact counts; attr.NAME filters an attribute", answers: ok("SearchPage")}},
		{method: "POST", pattern: pathSearch, scopes: needSearch, class: classSearch, reads: true, body: bodyJSON, handle: (*call).search,
			doc: routeDoc{tag: "Search", summary: "The same, asked in JSON", body: "SearchRequest", answers: ok("SearchPage")}},
		{method: "GET", pattern: "/v1/facets/{field}", scopes: needSearch, class: classSearch, reads: true, query: slices.Concat([]string{"q", "limit"}, filterNames), attr: true, handle: (*call).facetValues,
			doc: routeDoc{tag: "Search", summary: "Values of a field that have a word which begins as typed, those that count most first; filters narrow what is counted, but for the field's own", answers: ok("FacetValues")}},
		{method: "GET", pattern: "/v1/suggest", scopes: needSearch, class: classSearch, reads: true, query: []string{"q", "lat", "lon", "limit"}, handle: (*call).suggest,
			doc: routeDoc{tag: "Search", summary: "Missions, activities, organisations and communes for what was typed so far; near ones first where a point is given", answers: ok("Suggestions")}},
		{method: "GET", pattern: "/v1/places", scopes: needAny, class: classSearch, reads: true, query: []string{"q", "limit"}, handle: (*call).places,
			doc: routeDoc{tag: "Search", summary: "Communes by the beginning of their name or postal code, France before its neighbours, the largest first", answers: ok("Places")}},
	}
}

// seatRoutes are the contract's section Seats. Confirmations and releases are
// the last to be refused under load: each ends something that a person has
// begun.
func seatRoutes() []*route {
	return []*route{
		{method: "POST", pattern: "/v1/missions/{id}/holds", scopes: needWrite, class: classHold, body: bodyJSON, handle: (*call).hold,
			doc: routeDoc{tag: "Seats", summary: "Hold a seat", body: "HoldRequest", answers: put("HoldWritten")}},
		{method: "POST", pattern: "/v1/holds/{hold}/confirm", scopes: needWrite, class: classResolve, body: bodyMaybe, handle: (*call).confirm,
			doc: routeDoc{tag: "Seats", summary: "Confirm a held seat", body: "ConfirmRequest", answers: ok("HoldWritten")}},
		{method: "POST", pattern: "/v1/holds/{hold}/release", scopes: needWrite, class: classResolve, body: bodyMaybe, handle: (*call).release,
			doc: routeDoc{tag: "Seats", summary: "Give a held or confirmed seat back", body: "ReleaseRequest", answers: ok("HoldWritten")}},
		{method: "POST", pattern: "/v1/holds/{hold}/extend", scopes: needWrite, class: classResolve, body: bodyMaybe, handle: (*call).extend,
			doc: routeDoc{tag: "Seats", summary: "Give a hold more time", body: "ExtendRequest", answers: ok("HoldWritten")}},
		{method: "POST", pattern: "/v1/holds/{hold}/answer", scopes: needWrite, class: classWrite, body: bodyJSON, handle: (*call).answer,
			doc: routeDoc{tag: "Seats", summary: "What the organisation or the person says of a confirmed seat", body: "AnswerRequest", answers: ok("HoldWritten")}},
		{method: "GET", pattern: "/v1/holds/{hold}", scopes: needWrite, class: classRead, reads: true, handle: (*call).getHold,
			doc: routeDoc{tag: "Seats", summary: "A hold", answers: ok("HoldRead")}},
		{method: "GET", pattern: "/v1/missions/{id}/seats", scopes: needSearch, class: classRead, reads: true, handle: (*call).missionSeats,
			doc: routeDoc{tag: "Seats", summary: "A mission's seats, slot by slot", answers: ok("MissionSeats")}},
		{method: "GET", pattern: "/v1/seats", scopes: needWrite, class: classRead, reads: true, query: []string{"mission", "volunteer", "ref", "state", "changed_since", "cursor", "limit"}, handle: (*call).walkSeats,
			doc: routeDoc{tag: "Seats", summary: "Who holds what", answers: ok("SeatsWalk")}},
		{method: "POST", pattern: "/v1/seats/bulk", scopes: needWrite, class: classBulk, body: bodyLines, query: []string{"import"}, handle: (*call).bulkSeats,
			doc: routeDoc{tag: "Seats", summary: "Back-fill seats already given, as NDJSON; it makes no events and counts as no fill", body: "SeatLine", answers: ok("BulkAnswer")}},
		{method: "POST", pattern: "/v1/signups", scopes: needSignup, class: classHold, body: bodyJSON, handle: (*call).signup,
			doc: routeDoc{tag: "Seats", summary: "Store a volunteer, recommend, and hold the first mission, in one round trip", body: "SignupRequest", answers: put("SignupAnswer")}},
	}
}

// waitingRoutes are those of the section Seats that are about waiting lists.
func waitingRoutes() []*route {
	return []*route{
		{method: "POST", pattern: "/v1/missions/{id}/waiting", scopes: needWrite, class: classHold, body: bodyJSON, handle: (*call).joinWaiting,
			doc: routeDoc{tag: "Seats", summary: "Wait for a seat; one that is free is offered at once", body: "WaitingRequest", answers: put("WaitingWritten")}},
		{method: "GET", pattern: "/v1/missions/{id}/waiting", scopes: needWrite, class: classRead, reads: true, handle: (*call).waitingLists,
			doc: routeDoc{tag: "Seats", summary: "Who waits for a mission, in the order of joining", answers: ok("WaitingLists")}},
		{method: "DELETE", pattern: "/v1/missions/{id}/waiting/{volunteer}", scopes: needWrite, class: classResolve, handle: (*call).leaveWaiting,
			doc: routeDoc{tag: "Seats", summary: "Leave a mission's lists, and give back what is offered there", answers: none()}},
	}
}

// runningRoutes are the sections Policy and taxonomy, and Running it. What
// tells whether the process is well needs no key and is never refused.
func runningRoutes() []*route {
	return []*route{
		{method: "GET", pattern: "/v1/policy", scopes: needAny, class: classRead, reads: true, handle: (*call).getPolicy,
			doc: routeDoc{tag: "Policy and taxonomy", summary: "The policy in force, and those that can be named", answers: ok("PolicyRead")}},
		{method: "PUT", pattern: "/v1/policy", scopes: needAdmin, class: classWrite, all: true, body: bodyJSON, handle: (*call).putPolicy,
			doc: routeDoc{tag: "Policy and taxonomy", summary: "Replace the policy", body: "Policy", answers: ok("PolicyWritten")}},
		{method: "GET", pattern: "/v1/taxonomy", scopes: needAny, class: classRead, reads: true, handle: (*call).getTaxonomy,
			doc: routeDoc{tag: "Policy and taxonomy", summary: "The taxonomy in force", answers: ok("TaxonomyRead")}},
		{method: "PUT", pattern: "/v1/taxonomy", scopes: needAdmin, class: classWrite, all: true, body: bodyJSON, handle: (*call).putTaxonomy,
			doc: routeDoc{tag: "Policy and taxonomy", summary: "Replace the taxonomy", body: "Taxonomy", answers: ok("TaxonomyWritten")}},
		{method: "GET", pattern: "/v1/stats", scopes: needAny, class: classRead, reads: true, all: true, handle: (*call).stats,
			doc: routeDoc{tag: "Running it", summary: "Seats and volunteers by department and domain; no group under 11", answers: ok("Stats")}},
		{method: "POST", pattern: pathBackup, scopes: needAdmin, class: classBulk, all: true, handle: (*call).backup,
			doc: routeDoc{tag: "Running it", summary: "A consistent copy of the data file, streamed", answers: ok("*")}},
		{method: "GET", pattern: "/healthz", class: classAlways, handle: (*call).healthz,
			doc: routeDoc{tag: "Running it", summary: "The process is alive", answers: ok("Health")}},
		{method: "GET", pattern: "/readyz", class: classAlways, handle: (*call).readyz,
			doc: routeDoc{tag: "Running it", summary: "Caught up, and writes are taken; 503 until then", answers: []answerDoc{{200, "Health"}}}},
		{method: "GET", pattern: "/metrics", scopes: needAdmin, class: classAlways, all: true, handle: (*call).metrics,
			doc: routeDoc{tag: "Running it", summary: "Prometheus' text format", answers: ok("*")}},
		{method: "GET", pattern: "/openapi.json", class: classAlways, handle: (*call).document,
			doc: routeDoc{tag: "Running it", summary: "This document", answers: ok("Document")}},
		{method: "GET", pattern: "/", class: classAlways, handle: (*call).home,
			doc: routeDoc{tag: "Running it", summary: "A page for people", answers: ok("*")}},
	}
}
