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
  await lab.tidy();
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

const search = (popup) => popup.getByRole('searchbox', { name: 'Search verbs' });
const button = (popup, name) => popup.getByRole('button', { name, exact: true });
const focused = (element) => element.evaluate((it) => it === document.activeElement);

const IDLE = ['Start Tracing Session', 'Run Page Trace', 'View Previous Session Traces'];
const ACTIVE = ['View Page Trace', 'View Session Traces', 'Stop Tracing Session', 'Restart Tracing Session'];

test('a site that is not traced offers to start, and the keyboard is already there', async () => {
  const { popup } = await popupOf(`${site.origin}/page`);
  await button(popup, 'Start Tracing Session').waitFor();
  assert.deepEqual(await verbs(popup), IDLE);
  await popup.getByText(site.origin, { exact: true }).waitFor();
  await until('the field has the focus', () => focused(search(popup)));
  await popup.keyboard.press('Enter');
  await button(popup, 'Stop Tracing Session').waitFor();
  await popup.getByText(/1 page traced/).waitFor();
  assert.deepEqual(await verbs(popup), ACTIVE);
});

test('what is typed finds the verbs that apply, and Enter runs the first', async () => {
  const { popup } = await popupOf(`${site.origin}/page`);
  await button(popup, 'Start Tracing Session').waitFor();
  await until('the field has the focus', () => focused(search(popup)));
  await popup.keyboard.type('tracing');
  assert.deepEqual(await verbs(popup), IDLE);
  await search(popup).fill('prev');
  assert.deepEqual(await verbs(popup), ['View Previous Session Traces']);
  await search(popup).fill('stop');
  await popup.getByText('Nothing that applies here is called so.').waitFor();
  await search(popup).fill('start');
  assert.deepEqual(await verbs(popup), ['Start Tracing Session']);
  await popup.keyboard.press('Enter');
  await button(popup, 'Stop Tracing Session').waitFor();
  assert.equal(await search(popup).inputValue(), '');
});

test('arrows lead from the field through the verbs and back', async () => {
  const { popup } = await popupOf(`${site.origin}/page`);
  await button(popup, 'Start Tracing Session').waitFor();
  await until('the field has the focus', () => focused(search(popup)));
  await popup.keyboard.press('ArrowDown');
  assert.ok(await focused(button(popup, 'Start Tracing Session')));
  await popup.keyboard.press('ArrowDown');
  assert.ok(await focused(button(popup, 'Run Page Trace')));
  await popup.keyboard.press('ArrowUp');
  await popup.keyboard.press('ArrowUp');
  assert.ok(await focused(search(popup)));
});

test('Restart gives the session a new id in one click', async () => {
  const { page, popup } = await popupOf(`${site.origin}/page`);
  await button(popup, 'Start Tracing Session').click();
  await popup.getByText(/1 page traced/).waitFor();
  const before = (await lab.sessionCookie(site.origin)).value;
  await button(popup, 'Restart Tracing Session').click();
  await until('the id is another', async () => (await lab.sessionCookie(site.origin))?.value !== before);
  await until('the page is traced', () => lab.pageContext(page).catch(() => undefined));
  await button(popup, 'Stop Tracing Session').click();
  await button(popup, 'Start Tracing Session').waitFor();
  assert.deepEqual(await lab.left(), []);
});

test('a page trace under way shows how far it is and can be cancelled', async () => {
  const { page, popup } = await popupOf(`${site.origin}/page`);
  await button(popup, 'Run Page Trace').click();
  await button(popup, 'Cancel').waitFor();
  assert.deepEqual(await verbs(popup), ['Cancel']);
  await popup.getByRole('region', { name: 'Page trace' }).getByText('/page', { exact: true }).waitFor();
  await button(popup, 'Cancel').click();
  await button(popup, 'Start Tracing Session').waitFor();
  await page.bringToFront();
  await until('nothing is left', async () => (await lab.left()).length === 0);
});

test('scope and ending are chosen before Start, and the session keeps to them', async () => {
  const { popup } = await popupOf(`${site.origin}/page`);
  await popup.getByLabel('Ends').selectOption('after 15 minutes');
  await button(popup, 'Start Tracing Session').click();
  await popup.getByText(/Ends in 1[45] min/).waitFor();
  await button(popup, 'Stop Tracing Session').click();
  await button(popup, 'Start Tracing Session').waitFor();
});

