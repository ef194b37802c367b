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
  await lab.closePages();
  site.requests.length = 0;
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
    response.end('<img src=x onerror="document.title=1"><b>broken</b>');
    return true;
  };
  site.pages['/page'] = '<p>page';
  const page = await lab.openPage(`${site.origin}/page`);
  const popup = await lab.command(page, 'Run Page Trace');
  const said = await followToast(page, /store says/);
  assert.match(said.at(-1), /store says 500: <img src=x onerror="document\.title=1"><b>broken<\/b>/);
  await popup.getByText('<img src=x onerror="document.title=1"><b>broken</b>').first().waitFor();
  assert.equal(await page.title(), 'site');
});

test('a page that the tab has left says nothing in the next one', async () => {
  const page = await waiting();
  const [old] = site.contexts('/page').slice(-1).map(readContext);
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
  // Each look at the old trace is over before the next one begins.
  const looks = gate.count(new RegExp(old.trace));
  await until('the old trace is looked at twice more', () => gate.count(new RegExp(old.trace)) >= looks + 3);
  assert.equal(await page.evaluate(() => came), 0);
});

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
});
