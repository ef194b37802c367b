// The options of trace stores: how one is asked, where spans are sent; typed, checked, saved, tested
// against servers that want to know who asks, and carried in files with credentials only when asked.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Report } from './axe.mjs';
import { start, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';
import { exportSettings, importSettings } from './settings_file.mjs';

const SECRET = 'hush-hush-hush';

let lab, folder, options;

before(async () => {
  lab = await start({ shop: null });
  folder = await mkdtemp(join(tmpdir(), 'tracelight-stores-'));
});

after(async () => {
  await lab?.close();
  await rm(folder, { recursive: true, force: true });
  assert.deepEqual(lab?.complaints, []);
});

beforeEach(async () => {
  await put({ settings: { store: lab.collector.url }, stores: {}, outbox: [] });
  await open();
});

afterEach(() => options.close());

async function open() {
  options = await lab.openSurface('options');
  const url = options.getByRole('textbox', { name: "Store's URL", exact: true });
  await until('settings are read', async () => (await url.inputValue()) === lab.collector.url);
}

const put = (entries) => lab.desk.evaluate((entries) => chrome.storage.local.set(entries), entries);
const kept = () => lab.desk.evaluate(async () => (await chrome.storage.local.get('stores')).stores);
const news = (text) => options.getByRole('status').filter({ hasText: text }).waitFor();
const group = (name) => options.getByRole('group', { name, exact: true });
const region = (name) => options.getByRole('region', { name, exact: true });
const store = () => region('Trace store');
const button = (within, name) => within.getByRole('button', { name, exact: true });
const field = (within, name) => within.getByRole('textbox', { name, exact: true });
const add = () => button(region('Destinations'), 'Add destination').click();
const choose = (within, name, label) => within.getByRole('combobox', { name, exact: true }).selectOption({ label });

/** Types as a person does, and leaves the field. */
async function type(within, name, text) {
  await field(within, name).fill(text);
  await field(within, name).blur();
}

/** A destination, added and saved. */
async function destination(number, endpoint) {
  await add();
  const card = group(`Destination ${number}`);
  await type(card, 'Endpoint', endpoint);
  await until('it is saved', async () => (await kept()).sent?.[number - 1]?.endpoint === endpoint);
  return card;
}

/** A server that takes spans, and answers what Jaeger does, from whoever has this header and value. */
async function guarded(header, value) {
  const seen = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    request.resume();
    if (request.headers[header] !== value) {
      return void response.writeHead(401, { 'content-type': 'text/plain' }).end('who are you?');
    }
    const type = request.method === 'POST' ? request.headers['content-type'] : 'application/json';
    response.writeHead(200, { 'content-type': type });
    response.end(request.method === 'POST' ? '' : '{"services":["shop"]}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${server.address().port}`, seen, close };
}

test('spans go to the store until a destination is listed, which is added, changed and removed', async () => {
  const all = region('Destinations');
  await all.getByText('Spans are sent to the trace store, until a destination is listed here.').waitFor();
  const card = await destination(1, 'http://127.0.0.1:1');
  await news('Saved: stores and destinations');
  await all.getByText('Spans are sent to these, and to the trace store only if it is one of them.').waitFor();
  await choose(card, 'Format', 'JSON');
  await card.getByRole('checkbox', { name: 'Pack with gzip' }).check();
  await until('it is saved', async () => {
    const [{ form, packed, slot }] = (await kept()).sent;
    return form === 'Json' && packed && slot === 0;
  });
  await destination(2, 'http://127.0.0.1:2');
  await button(group('Destination 1'), 'Remove destination 1').click();
  await until('the other is left', async () => (await kept()).sent.map((it) => it.slot).join() === '1');
  assert.equal(await field(group('Destination 1'), 'Endpoint').inputValue(), 'http://127.0.0.1:2');
  assert.equal(await group('Destination 2').count(), 0);
});

test('there are eight destinations at most', async () => {
  for (let count = 0; count < 8; count += 1) await add();
  await group('Destination 8').waitFor();
  await options.getByText('8 are the most.').waitFor();
  assert.equal(await button(options, 'Add destination').getAttribute('aria-disabled'), 'true');
  await button(options, 'Add destination').click({ force: true });
  assert.equal(await options.getByRole('group', { name: /^Destination \d$/ }).count(), 8);
});

test('what is wrong is said at its field, and what is right elsewhere is saved', async () => {
  const card = await destination(1, 'http://127.0.0.1:1');
  const other = await destination(2, 'http://127.0.0.1:2');
  const before = (await kept()).sent[0];
  for (const [name, text, said] of [
    ['Endpoint', 'ftp://x', 'it begins with “ftp://x”, wanted http:// or https://'],
    ['Endpoint', '', 'Not saved yet: there is no address'],
    ['Tenant', 'café', 'the tenant has a letter outside ASCII at character 4, wanted letters, digits and signs'],
    ['Tenant', 'team a', 'the tenant has a space at character 5, wanted letters, digits and signs'],
    ['Endpoint', 'http://a b', "' ' at character 9 is in no URL, wanted it percent-encoded"],
  ]) {
    const old = await field(card, name).inputValue();
    await type(card, name, text);
    await card.locator('.wrong').filter({ hasText: said }).waitFor();
    assert.equal(await field(card, name).getAttribute('aria-invalid'), 'true');
    await type(other, 'Tenant', `team-${name}-${text.length}`);
    await until('the other is saved', async () => (await kept()).sent[1].access.tenant === `team-${name}-${text.length}`);
    assert.deepEqual((await kept()).sent[0], before, text);
    await type(card, name, old);
    await until('it is right again', async () => (await field(card, name).getAttribute('aria-invalid')) === null);
  }
  await type(store(), 'Grafana data source', 'a/b');
  await store().locator('.wrong').filter({ hasText: "no data source's UID" }).waitFor();
});

test('headers are listed, each name once, and none that the browser sets', async () => {
  const card = await destination(1, 'http://127.0.0.1:1');
  for (const number of [1, 2]) {
    await button(card, 'Add header').click();
    await type(card, `Name of header ${number}`, 'X-Key');
    await type(card, `Value of header ${number}`, SECRET);
  }
  await card.locator('.wrong').filter({ hasText: 'x-key is there twice' }).waitFor();
  await type(card, 'Name of header 2', 'cookie');
  await card.locator('.wrong').filter({ hasText: 'cookie is set by the browser' }).waitFor();
  await button(card, 'Remove header 2').click();
  const headers = [{ name: 'X-Key', value: SECRET }];
  await until('one is saved', async () => {
    assert.deepEqual((await kept()).sent[0].access.headers, headers);
    return true;
  });
});

test('a secret is hidden until it is asked for, and stands nowhere else', async () => {
  const card = await destination(1, 'http://127.0.0.1:1');
  await choose(card, 'Credentials', 'Bearer token');
  await card.locator('.wrong').filter({ hasText: 'Not saved yet: the token is empty' }).waitFor();
  await type(card, 'Token', SECRET);
  await until('it is saved', async () => (await kept()).sent[0].access.credentials.token === SECRET);
  await choose(store(), 'Credentials', 'Name and password');
  await type(store(), 'Name', 'ada');
  await type(store(), 'Password', SECRET);
  await until('it is saved', async () => (await kept()).asked.access.credentials.password === SECRET);
  for (const [within, name] of [
    [card, 'Token'],
    [store(), 'Password'],
  ]) {
    const [input, show] = [field(within, name), button(within, `Show ${name}`)];
    assert.equal(await input.getAttribute('type'), 'password');
    assert.ok(!(await options.content()).includes(SECRET));
    await show.click();
    assert.equal(await input.getAttribute('type'), 'text');
    assert.equal(await show.getAttribute('aria-pressed'), 'true');
    await show.click();
    assert.equal(await input.getAttribute('type'), 'password');
  }
  const all = await lab.desk.evaluate(async () => Object.entries(await chrome.storage.local.get()));
  const holding = all.filter(([, entry]) => JSON.stringify(entry).includes(SECRET)).map(([name]) => name);
  assert.deepEqual(holding, ['stores']);
});

test('the kind of store, the tenant and the way through Grafana are set and said', async () => {
  await choose(store(), 'Kind of store', 'Tempo');
  await type(store(), 'Tenant', 'team-a');
  await type(store(), 'Grafana data source', 'P214B5B846CF3925F');
  const way = `${lab.collector.url}/api/datasources/proxy/uid/P214B5B846CF3925F`;
  await store().getByText(`Asked through Grafana: ${way}`).waitFor();
  await until('it is saved', async () => {
    const { hint, grafana, access } = (await kept()).asked;
    assert.deepEqual([hint, grafana, access.tenant], ['Tempo', 'P214B5B846CF3925F', 'team-a']);
    return true;
  });
  const found = { store: { base: way, dialect: 'TempoV2' }, address: way, doubt: false };
  await put({ 'store-memory': found });
  await store().getByText('Found: Grafana Tempo (version 2)').waitFor();
});

test('how sending goes is said of each destination, as it happens', async () => {
  const card = await destination(1, 'http://127.0.0.1:1');
  const fares = card.getByRole('list', { name: 'How sending goes' });
  assert.equal(await fares.count(), 0, 'nothing was sent');
  const said = 'the store rejected 5 spans: too old';
  await put({ outbox: [[0, { endpoint: 'http://127.0.0.1:1', said, spans: 7, drops: [['Rejected', 5]] }]] });
  await fares.getByText(`Last said: ${said}`).waitFor();
  await fares.getByText('5 spans dropped: 5 rejected by the store').waitFor();
});

test('settings are found by what is asked of stores', async () => {
  const search = options.getByRole('searchbox', { name: 'Search settings' });
  await search.fill('gzip');
  await until('one group is left', async () => (await options.locator('.group h2').count()) === 2);
  await region('Destinations').waitFor();
  await search.fill('grafana uid');
  await field(store(), 'Grafana data source').waitFor();
  assert.equal(await region('Destinations').count(), 0);
});

const exported = () => exportSettings(options);
const importing = (text) => importSettings(options, folder, text);

test('a file has credentials only when they are asked for, and without them takes none away', async () => {
  const card = await destination(1, 'http://127.0.0.1:1');
  await choose(card, 'Credentials', 'Bearer token');
  await type(card, 'Token', SECRET);
  await until('it is saved', async () => (await kept()).sent[0].access.credentials.token === SECRET);
  const before = await kept();
  const plain = await exported();
  assert.ok(plain.includes('http://127.0.0.1:1') && !plain.includes(SECRET));
  await options.getByRole('checkbox', { name: 'With credentials' }).check();
  const whole = await exported();
  assert.ok(whole.includes(SECRET));

  await importing(plain);
  await news('Imported');
  assert.deepEqual(await kept(), before, 'what it does not name stays');
  await put({ stores: {} });
  await until('it is gone', async () => (await group('Destination 1').count()) === 0);
  await importing(plain);
  await until('it is back', async () => (await kept()).sent?.length === 1);
  assert.equal((await kept()).sent[0].access.credentials.kind, 'none');
  await importing(whole);
  await until('it is whole', async () => (await kept()).sent[0].access.credentials.token === SECRET);

  const last = await kept();
  await importing(whole.replace('http://127.0.0.1:1', 'nowhere'));
  await options.getByRole('alert').getByText('destination 1: it begins with “nowhere”').waitFor();
  assert.deepEqual(await kept(), last);
});

test('a file that names another host gets nothing that was given for this one, and that is said', async () => {
  await choose(store(), 'Credentials', 'Bearer token');
  await type(store(), 'Token', SECRET);
  await until('it is saved', async () => (await kept()).asked.access.credentials.token === SECRET);
  const card = await destination(1, 'http://127.0.0.1:1');
  await choose(card, 'Credentials', 'Bearer token');
  await type(card, 'Token', SECRET);
  await until('it is saved', async () => (await kept()).sent[0].access.credentials.token === SECRET);
  const before = await kept();
  const plain = await exported();

  // The same hosts, at other paths: who they know is not forgotten, and there is nothing to say.
  const below = plain.replace(lab.collector.url, `${lab.collector.url}/below`);
  await importing(below.replace('http://127.0.0.1:1"', 'http://127.0.0.1:1/below"'));
  await until('it is another path', async () => (await kept()).sent[0].endpoint.endsWith('/below'));
  const after = await kept();
  assert.deepEqual(after.asked, before.asked);
  assert.deepEqual({ ...after.sent[0], endpoint: before.sent[0].endpoint }, before.sent[0]);
  const told = options.getByRole('alert').filter({ hasText: 'The file was imported' });
  assert.equal(await told.count(), 0);

  const elsewhere = plain.replace(lab.collector.url, 'http://localhost:9');
  await importing(elsewhere.replace('http://127.0.0.1:1"', 'http://127.0.0.1:2"'));
  await news('Imported');
  const lines = told.getByRole('listitem');
  const given = `${lab.collector.url}/below`;
  await told.waitFor();
  assert.deepEqual(await lines.allTextContents(), [
    `The trace store's token: removed. What was given for ${given} is not sent to http://localhost:9; type in what that one wants.`,
    'Destination http://127.0.0.1:1/below with its token: removed. The file does not list it.',
  ]);
  assert.ok(!JSON.stringify(await kept()).includes(SECRET));
  const report = new Report();
  await report.look(options, 'options after an import that took credentials');
  report.end();
  await told.scrollIntoViewIfNeeded();
  await photograph(options, 'options-import', () => fits(options));
});

/** Tests a connection; resolves to what is said. */
async function tried(within, name) {
  await button(within, name).click();
  const verdicts = within.getByRole('group', { name: 'Test connection' }).getByRole('listitem');
  await verdicts.last().filter({ hasText: 'Came back' }).waitFor();
  await until('all is tried', async () => (await button(within, name).getAttribute('aria-busy')) === null);
  return verdicts.allTextContents();
}

test('a connection is tested as it is typed, with the token that is wanted and without', async () => {
  const server = await guarded('authorization', `Bearer ${SECRET}`);
  try {
    const card = await destination(1, server.url);
    const name = 'Test connection';
    const [denied] = await tried(card, name);
    assert.match(denied, /Sending spans: not permitted.*401, text\/plain.*credentials/);
    await choose(card, 'Credentials', 'Bearer token');
    assert.equal(await button(card, name).getAttribute('aria-disabled'), 'true', 'the token is empty');
    await field(card, 'Token').fill(SECRET);
    const [taken] = await tried(card, name);
    assert.match(taken, /Sending spans: works.*It takes OTLP/);
    await choose(card, 'Format', 'JSON');
    assert.match((await tried(card, name))[0], /works/);
    assert.equal(server.seen.at(-1)['content-type'], 'application/json');

    await field(options, "Store's URL").fill(server.url);
    assert.match((await tried(store(), 'Test connection')).join(), /Asking for traces: not permitted.*401/);
    await choose(store(), 'Credentials', 'Bearer token');
    await field(store(), 'Token').fill(SECRET);
    const [found, ...more] = await tried(store(), 'Test connection');
    assert.match(found, /Asking for traces: works.*Found: Jaeger \(version 3\)/);
    assert.deepEqual(more, [], 'spans are not sent there');
    assert.ok(!(await options.content()).includes(SECRET));
  } finally {
    await server.close();
  }
});

test('a connection is tested with the tenant and the headers that are wanted', async () => {
  for (const [header, change] of [
    ['x-scope-orgid', (card) => field(card, 'Tenant').fill('team-a')],
    [
      'x-key',
      async (card) => {
        await button(card, 'Add header').click();
        await field(card, 'Name of header 1').fill('X-Key');
        await field(card, 'Value of header 1').fill('team-a');
      },
    ],
  ]) {
    const server = await guarded(header, 'team-a');
    try {
      const card = await destination(1, server.url);
      const name = 'Test connection';
      assert.match((await tried(card, name))[0], /not permitted.*401/);
      await change(card);
      assert.match((await tried(card, name))[0], /Sending spans: works/);
      await button(card, 'Remove destination 1').click();
      await until('it is gone', async () => (await kept()).sent.length === 0);
    } finally {
      await server.close();
    }
  }
});

test('a destination is set by keyboard alone', async () => {
  const keys = options.keyboard;
  await button(options, 'Add destination').focus();
  await keys.press('Enter');
  const card = group('Destination 1');
  await card.waitFor();
  // Shift and Tab lead from the button that adds back into what it added.
  const at = (name) => until(`focus is at ${name}`, async () => {
    const here = await options.evaluate(() => document.activeElement.id);
    if (here === name) return true;
    await keys.press('Shift+Tab');
    return false;
  });
  await at('sent-0-endpoint');
  await keys.type('http://127.0.0.1:1');
  await keys.press('Tab');
  await keys.press('ArrowDown');
  await keys.press('Tab');
  await keys.press('Space');
  await keys.press('Tab');
  await keys.press('b');
  await keys.press('Tab');
  await until('the name or the token is there', () => card.locator('#sent-0-token').isVisible());
  await at('sent-0-credentials');
  await keys.press('Tab');
  await keys.type(SECRET);
  await keys.press('Enter');
  await until('all of it is saved', async () => {
    const [it] = (await kept()).sent;
    assert.deepEqual([it.endpoint, it.form, it.packed], ['http://127.0.0.1:1', 'Json', true]);
    assert.equal(it.access.credentials.token, SECRET);
    return true;
  });
});

test('nobody is shut out, in light and dark, narrow and wide', async () => {
  const card = await destination(1, 'http://127.0.0.1:1');
  await choose(card, 'Credentials', 'Name and password');
  await button(card, 'Add header').click();
  const took = { endpoint: 'http://127.0.0.1:1', said: 'the store is busy (503)', drops: [['Full', 9]] };
  await put({ outbox: [[0, took]] });
  await card.getByText('9 spans dropped').waitFor();
  await type(store(), 'Grafana data source', 'abc');
  await tried(store(), 'Test connection');
  const report = new Report();
  await report.look(options, 'options of stores');
  report.end();
  await region('Trace store').scrollIntoViewIfNeeded();
  await photograph(options, 'options-store', () => fits(options));
  await card.scrollIntoViewIfNeeded();
  await photograph(options, 'options-destination', () => fits(options));
});
