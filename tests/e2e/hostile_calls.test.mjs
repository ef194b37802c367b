// What a page calls behaves as without us: results, errors, `this`, order, and how it looks. Each
// script here runs in a traced page and in one that is not, and both must tell the same.
import { after, afterEach, before, test } from 'node:test';
import { startTwins } from './twin.mjs';

let twins;

before(async () => {
  twins = await startTwins();
});

afterEach(() => twins.lab.closePages(twins.anchor));

after(() => twins?.close());

test('what may be wrapped looks as the browser made it', async () => {
  await twins.same(({ log, shape }) => {
    for (const name of [
      'fetch',
      'XMLHttpRequest',
      'Promise',
      'JSON',
      'performance',
      'history',
      'navigation',
      'WebSocket',
      'EventSource',
      'Worker',
      'onerror',
      'onunhandledrejection',
      'addEventListener',
    ])
      shape(name, window, name);
    for (const [of, names] of [
      ['XMLHttpRequest', ['open', 'send', 'setRequestHeader', 'abort', 'status', 'onload']],
      ['History', ['pushState', 'replaceState', 'back', 'state']],
      ['Navigator', ['sendBeacon']],
      ['EventTarget', ['addEventListener', 'removeEventListener', 'dispatchEvent']],
      [
        'Performance',
        ['now', 'mark', 'measure', 'setResourceTimingBufferSize', 'onresourcetimingbufferfull'],
      ],
      ['Promise', ['then', 'catch']],
      ['Headers', ['get', 'set']],
      ['Response', ['json', 'clone']],
      ['WebSocket', ['send']],
      ['Element', ['attachShadow']],
      ['Document', ['open', 'write']],
    ])
      for (const name of names) shape(`${of}.${name}`, window[of].prototype, name);
    log(JSON.stringify(Object.getOwnPropertyNames(window).filter((name) => name !== 'notebook')));
    log(JSON.stringify(Object.keys(window)));
    for (const of of [XMLHttpRequest, EventTarget, History, Performance, Navigator, Document]) {
      log(of.name, JSON.stringify(Reflect.ownKeys(of.prototype).map(String)));
    }
    for (const object of [performance, document, history, navigator, document.documentElement]) {
      log(`${object}`, JSON.stringify(Reflect.ownKeys(object).map(String)));
    }
  });
});

test('fetch gives what it gives, for every form of argument', async () => {
  await twins.same(async ({ log, attempt }) => {
    const tell = async (name, call) => {
      const response = await attempt(name, call);
      if (!response) return;
      const { status, type, redirected, ok, bodyUsed } = response;
      const url = new URL(response.url);
      log(name, `${status} ${type} ${redirected} ${ok} ${bodyUsed} ${url.pathname}${url.search}${url.hash}`);
      log(name, response.headers.get('x-answer'), await response.clone().text(), await response.text());
      log(name, response.bodyUsed, Object.getPrototypeOf(response) === Response.prototype);
    };
    const own = { 'X-Own': '1' };
    const stream = () =>
      new ReadableStream({ start: (to) => (to.enqueue(new TextEncoder().encode('s')), to.close()) });
    const form = new FormData();
    form.set('a', new Blob(['file']), 'f.txt');
    const once = () => [['x-own', 'once']].values();
    const forms = {
      nothing: [],
      object: [{ headers: own }],
      array: [
        {
          headers: [
            ['X-Own', '1'],
            ['X-Own', '2'],
          ],
        },
      ],
      headers: [{ headers: new Headers(own) }],
      map: [{ headers: new Map([['X-Own', '1']]) }],
      iterator: [{ headers: { [Symbol.iterator]: once } }],
      frozen: [Object.freeze({ headers: Object.freeze({ ...own }) })],
      inherited: [Object.create({ method: 'PUT', headers: own, body: 'b' })],
      class: [
        new (class {
          method = 'POST';
          get headers() {
            return own;
          }
          get body() {
            return 'g';
          }
        })(),
      ],
      symbols: [{ headers: own, [Symbol('a')]: 1 }],
      json: [{ method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } }],
      form: [{ method: 'POST', body: new URLSearchParams({ a: 'ü' }), keepalive: true }],
      buffer: [{ method: 'PUT', body: new Uint8Array([65, 66]) }],
      lower: [{ method: 'patch', body: 'x' }],
      undefined: [undefined],
      null: [null],
      cache: [{ cache: 'reload', credentials: 'omit', referrerPolicy: 'no-referrer', priority: 'low' }],
      init: [new Request('/other', { method: 'DELETE', headers: own })],
      more: [{}, 'a third', 'a fourth'],
    };
    for (const [name, args] of Object.entries(forms)) await tell(name, () => fetch(`/echo?${name}`, ...args));
    await tell('a URL', () => fetch(new URL('/echo?url#hash', location)));
    await tell('an object', () => fetch({ toString: () => '/echo?object' }));
    await tell('a request', () => fetch(new Request('/echo', { method: 'POST', body: 'r', headers: own })));
    await tell('a request and more', () =>
      fetch(new Request('/echo', { headers: own }), { headers: { 'x-own': '2' } }),
    );
    await tell('a redirect', () => fetch('/redirect'));
    await tell('no redirect', () => fetch('/redirect', { redirect: 'manual' }));
    await tell('a teapot', () => fetch('/teapot'));
    await tell('no cors', () => fetch(`${location.origin.replace(/\d+$/, '1')}/`, { mode: 'no-cors' }));
    await tell('a relative address', () => fetch('echo?relative'));
    await tell('an empty address', () =>
      fetch('').then((response) => (response.body.cancel(), new Response(''))),
    );
    await tell('data', () => fetch('data:text/plain,hello'));
    await tell('blob', () => fetch(URL.createObjectURL(new Blob(['blob']))));
    const request = new Request('/echo', { method: 'POST', body: 'twice' });
    await tell('first', () => fetch(request));
    log(request.bodyUsed);
    await tell('second', () => fetch(request));
    await attempt('a stream without duplex', () => fetch('/echo', { method: 'POST', body: stream() }));
    const multipart = await (await fetch('/echo', { method: 'POST', body: form })).text();
    log('multipart', /name="a"; filename="f.txt"/.test(multipart));
  });
});

