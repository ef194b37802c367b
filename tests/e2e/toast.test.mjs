// The toast in somebody else's page: it is always seen, says only text, and listens to nobody but
// the person in front of it.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
  clickToast,
  followToast,
  readContext,
  readToast,
  sendSpans,
  spanId,
  start,
  startCollector,
  startGate,
  startSite,
  until,
} from './harness.mjs';
import { photograph } from './photo.mjs';

let lab, site, gate;

before(async () => {
  site = await startSite();
  const collector = await startCollector();
  gate = await startGate(collector.url);
  lab = await start({ collector, store: gate.url, shop: null });
});

afterEach(async () => {
  gate.instead = () => false;
  gate.asked.length = 0;
  await lab.tidy();
  site.requests.length = 0;
  await lab.desk.evaluate(async () => {
    for (const name of Object.keys(await chrome.notifications.getAll()))
      await chrome.notifications.clear(name);
  });
});

after(async () => {
  await lab?.close();
  await site?.close();
  await gate?.close();
  await lab?.collector.close();
  assert.deepEqual(lab?.complaints, []);
});

/** A page of the site with a toast in it that waits for a server span that nobody sends. */
async function waiting(content = '<p>page') {
  site.pages['/page'] = content;
  const page = await lab.openPage(`${site.origin}/page`);
  const popup = await lab.command(page, 'Run Page Trace');
  await popup.close();
  await followToast(page, /no server span for the document yet/);
  return page;
}

/** Sends the server span that the toast waits for; `change` changes it. */
async function serve(change = {}) {
  const { trace, span } = readContext(site.contexts('/page').at(-1));
  const served = { traceId: trace, spanId: spanId(), parentSpanId: span, name: 'GET /page', ...change };
  await sendSpans(lab.collector.url, 'site', [served]);
}

const host = (page) => page.locator('tracelight-toast');

test('it says what it waits for, then that the trace is complete, to a screen reader too', async () => {
  const page = await waiting();
  await serve();
  const [said] = (await followToast(page, /complete/i)).slice(-1);
  assert.match(said, /^Trace complete \d+ spans, no errors, /);
  const session = await lab.context.newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const controls = nodes.filter(({ ignored, role }) => !ignored && role.value === 'button');
  assert.deepEqual(
    controls.map(({ name }) => name.value),
    ['View Page Trace: Trace complete', 'Dismiss'],
  );
});

test('the page sees that there is a toast, and neither what is in it nor how to change it', async () => {
  const page = await waiting();
  const seen = await page.evaluate(() => {
    const host = document.querySelector('tracelight-toast');
    return {
      root: host.shadowRoot,
      text: host.textContent,
      ours: typeof globalThis.tracelight,
      top: host.matches(':popover-open'),
    };
  });
  assert.deepEqual(seen, { root: null, text: '', ours: 'undefined', top: true });
});

test('clicks and keys that the page makes up do nothing', async () => {
  const page = await waiting();
  const before = lab.context.pages().length;
  await page.evaluate(() => {
    const host = document.querySelector('tracelight-toast');
    const { left, top, width, height } = host.getBoundingClientRect();
    const place = {
      bubbles: true,
      composed: true,
      cancelable: true,
      clientX: left + width / 2,
      clientY: top + height / 2,
    };
    for (const type of ['pointerdown', 'mousedown', 'mouseup', 'click'])
      host.dispatchEvent(new MouseEvent(type, place));
    host.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true }));
    host.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true }));
    host.click();
  });
  // A real click goes the same way after them: what they did would have happened by then.
  const opened = lab.context.waitForEvent('page');
  await clickToast(page, /View Page Trace/);
  await opened;
  assert.equal(lab.context.pages().length, before + 1);
  await page.bringToFront();
  assert.match(await readToast(page), /^Waiting/);
});

test('it is used with the keyboard alone, and its keys are not shortcuts of the page', async () => {
  const page = await waiting(
    '<p>page<script>window.keys = []; addEventListener("keydown", ({ key }) => keys.push(key))</script>',
  );
  await page.bringToFront();
  await page.keyboard.press('Tab');
  const opened = lab.context.waitForEvent('page');
  await page.keyboard.press('Enter');
  const dashboard = await opened;
  assert.match(dashboard.url(), /view=dashboard/);
  await page.bringToFront();
  await page.keyboard.press('Escape');
  await until('it is gone', async () => (await readToast(page)) === '');
  assert.deepEqual(
    (await page.evaluate(() => keys)).filter((key) => key !== 'Tab'),
    [],
  );
});

