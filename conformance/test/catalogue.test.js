// The tests that read 20,000 records share one service: filling it takes longer
// than they do.

import { after, before } from 'node:test';
import { close, open } from '../catalogue/world.js';

before(open);
after(close);

await import('../catalogue/records.js');
await import('../catalogue/search.js');
await import('../catalogue/page.js');
