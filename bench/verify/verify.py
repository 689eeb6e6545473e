#!/usr/bin/env python3
"""Does a Renfort service still have what it acknowledged, and did it rank as its documentation says?

    verify.py --target URL [--ledger FILE]... [--record FILE]... [--json FILE]

Plain Python, standard library only. It reads files and asks the service over HTTP; it shares no code with the
service and was written from its documentation. README.md beside it describes the files and what is checked.
A key is taken from the environment variable RENFORT_KEY. It writes nothing to the service.

Exit code: 0 all that was looked at is right; 1 something is wrong, or nothing was looked at; 2 it could not look.
"""
import argparse
import collections
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import pages
from formula import instant
from pages import quoted


class Report:
    """What was looked at, what was wrong, and what could not be told, by check. Nothing is skipped in silence."""

    def __init__(self):
        self.right, self.unknown, self.wrong = collections.Counter(), collections.Counter(), collections.defaultdict(list)

    def check(self, name, ok, detail):
        """One thing was looked at. detail is only read where it is wrong."""
        if ok:
            self.right[name] += 1
        else:
            self.wrong[name].append(detail() if callable(detail) else detail)
        return ok

    def cannot(self, name, why):
        """One thing could not be checked."""
        self.unknown[name, why] += 1

    def names(self):
        seen = dict.fromkeys(list(self.right) + list(self.wrong) + [name for name, _ in self.unknown])
        return list(seen)

    def looked(self, *names):
        return sum(self.right[n] + len(self.wrong.get(n, ())) for n in (names or self.names()))

    def show(self, to, most):
        for name in self.names():
            wrong = self.wrong.get(name, [])
            print(f"{'WRONG' if wrong else 'ok   '} {name}: {self.looked(name)} looked at, {len(wrong)} wrong", file=to)
            for detail in wrong[:most]:
                print(f"        {detail}", file=to)
            if len(wrong) > most:
                print(f"        and {len(wrong) - most} more", file=to)
            for (of, why), n in sorted(self.unknown.items()):
                if of == name:
                    print(f"        {n} not checked: {why}", file=to)

    def as_json(self):
        return [{"name": n, "ok": not self.wrong.get(n), "looked": self.looked(n), "wrong": self.wrong.get(n, [])[:100],
                 "not_checked": {why: c for (of, why), c in self.unknown.items() if of == n}} for n in self.names()]


class Service:
    """The service, over HTTP. Reads only."""

    def __init__(self, target, key):
        self.target, self.key, self.cache = target.rstrip("/"), key, {}

    def get(self, path):
        """The JSON of a GET; None for 404. What the service refuses for a while is asked again."""
        request = urllib.request.Request(self.target + path)
        if self.key:
            request.add_header("Authorization", "Bearer " + self.key)
        for attempt in range(10):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as e:
                if e.code == 404:
                    return None
                if e.code not in (429, 503) or attempt == 9:
                    raise OSError(f"GET {path}: {e.code} {e.read()[:500]!r}")
                time.sleep(float(e.headers.get("Retry-After") or 1))

    def once(self, path):
        if path not in self.cache:
            self.cache[path] = self.get(path)
        return self.cache[path]

    def walk(self, path, member):
        cursor = None
        while True:
            more = ("&cursor=" + urllib.parse.quote(cursor)) if cursor else ""
            page = self.get(path + more) or {member: [], "cursor": None}
            yield from page[member]
            cursor = page.get("cursor")
            if not cursor:
                return


def read_lines(paths, report):
    """All lines of JSON files. A line that cannot be read is wrong: it may be the one that mattered."""
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for number, text in enumerate(lines, 1):
                try:
                    yield json.loads(text)
                except ValueError as e:
                    report.check("files can be read", False, f"{path}:{number}: {e}")


# ---------------------------------------------------------------- 1. is every acknowledged write there?

