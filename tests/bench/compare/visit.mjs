// One visit for all to see: a page with what pages do behind buttons, and the person who clicks them.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { html, startSite } from '../../e2e/site.mjs';

/** What each button does, by its name. */
const ACTS = {
  Load: () => fetch('/api/items?limit=2').then((response) => response.json()),
  Save: () => fetch('/api/items', { method: 'POST', body: '{"name":"x"}' }),
  Miss: () => fetch('/api/missing'),
  Break: () => fetch('/api/broken', { method: 'POST' }).catch(() => {}),
  Ask: () => {
    const request = new XMLHttpRequest();
    request.open('PUT', '/api/orders');
    request.send('1');
  },
  Throw: () => {
    throw new RangeError('out of stock');
  },
  Reject: () => {
    Promise.reject(new TypeError('no such price'));
  },
  Wait: () => {
    const end = performance.now() + 120;
    while (performance.now() < end);
    document.querySelector('output').value = 'waited';
  },
  Shift: () => {
    setTimeout(
      () => document.querySelector('h1').insertAdjacentHTML('beforebegin', '<div style="height:200px">'),
      600,
    );
  },
  Go: () => history.pushState(null, '', '/orders/7'),
};

const SCRIPT = `<script>${Object.entries(ACTS)
  .map(([name, act]) => `document.getElementById('${name}').addEventListener('click', ${act});`)
  .join('\n')}</script>`;
const BUTTONS = Object.keys(ACTS).map((name) => `<button id="${name}">${name}</button>`);
const BODY = `<main><h1>Orders</h1>${BUTTONS.join('')}<output></output><p>${'Three are open. '.repeat(40)}</p></main>`;

/** Bundles an SDK's page script. */
async function bundle(name) {
  const entry = fileURLToPath(new URL(`sdk/${name}.js`, import.meta.url));
  const how = { bundle: true, format: 'iife', target: 'es2022', write: false, logLevel: 'error' };
  const define = { 'process.env.NODE_ENV': '"production"' };
  const { outputFiles } = await build({ entryPoints: [entry], define, ...how });
  return outputFiles[0].text;
}

/** A site with the visit's page under the name of each SDK. */
export async function startPlace(names) {
  const answer = (status, wait) => (request, response) => {
    request.resume();
    setTimeout(
      () => response.writeHead(status, { 'content-type': 'application/json' }).end('{"ok":true}'),
      wait,
    );
  };
  const pages = {
    '/api/items': answer(200, 40),
    '/api/missing': answer(404, 20),
    '/api/orders': answer(201, 30),
    '/api/broken': (request) => request.socket.destroy(),
    '/style.css': (_, response) =>
      response.writeHead(200, { 'content-type': 'text/css' }).end('h1 { color: #333 }'),
  };
  for (const name of names) {
    const script = await bundle(name);
    pages[`/${name}.js`] = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    pages[`/${name}`] = (_, response) =>
      html(
        response,
        `<link rel=stylesheet href=/style.css><script src="/${name}.js"></script>${BODY}${SCRIPT}`,
      );
  }
  return startSite(pages);
}

/** Clicks through the page, and says what the SDK in it saw. */
export async function visit(page) {
  const rest = (ms) => page.waitForTimeout(ms);
  await rest(2_500);
  for (const name of Object.keys(ACTS)) {
    await page.getByRole('button', { name, exact: true }).click();
    await rest(700);
  }
  await rest(2_000);
  await page.evaluate(() => {
    // As when the person turns to another tab: what waits for that is told now.
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  });
  await rest(500);
  return page.evaluate(() => globalThis.seen());
}
