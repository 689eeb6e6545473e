package api

import (
	"embed"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"renfort/mission"
)

//go:embed openapi.json
var openAPIParts []byte

// openAPIMore are parameters and schemas of one section each.
//
//go:embed openapi_*.json
var openAPIMore embed.FS

// object is a JSON object of the document.
type object = map[string]any

// openAPI makes the document: its schemas are written by hand in
// openapi.json, its paths come from the table that the server itself runs by.
// A route that is not in it is not promised, and a test holds live answers
// against it. It is the same for every service of a process, and made once.
var openAPI = sync.OnceValue(func() []byte {
	var doc object
	if err := json.Unmarshal(openAPIParts, &doc); err != nil {
		panic("api: the embedded document: " + err.Error())
	}
	files, err := openAPIMore.ReadDir(".")
	if err != nil {
		panic("api: the embedded document: " + err.Error())
	}
	for _, f := range files {
		parts, err := openAPIMore.ReadFile(f.Name())
		if err != nil {
			panic("api: the embedded document: " + err.Error())
		}
		addParts(doc, parts)
	}
	paths := object{}
	for _, r := range table() {
		item, _ := paths[r.pattern].(object)
		if item == nil {
			item = object{}
			paths[r.pattern] = item
		}
		item[strings.ToLower(r.method)] = r.operation()
	}
	doc["paths"] = paths
	components := doc["components"].(object)
	components["responses"] = responses()
	// Policies grow constants; their shape is read off the noun itself.
	policy := schemaOf(reflect.TypeFor[mission.Policy]())
	policy["required"] = []string{"name", "version"}
	policy["description"] = "What is left out takes the default's value, name and version excepted"
	components["schemas"].(object)["Policy"] = policy
	b, err := mission.Encode(doc)
	if err != nil {
		panic("api: the embedded document: " + err.Error())
	}
	return b
})

// addParts adds parameters and schemas from a file of their own.
func addParts(doc object, parts []byte) {
	var more map[string]object
	if err := json.Unmarshal(parts, &more); err != nil {
		panic("api: the embedded document: " + err.Error())
	}
	for kind, entries := range more {
		maps.Copy(doc["components"].(object)[kind].(object), entries)
	}
}

// schemaOf gives the schema of a struct of numbers, words and such structs.
func schemaOf(t reflect.Type) object {
	switch t.Kind() {
	case reflect.Struct:
		members := object{}
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			members[name] = schemaOf(t.Field(i).Type)
		}
		return object{"type": "object", "properties": members, "additionalProperties": false}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Int:
		return object{"type": "integer"}
	}
	return object{"type": "number"}
}

// responses describes every code of the one table.
func responses() object {
	all := object{}
	for _, p := range problems {
		all[p.code] = object{
			"description": fmt.Sprintf("%d: %s", p.status, p.title),
			"content":     object{typeProblem: object{"schema": object{"$ref": "#/components/schemas/Problem"}}},
		}
	}
	return all
}

// operation describes one route: what it takes, what it answers, and the
// scopes that it needs.
func (r *route) operation() object {
	op := object{"tags": []string{r.doc.tag}, "summary": r.doc.summary, "operationId": r.operationID(), "responses": r.responses()}
	if len(r.scopes) == 0 {
		op["security"] = []any{}
	} else {
		op["x-scopes"] = scopeChoice(r.scopes)
	}
	if params := r.parameters(); len(params) > 0 {
		op["parameters"] = params
	}
	if r.body == bodyFeed {
		op["requestBody"] = feedBodyDoc()
	} else if r.body != bodyNone {
		kind := typeJSON
		switch {
		case r.body == bodyLines:
			kind = typeLines
		case r.method == "PATCH":
			kind = "application/merge-patch+json"
		}
		op["requestBody"] = object{"required": r.body == bodyJSON || r.body == bodyLines,
			"content": object{kind: object{"schema": r.bodySchema()}}}
	}
	return op
}

// bodySchema is a line's schema as prose where the body is many lines.
func (r *route) bodySchema() object {
	if r.body == bodyLines {
		return object{"type": "string", "description": "NDJSON: each line is #/components/schemas/" + r.doc.body}
	}
	return object{"$ref": "#/components/schemas/" + r.doc.body}
}

// operationID is the method and the path's words.
func (r *route) operationID() string {
	words := strings.NewReplacer("/v1", "", "/1", "/algolia", "{", "", "}", "", ".", "_", "*", "many").Replace(r.pattern)
	id := strings.ToLower(r.method) + strings.ReplaceAll(strings.TrimRight(words, "/"), "/", "_")
	return id
}