class Write:
    """One write of a ledger: what was intended, and what came of it: acknowledged, refused, or (None) nobody knows."""

    def __init__(self, line):
        self.line, self.outcome = line, None

    def answered(self, line):
        self.line.update(line)
        self.outcome = line["line"]

    def __getattr__(self, name):  # of the line; ids may also stand in the path alone
        value = self.line.get(name)
        if value is None and name in ("mission", "volunteer", "hold"):
            parts = self.line.get("path", "").split("?")[0].split("/")  # /v1/missions/{id}/...
            if len(parts) > 3 and parts[2] == name + "s":
                return urllib.parse.unquote(parts[3])
        return value

    @property
    def done(self):
        return self.outcome == "acknowledged"

    @property
    def maybe(self):
        return self.outcome is None


def read_ledger(paths, report):
    writes = {}
    for line in read_lines(paths, report):
        key = (line.get("run"), line.get("n"))
        if line.get("line") == "intent":
            writes.setdefault(key, Write(line))
        elif line.get("line") in ("acknowledged", "refused"):
            writes.setdefault(key, Write(line)).answered(line)
    return list(writes.values())


PUT_PEOPLE = ("volunteer.put", "signup")


def check_written(writes, report, name, op_put, op_delete, noun, present, there):
    """Missions and volunteers that were put are there; those deleted last are not."""
    puts, deletes = collections.defaultdict(list), collections.defaultdict(list)
    for w in writes:
        if w.op in op_put and getattr(w, noun):
            puts[getattr(w, noun)].append(w)
        if w.op == op_delete:
            deletes[getattr(w, noun)].append(w)
    for key, all_puts in list(puts.items()) + [(k, []) for k in deletes if k not in puts]:
        done = max((w.seq or 0 for w in all_puts if w.done), default=None)
        gone = max((w.seq or 0 for w in deletes[key] if w.done), default=None)
        if any(w.maybe for w in deletes[key]) or done is None and gone is None:
            report.cannot(name, "its writes were not acknowledged: it may be there or not")
        elif done is not None and (gone is None or gone < done):
            report.check(name, key in present or there(key), lambda: f"{noun} {key} was acknowledged (seq {done}) and is not there")
        elif not any(w.maybe for w in all_puts):
            report.check(name, key not in present, lambda: f"{noun} {key} was deleted (seq {gone}) and is there")


def allowed_states(hold, writes, seat, now):
    """The states that a hold may be in, after what the ledger says of it."""
    of = {op: [w for w in writes if w.op == op and w.outcome != "refused"] for op in ("confirm", "release", "answer", "extend")}
    base = next((w for w in writes if w.op in ("hold", "signup", "volunteer.put") and w.done), None)
    confirmed = base is not None and base.state == "confirmed" or any(w.done for w in of["confirm"])
    states = {"confirmed"} if confirmed else {"held"}
    if any(w.done and w.op == "release" for w in writes):
        return {"released"}
    if any(w.maybe for w in of["confirm"]):
        states.add("confirmed")
    if of["release"] or of["answer"]:  # nobody knows; an answer of the organisation may release
        states.add("released")
    if not confirmed:
        ends = [seat.get("expires_at")] + ([base.expires] if base is not None and base.expires and not of["extend"] else [])
        if all(e is None or instant(e) <= now + 2 for e in ends):
            states.add("expired")
        if seat["state"] == "held" and seat.get("expires_at") and instant(seat["expires_at"]) < now - 600:
            states.discard("held")  # ten minutes past its end nothing is still held
    return states


