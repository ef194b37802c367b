// Pages that mean harm. What they say is counted, and obeyed in nothing.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
  KIND,
  followToast,
  html,
  readContext,
  sendSpans,
  spanId,
  start,
  startSite,
  until,
} from './harness.mjs';

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

/** A page whose server reports its span. */
function serve(path, content) {
  site.pages[path] = async ({ headers }, response) => {
    const context = readContext(headers.traceparent);
    if (context) {
      const { trace, span } = context;
      const server = { traceId: trace, spanId: spanId(), parentSpanId: span, name: 'GET /page' };
      await sendSpans(lab.collector.url, 'site', [server]);
    }
    html(response, content);
  };
}

/** Runs a page trace of a path, lets the page do its worst while it waits, and returns the whole. */
async function traced(path, worst) {
  const page = await lab.openPage(site.origin + path);
  const popup = await lab.command(page, 'Run Page Trace');
  await followToast(page, /Waiting/);
  await page.evaluate(worst);
  await followToast(page, /^Trace complete/);
  await lab.exported();
  const { trace: id } = await lab.pageContext(page);
  return { page, popup, id, trace: await lab.trace(id) };
}

/** Checks that the requests are those of the page's load and no others. */
function unharmed(trace, path) {
  const root = trace.one({ service: 'browser', parent: '' });
  assert.equal(root.name, 'page load');
  assert.equal(root.attributes['url.full'], site.origin + path);
  const requests = trace.all({ service: 'browser', kind: KIND.client });
  const urls = requests.map(({ attributes }) => attributes['url.full']);
  assert.deepEqual(
    urls.filter((url) => !url.endsWith('/favicon.ico')),
    [site.origin + path],
  );
}

test('fifty thousand pieces of rubbish change nothing but a counter, and cost little', async () => {
  serve('/rubbish', '<p>rubbish');
  const { popup, trace, page } = await traced('/rubbish', () => {
    const say = (detail) =>
      performance.dispatchEvent(new CustomEvent('tracelight:fact', { cancelable: true, detail }));
    for (let at = 0; at < 50_000; at++) say(`rubbish ${at}`);
    performance.measure('the end'); // the number goes with the next fact
  });
  unharmed(trace, '/rubbish');
  await popup.getByText(/^[\d\u202f]+ facts of this page made no sense or were too many/).waitFor();
  assert.ok((await lab.view(await lab.tabId(page))).dropped >= 50_000);
  const session = await lab.context.newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  assert.ok(usedSize < 16e6, `${usedSize} bytes are in use`);
});

test('facts of other kinds, broken ones and huge ones are not believed', async () => {
  serve('/forged', '<p>forged');
  const { rejected } = await lab.view(0);
  const { trace, page } = await traced('/forged', () => {
    const say = (detail) =>
      performance.dispatchEvent(new CustomEvent('tracelight:fact', { cancelable: true, detail }));
    const [{ serverTiming }] = performance.getEntriesByType('navigation');
    const context = serverTiming.find(({ name }) => name === 'tracelight').description;
    const root = context.split('-')[2];
    const timing = { name: 'http://evil.test/', startTime: 1, responseEnd: 2, loadEventEnd: 9e9 };
    const facts = [
      { kind: 'document', url: 'http://evil.test/', userAgent: 'evil' },
      { kind: 'navigation', ...timing },
      { kind: 'resource', ...timing },
      { kind: 'paint', name: 'first-paint', startTime: 1 },
      { kind: 'hidden', at: 9e9 },
      { kind: 'request' },
      {
        kind: 'request',
        api: 'telepathy',
        method: 'GET',
        url: 'http://evil.test/',
        span: root,
        start: 1,
        end: 2,
      },
      { kind: 'request', api: 'fetch', method: 'GET', url: 'http://evil.test/', span: 'x', start: 1, end: 2 },
      {
        kind: 'request',
        api: 'fetch',
        method: 'GET',
        url: 'http://evil.test/',
        span: root,
        start: 'a',
        end: {},
      },
      { __proto__: { kind: 'request' }, kind: 'nothing' },
    ];
    for (const fact of facts) say(JSON.stringify(fact));
    for (const detail of [
      null,
      undefined,
      {},
      [],
      1n,
      Symbol.iterator,
      () => {},
      NaN,
      Infinity,
      -1,
      'x'.repeat(1 << 20),
    ])
      say(detail);
    say('{"kind":"request","__proto__":{"api":"fetch"}}');
    say(`{"kind":"request","url":${'['.repeat(8_000)}${']'.repeat(8_000)}}`);
    say(
      new Proxy(
        {},
        {
          get() {
            throw new Error('gotcha');
          },
        },
      ),
    );
  });
  unharmed(trace, '/forged');
  const tab = await lab.tabId(page);
  await until('all of it has come', async () => {
    const view = await lab.view(tab);
    assert.ok(view.rejected >= rejected + 4, 'requests that are none');
    assert.ok(view.dropped >= 10, 'what no page may state');
    return true;
  });
});

