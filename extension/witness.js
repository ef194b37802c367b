// States what the browser tells of a traced document: its timing, its vitals, what the user does,
// what fails to load, and when it becomes another page without another document. Judges nothing, and
// never states what was typed. The build makes of it a function that the relay calls once it knows
// that the document is traced; tests/rollup.config.mjs names its parameters. Observers are those of
// the relay, web-vitals' too: it stops them.
import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals/attribution';
import { keep } from 'web-vitals/resources';
import { getSelector } from 'web-vitals/selector';

/* global context, add, on, device, stops, heed, PerformanceObserver */

const LONG = 'long-animation-frame';
const EDITABLE = 'textarea,select,[contenteditable]';
const ACTIVE = 'a,button,form,input,label,select,summary,textarea,[role],[contenteditable]';

let settle; // when a page's load counts as settled, in the background's words
let since; // when the load was over, or the page within the document began
let last; // when the browser told of the last entry
let timer;
let here = location.href;

const now = () => performance.now();

const hex = (size) =>
  Array.from(crypto.getRandomValues(new Uint8Array(size)), (byte) => (byte + 256).toString(16).slice(1)).join('');

// Tells the recorder to which trace requests belong from now on; nothing: each has its own.
const turnTo = (detail) => performance.dispatchEvent(new CustomEvent('tracelight:page', { detail }));

const rest = () => {
  clearTimeout(timer);
  if (!settle || since === undefined) return;
  const left = Math.min(last + settle.quiet, since + settle.cap) - now();
  if (left > 0) timer = setTimeout(rest, left);
  else turnTo('');
};

const begin = () => {
  since = last = now();
  rest();
};

const page = (way) => {
  here = location.href;
  const own = `00-${hex(16)}-${hex(8)}${context.slice(52)}`;
  add('page', { way, url: here, context: own });
  turnTo(own);
  begin();
};

// Only the address tells a navigation from a page that notes something in its history entry. Without
// the Navigation API (Firefox before 147), this world learns of a push with the next entry.
const visit = (way) => {
  const { href } = location;
  if (href === here) return;
  const [path, hash] = href.split('#');
  if (path !== here.split('#')[0] || /^[/!]/.test(hash)) page(way);
};

const jsonOf = (value) => {
  try {
    const text = JSON.stringify(value);
    if (text?.length <= 4096) return text;
  } catch { /* there is none, or it goes in circles */ }
};

// What the background reads of a resource, of which there are many: `toJSON` asks for twice as much.
const TOLD =
  'name,initiatorType,renderBlockingStatus,startTime,redirectStart,redirectEnd,workerStart,fetchStart,domainLookupStart,' +
  'domainLookupEnd,connectStart,secureConnectionStart,connectEnd,requestStart,responseStart,responseEnd,' +
  'nextHopProtocol,deliveryType,responseStatus,transferSize,encodedBodySize,decodedBodySize,serverTiming';
const NAMES = TOLD.split(',');

const brief = (entry) => {
  const told = {};
  for (const name of NAMES) {
    const value = entry[name];
    if (value && value.length !== 0) told[name] = value; // what is not told counts as nothing
  }
  return told;
};

const take = (entries) => {
  visit('push');
  for (const entry of entries) {
    const { entryType: kind } = entry;
    const loaded = entry.loadEventEnd > 0 && !document.prerendering;
    if (kind === 'navigation' && !loaded) continue;
    last = now();
    if (kind === 'resource') {
      keep(entry); // for web-vitals, which looks there for what was drawn last
      add(kind, brief(entry));
    }
    // The background keeps the fields that it knows; what is left out tells of other frames.
    else add(kind, { ...entry.toJSON(), notRestoredReasons: undefined, detail: jsonOf(entry.detail) });
    if (loaded) begin();
  }
};

const { supportedEntryTypes } = PerformanceObserver;
const observer = new PerformanceObserver((list, _, { droppedEntriesCount: count }) => {
  if (count) add('gap', { count });
  take(list.getEntries());
});
const long = supportedEntryTypes.includes(LONG) ? LONG : 'longtask';
for (const type of ['navigation', 'resource', 'paint', 'measure', long]) {
  if (supportedEntryTypes.includes(type)) observer.observe({ type, buffered: true });
}

for (const onVital of [onCLS, onFCP, onINP, onLCP, onTTFB]) {
  onVital(({ entries, ...vital }) => add('vital', vital));
}

// What an element says, unless the user may have written it.
const words = (element) =>
  !element || element.isContentEditable || element.matches(EDITABLE) || element.querySelector(EDITABLE)
    ? ''
    : element.textContent.replace(/\s+/g, ' ').trim();

const nameOf = (element) => {
  for (const name of ['aria-label', 'alt', 'title', 'placeholder']) {
    const said = element.getAttribute(name);
    if (said) return said;
  }
  return words(element.labels?.[0]) || words(element);
};

// A key is a command where it has a name or comes with Control or Meta. With Alt it may be text.
const isCommand = ({ key, ctrlKey, metaKey, altKey, repeat, isComposing }) =>
  !repeat && !isComposing && (/^(Enter|Escape|Arrow|F\d)/.test(key) || (!key[1] && (ctrlKey || metaKey) && !altKey));

const operate = (event) => {
  try {
    let { type, key } = event;
    const [target] = event.composedPath();
    const element = target.closest(ACTIVE) ?? target;
    if (!event.isTrusted || element.type === 'password') return;
    if (key) {
      if (!isCommand(event)) return;
      type = 'key';
      key = [...['ctrl', 'meta', 'alt', 'shift'].filter((name) => event[`${name}Key`]), key].join('+');
    }
    add('operation', {
      type, key,
      role: element.getAttribute('role') ?? (element.localName === 'input' ? element.type : element.localName),
      name: element.matches(ACTIVE) ? nameOf(element).slice(0, 100) : '',
      selector: getSelector(element),
    });
  } catch { /* the document itself, or a form that hides its methods behind fields */ }
};
for (const type of ['click', 'submit', 'change', 'keydown']) on(window, type, operate);

on(window, 'error', ({ target, isTrusted }) => {
  if (!isTrusted || !target.localName) return; // a script's error, of which the recorder knows more
  add('broken', { url: `${target.currentSrc || target.src || target.href}`, element: target.localName });
});

const turn = () => {
  take(observer.takeRecords());
  add('turn', device());
};
on(window, 'pagehide', turn);
on(document, 'visibilitychange', turn);
on(window, 'online', turn);
on(window, 'offline', turn);
if (navigator.connection) on(navigator.connection, 'change', turn);
on(document, 'prerenderingchange', () => take(performance.getEntriesByType('navigation')));

if (window.navigation) on(navigation, 'currententrychange', (event) => visit(event.navigationType ?? 'replace'));
on(window, 'popstate', () => visit('traverse'));
on(window, 'pageshow', ({ persisted }) => persisted && page('restore'));

stops.push(() => clearTimeout(timer));
heed((bounds) => {
  settle = bounds;
  rest();
});
