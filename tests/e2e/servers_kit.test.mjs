// The servers of docs/servers, with OpenTelemetry's own SDKs and a sampler that samples nothing,
// traced by the extension as it is installed: nothing is changed but what the options page offers.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { PAGES, startServer } from '../servers/kit.mjs';
import { KIND, start, until } from './harness.mjs';

const SECRET = 'correct horse 🐴';

let lab;

before(async () => (lab = await start({ shop: null })));
afterEach(() => lab.tidy());
after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** Types into fields of the options page, and waits until each is saved. */
async function choose(fields) {
  const options = await lab.openSurface('options');
  for (const [name, value] of Object.entries(fields)) {
    const field = options.getByRole('textbox', { name, exact: true });
    await field.fill(value);
    await field.press('Tab');
    await options.getByText(`Saved: ${name}`).waitFor();
  }
  await options.close();
}

/** What the lamps in a popup say: `{ Armed: 'yes', … }`. */
async function lamps(popup) {
  const list = popup.getByRole('list', { name: 'Lamps', includeHidden: true });
  const texts = await list.getByRole('listitem', { includeHidden: true }).allTextContents();
  return texts.map((text) => /^(?:Armed|Sent|Acknowledged|Found|Complete)(yes|not yet|not asked|no)/.exec(text)?.[1]);
}

/** The spans of a visit in the store once browser and server are joined: of the page, and of its call. */
function joined(trace, service) {
  return until('browser and server are joined', async () => {
    const found = await lab.trace(trace);
    const page = found.one({ service: 'browser', parent: '' });
    const below = found.below(page);
    const servers = below.filter((span) => span.service === service);
    assert.equal(servers.filter(({ kind }) => kind === KIND.server).length, 2, 'the document and its call');
    assert.equal(servers.length, 3, 'and what the server did for the call');
    assert.equal(below.length, found.spans.length - 1, 'nothing is beside the page');
    return found;
  });
}

for (const page of PAGES) {
  test(`a session at the ${page} page's server has browser and server spans joined, and all lamps lit`, async () => {
    const server = await startServer(page, lab.collector.url);
    try {
      const tab = await lab.openPage(server.url);
      const { trace } = await lab.startSession(tab);
      const cookie = await lab.sessionCookie(server.url);
      const popup = await lab.openPopup(await lab.tabId(tab));
      await until('all lamps are lit', async () => {
        assert.deepEqual(await lamps(popup), ['yes', 'yes', 'yes', 'yes', 'yes']);
        return true;
      });
      await popup.close();
      await lab.leave(tab);
      const found = await joined(trace, page);
      const sessions = new Set(found.spans.map(({ attributes }) => attributes['session.id']));
      assert.deepEqual([...sessions], [cookie.value.split('.')[1]], 'every span says the session');
    } finally {
      await server.close();
    }
  });

  test(`where the ${page} page's server believes in the signed cookie alone, the secret is all it takes`, async () => {
    const server = await startServer(page, lab.collector.url, { TRACELIGHT_SECRET: SECRET, TRACELIGHT_PARENT: 'off' });
    try {
      await choose({ "Cookie's secret": SECRET });
      const tab = await lab.openPage(server.url);
      const { trace } = await lab.startSession(tab);
      await lab.leave(tab);
      await joined(trace, page);
      await tab.goto(server.url);
      await lab.stopSession(tab);
      await choose({ "Cookie's secret": 'guessed' });
      const { trace: other } = await lab.startSession(tab);
      await lab.leave(tab);
      const { spans } = await lab.trace(other);
      assert.deepEqual([...new Set(spans.map(({ service }) => service))], ['browser']);
    } finally {
      await server.close();
      await choose({ "Cookie's secret": '' });
    }
  });
}

test('the header of the tail-sampling policy is on all that the server did', async () => {
  const server = await startServer('node', lab.collector.url);
  try {
    await choose({ 'A header of your own': 'tracestate: tracelight=1' });
    const tab = await lab.openPage(server.url);
    const { trace } = await lab.runPageTrace(tab);
    await lab.leave(tab);
    await joined(trace, 'node');
    const { body } = await lab.ask(`/api/v3/traces/${trace}`);
    const spans = body.result.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
    assert.equal(spans.filter(({ traceState }) => traceState === 'tracelight=1').length, 3);
  } finally {
    await server.close();
    await choose({ 'A header of your own': '' });
  }
});
