import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { CONTEXT, FOREIGN, ROOT, TRACE, W3C, document_, listener, pageWorld, serve, settle } from './world.mjs';

let home, abroad;
before(async () => {
  home = await serve();
  abroad = await serve();
});
after(() => {
  home.stop();
  abroad.stop();
});
beforeEach(() => {
  home.seen.length = 0;
  abroad.seen.length = 0;
});

/** A traced page with the recorder in it and somebody who hears it. */
function traced({ contexts, ...options } = {}) {
  const shared = document_(home.origin, contexts, options);
  const heard = listener(shared);
  const page = pageWorld(shared, options);
  page.record();
  return { ...page, ...heard, bus: shared.bus };
}

const span = (header) => header?.slice(36, 52);

test('a document that is not traced keeps its functions', () => {
  for (const contexts of [[], ['nonsense'], [CONTEXT.toUpperCase()], null]) {
    const page = pageWorld(document_(home.origin, contexts));
    const { open, send, setRequestHeader } = page.window.XMLHttpRequest.prototype;
    page.record();
    assert.equal(page.window.fetch, page.native);
    const now = page.window.XMLHttpRequest.prototype;
    assert.deepEqual([now.open, now.send, now.setRequestHeader], [open, send, setRequestHeader]);
  }
});

test('a request to the own origin carries the trace and a span of its own', async () => {
  const page = traced();
  const first = await page.fetch(`${home.origin}/a?x=1`);
  assert.deepEqual(await first.json(), { ok: true });
  await page.fetch(`${home.origin}/a?x=1`, { method: 'post', body: 'b' });
  const headers = [home.header(0, 'traceparent'), home.header(1, 'traceparent')];
  for (const header of headers) assert.match(header, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-03$`));
  assert.notEqual(span(headers[0]), span(headers[1]));
  assert.ok(headers.every((header) => span(header) !== ROOT));
  const [one, two] = page.facts;
  assert.deepEqual(
    { ...one, start: 0, end: 0 },
    {
      kind: 'request', api: 'fetch', method: 'GET', url: `${home.origin}/a?x=1`, span: span(headers[0]),
      context: headers[0], own: false, start: 0, end: 0, status: 200,
    },
  );
  assert.ok(one.end >= one.start && two.start >= one.end);
  assert.equal(two.method, 'post', 'a fact is what was given; what it means is decided elsewhere');
});

test('the browser adds its metric after the server, so the last one counts', async () => {
  const shared = document_(home.origin, [FOREIGN, CONTEXT]);
  const page = pageWorld(shared);
  page.record();
  await page.fetch(`${home.origin}/a`);
  assert.equal(home.header(0, 'traceparent').slice(3, 35), TRACE);
});

test('a request to another origin goes out with the very arguments of the page', async () => {
  const page = traced();
  const init = { headers: { 'X-Any': '1' } };
  await page.fetch(`${abroad.origin}/a`);
  await page.fetch(`${abroad.origin}/b`, init);
  assert.deepEqual(page.calls.map((args) => args.length), [1, 2]);
  assert.equal(page.calls[1][1], init);
  assert.equal(abroad.header(0, 'traceparent'), undefined);
  assert.deepEqual(page.facts.map(({ context, own, status }) => [context, own, status]), [
    [null, false, 200],
    [null, false, 200],
  ]);
});

test('a path is told as the browser reads it, plain or not', async () => {
  const plain = ['/a', '/a-b/c.html?d=/e&f=%20', '/a%2e%2e/b'];
  const other = ['/', '/a/../b', '/a/%2e%2e/b', '/a//b', '/a/', '/a b', '/é', '/a#b', '/a\\b', '/.a', 'a', '?a', '/a\n'];
  const page = traced();
  for (const path of [...plain, ...other]) await page.fetch(path).catch(() => {});
  const read = [...plain, ...other].map((path) => new URL(path, `${home.origin}/dir/page`).href);
  assert.deepEqual(page.facts.map(({ url }) => url), read);
});

test('addresses that only look like the own origin get nothing', async () => {
  const page = traced();
  const port = new URL(home.origin).port;
  for (const url of [
    `http://localhost:${port}/`,
    `${home.origin}0/`,
    `${home.origin.replace('http:', 'https:')}/`,
    `${home.origin}@elsewhere.test/`,
    `blob:${home.origin}/0b0e`,
    'data:text/plain,x',
  ]) {
    await page.fetch(url).catch(() => {});
  }
  assert.ok(page.facts.every(({ context }) => context === null), JSON.stringify(page.facts));
  assert.ok(home.seen.every(({ headers }) => !headers.some(([name]) => name === 'traceparent')));
});

