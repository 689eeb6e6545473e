// The two generations of Algolia's official client, with the same verbs, so
// that each test runs with both. Behind every verb is the client's own method;
// only hosts and keys are other than in a page of Algolia's documentation.

import { algoliasearch } from 'algoliasearch';
import algoliasearch4 from 'algoliasearch4';

const app = 'RENFORT';

// both gives clients of versions 5 and 4 for a service and one of its keys.
// They wait five times as long as they would by themselves, so that a machine
// with other things to do fails no test; wire.test.js keeps their own limits.
export function both(service, key) {
  return [
    client5([service], key, { timeouts: { connect: 10000, read: 25000, write: 150000 } }),
    client4([service], key, { timeouts: { connect: 10, read: 25, write: 150 } }), // in seconds
  ];
}

// client5 is version 5; hosts are {host, protocol}, tried in this order.
export function client5(hosts, key, options = {}) {
  const c = algoliasearch(app, key, {
    hosts: hosts.map(({ host, protocol }) => ({ url: host, protocol, accept: 'readWrite' })), // instead of APP-dsn.algolia.net
    ...options,
  });
  const wait = async (index, response) => {
    await c.waitForTask({ indexName: index, taskID: response.taskID });
    return response;
  };
  return {
    name: 'algoliasearch 5', raw: c,
    search: async (requests) => (await c.search({ requests })).results,
    searchOne: (indexName, searchParams) => c.searchSingleIndex({ indexName, searchParams }),
    facetValues: (indexName, facetName, facetQuery, { maxFacetHits, ...params } = {}) => c.searchForFacetValues({
      indexName, facetName,
      searchForFacetValuesRequest: { facetQuery, maxFacetHits, params: new URLSearchParams(params).toString() },
    }),
    async browse(indexName, browseParams = {}) {
      const hits = [];
      await c.browseObjects({ indexName, browseParams, aggregator: (page) => hits.push(...page.hits) });
      return hits;
    },
    save: (indexName, objects, batchSize) => c.saveObjects({ indexName, objects, waitForTasks: true, batchSize }),
    partial: (indexName, objects, createIfNotExists = false) => c.partialUpdateObjects({ indexName, objects, createIfNotExists, waitForTasks: true }),
    remove: (indexName, objectIDs) => c.deleteObjects({ indexName, objectIDs, waitForTasks: true }),
    removeOne: async (indexName, objectID) => wait(indexName, await c.deleteObject({ indexName, objectID })),
    removeBy: async (indexName, deleteByParams) => wait(indexName, await c.deleteBy({ indexName, deleteByParams })),
    clear: async (indexName) => wait(indexName, await c.clearObjects({ indexName })),
    drop: async (indexName) => wait(indexName, await c.deleteIndex({ indexName })),
    replaceAll: (indexName, objects) => c.replaceAllObjects({ indexName, objects }),
    copy: async (indexName, destination, scope) => wait(destination, await c.operationIndex({ indexName, operationIndexParams: { operation: 'copy', destination, scope } })),
    move: async (indexName, destination) => wait(destination, await c.operationIndex({ indexName, operationIndexParams: { operation: 'move', destination } })),
    configure: async (indexName, indexSettings, forwardToReplicas) => wait(indexName, await c.setSettings({ indexName, indexSettings, forwardToReplicas })),
    settings: (indexName) => c.getSettings({ indexName }),
    exists: (indexName) => c.indexExists({ indexName }),
    indices: async () => (await c.listIndices()).items,
    object: (indexName, objectID, attributesToRetrieve) => c.getObject({ indexName, objectID, attributesToRetrieve }),
    objects: async (indexName, objectIDs) => (await c.getObjects({ requests: objectIDs.map((objectID) => ({ indexName, objectID })) })).results,
    async batches(requests) {
      const response = await c.multipleBatch({ requests });
      for (const [index, taskID] of Object.entries(response.taskID)) await wait(index, { taskID });
      return response;
    },
    saveSynonyms: async (indexName, synonymHit) => wait(indexName, await c.saveSynonyms({ indexName, synonymHit, replaceExistingSynonyms: true })),
    async synonyms(indexName) {
      const hits = [];
      await c.browseSynonyms({ indexName, aggregator: (page) => hits.push(...page.hits) });
      return hits;
    },
    securedKey: (parentApiKey, { searchParams, ...rest }) => c.generateSecuredApiKey({ parentApiKey, restrictions: { ...rest, searchParams } }),
  };
}

// client4 is version 4.
export function client4(hosts, key, options = {}) {
  const c = algoliasearch4(app, key, {
    hosts: hosts.map(({ host, protocol }) => ({ url: host, protocol })), // instead of APP-dsn.algolia.net
    ...options,
  });
  return {
    name: 'algoliasearch 4', raw: c,
    search: async (requests) => (await c.search(requests.map(({ indexName, type, facet, query, ...params }) => ({ indexName, type, facet, query, params })))).results,
    searchOne: (index, { query, ...params } = {}) => c.initIndex(index).search(query ?? '', params),
    facetValues: (index, facet, query, params) => c.initIndex(index).searchForFacetValues(facet, query, params),
    async browse(index, params = {}) {
      const hits = [];
      await c.initIndex(index).browseObjects({ ...params, batch: (page) => hits.push(...page) });
      return hits;
    },
    save: (index, objects, batchSize) => c.initIndex(index).saveObjects(objects, batchSize ? { batchSize } : {}).wait(),
    partial: (index, objects, createIfNotExists = false) => c.initIndex(index).partialUpdateObjects(objects, { createIfNotExists }).wait(),
    remove: (index, ids) => c.initIndex(index).deleteObjects(ids).wait(),
    removeOne: (index, id) => c.initIndex(index).deleteObject(id).wait(),
    removeBy: (index, params) => c.initIndex(index).deleteBy(params).wait(),
    clear: (index) => c.initIndex(index).clearObjects().wait(),
    drop: (index) => c.initIndex(index).delete().wait(),
    replaceAll: (index, objects) => c.initIndex(index).replaceAllObjects(objects, { safe: true }),
    copy: (index, destination, scope) => c.copyIndex(index, destination, scope ? { scope } : {}).wait(),
    move: (index, destination) => c.moveIndex(index, destination).wait(),
    configure: (index, settings, forwardToReplicas) => c.initIndex(index).setSettings(settings, forwardToReplicas === undefined ? {} : { forwardToReplicas }).wait(),
    settings: (index) => c.initIndex(index).getSettings(),
    exists: (index) => c.initIndex(index).exists(),
    indices: async () => (await c.listIndices()).items,
    object: (index, id, attributesToRetrieve) => c.initIndex(index).getObject(id, attributesToRetrieve ? { attributesToRetrieve } : {}),
    objects: async (index, ids) => (await c.initIndex(index).getObjects(ids)).results,
    batches: (requests) => c.multipleBatch(requests).wait(),
    saveSynonyms: (index, synonyms) => c.initIndex(index).saveSynonyms(synonyms, { replaceExistingSynonyms: true }).wait(),
    async synonyms(index) {
      const hits = [];
      await c.initIndex(index).browseSynonyms({ batch: (page) => hits.push(...page) });
      return hits;
    },
    securedKey: (parent, { searchParams, ...rest }) => c.generateSecuredApiKey(parent, { ...rest, ...searchParams }),
  };
}
