// A page of stock instantsearch.js widgets in a real browser: words, filters,
// pages, places and the map are clicked, and what is shown is compared with a
// loop over the records. A picture of it is written to the path in SCREENSHOT.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import * as model from '../model.js';
import { pageServer } from '../page/serve.js';
import { settings } from '../records.js';
import { missionIndex as index } from '../service.js';
import { ids, sorted, world } from './world.js';

let browser, profile;

// openBrowser comes after the world is there, closeBrowser before it goes.
export async function openBrowser() {
  const [{ client }] = world.sides;
  await client.configure(index, { replicas: ['missions_recentes'] });
  await client.configure('missions_recentes', { ranking: ['desc(post_date)', 'asc(id)', 'typo', 'geo', 'words', 'filters', 'proximity', 'attribute', 'exact', 'custom'] });
  profile = await fs.mkdtemp(path.join(os.tmpdir(), 'renfort-page-'));
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, viewport: { width: 1360, height: 1000 }, locale: 'fr-FR',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

export async function closeBrowser() {
  await browser?.close();
  if (profile) await fs.rm(profile, { recursive: true, force: true });
}

// open shows the page, with everything that goes wrong in it noted in faults.
async function open(t, version) {
  const server = pageServer({ version });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const page = await browser.newPage(), faults = [];
  page.setDefaultTimeout(10000);
  t.after(async () => {
    await page.close();
    server.closeAllConnections();
    server.close();
  });
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) faults.push(`${m.type()}: ${m.text()}`); });
  page.on('pageerror', (e) => faults.push(e.message));
  page.on('requestfailed', (r) => faults.push(`${r.url()}: ${r.failure().errorText}`));
  page.on('request', (r) => {
    const { hostname, protocol } = new URL(r.url());
    if (hostname !== '127.0.0.1' && protocol !== 'data:') faults.push(`a request to ${r.url()}`);
  });
  await page.goto(`http://127.0.0.1:${server.address().port}/?host=${world.service.host}&protocol=http&key=${world.service.keys.search}`);
  return { page, faults };
}

// shown waits until the page counts so many missions, and gives the cards.
async function shown(page, count, what) {
  const said = () => page.locator('#compte').innerText().catch(() => '');
  const number = async () => Number((await said()).replace(/[^\d]/g, '') || -1);
  for (let i = 0; i < 100 && (await number()) !== count; i++) await page.waitForTimeout(50);
  assert.equal(await number(), count, `${what}: ${await said()}`);
  return page.locator('#missions article').evaluateAll((cards) => cards.map((c) => ({
    id: c.dataset.id, places: c.querySelector('.libre, .complet').textContent, distance: c.querySelector('.distance')?.textContent,
    marked: [...c.querySelectorAll('mark')].map((m) => m.textContent),
  })));
}

// counts are what a list of filters shows: value to number.
async function counts(page, id) {
  const rows = await page.locator(`${id} .ais-RefinementList-item`).evaluateAll((list) => list.map((li) => [
    li.querySelector('.ais-RefinementList-labelText').textContent, Number(li.querySelector('.ais-RefinementList-count').textContent.replace(/[^\d]/g, ''))]));
  return Object.fromEntries(rows);
}

// leaders are the most frequent of counts, those that a list of n shows.
function agree(got, all, n, what) {
  assert.deepEqual(Object.values(got), Object.values(all).sort((a, b) => b - a).slice(0, n), what);
  for (const [value, count] of Object.entries(got)) assert.equal(count, all[value], `${what}: ${value}`);
}

const label = (page, id, text) => page.locator(`${id} .ais-RefinementList-label`).filter({ hasText: text });
const lyon = { lat: 45.7578, lng: 4.8320 }, marseille = { lat: 43.2965, lng: 5.3698 };
const searched = settings.searchableAttributes.flatMap((a) => a.replace(/^unordered\((.*)\)$/, '$1').split(','));
const isNature = (r) => r.domaines.includes('Protection de la nature'), isSport = (r) => r.domaines.includes('Sport pour tous');

