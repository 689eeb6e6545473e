package api_test

// Feeds through the door: what is stored, reported, pruned and kept, and that
// nothing of a feed that broke is lost or taken for more than it is.

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

const feedPath = "/v1/feeds/api-engagement"

// feedMission is one <mission> in Nice.
func feedMission(clientID string, more string) string {
	return fmt.Sprintf(`<mission><clientId>%s</clientId><title>Distribution %s</title><domain>solidarite-insertion</domain>`+
		`<postalCode>06000</postalCode><city>Nice</city><applicationUrl>https://example.org/%s</applicationUrl>%s</mission>`, clientID, clientID, clientID, more)
}

// feedOf is a feed of such missions.
func feedOf(missions ...string) string {
	return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<source>\n" + strings.Join(missions, "\n") + "\n</source>\n"
}

// numbered are the missions from one number to another.
func numbered(from, to int) (all []string) {
	for i := from; i <= to; i++ {
		all = append(all, feedMission(fmt.Sprint(i), "<places>5</places>"))
	}
	return all
}

// sessionFeeds is what a partner sends in a day.
func sessionFeeds() []step {
	messy := feedOf(
		feedMission("a", "<places>3</places><lonlat>43.70,7.26</lonlat><departmentCode>6</departmentCode><startAt>22/11/2026</startAt><activity>distribution, jonglage</activity>"),
		`<mission><clientId>b</clientId><title>Sans adresse</title></mission>`,
		`<mission><title>Sans nom</title><postalCode>06000</postalCode></mission>`)
	return []step{
		{golden: "post_feed", method: "POST", path: feedPath + "?publisher=feeds", status: 200, what: "repaired and refused", body: messy},
		{golden: "post_feed", method: "POST", path: feedPath + "?publisher=feeds&prune=true", status: 200, what: "the same again, and nothing is left out", body: messy},
		{golden: "post_feed", method: "POST", path: feedPath + "?publisher=feeds&prune=true", status: 409, what: "all that there was is left out", body: feedOf(feedMission("c", ""))},
		{golden: "post_feed", method: "POST", path: feedPath + "?publisher=feeds&places=left", status: 200, what: "a feed that breaks off", body: strings.TrimSuffix(feedOf(feedMission("c", "<places>2</places>"), "<mission><clientId>d</client"), "\n</source>\n")},
		{golden: "post_feed", method: "POST", path: feedPath + "?publisher=feeds", status: 200, what: "v0 JSON", body: `{"ok":true,"data":[{"_id":"x1","title":"Maraude","postalCode":"06000","places":4,"snu":false}],"total":1}`},
		{golden: "post_feed", method: "POST", path: feedPath + "?publisher=feeds", status: 400, what: "no feed", body: "<html><body>Erreur 500<br></body></html>"},
		{golden: "post_feed", method: "POST", path: feedPath, status: 400, what: "of nobody", body: feedOf()},
		{golden: "get_feed", method: "GET", path: feedPath + "?publisher=feeds", status: 200},
		{golden: "get_feed", method: "GET", path: feedPath + "?publisher=nobody", status: 200},
		{golden: "post_feed", method: "POST", path: feedPath + "?publisher=feeds&prune=force", status: 200, what: "so that the rest of the session has it not", body: feedOf(feedMission("b", "<endAt>01/01/2020</endAt>"))},
	}
}

// refusedFeeds meets the refusals of feeds.
func refusedFeeds(c codes) {
	c.must(200, "POST", feedPath+"?publisher=p", feedOf(numbered(1, 10)...))
	a := c.f("prune_too_large", 409, "POST", feedPath+"?publisher=p&prune=true", feedOf(numbered(1, 7)...)).json(c.t)
	if r := a["report"].(map[string]any); r["unchanged"] != 7.0 || r["pruned"] != 0.0 {
		c.t.Errorf("the report of what was stored: %v", r)
	}
}

// report posts a feed and gives its report.
func (l *live) report(query, body string, headers ...string) map[string]any {
	l.t.Helper()
	return l.must(200, "POST", feedPath+"?"+query, body, headers...).json(l.t)
}

