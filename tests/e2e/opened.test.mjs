// What a page's trace and those that it opened show: frameworks' badges, vitals, errors, user
// operations, and the way from one trace to the other.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { html, readContext, sendSpans, spanId, start, startSite, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

const ACTION = '7f8a2c4be19d3a56c0ffee0123456789abcdef0123';

const PAGE = `<h1>Shop</h1><button id=pay>Pay</button><button id=fail>Fail</button><button id=next>Next</button>
  <script>
    performance.addEventListener('tracelight:page', () => (document.title = 'settled'), { once: true });
    performance.measure('cart ready', { start: 0, duration: 20, detail: { items: 3 } });
    pay.onclick = () => fetch('/cart', { method: 'POST', headers: { 'next-action': '${ACTION}' } });
    fail.onclick = () => { throw new TypeError('cart is <b>gone</b>'); };
    next.onclick = () => history.pushState(null, '', '/soft');
  </script>`;

let lab, site, page, own;

/** The server of an action reports its span when it has answered, as servers do. */
async function act({ headers }, response) {
  response.end();
  const { trace, span } = readContext(headers.traceparent);
  const served = { traceId: trace, spanId: spanId(), parentSpanId: span, name: 'POST /cart' };
  await sendSpans(lab.collector.url, 'site', [served]);
}

before(async () => {
  site = await startSite({ '/': (_, response) => html(response, PAGE), '/cart': act });
  lab = await start();
  page = await lab.openPage(`${site.origin}/`);
  const { trace } = await lab.startSession(page);
  await until('the page has settled', async () => (await page.title()) === 'settled');
  await page.getByRole('button', { name: 'Pay' }).click();
  const sent = await until('it was sent', () => site.contexts('/cart').at(-1));
  own = { trace: readContext(sent).trace, page: trace };
  assert.notEqual(own.trace, own.page, 'it has a trace of its own');
  await page.getByRole('button', { name: 'Fail' }).click();
  await page.getByRole('button', { name: 'Next' }).click();
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

const grid = (surface) => surface.getByRole('grid', { name: 'Traced requests' });
const chart = (surface) => surface.getByRole('treegrid', { name: 'Waterfall' });
const row = (surface, name) => chart(surface).getByRole('row', { name }).first();
const details = (surface) => surface.getByRole('complementary', { name: 'Span details' });

test('a Server Action has its badge and its id in Logs and in the panel', async () => {
  const panel = await lab.openPanel(await lab.tabId(page));
  const action = grid(panel)
    .getByRole('row', { name: /POST Server Action.*7f8a2c4be1.*\/cart/ })
    .last();
  // The browser's span and the server's.
  await action.getByRole('gridcell', { name: '2', exact: true }).waitFor();
  const badge = action.getByText('Server Action', { exact: true });
  assert.match(await badge.getAttribute('title'), /function on the server/);
  await photograph(panel, 'opened-panel', () => fits(panel));
  const logs = await lab.openSurface('dashboard', { tab: 'logs', q: 'server action' });
  await grid(logs)
    .getByRole('row', { name: /Server Action.*7f8a2c4be1/ })
    .first()
    .waitFor();
  await photograph(logs, 'opened-logs', () => fits(logs));
});

test('a request with a trace of its own says what opened it, and leads there and back', async () => {
  const dashboard = await lab.openDashboard(own.trace);
  await row(dashboard, /Server Action 7f8a2c4be1 \/cart/).waitFor();
  assert.equal(await chart(dashboard).getByText('page load').count(), 0, 'it is shown alone');
  await dashboard.getByRole('link', { name: /click button "Pay"/ }).waitFor();
  await photograph(dashboard, 'opened-request', () => fits(dashboard));
  const opened = lab.context.waitForEvent('page');
  await dashboard.getByRole('link', { name: /^page load/ }).click();
  const home = await opened;
  await row(home, /page load/).click();
  await details(home).getByRole('heading', { name: 'Opened' }).waitFor();
  const back = details(home)
    .getByRole('link', { name: /Server Action 7f8a2c4be1/ })
    .last();
  assert.match(await back.getAttribute('href'), /trace=[\da-f]{32}&span=[\da-f]{16}$/);
});

test('a page shows its vitals, its measures, its errors with their stacks, and what the user did', async () => {
  const dashboard = await lab.openDashboard(own.page);
  await row(dashboard, /cart ready/).click();
  await details(dashboard)
    .getByText(/performance\.measure\(\)/)
    .waitFor();
  await row(dashboard, /click button "Pay"/).click();
  await details(dashboard)
    .getByText(/never recorded/)
    .waitFor();
  await row(dashboard, /click button "Fail"/).click();
  await details(dashboard).getByText('TypeError: cart is <b>gone</b>').first().waitFor();
  const stack = details(dashboard).getByRole('list', { name: 'Stack trace' }).first();
  assert.match(await stack.innerText(), /onclick/);
  await row(dashboard, /page load/).click();
  await photograph(dashboard, 'opened-page', () => fits(dashboard));
  const vitals = dashboard.getByRole('list', { name: 'Web Vitals' }).first();
  await vitals.getByText('TTFB').waitFor();
  await vitals
    .getByText(/good|needs improvement|poor/)
    .first()
    .waitFor();
});
