// The clients' ways with the network: other hosts where one fails, time limits,
// compression, TLS, and what a browser asks before it sends anything.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { client4, client5, both } from '../clients.js';
import { records, startOfDay } from '../records.js';
import { missionIndex, start } from '../service.js';
import { ids, seed, sorted } from '../catalogue/world.js';

const require = createRequire(import.meta.url);
let service, list;
before(async () => {
  service = await start();
  list = records(400, seed + 3, startOfDay(Date.now()));
  await both(service, service.keys.write)[0].save(missionIndex, list);
});
after(() => service?.stop());

// listen starts a server on a free port of this machine; stops are run after
// the test.
async function listen(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { server.closeAllConnections?.(); server.close(); });
  return { host: `127.0.0.1:${server.address().port}`, protocol: 'http' };
}

// tests with version 5 and 4; options are of each version's own kind.
const makers = [client5, client4];
const each = (name, f) => test(name, async (t) => {
  for (const make of makers) await t.test(make([service], service.keys.search).name, (st) => f(make, st));
});

async function works(client) {
  assert.equal((await client.searchOne(missionIndex, { query: '' })).nbHits, list.length);
}

each('a host whose port is closed is left for the next', async (make, t) => {
  const server = http.createServer();
  const closed = await listen(t, server);
  server.close();
  await once(server, 'close');
  const client = make([closed, service], service.keys.write);
  await works(client);
  await client.save(missionIndex, [list[0]]);
});

each('a host that answers 503 is left for the next', async (make, t) => {
  let asked = 0;
  const ill = await listen(t, http.createServer((request, response) => {
    asked++;
    request.resume();
    response.writeHead(503, { 'content-type': 'application/json' }).end('{"message":"overloaded","status":503}');
  }));
  const client = make([ill, service], service.keys.search);
  await works(client);
  assert.equal(asked, 1);
});

each('a host that says nothing is left for the next in time', async (make, t) => {
  let asked = 0;
  const mute = await listen(t, http.createServer(() => { asked++; }));
  const unit = make === client5 ? 1000 : 1; // version 4 counts seconds
  const client = make([mute, service], service.keys.search, { timeouts: { connect: 0.3 * unit, read: 2 * unit, write: 5 * unit } });
  await works(client);
  assert.equal(asked, 1);
});

each('without a host that answers, the client says so', async (make, t) => {
  const server = http.createServer();
  const closed = await listen(t, server);
  server.close();
  await once(server, 'close');
  await assert.rejects(make([closed], service.keys.search).searchOne(missionIndex, { query: '' }), { name: 'RetryError' });
});

each('an error of the request itself goes to no other host', async (make, t) => {
  let asked = 0;
  const other = await listen(t, http.createServer((request, response) => { asked++; response.end('{}'); }));
  await assert.rejects(make([service, other], service.keys.search).searchOne(missionIndex, { query: '', filters: ':::' }), { name: 'ApiError', status: 400 });
  assert.equal(asked, 0);
});

// Version 5 waits as long as a 429 says and asks again, version 4 hands it on.
each('a key that asks too often', async (make) => {
  const client = make([service], service.keys.slow);
  const answers = await Promise.allSettled(Array.from({ length: 8 }, () => works(client)));
  const refused = answers.filter((a) => a.status === 'rejected').map((a) => a.reason);
  if (make === client5) assert.deepEqual(refused, []);
  else assert.ok(refused.length > 0 && refused.every((e) => e.name === 'ApiError' && e.status === 429), `${refused}`);
});

