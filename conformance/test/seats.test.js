// The records of the mission index are missions: seats are held by Renfort's
// own calls, and what Algolia's clients read of them is true at once.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { both } from '../clients.js';
import { records, settings, startOfDay } from '../records.js';
import { missionIndex as index, start } from '../service.js';
import { ids, seed } from '../catalogue/world.js';

let service, list;
before(async () => {
  service = await start();
  // A seat is given here only of the platform's own open missions.
  list = records(400, seed + 4, startOfDay(Date.now())).filter((r) => r.provider === 'reserve_civique' && !r.is_outdated && r.is_registration_open);
  await both(service, service.keys.write)[0].configure(index, settings);
});
after(() => service?.stop());

// v1 calls Renfort's own interface.
async function v1(method, path, body) {
  const answer = await fetch(`http://${service.host}/v1/${path}`, {
    method, body: body === undefined ? undefined : JSON.stringify(body),
    headers: { authorization: `Bearer ${service.keys.write}`, 'content-type': 'application/json' },
  });
  return { status: answer.status, body: await answer.json().catch(() => null) };
}

const missionOf = (record) => `jva:${record.id}`;
const hold = (record, volunteer, more = {}) => v1('POST', `missions/${missionOf(record)}/holds`, { volunteer, ...more });

// held takes a seat, and fails where there is none.
async function held(record, volunteer, more) {
  const { status, body } = await hold(record, volunteer, more);
  assert.equal(status, 201, JSON.stringify(body));
  return body.hold;
}

// shows says that everything a client can read tells of so many places.
async function shows(clients, record, left, what) {
  for (const client of clients) {
    const where = `${what}: ${client.name}`;
    const find = (filters) => client.searchOne(index, { query: '', filters: `id=${record.id}${filters}`, facets: ['places_left', 'has_places_left'] });
    const page = await find('');
    assert.deepEqual([page.hits[0]?.places_left, page.hits[0]?.has_places_left], [left, left > 0], `${where}: search`);
    assert.deepEqual(page.facets, { places_left: { [left]: 1 }, has_places_left: { [left > 0]: 1 } }, `${where}: facets`);
    assert.equal((await find(` AND has_places_left:${left > 0} AND places_left=${left}`)).nbHits, 1, `${where}: filters`);
    assert.equal((await find(` AND has_places_left:${!(left > 0)}`)).nbHits, 0, `${where}: filters that it does not pass`);
    assert.equal((await find(` AND places_left>${left}`)).nbHits, 0, `${where}: numeric filters that it does not pass`);
    assert.equal((await client.object(index, record.objectID)).places_left, left, `${where}: getObject`);
    const [browsed] = await client.browse(index, { filters: `id=${record.id}` });
    assert.equal(browsed.places_left, left, `${where}: browse`);
  }
}

// each gives both clients their own missions; client is the one that writes.
let at = 0;
const each = (name, f) => test(name, async (t) => {
  const clients = both(service, service.keys.write);
  for (const client of clients) {
    await t.test(client.name, async () => {
      const fresh = (max, left) => {
        const record = { ...list[at++], participations_max: max, places_left: left, has_places_left: left > 0, dates: null };
        return record;
      };
      await f(client, clients, fresh);
    });
  }
});

each('a pushed record is a mission with the seats that it says', async (client, clients, fresh) => {
  const record = fresh(5, 3);
  await client.save(index, [record]);
  const { status, body } = await v1('GET', `missions/${missionOf(record)}/seats`);
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual([body.total, body.elsewhere, body.free], [5, 2, 3]);
  await shows(clients, record, 3, 'pushed');
});

each('places move with each hold, at once', async (client, clients, fresh) => {
  const record = fresh(4, 3);
  await client.save(index, [record]);
  const holds = [];
  for (const [i, left] of [2, 1, 0].entries()) {
    holds.push(await held(record, `v-${record.id}-${i}`));
    await shows(clients, record, left, `${i + 1} held`);
  }
  const full = await hold(record, `v-${record.id}-late`);
  assert.deepEqual([full.status, full.body.code], [409, 'mission_full']);
  assert.equal((await v1('POST', `holds/${holds[1]}/release`)).status, 200);
  await shows(clients, record, 1, 'one released');
  assert.equal((await v1('POST', `holds/${holds[0]}/confirm`, { ref: 'participation:1' })).status, 200);
  await shows(clients, record, 1, 'one confirmed');
});

each('what the platform pushes later never takes a seat back, nor counts one twice', async (client, clients, fresh) => {
  const record = fresh(10, 8);
  await client.save(index, [record]);
  const first = await held(record, `v-${record.id}-a`);
  await v1('POST', `holds/${first}/confirm`, { ref: 'participation:2' });
  await held(record, `v-${record.id}-b`);
  await shows(clients, record, 6, 'one confirmed, one held');
  // The platform wrote the confirmed one down too: 10 less its own 2 and that.
  await client.partial(index, [{ objectID: record.objectID, places_left: 7, has_places_left: true }]);
  await shows(clients, record, 6, 'pushed with the confirmed one');
  // It gave out three more on its own side.
  await client.save(index, [{ ...record, places_left: 4 }]);
  await shows(clients, record, 3, 'pushed with three more');
  await client.save(index, [{ ...record, places_left: 0, has_places_left: false }]);
  const { body } = await v1('GET', `missions/${missionOf(record)}/seats`);
  assert.deepEqual([body.confirmed, body.held], [1, 1], 'no seat is taken back');
  await shows(clients, record, 0, 'pushed as full');
});