test('apart from our header the server sees what it saw without us', async () => {
  const forms = {
    nothing: () => [`/x`],
    object: () => [`/x`, { headers: { 'X-Case': '1', 'x-lower': '2' } }],
    empty: () => [`/x`, { headers: {} }],
    array: () => [`/x`, { headers: [['X-Case', '1'], ['X-Case', '2'], ['Accept', 'text/plain']] }],
    headers: () => [`/x`, { headers: new Headers({ 'X-Case': '1' }) }],
    map: () => [`/x`, { headers: new Map([['X-Case', '1']]) }],
    frozen: () => [`/x`, Object.freeze({ headers: Object.freeze({ 'X-Case': '1' }) })],
    inherited: () => [`/x`, Object.create({ method: 'PUT', headers: { 'X-Case': '1' }, body: 'b' })],
    body: () => [`/x`, { method: 'POST', body: new URLSearchParams({ a: '1' }), keepalive: true }],
    url: () => [new URL(`${home.origin}/x`)],
    undefined: () => [`/x`, undefined],
    null: () => [`/x`, null],
    request: () => [new Request(`${home.origin}/x`, { method: 'POST', body: 'b', headers: { 'X-Case': '1' } })],
    both: () => [new Request(`${home.origin}/x`, { headers: { 'X-Old': '1' } }), { headers: { 'X-New': '1' } }],
    init: () => [`/x`, new Request(`${home.origin}/y`, { method: 'DELETE', headers: { 'X-Case': '1' } })],
  };
  const shown = ({ method, path, headers }) => ({
    method,
    path,
    headers: headers.filter(([name]) => name.toLowerCase() !== 'traceparent').sort(),
  });
  const absolute = ([input, ...rest]) => [typeof input === 'string' ? home.origin + input : input, ...rest];
  for (const [name, form] of Object.entries(forms)) {
    home.seen.length = 0;
    const plain = pageWorld(document_(home.origin));
    await plain.fetch(...absolute(form()));
    const page = traced();
    await page.fetch(...absolute(form()));
    assert.deepEqual(shown(home.seen[1]), shown(home.seen[0]), name);
    const header = home.header(1, 'traceparent');
    // An iterable of an unknown kind perhaps reads only once: it is left alone.
    assert.equal(header === undefined, name === 'map', name);
    assert.equal(page.facts[0].context, header ?? null, name);
  }
});

test('what the page passed is as it was afterwards', async () => {
  const page = traced();
  const request = new Request(`${home.origin}/a`, { headers: { 'X-Old': '1' } });
  const headers = new Headers({ 'X-New': '1' });
  const init = { headers, mode: 'cors' };
  await page.fetch(request);
  await page.fetch(request, init);
  assert.deepEqual([...request.headers], [['x-old', '1']]);
  assert.deepEqual([...headers], [['x-new', '1']]);
  assert.deepEqual(init, { headers, mode: 'cors' });
  assert.equal(page.calls[1][1], init, 'lent a header, not replaced');
  const [one, two] = [home.header(0, 'traceparent'), home.header(1, 'traceparent')];
  assert.notEqual(span(one), span(two), 'the same object twice is two requests');
});

test('in a session the baggage names it, beside what the page packed itself', async () => {
  const SESSION = 'session.id=7f3c2a1b9d8e4f60a1b2c3d4e5f60718';
  const shared = document_(home.origin, [CONTEXT], { headers: `${W3C}\t\tbaggage:${SESSION}` });
  const page = pageWorld(shared);
  page.record();
  const own = new Headers({ Baggage: 'a=1' });
  const inits = [
    [undefined, SESSION],
    [{ headers: { 'X-Any': '1' } }, SESSION],
    [{ headers: { Baggage: 'a=1' } }, `a=1,${SESSION}`],
    [{ headers: own }, `a=1,${SESSION}`],
    [{ headers: [['BAGGAGE', 'a=1']] }, `a=1,${SESSION}`],
  ];
  for (const [init] of inits) await page.fetch(`${home.origin}/a`, init);
  const sent = inits.map((_, at) => home.header(at, 'baggage'));
  assert.deepEqual(sent, inits.map(([, baggage]) => baggage));
  assert.equal(own.get('baggage'), 'a=1', 'the page finds its object as it was');
  await page.fetch(`${abroad.origin}/a`, { headers: { 'X-Any': '1' } });
  assert.equal(abroad.header(0, 'baggage'), undefined);
});

/** Formats as the background hands them over: see `trace::propagation::metrics`. */
const SENTRY =
  'sentry-trace:{3-35}-{36-52}-{1|0}\tbaggage:sentry-trace_id={3-35},sentry-sampled={true|false}';
