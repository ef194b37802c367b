// What is there after the whole browser was closed and started again.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { makeProfile, removeProfile, start, startSite, until } from './harness.mjs';

let lab, profile, site;

before(async () => {
  site = await startSite();
  profile = await makeProfile();
  lab = await restart();
});

afterEach(async () => {
  site.requests.length = 0;
});

after(async () => {
  await lab?.close();
  await site?.close();
  if (profile) await removeProfile(profile);
});

const restart = () => start({ shop: null, collector: null, profile });

test('a session outlives the browser: its site is traced by the same id, and Stop ends it', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const { id } = (await lab.view(await lab.tabId(page))).session;
  await lab.end(); // not `close`, which stops what is active
  site.requests.length = 0;
  lab = await restart();
  const again = await lab.openPage(`${site.origin}/`);
  const tab = await lab.tabId(again);
  const { session } = await lab.view(tab);
  assert.equal(session?.id, id);
  // A page that was there before the worker was is traced from its next load on.
  await again.reload();
  const { trace } = await until('the page is traced', () => lab.pageContext(again));
  const { headers } = site.asked('/').at(-1);
  assert.ok(headers.traceparent.includes(trace));
  assert.match(headers.cookie, new RegExp(`_trace_session=v1\\.${id}`));
  await lab.stopSession(again);
  assert.deepEqual(await lab.left(), []);
});

test('a trace cookie that no session knows of is swept when the browser starts', async () => {
  await lab.desk.evaluate((url) => {
    const [name, value] = ['_trace_session', `v1.${'5'.repeat(32)}.0`];
    const expirationDate = Date.now() / 1e3 + 3_600;
    return chrome.cookies.set({ url, name, value, expirationDate });
  }, site.origin);
  assert.equal((await lab.left()).length, 1);
  await lab.end();
  lab = await restart();
  await until('nothing is left', async () => (await lab.left()).length === 0);
});
