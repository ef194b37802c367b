// The filter over a trace's views: typed and completed by keys, told where it is wrong, and carried
// out by every view; and what is found in a trace without being asked for.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { KIND, sendSpans, spanId, start, text, traceId, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

let lab, shop;

before(async () => {
  lab = await start();
  shop = await sendShop();
});

afterEach(() => lab.closePages());

after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

const chart = (page) => page.getByRole('treegrid', { name: 'Waterfall' });
const rows = (page) => chart(page).getByRole('row');
const field = (page) => page.getByRole('combobox', { name: 'Filter spans' });
const choices = (page) => page.getByRole('listbox', { name: 'Completions' }).getByRole('option');
const count = (page) => page.getByRole('search', { name: 'Spans' }).getByRole('status').first();
const selected = (page) => chart(page).getByRole('row', { selected: true });

const findings = (page) => page.getByRole('region', { name: 'Findings' });
const topic = (page, name) => findings(page).getByRole('button', { name });

/** Resolves once the bar says so many of so many. */
const counted = (page, wanted) =>
  until(`it says ${wanted}`, async () => (await count(page).innerText()) === wanted);

async function drawn(trace) {
  const page = await lab.openDashboard(trace);
  await rows(page).nth(1).waitFor();
  return page;
}

/**
 * Sends a trace of two services: a cart that asks for each of its eight prices in turn, waits for
 * nothing that is traced, and a payment whose clock is 250 ms ahead and which fails.
 */
async function sendShop() {
  const trace = traceId();
  const [cart, pay] = [spanId(), spanId()];
  const began = BigInt(Date.now() - 5_000) * 1_000_000n;
  const span = (name, from, to, rest) => ({
    traceId: trace,
    spanId: spanId(),
    parentSpanId: cart,
    kind: KIND.internal,
    name,
    startTimeUnixNano: `${began + BigInt(from) * 1_000_000n}`,
    endTimeUnixNano: `${began + BigInt(to) * 1_000_000n}`,
    ...rest,
  });
  const price = (_, at) =>
    span('SELECT price', 10 + at * 30, 38 + at * 30, {
      kind: KIND.client,
      attributes: [text('db.query.text', `SELECT price FROM items WHERE id = ${at}`)],
    });
  await sendSpans(lab.collector.url, 'shop', [
    span('GET /cart', 0, 600, { spanId: cart, parentSpanId: undefined, kind: KIND.server }),
    ...Array.from({ length: 8 }, price),
    span('POST /pay', 400, 500, { spanId: pay, kind: KIND.client }),
  ]);
  await sendSpans(lab.collector.url, 'payment', [
    span('POST /pay', 670, 720, {
      parentSpanId: pay,
      kind: KIND.server,
      status: { code: 2, message: 'card <b>declined</b>' },
    }),
  ]);
  return trace;
}

test('a filter is typed, counted, and leaves matches with their ancestors', async () => {
  const page = await drawn(shop);
  await counted(page, '11 spans');
  await field(page).fill('name~"^SELECT" duration>20ms');
  await counted(page, '8 of 11 spans');
  const pale = chart(page).getByRole('row', { name: /not matched/ });
  await until('the others are pale, and say so', async () => (await pale.count()) === 3);
  await page.getByRole('radio', { name: 'Hide' }).check();
  await until('the others are gone', async () => (await rows(page).count()) === 10);
  assert.match(await rows(page).nth(1).innerText(), /GET \/cart/, 'what is above a match stays');
  await photograph(page, 'filter-hide', () => fits(page));
  await field(page).fill('error:true');
  await counted(page, '1 of 11 spans');
  await until('three rows are left', async () => (await rows(page).count()) === 4);
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await counted(page, '11 spans');
  await until('all are back', async () => (await rows(page).count()) === 12);
});

