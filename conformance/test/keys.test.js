// Who may do what: keys, secured keys, and how refusals look in the clients'
// own classes of errors.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { both } from '../clients.js';
import { records, startOfDay } from '../records.js';
import { missionIndex, start } from '../service.js';
import { ids, seed, sorted } from '../catalogue/world.js';

let service, list, writer;
before(async () => {
  service = await start();
  list = records(700, seed + 2, startOfDay(Date.now())).filter((r) => !r.is_outdated);
  [writer] = both(service, service.keys.write);
  for (const index of [missionIndex, 'autre', 'autre_2']) await writer.save(index, list);
});
after(() => service?.stop());

const each = (name, f) => test(name, async (t) => {
  const makers = both(service, service.keys.search);
  for (let i = 0; i < 2; i++) await t.test(makers[i].name, () => f(makers[i], (key) => both(service, key)[i]));
});

// refused says what a client's error has to say: version 4 and 5 both give
// name, status and message.
const refused = (status, message) => (error) => {
  assert.equal(error.name, 'ApiError');
  assert.equal(error.status, status);
  assert.match(error.message, message);
  return true;
};

const inNice = (r) => r.city === 'Nice';

each('a secured key searches within its filters, whatever is asked', async (reader, as) => {
  const client = as(reader.securedKey(service.keys.search, { filters: 'city:Nice' }));
  const want = sorted(ids(list.filter(inNice)));
  for (const params of [{}, { filters: 'city:Nice OR city:Lyon' }, { facetFilters: [['city:Lyon', 'city:Nice']] }]) {
    const page = await client.searchOne(missionIndex, { query: '', hitsPerPage: 1000, ...params });
    assert.deepEqual(sorted(ids(page.hits)), want, JSON.stringify(params));
  }
  const outside = await client.searchOne(missionIndex, { query: '', filters: 'city:Lyon' });
  assert.equal(outside.nbHits, 0);
  const [first, second] = await client.search([{ indexName: 'autre', query: '', facets: ['city'] }, { indexName: missionIndex, query: '', filters: 'places_left>5' }]);
  assert.deepEqual(Object.keys(first.facets.city), ['Nice']);
  assert.equal(second.nbHits, list.filter((r) => inNice(r) && r.places_left > 5).length);
  const values = await client.facetValues(missionIndex, 'city', 'lyo');
  assert.deepEqual(values.facetHits, []);
});

each('a secured key ends when it says', async (reader, as) => {
  const now = Math.floor(Date.now() / 1000);
  const good = as(reader.securedKey(service.keys.search, { validUntil: now + 600 }));
  assert.equal((await good.searchOne(missionIndex, { query: '' })).nbHits, list.length);
  const late = as(reader.securedKey(service.keys.search, { validUntil: now - 10 }));
  await assert.rejects(late.searchOne(missionIndex, { query: '' }), refused(400, /validUntil.* expired/));
});

each('a secured key is for its indexes', async (reader, as) => {
  const client = as(reader.securedKey(service.keys.search, { restrictIndices: ['autre*'] }));
  for (const index of ['autre', 'autre_2']) assert.equal((await client.searchOne(index, { query: '' })).nbHits, list.length);
  await assert.rejects(client.searchOne(missionIndex, { query: '' }), refused(403, /index/i));
  await assert.rejects(client.search([{ indexName: 'autre', query: '' }, { indexName: missionIndex, query: '' }]), refused(403, /index/i));
  const two = as(reader.securedKey(service.keys.search, { restrictIndices: ['autre', missionIndex] }));
  assert.equal((await two.searchOne(missionIndex, { query: '' })).nbHits, list.length);
  await assert.rejects(two.searchOne('autre_2', { query: '' }), refused(403, /index/i));
});

each('parameters in a secured key hold', async (reader, as) => {
  const client = as(reader.securedKey(service.keys.search, { searchParams: { hitsPerPage: 2, attributesToRetrieve: ['name'] } }));
  const page = await client.searchOne(missionIndex, { query: '' });
  assert.equal(page.hits.length, 2);
  assert.equal(page.hits[0].city, undefined);
});

each('a secured key that was tampered with is nobody', async (reader, as) => {
  const text = Buffer.from(reader.securedKey(service.keys.search, { filters: 'city:Nice' }), 'base64').toString();
  const forged = Buffer.from(text.replace('Nice', 'Lyon')).toString('base64');
  await assert.rejects(as(forged).searchOne(missionIndex, { query: '' }), refused(403, /key/i));
  const orphan = reader.securedKey('rk_of_nobody_at_all_000000000000000', { filters: 'city:Nice' });
  await assert.rejects(as(orphan).searchOne(missionIndex, { query: '' }), refused(403, /key/i));
});

each('keys do what they are for', async (reader, as) => {
  await assert.rejects(as('no such key').searchOne(missionIndex, { query: '' }), refused(403, /Invalid Application-ID or API key/));
  await assert.rejects(reader.save(missionIndex, [{ objectID: 'x' }]), refused(403, /./));
  await assert.rejects(reader.configure(missionIndex, { hitsPerPage: 1 }), refused(403, /./));
  await assert.rejects(reader.clear(missionIndex), refused(403, /./));
  await assert.rejects(as(reader.securedKey(service.keys.search, { filters: 'a:b' })).removeOne(missionIndex, 'x'), refused(403, /./));
  assert.equal((await reader.searchOne(missionIndex, { query: '' })).nbHits, list.length);
});

each('a filter that cannot be read is refused with the place', async (reader) => {
  for (const [filters, position] of [['city:Nice AND', 14], ['(city:Nice OR city:Lyon', 24], ['places_left > many', 15], ['city:Nice city:Lyon', 11]]) {
    await assert.rejects(reader.searchOne(missionIndex, { query: '', filters }), (error) => {
      refused(400, /filters/i)(error);
      const told = /(?:position|col(?:umn)?|letter|character)\D{0,12}(\d+)/i.exec(error.message);
      assert.ok(told, `no position in ${JSON.stringify(error.message)}`);
      assert.ok(Math.abs(Number(told[1]) - position) <= 1, `${filters}: ${error.message}, want about ${position}`);
      return true;
    });
  }
});

each('what is not there is 404', async (reader) => {
  await assert.rejects(reader.searchOne('nowhere', { query: '' }), refused(404, /Index nowhere does not exist/i));
  await assert.rejects(reader.search([{ indexName: missionIndex, query: '' }, { indexName: 'nowhere', query: '' }]), refused(404, /nowhere/));
  const client = both(service, service.keys.write)[reader.name.endsWith('4') ? 1 : 0];
  await assert.rejects(client.object(missionIndex, 'nobody'), refused(404, /ObjectID does not exist/i));
  await assert.rejects(client.browse('nowhere'), refused(404, /nowhere/));
});

each('what makes no sense is 400', async (reader) => {
  for (const params of [{ hitsPerPage: -1 }, { page: 'one' }, { aroundLatLng: 'here' }, { numericFilters: ['places_left'] }]) {
    await assert.rejects(reader.searchOne(missionIndex, { query: '', ...params }), refused(400, /./), JSON.stringify(params));
  }
  const page = await reader.searchOne(missionIndex, { query: '', notAParameterAtAll: 1, enablePersonalization: true });
  assert.equal(page.nbHits, list.length, 'unknown parameters are ignored');
});
