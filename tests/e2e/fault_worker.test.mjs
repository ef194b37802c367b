// The worker dies at every step of start and stop. It acts by calls of the browser, so
// each test lets one life after the other die before its first call, its second and so on: what
// was begun is carried through, or nothing of it is left.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { html, readContext, sendSpans, spanId, start, startSite, until } from './harness.mjs';

let lab, site;

before(async () => {
  site = await startSite({ '/page': instrumented });
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

/** A page whose server tells the store of it, as an instrumented one does. */
async function instrumented({ headers }, response) {
  const context = readContext(headers.traceparent);
  if (context) {
    const { trace, span } = context;
    const server = { traceId: trace, spanId: spanId(), parentSpanId: span, name: 'GET /page' };
    await sendSpans(lab.collector.url, 'site', [server]);
  }
  html(response, '<p>page');
}

/** What is seen first of a verb that is carried through. */
const SIGHT = {
  'Start Tracing Session': ({ popup }) => popup.getByText(/1 page traced/).waitFor(),
  'Stop Tracing Session': ({ popup }) =>
    popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor(),
};

/** What proves it. */
const PROOF = {
  'Start Tracing Session': async ({ page, popup, tab }) => {
    await popup.getByText(/[12] pages? traced/).waitFor(); // it may be reloaded twice
    const { trace } = await until('the page is traced', () => lab.pageContext(page));
    const view = await until('the worker says so', async () => {
      const view = await lab.view(tab);
      return view.page?.trace === trace && view;
    });
    const cookies = (await lab.cookies()).filter(({ name }) => name === '_trace_session');
    assert.deepEqual(
      cookies.map(({ value }) => value.split('.')[1]),
      [view.session.id],
    );
    await icon(tab, /session active/);
  },
  'Stop Tracing Session': async ({ page, popup, tab }) => {
    await popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor();
    await until('nothing is set', async () => (await lab.left()).length === 0);
    await icon(tab, /no session/);
    // One that died with the page's own stop on its lips is woken by what the page does next.
    await until('the page has stopped', async () => {
      site.requests.length = 0;
      await page.evaluate(() => fetch('/after'));
      assert.deepEqual(site.contexts('/after'), [undefined]);
      return true;
    });
  },
};

function icon(tab, pattern) {
  return until('the icon says so', async () => {
    assert.match((await lab.icon(tab)).title, pattern);
    return true;
  });
}

/**
 * Clicks a verb and lets the worker die before its n-th call, then asks for the proof. Resolves to
 * the call's name; to undefined once the verb needs fewer calls.
 */
async function die(verb, n, prepare = async () => {}) {
  const page = await lab.openPage(`${site.origin}/page`);
  await prepare(page);
  const tab = await lab.tabId(page);
  const popup = await lab.openPopup(tab);
  const scene = { page, popup, tab };
  const button = popup.getByRole('button', { name: verb, exact: true });
  await button.waitFor();
  await lab.view(0);
  const doomed = await lab.mortal.doom(n);
  await button.click();
  // It may hang only after all that is seen, or not at all.
  const idle = () => Promise.race([lab.view(0), doomed.call]);
  const seen = SIGHT[verb](scene)
    .then(idle)
    .then(() => lab.mortal.spare());
  const name = await Promise.race([doomed.call, seen.catch(() => doomed.call)]);
  try {
    if (name) await lab.killWorker();
    await PROOF[verb](scene);
  } catch (cause) {
    const view = JSON.stringify(await lab.view(tab));
    throw new Error(`it died before call ${n}, ${name}: ${cause.message}; it says ${view}`, { cause });
  }
  await end(page);
  await lab.closePages();
  return name;
}

/** Stops the session of a page, if there is one; nothing may be left then. */
async function end(page) {
  const tab = await lab.tabId(page);
  if ((await lab.view(tab)).session) await lab.stopSession(page);
  assert.deepEqual(await lab.left(), []);
}

test('a session that is started is there wherever the worker dies', async () => {
  let n = 1;
  while (await die('Start Tracing Session', n)) n++;
  assert.ok(n > 10, `it takes ${n} calls`);
});

test('a session that is stopped is gone wherever the worker dies', async () => {
  let n = 1;
  while (await die('Stop Tracing Session', n, (page) => lab.startSession(page))) n++;
  assert.ok(n > 5, `it takes ${n} calls`);
});
