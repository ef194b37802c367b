// The options: typed, checked, saved, tested, exported and imported; and where links then lead.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start, startSite, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';
import { exportSettings, importSettings } from './settings_file.mjs';

let lab, site, folder, options;

before(async () => {
  site = await startSite();
  lab = await start({ shop: null });
  folder = await mkdtemp(join(tmpdir(), 'tracelight-options-'));
});

after(async () => {
  await lab?.close();
  await site?.close();
  await rm(folder, { recursive: true, force: true });
  assert.deepEqual(lab?.complaints, []);
});

beforeEach(async () => {
  await put({ store: lab.collector.url });
  options = await lab.openSurface('options');
  await options.getByRole('checkbox', { name: 'W3C traceparent and baggage' }).waitFor();
  await until(
    'settings are read',
    async () => (await field("Store's URL").inputValue()) === lab.collector.url,
  );
});

afterEach(() => options.close());

const put = (settings) => lab.desk.evaluate((settings) => chrome.storage.local.set({ settings }), settings);
const kept = () => lab.desk.evaluate(async () => (await chrome.storage.local.get('settings')).settings);
const field = (name) => options.getByRole('textbox', { name, exact: true });
const news = (text) => options.getByRole('status').filter({ hasText: text }).waitFor();

/** Types as a person does, and leaves the field. */
async function type(name, text) {
  await field(name).fill(text);
  await field(name).blur();
}

test('every setting has a name, a meaning and its default', async () => {
  const settings = await options.locator('.setting:has(.default)').all();
  assert.equal(settings.length, 35);
  for (const setting of settings) {
    const control = setting.locator('input, textarea, select, [role=group]').last();
    const described = await control.evaluate((it) =>
      it
        .getAttribute('aria-describedby')
        .split(' ')
        .map((id) => document.getElementById(id).textContent)
        .join(' '),
    );
    assert.match(described, /\.\s*$/);
    assert.match(await setting.locator('.default').textContent(), /^Default: ./);
  }
});

test('what is right is saved and said, and goes back to its default', async () => {
  await type('Spans a month', '5000');
  await news('Saved: Spans a month');
  assert.equal((await kept()).limit, 5000);
  const said = options.getByRole('status').filter({ hasText: 'Saved: Spans a month' });
  const look = await said.evaluate((it) => [getComputedStyle(it).position, getComputedStyle(it).borderTopWidth]);
  assert.deepEqual(look, ['static', '0px'], 'a line of the header, and no pill over it');
  await options.getByRole('checkbox', { name: 'Datadog' }).check();
  await news('Saved: Datadog');
  await options.getByRole('combobox', { name: 'Reach of a session' }).selectOption('site');
  await news('Saved: Reach of a session');
  const now = await kept();
  assert.deepEqual([now.triggers.datadog, now.scope, now.limit], [true, 'site', 5000]);
  await options.getByRole('button', { name: 'Reset Spans a month to its default' }).click();
  await until('it is back', async () => (await kept()).limit === 1_000_000);
});

test('what is typed is saved when typing rests, but a store only when the field is left', async () => {
  await field('Answer header').fill('x-trace');
  await news('Saved: Answer header');
  await field("Store's URL").fill('http://127.0.0.1:1');
  await field('Spans a month').fill('77');
  await until('the other is saved', async () => (await kept()).limit === 77);
  assert.equal((await kept()).store, 'http://127.0.0.1:1', 'it was left for the other field');
  await field("Store's URL").fill('http://127.0.0.1:2');
  await field("Store's URL").press('Enter');
  await until('Enter saves', async () => (await kept()).store === 'http://127.0.0.1:2');
});

test('what is wrong is said as it is typed and not saved', async () => {
  for (const [name, text, said] of [
    ["Store's URL", 'ftp://x', 'it begins with “ftp://x”, wanted http:// or https://'],
    ['Spans a month', 'many', '"many", wanted a whole number'],
    ['Answer header', 'x y', "in the header's name"],
    ["Cookie's name", 'a b', 'wanted'],
    ['A header of your own', 'cookie: x', 'belongs to the browser'],
    ['Link of a trace', 'javascript:alert(1)', 'wanted http:// or https://'],
    [
      'Link of a trace',
      'https://x.test/{trace}',
      '{trace} at character 16 is no placeholder, wanted one of {traceId}',
    ],
    ['Link of a session', 'https://x.test/{spanId}', '{spanId}, which belongs to one trace'],
    ['Other origins that get the context', 'api.test', 'line 1 does not begin with http:// or https://'],
    ['Other origins that get the context', '/(/', '/(/ is not one that the browser can read'],
  ]) {
    const old = await kept();
    const control = field(name);
    const before = await control.inputValue();
    await control.fill(text);
    await options.locator('.wrong').filter({ hasText: said }).waitFor();
    assert.equal(await control.getAttribute('aria-invalid'), 'true', text);
    await control.blur();
    assert.deepEqual(await kept(), old, text);
    await control.fill(before);
    await until('it is right again', async () => (await control.getAttribute('aria-invalid')) === null);
  }
});

