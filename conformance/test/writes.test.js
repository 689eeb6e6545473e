// Everything that changes an index: partial updates, re-import by move, deletes,
// copies, synonyms. Small indexes, written by both clients in turn.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { both } from '../clients.js';
import { records, settings, startOfDay } from '../records.js';
import { start } from '../service.js';
import * as model from '../model.js';
import { ids, seed, sorted } from '../catalogue/world.js';

let service, list;
before(async () => {
  service = await start();
  list = records(1500, seed + 1, startOfDay(Date.now()));
});
after(() => service?.stop());

// each runs a test with both clients on a new index with the list in it.
let indexes = 0;
const each = (name, f, filled = true) => test(name, async (t) => {
  for (const client of both(service, service.keys.write)) {
    await t.test(client.name, async () => {
      const index = `App\\Models\\Mission é/${++indexes}`; // names are free text
      if (filled) await client.save(index, list);
      await f(client, index);
    });
  }
});

const all = (client, index) => client.browse(index);

each('an index comes to be with its first record', async (client, index) => {
  assert.equal(await client.exists(index), false);
  await client.save(index, [{ objectID: 'a b/c::d?é&"', n: 1, nested: { list: [1, 'x', null, true, { deep: 1.5 }] }, empty: [], nothing: null, text: 'l’été\u2028\u{1F6B2}' }]);
  const [record] = await all(client, index);
  assert.deepEqual(record, { objectID: 'a b/c::d?é&"', n: 1, nested: { list: [1, 'x', null, true, { deep: 1.5 }] }, empty: [], nothing: null, text: 'l’été\u2028\u{1F6B2}' });
  assert.deepEqual(await client.object(index, 'a b/c::d?é&"'), record);
  await client.removeOne(index, 'a b/c::d?é&"');
  assert.deepEqual(await all(client, index), []);
}, false);

each('partial updates do each of the operations', async (client, index) => {
  const id = 'x', update = async (change) => {
    await client.partial(index, [{ objectID: id, ...change }]);
    const { objectID, ...rest } = await client.object(index, id);
    return rest;
  };
  const op = (_operation, value) => ({ _operation, value });
  await client.save(index, [{ objectID: id, n: 5, tags: ['a', 'b', 'a'], numbers: [1, 2, 2], keep: { same: true } }]);
  const keep = { same: true };
  assert.deepEqual(await update({ n: op('Increment', 3) }), { n: 8, tags: ['a', 'b', 'a'], numbers: [1, 2, 2], keep });
  assert.deepEqual(await update({ n: op('Decrement', 10) }), { n: -2, tags: ['a', 'b', 'a'], numbers: [1, 2, 2], keep });
  assert.deepEqual(await update({ tags: op('Add', 'c'), numbers: op('Add', 3) }), { n: -2, tags: ['a', 'b', 'a', 'c'], numbers: [1, 2, 2, 3], keep });
  assert.deepEqual(await update({ tags: op('AddUnique', 'c'), numbers: op('AddUnique', 4) }), { n: -2, tags: ['a', 'b', 'a', 'c'], numbers: [1, 2, 2, 3, 4], keep });
  assert.deepEqual(await update({ tags: op('Remove', 'a'), numbers: op('Remove', 2) }), { n: -2, tags: ['b', 'c'], numbers: [1, 3, 4], keep });
  assert.deepEqual(await update({ n: op('IncrementSet', 7) }), { n: 7, tags: ['b', 'c'], numbers: [1, 3, 4], keep });
  assert.deepEqual(await update({ n: op('IncrementSet', 3) }), { n: 7, tags: ['b', 'c'], numbers: [1, 3, 4], keep });
  assert.deepEqual(await update({ n: op('IncrementFrom', 6) }), { n: 7, tags: ['b', 'c'], numbers: [1, 3, 4], keep });
  assert.deepEqual(await update({ n: op('IncrementFrom', 7) }), { n: 8, tags: ['b', 'c'], numbers: [1, 3, 4], keep });
  assert.deepEqual(await update({ keep: { other: 1 }, fresh: 'new' }), { n: 8, tags: ['b', 'c'], numbers: [1, 3, 4], keep: { other: 1 }, fresh: 'new' });
  assert.deepEqual(await update({ count: op('Increment', 2), names: op('AddUnique', 'z') }),
    { n: 8, tags: ['b', 'c'], numbers: [1, 3, 4], keep: { other: 1 }, fresh: 'new', count: 2, names: ['z'] });
  const found = await client.searchOne(index, { query: '', filters: 'n=8 AND tags:b AND NOT tags:a AND names:z' });
  assert.equal(found.nbHits, 1, 'what was changed is searched');
}, false);

