// The tests that read 20,000 records share one service: filling it takes longer
// than they do.

import { after, before } from 'node:test';
import '../catalogue/records.js';
import '../catalogue/search.js';
import '../catalogue/parameters.js';
import { closeBrowser, openBrowser } from '../catalogue/page.js';
import { close, open } from '../catalogue/world.js';

before(async () => {
  await open();
  await openBrowser();
});
after(async () => {
  await closeBrowser();
  await close();
});
