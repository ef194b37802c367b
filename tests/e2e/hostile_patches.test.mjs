// Pages that redefine or freeze what we stand on, after us and before us. Each does so, then does what
// pages do, in a traced visit and in one that is not: both must tell the same.
import { after, afterEach, before, test } from 'node:test';
import { startTwins } from './twin.mjs';

let twins;

before(async () => {
  twins = await startTwins();
});

afterEach(() => twins.lab.closePages(twins.anchor));

after(() => twins?.close());

/** What is done to a page, by name: source, with `broken` a function that throws. */
const POISONS = {
  'fetch is replaced': 'const native = fetch; fetch = (...args) => (log("my fetch"), native(...args))',
  'fetch is no function': 'fetch = undefined',
  'fetch is gone': 'delete window.fetch',
  'fetch is read-only':
    'Object.defineProperty(window, "fetch", { value: fetch, writable: false, configurable: false })',
  'fetch is a getter':
    'const native = fetch; Object.defineProperty(window, "fetch", { get: () => (log("read"), native) })',
  'XMLHttpRequest is replaced':
    'const Native = XMLHttpRequest; XMLHttpRequest = class extends Native { send(body) { log("my send"); super.send(body); } }',
  'XMLHttpRequest is a function':
    'const Native = XMLHttpRequest; XMLHttpRequest = function () { return new Native(); }; XMLHttpRequest.prototype = Native.prototype',
  'XMLHttpRequest is gone': 'delete window.XMLHttpRequest',
  "XMLHttpRequest's methods throw":
    'for (const name of ["open", "send", "setRequestHeader"]) XMLHttpRequest.prototype[name] = broken',
  "XMLHttpRequest's status lies":
    'Object.defineProperty(XMLHttpRequest.prototype, "status", { get: () => 999 })',
  'Promise is replaced':
    'Promise = class Mine extends Promise { then(...args) { log("my then"); return super.then(...args); } }',
  'Promise is gone': 'Promise = undefined',
  'then is counted':
    'const { then } = Promise.prototype; Promise.prototype.then = function (...args) { log("then"); return then.apply(this, args); }',
  'then throws': 'Promise.prototype.then = broken',
  'everything is a promise':
    'Object.defineProperty(Object.prototype, "then", { configurable: true, get() { } })',
  "a promise's constructor is asked":
    'Object.defineProperty(Promise.prototype, "constructor", { get() { return Promise; } })',
  'JSON is gone': 'JSON = undefined',
  'JSON throws': 'JSON.stringify = JSON.parse = broken',
  'toJSON is everywhere':
    'Object.prototype.toJSON = Array.prototype.toJSON = String.prototype.toJSON = () => "mine"',
  'Array.prototype throws':
    'for (const name of Object.getOwnPropertyNames(Array.prototype)) if (name !== "constructor" && name !== "length") Array.prototype[name] = broken',
  'arrays have no iterator': 'delete Array.prototype[Symbol.iterator]',
  'arrays iterate otherwise':
    'Array.prototype[Symbol.iterator] = function* () { log("iterated"); yield ["x-own", "stolen"]; }',
  'arrays have a setter':
    'Object.defineProperty(Array.prototype, "0", { configurable: true, set(value) { log("set 0"); } })',
  'an iterator throws': 'Object.getPrototypeOf([][Symbol.iterator]()).next = broken',
  'performance is replaced': 'Object.defineProperty(window, "performance", { value: { now: () => 42 } })',
  'performance is gone': 'delete window.performance; delete Window.prototype.performance',
  "performance's methods throw":
    'for (const name of Object.getOwnPropertyNames(Performance.prototype)) { try { performance[name] = broken; } catch { } }',
  "performance's own methods throw":
    'for (const name of ["now", "mark", "measure", "getEntries", "getEntriesByType", "getEntriesByName"]) Performance.prototype[name] = broken',
  'time stands still':
    'Date.now = performance.now = () => 0; performance.mark("a"); performance.clearResourceTimings()',
  'time goes back': 'let at = 1e15; Date.now = performance.now = () => (at -= 1e9)',
  'observers throw': 'PerformanceObserver = MutationObserver = broken',
  'events throw':
    'for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"]) EventTarget.prototype[name] = broken',
  'events are counted':
    'for (const name of ["addEventListener", "dispatchEvent"]) { const native = EventTarget.prototype[name]; EventTarget.prototype[name] = function (...args) { log(name, String(args[0]?.type ?? args[0])); return native.apply(this, args); }; }',
  'events are gone': 'Event = CustomEvent = ErrorEvent = undefined',
  'events are trusted never':
    'for (const name of ["type", "detail", "target", "timeStamp"]) for (const of of [Event, CustomEvent]) if (name in of.prototype) Object.defineProperty(of.prototype, name, { get: broken })',
  'strings throw':
    'for (const name of Object.getOwnPropertyNames(String.prototype)) if (!/constructor|length|toString|valueOf/.test(name)) String.prototype[name] = broken',
  'functions throw':
    'for (const name of ["call", "apply", "bind"]) Function.prototype[name] = broken; Reflect.apply = broken',
  'functions are counted':
    'for (const name of ["call", "apply", "bind"]) { const native = Function.prototype[name]; Object.defineProperty(Function.prototype, name, { get() { log(name); return native; } }); }',
  'functions have another text': 'Function.prototype.toString = () => (log("toString"), "mine")',
  'patterns throw':
    'RegExp.prototype.exec = RegExp.prototype.test = RegExp.prototype[Symbol.replace] = broken',
  'weak maps throw':
    'for (const of of [WeakMap, Map, Set]) for (const name of ["get", "set", "has", "add"]) of.prototype[name] = broken',
  'constructors are gone':
    'WeakMap = Map = Set = Symbol = URL = Headers = Request = Response = Uint8Array = BigInt = undefined',
  'headers throw':
    'for (const name of ["get", "set", "has", "append", "delete", "entries"]) Headers.prototype[name] = broken',
  'headers are counted':
    'for (const name of ["get", "set", "has", "delete"]) { const native = Headers.prototype[name]; Headers.prototype[name] = function (...args) { log(name); return native.apply(this, args); }; }',
  'requests and responses lie':
    'for (const [of, name] of [[Request, "url"], [Request, "method"], [Request, "headers"], [Response, "status"], [Response, "url"], [Response, "headers"]]) Object.defineProperty(of.prototype, name, { get: broken })',
  'dice throw': 'Crypto.prototype.getRandomValues = Math.random = broken',
  'dice are all zero': 'Crypto.prototype.getRandomValues = (bytes) => bytes; Math.random = () => 0',
  'errors tell stories': 'Error.stackTraceLimit = 0; Error.prepareStackTrace = () => "mine"',
  'objects have strange fields':
    'const nothing = (name) => ({ __proto__: null, configurable: true, get() { }, set(value) { Object.defineProperty(this, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true }); } }); for (const name of ["get", "set", "value", "writable", "headers", "method", "mode", "signal", "body", "detail", "cancelable", "bubbles", "once", "passive", "capture"]) Object.defineProperty(Object.prototype, name, nothing(name))',
  'the history throws': 'History.prototype.pushState = History.prototype.replaceState = broken',
  'the history is counted':
    'const { pushState } = history; history.pushState = function (...args) { log("my push"); return pushState.apply(this, args); }',
  'the navigation is gone': 'delete window.navigation; delete Window.prototype.navigation',
  'the document throws':
    'for (const name of ["querySelector", "querySelectorAll", "getElementById", "createElement", "addEventListener"]) Document.prototype[name] = broken',
  'elements throw':
    'for (const name of ["closest", "matches", "getAttribute", "hasAttribute"]) Element.prototype[name] = broken; for (const name of ["textContent", "parentNode", "parentElement"]) Object.defineProperty(Node.prototype, name, { get: broken })',
  'elements hide their own':
    'document.body.innerHTML += "<form id=f><input name=id><input name=getAttribute><input name=parentNode><input name=tagName><button>b</button></form>"',
  'all prototypes are frozen':
    'for (const name of Object.getOwnPropertyNames(window)) { const { value } = Object.getOwnPropertyDescriptor(window, name); if (typeof value === "function" && value.prototype) Object.freeze(value.prototype); if (typeof value === "function") Object.freeze(value); }',
  'the basis is frozen':
    'for (const one of [Object, Function, Array, String, Promise, JSON, Reflect, Math, Symbol, Error]) { Object.freeze(one); if (one.prototype) Object.freeze(one.prototype); }',
  'performance is frozen':
    'Object.freeze(performance); Object.freeze(Performance.prototype); Object.freeze(EventTarget.prototype)',
  'the window takes no more': 'try { Object.preventExtensions(window); } catch (error) { log(error); }',
  'the document is written anew':
    'const { body } = document; document.body.replaceWith(document.createElement("body"))',
  'another realm lends its own':
    'const frame = document.body.appendChild(document.createElement("iframe")); fetch = frame.contentWindow.fetch; XMLHttpRequest = frame.contentWindow.XMLHttpRequest; Promise = frame.contentWindow.Promise',
};

