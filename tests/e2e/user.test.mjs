// Whose visits they are: by the options, and by the page itself where the options say at which element.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { followToast, html, start, startSite, until } from './harness.mjs';

const PAGE = `<!doctype html><title>shop</title><meta name="user" content="page-7">
  <body data-user="Bearer abcdef0123456789abcdef0123456789">hello</body>`;

let lab, site;

before(async () => {
  site = await startSite({ '/shop': (_, response) => html(response, PAGE), '/bare': '<!doctype html><p>nobody' });
  lab = await start({ shop: null });
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

afterEach(async () => {
  await lab.closePages();
  await choose({});
  await set({});
});

const choose = (choices) => lab.desk.evaluate((choices) => chrome.storage.local.set({ choices }), choices);
const set = (more) =>
  lab.desk.evaluate((settings) => chrome.storage.local.set({ settings }), { store: lab.collector.url, ...more });
const kept = () => lab.desk.evaluate(async () => (await chrome.storage.local.get('choices')).choices);

/** Runs a page trace and resolves to its root, as the store has it. */
async function visit(path) {
  const page = await lab.openPage(site.origin + path);
  await lab.command(page, 'Run Page Trace');
  await followToast(page, /Waiting/);
  const { trace } = await lab.pageContext(page);
  await page.goto('about:blank'); // what is over is sent
  return until('the root is there', async () => {
    const found = await lab.trace(trace).catch(() => undefined);
    return found?.all({ name: 'page load' })[0];
  });
}

const named = ({ attributes }) => [attributes['user.name'], attributes['user.id']];

test('what is typed in the options stands on pages from then on, and emptied it goes', async () => {
  const options = await lab.openSurface('options');
  const field = (name) => options.getByRole('textbox', { name, exact: true });
  const type = async (name, text) => {
    await field(name).fill(text);
    await field(name).blur();
    await options.getByRole('status').filter({ hasText: `Saved: ${name}` }).waitFor();
  };
  await type('Username', 'Ada');
  await type('User ID', 'u-42');
  assert.deepEqual(named(await visit('/shop')), ['Ada', 'u-42']);

  await type('Username', '');
  await type('User ID', '');
  assert.deepEqual(named(await visit('/shop')), [undefined, undefined]);
});

test('a page says who its user is at the element that is named, and goes before the options', async () => {
  await choose({ userName: 'Ada', userId: 'u-42', userFrom: 'meta[name=user] @ content' });
  assert.deepEqual(named(await visit('/shop')), ['Ada', 'page-7']);
  assert.deepEqual(named(await visit('/bare')), ['Ada', 'u-42'], 'a page without it says nothing');
  await choose({ userFrom: ':::@content' });
  assert.deepEqual(named(await visit('/shop')), [undefined, undefined], 'what is no selector finds nothing');
});

test('a secret is taken out wherever it comes from, and what the user denies is kept nowhere', async () => {
  const token = 'Bearer abcdef0123456789abcdef0123456789';
  await choose({ userName: token, userFrom: 'body@data-user' });
  for (const said of named(await visit('/shop'))) assert.match(said, /REDACTED/);
  await set({ redaction: { names: ['user.id'] } });
  await choose({ userId: 'u-42', userFrom: 'meta[name=user]@content' });
  assert.deepEqual(named(await visit('/shop')), [undefined, 'REDACTED']);
});

test('a place that is none is said and not saved, and a change elsewhere is heard', async () => {
  const options = await lab.openSurface('options');
  const place = options.getByRole('textbox', { name: 'Where pages say who their user is' });
  for (const [text, said] of [
    ['#account', 'it has no @'],
    ['p:::@content', 'no selector that the browser can read'],
    ['#account@', 'is no name, wanted'],
  ]) {
    await place.fill(text);
    await place.blur();
    await options.getByText(said).waitFor();
  }
  assert.deepEqual(await kept(), {});
  await place.fill('#account@data-user');
  await place.blur();
  await until('it is saved', async () => (await kept()).userFrom === '#account@data-user');

  await choose({ ...(await kept()), slow: 1234, rules: ['/a/:id'] });
  const slow = options.getByRole('textbox', { name: 'Slow load' });
  await until('it is heard', async () => (await slow.inputValue()) === '1234');
  await slow.fill('0');
  await options.getByText('wanted a whole number from 1 to 600000').waitFor();
  await slow.fill('1500');
  await slow.blur();
  await until('it is saved over what is kept', async () => {
    const { slow, rules } = await kept();
    return slow === 1500 && rules[0] === '/a/:id';
  });
});
