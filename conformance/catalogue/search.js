// Filters, facets, words and the map: each answer is compared with a loop over
// all records.

import assert from 'node:assert/strict';
import { dice, settings, startOfDay } from '../records.js';
import * as model from '../model.js';
import { each, ids, seed, sorted, world } from './world.js';

// The attributes that random filters ask about.
const facets = ['type', 'domaines', 'city', 'tags', 'publics_beneficiaires', 'structure.reseaux.name', 'activities.name', 'commitment__duration'];
const flags = ['has_places_left', 'is_priority', 'has_end_date', 'is_outdated', 'is_registration_open'];
const numbers = ['places_left', 'participations_max', 'structure.score', 'commitment__total', 'start_date', 'dates.timestamp', 'is_priority'];

// condition makes one random leaf of a filter; a value is one that a random
// record has.
function condition(roll) {
  const record = () => world.list[roll(world.list.length)];
  const pick = (list) => list[roll(list.length)];
  const value = (name) => {
    for (;;) {
      const found = model.values(record(), name);
      if (found.length > 0) return found[roll(found.length)];
    }
  };
  const kind = roll(10);
  if (kind < 5) {
    const name = pick(facets), leaf = model.is(name, value(name));
    return roll(4) === 0 ? model.not(leaf) : leaf;
  }
  if (kind < 7) return model.is(pick(flags), roll(2) === 0);
  const name = pick(numbers);
  if (kind === 9) {
    const [a, b] = [Number(value(name)), Number(value(name))].sort((x, y) => x - y);
    return model.between(name, a, b);
  }
  return model.compare(name, pick(['<', '<=', '=', '!=', '>=', '>']), Number(value(name)));
}

// expression makes a filter as Algolia takes it: an AND of ORs, or an OR of
// conditions; numbers and facets do not meet in one OR.
function expression(roll) {
  const any = () => {
    const first = condition(roll), list = [first];
    for (let i = roll(3); i > 0; i--) {
      const next = condition(roll);
      if (!next.numeric === !first.numeric) list.push(next);
    }
    return list.length === 1 ? first : model.or(...list);
  };
  return model.and(...Array.from({ length: 1 + roll(3) }, any));
}

let asked; // what the loop says, for both clients
each('200 random filters match what a loop matches', async ({ reader, index, list }) => {
  const roll = dice(seed + 7);
  asked ??= Array.from({ length: 200 }, () => expression(roll)).map((f) => ({ text: f.text, count: list.filter(f.holds).length }));
  for (let i = 0; i < asked.length; i += 50) { // 50 are the most of one multi-query
    const part = asked.slice(i, i + 50);
    const results = await reader.search(part.map((f) => ({ indexName: index, query: '', filters: f.text, hitsPerPage: 0 })));
    assert.equal(results.length, part.length);
    part.forEach((f, j) => assert.equal(results[j].nbHits, f.count, `${f.text} (seed ${seed})`));
  }
});

each("the platform's date filter", async ({ reader, index, list }) => {
  const today = startOfDay(Date.now()), days = Array.from({ length: 60 }, (_, i) => today + i * 86400);
  for (const type of ['ponctual', 'recurring']) {
    const f = model.and(model.is('date_type', type), model.compare('start_date', '<=', today),
      model.or(model.compare('end_date_no_creneaux', '>=', today), model.compare('has_end_date', '=', 0), ...days.map((d) => model.compare('dates.timestamp', '=', d))));
    const want = list.filter(f.holds);
    assert.ok(want.length > 100);
    const page = await reader.searchOne(index, { query: '', filters: f.text, hitsPerPage: 1000, attributesToRetrieve: ['id'] });
    assert.equal(page.nbHits, want.length, f.text);
    if (want.length <= 1000) assert.deepEqual(sorted(ids(page.hits)), sorted(ids(want)));
  }
});