for (const version of [5, 4]) {
  test(`the page works with algoliasearch ${version}`, async (t) => {
    const { page, faults } = await open(t, version);
    const whole = world.list;
    const byID = new Map(whole.map((r) => [r.objectID, r])), record = (card) => byID.get(card.id);

    const first = await shown(page, whole.length, 'at first');
    assert.equal(first.length, 18);
    const inOrder = model.order(settings.customRanking);
    const best = [...whole].sort(inOrder);
    first.forEach((c, i) => assert.equal(inOrder(record(c), best[i]), 0, `card ${i}`));
    for (const c of first) assert.equal(Number.parseInt(c.places, 10) || 0, record(c).places_left);
    agree(await counts(page, '#domaines'), model.facet(whole, 'domaines'), 10, 'domains at first');
    agree(await counts(page, '#departements'), model.facet(whole, 'department_name'), 6, 'departments at first');

    await page.fill('#recherche input', 'potager');
    const withWord = whole.filter((r) => model.matches(r, 'potager', searched));
    const cards = await shown(page, withWord.length, 'with a word');
    for (const c of cards) assert.ok(c.marked.every((m) => model.fold(m) === 'potager') && c.marked.length > 0, `${c.id}: ${c.marked}`);
    agree(await counts(page, '#domaines'), model.facet(withWord, 'domaines'), 10, 'domains with a word');

    await label(page, '#domaines', 'Protection de la nature').click();
    await shown(page, withWord.filter(isNature).length, 'in one domain');
    agree(await counts(page, '#domaines'), model.facet(withWord, 'domaines'), 10, 'domains do not narrow themselves');
    agree(await counts(page, '#departements'), model.facet(withWord.filter(isNature), 'department_name'), 6, 'departments in one domain');

    await page.fill('#recherche input', '');
    await label(page, '#domaines', 'Sport pour tous').click();
    const either = whole.filter((r) => isNature(r) || isSport(r));
    await shown(page, either.length, 'in two domains');

    await page.fill('#departements input', 'herau');
    await label(page, '#departements', '34 - Hérault').click();
    const herault = either.filter((r) => r.department_name === '34 - Hérault');
    const inHerault = await shown(page, herault.length, 'in a department found by searching the list');
    assert.deepEqual(sorted(inHerault.map((c) => c.id)).length, Math.min(18, herault.length));
    for (const c of inHerault) assert.equal(record(c).department, '34');

    await page.fill('#places .ais-RangeInput-input--min', '10');
    await page.click('#places button');
    await shown(page, herault.filter((r) => r.places_left >= 10).length, 'with ten places at least');

    await page.click('#effacer button');
    await shown(page, whole.length, 'cleared');
    await page.click('#disponibles input');
    const free = whole.filter((r) => r.has_places_left);
    await shown(page, free.length, 'with places');

    await page.selectOption('#autour select', 'Lyon');
    const near = free.filter((r) => model.nearestM(r, lyon) <= 35000);
    const around = await shown(page, near.length, 'around Lyon');
    const bands = around.map((c) => Math.floor(model.nearestM(record(c), lyon) / 2000));
    assert.deepEqual(bands, [...bands].sort((a, b) => a - b), 'nearest first');
    for (const c of around) {
      const told = Number(c.distance.replace(/[^\d,]/g, '').replace(',', '.')), km = model.nearestM(record(c), lyon) / 1000;
      assert.ok(Math.abs(told - km) < 0.06, `${c.id}: ${c.distance}, want ${km} km`);
    }

    const seen = around.map((c) => c.id);
    for (const number of [2, 3]) {
      await page.click(`#pages a[aria-label="Page ${number}"]`);
      await page.waitForFunction((id) => document.querySelector('#missions article').dataset.id !== id, seen.at(-18));
      const more = await shown(page, near.length, `page ${number}`);
      assert.ok(more.every((c) => !seen.includes(c.id)), `page ${number} repeats a card`);
      seen.push(...more.map((c) => c.id));
    }
    assert.ok(seen.every((id) => near.includes(byID.get(id))));

    await page.selectOption('#autour select', '');
    await page.click('#carte button:has-text("Grand Sud")');
    const south = free.filter((r) => model.inBox(r, [44.5, 7.7, 42.5, -1.5]));
    await shown(page, south.length, 'in a rectangle');

    await page.selectOption('#tri select', 'missions_recentes');
    const latest = ids([...south].sort(model.order(['desc(post_date)', 'asc(id)'])).slice(0, 18));
    await page.waitForFunction((id) => document.querySelector('#missions article').dataset.id === id, latest[0]);
    assert.deepEqual((await shown(page, south.length, 'sorted')).map((c) => c.id), latest);

    await page.click('#carte button:has-text("Toute la France")');
    await page.selectOption('#autour select', 'Marseille');
    await page.fill('#recherche input', 'jardin');
    const gardens = free.filter((r) => model.matches(r, 'jardin', searched) && model.nearestM(r, marseille) <= 35000);
    await shown(page, gardens.length, 'gardens around Marseille, with places');
    await label(page, '#domaines', 'Protection de la nature').click();
    await shown(page, gardens.filter(isNature).length, 'and in one domain');
    if (version === 5 && process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true });

    await page.fill('#recherche input', 'introuvablissime');
    await shown(page, 0, 'nothing');
    assert.match(await page.locator('#missions').innerText(), /Aucune mission/);
    assert.deepEqual(faults, []);
  });
}