test("the page's styles do not reach it", async () => {
  const page = await waiting();
  await serve();
  await followToast(page, /complete/i);
  const plain = await host(page).boundingBox();
  await page.addStyleTag({
    // All but the root, without which there would be no page at all.
    content: `*:not(:root) { display: none !important; opacity: 0 !important; visibility: hidden !important;
      transform: scale(0) !important; font-size: 99px !important; position: static !important; width: 9999px !important;
      filter: blur(9px) !important; }
      :root { opacity: 0.01 !important; filter: blur(9px) !important; transform: scale(0.1) !important; }
      tracelight-toast { left: -9999px !important; clip-path: inset(50%) !important; pointer-events: none !important; }`,
  });
  const styled = await host(page).evaluate((host) => {
    const { display, opacity, visibility, position, pointerEvents, transform, filter, clipPath } =
      getComputedStyle(host);
    return { display, opacity, visibility, position, pointerEvents, transform, filter, clipPath };
  });
  assert.deepEqual(styled, {
    display: 'block',
    opacity: '1',
    visibility: 'visible',
    position: 'fixed',
    pointerEvents: 'auto',
    transform: 'none',
    filter: 'none',
    clipPath: 'none',
  });
  assert.deepEqual(await host(page).boundingBox(), plain);
  const opened = lab.context.waitForEvent('page');
  await clickToast(page, /View Page Trace/);
  await opened;
});

test('it lies above everything that the page puts on top', async () => {
  const page = await waiting('<div style="position:fixed;inset:0;z-index:2147483647;background:red"></div>');
  const found = await page.evaluate(() => {
    const { left, top, width, height } = document.querySelector('tracelight-toast').getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2).localName;
  });
  assert.equal(found, 'tracelight-toast');
});

test('a page that writes itself anew keeps its toast', async () => {
  const page = await waiting();
  await page.evaluate(() => {
    document.open();
    document.write('<p>anew');
    document.close();
  });
  await page.getByText('anew').waitFor();
  await serve();
  await followToast(page, /^Trace complete/);
});

test('a page that takes it out gets the next thing it has to say', async () => {
  const page = await waiting();
  await page.evaluate(() => {
    const away = () => document.querySelector('tracelight-toast')?.remove();
    new MutationObserver(away).observe(document.documentElement, { childList: true });
    away();
  });
  await until('it is gone', async () => (await readToast(page)) === '');
  // It does not fight the page for ever: that would freeze it.
  assert.equal(await page.evaluate(() => 1 + 1), 2);
});

test('what the store says is shown as text and never as markup', async () => {
  gate.instead = ({ method }, response) => {
    if (method !== 'GET') return false;
    response.writeHead(500, { 'content-type': 'text/plain' });
    response.end('no: <img src=x onerror="document.title=1"><b>broken</b>');
    return true;
  };
  site.pages['/page'] = '<p>page';
  const page = await lab.openPage(`${site.origin}/page`);
  const popup = await lab.command(page, 'Run Page Trace');
  const said = await followToast(page, /store says/);
  assert.match(said.at(-1), /store says 500: no: <img src=x onerror="document\.title=1"><b>broken<\/b>/);
  await popup.getByText('no: <img src=x onerror="document.title=1"><b>broken</b>').first().waitFor();
  assert.equal(await page.title(), 'site');
});

test('a page that the tab has left says nothing in the next one', async () => {
  const page = await waiting();
  const [old] = site.contexts('/page').slice(-1).map(readContext);
  // While its trace is under way a page is offered no other.
  await page.reload();
  await lab.command(page, 'Run Page Trace').then((popup) => popup.close());
  await until(
    'the page is loaded anew',
    () => readContext(site.contexts('/page').at(-1)).trace !== old.trace,
  );
  await followToast(page, /no server span for the document yet/);
  await clickToast(page, /Dismiss/);
  await until('it is gone', async () => (await readToast(page)) === '');
  await page.evaluate(() => {
    window.came = 0;
    new MutationObserver(() => came++).observe(document.documentElement, { childList: true });
  });
  // Each look at the old trace is over before the next one begins; there is one each 5 s.
  const looks = gate.count(new RegExp(old.trace));
  const again = () => gate.count(new RegExp(old.trace)) >= looks + 2;
  await until('the old trace is looked at again', again, 40_000);
  assert.equal(await page.evaluate(() => came), 0);
});