each('facetFilters, numericFilters and tagFilters say the same as filters', async ({ reader, index, list }) => {
  const count = async (params, holds) => {
    const page = await reader.searchOne(index, { query: '', hitsPerPage: 0, ...params });
    assert.equal(page.nbHits, list.filter(holds).length, JSON.stringify(params));
  };
  const nice = model.is('city', 'Nice'), lyon = model.is('city', 'Lyon'), remote = model.is('type', 'Mission à distance'), sport = model.is('domaines', 'Sport pour tous');
  await count({ facetFilters: [[nice.facet, lyon.facet], sport.facet] }, (r) => (nice.holds(r) || lyon.holds(r)) && sport.holds(r));
  await count({ facetFilters: ['type:-Mission à distance', sport.facet] }, (r) => !remote.holds(r) && sport.holds(r));
  await count({ facetFilters: [['city:Nice']], numericFilters: ['places_left>=5', ['structure.score>50', 'is_priority=1']] },
    (r) => nice.holds(r) && r.places_left >= 5 && (r.structure.score > 50 || r.is_priority));
  await count({ facetFilters: 'domaines:Sport pour tous' }, sport.holds);
  await count({ numericFilters: ['places_left:3 TO 5'] }, (r) => r.places_left >= 3 && r.places_left <= 5);
});

each('facets of everything, with counts and statistics', async ({ reader, index, list }) => {
  const f = model.is('type', 'Mission en présentiel'), matching = list.filter(f.holds);
  const page = await reader.searchOne(index, { query: '', filters: f.text, facets: ['*', 'places_left', 'structure.score'], hitsPerPage: 0 });
  const declared = settings.attributesForFaceting.map((a) => /^(?:(\w+)\()?([^()]+)\)?$/.exec(a)).filter(([, modifier]) => modifier !== 'filterOnly').map(([, , name]) => name);
  for (const name of [...declared, 'places_left', 'structure.score']) assert.deepEqual(page.facets[name], model.facet(matching, name), name);
  assert.equal(page.facets.provider, undefined, 'filterOnly is not counted by *');
  for (const name of ['places_left', 'structure.score']) {
    const want = model.stats(matching, name), got = page.facets_stats[name];
    for (const key of ['min', 'max', 'sum']) assert.equal(got[key], want[key], `${name} ${key}`);
    assert.ok(Math.abs(got.avg - want.avg) < 0.01, `${name} avg ${got.avg}, want ${want.avg}`);
  }
  assert.equal(page.exhaustiveFacetsCount ?? page.exhaustive?.facetsCount, true);
});

each('maxValuesPerFacet keeps the most frequent, highest first', async ({ reader, index, list }) => {
  const page = await reader.searchOne(index, { query: '', facets: ['structure.name'], maxValuesPerFacet: 10, hitsPerPage: 0 });
  const counts = model.facet(list, 'structure.name'), highest = Object.values(counts).sort((a, b) => b - a).slice(0, 10);
  assert.deepEqual(Object.values(page.facets['structure.name']), highest);
  for (const [value, n] of Object.entries(page.facets['structure.name'])) assert.equal(n, counts[value], value);
});

each('one multi-query gives a page and its disjunctive facets', async ({ reader, index, list }) => {
  const groups = {
    domaines: ['Solidarité et insertion', 'Sport pour tous'],
    'activities.name': ['Distribution', 'Maraude', 'Accompagnement aux activités sportives'],
    type: ['Mission en présentiel'],
  };
  const conditions = Object.entries(groups).map(([name, list]) => ({ name, any: model.or(...list.map((v) => model.is(name, v))), filter: list.map((v) => `${name}:${v}`) }));
  const except = (name) => conditions.filter((c) => c.name !== name);
  const near = { aroundLatLng: '48.8592, 2.3790', aroundRadius: 35000, aroundPrecision: 2000 };
  const common = { indexName: index, query: '', ...near };
  const [page, ...companions] = await reader.search([
    { ...common, facets: ['*'], facetFilters: conditions.map((c) => c.filter), hitsPerPage: 18 },
    ...conditions.map((c) => ({ ...common, facets: c.name, facetFilters: except(c.name).map((o) => o.filter), hitsPerPage: 0, analytics: false, clickAnalytics: false })),
  ]);
  const around = list.filter((r) => model.nearestM(r, { lat: 48.8592, lng: 2.3790 }) <= 35000);
  const matching = (list) => around.filter((r) => list.every((c) => c.any.holds(r)));
  assert.ok(matching(conditions).length > 18, `seed ${seed}`);
  assert.equal(page.nbHits, matching(conditions).length);
  assert.equal(page.hits.length, 18);
  assert.deepEqual(page.facets.city, model.facet(matching(conditions), 'city'));
  companions.forEach((companion, i) => {
    const { name } = conditions[i], want = matching(except(name));
    assert.equal(companion.nbHits, want.length);
    assert.deepEqual(companion.hits, []);
    assert.deepEqual(companion.facets, { [name]: model.facet(want, name) });
  });
});

