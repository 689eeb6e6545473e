// 20,000 records are pushed by the clients' own helpers, and everything comes
// back: by number, by page, by browsing, by id, in the order asked for.

import assert from 'node:assert/strict';
import { settings } from '../records.js';
import { order, values } from '../model.js';
import { count, each, ids, seed, sorted, world } from './world.js';

each('everything is counted', async ({ reader, index, list }) => {
  const page = await reader.searchOne(index, { query: '', hitsPerPage: 3 });
  assert.equal(page.nbHits, count);
  assert.equal(page.hits.length, 3);
  assert.equal(page.hitsPerPage, 3);
  assert.equal(page.page, 0);
  assert.equal(page.exhaustiveNbHits, true);
  assert.equal(page.index ?? index, index);
});

each('settings come back as they were set', async ({ client, index, list }) => {
  const answer = await client.settings(index);
  for (const [name, value] of Object.entries(settings)) assert.deepEqual(answer[name], value, name);
  assert.equal(await client.exists(index), true);
  assert.equal(await client.exists('nowhere'), false);
});

each('the list of indexes names it', async ({ client, index, list }) => {
  const found = (await client.indices()).find((i) => i.name === index);
  assert.equal(found?.entries, count);
  assert.equal(found.pendingTask, false);
});

each('a batch of 5,000 replaces what is there', async ({ client, index, list }) => {
  const part = list.slice(0, 5000);
  await client.save(index, part, 5000);
  const page = await client.searchOne(index, { query: '', hitsPerPage: 0 });
  assert.equal(page.nbHits, count);
  assert.deepEqual(page.hits, []);
});

each('browse gives each record once', async ({ client, index, list }) => {
  const hits = await client.browse(index, { attributesToRetrieve: ['id', 'name'] });
  assert.equal(hits.length, count);
  assert.deepEqual(sorted(ids(hits)), sorted(ids(list)));
  const byID = new Map(list.map((r) => [r.objectID, r]));
  for (const hit of hits) {
    const { id, name } = byID.get(hit.objectID);
    assert.deepEqual({ id: hit.id, name: hit.name }, { id, name });
    assert.equal(hit.city, undefined, 'attributesToRetrieve');
  }
});

each('browse takes filters and small pages', async ({ client, index, list }) => {
  const hits = await client.browse(index, { filters: 'city:Lille', hitsPerPage: 7 });
  const want = list.filter((r) => r.city === 'Lille');
  assert.ok(want.length > 14, `seed ${seed}`);
  assert.deepEqual(sorted(ids(hits)), sorted(ids(want)));
});

each('pages reach the limit, and no record twice', async ({ reader, index, list }) => {
  const seen = [];
  for (let page = 0; page < 20; page++) {
    const answer = await reader.searchOne(index, { query: '', page, hitsPerPage: 50, attributesToRetrieve: ['id'], attributesToHighlight: [] });
    assert.equal(answer.nbPages, 20);
    assert.equal(answer.page, page);
    assert.equal(answer.hits.length, 50, `page ${page}`);
    seen.push(...ids(answer.hits));
  }
  assert.equal(new Set(seen).size, 1000);
  const beyond = await reader.searchOne(index, { query: '', page: 20, hitsPerPage: 50 });
  assert.deepEqual(beyond.hits, []);
  assert.equal(beyond.nbHits, count);
  const part = await reader.searchOne(index, { query: '', offset: 13, length: 9, attributesToRetrieve: ['id'] });
  assert.deepEqual(ids(part.hits), seen.slice(13, 22), 'offset and length are a window on the same order');
});

each('the default number of hits is that of the settings', async ({ reader, index, list }) => {
  const page = await reader.searchOne(index, { query: '' });
  assert.equal(page.hits.length, settings.hitsPerPage);
  assert.equal(page.nbPages, Math.ceil(settings.paginationLimitedTo / settings.hitsPerPage));
});

each('without words and a point, customRanking orders', async ({ reader, index, list }) => {
  const { hits } = await reader.searchOne(index, { query: '', hitsPerPage: 1000, attributesToHighlight: [] });
  const byID = new Map(list.map((r) => [r.objectID, r]));
  const got = hits.map((h) => byID.get(h.objectID)), compare = order(settings.customRanking);
  const want = [...list].sort(compare).slice(0, 1000);
  got.forEach((r, i) => assert.equal(compare(r, want[i]), 0, `hit ${i}: ${brief(r)}, want one like ${brief(want[i])}`));
});

const brief = (r) => JSON.stringify(Object.fromEntries(['objectID', 'is_priority', 'places_left', 'post_date'].map((k) => [k, r[k]])));

each('a replica has the records, in its own order', async ({ client, reader, index, list }) => {
  const replica = `${index}_recentes`, ranking = ['desc(post_date)', 'asc(id)', 'typo', 'geo', 'words', 'filters', 'proximity', 'attribute', 'exact', 'custom'];
  await client.configure(index, { replicas: [replica] });
  await client.configure(replica, { ranking });
  const compare = order(ranking.slice(0, 2));
  const want = ids(list.filter((r) => r.city === 'Lyon').sort(compare).slice(0, 200));
  const page = await reader.searchOne(replica, { query: '', filters: 'city:Lyon', hitsPerPage: 200 });
  assert.deepEqual(ids(page.hits), want);
  const [record] = list.filter((r) => r.city === 'Lyon');
  await client.partial(index, [{ objectID: record.objectID, post_date: record.post_date + 1e9 }]);
  const first = await reader.searchOne(replica, { query: '', filters: 'city:Lyon', hitsPerPage: 1 });
  assert.equal(first.hits[0].objectID, record.objectID, 'a write to the index reaches its replica');
  await client.partial(index, [{ objectID: record.objectID, post_date: record.post_date }]);
  assert.deepEqual((await client.settings(index)).replicas, [replica]);
  assert.equal((await client.settings(replica)).primary, index);
});

each('records by id are what was pushed', async ({ client, index, list }) => {
  const wanted = [0, 1, 777, count - 1].map((i) => list[i]);
  const answers = await client.objects(index, [...ids(wanted), 'App\\Models\\Mission::0']);
  assert.deepEqual(answers.slice(0, -1), wanted);
  assert.equal(answers.at(-1), null);
  const { name, structure } = wanted[2];
  const one = await client.object(index, wanted[2].objectID, ['name', 'structure.name']);
  assert.deepEqual(one, { objectID: wanted[2].objectID, name, structure: { name: structure.name } });
});

each('a hit is the record, and what was asked about it', async ({ reader, index, list }) => {
  const record = list.find((r) => r.tags.length > 1 && r._geoloc.length > 1);
  const { hits: [hit] } = await reader.searchOne(index, { query: '', filters: `id=${record.id}` });
  const { _highlightResult, _snippetResult, ...rest } = hit;
  assert.deepEqual(rest, record);
  assert.deepEqual(Object.keys(_highlightResult).sort(), ['description', 'name']);
  assert.deepEqual(_highlightResult.name, { value: record.name, matchLevel: 'none', matchedWords: [] });
  assert.equal(typeof _snippetResult.description.value, 'string');
  assert.ok(values(record, 'description')[0].startsWith(_snippetResult.description.value.replace(/…$/, '').trimEnd()));
});