/** The browser's notifications of the extension, by name. */
const notifications = () => lab.desk.evaluate(() => chrome.notifications.getAll());

test("Escape is the page's while something in it has the focus or takes the key", async () => {
  const page = await waiting('<input aria-label="Field">');
  await page.bringToFront();
  // It listens later than the toast.
  await page.evaluate(() => {
    window.keys = [];
    addEventListener('keydown', (event) => {
      keys.push(event.key);
      if (window.greedy) event.preventDefault();
    });
  });
  await page.getByLabel('Field').press('Escape');
  await page.evaluate(() => {
    document.activeElement.blur();
    window.greedy = true;
  });
  await page.keyboard.press('Escape');
  assert.match(await readToast(page), /^Waiting/);
  await page.evaluate(() => (window.greedy = false));
  await page.keyboard.press('Escape');
  await until('it is gone', async () => (await readToast(page)) === '');
  assert.deepEqual(
    await page.evaluate(() => keys),
    ['Escape', 'Escape', 'Escape'],
    'the page hears every one',
  );
});

test('Escape takes it away wherever the focus is while the pointer is over it', async () => {
  const page = await waiting('<input aria-label="Field">');
  await page.bringToFront();
  await page.getByLabel('Field').focus();
  await host(page).hover();
  await page.keyboard.press('Escape');
  await until('it is gone', async () => (await readToast(page)) === '');
});

test('its state is read out and the numbers that move on the way to it are not', async () => {
  const page = await waiting();
  const lives = async () => {
    const session = await lab.context.newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const { root } = await session.send('DOM.getDocument', { depth: -1, pierce: true });
    await session.detach();
    const status = nodes.find(({ role, ignored }) => !ignored && role.value === 'status');
    const live = status.properties.find(({ name }) => name === 'live').value.value;
    const numbers = find(root, ({ attributes = [] }) => attributes.includes('aria-live'));
    return [live, numbers.attributes[numbers.attributes.indexOf('aria-live') + 1]];
  };
  assert.deepEqual(await lives(), ['polite', 'off']);
  await serve();
  await followToast(page, /^Trace complete/);
  assert.deepEqual(await lives(), ['polite', 'polite'], 'the result is, and who is late');
});

/** The first node of a tree that fits, shadow trees among them. */
function find(node, fits) {
  if (fits(node)) return node;
  for (const child of [...(node.children ?? []), ...(node.shadowRoots ?? [])]) {
    const found = find(child, fits);
    if (found) return found;
  }
  return undefined;
}

test('who was late is said, and marked in the waterfall', async () => {
  const page = await waiting();
  await serve();
  await followToast(page, /^Trace complete/);
  const { trace, span } = readContext(site.contexts('/page').at(-1));
  const late = { traceId: trace, spanId: spanId(), parentSpanId: span, name: 'charge' };
  await sendSpans(lab.collector.url, 'billing', [late]);
  await followToast(page, /^Trace complete .*, \+1 span from billing$/);
  const opened = lab.context.waitForEvent('page');
  await clickToast(page, /View Page Trace/);
  const dashboard = await opened;
  const row = dashboard.getByRole('row', { name: /charge/ });
  await row.getByText('late', { exact: true }).waitFor();
  assert.equal(await dashboard.getByText('late', { exact: true }).count(), 1, 'no other was');
});

test('numbers move while the store takes its time, and it completes when the answer is there', async () => {
  const answers = [];
  gate.instead = ({ method }, response) => {
    if (method !== 'GET') return false;
    answers.push(response);
    return true;
  };
  site.pages['/page'] = '<p>page';
  const page = await lab.openPage(`${site.origin}/page`);
  await lab.command(page, 'Run Page Trace').then((popup) => popup.close());
  const said = await followToast(page, /^Waiting for spans 3 s/);
  assert.ok(
    said.some((line) => /^Waiting for spans 1 s/.test(line)),
    said.join(' | '),
  );
  gate.instead = () => false;
  await serve();
  answers.forEach((response) => response.destroy());
  await followToast(page, /^Trace complete/);
});

test("without a store the browser's side is complete, and that is said", async () => {
  const store = (store) => lab.desk.evaluate((settings) => chrome.storage.local.set({ settings }), { store });
  await store('');
  try {
    site.pages['/page'] = '<p>page';
    const page = await lab.openPage(`${site.origin}/page`);
    const { said } = await lab.runPageTrace(page, /complete/i);
    assert.match(
      said.at(-1),
      /^Browser side complete .*No trace store is set, so the server side is not asked/,
    );
  } finally {
    await store(gate.url);
  }
});

