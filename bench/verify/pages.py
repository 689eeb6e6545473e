"""Were recorded answers ranked as the formula says? What can be worked out anew from public data is; of the rest it
is said what was checked."""
import bisect
import collections
import time
import urllib.parse

import formula
from formula import DAY, instant, near

PRODUCT = "scores: product of the reasons"
MOBILITY_KM = {"foot": 5, "bike": 10, "transit": 20, "car": 30}


def quoted(name):
    return urllib.parse.quote(name, safe="")


def split(text):
    return text.split(",") if isinstance(text, str) and text else list(text or [])


class World:
    """What the service makes public, as it is now: the state that answers are held against."""

    def __init__(self, service, missions, seats, writes):
        self.service, self.missions = service, missions
        self.policy = service.get("/v1/policy")["policy"]
        self.policy_name = f"{self.policy['name']}/{self.policy['version']}"
        self.crises = {c["id"]: c for c in service.get("/v1/crises")["crises"]}
        taxonomy = service.get("/v1/taxonomy")["taxonomy"]
        self.names = {kind: {name: e["id"] for e in taxonomy[kind] for name in [e["id"], *e.get("aliases", [])]} for kind in ("domains", "activities")}
        pairs = {(d["id"], other) for d in taxonomy["domains"] for other in d.get("adjacent", [])}
        self.adjacent = pairs | {(b, a) for a, b in pairs}  # counts both ways
        self.fills, self.market_fills, self.market_size = collections.Counter(s["mission"] for s in seats), collections.Counter(), collections.Counter()
        self.taken_times, self.squares = collections.defaultdict(list), collections.defaultdict(list)
        for s in seats:
            self.taken_times[s["mission"]].append(instant(s["created_at"]))
        for m in missions.values():
            self.market_fills[formula.market(m)] += self.fills[m["id"]]
            self.market_size[formula.market(m)] += 1
            for point in formula.points_of(m):
                self.squares[int(point[0] * 4), int(point[1] * 4)].append((point, m))
        # Surely taken at a seq: held before it, confirmed, and never given back as far as the ledger knows.
        back = {w.hold for w in writes if w.op in ("release", "answer") and w.outcome != "refused"}
        kept = {s["hold"] for s in seats if s["state"] == "confirmed" and s["origin"] != "import"} - back
        self.taken, self.changed = collections.defaultdict(list), {w.mission for w in writes if w.op in ("mission.put", "elsewhere")}
        for w in writes:
            if w.op == "hold" and w.done and w.hold in kept and w.seq:
                bisect.insort(self.taken[w.mission], w.seq)
        self.scales = {}

    def taken_at(self, mission, seq):
        """How many seats of a mission were taken for sure at a seq."""
        return bisect.bisect_right(self.taken.get(mission, []), seq)

    def ids(self, kind, names):
        return {self.names[kind].get(n, n) for n in names or []}

    def scale_range(self, place, at):
        """Between what L must be at a place: it is measured to the 20th mission that could be had, which may have
        been any of those there are, and at the latest the 20th of those that nobody ever touched."""
        center = formula.cell_around(place, 10)
        if center not in self.scales:
            any_km, sure_km, row = {}, {}, int(center[0] * 4)
            for square in [(i, j) for i in range(row - 3, row + 4) for j in range(int(center[1] * 4) - 12, int(center[1] * 4) + 13)]:
                for point, m in self.squares.get(square, []):
                    km, ends = formula.kilometres(center, point), instant(m.get("ends_at_instant"))
                    any_km[m["id"]] = min(km, any_km.get(m["id"], km))
                    if m["state"] == "open" and not self.fills[m["id"]] and m["id"] not in self.changed and m["occupancy"]["free"] != 0 \
                            and m.get("remote") != "full" and not m.get("apply_before") and not m.get("slots") and (ends is None or ends > at + DAY):
                        sure_km[m["id"]] = min(km, sure_km.get(m["id"], km))
            rank = self.policy["distance"]["scale_rank"]
            self.scales[center] = [formula.scale(self.policy, sorted(found.values())[rank - 1] if len(found) >= rank else None) for found in (any_km, sure_km)]
        return self.scales[center]


