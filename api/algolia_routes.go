package api

import (
	"context"
	"slices"

	"renfort/api/algolia"
)

// algoliaRoutes are the contract's section Algolia's wire format. What reads
// records needs search, as it does there; what walks, changes or describes
// indexes needs write.
func algoliaRoutes() []*route {
	return slices.Concat(algoliaSearchRoutes(), algoliaRecordRoutes(), algoliaIndexRoutes(), algoliaRuleRoutes(), algoliaKeyRoutes())
}

// front makes a line of the table that speaks as Algolia does.
func front(method, pattern string, scopes []scope, class class, does func(*algolia.Door, context.Context, *algolia.Call) error, summary, answer string) *route {
	r := &route{method: method, pattern: pattern, scopes: scopes, class: class, free: true, shape: shapeAlgolia,
		handle: func(c *call) error { return c.front(does) },
		doc:    routeDoc{tag: "Algolia's wire format", summary: summary, answers: ok(answer)}}
	if method != "GET" {
		r.body, r.doc.body = bodyFront, "AlgoliaRequest"
	}
	return r
}

// pathIndex begins the paths that name an index.
const pathIndex = "/1/indexes/{index}"

// algoliaSearchRoutes are what pages ask.
func algoliaSearchRoutes() []*route {
	return []*route{
		front("POST", pathIndex+"/query", needSearch, classSearch, (*algolia.Door).Search, "Search an index", "AlgoliaSearch"),
		front("GET", pathIndex, needSearch, classSearch, (*algolia.Door).SearchSimple, "Search an index, asked in the query string", "AlgoliaSearch"),
		front("POST", "/1/indexes/*/queries", needSearch, classSearch, (*algolia.Door).Queries, "Several searches, answered in their order", "AlgoliaResults"),
		front("POST", pathIndex+"/facets/{facet}/query", needSearch, classSearch, (*algolia.Door).Facet, "Search the values of a facet", "AlgoliaFacetHits"),
		front("GET", pathIndex+"/{object}", needSearch, classRead, (*algolia.Door).Get, "A record; attributesToRetrieve names what of it", "AlgoliaRecord"),
		front("POST", "/1/indexes/*/objects", needSearch, classRead, (*algolia.Door).GetMany, "Many records at once, null for one that is not there", "AlgoliaResults"),
		front("POST", pathIndex+"/browse", needWrite, classRead, (*algolia.Door).Browse, "Walk everything that matches", "AlgoliaSearch"),
		front("GET", pathIndex+"/browse", needWrite, classRead, (*algolia.Door).BrowseSimple, "The same, asked in the query string", "AlgoliaSearch"),
	}
}

// algoliaRecordRoutes change records.
func algoliaRecordRoutes() []*route {
	add := front("POST", pathIndex, needWrite, classWrite, (*algolia.Door).Add, "Add a record under an id of its own", "AlgoliaTask")
	add.doc.answers = []answerDoc{{201, "AlgoliaTask"}}
	return []*route{
		add,
		front("PUT", pathIndex+"/{object}", needWrite, classWrite, (*algolia.Door).Put, "Create or replace a record", "AlgoliaTask"),
		front("DELETE", pathIndex+"/{object}", needWrite, classWrite, (*algolia.Door).Delete, "Delete a record", "AlgoliaTask"),
		front("POST", pathIndex+"/{object}/partial", needWrite, classWrite, (*algolia.Door).Partial, "Change some attributes of a record; createIfNotExists=false leaves one alone that is not there", "AlgoliaTask"),
		front("POST", pathIndex+"/batch", needWrite, classBulk, (*algolia.Door).Batch, "Many changes to one index, in order", "AlgoliaBatch"),
		front("POST", "/1/indexes/*/batch", needWrite, classBulk, (*algolia.Door).BatchMany, "Many changes to several indexes, in order", "AlgoliaBatches"),
		front("POST", pathIndex+"/deleteByQuery", needWrite, classWrite, (*algolia.Door).DeleteBy, "Delete every record that filters match", "AlgoliaTask"),
		front("POST", pathIndex+"/clear", needWrite, classWrite, (*algolia.Door).Clear, "Delete every record, and keep settings and synonyms", "AlgoliaTask"),
	}
}

