"""The documented formula of a score, on plain values: places, and section 5 of the design with the constants of
GET /v1/policy. Nothing here asks anybody anything."""
import datetime
import math

EARTH_KM = 6371.0088  # mean radius: the contract's sphere
FILL_DAYS = 14        # fills are counted over so many days ("filled" of GET /v1/missions/{id}/seats)
MINUTE, DAY = 60.0, 86400.0


def instant(text):
    """Seconds since 1970 of an RFC 3339 time, or of a bare date in UTC; None for nothing."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00") if "T" in text else text + "T00:00:00+00:00").timestamp() if text else None


def kilometres(a, b):
    """Great circle, by the haversine."""
    (lat1, lon1), (lat2, lon2) = [tuple(map(math.radians, p)) for p in (a, b)]
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, h)))


# S2 cells (s2geometry.io): a cube around the globe, its faces divided in four again and again. Renfort keeps of a
# volunteer the cell of level 13, as a token, and measures distance scales from the centre of the cell of level 10.

def cell_center(face, i, j, level):
    def uv(s):
        return (4 * s * s - 1) / 3 if s >= 0.5 else (1 - 4 * (1 - s) ** 2) / 3
    u, v = uv((i + 0.5) / (1 << level)), uv((j + 0.5) / (1 << level))
    x, y, z = [(1, u, v), (-u, 1, v), (-u, -v, 1), (-1, -v, -u), (v, -1, -u), (v, u, -1)][face]
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def cell_around(point, level):
    """The centre of the cell of that level that a point is in."""
    lat, lon = map(math.radians, point)
    xyz = (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
    axis = max(range(3), key=lambda k: abs(xyz[k]))
    face = axis if xyz[axis] > 0 else axis + 3
    x, y, z = xyz
    u, v = [(y / x, z / x), (-x / y, z / y), (-x / z, -y / z), (z / x, y / x), (z / y, -x / y), (-y / z, -x / z)][face] \
        if xyz[axis] else (0, 0)

    def st(w):
        return 0.5 * math.sqrt(1 + 3 * w) if w >= 0 else 1 - 0.5 * math.sqrt(1 - 3 * w)
    n = 1 << level
    return cell_center(face, *(min(n - 1, int(n * st(w))) for w in (u, v)), level)


def token_center(token):
    """The centre of the cell with that token: the Hilbert curve, walked from the top."""
    order, turn = [[0, 1, 3, 2], [0, 2, 3, 1], [3, 2, 0, 1], [3, 1, 0, 2]], [1, 0, 0, 3]
    cell = int(token.ljust(16, "0"), 16)
    level = 30 - ((cell & -cell).bit_length() - 1) // 2
    face, i, j = cell >> 61, 0, 0
    facing = face & 1
    for k in range(level):
        position = cell >> (59 - 2 * k) & 3
        ij = order[facing][position]
        i, j, facing = i * 2 + (ij >> 1), j * 2 + (ij & 1), facing ^ turn[position]
    return cell_center(face, i, j, level)


def middle(weighted):
    """The middle of points with weights, on the globe."""
    x = y = z = 0.0
    for (lat, lon), weight in weighted:
        lat, lon = math.radians(lat), math.radians(lon)
        x, y, z = x + weight * math.cos(lat) * math.cos(lon), y + weight * math.cos(lat) * math.sin(lon), z + weight * math.sin(lat)
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def points_of(mission):
    return [(l["lat"], l["lon"]) for l in mission.get("locations") or [] if l.get("lat") is not None]


def market(mission):
    """Fill rates are pooled by first domain and first address's department."""
    return (mission.get("domains") or [""])[0], (mission.get("locations") or [{}])[0].get("department", "")


def affinity(world, person, mission):
    """A: chosen activity, chosen domain, its neighbour, another; and a bonus for asked skills."""
    p, domains, activities = world.policy["affinity"], world.ids("domains", person.get("domains")), world.ids("activities", person.get("activities"))
    if not domains and not activities:
        return 1.0
    theirs = world.ids("domains", mission.get("domains"))
    if activities & world.ids("activities", mission.get("activities")):
        value = p["activity"]
    elif domains & theirs:
        value = p["domain"]
    elif any((a, b) in world.adjacent for a in domains for b in theirs):
        value = p["adjacent"]
    else:
        value = p["other"]
    asked = [skill_of(s)[0] for s in mission.get("skills") or []]
    share = sum(s in (person.get("skills") or []) for s in asked) / len(asked) if asked else 0
    return min(1.0, value + p["skill_bonus"] * share)


def skill_of(skill):
    return (skill, False) if isinstance(skill, str) else (skill["id"], skill.get("required", False))


def expected_empty(seats, mean):
    """E[(seats - N)+] / seats, N Poisson."""
    if seats > mean + 12 * math.sqrt(mean) + 30:
        return 1 - mean / seats  # more than 12 standard deviations away
    log_mean = math.log(mean) if mean > 0 else -math.inf
    return sum((seats - k) * math.exp((k * log_mean if k else 0) - mean - math.lgamma(k + 1)) for k in range(seats)) / seats


def p_miss_range(world, mission, free, at):
    """Between what p_miss must be. Fill rates are not public to the day, so they are bounded: no fills at all in
    FILL_DAYS, and every seat of the market filled today."""
    u, m = world.policy["urgency"], market(mission)
    prior, days, market_days = u["prior_fills_per_day"], u["prior_days"], u["prior_market_days"]
    low = prior * market_days / (market_days + FILL_DAYS * world.market_size[m]) * days / (days + FILL_DAYS)
    high = ((prior * market_days + world.market_fills[m]) / market_days * days + world.fills[mission["id"]]) / days
    horizon = u["horizon_h"][mission.get("urgency") or "normal"] * 3600.0
    ends, longest, shortest = instant(mission.get("ends_at_instant")), horizon, horizon
    if ends and ends > at:
        longest = min(longest, ends - at + 2 * MINUTE)
    dates = [mission.get("ends_at"), mission.get("apply_before"), mission.get("starts_at")] + [s.get("starts_at") or s.get("date") for s in mission.get("slots") or []]
    for date in filter(None, dates):  # a bare date is a day somewhere on earth
        if instant(date) + 2 * DAY > at:
            shortest = min(shortest, max(0.0, instant(date) - DAY - at))
    return expected_empty(free, high * longest / DAY) - 1e-6, expected_empty(free, low * shortest / DAY) + 1e-6


def congestion(fill):
    return (1 - math.exp(fill - 1)) / (1 - math.exp(-1))


def distance(policy, km, scale_km):
    """D at a place: 1 within free_km, then a decay by the scale."""
    return math.exp(-max(0.0, km - policy["distance"]["free_km"]) / scale_km)


def scale(policy, twentieth_km):
    """L of calm and normal missions, by the distance to the scale_rank-th mission to be had; None for fewer."""
    d = policy["distance"]
    return d["scale_max_km"] if twentieth_km is None else min(max(d["scale_factor"] * twentieth_km, d["scale_min_km"]), d["scale_max_km"])


def near(a, b, tolerance=1e-6):
    return abs(a - b) <= tolerance * max(1.0, abs(a), abs(b))
