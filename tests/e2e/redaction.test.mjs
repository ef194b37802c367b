// What is never stored, by the journal's own bytes; the redaction that the options try; and how a
// page's own tracing is lived with.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { html, readContext, start, startSite, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

const TRACE = '11111111111111111111111111111111';
const SPAN = '2222222222222222';

let lab, site;

before(async () => {
  site = await startSite();
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

const put = (settings) => lab.desk.evaluate((settings) => chrome.storage.local.set({ settings }), settings);

/** Everything in the journal, bytes as letters. */
const journal = () =>
  lab.desk.evaluate(async () => {
    const done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open('tracelight'));
    const letters = (_, value) => {
      if (value instanceof ArrayBuffer) value = new Uint8Array(value);
      return ArrayBuffer.isView(value)
        ? Array.from(value, (byte) => String.fromCharCode(byte)).join('')
        : value;
    };
    const names = [...database.objectStoreNames];
    const rows = names.map((name) => done(database.transaction(name).objectStore(name).getAll()));
    const text = JSON.stringify(await Promise.all(rows), letters);
    database.close();
    return text;
  });

/** A page of the site in a session. */
async function inSession(path, content) {
  site.pages[path.split('?')[0]] = content;
  const page = await lab.openPage(site.origin + path);
  const context = await lab.startSession(page);
  return { page, context };
}

test('no secret and nothing that was typed gets into the journal, whatever states it', async () => {
  await put({
    store: lab.collector.url,
    redaction: { names: ['x-tenant', 'tenant'], patterns: ['/cust-\\d+/ => cust', 'Jane Doe => somebody'] },
  });
  const form = `<form onsubmit="return false"><label>Mail <input name=mail></label>
    <label>Password <input type=password name=word></label><textarea aria-label=Note></textarea>
    <div role=textbox contenteditable aria-label=Story></div>
    <button>Send for Jane Doe</button></form>`;
  const { page } = await inSession(
    '/form?token=s3cr3t-url&tenant=s3cr3t-name&visible=1#access_token=s3cr3t-hash',
    form,
  );
  await page.getByLabel('Mail').fill('typed-mail@s3cr3t.test');
  await page.getByLabel('Password').pressSequentially('s3cr3t-typed');
  await page.getByLabel('Note').pressSequentially('s3cr3t-note');
  await page.getByLabel('Story').pressSequentially('s3cr3t-story');
  await page.getByRole('button').click();
  await page.evaluate(async () => {
    await fetch(
      '/api;jsessionid=s3cr3t-path?api_key=s3cr3t-key&next=%2Fa%3Fpassword%3Ds3cr3t-nested&page=cust-4711',
      {
        headers: { 'next-url': '/in?token=s3cr3t-header', authorization: 'Bearer s3cr3t-bearer' },
      },
    );
    performance.measure('pay cust-4711', {
      start: 0,
      duration: 5,
      detail: { card: { password: 's3cr3t-detail' }, url: 'https://me:s3cr3t-user@shop.test/' },
    });
    setTimeout(() => {
      throw new Error('login failed: {"password":"s3cr3t-error"} Authorization: Basic s3cr3t-basic');
    });
    Promise.reject(new Error('GET https://shop.test/cb?code=s3cr3t-code failed'));
    const image = new Image();
    image.src = '/missing.png?signature=s3cr3t-image';
    await new Promise((over) => (image.onload = image.onerror = over));
  });
  const text = await until('the request is written', async () => {
    const text = await journal();
    return /jsessionid=REDACTED/.test(text) && /signature=REDACTED/.test(text) && text;
  });
  await page.goto(`${site.origin}/away`);
  const later = await until('the page is written whole', async () => {
    const text = await journal();
    return text.includes('/away') && text;
  });
  for (const all of [text, later]) {
    assert.deepEqual(all.match(/s3cr3t[-\w]*|typed-mail|cust-\d+|Jane Doe/g) ?? [], []);
    assert.match(all, /visible=1/);
    assert.match(all, /tenant=REDACTED/);
    assert.match(all, /page=cust\b/);
  }
});

test('a context that the page says itself is kept, joined, and said in our formats', async () => {
  const { page } = await inSession('/own', 'own');
  // Each request has a span of its own.
  const span = (at) => `${SPAN.slice(0, 15)}${at}`;
  const datadog = { id: String(BigInt(`0x${TRACE.slice(16)}`)), span: String(BigInt(`0x${span(4)}`)) };
  const ways = [
    ['/sentry', { 'sentry-trace': `${TRACE}-${span(1)}-1` }],
    ['/b3', { b3: `${TRACE}-${span(2)}-1` }],
    ['/multi', { 'x-b3-traceid': TRACE, 'x-b3-spanid': span(3), 'x-b3-sampled': '1' }],
    // Ours cannot say ids that are decimal: they stay away.
    [
      '/datadog',
      {
        'x-datadog-trace-id': datadog.id,
        'x-datadog-parent-id': datadog.span,
        'x-datadog-sampling-priority': '1',
        'x-datadog-tags': `_dd.p.tid=${TRACE.slice(0, 16)}`,
      },
    ],
  ];
  for (const [at, [path, headers]] of ways.entries()) {
    await page.evaluate(([path, headers]) => fetch(path, { headers }), [path, headers]);
    const [request] = site.asked(path);
    for (const [name, value] of Object.entries(headers)) assert.equal(request.headers[name], value, path);
    const ours = readContext(request.headers.traceparent) ?? undefined;
    if (path === '/datadog') assert.equal(ours, undefined);
    else assert.deepEqual([ours.trace, ours.span], [TRACE, span(at + 1)], path);
    const fits = (row) => row.includes(`${path}"`) && row.includes(TRACE) && row.includes(span(at + 1));
    await until(`${path} is in the journal under the page's own ids`, async () =>
      ((await journal()).match(/[^{}]*"url":"[^"]*"[^{}]*/g) ?? []).some(fits),
    );
  }
});

test('the context is offered to the page before its first script, and a server’s own stays', async () => {
  await put({ store: lab.collector.url, triggers: { meta: true } });
  const script = `<script>
    window.metas = [...document.querySelectorAll('meta[name=traceparent]')].map((meta) => meta.content);
  </script>`;
  const { page } = await inSession('/meta', script);
  const metas = (page) => page.evaluate(() => window.metas);
  const context = await lab.pageContext(page);
  const [meta] = await metas(page);
  assert.deepEqual([readContext(meta).trace, readContext(meta).span], [context.trace, context.span]);
  const place = await page.evaluate(
    () => document.querySelector('meta[name=traceparent]').parentNode.localName,
  );
  assert.equal(place, 'head');
  const theirs = `00-${TRACE}-${SPAN}-01`;
  site.pages['/theirs'] = (_, response) =>
    html(response, `<meta name=traceparent content=${theirs}>${script}`);
  await page.goto(`${site.origin}/theirs`);
  assert.deepEqual(await metas(page), [theirs]);
  await lab.stopSession(page);
  await put({ store: lab.collector.url });
  await lab.startSession(page);
  site.pages['/none'] = script;
  await page.goto(`${site.origin}/none`);
  assert.deepEqual(await metas(page), [], 'off, there is none');
});

test('the options try a text, by keyboard, and say at the place what is no pattern', async () => {
  await put({ store: lab.collector.url });
  const options = await lab.openSurface('options');
  const field = (name) => options.getByRole('textbox', { name, exact: true });
  const tester = options.getByRole('group', { name: 'Redaction tester' });
  await field('Patterns').fill('/\\d{4}/ => #\n/(/');
  await options.locator('.wrong').filter({ hasText: 'line 2 does not read' }).waitFor();
  assert.equal(await field('Patterns').getAttribute('aria-invalid'), 'true');
  await field('Patterns').fill('/\\d{4}/ => #\nACME');
  await field('Names whose values are never kept').fill('x tenant');
  await options.locator('.wrong').filter({ hasText: "line 1 has ' '" }).waitFor();
  await field('Names whose values are never kept').fill('tenant');
  await field('What would be stored of this?').focus();
  await options.keyboard.type('https://shop.test/?token=abc&tenant=7&year=2020');
  const stored = tester.getByRole('status').or(tester.locator('output')).first();
  await until(
    'it is tried',
    async () => (await stored.textContent()) === 'https://shop.test/?token=REDACTED&tenant=REDACTED&year=#',
  );
  await tester.getByText('A credential, or a name above, was met.').waitFor();
  await tester.getByText('Line 1 was met 1 time: /\\d{4}/ => #').waitFor();
  assert.equal(await tester.getByText('ACME').count(), 0);
  await until('it is saved', async () => {
    const { settings } = await lab.desk.evaluate(() => chrome.storage.local.get('settings'));
    return settings.redaction?.patterns?.length === 2 && settings.redaction.names?.[0] === 'tenant';
  });
  await options.getByRole('searchbox', { name: 'Search settings' }).fill('redaction');
  await photograph(options, 'options-redaction', () => fits(options));
  await options.close();
});

test("the sessions of a page's own tracers are told on its root, and nothing else of what they keep", async () => {
  await put({ store: lab.collector.url });
  const { page, context } = await inSession('/tracers', '<p>tracers');
  await page.evaluate(() => {
    localStorage['opentelemetry-session'] = JSON.stringify({ who: 'me, secretly', id: '0af7651916cd43dd' });
    sessionStorage['com.grafana.faro.session'] = JSON.stringify({ sessionId: 'tM6jbGEQ', lastActivity: 1 });
    document.cookie = 'id=secret-cookie';
    document.cookie = '_dd_s=aid=1&rum=2&id=6b0d5b6c-1&created=1700000000000';
  });
  await page.goto('about:blank');
  const found = await until('they are in the journal', async () => {
    const text = await journal();
    return text.includes('datadog:6b0d5b6c-1') && text;
  });
  assert.ok(!found.includes('secretly') && !found.includes('secret-cookie'));
  const dashboard = await lab.openDashboard(context.trace);
  const rows = dashboard.getByRole('treegrid', { name: 'Waterfall' }).getByRole('row');
  await rows.filter({ hasText: 'page load' }).first().click();
  for (const id of ['0af7651916cd43dd', 'tM6jbGEQ', '6b0d5b6c-1']) {
    await dashboard.getByText(id, { exact: true }).first().waitFor();
  }
});