// counts picks the numbers of a report.
func counts(r map[string]any, names ...string) string {
	var b strings.Builder
	for _, n := range names {
		fmt.Fprintf(&b, "%s %v ", n, r[n])
	}
	return strings.TrimSpace(b.String())
}

func (l *live) same(got, want string) {
	l.t.Helper()
	if got != want {
		l.t.Errorf("got  %s\nwant %s", got, want)
	}
}

// occupancy is a mission's, in short.
func (l *live) occupancy(id string) string {
	l.t.Helper()
	o := l.must(200, "GET", "/v1/missions/"+id, "").json(l.t)["occupancy"].(map[string]any)
	return fmt.Sprintf("total %v elsewhere %v held %v confirmed %v free %v", o["total"], o["elsewhere"], o["held"], o["confirmed"], o["free"])
}

func (l *live) stateOf(id string) string {
	l.t.Helper()
	s, _ := l.must(200, "GET", "/v1/missions/"+id, "").json(l.t)["state"].(string)
	return s
}

func (l *live) sit(id, who string, confirm bool) {
	l.t.Helper()
	l.must(201, "POST", "/v1/missions/"+id+"/holds", fmt.Sprintf(`{"volunteer":%q,"confirm":%v}`, who, confirm))
}

func TestFeedIsStoredAndToldAgain(t *testing.T) {
	l := openService(t, nil)
	body := feedOf(numbered(1, 600)...)
	r := l.report("publisher=p", body)
	l.same(counts(r, "complete", "received", "stored", "unchanged", "rejected", "repaired"), "complete true received 600 stored 600 unchanged 0 rejected 0 repaired 0")
	r = l.report("publisher=p&prune=true", body)
	l.same(counts(r, "received", "stored", "unchanged", "pruned"), "received 600 stored 0 unchanged 600 pruned 0")
	l.same(l.occupancy("p:7"), "total 5 elsewhere 0 held 0 confirmed 0 free 5")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, body)
	z.Close() // a buffer takes everything
	r = l.report("publisher=p", packed.String())
	l.same(counts(r, "received", "unchanged"), "received 600 unchanged 600")
	r = l.report("publisher=p", packed.String(), "Content-Encoding", "gzip")
	l.same(counts(r, "received", "unchanged"), "received 600 unchanged 600")
}

// A total below what is taken keeps the seats; places that are left are beside
// those confirmed here, and a person who only holds a seat has one of them.
func TestFeedKeepsSeats(t *testing.T) {
	l := openService(t, nil)
	l.report("publisher=p", feedOf(feedMission("1", "<places>5</places>")))
	for i, confirm := range []bool{true, true, false} {
		l.sit("p:1", fmt.Sprint("v", i), confirm)
	}
	r := l.report("publisher=p", feedOf(feedMission("1", "<places>1</places><activity>distribution</activity>")))
	l.same(counts(r, "stored", "seats_kept"), "stored 1 seats_kept [map[clientId:1 places:1 seats:3]]")
	l.same(l.occupancy("p:1"), "total 3 elsewhere 0 held 1 confirmed 2 free 0")

	r = l.report("publisher=p&places=left", feedOf(feedMission("1", "<places>4</places>")))
	l.same(counts(r, "stored", "seats_kept"), "stored 1 seats_kept []")
	l.same(l.occupancy("p:1"), "total 6 elsewhere 0 held 1 confirmed 2 free 3")
	l.report("publisher=p&places=left", feedOf(feedMission("1", "<places>1</places>")))
	l.same(l.occupancy("p:1"), "total 6 elsewhere 3 held 1 confirmed 2 free 0")
	l.report("publisher=p&places=left", feedOf(feedMission("1", "<places>0</places>")))
	l.same(l.occupancy("p:1"), "total 6 elsewhere 4 held 1 confirmed 2 free 0")
	l.report("publisher=p&places=left", feedOf(feedMission("2", "<places>7</places>")))
	l.same(l.occupancy("p:2"), "total 7 elsewhere 0 held 0 confirmed 0 free 7")
}

