// What several tests start from: a service that holds 20,000 records, pushed by
// both clients.

import { both } from '../clients.js';
import { records, settings, startOfDay } from '../records.js';
import { missionIndex, start } from '../service.js';

export const count = Number(process.env.COUNT ?? 20000);
export const seed = Number(process.env.SEED ?? 1);

// catalogue starts a service and fills two indexes: version 5 of the client the
// mission index, version 4 a plain one. sides are [{client, index, reader}];
// reader has the search key.
export async function catalogue() {
  const service = await start();
  try {
    const list = records(count, seed, startOfDay(Date.now()));
    const writers = both(service, service.keys.write), readers = both(service, service.keys.search);
    const sides = [missionIndex, 'catalogue'].map((index, i) => ({ index, client: writers[i], reader: readers[i] }));
    for (const { client, index } of sides) {
      await client.configure(index, settings);
      await client.save(index, list, index === missionIndex ? undefined : 5000);
    }
    return { service, list, sides };
  } catch (error) {
    await service.stop();
    throw error;
  }
}

// ids are the objectIDs of hits or records.
export const ids = (list) => list.map((r) => r.objectID);

export const sorted = (list) => [...list].sort();