class Page:
    """A recorded answer, with what was asked: for whom, where, and with which filters."""

    def __init__(self, world, answer):
        self.world, self.body = world, answer["body"]
        self.seq, self.name = self.body["seq"], f"answer {answer.get('run')}/{answer.get('n')} (seq {self.body['seq']})"
        self.items = self.body.get("recommendations") or self.body.get("hits") or []
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer["path"]).query))
        asked = answer.get("request") or query
        self.asked = {**asked, **(asked.get("recommend") or {})}
        self.at = instant(self.body.get("at") or answer["at"])
        person = asked.get("profile") or asked.get("volunteer") or {}
        kept = person if isinstance(person, str) else person.get("id")  # a stored person's place is kept as a cell alone
        if kept:
            person = world.service.once("/v1/volunteers/" + quoted(kept)) or {}
        self.person, self.filters = person, self.asked.get("filters") or {}
        if asked is query:  # GET: person and filters in one
            self.person = {"domains": split(query.get("domain")), "activities": split(query.get("activity"))}
            self.filters = {k: float(query[k]) for k in ("lat", "lon", "radius_km") if k in query}
        self.places = self.find_places()

    def find_places(self):
        """Where the person is, as a list of one place; empty where it is not public."""
        person, location = self.person, self.person.get("location")
        if self.filters.get("lat") is not None:
            return [(float(self.filters["lat"]), float(self.filters["lon"]))]
        if person.get("cell"):
            return [formula.token_center(person["cell"])]
        if location:
            return [(location["lat"], location["lon"])]
        code, insee = person.get("postal_code"), person.get("insee")
        found = (self.world.service.once(f"/v1/places?q={quoted(code)}&limit=50") or {}).get("places", []) if code else []
        named = [(p["lat"], p["lon"]) for p in found if p["insee"] == insee or len(found) == 1 and not insee]
        if named:
            return named[:1]
        # Of a postal code that several communes share: their middle, by people. The gazetteer may round: it must fit.
        middle = [formula.middle([((p["lat"], p["lon"]), p["population"] + 1) for p in found])] if found and not insee else []
        return [place for place in middle if all(self.off(place, i) < 0.0015 for i in self.items)]

    def off(self, place, item):
        """How far what an item says of its distance is from the truth, in km."""
        if item["distance_km"] is None or not item["location"]:
            return 0.0
        return abs(formula.kilometres(place, (item["location"]["lat"], item["location"]["lon"])) - item["distance_km"])


def check_recommendation(page, report):
    """One recorded page of recommendations."""
    world, ids = page.world, [i["id"] for i in page.items]
    report.check("pages: no mission twice, none excluded, not more than asked", len(set(ids)) == len(ids) <= int(page.asked.get("limit") or 20)
                 and not set(ids) & set(page.asked.get("exclude") or []), lambda: f"{page.name}: {ids}")
    for item in page.items:
        check_seat(page, item, report)
    if page.body["policy"] != world.policy_name:
        return report.cannot("pages: order", "another policy is in force now")
    known = [i for i in page.items if unchanged(page, i, report)]
    for item in known:
        check_eligible(page, item, world.missions[item["id"]], report)
        check_place(page, item, world.missions[item["id"]], report)
        check_score(page, item, world.missions[item["id"]], report)
    check_scale(page, report)
    if not page.items:
        return None
    if any(i["id"] not in world.missions for i in page.items):
        return report.cannot("pages: order", "a mission of it is gone")
    order = [i["id"] for i in ordered(page)]
    report.check("pages: order", order == ids, lambda: f"{page.name}: the order is {ids}; by scores and caps it is {order}")


