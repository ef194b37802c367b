// The worlds that the scripts run in: a page's own world and the extension's isolated one, each a
// `node:vm` context with intrinsics of its own, joined as in a browser by one `performance`.
//
// fetch, Headers, Request, Response, URL and the events are Node's real ones, against a real
// server. What Node lacks stands in with the least that the scripts touch: XMLHttpRequest (tested
// in a real browser), the document, Navigation Timing, timers that a test turns by hand.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { rollup } from '@rollup/wasm-node';
import witness from '../rollup.config.mjs';

export const TRACE = '0af7651916cd43dd8448eb211c80319c';
export const ROOT = 'b7ad6b7169203331';
export const CONTEXT = `00-${TRACE}-${ROOT}-03`;
export const ORIGIN = 'http://127.0.0.1:4400';
export const FOREIGN = '00-11111111111111111111111111111111-2222222222222222-01';

const source = (name) => readFileSync(new URL(`../../extension/${name}`, import.meta.url), 'utf8');
const bundle = await rollup(witness);
const [{ code }] = (await bundle.generate(witness.output)).output;
const SCRIPTS = {
  recorder: new vm.Script(source('recorder.js'), { filename: 'recorder.js' }),
  body: new vm.Script(source('body.js'), { filename: 'body.js' }),
  relay: new vm.Script(`${code};${source('relay.js')}`, { filename: 'relay.js' }),
};

