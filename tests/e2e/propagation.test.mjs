// Where context goes, and above all where it does not: every request here is judged by what
// arrived at a server.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { html, readContext, readToast, start, startSite, until } from './harness.mjs';

/** A context that a page makes up itself. */
const OWN = { trace: '11111111111111111111111111111111', span: '2222222222222222' };

let lab, site;

before(async () => {
  site = await startSite();
  lab = await start();
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

/** A page of the site in a session, shown with these contents. */
async function inSession(path, content) {
  site.pages[path] = content;
  const page = await lab.openPage(site.origin + path);
  const context = await lab.startSession(page);
  site.requests.length = 0;
  return { page, context };
}

function redirect(to) {
  return (_, response) => response.writeHead(302, { location: to }).end();
}

/** Names of the headers of ours that a request carried. */
function ours({ headers }) {
  return ['traceparent', 'tracestate', 'baggage'].filter((name) => name in headers);
}

/** The requests for a path once there is one. */
function asked(path, origin) {
  return until(`${path} is asked for`, () => site.asked(path, origin).length > 0 && site.asked(path, origin));
}

test('a page that allows no script at all is traced, and its toast is there', async () => {
  site.pages['/strict'] = (_, response) => {
    response.setHeader('content-security-policy', "default-src 'none'; script-src 'none'; sandbox");
    html(response, '<p>strict');
  };
  const page = await lab.openPage(`${site.origin}/strict`);
  const popup = await lab.command(page, 'Run Page Trace');
  await until('the toast is there', async () => /^Waiting/.test(await readToast(page)));
  await popup.close();
  const [before, traced] = site.contexts('/strict');
  assert.equal(before, undefined);
  assert.ok(readContext(traced));
});

test("a page's own traceparent is left as it is, however it is given, and the request is recorded with it", async () => {
  const { page } = await inSession('/own', '<p>own');
  const spans = await page.evaluate(async (trace) => {
    const own = (span) => `00-${trace}-${span}-01`;
    const ways = {
      1111111111111111: (traceparent) => fetch('/own-object', { headers: { traceparent } }),
      2222222222222222: (traceparent) =>
        fetch('/own-headers', { headers: new Headers({ TraceParent: traceparent }) }),
      3333333333333333: (traceparent) => fetch('/own-pairs', { headers: [['Traceparent', traceparent]] }),
      4444444444444444: (traceparent) => fetch(new Request('/own-request', { headers: { traceparent } })),
      5555555555555555: (traceparent) =>
        new Promise((resolve) => {
          const request = new XMLHttpRequest();
          request.open('GET', '/own-xhr');
          request.setRequestHeader('Traceparent', traceparent);
          request.onload = resolve;
          request.send();
        }),
    };
    for (const [span, ask] of Object.entries(ways)) await ask(own(span));
    return Object.keys(ways);
  }, OWN.trace);
  const paths = ['/own-object', '/own-headers', '/own-pairs', '/own-request', '/own-xhr'];
  assert.deepEqual(
    paths.flatMap((path) => site.contexts(path)),
    spans.map((span) => `00-${OWN.trace}-${span}-01`),
  );
  await page.goto('about:blank');
  const found = await until('all are recorded', async () => {
    const trace = await lab.trace(OWN.trace);
    return paths.map((path) => trace.one({ service: 'browser', 'url.full': site.origin + path }).id);
  });
  assert.deepEqual(found, spans, 'a server span will name it as its parent');
});

test('a chain of redirects carries one context, and the last page is the trace', async () => {
  const { page } = await inSession('/', '<p>start');
  Object.assign(site.pages, { '/a': redirect('/b'), '/b': redirect('/c'), '/c': '<p>end' });
  await page.goto(`${site.origin}/a`);
  const contexts = ['/a', '/b', '/c'].flatMap((path) => site.contexts(path));
  assert.equal(contexts.length, 3);
  assert.equal(new Set(contexts).size, 1, contexts.join(' '));
  const { trace } = await lab.pageContext(page);
  assert.equal(readContext(contexts[0]).trace, trace);
  await page.goto('about:blank');
  const root = await until('it is recorded', async () =>
    (await lab.trace(trace)).one({ service: 'browser', parent: '' }),
  );
  assert.equal(root.attributes['url.full'], `${site.origin}/c`);
});

test('a redirect to another site takes no context along', async () => {
  const { page } = await inSession('/', '<p>start');
  Object.assign(site.pages, { '/away': redirect(`${site.foreign}/landing`), '/landing': '<p>landed' });
  await page.goto(`${site.origin}/away`);
  assert.equal(page.url(), `${site.foreign}/landing`);
  assert.deepEqual(site.asked('/landing').flatMap(ours), []);
});

test("a page of another site in a session's tab is not traced, nor is what it loads", async () => {
  const { page } = await inSession('/', '<p>start');
  site.pages['/foreign'] = '<img src="/foreign.png"><script>fetch("/foreign-api")</script>';
  await page.goto(`${site.foreign}/foreign`);
  for (const path of ['/foreign', '/foreign.png', '/foreign-api']) {
    assert.deepEqual((await asked(path)).flatMap(ours), [], path);
  }
  // And the way back is traced again.
  await page.goto(`${site.origin}/`);
  assert.ok(readContext(site.contexts('/').at(-1)));
});

test("a traced page's requests to other origins carry nothing and are not preflighted", async () => {
  const other = await startSite({
    '/api': (_, response) => response.setHeader('access-control-allow-origin', '*').end('{}'),
  });
  try {
    const content = `<img src="${other.origin}/image.png"><iframe src="${other.origin}/frame"></iframe>
      <link rel=stylesheet href="${other.origin}/style.css"><script src="${other.origin}/script.js"></script>`;
    other.pages['/frame'] = '<img src="/in-frame.png">';
    const { page } = await inSession('/', content);
    await page.evaluate((url) => fetch(url), `${other.origin}/api`);
    const paths = ['/image.png', '/frame', '/in-frame.png', '/style.css', '/script.js', '/api'];
    await until('all are asked for', () => paths.every((path) => other.asked(path).length > 0));
    assert.deepEqual(other.requests.flatMap(ours), []);
    assert.deepEqual(
      other.requests.filter(({ method }) => method !== 'GET'),
      [],
    );
  } finally {
    await other.close();
  }
});

test('an image that is redirected to another origin takes no context along', async () => {
  const other = await startSite();
  try {
    site.pages['/to-image'] = redirect(`${other.origin}/image.png`);
    const { page } = await inSession('/', '<p>start');
    await page.evaluate(() => (new Image().src = '/to-image'));
    await until('the image is asked for', () => other.asked('/image.png').length > 0);
    assert.ok(readContext(site.contexts('/to-image')[0]), 'the first hop is traced');
    assert.deepEqual(other.asked('/image.png').flatMap(ours), []);
  } finally {
    await other.close();
  }
});

test('a fetch that is redirected to another origin takes no context along and works as without us', async () => {
  const other = await startSite({
    '/open': (_, response) => response.setHeader('access-control-allow-origin', '*').end('{}'),
  });
  try {
    site.pages['/to-open'] = redirect(`${other.origin}/open`);
    const { page } = await inSession('/', '<p>start');
    const status = await page.evaluate(() =>
      fetch('/to-open').then(
        ({ status }) => status,
        ({ message }) => message,
      ),
    );
    assert.deepEqual(other.requests.flatMap(ours), []);
    assert.equal(status, 200);
  } finally {
    await other.close();
  }
});

test('a frame of the own origin and what it loads belong to the page', async () => {
  site.pages['/frame'] = '<img src="/in-frame.png">';
  const { page, context } = await inSession('/', '<p>start');
  await page.evaluate(() => (document.body.appendChild(document.createElement('iframe')).src = '/frame'));
  for (const path of ['/frame', '/in-frame.png']) {
    const [{ headers }] = await asked(path);
    assert.equal(readContext(headers.traceparent)?.trace, context.trace, path);
  }
});

test('another tab of the same host is left alone by a page trace, and cannot tell that there is one', async () => {
  const tell = `<script>
    window.heard = [];
    for (const name of ['fact', 'relay', 'off']) {
      for (const target of [window, document, performance]) {
        target.addEventListener('tracelight:' + name, () => heard.push(name));
      }
    }
    window.native = Function.prototype.toString.call(fetch).includes('[native code]')
      && Function.prototype.toString.call(XMLHttpRequest.prototype.open).includes('[native code]');
  </script>`;
  site.pages['/traced'] = '<p>traced';
  site.pages['/bystander'] = tell;
  const traced = await lab.openPage(`${site.origin}/traced`);
  // The recorder is registered for the host while a trace is armed: hold the traced document back.
  let release;
  site.pages['/traced'] = (_, response) => (release = () => html(response, '<p>traced'));
  const popup = await lab.command(traced, 'Run Page Trace');
  await until('the traced document is asked for', () => release);
  const bystander = await lab.openPage(`${site.origin}/bystander`);
  await bystander.evaluate(() => fetch('/by-fetch'));
  assert.deepEqual(site.asked('/bystander').flatMap(ours), []);
  assert.deepEqual(site.asked('/by-fetch').flatMap(ours), []);
  assert.equal(await bystander.evaluate(() => native), true);
  release();
  await popup.getByText('Waiting for spans').waitFor();
  assert.deepEqual(await bystander.evaluate(() => heard), []);
  await popup.close();
});

test("the server's own Server-Timing is there beside ours", async () => {
  const { page } = await inSession('/timed', (_, response) => {
    response.setHeader('server-timing', 'db;dur=5.5;desc="orders"');
    html(response, '<p>timed');
  });
  const metrics = await page.evaluate(() =>
    performance.getEntriesByType('navigation')[0].serverTiming.map(({ name, duration }) => [name, duration]),
  );
  assert.deepEqual(metrics[0], ['db', 5.5]);
  assert.deepEqual(
    metrics.slice(1).map(([name]) => name),
    ['tracelight', 'tracelight-marks', 'tracelight-headers'],
  );
});

test("a server's own tracelight metric does not become the page's context", async () => {
  const forged = `00-${OWN.trace}-${OWN.span}-03`;
  site.pages['/forged'] = (_, response) => {
    response.setHeader(
      'server-timing',
      `tracelight;desc="${forged}", tracelight-headers;desc="baggage:session.id=x"`,
    );
    html(response, '<p>forged<script>fetch("/api")</script>'); // in its own trace while it loads
  };
  const page = await lab.openPage(`${site.origin}/forged`);
  const context = await lab.startSession(page);
  assert.notEqual(context.trace, OWN.trace);
  const { headers } = await until('the traced one has asked', () => site.asked('/api')[1]);
  assert.equal(readContext(headers.traceparent).trace, context.trace);
  assert.notEqual(headers.baggage, 'session.id=x');
});

test('a form that is posted is traced with its method, and posted once', async () => {
  const { page } = await inSession(
    '/form',
    '<form method=post action="/posted"><button>Send</button></form>',
  );
  site.pages['/posted'] = '<p>thanks';
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('thanks').waitFor();
  const posted = site.asked('/posted');
  assert.deepEqual(
    posted.map(({ method }) => method),
    ['POST'],
  );
  const { trace } = readContext(posted[0].headers.traceparent);
  await page.goto('about:blank');
  await until('it is recorded', async () =>
    (await lab.trace(trace)).one({ service: 'browser', name: 'POST', 'url.full': `${site.origin}/posted` }),
  );
});

test('a download and an empty answer leave the shown page traced and its next document new', async () => {
  const { page, context } = await inSession(
    '/',
    '<a href="/file">file</a> <a href="/nothing">nothing</a> <a href="/next">next</a>',
  );
  site.pages['/nothing'] = (_, response) => response.writeHead(204).end();
  site.pages['/file'] = (_, response) => {
    response.setHeader('content-disposition', 'attachment; filename="lamp.txt"');
    response.end('lamp');
  };
  for (const name of ['nothing', 'file']) {
    const answered = page.waitForEvent('response', (response) => response.url().endsWith(`/${name}`));
    await page.getByRole('link', { name }).click();
    await answered;
    await lab.view(0); // the next context is set
  }
  await page.evaluate(() => (new Image().src = '/late.png'));
  const [late] = await asked('/late.png');
  assert.equal(readContext(late.headers.traceparent)?.trace, context.trace);
  await page.evaluate(() => fetch('/api'));
  assert.ok(readContext(site.contexts('/api')[0]), 'what its code asks for, too');
  await page.getByRole('link', { name: 'next' }).click();
  await page.waitForURL('**/next');
  const traces = ['/nothing', '/file', '/next'].map((path) => readContext(site.contexts(path)[0])?.trace);
  assert.equal(new Set([...traces, context.trace]).size, 4, traces.join(' '));
});