def ordered(page):
    """The items of a page in the order of the documented page rules. Each place of the window takes the best that
    breaks no cap; when none is left caps fall away. Its last place may go to a mission that nobody took for long; below it scores alone count."""
    rules, missions = page.world.policy["diversity"], page.world.missions
    left, chosen = sorted(page.items, key=lambda i: -i["score"]), []  # equal scores stay as they were
    afar = page.person.get("remote") == "only" or page.filters.get("remote") or rules["remote_share"] >= 1

    def allowed(item):
        def full(what, cap):
            return cap and what(item) is not None and sum(what(c) == what(item) for c in chosen) >= cap
        remote = item["location"] is None and sum(c["location"] is None for c in chosen) >= int(rules["remote_share"] * rules["window"])
        return not (remote and not afar) and not full(lambda i: (missions[i["id"]].get("organization") or {}).get("id"), rules["per_organization"]) \
            and not full(lambda i: missions[i["id"]].get("group"), rules["per_group"])

    def equal(following, item):
        """What an item may have displaced that scores as much: whichever of the two came first was a draw."""
        return next((i for i in following if i in left and allowed(i) and i["score"] >= item["score"] * (1 - 1e-9)), None)
    window = min(rules["window"], len(left))
    for place in range(window):
        best = next((i for i in left if allowed(i)), left[0])
        there = page.items[place]
        if place == rules["window"] - 1 and rules["unserved"] and there in left and allowed(there) and there["score"] >= rules["unserved_min_share"] * best["score"] \
                and not any(page.at - DAY * rules["unserved_days"] < t < page.at - 2 for t in page.world.taken_times[there["id"]]):
            moved = best if best is not there else equal(page.items[place + 1:place + 2], there)
            left = [i for i in left if i is not there and i is not moved]
            return chosen + [there] + ([moved] if moved else []) + left  # what it displaced comes next
        left.remove(best)
        chosen.append(best)
    return chosen + left


def check_seat(page, item, report):
    """Was there a seat at the answer's seq? Those that the ledger knows as taken by then are not free."""
    m, name = page.world.missions.get(item["id"]), "missions shown had a seat at the answer's seq"
    if m is None or m["occupancy"]["total"] is None or item["id"] in page.world.changed:
        return report.cannot(name, "it is gone, its seats are unknown, or the ledger changed them")
    free, total, taken = item["seats_free"], m["occupancy"]["total"], page.world.taken_at(item["id"], page.seq)
    report.check(name, free is not None and 0 < free <= total - taken, lambda: f"{page.name}: mission {item['id']} is shown with {free} seats free; "
                 f"of its {total} seats {taken} were taken for sure by then")


def unchanged(page, item, report):
    """Whether the mission is what it was. One that was changed since says nothing about the answer."""
    m, summary = page.world.missions.get(item["id"]), item["mission"]
    same = m is not None and m["state"] == "open" and all((summary.get(k) or None) == (m.get(k) or None) for k in ("title", "domains", "activities", "starts_at", "ends_at")) and \
        (summary.get("urgency"), summary.get("remote")) == (m.get("urgency") or "normal", m.get("remote") or "no")
    if not same:
        report.cannot("missions shown were open to this person", "the mission was changed, closed or deleted since")
    return same


def check_eligible(page, item, m, report):
    person, ends, remote, faults = page.person, instant(m.get("ends_at_instant")), m.get("remote") or "no", []
    if ends is not None and ends < page.at:
        faults.append("had ended")
    if m.get("apply_before") and instant(m["apply_before"]) + 2 * DAY < page.at:
        faults.append("no longer took applications")
    missing = {s for s, required in map(formula.skill_of, m.get("skills") or []) if required} - set(person.get("skills") or [])
    if missing:
        faults.append(f"requires {missing}")
    if person.get("birth_year") and time.gmtime(page.at).tm_year - person["birth_year"] - 1 < m.get("min_age", 18):
        faults.append(f"is for those of {m.get('min_age', 18)} and older")
    if person.get("remote") == "no" and remote == "full" or person.get("remote") == "only" and remote not in ("full", "possible"):
        faults.append(f"is remote: {remote}, and they want {person['remote']}")
    report.check("missions shown were open to this person", not faults, lambda: f"{page.name}: mission {item['id']} {' and '.join(faults)}")


def check_place(page, item, m, report):
    """The distance told, from scratch, and that nothing nearer of the mission was passed over."""
    name = "distances, from scratch"
    if item["distance_km"] is None:
        return
    if not page.places:
        return report.cannot(name, "where the person is, is not public (a postal code that the gazetteer does not place alone)")
    nearest = min((formula.kilometres(page.places[0], p) for p in formula.points_of(m)), default=None)
    chosen = any(page.filters.get(f) for f in ("department", "region", "city", "postal_code", "bbox", "polygon"))
    ok = page.off(page.places[0], item) < 0.0015 and (chosen or nearest is not None and near(nearest, item["distance_km"], 0.0015))
    report.check(name, ok, lambda: f"{page.name}: mission {item['id']} is told at {item['distance_km']} km; its nearest address is at {nearest} km")
    strict, person = page.filters.get("radius_km"), page.person
    asked = strict or person.get("radius_km") or MOBILITY_KM.get(person.get("mobility"))
    reach = (page.body.get("widened") or {}).get("to_km") or asked or page.world.policy["distance"]["max_km"]
    if strict or (m.get("urgency") or "normal") in ("calm", "normal") and not page.world.crises:
        report.check("distances, within the radius", item["distance_km"] <= reach + 0.001, lambda: f"{page.name}: mission {item['id']} at {item['distance_km']} km, the reach is {reach} km")