def check_ledger_seats(service, writes, seats, report):
    name = "acknowledged seats are as they were left"
    holds, asked, erased, gone = collections.defaultdict(list), set(), set(), set()
    for w in writes:
        if w.hold and (w.done or w.op != "hold"):
            holds[w.hold].append(w)
        if w.outcome != "refused" and (w.op in ("hold", "waiting", "seats.import") or "/signups" in w.path):
            asked.add((w.volunteer, w.mission if w.op == "hold" else None))  # None: a mission of the service's choice
        if w.outcome != "refused" and w.op == "volunteer.delete":
            erased.add(w.volunteer)
        if w.outcome != "refused" and w.op in ("mission.delete", "recall"):
            gone.add(w.mission)
    by_hold, now = {s["hold"]: s for s in seats}, time.time()
    for hold, about in holds.items():
        mission = next((w.mission for w in about if w.mission), None)
        volunteer = next((w.volunteer for w in about if w.volunteer), None)
        if not any(w.done for w in about):
            report.cannot(name, "no write of this hold was acknowledged")
            continue
        if volunteer in erased or mission in gone:
            report.cannot(name, "its volunteer was erased, or its mission deleted or recalled")
            continue
        seat = by_hold.get(hold) or service.get("/v1/holds/" + quoted(hold))
        if not report.check(name, seat is not None, lambda: f"hold {hold} of {volunteer} on {mission} was acknowledged (seq {max(w.seq or 0 for w in about if w.done)}) and is not there"):
            continue
        states = allowed_states(hold, about, seat, now)
        ok = seat["state"] in states and (not mission or seat["mission"] == mission) and (not volunteer or seat["volunteer"] == volunteer)
        report.check(name, ok, lambda: f"hold {hold}: the service says {seat['state']} for {seat['volunteer']} on {seat['mission']}; "
                                       f"the ledger says {' or '.join(sorted(states))} for {volunteer} on {mission}")
    ours = {w.volunteer for w in writes}
    for s in seats:  # a seat nobody asked for, or that was refused, is as wrong as one that is lost
        if s["volunteer"] in ours and s["volunteer"] is not None:
            report.check("no seat that nobody asked for", s["hold"] in holds or (s["volunteer"], s["mission"]) in asked or (s["volunteer"], None) in asked,
                         lambda: f"hold {s['hold']}: {s['volunteer']} has {s['state']} on {s['mission']}, and the ledger never asked, or was refused")


# ---------------------------------------------------------------- 2. is a seat given twice?

def live(seats):
    return [s for s in seats if s["state"] in ("held", "confirmed")]


def seats_fit(mission, seats):
    """What is wrong with a mission's seats, counted here from the holds, or None."""
    occupancy, total = mission["occupancy"], mission["occupancy"]["total"]
    own = {s["id"]: s["seats"] for s in mission.get("slots") or [] if s.get("seats") is not None}
    taken = collections.Counter()  # by slot with seats of its own; None stands for the seats that all others share
    granted, state, people = 0, collections.Counter(), {}
    for s in live(seats):
        pools = {slot if slot in own else None for slot in s["slots"] or [None]}
        state[s["state"]] += len(pools)
        if s.get("origin") != "import":  # given before Renfort: may exceed the seats
            taken.update(pools)
            granted += len(pools)
        for slot in s["slots"] or [None]:
            if s["volunteer"] and people.setdefault((s["volunteer"], slot), s["hold"]) != s["hold"]:
                return f"{s['volunteer']} has two live seats for the same: {people[s['volunteer'], slot]} and {s['hold']}"
    if total is not None and granted > total:
        return f"{granted} seats given, and there are {total}"
    for slot, number in own.items():
        if taken[slot] > number:
            return f"{taken[slot]} seats given in slot {slot}, and there are {number}"
    if not own and mission.get("seats") is not None and granted > mission["seats"]:
        return f"{granted} seats given, and the record has {mission['seats']}"
    if (state["held"], state["confirmed"]) != (occupancy["held"], occupancy["confirmed"]):
        return f"its occupancy says {occupancy['held']} held and {occupancy['confirmed']} confirmed; counted are {state['held']} and {state['confirmed']}"
    if total is not None:
        sum_of = occupancy["elsewhere"] + occupancy["held"] + occupancy["confirmed"] + occupancy["free"]
        if total + occupancy["over"] != sum_of:
            return f"its parts do not add up: {occupancy}"
        if occupancy["over"] and not occupancy["elsewhere"] and not any(s.get("origin") == "import" for s in seats):
            return f"{occupancy['over']} over, and nothing was given elsewhere or imported"
    return None


