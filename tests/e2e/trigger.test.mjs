// What tells servers to trace: each format is judged by what arrived at a server, read there by a
// reader of its own, and cookies by another implementation of their signature.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { html, sendSpans, spanId, start, startSite, until } from './harness.mjs';

let lab, site;

before(async () => {
  site = await startSite();
  lab = await start({ shop: null });
});

afterEach(async () => {
  await lab.tidy();
  await configure({});
  assert.deepEqual(await set(), [], 'what is set after Stop');
  site.requests.length = 0;
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

const hex = (number, length) => BigInt(number).toString(16).padStart(length, '0');

/** Reads a header by a pattern whose groups are named `trace` and `span`. */
const by = (name, pattern) => (headers) => pattern.exec(headers[name] ?? '')?.groups;

/** Each format with its switch and a reader: `{ trace, span }`, or nothing when it forces nothing. */
const FORMATS = {
  w3c: by('traceparent', /^00-(?<trace>[\da-f]{32})-(?<span>[\da-f]{16})-03$/),
  b3: by('b3', /^(?<trace>[\da-f]{32})-(?<span>[\da-f]{16})-d$/),
  b3Multi: (headers) =>
    headers['x-b3-flags'] === '1' && headers['x-b3-sampled'] === '1'
      ? { trace: headers['x-b3-traceid'], span: headers['x-b3-spanid'] }
      : undefined,
  jaeger: by('uber-trace-id', /^(?<trace>[\da-f]{32}):(?<span>[\da-f]{16}):0:3$/),
  sentry: (headers) => {
    const trace = by('sentry-trace', /^(?<trace>[\da-f]{32})-(?<span>[\da-f]{16})-1$/)(headers);
    const members = new Map(headers.baggage?.split(',').map((member) => member.trim().split('=')));
    if (!trace) return undefined;
    assert.equal(members.get('sentry-trace_id'), trace.trace);
    assert.deepEqual([members.get('sentry-sampled'), members.get('sentry-sample_rate')], ['true', '1']);
    return trace;
  },
  datadog: (headers) => {
    const [, high] = /^_dd\.p\.tid=([\da-f]{16})$/.exec(headers['x-datadog-tags'] ?? '') ?? [];
    if (!high) return undefined;
    assert.deepEqual([headers['x-datadog-sampling-priority'], headers['x-datadog-origin']], ['2', 'rum']);
    const low = hex(headers['x-datadog-trace-id'], 16);
    return { trace: high + low, span: hex(headers['x-datadog-parent-id'], 16) };
  },
  xray: (headers) => {
    const pattern = /^Root=1-([\da-f]{8})-([\da-f]{24});Parent=([\da-f]{16});Sampled=1$/;
    const [, time, rest, span] = pattern.exec(headers['x-amzn-trace-id'] ?? '') ?? [];
    return span && { trace: time + rest, span };
  },
  google: (headers) => {
    const pattern = /^([\da-f]{32})\/(\d+);o=1$/;
    const [, trace, span] = pattern.exec(headers['x-cloud-trace-context'] ?? '') ?? [];
    return span && { trace, span: hex(span, 16) };
  },
  header: by('x-mine', /^(?<trace>[\da-f]{32})\.(?<span>[\da-f]{16}) "[\da-f]{32}"$/),
};
const MINE = 'X-Mine: {traceId}.{spanId} "{sessionId}"';

/** Nothing on but the cookie. */
const NONE = { ...Object.fromEntries(Object.keys(FORMATS).map((name) => [name, false])), header: '' };
const only = (...names) =>
  names.reduce((all, name) => ({ ...all, [name]: name === 'header' ? MINE : true }), NONE);

/** Settings as the options page stores them; the worker reads them when it starts. */
async function configure(settings) {
  const all = { store: lab.collector.url, ...settings };
  await lab.desk.evaluate((settings) => chrome.storage.local.set({ settings }), all);
  await lab.stopWorker();
  await lab.startWorker();
}

/** Everything that is set in the browser, by its own word. */
const set = async () => [...(await lab.rules()), ...(await lab.scripts()), ...(await lab.cookies())];

/** The formats in which a request said a context: `{ w3c: { trace, span }, … }`. */
const said = ({ headers }) =>
  Object.fromEntries(
    Object.entries(FORMATS).flatMap(([name, read]) => {
      const found = read(headers);
      return found ? [[name, { ...found }]] : [];
    }),
  );

const asked = (path) => until(`${path} is asked for`, () => site.asked(path).at(-1));

/** A traced page that has loaded an image and asked by fetch and by XHR; what each of them said. */
async function visit() {
  const { page, context } = await lab.startLoading(site, '/');
  const { trace, span } = context;
  await page.evaluate(async () => {
    new Image().src = '/image.png';
    await fetch('/fetched', { headers: { 'x-own': '1' } });
    const request = new XMLHttpRequest();
    request.open('GET', '/asked');
    await new Promise((resolve) => {
      request.onload = resolve;
      request.send();
    });
  });
  const paths = { document: '/', image: '/image.png', fetched: '/fetched', xhr: '/asked' };
  const requests = {};
  for (const [kind, path] of Object.entries(paths)) requests[kind] = await asked(path);
  return { page, trace, root: span, requests };
}

for (const name of Object.keys(FORMATS)) {
  test(`${name}: a document, what it loads, fetch and XHR say the page's trace so and in no other way`, async () => {
    await configure({ triggers: only(name) });
    const { trace, root, requests } = await visit();
    const spans = Object.entries(requests).map(([kind, request]) => {
      const formats = said(request);
      assert.deepEqual(Object.keys(formats), [name], kind);
      assert.equal(formats[name].trace, trace, kind);
      return formats[name].span;
    });
    assert.equal(spans[1], root, 'what a document loads hangs under its root');
    assert.equal(new Set(spans).size, 4, 'the others have spans of their own');
  });
}

test('all formats at once say one context, and the baggage has everything', async () => {
  await configure({ triggers: only(...Object.keys(FORMATS)) });
  const { trace, requests } = await visit();
  const [, session] = (await lab.sessionCookie(site.origin)).value.split('.');
  for (const [kind, request] of Object.entries(requests)) {
    const formats = said(request);
    assert.deepEqual(Object.keys(formats), Object.keys(FORMATS), kind);
    assert.equal(new Set(Object.values(formats).map(({ span }) => span)).size, 1, kind);
    assert.ok(Object.values(formats).every((context) => context.trace === trace));
    const wanted = `session.id=${session},sentry-trace_id=${trace},sentry-sample_rate=1,sentry-sampled=true`;
    assert.equal(request.headers.baggage, wanted, kind);
    assert.equal(request.headers['uberctx-session.id'], session, kind);
    assert.ok(request.headers['x-mine'].endsWith(`"${session}"`), kind);
  }
});

test('without the random flag a traceparent ends in 01', async () => {
  await configure({ triggers: { random: false } });
  const { requests } = await visit();
  for (const { headers } of Object.values(requests)) assert.match(headers.traceparent, /-01$/);
});

test("a page's own Sentry context stays, ours says its ids, and the session joins its baggage", async () => {
  await configure({ triggers: only('w3c', 'sentry') });
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const [, session] = (await lab.sessionCookie(site.origin)).value.split('.');
  const theirs = {
    'sentry-trace': '11111111111111111111111111111111-2222222222222222-0',
    baggage: 'sentry-trace_id=11111111111111111111111111111111,sentry-public_key=k,sentry-sampled=false',
  };
  await page.evaluate(async (headers) => {
    await fetch('/own-object', { headers });
    await fetch('/own-headers', { headers: new Headers(headers) });
    await fetch('/own-pairs', { headers: Object.entries(headers) });
    const request = new XMLHttpRequest();
    request.open('GET', '/own-xhr');
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    await new Promise((resolve) => {
      request.onload = resolve;
      request.send();
    });
    await fetch('/other', { headers: { baggage: 'tenant=a' } });
  }, theirs);
  for (const path of ['/own-object', '/own-headers', '/own-pairs', '/own-xhr']) {
    const { headers } = await asked(path);
    assert.equal(headers['sentry-trace'], theirs['sentry-trace'], path);
    const wanted = [...theirs.baggage.split(','), `session.id=${session}`];
    assert.deepEqual(headers.baggage.split(/, */), wanted, path);
    const ours = '00-11111111111111111111111111111111-2222222222222222-02';
    assert.equal(headers.traceparent, ours, `${path}: not sampled either`);
  }
  const { headers } = await asked('/other');
  assert.match(headers.baggage, /^tenant=a,session\.id=[\da-f]{32},sentry-trace_id=[\da-f]{32},/);
  assert.deepEqual(FORMATS.sentry(headers), FORMATS.w3c(headers), 'a context of ours, in both formats');
});

test('with B3 alone a page trace is complete, joined by the store', async () => {
  await configure({ triggers: only('b3') });
  site.pages['/joined'] = async ({ headers }, response) => {
    const context = FORMATS.b3(headers);
    if (context) {
      const span = { traceId: context.trace, spanId: spanId(), parentSpanId: context.span, name: 'GET /joined' };
      await sendSpans(lab.collector.url, 'site', [span]);
    }
    html(response, '<p>joined');
  };
  const page = await lab.openPage(`${site.origin}/joined`);
  const { trace, said } = await lab.runPageTrace(page);
  assert.match(said.at(-1), /^Trace complete/);
  const { headers } = site.asked('/joined').at(-1);
  assert.equal(headers.traceparent, undefined);
  const stored = await lab.trace(trace);
  const server = stored.one({ service: 'site', name: 'GET /joined' });
  await lab.exported();
  const document = (await lab.trace(trace)).one({ service: 'browser', id: server.parent });
  assert.equal(document.attributes['url.full'], `${site.origin}/joined`);
});

test('with the cookie alone documents are traced, and no header says so', async () => {
  await configure({ triggers: NONE });
  const { page, requests } = await visit();
  for (const request of Object.values(requests)) {
    assert.deepEqual(said(request), {});
    assert.equal(request.headers.baggage, undefined);
    assert.match(request.headers.cookie, /_trace_session=v1\./);
  }
  await lab.stopSession(page);
  assert.deepEqual(await set(), []);
});

test('without the cookie a session works, and nothing is set in the jar', async () => {
  await configure({ triggers: { cookie: false } });
  const { page, requests } = await visit();
  for (const { headers } of Object.values(requests)) assert.equal(headers.cookie, undefined);
  assert.deepEqual(await lab.cookies(), []);
  await lab.stopWorker();
  await page.reload();
  assert.ok(await lab.pageContext(page), 'a worker that starts anew still knows it');
  await lab.stopSession(page);
  assert.deepEqual(await set(), []);
});

test('a signed cookie has the name that was chosen and a signature that Node computes too', async () => {
  const secret = 'pässword 🔑';
  await configure({ cookie: { name: '__trace-2', secret } });
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const [cookie, ...others] = await lab.cookies();
  assert.deepEqual([cookie.name, others], ['__trace-2', []]);
  const at = cookie.value.lastIndexOf('.');
  const [signed, signature] = [cookie.value.slice(0, at), cookie.value.slice(at + 1)];
  assert.match(signed, /^v1\.[\da-f]{32}\.0$/);
  assert.equal(signature, createHmac('sha256', secret).update(signed).digest('base64url'));
  assert.match(site.asked('/').at(-1).headers.cookie, new RegExp(`__trace-2=${cookie.value}`));
  await lab.stopSession(page);
  assert.deepEqual(await set(), []);
});

test('a session keeps its cookie when name and secret change, and Stop removes it', async () => {
  await configure({ cookie: { name: 'first', secret: 'one' } });
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const before = await lab.cookies();
  await configure({ cookie: { name: 'second', secret: 'two' } });
  await page.reload();
  assert.ok(await lab.pageContext(page), 'the session goes on');
  assert.deepEqual(await lab.cookies(), before);
  await lab.stopSession(page);
  assert.deepEqual(await set(), []);
  await lab.startSession(page);
  assert.deepEqual((await lab.cookies()).map(({ name }) => name), ['second']);
});

test('a chosen cookie that is cleared ends the session, and another of its host does not', async () => {
  await configure({ cookie: { name: 'chosen' } });
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const popup = await lab.openPopup(await lab.tabId(page));
  await popup.getByRole('button', { name: 'Stop Tracing Session' }).waitFor();
  await page.evaluate(() => (document.cookie = '_trace_session=theirs; path=/'));
  await page.evaluate(() => (document.cookie = '_trace_session=; path=/; max-age=0'));
  await lab.view(0);
  await popup.getByRole('button', { name: 'Stop Tracing Session' }).waitFor();
  await lab.context.clearCookies({ name: 'chosen' });
  await popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor();
  assert.deepEqual(await set(), []);
});

test('a name that no cookie can have is refused with the reason, and nothing is left', async () => {
  await configure({ cookie: { name: 'a=b' } });
  const page = await lab.openPage(`${site.origin}/`);
  const popup = await lab.command(page, 'Start Tracing Session');
  await popup.getByText(/cookie's name has '='/).waitFor();
  await until('nothing is set', async () => (await set()).length === 0);
});