test('a page that builds its tree anew again and again keeps its toast', async () => {
  const page = await waiting('<div id="app">page</div>');
  await page.evaluate(() => {
    document.body.replaceWith(document.createElement('body'));
    document.documentElement.replaceChildren(document.head, document.body);
  });
  await until('it is back', async () => /^Waiting/.test(await readToast(page)));
  await page.evaluate(() => document.documentElement.replaceChildren());
  await until('it is back', async () => /^Waiting/.test(await readToast(page)));
  await serve();
  await followToast(page, /^Trace complete/);
});

test('it stands still for those who asked for that', async () => {
  const page = await waiting();
  const animations = () => host(page).evaluate((host) => host.getAnimations({ subtree: true }).length);
  const moving = () => page.evaluate(() => document.timeline && document.getAnimations().length);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  assert.equal((await animations()) + (await moving()), 0);
});

test('a page that the user sees has no notification besides its toast', async () => {
  const page = await waiting();
  await page.bringToFront();
  await serve();
  await followToast(page, /^Trace complete/);
  assert.deepEqual(await notifications(), {});
});

/** Runs a page trace of a document that is not HTML, to its end. */
async function traced(type, body) {
  site.pages['/page'] = (_, response) => response.writeHead(200, { 'content-type': type }).end(body);
  const page = await lab.openPage(`${site.origin}/page`);
  await lab.command(page, 'Run Page Trace').then((popup) => popup.close());
  await page.bringToFront();
  const { trace } = await until(
    'it carries a context',
    () => readContext(site.contexts('/page').at(-1)) ?? undefined,
  );
  await serve();
  return { page, trace };
}

test('a document that has no place for a toast has a notification, once, and a click opens the trace', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>';
  const { trace } = await traced('image/svg+xml', svg);
  const names = async () => Object.keys(await notifications());
  const [name] = await until('it is told', async () => ((await names()).length ? names() : undefined), 60_000);
  assert.match(name, new RegExp(`^${trace} \\d+$`));
  await lab.desk.evaluate((name) => chrome.notifications.clear(name), name);
  const looks = gate.count(new RegExp(trace));
  await until('the trace is looked at again', () => gate.count(new RegExp(trace)) > looks);
  assert.deepEqual(await names(), []);
  // The browser lets nobody click a notification but a person: the worker is told that one did.
  const opened = lab.context.waitForEvent('page');
  const [worker] = lab.context.serviceWorkers();
  await worker.evaluate((name) => chrome.notifications.onClicked.dispatch(name), name);
  assert.equal(new URL((await opened).url()).searchParams.get('trace'), trace);
});

for (const [type, body] of [
  ['application/xml', '<feed><title>Feed</title></feed>'],
  ['text/plain', 'text'],
  ['application/json', '{"a":1}'],
]) {
  test(`the end of the trace of a document of type ${type} is told in one way`, async () => {
    const { page } = await traced(type, body);
    const ways = async () => {
      const toast = /^Trace complete/.test(await readToast(page));
      return [toast, Object.keys(await notifications()).length === 1].filter(Boolean).length;
    };
    assert.equal(await until('it is told', async () => (await ways()) || undefined, 60_000), 1);
  });
}

test('a click opens the dashboard beside the page', async () => {
  const page = await waiting();
  const opened = lab.context.waitForEvent('page');
  await clickToast(page, /View Page Trace/);
  const dashboard = await opened;
  await dashboard.getByRole('heading', { level: 1 }).waitFor();
  const places = await lab.desk.evaluate(async () => {
    const tabs = await chrome.tabs.query({});
    return tabs.map(({ url, index, windowId }) => ({ url, index, windowId }));
  });
  const of = (part) => places.find(({ url }) => url.includes(part));
  assert.equal(of('view=dashboard').windowId, of('/page').windowId);
  assert.equal(of('view=dashboard').index, of('/page').index + 1);
});

test('it fits any window in light and dark', async () => {
  const page = await waiting();
  await serve();
  await followToast(page, /complete/i);
  await photograph(page, 'toast', async ({ width }) => {
    const box = await host(page).boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= width, `${JSON.stringify(box)} in ${width}`);
  });
  await page.setViewportSize({ width: 360, height: 300 });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, forcedColors: 'active' });
    await page.screenshot({ path: `target/e2e/toast-forced-${colorScheme}.png` });
  }
});