func TestFeedPrunes(t *testing.T) {
	l := openService(t, nil)
	l.report("publisher=p", feedOf(numbered(1, 20)...))
	l.report("publisher=q", feedOf(numbered(1, 3)...))
	l.sit("p:19", "v1", true)
	r := l.report("publisher=p&prune=true", feedOf())
	l.same(counts(r, "received", "pruned", "prune"), "received 0 pruned 0 prune map[done:false missing:20 open:20 why:empty]")
	r = l.report("publisher=p&prune=force", `{"ok":false,"code":"SERVER_ERROR"}`)
	l.same(counts(r, "rejected", "pruned", "prune"), "rejected 1 pruned 0 prune map[done:false missing:20 open:20 why:empty]")
	r = l.report("publisher=p&prune=true", strings.TrimSuffix(feedOf(numbered(1, 18)...), "</source>\n"))
	l.same(counts(r, "complete", "pruned", "prune"), "complete false pruned 0 prune map[done:false missing:2 open:20 why:incomplete]")
	l.refused("prune_too_large", "POST", feedPath+"?publisher=p&prune=true", feedOf(numbered(1, 15)...))
	l.same(l.stateOf("p:20"), "open")
	r = l.report("publisher=p&prune=true", feedOf(numbered(1, 18)...))
	l.same(counts(r, "pruned", "paused", "prune"), "pruned 1 paused 1 prune map[done:true missing:2 open:20]")
	l.same(l.stateOf("p:20")+" "+l.stateOf("p:19")+" "+l.stateOf("p:18")+" "+l.stateOf("q:3"), "closed paused open open")
	l.same(l.occupancy("p:19"), "total 5 elsewhere 0 held 0 confirmed 1 free 4")

	// Back in the feed, it is open again.
	l.report("publisher=p&prune=true", feedOf(numbered(1, 20)...))
	l.same(l.stateOf("p:20")+" "+l.stateOf("p:19"), "open open")
	r = l.report("publisher=p&prune=force", feedOf(numbered(1, 2)...))
	l.same(counts(r, "pruned", "paused"), "pruned 17 paused 1")

	// A record that is refused is named all the same, and what is over goes
	// without being counted.
	l.report("publisher=r", feedOf(append(numbered(1, 5), feedMission("old", "<endAt>2020-01-01</endAt>"), feedMission("older", "<endAt>2020-01-01</endAt>"))...))
	r = l.report("publisher=r&prune=true", feedOf(append(numbered(1, 4), "<mission><clientId>5</clientId></mission>")...))
	l.same(counts(r, "rejected", "pruned", "prune"), "rejected 1 pruned 2 prune map[done:true missing:0 open:5]")
	l.same(l.stateOf("r:5")+" "+l.stateOf("r:old"), "open closed")
}

func TestFeedsOfKeys(t *testing.T) {
	l := openService(t, withKeys(t, map[string][]string{"jva": {"write"}, "reader": {"search"}}, []string{"jva"}, 0))
	key := []string{"x-api-key", l.key("jva")}
	r := l.report("", feedOf(feedMission("1", "<priority>yes</priority>")), key...)
	l.same(counts(r, "publisher", "stored"), "publisher jva stored 1")
	l.refused("forbidden", "POST", feedPath+"?publisher=far", feedOf(), key...)
	l.refused("forbidden", "POST", feedPath, feedOf(), "x-api-key", l.key("reader"))
	m := l.must(200, "GET", "/v1/missions/jva:1", "", key...).json(t)
	l.same(counts(m, "urgency", "requested_urgency", "booking"), "urgency normal requested_urgency urgent booking here")
}

// A mission of another publisher is nobody's to replace, not even through
// Renfort's own element.
func TestFeedsKeepToTheirPublisher(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/q:1", `{"title":"x","publisher":"q","remote":"full"}`)
	r := l.report("publisher=p", feedOf(feedMission("1", `<renfort>{"id":"q:1","publisher":"q","seats":9,"revision":7,"urgency":"vital"}</renfort>`), feedMission("2", `<renfort>{"nothing":1}</renfort>`)))
	l.same(counts(r, "received", "rejected", "stored"), "received 2 rejected 2 stored 0")
	codes := r["errors"].([]any)
	l.same(fmt.Sprint(codes[0].(map[string]any)["code"], codes[1].(map[string]any)["code"]), "forbiddeninvalid")
}