const DATADOG =
  'x-datadog-trace-id:{19#35}\tx-datadog-parent-id:{36#52}\tx-datadog-sampling-priority:{2|-1}\t' +
  'x-datadog-tags:_dd.p.tid={3-19}';
const B3 = 'b3:{3-35}-{36-52}-{d|0}';
const XRAY = 'x-amzn-trace-id:Root=1-{3-11}-{11-35};Parent={36-52};Sampled={1|0}';
const MEMBER = 'baggage:session.id=7f3c2a1b9d8e4f60a1b2c3d4e5f60718';

/** A page whose requests say their context in these formats. */
const speaking = (...formats) => traced({ headers: formats.join('\t\t') });

/** The headers of a request that say something of a trace. */
const said = ({ headers }) =>
  Object.fromEntries(
    headers
      .map(([name, value]) => [name.toLowerCase(), value])
      .filter(([name]) => /^(traceparent|baggage|b3|sentry-trace|x-.*)$/.test(name)),
  );

test('a request says its own span in every format, in hex or in decimal', async () => {
  const page = speaking(B3, DATADOG, MEMBER, SENTRY, XRAY, 'x-mine:"{36-52}";{"a"}');
  for (const headers of [undefined, {}, [], new Headers()]) {
    home.seen.length = 0;
    await page.fetch(`${home.origin}/a`, { headers });
    const { span, context, own } = page.facts.at(-1);
    assert.deepEqual(said(home.seen[0]), {
      b3: `${TRACE}-${span}-d`,
      'x-datadog-trace-id': String(BigInt(`0x${TRACE.slice(16)}`)),
      'x-datadog-parent-id': String(BigInt(`0x${span}`)),
      'x-datadog-sampling-priority': '2',
      'x-datadog-tags': `_dd.p.tid=${TRACE.slice(0, 16)}`,
      'x-amzn-trace-id': `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)};Parent=${span};Sampled=1`,
      'sentry-trace': `${TRACE}-${span}-1`,
      baggage: `session.id=7f3c2a1b9d8e4f60a1b2c3d4e5f60718,sentry-trace_id=${TRACE},sentry-sampled=true`,
      'x-mine': `"${span}";{"a"}`,
    });
    assert.deepEqual([context, own], [`00-${TRACE}-${span}-03`, false]);
  }
});

test('with every format off a request says nothing and is recorded', async () => {
  const page = speaking();
  await page.fetch(`${home.origin}/a`, { headers: { 'Accept-Language': 'la' } });
  assert.deepEqual(said(home.seen[0]), {});
  assert.deepEqual([page.facts[0].context, page.facts[0].own], [null, false]);
});

test('a context of the page in another format is kept, and ours say the same ids', async () => {
  const [trace, span] = [FOREIGN.slice(3, 35), FOREIGN.slice(36, 52)];
  const page = speaking(W3C, B3, XRAY);
  for (const [own, flags] of [
    [{ 'Sentry-Trace': `${trace}-${span}-1` }, '01'],
    [{ 'sentry-trace': `${trace}-${span}` }, '01'],
    [{ b3: `${trace}-${span}-0` }, '00'],
    [{ 'X-B3-TraceId': trace, 'X-B3-SpanId': span, 'X-B3-Sampled': '1' }, '01'],
    [{ 'X-B3-TraceId': trace, 'X-B3-SpanId': span, 'X-B3-Sampled': '0' }, '00'],
  ]) {
    for (const headers of [own, new Headers(own), Object.entries(own)]) {
      home.seen.length = 0;
      await page.fetch(`${home.origin}/a`, { headers });
      const sent = said(home.seen[0]);
      const [[name, value]] = Object.entries(own);
      assert.equal(sent[name.toLowerCase()], value, 'the page keeps its own');
      assert.equal(sent.traceparent.slice(0, 53), `${FOREIGN.slice(0, 53)}`);
      assert.equal(Number(sent.traceparent.slice(53)) & 1, Number(flags));
      if (!own.b3) assert.equal(sent.b3, `${trace}-${span}-${flags === '01' ? 'd' : '0'}`);
      const { context, own: theirs } = page.facts.at(-1);
      assert.deepEqual([context, theirs], [`00-${trace}-${span}-${flags}`, true]);
    }
  }
  await page.fetch(`${abroad.origin}/a`, { headers: { b3: `${trace}-${span}-1` } });
  assert.deepEqual(said(abroad.seen.at(-1)), { b3: `${trace}-${span}-1` });
  assert.equal(page.facts.at(-1).context, FOREIGN, 'to another origin it is the page that sends it');
});