// parameters lists the path's, the query's and the headers' that the route
// reads. Those of the query are the very names that the server checks
// requests against.
func (r *route) parameters() (params []any) {
	for _, s := range strings.Split(r.pattern, "/") {
		if name, ok := strings.CutPrefix(s, "{"); ok {
			params = append(params, object{"name": strings.TrimSuffix(name, "}"), "in": "path", "required": true,
				"schema": object{"type": "string", "minLength": 1, "maxLength": r.paramBytesMax()}})
		}
	}
	for _, q := range r.query {
		params = append(params, reference("parameters", r.queryName(q)))
	}
	if r.shape != shapeProblem {
		return params // their clients send nothing else
	}
	if r.reads {
		params = append(params, reference("parameters", "min_seq"))
	}
	if r.doc.tags && r.method == "GET" {
		params = append(params, reference("parameters", "If-None-Match"))
	}
	if r.doc.tags && r.method != "GET" {
		params = append(params, reference("parameters", "If-Match"))
	}
	if r.writes() {
		params = append(params, reference("parameters", "Idempotency-Key"))
	}
	if r.pattern == pathSearch {
		params = append(params, reference("parameters", "Cache-Control"))
	}
	if r.class != classAlways {
		params = append(params, reference("parameters", "X-Request-Timeout"))
	}
	return params
}

// limitNames are the parameters that bound the lists of a search: each has
// bounds of its own.
var limitNames = map[string]string{pathSearch: "search_limit", "/v1/facets/{field}": "values_limit", "/v1/suggest": "suggest_limit", "/v1/places": "places_limit"}

// queryName tells apart parameters that mean something else elsewhere.
func (r *route) queryName(name string) string {
	switch {
	case r.shape == shapeV0:
		return "v0_" + name
	case name == "state" && r.pattern == "/v1/seats":
		return "seat_state"
	case name == "state" && r.pattern == "/v1/webhooks/{id}/deliveries":
		return "delivery_state"
	case name == "limit" && r.class == classRecommend:
		return "page_limit"
	case name == "limit" && r.class == classSearch:
		return limitNames[r.pattern]
	case name == "publisher" && r.pattern == pathFeed && r.method == "POST":
		return "feed_publisher"
	case name == "q" && r.pattern != pathSearch:
		return "typed"
	}
	return name
}

// writes says whether the route changes something.
func (r *route) writes() bool {
	switch r.method {
	case "PUT", "PATCH", "DELETE":
		return true
	case "GET":
		return false
	}
	return r.class == classHold || r.class == classResolve || r.class == classOutbound || r.class == classWrite || r.class == classBulk && r.doc.body != "RecommendRequest" && r.pattern != pathBackup && !strings.HasPrefix(r.pattern, pathReconcile)
}

// reference points to a named part of the document.
func reference(kind, name string) object {
	return object{"$ref": "#/components/" + kind + "/" + name}
}

// responses describes the answers of a route. Refusals have one shape
// everywhere, told apart by their code; they are listed once, under
// components.
func (r *route) responses() object {
	all := object{}
	for _, a := range r.doc.answers {
		answer := object{"description": "Done"}
		switch {
		case a.schema == "*":
			answer["content"] = object{r.bytesType(): object{}}
		case a.schema != "":
			answer["content"] = object{typeJSON: object{"schema": object{"$ref": "#/components/schemas/" + a.schema}}}
		}
		all[strconv.Itoa(a.status)] = answer
	}
	if r.doc.tags && r.method == "GET" {
		all["304"] = object{"description": "What If-None-Match names is still so"}
	}
	kind, schema := r.shape.refusal()
	all["default"] = object{"description": "Refused", "content": object{kind: object{"schema": reference("schemas", schema)}}}
	return all
}

// refusal names the media type and the schema of what a route refuses with.
func (s shape) refusal() (kind, schema string) {
	switch s {
	case shapeAlgolia:
		return typeJSON, "AlgoliaRefusal"
	case shapeV0:
		return typeJSON, "V0Refusal"
	}
	return typeProblem, "Problem"
}

// bytesType is the media type of an answer that is no JSON document.
func (r *route) bytesType() string {
	switch r.pattern {
	case "/":
		return "text/html"
	case "/metrics":
		return "text/plain"
	case pathBackup:
		return "application/octet-stream"
	case pathEvents:
		return typeEvents
	case pathFeed:
		return "application/xml"
	}
	return typeLines
}