func TestFeedBooking(t *testing.T) {
	l := openService(t, nil)
	l.report("publisher=p&booking=elsewhere", feedOf(feedMission("1", "")))
	if a := l.refused("book_elsewhere", "POST", "/v1/missions/p:1/holds", `{"volunteer":"v1"}`); a.json(t)["url"] != "https://example.org/1" {
		t.Errorf("no address in %s", a.body)
	}
}

// The same feed under the same key is applied once.
func TestFeedIsRepeatedUnderItsKey(t *testing.T) {
	l := openService(t, nil)
	body := feedOf(feedMission("1", "<places>5</places>"))
	first := l.report("publisher=p", body, "Idempotency-Key", "k1")
	l.must(200, "PUT", "/v1/missions/p:1", niceMission("p:1", `,"seats":8`)[:0]+`{"publisher":"p","title":"x","remote":"full","seats":8}`)
	again := l.report("publisher=p", body, "Idempotency-Key", "k1")
	if first["seq"] == nil || again["stored"] != 1.0 {
		t.Errorf("%v, then %v", first, again)
	}
	l.same(l.occupancy("p:1"), "total 8 elsewhere 0 held 0 confirmed 0 free 8")
	r := l.report("publisher=p", feedOf(feedMission("1", "<places>6</places>")), "Idempotency-Key", "k1")
	l.same(fmt.Sprint(r["errors"].([]any)[0].(map[string]any)["code"]), "idempotency_mismatch")
}

// Of two records for one mission the later stands, and that is told.
func TestFeedNamesAMissionTwice(t *testing.T) {
	l := openService(t, nil)
	r := l.report("publisher=p", feedOf(feedMission("1", "<places>1</places>"), feedMission("1", "<places>2</places>")))
	l.same(counts(r, "stored", "repaired"), "stored 2 repaired 1")
	l.same(counts(r["repairs"].([]any)[0].(map[string]any), "clientId", "code"), "clientId 1 code repeated")
	l.same(l.occupancy("p:1"), "total 2 elsewhere 0 held 0 confirmed 0 free 2")
}

// Lists end where they are bounded, and the rest is counted.
func TestFeedReportIsBounded(t *testing.T) {
	l := openService(t, nil)
	var all []string
	for i := range 1_200 {
		all = append(all, fmt.Sprintf("<mission><clientId>%d</clientId><title></title><domain>jonglage</domain></mission>", i))
	}
	r := l.report("publisher=p", feedOf(all...))
	l.same(counts(r, "rejected", "errors_more", "repaired", "repairs_more"), "rejected 1200 errors_more 200 repaired 1200 repairs_more 200")
}

// A body that ends before its length is stored as far as it came.
func TestFeedCutOff(t *testing.T) {
	l := openService(t, nil)
	whole := feedOf(numbered(1, 3)...)
	r := l.report("publisher=p&prune=true", whole[:len(whole)-30])
	l.same(counts(r, "received", "stored", "complete"), "received 2 stored 2 complete false")
	fault := r["errors"].([]any)[0].(map[string]any)
	l.same(counts(fault, "clientId", "index", "line", "code"), "clientId <nil> index 3 line 5 code invalid")
}

func TestRealV0File(t *testing.T) {
	data, err := os.ReadFile("../../shared/data/fr_jva_records.json")
	if err != nil {
		t.Skip("the shared data is not beside the project")
	}
	l := openService(t, nil)
	r := l.report("publisher=jva", string(data))
	l.same(counts(r, "complete", "received", "stored", "rejected", "repaired"), "complete true received 3 stored 3 rejected 0 repaired 3")
	l.same(l.occupancy("jva:6581"), "total 30 elsewhere 0 held 0 confirmed 0 free 30")
	m := l.must(200, "GET", "/v1/missions/jva:6581", "").json(t)
	l.same(counts(m, "domains", "activities", "starts_at"), "domains [sante] activities [distribution] starts_at 2022-10-31T09:09:09.312Z")
}

