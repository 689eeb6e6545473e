// The model that answers are compared with: plain loops over the records, no
// index, no shortcut. It knows nothing of how Renfort works.

// values gives all that a record holds under a dotted name, arrays flattened,
// null left out. It remembers: each is asked for many times, and records here
// do not change.
export const values = (record, name) => column(name)(record);

const columns = new Map();
function column(name) {
  if (!columns.has(name)) {
    const known = new WeakMap();
    columns.set(name, (record) => {
      let found = known.get(record);
      if (found === undefined) known.set(record, found = find(record, name));
      return found;
    });
  }
  return columns.get(name);
}

function find(record, name) {
  const found = [];
  const walk = (value, steps) => {
    if (Array.isArray(value)) value.forEach((v) => walk(v, steps));
    else if (value === null || value === undefined) return;
    else if (steps.length === 0) found.push(value);
    else if (typeof value === 'object') walk(value[steps[0]], steps.slice(1));
  };
  walk(record, name.split('.'));
  return found;
}

// written is how Algolia writes a value as a facet.
export const written = (value) => String(value);

// Conditions. Each is {text, numeric, holds}: how Algolia's filters write it,
// whether it compares numbers, and whether a record satisfies it.

export const is = (name, value) => {
  const of = column(name), wanted = written(value);
  return {
    text: `${name}:${quoted(value)}`,
    facet: `${name}:${wanted}`,
    holds: (r) => of(r).some((v) => v === value || written(v) === wanted),
  };
};

export const compare = (name, op, number) => {
  const of = column(name), holds = compares[op];
  return { text: `${name} ${op} ${number}`, numeric: true, holds: (r) => of(r).some((v) => isNumber(v) && holds(Number(v), number)) };
};

export const between = (name, from, to) => {
  const of = column(name);
  return { text: `${name}:${from} TO ${to}`, numeric: true, holds: (r) => of(r).some((v) => isNumber(v) && v >= from && v <= to) };
};

export const not = (kid) => ({ text: `NOT ${kid.text}`, holds: (r) => !kid.holds(r) });
export const and = (...kids) => ({ text: kids.map((k) => k.text).join(' AND '), holds: (r) => kids.every((k) => k.holds(r)) });
export const or = (...kids) => ({ text: `(${kids.map((k) => k.text).join(' OR ')})`, holds: (r) => kids.some((k) => k.holds(r)) });

const compares = {
  '<': (a, b) => a < b, '<=': (a, b) => a <= b, '=': (a, b) => a === b,
  '!=': (a, b) => a !== b, '>=': (a, b) => a >= b, '>': (a, b) => a > b,
};

// Booleans compare as 0 and 1.
const isNumber = (v) => typeof v === 'number' || typeof v === 'boolean';

const quoted = (value) => (typeof value === 'string' ? `"${value}"` : written(value));

// facet counts a name's values: a record counts once for each value it has.
export function facet(list, name) {
  const counts = new Map();
  for (const record of list) {
    for (const value of new Set(values(record, name).filter((v) => typeof v !== 'object').map(written))) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return Object.fromEntries(counts);
}

// stats are min, max, sum and avg of a name's numbers.
export function stats(list, name) {
  const all = list.flatMap((r) => values(r, name)).filter((v) => typeof v === 'number');
  const sum = all.reduce((a, b) => a + b, 0);
  return { min: Math.min(...all), max: Math.max(...all), sum, avg: sum / all.length };
}

// fold takes accents and capitals away.
export const fold = (text) => text.toLowerCase().replaceAll('œ', 'oe').replaceAll('æ', 'ae').normalize('NFD').replace(/[\u0300-\u036f]/g, '');

// tokens are the words of a text.
export const tokens = (text) => fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

// matches tells whether each word of a query is a word of the record's
// attributes; the last may be the beginning of one, unless whole. No typos.
export function matches(record, query, attributes, whole = false) {
  const wanted = tokens(query), has = wordsOf(record, attributes);
  return wanted.every((w, i) => has.some((h) => (i === wanted.length - 1 && !whole ? h.startsWith(w) : h === w)));
}

// wordsOf remembers the words of each record: most are asked for many times.
const remembered = new WeakMap();
function wordsOf(record, attributes) {
  if (!remembered.has(record)) remembered.set(record, new Map());
  const known = remembered.get(record), key = attributes.join();
  if (!known.has(key)) {
    known.set(key, [...new Set(attributes.flatMap((name) => values(record, name)).filter((v) => typeof v === 'string').flatMap(tokens))]);
  }
  return known.get(key);
}

const earthRadiusM = 6371008.8;

// distanceM is the great circle's length between two {lat, lng}, in metres.
export function distanceM(a, b) {
  const rad = Math.PI / 180;
  const h = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2
    + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lng - a.lng) * rad) / 2) ** 2;
  return 2 * earthRadiusM * Math.asin(Math.min(1, Math.sqrt(h)));
}

// nearestM is how far the nearest of a record's points is; Infinity if it has
// none.
export function nearestM(record, at) {
  return Math.min(Infinity, ...points(record).map((p) => distanceM(p, at)));
}

export const points = (record) => [record._geoloc ?? []].flat();

// inBox tells whether one of a record's points is between two corners.
export function inBox(record, [lat1, lng1, lat2, lng2]) {
  const between = (v, a, b) => v >= Math.min(a, b) && v <= Math.max(a, b);
  return points(record).some((p) => between(p.lat, lat1, lat2) && between(p.lng, lng1, lng2));
}

// inPolygon tells the same of an outline, [lat, lng, lat, lng, …], on a flat
// map: give it small outlines, and no point close to the edge.
export function inPolygon(record, outline) {
  const corners = [];
  for (let i = 0; i < outline.length; i += 2) corners.push({ lat: outline[i], lng: outline[i + 1] });
  return points(record).some((p) => {
    let inside = false;
    corners.forEach((a, i) => {
      const b = corners[(i + 1) % corners.length];
      if (a.lat > p.lat !== b.lat > p.lat && p.lng < ((b.lng - a.lng) * (p.lat - a.lat)) / (b.lat - a.lat) + a.lng) inside = !inside;
    });
    return inside;
  });
}

const first = (record, name) => {
  const [value] = values(record, name);
  return value === undefined ? undefined : Number(value);
};

// order compares two records as customRanking does: "asc(name)" and
// "desc(name)"; records without the attribute come last.
export function order(ranking) {
  const criteria = ranking.map((r) => /^(asc|desc)\((.+)\)$/.exec(r)).map(([, way, name]) => ({ sign: way === 'asc' ? 1 : -1, name }));
  return (a, b) => {
    for (const { sign, name } of criteria) {
      const x = first(a, name), y = first(b, name);
      if (x === y) continue;
      if (x === undefined) return 1;
      if (y === undefined) return -1;
      return sign * (x - y);
    }
    return 0;
  };
}