// algoliaIndexRoutes are about indexes as a whole.
func algoliaIndexRoutes() []*route {
	return []*route{
		front("GET", "/1/indexes", needWrite, classRead, (*algolia.Door).List, "The indexes", "AlgoliaIndexes"),
		front("DELETE", pathIndex, needWrite, classWrite, (*algolia.Door).Drop, "Delete an index", "AlgoliaTask"),
		front("POST", pathIndex+"/operation", needWrite, classWrite, (*algolia.Door).Operation, "Copy an index, or settings and synonyms of it, or move it in the place of another", "AlgoliaTask"),
		front("GET", pathIndex+"/settings", needWrite, classRead, (*algolia.Door).Settings, "How an index is searched", "AlgoliaSettings"),
		front("PUT", pathIndex+"/settings", needWrite, classWrite, (*algolia.Door).PutSettings, "Change how an index is searched; what is left out stays", "AlgoliaTask"),
		front("GET", pathIndex+"/task/{task}", needWrite, classRead, (*algolia.Door).Task, "Whether a change can be found yet", "AlgoliaTaskState"),
		front("GET", "/1/task/{task}", needWrite, classRead, (*algolia.Door).AnyTask, "The same, without the index", "AlgoliaTaskState"),
		front("POST", pathIndex+"/synonyms/batch", needWrite, classWrite, (*algolia.Door).PutSynonyms, "Add synonyms, or replace them all", "AlgoliaTask"),
		front("POST", pathIndex+"/synonyms/search", needWrite, classRead, (*algolia.Door).Synonyms, "Search synonyms", "AlgoliaHits"),
		front("POST", pathIndex+"/synonyms/clear", needWrite, classWrite, (*algolia.Door).ClearSynonyms, "Delete all synonyms", "AlgoliaTask"),
		front("GET", pathIndex+"/synonyms/{object}", needWrite, classRead, (*algolia.Door).Synonym, "A synonym", "AlgoliaRecord"),
		front("PUT", pathIndex+"/synonyms/{object}", needWrite, classWrite, (*algolia.Door).PutSynonym, "Create or replace a synonym", "AlgoliaTask"),
		front("DELETE", pathIndex+"/synonyms/{object}", needWrite, classWrite, (*algolia.Door).DeleteSynonym, "Delete a synonym", "AlgoliaTask"),
	}
}

// algoliaRuleRoutes answer for rules, which there are none of.
func algoliaRuleRoutes() []*route {
	return []*route{
		front("POST", pathIndex+"/rules/search", needWrite, classRead, (*algolia.Door).Rules, "Rules: there are none", "AlgoliaHits"),
		front("POST", pathIndex+"/rules/batch", needWrite, classWrite, (*algolia.Door).PutRules, "Rules are not kept: a list of none succeeds, any other is refused", "AlgoliaTask"),
		front("POST", pathIndex+"/rules/clear", needWrite, classWrite, (*algolia.Door).ClearRules, "Rules: there are none", "AlgoliaTask"),
		front("GET", pathIndex+"/rules/{object}", needWrite, classRead, (*algolia.Door).Rule, "A rule: there are none", "AlgoliaRecord"),
		front("PUT", pathIndex+"/rules/{object}", needWrite, classWrite, (*algolia.Door).PutRule, "Refused: rules are not kept", "AlgoliaTask"),
		front("DELETE", pathIndex+"/rules/{object}", needWrite, classWrite, (*algolia.Door).DeleteRule, "Rules: there are none", "AlgoliaTask"),
	}
}

// algoliaKeyRoutes tell of keys what may be told: nobody's but the caller's.
// They are made with renfort keys new, and hashes are all that is stored.
func algoliaKeyRoutes() []*route {
	return []*route{
		front("GET", "/1/keys", needAdmin, classRead, (*algolia.Door).Keys, "The caller's own key", "AlgoliaKeys"),
		front("POST", "/1/keys", needAdmin, classRead, (*algolia.Door).PutKey, "Refused: keys are made on the server", "AlgoliaTask"),
		front("GET", "/1/keys/{key}", needAny, classRead, (*algolia.Door).Own, "The caller's own key", "AlgoliaKey"),
		front("POST", "/1/indexes/*/recommendations", needSearch, classRead, (*algolia.Door).Recommend, "Not here: POST /v1/recommendations is", "AlgoliaTask"),
		front("GET", "/1/logs", needAdmin, classRead, (*algolia.Door).Logs, "Refused: requests are not kept", "AlgoliaTask"),
	}
}