def check_score(page, item, m, report):
    """The reasons multiply to the score, and each is what the formula says."""
    world, reasons = page.world, item.get("reasons")
    if not reasons:
        return report.cannot(PRODUCT, "the answer has no reasons (not asked for, or left out under load)")
    values, details, product = {r["factor"]: r["value"] for r in reasons}, {r["factor"]: r.get("detail") or {} for r in reasons}, 1.0
    for r in reasons:
        product *= r["value"] ** r["weight"]
    wanted = {"affinity", "availability", "urgency", "quality", "congestion"} | ({"distance"} if "distance" in values or page.places else set())
    report.check(PRODUCT, abs(product - item["score"]) <= 1e-6 and len(reasons) == len(values) and set(values) == wanted
                 and all(r["weight"] == world.policy["weights"][r["factor"]] for r in reasons),
                 lambda: f"{page.name}: mission {item['id']} has score {item['score']!r}; its reasons multiply to {product!r}: {reasons}")
    if set(values) != wanted:
        return None

    def factor(name, how, want, tolerance=1e-6):
        report.check(f"scores: {name}, {how}", near(values[name], want, tolerance),
                     lambda: f"{page.name}: mission {item['id']}: {name} is {values[name]!r}; by the formula it is {want!r}")
    factor("affinity", "from scratch", formula.affinity(world, page.person, m))
    check_decay(page, item, m, details.get("distance"), factor)
    if not page.person.get("availability") or not m.get("slots") and m.get("date_type") != "once":
        factor("availability", "from scratch", 1.0)
    else:
        report.check("scores: availability, one of its two values", values["availability"] in (1, world.policy["availability"]["none_fits"]), lambda: f"{page.name}: {item}")
    check_urgency(page, item, m, details["urgency"], factor, report)
    q, p = details["quality"], world.policy["quality"]
    answered, ignored = p["prior_answered"] + q.get("answered", 0), p["prior_ignored"] + q.get("ignored", 0)
    factor("quality", "from the counts told", answered / (answered + ignored))
    total, fill, free = m["occupancy"]["total"], details["congestion"]["fill"], item["seats_free"]
    if total and free is not None and not m.get("slots") and item["id"] not in world.changed:
        report.check("scores: fill, from scratch", near(fill, 1 - free / total), lambda: f"{page.name}: mission {item['id']}: fill {fill} with {free} of {total} seats free")
    if total is None or m.get("booking") == "elsewhere":  # at most the median of those booked here
        report.check("scores: congestion, at most that of fill", values["congestion"] <= formula.congestion(fill) + 2e-6, lambda: f"{page.name}: {item}")
    else:
        factor("congestion", "from fill", formula.congestion(fill), 2e-6)


def check_decay(page, item, m, detail, factor):
    """D: a constant from afar, else by the distance and the scale told (each rounded to the metre)."""
    policy = page.world.policy
    if detail is None:
        return
    if detail.get("remote"):
        factor("distance", "from afar", policy["distance"]["remote"] if m.get("remote") in ("full", "possible") else 0.0)
        return
    km, told = detail["km"], detail["scale_km"]
    if page.places:
        km = min(formula.kilometres(page.places[0], p) for p in formula.points_of(m)) if not near(km, 0, 1e-9) else km
        km = km if near(km, detail["km"], 0.0015) else detail["km"]  # another address was chosen by a filter
    factor("distance", "from kilometres and scale", formula.distance(policy, km, told), 0.0006 / told * (1 + km / told) + 1e-6)


