// Serves the page: its own files, and the two libraries from node_modules in
// the place of a CDN. On the command line: node page/serve.js PORT.

import fs from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const libraries = path.join(here, '..', 'node_modules');
const own = { '/': 'index.html', '/page.js': 'page.js', '/page.css': 'page.css' };
const bought = {
  '/instantsearch.js': 'instantsearch.js/dist/instantsearch.production.min.js',
  '/algoliasearch-lite.js': 'algoliasearch/dist/lite/builds/browser.umd.js',
};
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

// pageServer gives a server, not listening; with version 4, that client.
export function pageServer({ version = 5 } = {}) {
  const files = { ...bought, ...(version === 4 && { '/algoliasearch-lite.js': 'algoliasearch4/dist/algoliasearch-lite.umd.js' }) };
  return http.createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://page');
    const file = own[pathname] ? path.join(here, own[pathname]) : files[pathname] && path.join(libraries, files[pathname]);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': `${types[path.extname(file)]}; charset=utf-8` });
    return response.end(await fs.readFile(file));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  pageServer().listen(Number(process.argv[2] ?? 8081), '127.0.0.1', function listening() {
    console.log(`http://127.0.0.1:${this.address().port}/?host=127.0.0.1:8080&protocol=http&key=KEY`);
  });
}