each('partial updates make missing records, or do not', async (client, index) => {
  await client.partial(index, [{ objectID: 'no', x: 1 }], false);
  await client.partial(index, [{ objectID: 'yes', x: 1 }], true);
  assert.deepEqual(await client.objects(index, ['no', 'yes']), [null, { objectID: 'yes', x: 1 }]);
}, false);

each('partial updates of many records', async (client, index) => {
  await client.partial(index, list.map((r) => ({ objectID: r.objectID, places_left: { _operation: 'Increment', value: 1000 }, seen: true })));
  const got = new Map((await all(client, index)).map((r) => [r.objectID, r]));
  for (const r of list) assert.deepEqual(got.get(r.objectID), { ...r, places_left: r.places_left + 1000, seen: true });
});

each('a record without an id gets one', async (client, index) => {
  const raw = client.raw;
  const answer = raw.initIndex
    ? await raw.initIndex(index).saveObjects([{ n: 1 }, { n: 2 }], { autoGenerateObjectIDIfNotExist: true }).wait()
    : await raw.batch({ indexName: index, batchWriteParams: { requests: [{ action: 'addObject', body: { n: 1 } }, { action: 'addObject', body: { n: 2 } }] } });
  if (!raw.initIndex) await raw.waitForTask({ indexName: index, taskID: answer.taskID });
  assert.equal(new Set(answer.objectIDs).size, 2);
  assert.deepEqual((await client.objects(index, answer.objectIDs)).map((r) => r?.n), [1, 2]);
}, false);

// While everything is pushed anew, readers see the old records or the new ones,
// never some of each and never none.
each('a re-import by move is seen at once, or not at all', async (client, index) => {
  await client.configure(index, settings);
  await client.saveSynonyms(index, [{ objectID: 'vélo', type: 'synonym', synonyms: ['vélo', 'bicyclette'] }]);
  const generation = (n, count) => list.slice(0, count).map((r) => ({ ...r, generation: n }));
  await client.save(index, generation(1, 1500));
  const readers = both(service, service.keys.search);
  const sizes = { 1: 1500, 2: 1300, 3: 1450 }, seen = [];
  let running = true;
  const reading = Promise.all(readers.map(async (reader) => {
    while (running) {
      const page = await reader.searchOne(index, { query: '', facets: ['generation'], hitsPerPage: 100 });
      const [n, ...others] = Object.keys(page.facets.generation ?? {});
      assert.deepEqual(others, [], 'records of two imports at once');
      assert.equal(page.nbHits, sizes[n], `generation ${n}`);
      assert.ok(page.hits.every((h) => String(h.generation) === n));
      seen.push(n);
    }
  }));
  try {
    for (const n of [2, 3]) await client.replaceAll(index, generation(n, sizes[n]));
  } finally {
    running = false;
    await reading;
  }
  assert.ok(seen.includes('1') && seen.length > 5, `${seen.length} searches meanwhile`);
  assert.deepEqual(sorted(ids(await all(client, index))), sorted(ids(list.slice(0, 1450))));
  assert.deepEqual((await client.settings(index)).searchableAttributes, settings.searchableAttributes, 'settings are kept');
  assert.deepEqual((await client.synonyms(index)).map((s) => s.objectID), ['vélo'], 'synonyms are kept');
  assert.deepEqual((await client.indices()).filter((i) => i.name.startsWith(`${index}_tmp`)), [], 'no temporary index is left');
});

each('an index that is not there is replaced too', async (client, index) => {
  await client.replaceAll(index, list.slice(0, 10));
  assert.deepEqual(sorted(ids(await all(client, index))), sorted(ids(list.slice(0, 10))));
}, false);

each('deletes: one, several, some that were never there', async (client, index) => {
  const gone = [0, 7, 300, 1499].map((i) => list[i].objectID);
  await client.removeOne(index, gone[0]);
  await client.remove(index, [...gone.slice(1), 'never there']);
  assert.deepEqual(sorted(ids(await all(client, index))), sorted(ids(list).filter((id) => !gone.includes(id))));
});