/** What pages do. Each step by itself: a poison may end one, and then does so in both visits. */
async function work({ log, attempt, pause, later }) {
  const { fetch: get, XMLHttpRequest: Xhr } = window;
  addEventListener('error', (event) => log('an error', event.message, event.error, event.defaultPrevented));
  addEventListener('unhandledrejection', (event) => log('a rejection', event.reason));
  const body = async (name, call) => {
    const response = await attempt(name, call);
    if (response) await attempt(`${name}, its body`, () => response.text());
  };
  await body('get', () => get('/echo'));
  await body('get with headers', () => get('/echo', { headers: { 'x-own': '1' } }));
  await body('get with a list', () => get('/echo', { headers: [['x-own', '2']] }));
  await body('get with an object', () => get('/echo', { headers: new Headers({ 'x-own': '3' }) }));
  await body('a request', () => get(new Request('/echo', { method: 'POST', body: 'b' })));
  await body('a bad address', () => get('http://[bad'));
  await attempt('xhr', async () => {
    const request = new Xhr();
    const ended = later((end) => (request.onloadend = end));
    request.open('GET', '/echo');
    request.setRequestHeader('x-own', '4');
    request.send();
    await ended;
    log('xhr ends', request.status, request.responseText);
  });
  const here = location.href;
  await attempt('push', () => history.pushState({ a: 1 }, '', '?pushed'));
  await attempt('a foreign push', () => history.pushState(null, '', 'http://third.test/'));
  if (location.href !== here) {
    const gone = later((then) => (window.onpopstate = then));
    await attempt('back', () => history.back());
    await gone;
  }
  await attempt('replace', () => history.replaceState(null, '', '?replaced'));
  await attempt('a mark', () => performance.mark('begin', { detail: { a: [1] } }).name);
  await attempt(
    'a measure',
    () => performance.measure('whole', { start: 0, end: 5, detail: { a: 1 } }).duration,
  );
  await attempt('a click', () => document.body.click());
  setTimeout(() => null.nothing);
  (async () => null.nothing)();
  await pause(60);
}

const BROKEN = `const broken = () => { throw new Error('broken'); };`;

for (const [name, poison] of Object.entries(POISONS)) {
  test(`after us: ${name}`, async () => {
    const script = `async (book) => {
      const { log } = book;
      ${BROKEN}
      const work = ${work};
      ${poison};
      await work(book);
    }`;
    await twins.same(script);
  });
}

// What counts calls hears ours too when it was there first; what a page gets stays the same.
const UNHEARD = 'const log = () => {};';

/** Needs a document that is there. */
const AFTER_ONLY = ['another realm lends its own', 'the document is written anew'];

for (const [name, poison] of Object.entries(POISONS)) {
  if (AFTER_ONLY.includes(name)) continue;
  test(`before us: ${name}`, async () => {
    await twins.same(work, { before: `{ ${UNHEARD} ${BROKEN} ${poison} }` });
  });
}