test('a regular expression that the browser can read is saved', async () => {
  await type('Other origins that get the context', 'https://api.test\n/^https:\\/\\/[a-z]+\\.api\\.test\\//');
  await news('Saved: Other origins');
  assert.deepEqual((await kept()).targets, ['https://api.test', '/^https:\\/\\/[a-z]+\\.api\\.test\\//']);
});

test('origins that are named and not permitted are said, with the button that helps', async () => {
  const named = 'Other origins that get the context';
  const help = options.getByRole('button', { name: 'Allow access to these origins' });
  await type(named, `${site.origin}/v1\n/^https:/`);
  await until('it is saved', async () => (await kept()).targets?.length === 2);
  assert.equal(await help.count(), 0, 'the one is permitted, and what the other fits is not known');
  await type(named, `${site.origin}\nhttps://api.example/v1`);
  await help.waitFor();
  await options.getByText('requests go there without context: https://api.example/*').waitFor();
  await type(named, '');
  await help.waitFor({ state: 'detached' });
});

test('settings are searched by name and meaning', async () => {
  const search = options.getByRole('searchbox', { name: 'Search settings' });
  await search.fill('zipkin b3');
  await until('two are left', async () => (await options.locator('.setting:has(.default)').count()) === 2);
  await search.fill('nothing of the kind');
  await options.getByText('No setting is called or means that.').waitFor();
});

/** Tests a store's connection; resolves to what is said of asking and of sending. */
async function tried(store) {
  await field("Store's URL").fill(store);
  await options.getByRole('button', { name: 'Test connection' }).click();
  const verdicts = options.getByRole('group', { name: 'Test connection' }).getByRole('listitem');
  await verdicts.nth(1).filter({ hasText: 'Came back' }).waitFor();
  return verdicts.allTextContents();
}