test('a context of the page whose ids are of another form keeps ours away, and is stated', async () => {
  const page = speaking(W3C, B3, DATADOG);
  for (const way of [(own) => own, (own) => new Headers(own), (own) => Object.entries(own)]) {
    home.seen.length = 0;
    const own = { 'X-Datadog-Trace-Id': '7', 'X-Datadog-Parent-Id': '8' };
    await page.fetch(`${home.origin}/a`, { headers: way(own) });
    assert.deepEqual(said(home.seen[0]), { 'x-datadog-trace-id': '7', 'x-datadog-parent-id': '8' });
    const { context, own: theirs, marks } = page.facts.at(-1);
    assert.deepEqual([context, theirs], [null, true]);
    assert.equal(marks, '\tx-datadog-trace-id:7\tx-datadog-parent-id:8');
  }
});

test("Sentry's baggage of the page stays whole, gets the session, and keeps ours away", async () => {
  const page = speaking(MEMBER, SENTRY);
  const theirs = 'sentry-trace_id=11111111111111111111111111111111,sentry-sampled=false';
  const own = { 'sentry-trace': FOREIGN.slice(3, 52), Baggage: theirs };
  for (const way of [(own) => own, (own) => new Headers(own), (own) => Object.entries(own)]) {
    home.seen.length = 0;
    const headers = way(own);
    await page.fetch(`${home.origin}/a`, { headers });
    const { baggage, ...others } = said(home.seen[0]);
    assert.deepEqual(others, { 'sentry-trace': own['sentry-trace'] });
    assert.deepEqual(baggage.split(/, ?/), [...theirs.split(','), MEMBER.slice(8)]);
    assert.equal(page.facts.at(-1).context, FOREIGN, 'the one that went out is theirs');
  }
  await page.fetch(`${home.origin}/a`, { headers: { baggage: 'a=1' } });
  const { span } = page.facts.at(-1);
  assert.deepEqual(said(home.seen.at(-1)), {
    'sentry-trace': `${TRACE}-${span}-1`,
    baggage: `a=1,session.id=7f3c2a1b9d8e4f60a1b2c3d4e5f60718,sentry-trace_id=${TRACE},sentry-sampled=true`,
  });
});

test("a page's own session in its baggage is not said twice", async () => {
  const page = speaking(MEMBER, B3);
  await page.fetch(`${home.origin}/a`, { headers: { baggage: 'session.id=theirs' } });
  assert.equal(home.header(0, 'baggage'), 'session.id=theirs');
});

test('a traceparent of the page keeps every format of ours away', async () => {
  const page = speaking(B3, SENTRY);
  await page.fetch(`${home.origin}/a`, { headers: { traceparent: FOREIGN } });
  assert.deepEqual(said(home.seen[0]), { traceparent: FOREIGN });
  assert.deepEqual([page.facts[0].context, page.facts[0].own], [FOREIGN, true]);
});

test('what a server said before the browser of our metrics is void', async () => {
  const shared = document_(home.origin, [CONTEXT], { headers: 'x-forged:1', rules: ' .' });
  shared.bus.navigation.serverTiming.push(...document_('', [CONTEXT]).bus.navigation.serverTiming);
  const page = pageWorld(shared);
  page.record();
  await page.fetch(`${home.origin}/a`);
  assert.deepEqual(Object.keys(said(home.seen[0])), ['traceparent']);
});

test('a traceparent of the page is kept, in every form', async () => {
  const page = traced();
  const inits = [
    { headers: { Traceparent: FOREIGN } },
    { headers: [['X', '1'], ['TraceParent', FOREIGN]] },
    { headers: new Headers({ traceparent: FOREIGN }) },
  ];
  for (const init of inits) await page.fetch(`${home.origin}/a`, init);
  await page.fetch(new Request(`${home.origin}/a`, inits[0]));
  assert.equal(home.seen.length, 4);
  for (let at = 0; at < 4; at++) {
    assert.equal(home.header(at, 'traceparent'), FOREIGN);
    const { context, own } = page.facts[at];
    assert.deepEqual([context, own], [FOREIGN, true]);
  }
  assert.equal(page.calls[0][1], inits[0]);
  await page.fetch(`${abroad.origin}/a`, inits[1]);
  assert.equal(abroad.header(0, 'traceparent'), FOREIGN);
  assert.equal(page.facts[4].context, FOREIGN, 'to another origin it is the page that sends it');
});

test('a no-cors request has no context, and says so', async () => {
  const page = traced();
  await page.fetch(`${home.origin}/a`, { mode: 'no-cors' });
  assert.equal(home.header(0, 'traceparent'), undefined);
  assert.equal(page.facts[0].context, null);
});