test('a forged request is one request more, and can be neither the root nor the document', async () => {
  serve('/claims', '<p>claims');
  const { trace, id } = await traced('/claims', () => {
    const say = (fact) =>
      performance.dispatchEvent(
        new CustomEvent('tracelight:fact', { cancelable: true, detail: JSON.stringify(fact) }),
      );
    const [{ serverTiming }] = performance.getEntriesByType('navigation');
    const context = serverTiming.find(({ name }) => name === 'tracelight').description;
    const claim = {
      kind: 'request',
      api: 'fetch',
      method: 'GET',
      url: 'http://evil.test/claim',
      start: 1,
      end: 2,
      status: 200,
    };
    say({ ...claim, span: context.split('-')[2] });
    say({ ...claim, span: context.split('-')[2], own: true, context });
    say({
      ...claim,
      span: '00f067aa0ba902b7',
      own: true,
      context: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    });
    say({ ...claim, span: '00f067aa0ba902b8', url: 'javascript:alert(1)' });
    say({ ...claim, span: '00f067aa0ba902b9', start: 1e300, end: -1e300 });
  });
  const roots = trace.all({ service: 'browser', parent: '' });
  assert.deepEqual(
    roots.map(({ name }) => name),
    ['page load'],
  );
  assert.equal(roots[0].attributes['url.full'], `${site.origin}/claims`);
  const document = trace.one({ service: 'browser', 'url.full': `${site.origin}/claims`, kind: KIND.client });
  assert.equal(trace.one({ service: 'site' }).parent, document.id);
  assert.equal(new Set(trace.spans.map(({ id }) => id)).size, trace.spans.length, `ids are unique in ${id}`);
});

test('fifty thousand forged requests are cut off, and the browser goes on', async () => {
  serve('/flood', '<p>flood');
  const { trace, id } = await traced('/flood', () => {
    for (let at = 0; at < 50_000; at++) {
      const span = (at + 1).toString(16).padStart(16, '0');
      const fact = {
        kind: 'request',
        api: 'fetch',
        method: 'GET',
        url: `/flood/${at}`,
        span,
        start: at,
        end: at + 1,
        status: 200,
      };
      performance.dispatchEvent(
        new CustomEvent('tracelight:fact', { cancelable: true, detail: JSON.stringify(fact) }),
      );
    }
  });
  assert.ok(trace.spans.length <= 20_100, `${trace.spans.length} spans`);
  assert.equal(trace.one({ service: 'browser', parent: '' }).attributes['url.full'], `${site.origin}/flood`);
  const dashboard = await lab.openDashboard(id);
  await dashboard.getByRole('treegrid', { name: 'Waterfall' }).waitFor();
});

test('messages that a page posts to its window reach nobody', async () => {
  serve('/posts', '<p>posts');
  const { rejected } = await lab.view(0);
  const { trace, page } = await traced('/posts', () => {
    const messages = [
      { v: 1, kind: 'records', records: ['{}'] },
      { v: 1, kind: 'open' },
      { v: 1, kind: 'dismiss' },
      { v: 1, kind: 'do', verb: 'start', tab: 1 },
      { kind: 'toast', toast: null },
      { kind: 'stop' },
    ];
    for (const message of messages) {
      window.postMessage(message, '*');
      window.dispatchEvent(new MessageEvent('message', { data: message }));
      performance.dispatchEvent(new CustomEvent('tracelight:relay', { detail: message }));
    }
    for (const name of ['sendMessage', 'connect'])
      globalThis.chrome?.runtime?.[name]?.('ifcjcnfcepacdobnmpfbjnnlablppkmc', messages[3]);
  });
  unharmed(trace, '/posts');
  assert.equal((await lab.view(0)).rejected, rejected);
  assert.equal((await lab.view(await lab.tabId(page))).session, null);
  assert.deepEqual(await lab.left(), []);
});