// What is exported comes back as the same missions, with the seats that are
// left; and what has not changed is not sent again.
func TestFeedGoesOutAndComesBack(t *testing.T) {
	a, b := openService(t, nil), openService(t, nil)
	a.must(201, "PUT", "/v1/missions/jva:1", niceMission("jva:1", `,"seats":9,"commitment":{"hours":2,"per":"week"},"data":{"slug":"x"},"attributes":{"qpv":true}`))
	a.must(201, "PUT", "/v1/missions/jva:2", niceMission("jva:2", `,"slots":[{"id":"s1","date":"2026-11-23","part":"evening","seats":3},{"id":"s2","date":"2026-11-24","part":"day","seats":4}]`))
	a.must(201, "PUT", "/v1/missions/far:1", `{"title":"Loin & seul","publisher":"far","remote":"full"}`)
	a.must(201, "PUT", "/v1/missions/jva:3", niceMission("jva:3", `,"state":"paused"`))
	a.sit("jva:1", "v1", true)
	a.sit("jva:1", "v2", false)
	a.must(201, "POST", "/v1/missions/jva:2/holds", `{"volunteer":"v1","slots":["s2"],"confirm":true}`)

	out := a.must(200, "GET", feedPath+"?publisher=jva", "")
	if kind := out.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/xml") {
		t.Errorf("it is of type %q", kind)
	}
	if n := strings.Count(string(out.body), "<mission>"); n != 2 {
		t.Errorf("%d missions in %s", n, out.body)
	}
	tag := out.header.Get("ETag")
	a.must(304, "GET", feedPath+"?publisher=jva", "", "If-None-Match", tag)
	a.must(200, "GET", feedPath, "", "If-None-Match", tag)

	r := b.report("publisher=jva&places=left", string(out.body))
	b.same(counts(r, "complete", "stored", "repaired", "rejected"), "complete true stored 2 repaired 0 rejected 0")
	b.same(b.occupancy("jva:1"), "total 7 elsewhere 0 held 0 confirmed 0 free 7")
	b.same(b.occupancy("jva:2"), "total 6 elsewhere 0 held 0 confirmed 0 free 6")
	for _, id := range []string{"jva:1", "jva:2"} {
		want, got := a.must(200, "GET", "/v1/missions/"+id, "").json(t), b.must(200, "GET", "/v1/missions/"+id, "").json(t)
		for _, name := range []string{"seats", "slots", "occupancy", "seq", "took_us"} { // what was taken stays behind
			delete(want, name)
			delete(got, name)
		}
		b.same(fmt.Sprint(got), fmt.Sprint(want))
	}

	// Its own feed changes nothing but seats that somebody holds: they are not
	// among those that the feed has left.
	a.report("publisher=jva&places=left", string(out.body))
	a.same(a.occupancy("jva:1"), "total 9 elsewhere 1 held 1 confirmed 1 free 6")
	a.same(a.occupancy("jva:2"), "total 7 elsewhere 0 held 0 confirmed 1 free 6")
}

func TestFeedOutOfKeysAndPacked(t *testing.T) {
	l := openService(t, withKeys(t, map[string][]string{"jva": {"search", "write"}}, []string{"jva"}, 0))
	key := []string{"x-api-key", l.key("jva")}
	l.report("", feedOf(numbered(1, 3)...), key...)
	l.refused("forbidden", "GET", feedPath+"?publisher=far", "", key...)
	a := l.must(200, "GET", feedPath, "", append(key, "Accept-Encoding", "gzip")...)
	z, err := gzip.NewReader(bytes.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || strings.Count(string(text), "<mission>") != 3 || !strings.HasSuffix(string(text), "</source>\n") {
		t.Errorf("%v in %s", err, text)
	}
	if a := l.must(200, "HEAD", feedPath, "", key...); len(a.body) > 0 || a.header.Get("ETag") == "" {
		t.Errorf("HEAD: %v", a.header)
	}
}
