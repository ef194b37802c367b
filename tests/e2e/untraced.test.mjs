// What a tab that is not traced has of ours: nothing, by the debugger's word. A traced tab beside it
// shows that the debugger would tell.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start, startSite } from './harness.mjs';

/** Functions that a traced page finds replaced. */
const PATCHED = ['fetch', 'XMLHttpRequest.prototype.open', 'XMLHttpRequest.prototype.send'];
/** What a page may listen on to find out whether we are here, and what we listen on. */
const TARGETS = ['window', 'document', 'performance', 'navigation', 'history', 'XMLHttpRequest.prototype'];

let lab, site;

before(async () => {
  site = await startSite({ '/': '<p>page' });
  lab = await start({ shop: null });
});

afterEach(async () => {
  await lab.tidy();
  site.requests.length = 0;
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** Opens an address under the debugger. Resolves to all that is there and is not the page's own. */
async function inspect(url) {
  const page = await lab.context.newPage();
  const debug = await lab.context.newCDPSession(page);
  const found = { scripts: 0, worlds: 0 };
  const ours = (address) => address.startsWith(`chrome-extension://${lab.extensionId}`);
  debug.on('Debugger.scriptParsed', ({ url }) => (found.scripts += ours(url)));
  debug.on('Runtime.executionContextCreated', ({ context }) => (found.worlds += ours(context.origin)));
  await debug.send('Debugger.enable');
  await debug.send('Runtime.enable');
  await page.goto(url);
  found.patched = await page.evaluate(patched, PATCHED);
  found.listeners = await listeners(debug);
  found.timing = await page.evaluate(() => performance.getEntriesByType('navigation')[0].serverTiming.length);
  await page.evaluate(() => fetch('/call'));
  return found;
}

/** Runs in the page. */
function patched(names) {
  const at = (name) => name.split('.').reduce((of, part) => of[part], window);
  // A proxy's text has no name in it.
  return names.filter((name) => !/^function \w+\(/.test(Function.prototype.toString.call(at(name))));
}

async function listeners(debug) {
  const all = await Promise.all(
    TARGETS.map(async (expression) => {
      const { result } = await debug.send('Runtime.evaluate', { expression });
      const { listeners } = await debug.send('DOMDebugger.getEventListeners', result);
      return listeners.map(({ type }) => `${expression} ${type}`);
    }),
  );
  return all.flat();
}

/** Headers that no page and no browser without us would send. */
function headers() {
  const ours = ['traceparent', 'tracestate', 'baggage'];
  return site.requests.flatMap(({ headers }) => ours.filter((name) => name in headers));
}

const NOTHING = { scripts: 0, worlds: 0, patched: [], listeners: [], timing: 0 };

test('a tab of another host has nothing of a session in it', async () => {
  const traced = await lab.openPage(`${site.origin}/`);
  await lab.startSession(traced);
  const there = await inspect(`${site.origin}/`);
  assert.ok(there.scripts >= 2 && there.worlds === 1, 'both scripts, and the world of one');
  assert.deepEqual(there.patched, PATCHED);
  assert.ok(
    there.listeners.some((name) => name.startsWith('performance tracelight:')),
    there.listeners,
  );
  site.requests.length = 0;
  assert.deepEqual(await inspect(`${site.foreign}/`), NOTHING);
  assert.equal(site.asked('/call').length, 1);
  assert.deepEqual(headers(), []);
});

test('a tab of the same host has nothing in it before a session and after one', async () => {
  assert.deepEqual(await inspect(`${site.origin}/`), NOTHING);
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  await lab.stopSession(page);
  site.requests.length = 0;
  assert.deepEqual(await inspect(`${site.origin}/`), NOTHING);
  assert.deepEqual(headers(), []);
});
