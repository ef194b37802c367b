// What is far too long, or no text at all: addresses, messages, names. The page gets what it got, and
// what is recorded is cut, or left out and counted.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { until } from './harness.mjs';
import { startTwins } from './twin.mjs';

/** Characters that any field of a span may have; the longest is an address. */
const LONGEST = 8_300;

let twins;

before(async () => {
  twins = await startTwins();
});

afterEach(() => twins.lab.closePages(twins.anchor));

after(() => twins?.close());

const numbered = (trace) => trace.all({ service: 'browser', 'url.full': /\/echo\?\d=/ });

/**
 * Runs a script in both pages; resolves to the traced one's trace once its page load is stored, and so
 * many requests for `/echo?` and a digit.
 */
async function recorded(script, how = {}, least = 0) {
  const { context } = await twins.same(script, how);
  const trace = await until('the page is stored', async () => {
    await twins.lab.exported();
    const trace = await twins.lab.trace(context.trace);
    trace.one({ service: 'browser', parent: '' });
    assert.ok(numbered(trace).length >= least, `${numbered(trace).length} of the requests`);
    return trace;
  });
  for (const { name, attributes } of trace.spans) {
    assert.ok(name.length <= LONGEST, `a name of ${name.length}`);
    for (const [key, value] of Object.entries(attributes)) {
      assert.ok(String(value).length <= LONGEST * 2, `${key} has ${String(value).length}`);
    }
  }
  return trace;
}

test('addresses of two megabytes', async () => {
  await recorded(
    async ({ log, attempt, later }) => {
      const long = 'x'.repeat(2 << 20);
      await attempt('fetch', () => fetch(`/echo?${long}`));
      await attempt('a fragment', () => fetch(`/echo#${long}`).then((response) => response.url.length));
      await attempt('a foreign one', () => fetch(`http://127.0.0.1:1/${long}`));
      await attempt('data', () =>
        fetch(`data:text/plain,${long}`).then(async (response) => (await response.text()).length),
      );
      await attempt('xhr', async () => {
        const request = new XMLHttpRequest();
        request.open('GET', `/echo#${long}`);
        request.send();
        await new Promise((end) => (request.onloadend = end));
        return `${request.status} ${request.responseURL.length}`;
      });
      await attempt('push', () => history.pushState(null, '', `?${long}`));
      await attempt('replace', () => history.replaceState(null, '', `#${long.slice(0, 1 << 20)}`));
      log(location.href.length);
      const image = new Image();
      image.src = `/nothing?${long}`;
      await new Promise((end) => (image.onerror = end));
      const script = document.createElement('script');
      script.src = `http://127.0.0.1:1/${long}`;
      const failed = new Promise((end) => (script.onerror = end));
      document.head.append(script);
      await failed;
      const arrived = later((then) => {
        const seen = (list) => list.getEntries().some((entry) => entry.initiatorType === 'beacon') && then();
        new PerformanceObserver(seen).observe({ type: 'resource' });
      });
      log('beacon', navigator.sendBeacon(`/echo?${long.slice(0, 9000)}`));
      await arrived;
    },
    { noisy: true },
  ); // what fails may have been asked once more, and the browser says so again
});

test('messages of fifty megabytes', async () => {
  const trace = await recorded(async ({ log, attempt, pause }) => {
    const huge = 'm'.repeat(50 << 20);
    addEventListener('error', (event) => {
      log('error', event.message.length, event.error?.message.length);
      event.preventDefault();
    });
    addEventListener('unhandledrejection', (event) => {
      log('rejection', String(event.reason?.message ?? event.reason).length);
      event.preventDefault();
    });
    reportError(new Error(huge));
    reportError(Object.assign(new Error('named'), { name: huge }));
    reportError(Object.assign(new Error('stacked'), { stack: huge }));
    dispatchEvent(new ErrorEvent('error', { message: huge, filename: huge, error: new Error('forged') }));
    Promise.reject(new Error(huge));
    Promise.reject(huge);
    await pause(50);
    await attempt('body', () =>
      fetch('/echo', { method: 'POST', body: huge }).then((response) => response.text()),
    );
    await attempt('reason', () =>
      fetch('/echo', { signal: AbortSignal.abort(Object.assign(new Error('r'), { name: huge })) }).catch(
        (error) => error.name.length,
      ),
    );
    await attempt('method', () =>
      fetch('/echo', { method: huge.slice(0, 1 << 20) }).catch((error) => error.name),
    );
    await attempt('mark', () => performance.mark('mark', { detail: huge }).detail.length);
    await attempt(
      'measure',
      () => performance.measure(huge.slice(0, 4 << 20), { start: 0, end: 1, detail: { huge } }).name.length,
    );
    const button = document.createElement('button');
    button.ariaLabel = button.id = button.className = button.name = huge.slice(0, 8 << 20);
    button.textContent = huge.slice(0, 8 << 20);
    document.body.append(button);
    button.click();
    button.remove();
    const bus = [performance, window, document];
    for (const target of bus) {
      for (const type of ['tracelight:fact', 'tracelight:page', 'tracelight:relay', 'message']) {
        target.dispatchEvent(new CustomEvent(type, { cancelable: true, detail: huge }));
      }
    }
    postMessage(huge);
    await pause(500);
    log('alive');
  }, { patience: 60_000 });
  assert.ok(trace.all({ service: 'browser' }).length < 100);
});

test('half characters, and others that are no text', async () => {
  const { lab, site } = twins;
  const { rejected } = await lab.view(0);
  const trace = await recorded(async ({ log, attempt, pause }) => {
    const lone = [
      '\ud800',
      '\udfff',
      'a\udc00b',
      '\u0000',
      '\uffff',
      '\u202e',
      '\u2028',
      '\ud83d\ude00',
      '"\\',
    ];
    addEventListener('error', (event) => (log('error', event.message.length), event.preventDefault()));
    addEventListener(
      'unhandledrejection',
      (event) => (log('rejection', event.reason.length), event.preventDefault()),
    );
    for (const [at, text] of lone.entries()) {
      await attempt(`fetch ${at}`, () =>
        fetch(`/echo?${at}=${text}`).then((response) => response.url.length),
      );
      await attempt(`method ${at}`, () => fetch('/echo', { method: text }));
      await attempt(`header ${at}`, () => fetch('/echo', { headers: { 'x-own': text } }));
      await attempt(`push ${at}`, () => history.pushState(text, text, `#${text}`));
      await attempt(
        `measure ${at}`,
        () =>
          performance.measure(`measure ${text}`, { start: 0, end: 1, detail: { [text]: text } }).name.length,
      );
      reportError(new Error(text));
      reportError({ message: text, name: text, stack: text });
      Promise.reject(text);
      const button = document.createElement('button');
      button.ariaLabel = button.id = text;
      document.body.append(button);
      button.click();
      await pause(20);
    }
    document.title = lone.join('');
    await pause(300);
  }, {}, 9);
  assert.ok(numbered(trace).every(({ attributes }) => attributes['url.full'].startsWith(site.origin)));
  // Of a method that is none there is no request.
  assert.ok((await lab.view(0)).rejected - rejected <= 9, 'nothing else of it is thrown away');
});