each('seats survive a re-index: clear, import again', async (client, clients, fresh) => {
  const record = fresh(6, 6), other = fresh(3, 2);
  await client.save(index, [record, other]);
  const first = await held(record, `v-${record.id}-a`), second = await held(record, `v-${record.id}-b`);
  await v1('POST', `holds/${first}/confirm`, { ref: 'participation:3' });
  await client.clear(index);
  const none = await hold(record, `v-${record.id}-c`);
  assert.ok([404, 409].includes(none.status), `a hold on a mission that is not there: ${none.status} ${JSON.stringify(none.body)}`);
  await client.save(index, [{ ...record, places_left: 5 }, other]);
  await shows(clients, record, 4, 'imported again');
  await shows(clients, other, 2, 'imported again');
  assert.equal((await v1('POST', `holds/${second}/confirm`, { ref: 'participation:4' })).status, 200, 'a hold outlives the re-index');
  await shows(clients, record, 4, 'and is confirmed');
  await held(record, `v-${record.id}-c`);
  await shows(clients, record, 3, 'new holds are taken');
});

each('seats survive a re-import by move', async (client, clients, fresh) => {
  const record = fresh(6, 5), others = [fresh(2, 2), fresh(9, 1)];
  await client.save(index, [record]);
  const first = await held(record, `v-${record.id}-a`);
  await client.replaceAll(index, [record, ...others]);
  await shows(clients, record, 4, 'replaced');
  await shows(clients, others[1], 1, 'replaced');
  assert.equal((await v1('POST', `holds/${first}/confirm`, { ref: 'participation:5' })).status, 200);
  await client.replaceAll(index, others);
  const gone = await hold(record, `v-${record.id}-b`);
  assert.ok([404, 409].includes(gone.status), `${gone.status} ${JSON.stringify(gone.body)}`);
  await held(others[0], `v-${others[0].id}-a`);
  await shows(clients, others[0], 1, 'replaced again');
});

each('a deleted record takes no new holds', async (client, clients, fresh) => {
  const record = fresh(3, 3);
  await client.save(index, [record]);
  const first = await held(record, `v-${record.id}-a`);
  await client.removeOne(index, record.objectID);
  const none = await hold(record, `v-${record.id}-b`);
  assert.ok([404, 409].includes(none.status), `${none.status} ${JSON.stringify(none.body)}`);
  const { body } = await v1('GET', `holds/${first}`);
  assert.equal(body.state, 'held', 'who sits there already keeps the seat');
  assert.equal((await client.searchOne(index, { query: '', filters: `id=${record.id}` })).nbHits, 0);
});

each('a mission that is over still tells what was left, and gives nothing', async (client, clients, fresh) => {
  const today = startOfDay(Date.now()), record = { ...fresh(19, 16), start_date: today - 9 * 86400, end_date: today - 5 * 86400, is_outdated: false };
  await client.save(index, [record]);
  await shows(clients, record, 16, 'over');
  assert.equal((await client.object(index, record.objectID)).is_outdated, true, 'that it is over is told by itself');
  assert.equal((await client.searchOne(index, { query: '', filters: `id=${record.id} AND is_outdated:false` })).nbHits, 0);
  const none = await hold(record, `v-${record.id}-late`);
  assert.deepEqual([none.status, none.body.code], [409, 'not_eligible']);
});

each('what is pushed is recommended', async (client, clients, fresh) => {
  const record = { ...fresh(20, 20), _geoloc: [{ lat: -20.8823, lng: 55.4504 }], addresses: [], department: '974', zip: '97400', city: 'Saint-Denis', type: 'Mission en présentiel', start_date: null, end_date: null, publics_volontaires: [] };
  await client.save(index, [record]);
  const { status, body } = await v1('POST', 'recommendations', { profile: { location: { lat: -20.88, lon: 55.45 }, birth_year: 1990 }, limit: 20 });
  assert.equal(status, 200, JSON.stringify(body));
  assert.ok(body.recommendations.some((r) => r.id === missionOf(record)), `${missionOf(record)} among ${body.recommendations.map((r) => r.id)}`);
});

each('the criterion "renfort" puts missions with seats first', async (client, clients, fresh) => {
  const point = { lat: 48.39, lng: -4.48 }, here = { _geoloc: [point], addresses: [], department: '29', zip: '29200', city: 'Brest', type: 'Mission en présentiel', start_date: null, end_date: null };
  const batch = [0, 1, 2, 3, 4, 5].map((i) => ({ ...fresh(1, 1), ...here, tags: [`rang ${client.name}`], score: i }));
  await client.save(index, batch);
  const search = () => client.searchOne(index, { query: '', filters: `tags:"rang ${client.name}"`, aroundLatLng: `${point.lat}, ${point.lng}`, aroundRadius: 20000, ranking: ['renfort', 'custom'], customRanking: ['desc(score)'] });
  for (const record of [batch[5], batch[2]]) await held(record, `v-${record.id}-only`);
  const { hits } = await search();
  assert.equal(hits.length, 6);
  assert.deepEqual(hits.map((h) => h.has_places_left), [true, true, true, true, false, false]);
});

each('filters over many missions follow their seats', async (client, clients, fresh) => {
  const batch = Array.from({ length: 20 }, () => ({ ...fresh(2, 1), tags: [`lot ${client.name}`] }));
  await client.save(index, batch);
  const filters = `tags:"lot ${client.name}" AND has_places_left:true`;
  for (let i = 0; i < 6; i++) {
    await held(batch[i], `v-${batch[i].id}-only`);
    const page = await client.searchOne(index, { query: '', filters, hitsPerPage: 100, facets: ['has_places_left'] });
    assert.equal(page.nbHits, batch.length - i - 1);
    assert.deepEqual(new Set(ids(page.hits)), new Set(ids(batch.slice(i + 1))));
    assert.deepEqual(page.facets, { has_places_left: { true: batch.length - i - 1 } });
  }
});