test('a content script cannot command: neither sessions nor traces nor a look at a tab', async () => {
  serve('/relay', '<p>relay');
  const page = await lab.openPage(`${site.origin}/relay`);
  const session = await lab.context.newCDPSession(page);
  const worlds = [];
  session.on('Runtime.executionContextCreated', ({ context }) => worlds.push(context));
  session.on('Runtime.executionContextsCleared', () => worlds.splice(0));
  await session.send('Runtime.enable');
  await lab.runPageTrace(page);
  const tab = await lab.tabId(page);
  const { rejected } = await lab.view(tab);
  const relay = worlds.find(({ origin }) => origin === `chrome-extension://${lab.extensionId}`);
  const say = async (message) => {
    const expression = `chrome.runtime.sendMessage(${JSON.stringify(message)}).then((answer) => JSON.stringify(answer ?? null))`;
    const { result } = await session.send('Runtime.evaluate', {
      expression,
      contextId: relay.id,
      awaitPromise: true,
    });
    return result.value;
  };
  const verbs = ['start', 'stop', 'run', 'view'].map((verb) => ({ kind: 'do', verb }));
  for (const command of [{ kind: 'view' }, { kind: 'refresh' }, ...verbs]) {
    const { trace } = await lab.pageContext(page);
    assert.equal(await say({ v: 1, ...command, tab, trace }), 'null', JSON.stringify(command));
  }
  assert.equal(await say('rubbish'), 'null');
  assert.equal(await say({ v: 1, kind: 'records', records: 'no list' }), 'null');
  assert.deepEqual(await lab.left(), []);
  const after = await lab.view(tab);
  assert.equal(after.session, null);
  assert.ok(after.rejected > rejected, 'what made no sense was counted');
  assert.equal(lab.context.pages().filter((page) => page.url().includes('view=dashboard')).length, 0);
});

test("a page's facts count for its own tab and trace only", async () => {
  serve('/victim', '<p>victim');
  const victim = await lab.openPage(`${site.origin}/victim`);
  await lab.startSession(victim);
  const { trace, span } = await lab.pageContext(victim);
  const thief = await lab.openPage(`${site.origin}/thief`);
  const session = await lab.context.newCDPSession(thief);
  const worlds = [];
  session.on('Runtime.executionContextCreated', ({ context }) => worlds.push(context));
  await session.send('Runtime.enable');
  const relay = await until('the relay is there', () =>
    worlds.find(({ origin }) => origin.startsWith('chrome-extension:')),
  );
  const fact = {
    kind: 'request',
    api: 'fetch',
    method: 'GET',
    url: 'http://evil.test/',
    span: spanId(),
    start: 1,
    end: 2,
    status: 200,
  };
  const message = {
    v: 1,
    kind: 'records',
    context: `00-${trace}-${span}-03`,
    timeOrigin: Date.now(),
    records: [JSON.stringify(fact)],
  };
  const expression = `chrome.runtime.sendMessage(${JSON.stringify(message)})`;
  const how = { contextId: relay.id, awaitPromise: true, returnByValue: true };
  const { result } = await session.send('Runtime.evaluate', { expression, ...how });
  assert.deepEqual(result.value, { kind: 'stored', kept: 0, rejected: 1 });
});

test('a page that breaks what the recorder stands on keeps its own fetch and its own errors', async () => {
  // In the page itself: the test's own way into a page would break with the rest. The title is read from elsewhere.
  site.pages['/breaker'] = `<script>(async () => {
    const { stringify } = JSON;
    const broken = () => { throw new Error('broken'); };
    JSON.stringify = broken;
    for (const name of ['slice', 'toLowerCase', 'startsWith']) String.prototype[name] = broken;
    for (const name of ['push', 'concat', 'map', Symbol.iterator]) Array.prototype[name] = broken;
    Function.prototype.call = Function.prototype.apply = Function.prototype.bind = broken;
    Headers.prototype.get = Headers.prototype.set = Headers.prototype.has = broken;
    EventTarget.prototype.addEventListener = EventTarget.prototype.dispatchEvent = broken;
    window.URL = window.CustomEvent = window.Uint8Array = broken;
    crypto.getRandomValues = performance.now = broken;
    const { status } = await fetch('/after-breaking', { headers: { 'x-own': '1' } });
    let failed;
    try { await fetch('http://[bad'); } catch (error) { failed = error.name; }
    document.title = stringify({ status, failed });
  })().catch(({ message }) => (document.title = message))</script>`;
  const page = await lab.openPage(`${site.origin}/breaker`);
  await lab.command(page, 'Start Tracing Session');
  await until('the broken page has fetched again', async () => {
    assert.equal(site.asked('/after-breaking').length, 2);
    assert.deepEqual(JSON.parse(await page.title()), { status: 200, failed: 'TypeError' });
    return true;
  });
  const [untraced, traced] = site.asked('/after-breaking');
  assert.deepEqual([untraced.headers['x-own'], traced.headers['x-own']], ['1', '1']);
  const [, document] = site.contexts('/breaker');
  assert.equal(readContext(traced.headers.traceparent).trace, readContext(document).trace);
});