test('failures reach the page as they were, and are told by their name', async () => {
  const page = traced();
  const reason = new Error('mine');
  reason.name = 'Mine';
  const abort = new AbortController();
  const aborted = page.fetch(`${home.origin}/never`, { signal: abort.signal });
  abort.abort(reason);
  await assert.rejects(aborted, (error) => error === reason);
  await assert.rejects(page.fetch(`${home.origin}/never`, { signal: AbortSignal.timeout(1) }), {
    name: 'TimeoutError',
  });
  await assert.rejects(page.fetch('http://[bad'), TypeError);
  await assert.rejects(page.fetch(`${home.origin}/a`, { headers: { 'bad name': '1' } }), TypeError);
  await assert.rejects(page.fetch(`${home.origin}/a`, { headers: [['one']] }), TypeError);
  await assert.rejects(page.fetch(), TypeError);
  assert.equal(page.calls.at(-1).length, 0);
  const words = AbortSignal.abort('only words');
  await assert.rejects(page.fetch(`${home.origin}/a`, { signal: words }), (error) => error === 'only words');
  assert.deepEqual(
    page.facts.map(({ error }) => error),
    ['Mine', 'TimeoutError', 'TypeError', 'TypeError', 'TypeError', 'Error'],
  );
  assert.equal(page.facts[2].url, 'http://[bad');
});

test('a request that another origin refuses because of our header is made without it', async () => {
  const page = traced();
  home.refuse = (headers) => headers.some(([name]) => name.toLowerCase() === 'traceparent');
  try {
    const answer = await page.fetch(`${home.origin}/moved`, { headers: { 'X-Any': '1' } });
    assert.equal(answer.status, 200);
    assert.equal(page.calls.length, 2);
    assert.deepEqual(page.calls[1][1], { headers: { 'X-Any': '1' } }, 'as the page made it');
    assert.equal(page.facts.at(-1).status, 200);
    assert.equal(page.facts.length, 1, 'one call is one fact');
    await assert.rejects(page.fetch(`${home.origin}/moved`, { method: 'POST' }), { name: 'TypeError' });
    assert.equal(page.calls.length, 3, 'what changes things is not asked twice');
    await assert.rejects(page.fetch(`${home.origin}/moved`, { integrity: 'sha256-AA==' }), { name: 'TypeError' });
    page.window.navigator.onLine = false;
    await assert.rejects(page.fetch(`${home.origin}/moved`), { name: 'TypeError' });
    assert.equal(page.calls.length, 5, 'nor is what fails for another reason');
  } finally {
    home.refuse = () => false;
  }
});

test('an object of the page is asked for its text once', async () => {
  const page = traced();
  let asked = 0;
  const input = {
    toString() {
      asked++;
      return `${home.origin}/once`;
    },
  };
  await page.fetch(input);
  assert.equal(asked, 1);
  assert.equal(home.seen[0].path, '/once');
});

test('a relative address is resolved against the base of the document', async () => {
  const page = traced();
  await page.fetch('sibling').catch(() => {}); // Node itself has no base to resolve it with
  assert.equal(page.facts[0].url, `${home.origin}/dir/sibling`);
});

test('an address is told as the browser reads it, plain or not', async () => {
  const page = traced();
  const paths = [
    '/', '/a', '/a/', '/a/b.c/d..e?x=1.5&y=', '/a?x=a b', '/a?%41', '/a#b', '/a/../b', '/a/./b', '/a/%2e%2e/b',
    '//127.0.0.1:1/a', '/\\127.0.0.1:1/a', '/ä', ' /a', '/a\n', '/a\n/b', '/.a', '/a//b', '?x=1', '', 'a', '/@a', '/a:b',
  ];
  for (const path of paths) {
    await page.fetch(path).catch(() => {});
    assert.equal(page.facts.at(-1).url, new URL(path, `${home.origin}/dir/page`).href, JSON.stringify(path));
  }
});

test('a long address is cut one above what is kept', async () => {
  const page = traced();
  await page.fetch(`data:,${'x'.repeat(20_000)}`);
  assert.equal(page.facts[0].url.length, 8193);
});

test('a later patch stays, and one that throws is heard by its page only', async () => {
  const page = traced();
  const ours = page.window.fetch;
  const patch = (...args) => ours(...args);
  page.window.fetch = patch;
  await page.fetch(`${home.origin}/a`);
  assert.equal(page.window.fetch, patch);
  assert.equal(page.facts.length, 1);
  page.window.fetch = () => {
    throw new RangeError('the patch');
  };
  assert.throws(() => page.window.fetch('/'), RangeError);
});