// A proxy in between sees what is compressed on the way.
each('bodies and answers are compressed with gzip', async (make, t) => {
  const seen = [];
  const between = await listen(t, http.createServer((request, response) => {
    const [hostname, port] = service.host.split(':');
    const on = http.request({ hostname, port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      seen.push({ method: request.method, path: request.url, sent: request.headers['content-encoding'], got: answer.headers['content-encoding'] });
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(on);
  }));
  const options = make === client5 ? { compression: 'gzip' } : { headers: { 'accept-encoding': 'gzip' } };
  const client = make([between], service.keys.write, options), index = `gzip ${client.name}`;
  await client.save(index, list);
  assert.deepEqual(sorted(ids(await client.browse(index))), sorted(ids(list)));
  assert.equal(seen.find((s) => s.path.includes('/batch')).sent, 'gzip');
  assert.equal(seen.find((s) => s.path.includes('/browse')).got, 'gzip');
});

test('TLS', async (t) => {
  const secure = await start({ tls: true });
  t.after(() => secure.stop());
  const agent = new https.Agent({ ca: secure.ca, keepAlive: true });
  t.after(() => agent.destroy());
  const { createHttpRequester } = require('@algolia/requester-node-http');
  const of4 = createRequire(require.resolve('algoliasearch4/package.json'));
  const { createNodeHttpRequester } = of4('@algolia/requester-node-http');
  const options = [{ requester: createHttpRequester({ httpsAgent: agent }) }, { requester: createNodeHttpRequester({ httpsAgent: agent }) }];
  for (let i = 0; i < 2; i++) {
    const client = makers[i]([secure], secure.keys.write, options[i]);
    await t.test(client.name, async () => {
      await client.save('secure', list);
      assert.equal((await client.searchOne('secure', { query: '' })).nbHits, list.length);
    });
  }
  await t.test('a client that does not trust the certificate does not send', async () => {
    await assert.rejects(client5([secure], secure.keys.search).searchOne('secure', { query: '' }), { name: 'RetryError' });
  });
});

const origin = 'https://www.example.org';

test('a browser may read answers, also refusals', async () => {
  const credentials = (key) => `x-algolia-api-key=${key}&x-algolia-application-id=RENFORT&x-algolia-agent=Browser`;
  const ask = (key, body) => fetch(`http://${service.host}/1/indexes/*/queries?${credentials(key)}`, { method: 'POST', headers: { origin, 'content-type': 'text/plain' }, body });
  for (const [key, body, status] of [
    [service.keys.search, JSON.stringify({ requests: [{ indexName: missionIndex, params: 'query=&hitsPerPage=1' }] }), 200],
    [service.keys.search, JSON.stringify({ requests: [{ indexName: 'nowhere', params: '' }] }), 404],
    [service.keys.search, '{"requests":', 400],
    ['wrong', '{"requests":[]}', 403],
  ]) {
    const answer = await ask(key, body);
    assert.equal(answer.status, status, body);
    assert.ok(['*', origin].includes(answer.headers.get('access-control-allow-origin')), `${status}: ${answer.headers.get('access-control-allow-origin')}`);
    const { message, results, status: inside } = await answer.json();
    if (status === 200) assert.equal(results.length, 1);
    else {
      assert.equal(typeof message, 'string');
      assert.equal(inside, status);
    }
  }
});

test('a browser that sends headers is allowed to', async () => {
  const wanted = ['content-type', 'x-algolia-api-key', 'x-algolia-application-id', 'x-algolia-agent'];
  const answer = await fetch(`http://${service.host}/1/indexes/${missionIndex}/query`, {
    method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': wanted.join(',') },
  });
  assert.ok(answer.ok, `${answer.status}`);
  assert.ok(['*', origin].includes(answer.headers.get('access-control-allow-origin')));
  const allowed = answer.headers.get('access-control-allow-headers').toLowerCase();
  for (const name of wanted) assert.ok(allowed === '*' || allowed.includes(name), `${name} in ${allowed}`);
  assert.match(answer.headers.get('access-control-allow-methods'), /POST/);
});

// The last, because it leaves the mission index full. The clients give a host 2
// seconds to begin its answer, writes included.
each('5,000 records are taken within the clients\' own limits', async (make) => {
  const client = make([service], service.keys.write), many = records(5000, seed + Number(client.name.at(-1)), startOfDay(Date.now()));
  for (const index of [`many ${client.name}`, missionIndex]) await client.save(index, many, 5000);
});
