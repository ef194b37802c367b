// Which requests Logs show, and how: a time that is brushed, chosen or typed; menus that write into
// the filter; columns; saved views; and a list that stays put while requests come.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

const HOUR = 3_600_000;
let lab, page, session, base;

/** Requests that others made before, in the journal as the extension keeps them: one each ten seconds. */
async function fill(rows) {
  await lab.desk.evaluate(async (rows) => {
    const open = indexedDB.open('tracelight');
    await new Promise((resolve) => (open.onsuccess = resolve));
    const all = open.result.transaction('requests', 'readwrite');
    for (const row of rows) all.objectStore('requests').put(row);
    await new Promise((resolve) => (all.oncomplete = resolve));
    open.result.close();
  }, rows);
}

/** A row that differs from a real one in its trace, span and what is given. */
function row(sample, at, start, other = {}) {
  const id = (length) => (at + 1).toString(16).padStart(length, '0');
  return { ...sample, trace: `a${id(31)}`, span: id(16), start: `${BigInt(start) * 1_000_000n}`, ...other };
}

before(async () => {
  lab = await start();
  page = await lab.openPage(`${lab.shop.shop}/`);
  await lab.startSession(page);
  [, session] = (await lab.sessionCookie(lab.shop.shop)).value.split('.');
  await page.goto(`${lab.shop.shop}/checkout`);
  await page.getByText(/Order \d+ placed/).waitFor();
  await lab.exported();
  const [sample] = await lab.desk.evaluate(async () => {
    const open = indexedDB.open('tracelight');
    await new Promise((resolve) => (open.onsuccess = resolve));
    const all = open.result.transaction('requests').objectStore('requests').getAll();
    await new Promise((resolve) => (all.onsuccess = resolve));
    open.result.close();
    return all.result;
  });
  base = Math.floor(Date.now() / HOUR) * HOUR - 3 * HOUR;
  const old = { session: 'e'.repeat(32), tab: 1, api: 'fetch' };
  const rows = Array.from({ length: 360 }, (_, at) =>
    row(sample, at, base + at * 10_000, {
      ...old,
      url: `https://old.example/api/item/${at}`,
      method: at % 3 ? 'GET' : 'PUT',
      status: at % 10 ? 200 : 503,
      millis: at % 20 ? 12 : 1_700,
      environment: at % 10 ? '' : 'staging',
    }),
  );
  await fill(rows);
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

const list = (logs) => logs.getByRole('grid', { name: 'Traced requests' });
const first = (logs) => list(logs).getByRole('row').nth(1);
const brush = (logs) => logs.getByRole('slider', { name: 'Time brush' });
const picture = (logs) => logs.getByRole('img', { name: /^Requests by status/ });
const range = (logs) => logs.getByRole('combobox', { name: 'Time range' });
const field = (logs) => logs.getByRole('combobox', { name: 'Filter requests' });
const count = async (logs) => Number(await list(logs).getAttribute('aria-rowcount')) - 1;
const param = (logs, name) => new URL(logs.url()).searchParams.get(name);

/** Logs of what was there before, about the hour in which it was made. */
async function open(parameters = {}) {
  const logs = await lab.openSurface('dashboard', { tab: 'logs', mine: 'on', ...parameters });
  await list(logs).waitFor();
  return logs;
}

const old = () => ({ filter: 'host=old.example', since: base, until: base + HOUR });

test('a brush that is drawn narrows list and address, and reloading restores it', async () => {
  const logs = await open(old());
  await until('all are there', async () => (await count(logs)) === 360);
  await picture(logs).waitFor();
  assert.match(await picture(logs).getAttribute('aria-label'), /360 requests: 2xx 324, 5xx 36$/);
  await range(logs).selectOption('All time');
  const box = await picture(logs).boundingBox();
  await logs.mouse.move(box.x + box.width * 0.02, box.y + 20);
  await logs.mouse.down();
  await logs.mouse.move(box.x + box.width * 0.1, box.y + 20);
  await logs.mouse.move(box.x + box.width * 0.15, box.y + 20);
  await logs.mouse.up();
  await until('the list is narrower', async () => (await count(logs)) < 360 && (await count(logs)) > 0);
  const [since, end] = [Number(param(logs, 'since')), Number(param(logs, 'until'))];
  assert.ok(since >= base - HOUR && end > since, `${since} to ${end}`);
  const within = Math.max(0, Math.min(360, Math.ceil((end - base) / 10_000))) - Math.max(0, Math.ceil((since - base) / 10_000));
  assert.equal(await count(logs), within, 'the rows that began in that time');
  assert.equal(await range(logs).inputValue(), 'Custom');
  await logs.reload();
  await until('it is restored', async () => (await list(logs).count()) > 0 && (await count(logs)) === within);
  await logs.getByRole('button', { name: 'Clear time' }).click();
  await until('all time is shown', async () => (await count(logs)) === 360 && param(logs, 'since') === null);
});

test('keys move and size the brush, and Escape clears it', async () => {
  const logs = await open({ filter: 'host=old.example' });
  await until('all are there', async () => (await count(logs)) === 360);
  await brush(logs).focus();
  await logs.keyboard.press('ArrowLeft');
  await until('the last stretch is chosen', () => param(logs, 'since') !== null);
  const taken = () => [Number(param(logs, 'since')), Number(param(logs, 'until'))];
  const [since, end] = taken();
  const step = end - since;
  await logs.keyboard.press('ArrowLeft');
  await until('it moved', () => taken()[0] === since - step && taken()[1] === end - step);
  await logs.keyboard.press('Shift+ArrowRight');
  await until('it is wider', () => taken()[0] === since - step && taken()[1] === end);
  assert.match(await brush(logs).getAttribute('aria-valuetext'), /^\d{4}-\d\d-\d\d .* to \d{4}-/);
  await logs.keyboard.press('Shift+ArrowLeft');
  await until('it is narrower', () => taken()[1] === end - step);
  await logs.keyboard.press('Escape');
  await until('it is cleared', () => param(logs, 'since') === null && param(logs, 'until') === null);
  await until('all are shown', async () => (await count(logs)) === 360);
});

test('a stretch of time and moments of one’s own are chosen by name', async () => {
  const logs = await open();
  await range(logs).selectOption('Last 15 minutes');
  await until('old ones are out', async () => (await count(logs)) < 360 && param(logs, 'last') === '15m');
  await range(logs).selectOption('Last 24 hours');
  await until('they are in', async () => (await count(logs)) > 360);
  await range(logs).selectOption('Custom');
  const local = (at) => {
    const it = new Date(at);
    return new Date(at - it.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  };
  await logs.getByLabel('To', { exact: true }).fill(local(base + 100_000));
  await until('it ends there', async () => Number(param(logs, 'until')) === base + 100_000);
  await logs.getByLabel('From', { exact: true }).fill(local(base));
  await until('it begins there', async () => (await count(logs)) === 10);
  await logs.getByLabel('To', { exact: true }).fill(local(base - 1_000));
  await logs.getByText('The end has to come after the beginning.').waitFor();
  assert.equal(Number(param(logs, 'until')), base + 100_000, 'what holds stays');
});

test('an address with a bad time or column says so', async () => {
  const wrong = [
    [{ since: 'noon' }, /bad since, wanted milliseconds since 1970: noon/],
    [{ since: 9, until: 5 }, /ends before it begins.*9 to 5/],
    [{ last: '2y' }, /unknown period, wanted last= and 15m, .*: 2y/],
    [{ columns: 'time,weather' }, /unknown column, wanted time, method, path.*: weather/],
  ];
  for (const [parameters, says] of wrong) {
    const logs = await lab.openSurface('dashboard', { tab: 'logs', ...parameters });
    await logs.getByRole('alert').getByText(says).waitFor();
  }
});

test('menus write their conditions into the filter, which is the truth', async () => {
  const logs = await open({ ...old(), filter: 'item' });
  const menu = logs.getByRole('button', { name: /^Filters/ });
  const choice = (name) => logs.getByRole('dialog', { name: 'Filters' }).getByRole('checkbox', { name });
  await menu.click();
  await choice('5xx').check();
  await until('it is written', async () => (await field(logs).inputValue()) === 'item status:5xx');
  await until('it holds', async () => (await count(logs)) === 36);
  await choice(/^PUT/).check();
  await choice('over 1 s').check();
  assert.equal(await field(logs).inputValue(), 'item status:5xx method=PUT duration>1s');
  await until('all of it holds', async () => (await count(logs)) === 6);
  await choice('over 500 ms').check();
  assert.equal(await field(logs).inputValue(), 'item status:5xx method=PUT duration>500ms');
  assert.ok(!(await choice('over 1 s').isChecked()), 'one takes the place of the other');
  await photograph(logs, 'logs-filters', () => fits(logs));
  await choice('5xx').uncheck();
  await choice(/^PUT/).uncheck();
  await choice('over 500 ms').uncheck();
  await choice('Errors only').check();
  assert.equal(await field(logs).inputValue(), 'item error:true');
  await choice('Errors only').uncheck();
  await choice('5xx').check();
  await choice('None').check();
  assert.equal(await field(logs).inputValue(), 'item -status:*');
  assert.ok(!(await choice('5xx').isChecked()), 'what has no status is of no class');
  await until('none of these', async () => (await list(logs).count()) === 0);
  await choice('staging (36)').check();
  await choice('None').uncheck();
  assert.equal(await field(logs).inputValue(), 'item environment=staging');
  await until('those are shown', async () => (await list(logs).count()) > 0 && (await count(logs)) === 36);
  await choice('staging (36)').uncheck();
  await logs.keyboard.press('Escape');
  await until('it is closed', async () => (await choice('5xx').count()) === 0);
  assert.ok(await menu.evaluate((it) => it === document.activeElement), 'the focus is back');
  await field(logs).fill('status:4xx');
  await menu.click();
  assert.ok(await choice('4xx').isChecked(), 'what is typed is ticked');
});

test('columns are chosen, stand in the address, and are remembered', async () => {
  const logs = await open(old());
  await logs.setViewportSize({ width: 1600, height: 800 });
  const heads = (it) => list(it).getByRole('columnheader').allInnerTexts();
  assert.deepEqual(
    (await heads(logs)).slice(1),
    ['Time', 'Method', 'Path', 'Host', 'Status', 'Duration', 'Spans', 'Errors', 'Service', 'Session', 'Lamps', 'Operation'],
  );
  await logs.getByRole('button', { name: 'Columns' }).click();
  const choice = (name) => logs.getByRole('dialog', { name: 'Columns' }).getByRole('checkbox', { name, exact: true });
  await choice('Host').uncheck();
  await choice('Kind').check();
  await until('they changed', async () => !(await heads(logs)).includes('Host') && (await heads(logs)).includes('Kind'));
  assert.match(param(logs, 'columns'), /^time,method,path,status,/);
  const other = await open(old());
  await other.setViewportSize({ width: 1600, height: 800 });
  await until('they are remembered', async () => (await heads(other)).includes('Kind'));
  await logs.getByRole('button', { name: 'Usual columns' }).click();
  await until('the usual ones are back', async () => (await heads(logs)).includes('Host'));
});

test('a view is saved, renamed, opened and deleted by keys, and survives a reload', async () => {
  let logs = await open({ ...old(), filter: 'status:5xx' });
  await until('it holds', async () => (await count(logs)) === 36);
  const menu = () => logs.getByRole('button', { name: 'Views' });
  const all = () => logs.getByRole('list', { name: 'Saved views' });
  await menu().press('Enter');
  await logs.getByText(/No view is saved/).waitFor();
  await logs.keyboard.press('Enter');
  await logs.getByText('A view needs a name.').waitFor();
  await logs.keyboard.type('Broken items');
  await logs.keyboard.press('Enter');
  await all().getByRole('link', { name: 'Broken items' }).waitFor();
  await all().getByRole('button', { name: 'Rename Broken items' }).press('Enter');
  const name = logs.getByRole('textbox', { name: 'New name of Broken items' });
  await name.fill('Old failures');
  await name.press('Enter');
  await all().getByRole('link', { name: 'Old failures' }).waitFor();
  await photograph(logs, 'logs-views', () => fits(logs));
  await logs.reload();
  logs = await open();
  await menu().click();
  await all().getByRole('link', { name: 'Old failures' }).click();
  await until('it leads there', async () => param(logs, 'filter') === 'status:5xx' && Number(param(logs, 'since')) === base);
  await until('it holds', async () => (await list(logs).count()) > 0 && (await count(logs)) === 36);
  await menu().click();
  await all().getByRole('button', { name: 'Delete Old failures' }).click();
  await logs.getByText(/No view is saved/).waitFor();
  const kept = () => lab.desk.evaluate(async () => (await chrome.storage.local.get('views')).views);
  await until('it is gone for good', async () => (await kept()).length === 0);
});

test('View Session of a row leads to Session Tracking Details', async () => {
  const logs = await open({ session });
  const link = list(logs).getByRole('link', { name: 'View Session' }).first();
  await link.click();
  await until('it leads there', () => param(logs, 'tab') === 'session' && param(logs, 'session') === session);
});

test('what is being read stays put while requests come, and new ones are told', async () => {
  const logs = await open();
  await until('all are there', async () => (await count(logs)) > 360);
  await list(logs).evaluate((it) => (it.scrollTop = 100 * 24));
  const target = list(logs).getByRole('row', { name: /\/api\/item\/2\d\d/ }).nth(6);
  const text = await target.innerText();
  const name = /\/api\/item\/2\d\d/.exec(text)[0];
  const same = list(logs).getByText(name, { exact: true });
  const before = await same.boundingBox();
  const total = await count(logs);
  await page.bringToFront();
  await page.evaluate(() => Promise.all([1, 2, 3].map((it) => fetch(`/api/cart?new=${it}`))));
  await logs.bringToFront();
  await until('they came', async () => (await count(logs)) >= total + 3);
  const news = logs.getByRole('button', { name: /^\d+ new$/ });
  await news.waitFor();
  assert.equal((await same.boundingBox()).y, before.y, 'the row is where it was');
  await photograph(logs, 'logs-news', () => fits(logs));
  await news.click();
  await until('the top is in view', async () => /new=/.test(await first(logs).innerText()));
  await until('nothing is new', async () => (await news.count()) === 0);
});

test('a session that is deleted elsewhere leaves the open list, however far down it stands', async () => {
  // More than are looked at again when something is recorded.
  const later = Date.now() + HOUR;
  const sample = await lab.desk.evaluate(async () => {
    const open = indexedDB.open('tracelight');
    await new Promise((resolve) => (open.onsuccess = resolve));
    const all = open.result.transaction('requests').objectStore('requests').getAll(null, 1);
    await new Promise((resolve) => (all.onsuccess = resolve));
    open.result.close();
    return all.result[0];
  });
  const others = { session: 'f'.repeat(32), url: 'https://later.example/', tab: 1 };
  await fill(Array.from({ length: 1_100 }, (_, at) => row(sample, 1_000 + at, later + at, others)));
  const logs = await open({ session });
  await until('its requests are there', async () => (await count(logs)) > 1);
  await logs.evaluate(() => (document.title = 'as it was opened'));
  const sessions = await lab.openSurface('dashboard', { tab: 'sessions', last: 'all' });
  await sessions.getByRole('button', { name: new RegExp(`^Delete session ${session.slice(0, 4)}`) }).click();
  await sessions.getByRole('alertdialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await logs.getByText('No traced requests in this session').waitFor();
  assert.equal(await logs.title(), 'as it was opened');
});