test('fields and values are completed by keys alone', async () => {
  const page = await drawn(shop);
  await field(page).focus();
  await page.keyboard.type('serv');
  await choices(page).filter({ hasText: 'service:' }).first().waitFor();
  assert.equal(await field(page).getAttribute('aria-expanded'), 'true');
  await page.keyboard.press('Tab');
  assert.equal(await field(page).inputValue(), 'service:');
  await choices(page).filter({ hasText: 'payment' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const active = page.locator(`#${await field(page).getAttribute('aria-activedescendant')}`);
  assert.match(await active.innerText(), /payment\s+1 span/, 'with how many have it');
  await photograph(page, 'filter-choices', () => fits(page));
  await page.keyboard.press('Enter');
  assert.equal(await field(page).inputValue(), 'service:payment ');
  await counted(page, '1 of 11 spans');
  await page.keyboard.press('Escape');
  await until('the list is closed', async () => (await choices(page).count()) === 0);
  await page.keyboard.press('Escape');
  assert.equal(await field(page).inputValue(), '');
});

test('what is no filter is told at its character, and the last good one holds', async () => {
  const page = await drawn(shop);
  await field(page).fill('error:true');
  await counted(page, '1 of 11 spans');
  await field(page).fill('error:true duration>soon');
  await page.getByText(/The filter has “soon” at character 21, wanted a time/).waitFor();
  assert.equal(await field(page).getAttribute('aria-invalid'), 'true');
  const mark = page.locator('.flaw strong');
  assert.equal(await mark.innerText(), '^^^^');
  const { left, shift } = await page.evaluate(() => {
    const [input, mark] = [document.querySelector('#trace-filter'), document.querySelector('.flaw strong')];
    const { left } = mark.getBoundingClientRect();
    return { left, shift: left - input.getBoundingClientRect().left };
  });
  assert.ok(left > 0 && shift > 130 && shift < 180, `the mark is under the character (${shift})`);
  await counted(page, '1 of 11 spans');
  await photograph(page, 'filter-flaw', () => fits(page));
});

test('matches are walked by Enter, forth and back', async () => {
  const page = await drawn(shop);
  await field(page).fill('kind:client');
  await counted(page, '9 of 11 spans');
  const chosen = async () => Number(await selected(page).getAttribute('aria-rowindex'));
  await page.keyboard.press('Enter');
  await until('the first is chosen', async () => (await chosen()) === 3);
  await page.keyboard.press('Enter');
  await until('the second is chosen', async () => (await chosen()) === 4);
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.press('Shift+Enter');
  await until('around to the last', async () => (await chosen()) === 11);
  await page.getByRole('button', { name: 'Next match' }).click();
  await until('and to the first again', async () => (await chosen()) === 3);
});

test('a filter that hides everything says so and can be undone', async () => {
  const page = await drawn(shop);
  await page.getByRole('radio', { name: 'Hide' }).check();
  await field(page).fill('nowhere-to-be-found');
  await page.getByText('No span matches the filter.').waitFor();
  await page.getByRole('button', { name: 'Show All Spans' }).click();
  await counted(page, '11 spans');
});

test('spans that come are filtered, too', async () => {
  const [trace, root] = [traceId(), spanId()];
  await sendSpans(lab.collector.url, 'shop', [{ traceId: trace, spanId: root, name: 'early' }]);
  const page = await drawn(trace);
  await field(page).fill('name:late');
  await counted(page, '0 of 1 spans');
  const late = { traceId: trace, spanId: spanId(), parentSpanId: root, name: 'late' };
  await sendSpans(lab.collector.url, 'billing', [late]);
  await counted(page, '1 of 2 spans');
});

test('what is worth looking at is told: errors, repeats, the critical path', async () => {
  const page = await drawn(shop);
  await topic(page, /^Errors 1$/).click();
  const list = findings(page).getByRole('list', { name: 'Errors' });
  await list.getByText('“POST /pay” of payment failed: card <b>declined</b>').waitFor();
  await photograph(page, 'findings-errors', () => fits(page));
  await list.getByRole('button', { name: 'Show' }).click();
  await until('it leads to the span', async () => /error.*POST \/pay/s.test(await selected(page).innerText()));
  await page.getByRole('button', { name: 'Close details' }).click();
  await topic(page, /^Repeats 1$/).click();
  const repeat = findings(page).getByRole('list', { name: 'Repeats' }).getByRole('listitem');
  await repeat.getByText(/“SELECT price” of shop 8 times, one after the other: 224 ms/).waitFor();
  await repeat.getByText('SELECT price FROM items WHERE id = ?').waitFor();
  await repeat.getByRole('button', { name: 'Filter' }).click();
  await counted(page, '8 of 11 spans');
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await topic(page, 'Gaps').click();
  await findings(page).getByText(/Nothing is traced for 352 ms within “GET \/cart” of shop/).waitFor();
  await topic(page, /^Critical path$/).click();
  await findings(page).getByText(/“GET \/cart” of shop: 276 ms/).waitFor();
  assert.equal(await page.locator('.track > .critical').count(), 0);
  await findings(page).getByRole('button', { name: 'Mark critical path' }).click();
  await until('the path is on the bars', async () => (await page.locator('.track > .critical').count()) > 8);
  await photograph(page, 'findings-critical', () => fits(page));
  await topic(page, 'Self times').click();
  await findings(page).getByText(/“SELECT price” of shop: 224 ms in 8 spans/).waitFor();
});

test('clocks that differ are put right by one click, and shown as recorded by another', async () => {
  const page = await drawn(shop);
  const adjust = topic(page, /Adjust clocks payment −245 ms/);
  await adjust.waitFor();
  await findings(page).getByText(/“POST \/pay” reaches 220 ms out of its request/).waitFor();
  const pay = chart(page).getByRole('row', { name: /POST \/pay.*payment/ });
  const place = async () => (await pay.locator('.bar').boundingBox()).x;
  const raw = await place();
  await pay.getByText('skew', { exact: true }).waitFor();
  await photograph(page, 'clocks-raw', () => fits(page));
  await adjust.click();
  await until('it lies in its request', async () => (await pay.getByText('skew').count()) === 0);
  assert.equal(await adjust.getAttribute('aria-pressed'), 'true');
  assert.ok((await place()) < raw, 'it moved');
  await findings(page).getByText(/Spans of payment are shown 245 ms earlier than recorded/).waitFor();
  await photograph(page, 'clocks-adjusted', () => fits(page));
  await adjust.click();
  await pay.getByText('skew', { exact: true }).waitFor();
});

test('all views show the clocks that are shown, and say which', async () => {
  const page = await drawn(shop);
  const tab = (name) => page.getByRole('tab', { name, exact: true });
  const cells = async () => (await page.getByRole('tabpanel').getByRole('row', { name: /POST \/pay.*payment/ }).innerText()).replaceAll(/\s+/g, ' ');
  const told = page.getByRole('status').getByText(/Clocks are adjusted in all views: payment −245 ms/);
  await tab('Table').click();
  const raw = await cells();
  assert.match(raw, /\+670 ms/);
  assert.equal(await told.count(), 0);
  await topic(page, /Adjust clocks payment −245 ms/).click();
  await told.waitFor();
  await until('the table shows the other start', async () => /\+425 ms/.test(await cells()));
  await page.getByRole('row', { name: /POST \/pay.*payment/ }).click();
  const details = page.getByRole('complementary', { name: 'Span details' });
  await details.getByText('shown 245 ms earlier than recorded').waitFor();
  await details.getByText('+425 ms').first().waitFor();
  for (const view of ['Tree', 'Flame', 'Statistics', 'Services', 'Logs']) {
    await tab(view).click();
    await told.waitFor();
  }
});

test('a trace with nothing odd says so', async () => {
  const trace = traceId();
  await sendSpans(lab.collector.url, 'shop', [{ traceId: trace, spanId: spanId(), name: 'alone' }]);
  const page = await drawn(trace);
  await findings(page).getByText('Nothing odd was found.').waitFor();
});