each('facet values are searched by their beginnings', async ({ reader, index, list }) => {
  const search = async (name, query, params, holds) => {
    const answer = await reader.facetValues(index, name, query, params);
    const counts = model.facet(list.filter(holds), name);
    const want = Object.entries(counts).filter(([value]) => model.tokens(value).some((w) => w.startsWith(model.fold(query))));
    assert.deepEqual(Object.fromEntries(answer.facetHits.map((h) => [h.value, h.count])), Object.fromEntries(want), `${name} ${query}`);
    const got = answer.facetHits.map((h) => h.count);
    assert.deepEqual(got, [...got].sort((a, b) => b - a), 'highest count first');
    for (const h of answer.facetHits) assert.match(h.highlighted, /<em>[^<]+<\/em>/, h.value);
    return answer;
  };
  await search('city', 'saint', {}, () => true);
  await search('department_name', 'hera', {}, () => true);
  await search('domaines', 'SOLI', { filters: 'city:Nice' }, (r) => r.city === 'Nice');
  const few = await reader.facetValues(index, 'structure.name', 'passerelle', { maxFacetHits: 3 });
  assert.equal(few.facetHits.length, 3);
  const inMulti = await reader.search([{ indexName: index, type: 'facet', facet: 'city', facetQuery: 'lyo' }]);
  assert.deepEqual(inMulti[0].facetHits.map((h) => [h.value, h.count]), [['Lyon', model.facet(list, 'city').Lyon]]);
});

each('words: all of them, whole or by the beginning of the last', async ({ reader, index, list }) => {
  const attributes = ['name', 'description', 'structure.name', 'activities.name', 'domaines', 'city', 'tags'];
  for (const query of ['potager', 'football enfants', 'hopital ecoute', 'MUSEE visiteurs Lyon', 'chiens prome', 'introuvablissime']) {
    for (const whole of [true, false]) {
      const want = list.filter((r) => model.matches(r, query, attributes, whole));
      const page = await reader.searchOne(index, { query, typoTolerance: false, queryType: whole ? 'prefixNone' : 'prefixLast', hitsPerPage: 1000, attributesToRetrieve: ['id'], attributesToHighlight: [], attributesToSnippet: [] });
      assert.equal(page.nbHits, want.length, `${query}, whole ${whole}`);
      const wanted = new Set(ids(want));
      for (const id of ids(page.hits)) assert.ok(wanted.has(id), `${query}: ${id}`);
    }
  }
});

each('a typo is forgiven, and the hit says what matched', async ({ reader, index, list }) => {
  const page = await reader.searchOne(index, { query: 'potagr', hitsPerPage: 5, getRankingInfo: true });
  assert.ok(page.nbHits > 0);
  for (const hit of page.hits) {
    assert.equal(hit._rankingInfo.nbTypos, 1);
    const { name, description } = hit._highlightResult;
    const marked = [name, description].find((h) => h.matchLevel === 'full');
    assert.match(marked.value, /<em>[Pp]otager<\/em>/);
    assert.deepEqual(marked.matchedWords, ['potagr']);
  }
  const strict = await reader.searchOne(index, { query: 'potagr', typoTolerance: false, queryType: 'prefixNone' });
  assert.equal(strict.nbHits, 0);
});

each('words in a better attribute come first', async ({ reader, index, list }) => {
  const { hits } = await reader.searchOne(index, { query: 'chiens', typoTolerance: false, hitsPerPage: 1000, attributesToSnippet: [] });
  const inName = hits.map((h) => model.tokens(h.name).includes('chiens'));
  assert.equal(inName.lastIndexOf(true) + 1, inName.filter(Boolean).length, 'no hit by its description before one by its name');
  const only = await reader.searchOne(index, { query: 'chiens', typoTolerance: false, queryType: 'prefixNone', restrictSearchableAttributes: ['name'], hitsPerPage: 0 });
  assert.equal(only.nbHits, list.filter((r) => model.matches(r, 'chiens', ['name'], true)).length);
});

const marseille = { lat: 43.2965, lng: 5.3698 }, pointOf = (p) => `${p.lat}, ${p.lng}`;

