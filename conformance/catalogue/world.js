// What the tests of this folder share: one service that holds 20,000 records
// twice, in the mission index and in a plain one.

import { test } from 'node:test';
import { both } from '../clients.js';
import { records, settings, startOfDay } from '../records.js';
import { missionIndex, start } from '../service.js';

export const count = Number(process.env.COUNT ?? 20000);
export const seed = Number(process.env.SEED ?? 1);

// world is filled by open: {service, list, sides}. list are the records; sides
// are [{client, reader, index}]: version 5 of the client has the mission index,
// version 4 the plain one; reader has the search key.
export const world = {};

// open starts the service and pushes the records by the clients' own helpers,
// in chunks of 1,000 (their own choice) and of 5,000.
export async function open() {
  world.service = await start();
  world.list = records(count, seed, startOfDay(Date.now()));
  const writers = both(world.service, world.service.keys.write), readers = both(world.service, world.service.keys.search);
  world.sides = [missionIndex, 'catalogue'].map((index, i) => ({ index, client: writers[i], reader: readers[i] }));
  for (const { client, index } of world.sides) {
    await client.configure(index, settings);
    await client.save(index, world.list, index === missionIndex ? undefined : 5000);
  }
}

export const close = () => world.service?.stop();

// each makes a test that runs with both clients.
export const each = (name, f) => test(name, async (t) => {
  for (const side of world.sides) await t.test(`${side.client.name}, index ${side.index}`, () => f({ ...side, list: world.list }));
});

// ids are the objectIDs of hits or records.
export const ids = (list) => list.map((r) => r.objectID);

export const sorted = (list) => [...list].sort();