test('the functions look like those of the browser', () => {
  const page = pageWorld(document_(home.origin));
  const { window } = page;
  const { prototype } = window.XMLHttpRequest;
  const places = [[window, 'fetch'], [prototype, 'open'], [prototype, 'setRequestHeader'], [prototype, 'send']];
  const shapes = () =>
    places.map(([of, key]) => {
      const { value, ...how } = Object.getOwnPropertyDescriptor(of, key);
      return { ...how, name: value.name, length: value.length, keys: Reflect.ownKeys(value) };
    });
  const before = shapes();
  page.record();
  assert.deepEqual(shapes(), before);
  assert.notEqual(window.fetch, page.native);
  assert.throws(() => new window.fetch('/'), /is not a constructor/);
  for (const [of, key] of places) {
    assert.match(Function.prototype.toString.call(of[key]), /\{ \[native code\] \}$/);
  }
});

// Each of these is something that pages and their libraries have been seen to replace.
const POISONS = [
  'Array.prototype[Symbol.iterator] = broken',
  'Array.prototype.push = broken',
  'Array.prototype.map = broken',
  'Array.prototype.concat = broken',
  'Array.prototype.toJSON = broken',
  'Array.isArray = broken',
  'Object.prototype.toJSON = broken',
  'Object.defineProperty(Object.prototype, "cancelable", { get: broken })',
  'Object.defineProperty(Object.prototype, "detail", { get: broken })',
  'Object.getOwnPropertyDescriptor = broken',
  'JSON.stringify = broken',
  'JSON = undefined',
  'Promise.prototype.then = broken',
  'Promise = broken',
  'Reflect.apply = broken',
  'Function.prototype.call = broken',
  'Function.prototype.apply = broken',
  'Function.prototype.bind = broken',
  'String.prototype.slice = broken',
  'String.prototype.toLowerCase = broken',
  'String.prototype.includes = broken',
  'String.prototype.split = broken',
  'BigInt = broken',
  'BigInt.prototype.toString = broken',
  'RegExp.prototype.exec = broken',
  'RegExp.prototype.test = broken',
  'WeakMap.prototype.get = broken',
  'WeakMap = undefined',
  'Symbol = undefined',
  'Uint8Array = broken',
  'URL = broken',
  'CustomEvent = broken',
  'Headers = broken',
  'Request = broken',
  'performance.now = broken',
  'performance.dispatchEvent = broken',
  'performance = undefined',
  'crypto = undefined',
  'document = undefined',
];
const BROKEN = 'function broken() { throw new Error("poisoned"); }';

test('what the page replaces later changes neither its request nor our fact', async () => {
  for (const poison of POISONS) {
    for (const page of [traced(), speaking(W3C, DATADOG)]) {
      page.run(`${BROKEN} ${poison}`);
      const response = await page.fetch(`${home.origin}/a`, { headers: { 'X-Any': '1' } });
      assert.equal(response.status, 200, poison);
      assert.equal(home.header(-1, 'x-any'), '1', poison);
      assert.equal(home.header(-1, 'traceparent'), page.facts[0]?.context, poison);
      assert.equal(page.facts.length, 1, poison);
    }
  }
});

test('what was replaced before us leaves the page as it is', async () => {
  for (const poison of POISONS) {
    const page = pageWorld(document_(home.origin));
    page.run(`${BROKEN} ${poison}`);
    page.record();
    const response = await page.fetch(`${home.origin}/a`, { headers: { 'X-Any': '1' } });
    assert.equal(response.status, 200, poison);
    assert.equal(home.header(-1, 'x-any'), '1', poison);
  }
});

test('facts wait for the relay, whichever starts first', async () => {
  const shared = document_(home.origin);
  const page = pageWorld(shared);
  page.record();
  await page.fetch(`${home.origin}/a`);
  const { facts, ready } = listener(shared);
  assert.equal(facts.length, 0);
  ready();
  await page.fetch(`${home.origin}/b`);
  assert.deepEqual(facts.map(({ url }) => url), [`${home.origin}/a`, `${home.origin}/b`]);
  ready();
  assert.equal(facts.length, 2, 'each once');
});

test('a flood that nobody hears is bounded and counted', async () => {
  const shared = document_(home.origin);
  const page = pageWorld(shared);
  page.record();
  const flood = Array.from({ length: 2000 }, () => page.fetch('data:,'));
  await Promise.all(flood);
  const { facts, drops, ready } = listener(shared);
  ready();
  assert.ok(facts.length > 500 && facts.length < 1500, `${facts.length} are enough`);
  assert.deepEqual(drops, [2000 - facts.length]);
});

