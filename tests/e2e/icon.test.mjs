// The toolbar icon: for each tab its title says in words what its shape and badge say, whatever
// becomes of the tab, the session or the worker. The browser does not tell which picture is set;
// the title and the picture come from one decision (`trace::icon`), whose tests tie them together.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
  followToast,
  held,
  html,
  sendSpans,
  spanId,
  start,
  startSite,
  readContext,
  until,
} from './harness.mjs';

let lab, site;

const PLAIN = { badge: '', title: 'Tracelight' };

before(async () => {
  site = await startSite({ '/': '<p>page', '/other': '<p>other' });
  lab = await start({ shop: null });
});

afterEach(async () => {
  await lab.tidy();
  site.requests.length = 0;
  site.pages = { '/': '<p>page', '/other': '<p>other' };
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** What the icon of a tab says. */
const icon = (tab) =>
  lab.desk.evaluate(async (tabId) => {
    const [badge, title] = await Promise.all([
      chrome.action.getBadgeText({ tabId }),
      chrome.action.getTitle({ tabId }),
    ]);
    return { badge, title };
  }, tab);

/** Resolves once the icon of a tab says this. */
const says = (tab, wanted) =>
  until(`the icon says ${JSON.stringify(wanted)}`, async () => {
    const said = await icon(tab);
    const fits = (part) =>
      wanted[part] instanceof RegExp ? wanted[part].test(said[part]) : wanted[part] === said[part];
    assert.ok(['badge', 'title'].every(fits), JSON.stringify(said));
    return true;
  });

async function open(path = '/') {
  const page = await lab.openPage(`${site.origin}${path}`);
  return { page, tab: await lab.tabId(page) };
}

test('a page trace goes from busy to done, with the number of its spans', async () => {
  const slow = held((_, response) => html(response, '<p>slow'));
  const { page, tab } = await open();
  assert.deepEqual(await icon(tab), PLAIN);
  site.pages['/'] = slow.page;
  const popup = await lab.command(page, 'Run Page Trace');
  await slow.asked;
  await says(tab, { badge: '…', title: /no session, request sent with trace context$/ });
  slow.release();
  await says(tab, { badge: /^[1-9]\d*$/, title: /no session, waiting for spans, \d+ spans?$/ });
  const { trace, span } = readContext(site.contexts('/').at(-1));
  await sendSpans(lab.collector.url, 'site', [
    { traceId: trace, spanId: spanId(), parentSpanId: span, name: 'GET /' },
  ]);
  await says(tab, { badge: /^[1-9]\d*$/, title: /no session, trace complete, \d+ spans$/ });
  await popup.close();
  await page.goto(`${site.origin}/other`);
  await says(tab, PLAIN);
});

test('a session is said in each of its tabs after every navigation and in no other tab', async () => {
  const first = await open();
  const second = await open('/other');
  const foreign = await lab.openPage(`${site.foreign}/`);
  const elsewhere = await lab.tabId(foreign);
  await lab.startSession(first.page);
  for (const { tab } of [first, second]) await says(tab, { badge: /./, title: /session active/ });
  assert.deepEqual(await icon(elsewhere), PLAIN);
  for (const path of ['/other', '/', '/other']) {
    await first.page.goto(`${site.origin}${path}`);
    await says(first.tab, { badge: /./, title: /session active/ });
  }
  await second.page.bringToFront();
  await says(first.tab, { badge: /./, title: /session active/ });
  await second.page.goto(`${site.foreign}/`);
  await says(second.tab, PLAIN);
  await second.page.goBack();
  await says(second.tab, { badge: /./, title: /session active/ });
  await lab.stopSession(first.page);
  await first.page.reload();
  for (const { tab } of [first, second]) {
    await until('the session is over', async () => !/session active/.test((await icon(tab)).title));
  }
  await says(first.tab, PLAIN);
});

test('a cookie that is cleared takes the session off every icon', async () => {
  const first = await open();
  const second = await open('/other');
  await lab.startSession(first.page);
  await says(second.tab, { badge: /./, title: /session active/ });
  await lab.context.clearCookies();
  for (const { tab } of [first, second]) {
    await until('the session is over', async () => !/session active/.test((await icon(tab)).title));
  }
});

test('a worker that dies and comes back leaves every icon right', async () => {
  const first = await open();
  const second = await open('/other');
  await lab.startSession(first.page);
  await says(second.tab, { badge: 'on', title: /session active/ });
  await lab.stopWorker();
  await says(second.tab, { badge: 'on', title: /session active/ });
  // Nobody hears of it until the next worker reads the jar.
  await lab.context.clearCookies();
  await lab.startWorker();
  for (const { tab } of [first, second]) {
    await until('the session is over', async () => !/session active/.test((await icon(tab)).title));
  }
});

test('a document that takes the icon back gets it anew from the worker that its commit wakes', async () => {
  const { page, tab } = await open();
  await lab.startSession(page);
  await lab.stopWorker();
  await page.goto(`${site.origin}/other`);
  await says(tab, { badge: /./, title: /session active/ });
  await lab.stopSession(page);
});

test('every picture that the icon may have is there', async () => {
  const sizes = await lab.desk.evaluate(async () => {
    const names = ['icon', 'session', 'busy', 'done', 'trouble'];
    const paths = names.flatMap((name) => [16, 32].map((size) => [size, `/icons/${name}-${size}.png`]));
    const look = async ([size, path]) => {
      const picture = await createImageBitmap(await (await fetch(path)).blob());
      return picture.width === size && picture.height === size;
    };
    return Promise.all(paths.map(look));
  });
  assert.ok(sizes.every(Boolean));
});