def check_urgency(page, item, m, detail, factor, report):
    world, u, urgency = page.world, page.world.policy["urgency"], m.get("urgency") or "normal"
    boost, p_miss = detail.get("boost", 1), detail["p_miss"]
    factor("urgency", "from p_miss", 1 + u[urgency] * boost * p_miss, 1e-6 * max(1, u[urgency] * boost))
    low, high = formula.p_miss_range(world, m, item["seats_free"] or 1, page.at)
    report.check("scores: p_miss, within what seats, dates and fills allow", detail.get("urgency") == urgency and low <= p_miss <= high,
                 lambda: f"{page.name}: mission {item['id']}: p_miss {p_miss} is not from {low:.6f} to {high:.6f}")
    crises = [world.crises.get(c) for c in detail.get("crises", [])]
    if crises and all(crises):
        report.check("scores: boost of a crisis", boost == max(c.get("boost") or 1 for c in crises), lambda: f"{page.name}: {item}")
    elif not crises:
        report.check("scores: boost of a crisis", boost == 1, lambda: f"{page.name}: a boost of {boost} without a crisis: {item}")


def check_scale(page, report):
    """All items tell one scale L, but for the least that urgency gives, and L is what the map says."""
    d, name, told = page.world.policy["distance"], "scales, between what the map allows", []
    for item in page.items:
        detail = next((r.get("detail") or {} for r in item.get("reasons") or [] if r["factor"] == "distance"), {})
        least = {"urgent": d["urgent_min_km"], "vital": d["vital_min_km"]}.get(item["mission"].get("urgency"), 0)
        if "scale_km" in detail and "reach_km" not in detail:
            told.append((detail["scale_km"], least))
    if not told:
        return
    if not page.places:
        return report.cannot(name, "where the person is, is not public")
    low, high = page.world.scale_range(page.places[0], page.at)
    plain = {t for t, least in told if t > least + 0.001}  # those that urgency did not raise
    ok = len(plain) <= 1 and all(low - 0.001 <= t <= high + 0.001 for t in plain) and all(t >= max(least, low) - 0.001 for t, least in told)
    report.check(name, ok, lambda: f"{page.name}: scales {sorted(set(told))} (told, least by urgency); by the map L is from {low:.3f} to {high:.3f} km")


def check_search(page, report):
    """One recorded page of search: order, filters, distances, seats. Words and facets are not judged here."""
    world, asked, ids = page.world, page.asked, [i["id"] for i in page.items]
    report.check("search: no mission twice, not more than asked or there are", len(set(ids)) == len(ids) <= min(int(asked.get("limit") or 20), page.body["total"]),
                 lambda: f"{page.name}: {len(ids)} of {page.body['total']}: {ids}")
    sort = asked.get("sort") or "relevance"
    if sort in ("relevance", "distance"):
        keys = [-i["score"] if sort == "relevance" else (i["distance_km"] if i["distance_km"] is not None else float("inf")) for i in page.items]
        report.check("search: order", keys == sorted(keys), lambda: f"{page.name}: by {sort} the keys are {keys}")
    else:
        report.cannot("search: order", f"sort {sort}")
    point = (float(asked["lat"]), float(asked["lon"])) if asked.get("lat") is not None else None
    for item in page.items:
        if str(asked.get("open", "true")).lower() != "false":
            check_seat(page, item, report)
        if point and item["distance_km"] is not None:
            report.check("search: distances, from scratch", page.off(point, item) < 0.0015 and item["distance_km"] <= float(asked.get("radius_km") or 2e4) + 0.001,
                         lambda: f"{page.name}: {item['id']} told at {item['distance_km']} km is off by {page.off(point, item)} km, or beyond {asked.get('radius_km')} km")
        if unchanged(page, item, report):
            m = world.missions[item["id"]]
            theirs = {"domain": world.ids("domains", m.get("domains")), "activity": world.ids("activities", m.get("activities")), "remote": {m.get("remote") or "no"},
                      "urgency": {m.get("urgency") or "normal"}, "publisher": {m.get("publisher")}, "tag": set(m.get("tags") or []),
                      "department": {l.get("department") for l in m.get("locations") or []}}
            for field, values in theirs.items():
                if asked.get(field):
                    wants = world.ids({"domain": "domains", "activity": "activities"}[field], split(asked[field])) if field in ("domain", "activity") else set(split(asked[field]))
                    report.check("search: filters", bool(wants & values), lambda: f"{page.name}: {item['id']} has {field} {values}, asked was {wants}")
