// Traces of a session that the trace store has and this browser has not, found from the session's details.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { sendSpans, spanId, start, startSite, text, traceId, until } from './harness.mjs';

let lab, site, page, session;

before(async () => {
  site = await startSite();
  lab = await start({ shop: null });
  page = await lab.openPage(`${site.origin}/page`);
  await lab.startSession(page);
  [, session] = (await lab.sessionCookie(site.origin)).value.split('.');
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** A trace of some session that only a server told the store about. */
async function served(session, name) {
  const trace = traceId();
  const attributes = [text('session.id', session)];
  const [root, child] = [spanId(), spanId()];
  await sendSpans(lab.collector.url, 'elsewhere', [
    { traceId: trace, spanId: root, name, attributes },
    { traceId: trace, spanId: child, parentSpanId: root, name: 'SELECT', attributes, status: { code: 2 } },
  ]);
  return trace;
}

const section = (surface) => surface.getByRole('region', { name: 'In the trace store' });
const line = (surface, name) => section(surface).getByRole('row').filter({ hasText: name });

/** Opens a session, and has the store searched until something is there. */
async function find(session, name) {
  const surface = await lab.openSurface('dashboard', { tab: 'session', session });
  const button = section(surface).getByRole('button', { name: 'Find in the trace store' });
  await button.waitFor();
  assert.equal(await line(surface, name).count(), 0, 'nothing is asked before somebody wants it');
  await until('it is found', async () => {
    // In this order: a search that is over has drawn what it found, and is not begun once more for it.
    const over = await button.isEnabled();
    if ((await line(surface, name).count()) > 0) return true;
    if (over) await button.click();
    return false;
  });
  return surface;
}

test('a trace of the session that only the store has is found, listed and opened', async () => {
  const trace = await served(session, 'GET /elsewhere');
  const surface = await find(session, 'GET /elsewhere');
  assert.match(await line(surface, 'GET /elsewhere').innerText(), /elsewhere\s+GET \/elsewhere\s+2\s+1\s+new/);
  await section(surface).getByText(/The trace store has \d+ traces?/).waitFor();
  const link = line(surface, 'GET /elsewhere').getByRole('link');
  assert.match(await link.getAttribute('href'), new RegExp(trace));
  await link.click();
  await surface.getByRole('treegrid').getByText('SELECT').waitFor();
});

test('a session that this browser does not know is looked for in the store', async () => {
  const other = traceId();
  await served(other, 'GET /unknown');
  const surface = await find(other, 'GET /unknown');
  await surface.getByRole('heading', { name: 'This session is not known here' }).waitFor();
  assert.equal(await section(surface).getByRole('row').count(), 2, 'the head and one trace');
});

test('a session whose id is another tracer’s says why it cannot be looked for', async () => {
  const surface = await lab.openSurface('dashboard', { tab: 'session', session: 'abc' });
  await section(surface).getByText("Its id is not one of Tracelight's").waitFor();
  assert.equal(await section(surface).getByRole('button').count(), 0);
});
