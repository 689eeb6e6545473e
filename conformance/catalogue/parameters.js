// Parameters of a search beyond words, filters and the map.

import assert from 'node:assert/strict';
import * as model from '../model.js';
import { each, ids, sorted } from './world.js';

each('an answer tells about itself', async ({ reader, index }) => {
  const page = await reader.searchOne(index, { query: 'potager', hitsPerPage: 2, clickAnalytics: true });
  assert.equal(page.query, 'potager');
  assert.equal(new URLSearchParams(page.params).get('hitsPerPage'), '2');
  assert.equal(typeof page.processingTimeMS, 'number');
  assert.match(page.queryID, /^[0-9a-f]{32}$/);
  const plain = await reader.searchOne(index, { query: 'potager', hitsPerPage: 2 });
  assert.equal(plain.queryID, undefined);
  const few = await reader.searchOne(index, { query: 'potager', responseFields: ['hits', 'nbHits'] });
  assert.deepEqual(Object.keys(few).sort(), ['hits', 'nbHits']);
});

each('marks and snippets are as asked', async ({ reader, index }) => {
  const page = await reader.searchOne(index, {
    query: 'potager', hitsPerPage: 20, typoTolerance: false, highlightPreTag: '<b>', highlightPostTag: '</b>',
    attributesToHighlight: ['description', 'structure.name'], attributesToSnippet: ['description:4'], snippetEllipsisText: '[…]',
  });
  assert.ok(page.hits.some((h) => h._highlightResult.description.matchLevel === 'full'));
  for (const { description, _highlightResult, _snippetResult, ...hit } of page.hits) {
    const marked = _highlightResult.description;
    assert.equal(marked.value.replace(/<\/?b>/g, ''), description);
    assert.equal(marked.value.includes('<b>'), marked.matchLevel !== 'none', hit.objectID);
    for (const [, word] of marked.value.matchAll(/<b>(.*?)<\/b>/g)) assert.match(word, /^potager/i);
    assert.equal(_highlightResult.structure.name.value, hit.structure.name);
    const words = model.tokens(_snippetResult.description.value.replace(/<\/?b>|\[…\]/g, ''));
    assert.ok(words.length <= 4, `${hit.objectID}: ${_snippetResult.description.value}`);
    if (marked.matchLevel === 'full') assert.match(_snippetResult.description.value, /<b>potager<\/b>/i);
  }
});

each('attributes are retrieved, or not', async ({ reader, index }) => {
  const first = async (attributesToRetrieve) => {
    const { hits: [{ _highlightResult, _snippetResult, ...hit }] } = await reader.searchOne(index, { query: '', hitsPerPage: 1, attributesToRetrieve });
    return Object.keys(hit).sort();
  };
  const every = await first(['*']);
  assert.deepEqual(await first(['name', 'structure']), ['name', 'objectID', 'structure']);
  assert.deepEqual(await first(['*', '-name', '-description']), every.filter((k) => !['name', 'description'].includes(k)));
  assert.deepEqual(await first([]), ['objectID']);
});

each('distinct shows one record of a kind', async ({ client, reader, index, list }) => {
  await client.configure(index, { attributeForDistinct: 'structure.name' });
  const page = await reader.searchOne(index, { query: '', filters: 'city:Nice', distinct: true, hitsPerPage: 1000 });
  const names = new Set(list.filter((r) => r.city === 'Nice').map((r) => r.structure.name));
  assert.deepEqual(sorted(page.hits.map((h) => h.structure.name)), sorted(names));
  assert.equal(page.nbHits, names.size);
  const whole = await reader.searchOne(index, { query: '', filters: 'city:Nice', hitsPerPage: 0 });
  assert.equal(whole.nbHits, list.filter((r) => r.city === 'Nice').length);
});

each('optional filters put what they match first, and hide nothing', async ({ reader, index, list }) => {
  const page = await reader.searchOne(index, { query: '', filters: 'city:Pau', optionalFilters: ['domaines:Sport pour tous'], hitsPerPage: 1000, attributesToHighlight: [] });
  const pau = list.filter((r) => r.city === 'Pau');
  assert.deepEqual(sorted(ids(page.hits)), sorted(ids(pau)));
  const sport = page.hits.map((h) => h.domaines.includes('Sport pour tous'));
  assert.equal(sport.lastIndexOf(true) + 1, sport.filter(Boolean).length);
  assert.ok(sport.includes(true));
});

each('facet values in the order of the alphabet', async ({ reader, index, list }) => {
  const page = await reader.searchOne(index, { query: '', facets: ['city'], sortFacetValuesBy: 'alpha', hitsPerPage: 0 });
  const names = Object.keys(page.facets.city);
  assert.deepEqual(page.facets.city, model.facet(list, 'city'));
  assert.deepEqual(names, [...names].sort((a, b) => (model.fold(a) < model.fold(b) ? -1 : 1)));
});

const searched = ['name', 'description', 'structure.name', 'activities.name', 'domaines', 'city', 'tags'];

each('words are given up where nothing matches all', async ({ reader, index, list }) => {
  const params = { query: 'potager introuvablissime', typoTolerance: false, queryType: 'prefixNone', hitsPerPage: 0 };
  assert.equal((await reader.searchOne(index, params)).nbHits, 0);
  const last = await reader.searchOne(index, { ...params, removeWordsIfNoResults: 'lastWords' });
  assert.equal(last.nbHits, list.filter((r) => model.matches(r, 'potager', searched, true)).length);
});

each('phrases and words that must not be there', async ({ reader, index, list }) => {
  const count = async (query) => (await reader.searchOne(index, { query, advancedSyntax: true, typoTolerance: false, queryType: 'prefixNone', hitsPerPage: 0 })).nbHits;
  const phrase = (r) => searched.flatMap((name) => model.values(r, name)).some((text) => ` ${model.tokens(String(text)).join(' ')} `.includes(' jardin potager '));
  assert.equal(await count('"jardin potager"'), list.filter(phrase).length);
  assert.ok(await count('"jardin potager"') > 0);
  const without = list.filter((r) => model.matches(r, 'potager', searched, true) && !model.matches(r, 'compost', searched, true));
  assert.equal(await count('potager -compost'), without.length);
});

each('the rest of a multi-query is left out where the first has enough', async ({ reader, index }) => {
  const requests = [{ indexName: index, query: '', hitsPerPage: 5 }, { indexName: index, query: '', hitsPerPage: 5 }];
  const { results } = reader.raw.initIndex
    ? await reader.raw.multipleQueries(requests.map(({ hitsPerPage, ...r }) => ({ ...r, params: { hitsPerPage } })), { strategy: 'stopIfEnoughMatches' })
    : await reader.raw.search({ requests, strategy: 'stopIfEnoughMatches' });
  assert.equal(results.length, 2);
  assert.equal(results[0].hits.length, 5);
  assert.deepEqual([results[1].processed, results[1].hits], [false, []]);
});