test('a page that wakes us without a relay loses nothing', async () => {
  const shared = document_(home.origin);
  const page = pageWorld(shared);
  page.record();
  await page.fetch('data:,');
  shared.bus.dispatchEvent(new Event('tracelight:relay'));
  const { facts, ready } = listener(shared);
  ready();
  assert.equal(facts.length, 1);
});

test('told to be off, we are', async () => {
  const page = traced();
  page.bus.dispatchEvent(new Event('tracelight:off'));
  await page.fetch(`${home.origin}/a`);
  await settle();
  assert.equal(home.header(0, 'traceparent'), undefined);
  assert.equal(page.calls[0].length, 1);
  assert.deepEqual(page.facts, []);
});

test('a span id is never all zero', async () => {
  const page = traced({ crypto: { getRandomValues: (numbers) => numbers } });
  await page.fetch(`${home.origin}/a`);
  assert.equal(page.facts[0].span, '0001000100010001');
});

/** Says to which page trace requests belong from now on, as the relay does. */
const turn = (page, detail) => page.bus.dispatchEvent(new CustomEvent('tracelight:page', { detail }));

test('once the load has settled each request has a trace of its own, in every format', async () => {
  const page = traced({ headers: [W3C, B3, DATADOG, SENTRY, XRAY].join('\t\t') });
  turn(page, '');
  await page.fetch(`${home.origin}/a`);
  await page.fetch(`${home.origin}/b`);
  const traces = page.facts.map(({ context }) => context.slice(3, 35));
  assert.equal(new Set([TRACE, ...traces]).size, 3);
  page.facts.forEach(({ context, span }, at) => {
    const trace = traces[at];
    assert.equal(context, `00-${trace}-${span}-03`);
    assert.deepEqual(said(home.seen[at]), {
      traceparent: context,
      b3: `${trace}-${span}-d`,
      'x-datadog-trace-id': String(BigInt(`0x${trace.slice(16)}`)),
      'x-datadog-parent-id': String(BigInt(`0x${span}`)),
      'x-datadog-sampling-priority': '2',
      'x-datadog-tags': `_dd.p.tid=${trace.slice(0, 16)}`,
      'sentry-trace': `${trace}-${span}-1`,
      'x-amzn-trace-id': `Root=1-${trace.slice(0, 8)}-${trace.slice(8)};Parent=${span};Sampled=1`,
      baggage: `sentry-trace_id=${trace},sentry-sampled=true`,
    });
  });
});

test('a navigation within the page moves its requests to the trace that the relay minted', async () => {
  const page = traced();
  const soft = '00-33333333333333333333333333333333-4444444444444444-03';
  turn(page, soft);
  await page.fetch(`${home.origin}/a`);
  assert.equal(home.header(0, 'traceparent').slice(0, 36), soft.slice(0, 36));
  turn(page, '');
  await page.fetch(`${home.origin}/b`);
  assert.notEqual(home.header(1, 'traceparent').slice(0, 36), soft.slice(0, 36));
});

test('what the page says in place of the relay is void, or groups its own requests', async () => {
  const page = traced();
  const rubbish = [null, undefined, 7, {}, [CONTEXT], 'x', `${CONTEXT}\n`, CONTEXT.toUpperCase(), Symbol.iterator];
  for (const detail of rubbish) turn(page, detail);
  page.bus.dispatchEvent(new Event('tracelight:page'));
  page.bus.dispatchEvent(new Event('error'));
  await page.fetch(`${home.origin}/a`);
  assert.equal(home.header(0, 'traceparent').slice(3, 35), TRACE);
});

test('the first rule that a request meets says how often it is sampled, by its trace id alone', async () => {
  // TRACE ends with 43dd8448eb211c80319c, of which 14 digits count: 48eb211c80319c.
  const rules = [
    'g ^GET [^?]*/seldom',
    '48eb211c80319d ^GET [^?]*/above',
    '48eb211c80319c ^GET [^?]*/at',
    ' ^[A-Z]+ [^?]*/health',
    '0 /seldom',
  ];
  const page = traced({ headers: `${W3C}\t\t${B3}\t\t${DATADOG}`, rules: rules.join('\n') });
  const paths = ['seldom', 'above', 'at', 'health', 'other'];
  for (const path of paths) await page.fetch(`${home.origin}/${path}`);
  await page.fetch(`${home.origin}/seldom`, { method: 'post' });
  const flags = home.seen.map((request) => said(request).traceparent?.slice(53));
  assert.deepEqual(flags, ['02', '02', '03', undefined, '03', '03']);
  assert.match(said(home.seen[0]).b3, /-0$/);
  assert.equal(said(home.seen[0])['x-datadog-sampling-priority'], '-1');
  assert.deepEqual(said(home.seen[3]), {});
  assert.deepEqual(page.facts.map(({ context }) => context?.slice(53) ?? null), ['02', '02', '03', null, '03', '03']);
  turn(page, '');
  for (let at = 0; at < 20; at++) await page.fetch(`${home.origin}/seldom`);
  assert.ok(home.seen.slice(6).every((request) => said(request).traceparent.endsWith('-02')));
});