test('fetch fails as it fails, and where it fails', async () => {
  await twins.same(async ({ log, attempt }) => {
    const bad = {
      toString() {
        throw new RangeError('no text');
      },
    };
    const calls = {
      'no argument': () => fetch(),
      'an address that is none': () => fetch('http://[bad'),
      'a symbol': () => fetch(Symbol('s')),
      'an address that throws': () => fetch(bad),
      'a method with a space': () => fetch('/echo', { method: 'G ET' }),
      'a forbidden method': () => fetch('/echo', { method: 'TRACE' }),
      'a body with GET': () => fetch('/echo', { body: 'b' }),
      'a mode of navigations': () => fetch('/echo', { mode: 'navigate' }),
      'an unknown mode': () => fetch('/echo', { mode: 'telepathy' }),
      'a header with a line break': () => fetch('/echo', { headers: { a: 'b\nc' } }),
      'a header that is no name': () => fetch('/echo', { headers: { 'a b': 'c' } }),
      'a pair of three': () => fetch('/echo', { headers: [['a', 'b', 'c']] }),
      'headers of text': () => fetch('/echo', { headers: 'a' }),
      'an init of text': () => fetch('/echo', 'init'),
      'a number for an init': () => fetch('/echo', 1),
      'a symbol for a method': () => fetch('/echo', { method: Symbol('m') }),
      'an init that throws': () =>
        fetch('/echo', {
          get headers() {
            throw new RangeError('no headers');
          },
        }),
      'a method that throws': () =>
        fetch('/echo', {
          get method() {
            throw new RangeError('no method');
          },
        }),
      'a signal that is none': () => fetch('/echo', { signal: 1 }),
      'a priority that is none': () => fetch('/echo', { priority: 'urgent' }),
      'credentials in the address': () => fetch('http://a:b@site.test/'),
      'an aborted signal': () => fetch('/echo', { signal: AbortSignal.abort() }),
      'an aborted signal with a reason': () =>
        fetch('/echo', { signal: AbortSignal.abort(new SyntaxError('mine')) }),
      'a reason that is no error': () => fetch('/echo', { signal: AbortSignal.abort('text') }),
      'a reason of nothing': () => fetch('/echo', { signal: AbortSignal.abort(null) }),
      'a time that is up': () => fetch('/unasked', { signal: AbortSignal.timeout(20) }),
      'a connection that breaks': () => fetch('/fail', { method: 'POST' }),
      'a port that nobody hears': () => fetch('http://127.0.0.1:1/', { method: 'POST' }),
      'an origin that does not allow it': () =>
        fetch(location.origin.replace(/127\.0\.0\.1|localhost/, 'third.localhost') + '/teapot'),
      'a redirect that must not be': () => fetch('/redirect', { redirect: 'error' }),
      'integrity that does not hold': () =>
        fetch('/teapot', { method: 'POST', integrity: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' }),
      'this of null': () => fetch.call(null, '/echo'),
      'this of nothing': () => (0, fetch)('/echo'),
      'this of an object': () => fetch.call({}, '/echo'),
      'this of a number': () => fetch.call(1, '/echo'),
      'this of a document': () => Reflect.apply(fetch, document, ['/echo']),
    };
    for (const [name, call] of Object.entries(calls)) await attempt(name, call);
    const used = new Request('/echo', { method: 'POST', body: 'b' });
    await used.text();
    await attempt('a used request', () => fetch(used));
    const control = new AbortController();
    const { body } = await fetch('/slow', { signal: control.signal });
    const reader = body.getReader();
    await reader.read();
    control.abort(new EvalError('enough'));
    await attempt('a body that is cut off', () => reader.read());
    log(
      "the errors are the realm's",
      await fetch('http://[bad').catch((error) => error instanceof TypeError),
    );
  });
});

test('what fails and nobody heeds is told once, with the promise that the page has', async () => {
  await twins.same(async ({ log, pause, later }) => {
    const mine = new Map();
    let left = 3;
    let all;
    const told = later((then) => (all = then));
    addEventListener('unhandledrejection', (event) => {
      if (!--left) all();
      log(
        'unhandled',
        mine.get(event.promise) ?? 'a promise of somebody else',
        event.reason,
        event.cancelable,
      );
      if (mine.get(event.promise) === 'prevented') event.preventDefault();
    });
    addEventListener('rejectionhandled', (event) =>
      log('handled late', mine.get(event.promise) ?? 'somebody else'),
    );
    const broken = fetch('/fail', { method: 'POST' });
    mine.set(broken, 'broken');
    const bad = fetch('http://[bad');
    mine.set(bad, 'bad');
    const prevented = fetch('/echo', { signal: AbortSignal.abort('reason') });
    mine.set(prevented, 'prevented');
    await told;
    await broken.catch(() => log('caught late'));
    await pause(50);
    log(Object.getPrototypeOf(broken) === Promise.prototype, Reflect.ownKeys(broken).length);
  });
});

test('what follows from one call follows in its order: microtasks and events', async () => {
  await twins.same(async ({ log, pause, later }) => {
    const ticks = (name, count) => {
      let chain = Promise.resolve();
      for (let at = 1; at <= count; at++) chain = chain.then(() => log(name, `${at}`));
      return chain;
    };
    fetch('http://[bad').catch(() => log('refused'));
    await ticks('after a bad address', 5);
    fetch('/echo', { signal: AbortSignal.abort() }).catch(() => log('aborted before'));
    await ticks('after an aborted signal', 5);
    const first = await fetch('/echo');
    first.text().then(() => log('text'));
    await ticks('after text', 2);
    await pause(50);
    const order = [];
    const request = new XMLHttpRequest();
    request.open('GET', '/echo');
    request.onload = () => {
      order.push('load');
      Promise.resolve().then(() => order.push('after load'));
    };
    const ended = later((then) => {
      request.onloadend = () => then(order.push('loadend'));
    });
    request.send();
    order.push('sent');
    await ended;
    log(order.join());
    const fetched = fetch('/echo').then(() => log('fetched'));
    queueMicrotask(() => log('a microtask'));
    const task = later((then) => setTimeout(() => then(log('a task'))));
    log('at once');
    await fetched;
    await task;
  });
});

test("a page's own patches are kept, and those below hear what they would", async () => {
  await twins.same(async ({ log, attempt }) => {
    const native = window.fetch;
    const patch = function (...args) {
      log('patched', args.length, `${this === window} ${this === undefined}`);
      return native.apply(this, args);
    };
    window.fetch = patch;
    await attempt('a patch', () => fetch('/echo', { method: 'POST' }));
    log(window.fetch === patch);
    window.fetch = native;
    log(window.fetch === native, Object.getOwnPropertyDescriptor(window, 'fetch').value === native);
    const { open } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (...args) {
      log('open', args.length, ...args.map(String));
      return open.apply(this, args);
    };
    const request = new XMLHttpRequest();
    request.open('GET', '/echo', true, null);
    XMLHttpRequest.prototype.open = open;
    log(delete window.fetch, typeof window.fetch);
    window.fetch = () => 'mine';
    log(window.fetch());
    log(delete XMLHttpRequest.prototype.send, typeof XMLHttpRequest.prototype.send);
  });
});