each('deleteBy: filters of every kind, and the map', async (client, index) => {
  let left = list;
  const remove = async (params, holds) => {
    assert.ok(left.some(holds), JSON.stringify(params));
    await client.removeBy(index, params);
    left = left.filter((r) => !holds(r));
    assert.deepEqual(sorted(ids(await all(client, index))), sorted(ids(left)), JSON.stringify(params));
  };
  await remove({ filters: 'city:Nice AND places_left > 5' }, (r) => r.city === 'Nice' && r.places_left > 5);
  await remove({ facetFilters: [['city:Lyon', 'city:Pau']], numericFilters: ['structure.score<50'] }, (r) => ['Lyon', 'Pau'].includes(r.city) && r.structure.score < 50);
  await remove({ aroundLatLng: '43.2965,5.3698', aroundRadius: 9000 }, (r) => model.nearestM(r, { lat: 43.2965, lng: 5.3698 }) <= 9000);
  await assert.rejects(client.removeBy(index, {}), (e) => e.status === 400);
  assert.equal((await all(client, index)).length, left.length);
});

each('clear keeps settings, delete takes everything', async (client, index) => {
  await client.configure(index, { hitsPerPage: 7 });
  await client.clear(index);
  assert.deepEqual(await all(client, index), []);
  assert.equal((await client.settings(index)).hitsPerPage, 7);
  await client.save(index, list.slice(0, 20));
  assert.equal((await client.searchOne(index, { query: '' })).hits.length, 7);
  await client.drop(index);
  assert.equal(await client.exists(index), false);
  await client.drop(index); // once more: ignored, as Algolia documents
});

each('copies: everything, or settings and synonyms alone', async (client, index) => {
  await client.configure(index, { hitsPerPage: 9, searchableAttributes: ['name'] });
  await client.saveSynonyms(index, [{ objectID: 's', type: 'synonym', synonyms: ['potager', 'jardin'] }]);
  const whole = `${index} copie`, rules = `${index} réglages`;
  await client.copy(index, whole);
  assert.deepEqual(sorted(ids(await all(client, whole))), sorted(ids(list)));
  assert.equal((await client.settings(whole)).hitsPerPage, 9);
  await client.save(rules, list.slice(0, 3));
  await client.copy(index, rules, ['settings', 'synonyms']);
  assert.equal((await all(client, rules)).length, 3, 'a scope leaves the records alone');
  assert.equal((await client.settings(rules)).hitsPerPage, 9);
  assert.deepEqual((await client.synonyms(rules)).map((s) => s.synonyms), [['potager', 'jardin']]);
  await client.remove(index, ids(list.slice(0, 500)));
  assert.equal((await all(client, whole)).length, list.length, 'a copy is on its own');
  await client.move(whole, rules);
  assert.equal(await client.exists(whole), false);
  assert.equal((await all(client, rules)).length, list.length);
  await client.move('nowhere at all', rules); // ignored, as Algolia documents
  assert.equal((await all(client, rules)).length, list.length);
});

each('one batch for several indexes, in order', async (client, index) => {
  const other = `${index} autre`;
  await client.batches([
    { action: 'addObject', indexName: index, body: { objectID: 'a', n: 1 } },
    { action: 'addObject', indexName: other, body: { objectID: 'b', n: 1 } },
    { action: 'partialUpdateObject', indexName: index, body: { objectID: 'a', n: { _operation: 'Increment', value: 1 } } },
    { action: 'deleteObject', indexName: other, body: { objectID: 'b' } },
    { action: 'updateObject', indexName: other, body: { objectID: 'c', n: 3 } },
  ]);
  assert.deepEqual(await all(client, index), [{ objectID: 'a', n: 2 }]);
  assert.deepEqual(await all(client, other), [{ objectID: 'c', n: 3 }]);
}, false);

each('synonyms widen the words', async (client, index) => {
  const search = () => client.searchOne(index, { query: 'verger', typoTolerance: false, queryType: 'prefixNone', hitsPerPage: 0 });
  assert.equal((await search()).nbHits, 0);
  await client.saveSynonyms(index, [{ objectID: 'p', type: 'synonym', synonyms: ['verger', 'potager'] }]);
  assert.equal((await search()).nbHits, list.filter((r) => model.tokens(`${r.name} ${r.description}`).includes('potager')).length);
});