async function answering(status, type, body) {
  const server = createServer((_, response) =>
    response.writeHead(status, { 'content-type': type }).end(body),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

test('a store that works is said to, with what was tried and what came back', async () => {
  const [query, receive] = await tried(lab.collector.url);
  assert.match(
    query,
    /Asking for traces: works.*GET http:\/\/127\.0\.0\.1:\d+\/api\/v3\/services.*200, application\/json, in \d+ ms.*Found: Jaeger \(version 3\)/,
  );
  assert.match(
    receive,
    /Sending spans: works.*POST http:\/\/127\.0\.0\.1:\d+\/v1\/traces.*200.*It takes OTLP/,
  );
  await options.setViewportSize({ width: 1280, height: 900 });
  await photograph(options, 'options-tested', () => fits(options));
});

test('where nobody listens it is said', async () => {
  const gone = await answering(200, 'text/plain', '');
  await gone.close();
  for (const said of await tried(gone.url))
    assert.match(said, /does not work.*Nothing, after \d+ ms.*Nothing answers there/);
});

test('a server that answers rubbish, or wants credentials, is told from a store', async () => {
  for (const [status, type, query, receive] of [
    [200, 'text/html', /200, text\/html.*what it answers is no trace/, /not that of an OTLP receiver/],
    [404, 'text/html', /no query API of Jaeger, Tempo or Zipkin/, /takes no OTLP at this URL/],
    [401, 'text/plain', /not permitted.*wants to know who asks/, /not permitted.*wants to know who asks/],
    [500, 'text/plain', /fails/, /fails/],
  ]) {
    const server = await answering(status, type, '<html>no</html>');
    try {
      const [asked, sent] = await tried(server.url);
      assert.match(asked, query);
      assert.match(sent, receive);
    } finally {
      await server.close();
    }
  }
});

const exported = () => exportSettings(options);
const importing = (text) => importSettings(options, folder, text);

test('settings go out to a file and come back, secrets only when asked for', async () => {
  await type("Cookie's secret", 'hush');
  await news("Saved: Cookie's secret");
  await type('Link of a trace', 'https://x.test/{traceId}');
  await news('Saved: Link of a trace');
  const plain = await exported();
  assert.ok(!plain.includes('hush'));
  await options.getByRole('checkbox', { name: 'With credentials' }).check();
  const whole = JSON.parse(await exported());
  assert.equal(whole.settings.cookie.secret, 'hush');
  const before = await kept();
  await put({ ...before, limit: 3, links: {} });
  await options.reload();
  await until('settings are read', async () => (await field('Spans a month').inputValue()) === '3');
  await importing(plain);
  await news('Imported 34 settings');
  assert.deepEqual(await kept(), before);
  await until('the field says so', async () => (await field('Spans a month').inputValue()) === '1000000');
});

test('a bad file changes nothing and says all that is wrong with it', async () => {
  const file = (settings, version = 1) => JSON.stringify({ tracelight: 'settings', version, settings });
  const whole = file({ limit: 5 });
  const before = await kept();
  for (const [text, ...said] of [
    [whole.slice(0, -5), /the file: its end at line 1, character \d+, wanted/],
    ['', /its end at line 1/],
    ['[1]', /a list that is not Tracelight's/],
    [file({ limit: 5 }, 2), /version 2, of a later Tracelight, wanted version 1/],
    [
      file({ store: 7, triggers: { b3: 'yes' } }),
      /store: 7, wanted a text/,
      /triggers\.b3: "yes", wanted true or false/,
    ],
    [
      file({ links: { trace: 'javascript:alert(1)' } }),
      /links\.trace: it begins with “javascript:alert\(1\)”, wanted http/,
    ],
    [file({ targets: ['/(/'] }), /targets: \/\(\/ is not one that the browser can read/],
  ]) {
    await importing(text);
    const alert = options.getByRole('alert').filter({ hasText: 'This file was not imported' });
    for (const words of said) await alert.getByText(words).waitFor();
    assert.deepEqual(await kept(), before);
  }
  await photograph(options, 'options-bad-file', () => fits(options));
  await importing(whole);
  await news('Imported 1 setting');
  assert.equal(await options.getByText('This file was not imported').count(), 0);
});

test('settings that cannot be read are said, the defaults hold, and the worker lives', async () => {
  await put({ store: 7, triggers: 'none' });
  await lab.stopWorker();
  await lab.startWorker();
  await options.reload();
  await options.getByRole('alert').getByText('The settings that are kept cannot be read').waitFor();
  const page = await lab.openPage(`${site.origin}/page`);
  const popup = await lab.startSession(page);
  assert.ok(await lab.sessionCookie(site.origin));
  await lab.stopSession(page);
  await popup?.close?.();
  await type('Spans a month', '9');
  await news('Saved: Spans a month');
  assert.equal((await kept()).limit, 9);
});

test('a part of what is kept that cannot be read takes no other with it', async () => {
  await put({ limit: 7, answer: 'x-trace' });
  await lab.desk.evaluate(() => chrome.storage.local.set({ stores: 7 }));
  try {
    await options.reload();
    await options.getByRole('alert').getByText('The settings that are kept cannot be read').waitFor();
    await type('Spans a month', '9');
    await news('Saved: Spans a month');
    const { limit, answer } = await kept();
    assert.deepEqual([limit, answer], [9, 'x-trace']);
  } finally {
    await lab.desk.evaluate(() => chrome.storage.local.remove('stores'));
  }
});

test('a preset is a link once its blanks are filled, previewed, and opened by the verbs', async () => {
  const preset = options.getByRole('combobox', { name: 'Preset for Link of a trace' });
  await preset.selectOption({ label: 'Vercel' });
  await options.locator('.wrong').filter({ hasText: '<team> at character 20 is a blank' }).waitFor();
  await preset.selectOption({ label: 'VictoriaTraces' });
  await options.locator('.wrong').filter({ hasText: '<victoria-traces> at character 8 is a blank' }).waitFor();
  const template = await field('Link of a trace').inputValue();
  await type('Link of a trace', template.replace('<victoria-traces>', '127.0.0.1'));
  await news('Saved: Link of a trace');
  const preview = options.locator('output[for="links.trace"]');
  assert.match(
    await preview.textContent(),
    /^http:\/\/127\.0\.0\.1:10428\/select\/vmui\/#\/trace\?trace_id=[0-9a-f]{32}&span_id=[0-9a-f]{16}$/,
  );
  await type(
    'Link of a trace',
    `${site.origin}/trace/{traceId}?span={spanId}&from={startMs}&to={endMs}&site={origin}`,
  );
  await until('it is saved', async () => (await kept()).links.trace.startsWith(site.origin));
  assert.match(
    await preview.textContent(),
    /\/trace\/[0-9a-f]{32}\?span=[0-9a-f]{16}&from=\d{13}&to=\d{13}&site=https%3A%2F%2Fshop\.example$/,
  );
  await type('Link of a session', `${site.origin}/session/{sessionId}?from={startS}&to={endS}`);
  await news('Saved: Link of a session');

  const page = await lab.openPage(`${site.origin}/page`);
  await lab.startSession(page);
  const { trace } = await lab.pageContext(page);
  const opened = async (name, path) => {
    await lab.command(page, name);
    const there = () => lab.context.pages().find((tab) => tab.url().startsWith(site.origin + path));
    const tab = await until('it opens', there);
    const url = new URL(tab.url());
    await tab.close();
    return url;
  };
  const url = await opened('View Page Trace', '/trace/');
  assert.equal(url.pathname, `/trace/${trace}`);
  assert.equal(url.searchParams.get('site'), site.origin);
  assert.ok(Number(url.searchParams.get('from')) <= Number(url.searchParams.get('to')));
  const { value } = await lab.sessionCookie(site.origin);
  assert.equal(
    (await opened('View Session Traces', '/session/')).pathname,
    `/session/${value.split('.')[1]}`,
  );
  await lab.stopSession(page);
});

test('it is read and changed by keyboard alone, in any window', async () => {
  await options.getByRole('searchbox', { name: 'Search settings' }).focus();
  for (let key = 0; key < 4; key += 1) await options.keyboard.press('Tab');
  await options.getByRole('checkbox', { name: 'W3C traceparent and baggage' }).focus();
  await options.keyboard.press('Space');
  await news('Saved: W3C traceparent and baggage');
  await photograph(options, 'options', () => fits(options));
});