test('the proof of the page trace is there on demand', async () => {
  const { popup } = await popupOf(`${site.origin}/page`);
  await button(popup, 'Start Tracing Session').click();
  const trace = popup.getByRole('region', { name: 'Page trace' });
  await trace.locator('summary').click();
  const lamps = trace.getByRole('list', { name: 'Lamps' }).getByRole('listitem');
  await lamps.filter({ hasText: /Sent.*yes/ }).waitFor();
  assert.equal(await lamps.count(), 5);
});

test('options and trust page are a click away', async () => {
  const { popup } = await popupOf(`${site.origin}/page`);
  for (const [name, view] of [['Options', 'options'], ['What Tracelight may do', 'trust']]) {
    const opened = lab.context.waitForEvent('page');
    await popup.getByRole('link', { name }).click();
    assert.match((await opened).url(), new RegExp(`view=${view}$`));
  }
});

test('each surface loads its own module and not the other', async () => {
  const modules = async (view) => {
    const loaded = [];
    const hear = (request) => loaded.push(...(request.url().match(/tracelight-\w+\.wasm$/) ?? []));
    lab.context.on('request', hear);
    const surface = await lab.openSurface(view);
    await surface.getByRole('main').waitFor();
    lab.context.off('request', hear);
    return loaded;
  };
  assert.deepEqual(await modules('popup'), ['tracelight-app_bg.wasm']);
  assert.deepEqual(await modules('options'), ['tracelight-options_bg.wasm']);
  assert.deepEqual(await modules('trust'), ['tracelight-options_bg.wasm']);
});

test('it follows what happens in the tab while it is open', async () => {
  const { page, popup } = await popupOf(`${site.origin}/page`);
  await popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).click();
  await popup.getByText(/1 page traced/).waitFor();
  await page.goto(`${site.origin}/next`);
  await popup.getByText(/2 pages traced/).waitFor();
  await popup.getByText('/next', { exact: true }).waitFor();
  await popup.getByRole('button', { name: 'Stop Tracing Session' }).click();
  await popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor();
});

test("a page of the browser's own cannot be traced, which is said, with the one button that helps", async () => {
  const { popup } = await popupOf('chrome://version/');
  await popup.getByText('Cannot be traced').waitFor();
  await popup.getByText(/This is a chrome: page/).waitFor();
  assert.deepEqual(await verbs(popup), ['View Previous Session Traces']);
});

test('a site without permission says that the browser will ask for it', async () => {
  const { popup } = await popupOf(`http://elsewhere.test:${new URL(site.origin).port}/page`);
  await popup.getByText('Permission needed').waitFor();
  assert.deepEqual(await verbs(popup), ['Start Tracing Session']);
});

test('a tab that is gone or kept from us is said to be, with the one button that helps', async () => {
  const popup = await lab.openPopup(1);
  await popup.getByText(/does not let Tracelight see this tab: it is closed, or in a private window/).waitFor();
  await button(popup, 'Allow in private windows').waitFor();
  assert.deepEqual(await verbs(popup), []);
});

test('two clicks on Start are one session', async () => {
  const { popup } = await popupOf(`${site.origin}/page`);
  await popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).dblclick();
  await popup.getByRole('button', { name: 'Stop Tracing Session' }).waitFor();
  const { value } = await lab.sessionCookie(site.origin);
  const [, , ...more] = site
    .asked('/page')
    .filter(({ headers }) => headers.cookie === `_trace_session=${value}`);
  assert.deepEqual(more, []);
});

test('it fits any window in light and dark, whatever it says', async () => {
  const { page, popup } = await popupOf(`${site.origin}/page`);
  await popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor();
  await photograph(popup, 'popup-idle', () => fits(popup));
  await popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).click();
  await popup.getByText(/1 page traced/).waitFor();
  await page.goto(`${site.origin}/${'a-very-long-path-'.repeat(20)}?${'and=query&'.repeat(20)}`);
  await popup.getByText(/2 pages traced/).waitFor();
  await photograph(popup, 'popup-session', () => fits(popup));
  for (const summary of await popup.locator('summary').all()) await summary.click();
  await photograph(popup, 'popup-proof', () => fits(popup));
});