test('in a document that is not sampled nothing is, until requests have traces of their own', async () => {
  const page = traced({ contexts: [CONTEXT.replace(/3$/, '2')] });
  await page.fetch(`${home.origin}/a`);
  turn(page, '');
  await page.fetch(`${home.origin}/a`);
  assert.deepEqual(home.seen.map((request) => said(request).traceparent.slice(53)), ['02', '03']);
});

test('what frameworks say of a request and of its answer goes with the fact', async () => {
  home.answer = { 'x-nextjs-cache': 'HIT', 'content-type': 'text/x-component', 'x-private': 'no' };
  const page = traced();
  const own = { 'Next-Action': '7f3c', RSC: '1', Cookie: 'no', 'Content-Type': 'text/plain' };
  for (const headers of [own, Object.entries(own), new Headers(own)]) await page.fetch(`${home.origin}/a`, { headers });
  await page.fetch(new Request(`${home.origin}/a`, { headers: own }));
  home.answer = {};
  const marks = '\tnext-action:7f3c\trsc:1\tx-nextjs-cache:HIT\tcontent-type:text/x-component';
  assert.deepEqual(page.facts.map((fact) => fact.marks), [marks, marks, marks, marks]);
  await page.fetch(`${home.origin}/a`, { headers: { 'Next-Url': 'x'.repeat(9000) } });
  assert.equal(page.facts[4].marks, `\tnext-url:${'x'.repeat(256)}`);
});

/** Something that the browser says: unlike what a page makes up, its event is trusted. */
const happens = (page, type, fields) => {
  for (const { target, name, hear } of page.bus.heard) {
    if (target !== page.bus && name === type) hear({ type, isTrusted: true, ...fields });
  }
};

test('an error that nobody caught is told, and a rejection that nobody handled', async () => {
  const page = traced();
  const error = new TypeError('boom');
  error.stack = 'TypeError: boom\n    at app.js:1:2';
  const place = { filename: 'http://shop.test/app.js', lineno: 3, colno: 14 };
  happens(page, 'error', { error, message: 'Uncaught TypeError: boom', ...place });
  happens(page, 'error', { error: null, message: 'Script error.', filename: '', lineno: 0, colno: 0 });
  happens(page, 'unhandledrejection', { reason: 'only words' });
  assert.ok(page.facts.every(({ at }) => at > 0));
  assert.deepEqual(page.facts.map(({ at, ...fact }) => fact), [
    {
      kind: 'error', source: 'error', line: 3, column: 14, url: place.filename, type: 'TypeError', message: 'boom',
      stack: error.stack,
    },
    { kind: 'error', source: 'error', line: 0, column: 0, url: '', message: 'Script error.' },
    { kind: 'error', source: 'unhandledrejection', line: 0, column: 0, message: 'only words' },
  ]);
});

test('whatever a page throws, its fact is bounded and the page is not broken', async () => {
  const page = traced();
  const broken = { get: () => { throw new Error('read'); } };
  const hostile = new Proxy({}, broken);
  const lone = '\ud800'.repeat(1e6);
  const reasons = [
    undefined, null, Symbol('s'), hostile, Object.create(null), { toString: () => { throw 1; } }, 7n, () => {},
    { name: lone, message: 'x'.repeat(5e7), stack: lone }, { message: { toString: () => 'odd' } },
    Object.defineProperties({}, { name: broken, message: { value: 'kept' }, stack: broken }),
  ];
  for (const reason of reasons) happens(page, 'unhandledrejection', { reason });
  for (const error of reasons) happens(page, 'error', { error });
  assert.equal(page.facts.length, 2 * reasons.length, 'each is told, with what could be read');
  for (const fact of page.facts) {
    for (const text of [fact.type, fact.message, fact.stack]) assert.ok((text ?? '').length <= 4097);
  }
  assert.equal(page.facts.at(-1).message, 'kept');
  page.window.dispatchEvent(new Event('error'));
  assert.equal(page.facts.length, 2 * reasons.length, 'events that the page makes up do not count');
});