def check_seats(service, missions, seats, report):
    by_mission = collections.defaultdict(list)
    for s in seats:
        by_mission[s["mission"]].append(s)
    for m in missions.values():
        fault = seats_fit(m, by_mission[m["id"]])
        for _ in range(5):  # the two walks are not of one instant: ask again before calling it wrong
            if fault is None:
                break
            time.sleep(0.2)
            m = service.get("/v1/missions/" + quoted(m["id"])) or m
            fault = seats_fit(m, list(service.walk(f"/v1/seats?limit=1000&mission={quoted(m['id'])}", "seats")))
        report.check("no mission gave out a seat too many", fault is None, lambda: f"mission {m['id']}: {fault}")


# ---------------------------------------------------------------- 3. all of it

def verify(service, ledgers, records, report):
    writes = read_ledger(ledgers, report)
    seats = list(service.walk("/v1/seats?limit=1000", "seats"))
    missions = {m["id"]: m for m in service.walk("/v1/missions?limit=1000", "missions")}
    if ledgers:
        people = {v["id"] for v in service.walk("/v1/volunteers?limit=1000", "volunteers")} if any(w.op in PUT_PEOPLE for w in writes) else set()
        check_written(writes, report, "acknowledged volunteers are there", PUT_PEOPLE, "volunteer.delete", "volunteer", people,
                      lambda key: service.get("/v1/volunteers/" + quoted(key)))
        check_written(writes, report, "acknowledged missions are there", ("mission.put",), "mission.delete", "mission", missions,
                      lambda key: service.get("/v1/missions/" + quoted(key)))
        check_ledger_seats(service, writes, seats, report)
        count = collections.Counter("unknown" if w.outcome is None else w.outcome for w in writes)
        print(f"ledger: {len(writes)} writes: {count['acknowledged']} acknowledged, {count['refused']} refused, {count['unknown']} unknown")
        report.check("a ledger has acknowledged writes", count["acknowledged"] > 0, "it has none: nothing was proved")
    check_seats(service, missions, seats, report)
    report.check("there are missions", len(missions) > 0, "the service has none: nothing was proved")
    if records:
        world, before, shown = pages.World(service, missions, seats, writes), report.looked(), 0
        for answer in read_lines(records, report):
            if answer.get("status", 200) not in (200, 201) or not answer.get("body"):
                report.cannot("pages: order", f"the answer's status was {answer.get('status')}")
                continue
            shown += len(answer["body"].get("recommendations") or [])
            try:
                (pages.check_search if "hits" in answer["body"] else pages.check_recommendation)(pages.Page(world, answer), report)
            except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as e:
                report.check("answers have the documented shape", False, f"answer {answer.get('run')}/{answer.get('n')}: {e!r}")
        report.check("a record has answers", report.looked() > before, "it has none that could be looked at: nothing was proved")
        if shown:  # answers without reasons, or of missions that all were changed since, are no proof of scores
            report.check("scores were worked out anew", report.looked(pages.PRODUCT) > 0, f"of none of {shown} missions shown: nothing was proved")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--target", required=True, help="the service's address")
    parser.add_argument("--ledger", action="append", default=[], help="writes, as bench --ledger leaves them; may be given again")
    parser.add_argument("--record", action="append", default=[], help="answers, as bench --record leaves them; may be given again")
    parser.add_argument("--json", help="what was found, as JSON, into this file")
    parser.add_argument("--most", type=int, default=10, help="faults shown of each kind")
    options = parser.parse_args()
    if not options.ledger and not options.record:
        parser.error("give a --ledger or a --record")
    report, service = Report(), Service(options.target, os.environ.get("RENFORT_KEY"))
    try:
        verify(service, options.ledger, options.record, report)
    except Exception as e:  # whatever it is: it could not look, which is another thing than having found something
        print(f"verify: {type(e).__name__}: {e}", file=sys.stderr)
        return 2
    report.show(sys.stdout, options.most)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as to:
            json.dump({"checks": report.as_json()}, to, indent=1)
    wrong = sum(map(len, report.wrong.values()))
    print(f"{'WRONG' if wrong else 'RIGHT'}: {report.looked()} looked at, {wrong} wrong, {sum(report.unknown.values())} not checked")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