each('around a point, by distance', async ({ reader, index, list }) => {
  const away = new Map(list.map((r) => [r.objectID, model.nearestM(r, marseille)]));
  for (let radius of [3000, 12000, 35000]) {
    while (list.some((r) => Math.abs(away.get(r.objectID) - radius) < 1)) radius += 3; // no record stands on the edge
    const want = list.filter((r) => away.get(r.objectID) <= radius);
    assert.ok(want.length > 5);
    const page = await reader.searchOne(index, { query: '', aroundLatLng: pointOf(marseille), aroundRadius: radius, getRankingInfo: true, hitsPerPage: 1000, attributesToHighlight: [] });
    assert.equal(page.nbHits, want.length);
    let before = 0;
    for (const hit of page.hits) {
      const m = away.get(hit.objectID);
      assert.ok(Math.abs(hit._rankingInfo.geoDistance - m) <= 1.5, `${hit.objectID}: ${hit._rankingInfo.geoDistance} m, want ${m}`);
      assert.ok(m >= before - 10, `${hit.objectID} at ${m} m after one at ${before} m`); // Algolia's own precision is 10 m
      before = Math.max(before, m);
    }
    if (want.length <= 1000) assert.deepEqual(sorted(ids(page.hits)), sorted(ids(want)));
  }
});

each('the nearest of several points counts, and the hit names it', async ({ reader, index, list }) => {
  const { hits } = await reader.searchOne(index, { query: '', aroundLatLng: pointOf(marseille), aroundRadius: 35000, getRankingInfo: true, hitsPerPage: 1000, attributesToHighlight: [] });
  const several = hits.filter((h) => h._geoloc.length > 1);
  assert.ok(several.length > 0);
  for (const hit of several) {
    const [nearest] = [...hit._geoloc].sort((a, b) => model.distanceM(a, marseille) - model.distanceM(b, marseille));
    const { lat, lng, distance } = hit._rankingInfo.matchedGeoLocation;
    assert.ok(model.distanceM({ lat, lng }, nearest) < 1, `${hit.objectID}: ${lat}, ${lng}`);
    assert.ok(Math.abs(distance - model.distanceM(nearest, marseille)) <= 1.5);
  }
});

each('aroundPrecision makes bands; within one, customRanking decides', async ({ reader, index, list }) => {
  const { hits } = await reader.searchOne(index, { query: '', aroundLatLng: pointOf(marseille), aroundRadius: 'all', aroundPrecision: 2000, hitsPerPage: 500, attributesToHighlight: [] });
  const byID = new Map(list.map((r) => [r.objectID, r])), custom = model.order(settings.customRanking);
  const bands = new Map(list.map((r) => [r, Math.floor(model.nearestM(r, marseille) / 2000)])), band = (r) => bands.get(r);
  const compare = (a, b) => band(a) - band(b) || custom(a, b);
  const want = list.filter((r) => r._geoloc.length > 0).sort(compare).slice(0, 500);
  hits.forEach((h, i) => assert.equal(compare(byID.get(h.objectID), want[i]), 0, `hit ${i}: ${h.objectID} in band ${band(byID.get(h.objectID))}, want one like ${want[i].objectID} in band ${band(want[i])}`));
});

each('boxes and outlines', async ({ reader, index, list }) => {
  const box = [43.2, 5.2, 43.4, 5.5], other = [48.8, 2.3, 48.9, 2.4];
  const inside = async (params, holds) => {
    const want = list.filter(holds);
    const page = await reader.searchOne(index, { query: '', hitsPerPage: 1000, attributesToRetrieve: ['id'], ...params });
    assert.ok(want.length > 0);
    assert.equal(page.nbHits, want.length, JSON.stringify(params));
    if (want.length <= 1000) assert.deepEqual(sorted(ids(page.hits)), sorted(ids(want)));
  };
  await inside({ insideBoundingBox: [box] }, (r) => model.inBox(r, box));
  await inside({ insideBoundingBox: [box, other] }, (r) => model.inBox(r, box) || model.inBox(r, other));
  const outline = [43.20, 5.30, 43.40, 5.25, 43.36, 5.45, 43.25, 5.50];
  await inside({ insidePolygon: [outline] }, (r) => model.inPolygon(r, outline));
});

each('a radius is chosen where none is said', async ({ reader, index, list }) => {
  const page = await reader.searchOne(index, { query: '', aroundLatLng: pointOf(marseille), getRankingInfo: true, hitsPerPage: 20 });
  const radius = Number(page.automaticRadius);
  assert.ok(radius > 0, `automaticRadius ${page.automaticRadius}`);
  assert.equal(page.nbHits, list.filter((r) => model.nearestM(r, marseille) <= radius).length);
});
