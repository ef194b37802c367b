// The popup: says how the site stands and offers what can be done about it.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start, startSite, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

let lab, site;

before(async () => {
  site = await startSite();
  // A host that the tests' extension has no permission for.
  lab = await start({ shop: null, args: ['--host-resolver-rules=MAP elsewhere.test 127.0.0.1'] });
});

afterEach(async () => {
  await lab.closePages();
  await lab.context.clearCookies();
  await until('no session is left by a test', async () => (await lab.left()).length === 0);
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

async function popupOf(url) {
  const page = await lab.openPage(url);
  return { page, popup: await lab.openPopup(await lab.tabId(page)) };
}

const verbs = (popup) => popup.getByRole('group', { name: 'Actions' }).getByRole('button').allInnerTexts();

test('a site that is not traced offers to start, and the keyboard is already there', async () => {
  const { popup } = await popupOf(`${site.origin}/page`);
  const start = popup.getByRole('button', { name: 'Start Tracing Session' });
  await start.waitFor();
  assert.deepEqual(await verbs(popup), ['Start Tracing Session', 'Run Page Trace']);
  await popup.getByText(site.origin, { exact: true }).waitFor();
  assert.equal(await start.evaluate((it) => it === document.activeElement), true);
  await popup.keyboard.press('Enter');
  await popup.getByRole('button', { name: 'Stop Tracing Session' }).waitFor();
  await popup.getByText(/1 page traced/).waitFor();
  assert.deepEqual(await verbs(popup), ['Stop Tracing Session', 'Run Page Trace', 'View Page Trace']);
});

test('it follows what happens in the tab while it is open', async () => {
  const { page, popup } = await popupOf(`${site.origin}/page`);
  await popup.getByRole('button', { name: 'Start Tracing Session' }).click();
  await popup.getByText(/1 page traced/).waitFor();
  await page.goto(`${site.origin}/next`);
  await popup.getByText(/2 pages traced/).waitFor();
  await popup.getByText('/next', { exact: true }).waitFor();
  await popup.getByRole('button', { name: 'Stop Tracing Session' }).click();
  await popup.getByRole('button', { name: 'Start Tracing Session' }).waitFor();
});

test("a page of the browser's own cannot be traced, which is said, and nothing is offered", async () => {
  const { popup } = await popupOf('chrome://version/');
  await popup.getByText('Cannot be traced').waitFor();
  await popup.getByText(/This is a chrome: page/).waitFor();
  assert.equal(await popup.getByRole('button').count(), 0);
});

test('a site without permission says that the browser will ask for it', async () => {
  const { popup } = await popupOf(`http://elsewhere.test:${new URL(site.origin).port}/page`);
  await popup.getByText('Permission needed').waitFor();
  assert.deepEqual(await verbs(popup), ['Start Tracing Session', 'Run Page Trace']);
});

test('a tab that is gone is said to be', async () => {
  const popup = await lab.openPopup(1);
  await popup.getByText('Cannot be traced').waitFor();
  assert.equal(await popup.getByRole('button').count(), 0);
});

test('two clicks on Start are one session', async () => {
  const { popup } = await popupOf(`${site.origin}/page`);
  await popup.getByRole('button', { name: 'Start Tracing Session' }).dblclick();
  await popup.getByRole('button', { name: 'Stop Tracing Session' }).waitFor();
  const { value } = await lab.sessionCookie(site.origin);
  const [, , ...more] = site
    .asked('/page')
    .filter(({ headers }) => headers.cookie === `_trace_session=${value}`);
  assert.deepEqual(more, []);
});

test('it fits any window in light and dark, whatever it says', async () => {
  const { page, popup } = await popupOf(`${site.origin}/page`);
  await popup.getByRole('button', { name: 'Start Tracing Session' }).waitFor();
  await photograph(popup, 'popup-idle', () => fits(popup));
  await popup.getByRole('button', { name: 'Start Tracing Session' }).click();
  await popup.getByText(/1 page traced/).waitFor();
  await page.goto(`${site.origin}/${'a-very-long-path-'.repeat(20)}?${'and=query&'.repeat(20)}`);
  await popup.getByText(/2 pages traced/).waitFor();
  await photograph(popup, 'popup-session', () => fits(popup));
});