/** A server that keeps what it was asked, headers as they came over the wire. */
export async function serve() {
  const seen = [];
  const place = { refuse: () => false, answer: {} };
  const server = createServer((request, response) => {
    if (request.url.startsWith('/never')) return; // the client gives up, at a time of its own
    const headers = [];
    for (let at = 0; at < request.rawHeaders.length; at += 2) {
      headers.push(request.rawHeaders.slice(at, at + 2));
    }
    seen.push({ method: request.method, path: request.url, headers });
    // As a browser tells the page of a redirect that it may not follow: not at all.
    if (place.refuse(headers)) return request.socket.destroy();
    for (const [name, value] of Object.entries(place.answer)) response.setHeader(name, value);
    response.end('{"ok":true}');
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return Object.assign(place, { origin, seen, stop, header: (at, name) => find(seen.at(at), name) });
}

const find = (request, name) => request.headers.find(([key]) => key.toLowerCase() === name)?.[1];

class Target extends EventTarget {
  // Node does not take a boolean here.
  removeEventListener(name, hear, capture) {
    super.removeEventListener(name, hear, { capture });
  }
}

class Performance extends Target {
  timeOrigin = 1.79e12;
  navigation;
  heard = [];
  constructor() {
    super();
    const { heard } = this;
    // The recorder takes this one for all its targets.
    this.addEventListener = function (name, hear, capture) {
      heard.push({ target: this, name, hear });
      EventTarget.prototype.addEventListener.call(this, name, hear, capture);
    };
  }
  now() {
    return performance.now();
  }
  getEntriesByType(type) {
    return type === 'navigation' && this.navigation ? [this.navigation] : [];
  }
}

/** A navigation entry whose response had these `Server-Timing` metrics. */
export function navigation(...contexts) {
  const serverTiming = contexts.map((description) => ({ name: 'tracelight', duration: 0, description }));
  return entry('navigation', { name: 'http://127.0.0.1/', loadEventEnd: 0, serverTiming });
}

export function entry(entryType, fields) {
  return { entryType, ...fields, toJSON: () => ({ entryType, ...fields }) };
}

/** `traceparent` with its gaps, as `trace::propagation` writes it. */
export const W3C = 'traceparent:00-{3-35}-{36-52}-{03|02}';

/** Names of headers that tell of a request, as `trace::propagation` writes them. */
const MARKS =
  'sentry-trace b3 x-b3-traceid x-b3-spanid x-b3-sampled x-datadog-trace-id x-datadog-parent-id ' +
  'x-datadog-sampling-priority x-datadog-tags next-action rsc next-url next-router-prefetch ' +
  'next-router-segment-prefetch x-nextjs-data x-apollo-operation-name x-graphql-operation-name  ' +
  'x-nextjs-cache x-nextjs-matched-path x-matched-path x-middleware-rewrite x-edge-runtime ' +
  'x-vercel-id content-type';

/** What both worlds of one document share; `rules` are for sampling, `bodies` for what may be read. */
export function document_(origin, contexts = [CONTEXT], { headers = W3C, rules, bodies } = {}) {
  const bus = new Performance();
  bus.navigation = contexts && navigation(...contexts);
  if (!contexts?.length) return { bus, origin };
  const [sampled, read] = [rules, bodies].map((lines) => lines && encodeURIComponent(lines));
  const metrics = { headers, rules: sampled, bodies: read, marks: MARKS };
  for (const [part, description] of Object.entries(metrics)) {
    const metric = { name: `tracelight-${part}`, duration: 0, description };
    if (description !== undefined) bus.navigation.serverTiming.push(metric);
  }
  return { bus, origin };
}

/** The page's own world. `calls` holds the arguments that reached the browser's fetch. */
export function pageWorld({ bus, origin }, { crypto = globalThis.crypto } = {}) {
  const calls = [];
  class Node_ {
    get baseURI() {
      return `${origin}/dir/page`;
    }
  }
  // What hides what is typed: in this page, a field of the name `word`.
  class Document extends Node_ {
    querySelectorAll() {
      return [{ name: 'word' }];
    }
  }
  class XMLHttpRequest extends EventTarget {
    get status() {
      return 0;
    }
    open() {}
    setRequestHeader() {}
    getResponseHeader() {
      return null;
    }
    send() {}
  }
  const window = Object.assign(vm.createContext(new EventTarget()), {
    Headers, Request, Response, URL, CustomEvent, Event, AbortController, AbortSignal,
    FormData, ReadableStream, ReadableStreamDefaultReader, TextDecoder, Document,
    Node: Node_, XMLHttpRequest, document: new Document(), performance: bus, crypto, origin,
    navigator: { onLine: true },
  });
  window.window = window;
  // The browser's fetch gives a promise of the page's realm, and no page can take it apart.
  const bind = vm.runInContext(
    `(host) => { const { Promise, Array } = globalThis; return ({ fetch(input) {
      const args = arguments;
      return new Promise((resolve, reject) => host(args).then(resolve, reject));
    } }).fetch; }`,
    window,
  );
  window.fetch = bind((args) => {
    calls.push([...args]);
    return fetch(...args);
  });
  // A promise of the page's realm is awaited there: out here, `await` would call its `then`, which
  // the page may have replaced.
  const call = vm.runInContext(
    `(() => { const { apply } = Reflect; return async (args, resolve, reject) => {
      try { resolve(await apply(fetch, undefined, args)); } catch (error) { reject(error); }
    }; })()`,
    window,
  );
  return {
    window,
    calls,
    native: window.fetch,
    fetch: (...args) => new Promise((resolve, reject) => call(args, resolve, reject)),
    record: () => SCRIPTS.recorder.runInContext(window),
    read: () => SCRIPTS.body.runInContext(window),
    run: (code) => vm.runInContext(code, window),
  };
}

/** What is not told is what it is by default, as the background has it. */
const read = ({ marks, ...fact }) => ({
  ...(fact.kind === 'request' && { context: null, own: false }),
  ...fact,
  ...(marks && { marks }),
});

/** Hears the recorder as the relay does. `facts` grows. */
export function listener({ bus }) {
  const facts = [];
  const drops = [];
  // Another world has an event's parts whatever the page made of its own.
  const ready = () => EventTarget.prototype.dispatchEvent.call(bus, new Event('tracelight:relay'));
  bus.addEventListener('tracelight:fact', (event) => {
    const { detail } = event;
    event.preventDefault();
    if (detail === null) return ready();
    for (const text of detail.trimEnd().split('\n')) {
      if (!text.startsWith('{')) drops.push(Number(text));
      else facts.push(read(JSON.parse(text)));
    }
  });
  return { facts, drops, ready };
}

/** Timers that run when a test says so. */
function timers() {
  const due = new Map();
  let next = 1;
  return {
    due,
    setTimeout: (then, wait, ...args) => {
      due.set(next, { then: () => then(...args), wait });
      return next++;
    },
    clearTimeout: (id) => due.delete(id),
    /** Runs what is due now and lets promises settle; returns how long each waited. */
    async turn() {
      const now = [...due.values()];
      due.clear();
      for (const { then } of now) then();
      await settle();
      return now.map(({ wait }) => wait);
    },
  };
}

/** Lets every promise that can settle do so. */
export const settle = () => new Promise((done) => setImmediate(done));

const TYPES = ['navigation', 'resource', 'paint', 'measure', 'long-animation-frame', 'longtask'];

/** The extension's isolated world, with a background that answers as `answer` says. */
export function isolatedWorld({ bus, origin }, answer = background(), device = {}) {
  const said = [];
  const observers = [];
  const hears = [];
  const clock = timers();
  const toasts = [];
  const place = { seen: true };
  const document = Object.assign(new Target(), {
    referrer: '', visibilityState: 'visible', prerendering: false, readyState: 'loading',
  });
  const window = Object.assign(vm.createContext(new Target()), {
    performance: bus, document, Event, CustomEvent, ...clock,
    location: { href: `${origin}/dir/page` },
    navigation: new Target(),
    requestAnimationFrame: () => 0,
    crypto: globalThis.crypto,
    navigator: { userAgent: 'Browser/1', language: 'en', onLine: true, ...device },
    innerWidth: 1280, innerHeight: 720,
    tracelight: { draw: (toast) => (toasts.push(toast), place.seen) },
    PerformanceObserver: class {
      static supportedEntryTypes = TYPES;
      types = [];
      waiting = [];
      constructor(hear) {
        this.hear = (entries, options = {}) => hear({ getEntries: () => entries }, this, options);
        observers.push(this);
      }
      observe({ type }) {
        this.types.push(type);
      }
      disconnect() {
        this.types = [];
      }
      takeRecords() {
        return this.waiting.splice(0);
      }
    },
    chrome: {
      runtime: {
        id: 'abc',
        onMessage: { addListener: (hear) => hears.push(hear) },
        sendMessage: async (message) => {
          said.push(structuredClone(message));
          return answer(message);
        },
      },
    },
  });
  window.window = window;
  window.addEventListener = Target.prototype.addEventListener.bind(window);
  window.removeEventListener = Target.prototype.removeEventListener.bind(window);
  return {
    window, document, said, toasts, clock, observers,
    relay: () => SCRIPTS.relay.runInContext(window),
    /** Tells it something, as the background does; resolves to its answer. */
    tell: (message) => new Promise((answer) => hears.forEach((hear) => hear(message, {}, answer))),
    /** Whether the toast can be seen; throws where the document has no place for it. */
    place,
    /** Every record that was sent, read. */
    records: () => said.flatMap(({ records = [] }) => records).map((text) => JSON.parse(text)),
    batches: () => said.filter(({ kind }) => kind === 'records'),
  };
}

/** A background that traces and stores. */
export function background({ traced = true, context = null, toast = null, settle } = {}) {
  return ({ kind, records }) => {
    if (kind === 'hello') return { v: 1, kind: 'welcome', traced, context, toast, settle };
    if (kind === 'records') return { v: 1, kind: 'stored', kept: records.length, rejected: 0 };
    return undefined;
  };
}

/** A document with a relay that has said hello. */
export async function relayed(answer, contexts, device) {
  const shared = document_(ORIGIN, contexts);
  const world = isolatedWorld(shared, answer, device);
  world.relay();
  await settle();
  const state = (detail) =>
    shared.bus.dispatchEvent(new CustomEvent('tracelight:fact', { cancelable: true, detail }));
  const fact = (fields) => state(JSON.stringify({ kind: 'request', ...fields }));
  const ours = () => world.observers.find(({ types }) => types.includes('navigation'));
  return { ...shared, ...world, state, fact, ours, see: (...entries) => ours().hear(entries) };
}

/** What was stated, but for the time at which it was. */
export const told = (world) => world.records().map(({ at, ...fact }) => (assert.ok(at > 0), fact));
