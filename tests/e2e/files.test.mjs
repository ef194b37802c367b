// Files: dropped, pasted or chosen, of every format, broken and large ones too; what is written of a
// trace, and what of it is read again.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createGzip, gzipSync } from 'node:zlib';
import { html, start, startSite, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

const fixture = (name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const read = (name) => readFile(fixture(name));

let lab, page, site;

before(async () => {
  lab = await start({ shop: null });
  page = await lab.openSurface('file');
  site = await startSite({ '/': (_, response) => html(response, '<h1>Shop</h1>') });
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

const chart = (surface) => surface.getByRole('treegrid', { name: 'Waterfall' });
const button = (surface, name) => surface.getByRole('button', { name, exact: true });

/** Opens files with the browser's own dialog. */
async function open(surface, ...files) {
  const dialog = surface.waitForEvent('filechooser');
  await surface.getByRole('button', { name: /^(Choose Files|Open Another)$/ }).click();
  await (await dialog).setFiles(files);
}

/** A file that a test makes up. */
const made = (name, content) => ({ name, mimeType: '', buffer: Buffer.from(content) });

/** Drops a file onto the page. */
function drop(surface, name, bytes) {
  return surface.evaluate(
    ([name, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name));
      const say = (type) => document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      return [say('dragenter'), say('dragover')].includes(true) ? 'not taken' : void say('drop');
    },
    [name, [...bytes]],
  );
}

/** Resolves once a trace of so many spans is shown, or of any number. */
function shows(surface, wanted) {
  const count = surface.locator('.files dl.facts div', { hasText: 'Spans' }).locator('dd');
  return until(`${wanted ?? 'some'} spans are shown`, async () => {
    if (!(await chart(surface).isVisible())) return false;
    const number = Number(await count.innerText({ timeout: 1_000 }));
    assert.ok(wanted === undefined ? number > 0 : number === wanted, `${number} spans`);
    return true;
  });
}

test('the view says what can be opened, and is reached by keyboard from the popup', async () => {
  await page.getByRole('heading', { name: 'Drop traces here' }).waitFor();
  await button(page, 'Choose Files').waitFor();
  await photograph(page, 'files-empty', () => fits(page));
});

const FORMATS = [
  ['foreign/crisp-critical-path-10.json'],
  ['foreign/victoriatraces-jaeger-trace.json'],
  ['foreign/zipkin-envoy.json'],
  ['foreign/zipkin-yelp.json'],
  ['foreign/tempo-v2-trace.pb'],
  ['foreign/page.har', /^page.har: HAR, 5 spans. 1 span rejected: /],
  ['foreign/chrome-devtools.json'],
  ['otlp/otlp-example-trace.json'],
  ['otlp/tempo-v1-trace.json'],
  ['otlp/tempo-v1-trace.pb'],
  ['otlp/tempo-v2-trace.json'],
];

for (const [name, said = /^$/] of FORMATS) {
  test(`${name} opens`, async () => {
    const surface = await lab.openSurface('file');
    await open(surface, fixture(name));
    const choice = surface.getByRole('region', { name: 'Traces' });
    await chart(surface).or(choice).waitFor();
    if (await choice.isVisible()) await choice.getByRole('row').nth(1).getByRole('button').click();
    await shows(surface);
    await until('it says so', async () => said.test(await surface.locator('.notes').textContent()));
  });
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** A trace with secrets in it, as OTLP JSON. */
const shop = (trace = TRACE, count = 4) => {
  const text = (key, stringValue) => ({ key, value: { stringValue } });
  const span = (at) => ({
    traceId: trace,
    spanId: String(at + 1).padStart(16, '0'),
    ...(at && { parentSpanId: '0000000000000001' }),
    name: at ? `SELECT ${at}` : 'GET /cart',
    kind: at ? 3 : 2,
    startTimeUnixNano: String(1_700_000_000_000_000_000n + BigInt(at) * 1_000_000n),
    endTimeUnixNano: String(1_700_000_000_090_000_000n - BigInt(at) * 1_000_000n),
    attributes: at
      ? [text('db.query.text', `select * from cart where id = ${at}`)]
      : [text('http.request.method', 'GET'), text('url.full', 'http://shop.test/cart?token=s3cretvalue'), text('password', 'hunter2')],
    status: at === 2 ? { code: 2, message: 'gone' } : {},
  });
  const resource = { attributes: [text('service.name', 'shop')] };
  const spans = Array.from({ length: count }, (_, at) => span(at));
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'test' }, spans }] }] };
};

const json = (what) => JSON.stringify(what);

/** Opens the shop's trace. */
async function openShop() {
  const surface = await lab.openSurface('file');
  await open(surface, made('shop.json', json(shop())));
  await chart(surface).waitFor();
  return surface;
}

/** Chooses an item of the menu; resolves to the file that comes of it. */
async function exported(surface, name) {
  await button(surface, 'Export').click();
  const saved = surface.waitForEvent('download');
  await surface.getByRole('menuitem', { name, exact: true }).click();
  const file = await saved;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

test('files are dropped onto the view and onto any surface, and pasted', async () => {
  const surface = await lab.openSurface('dashboard', { tab: 'logs' });
  await surface.getByRole('heading', { name: 'Logs' }).waitFor();
  await drop(surface, 'shop.json', Buffer.from(json(shop())));
  await shows(surface, 4);
  await button(surface, 'Back').click();
  await surface.getByRole('heading', { name: 'Logs' }).waitFor();
  await surface.evaluate((text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, ` ${json(shop(TRACE, 3))}`);
  await shows(surface, 3);
});

test('what is packed is unpacked, and several files are one trace', async () => {
  const surface = await lab.openSurface('file');
  const [first, ...rest] = shop().resourceSpans[0].scopeSpans[0].spans;
  const part = (spans) => {
    const whole = shop();
    whole.resourceSpans[0].scopeSpans[0].spans = spans;
    return json(whole);
  };
  await open(surface, made('a.json.gz', gzipSync(part([first]))), made('b', part([first, ...rest])));
  await shows(surface, 4);
  await surface.getByText('a.json.gz, b').waitFor();
});

test('of several traces one is chosen, the largest stands first', async () => {
  const surface = await lab.openSurface('file');
  const other = shop('5bf92f3577b34da6a3ce929d0e0e4736', 9);
  await open(surface, made('two.json', json({ resourceSpans: [...shop().resourceSpans, ...other.resourceSpans] })));
  const list = surface.getByRole('region', { name: 'Traces' });
  await list.getByRole('heading', { name: '2 traces' }).waitFor();
  assert.match(await list.getByRole('row').nth(1).innerText(), /GET \/cart\s+shop\s+9\s+1/);
  await photograph(surface, 'files-traces', () => fits(surface));
  await list.getByRole('row').nth(2).getByRole('button').click();
  await shows(surface, 4);
  await button(surface, 'All 2 Traces').click();
  await button(surface, 'Show All Together').click();
  await shows(surface, 13);
});

test('what is no trace says what it is, what is cut keeps what was whole, and nothing is lost', async () => {
  const surface = await openShop();
  await open(surface, made('photo.json', '\x89PNG'), made('tempo-search.json', await read('foreign/tempo-search.json')));
  const notes = surface.getByRole('alert');
  await notes.getByText(/photo.json cannot be opened: found .*; wanted a trace: OTLP/).waitFor();
  await notes.getByText(/tempo-search.json cannot be opened: found a store's answer to a search/).waitFor();
  await shows(surface, 4); // what was open stays
  const text = json(shop());
  await open(surface, made('cut.json', text.slice(0, text.indexOf('SELECT 3'))));
  await notes.getByText(/cut.json: OTLP JSON, 3 spans. JSON is broken at byte \d+.* What was whole/).waitFor();
  await shows(surface, 3);
  const zipkin = String(await read('foreign/zipkin-yelp.json'));
  await open(surface, made('cut', zipkin.slice(0, zipkin.length / 2)));
  await notes.getByText(/cut: Zipkin JSON, .* is broken at byte/).waitFor();
});

/** Notes in the page how often it is drawn, and what it says of how far it is. */
function watch(surface) {
  return surface.evaluate(() => {
    let frames = 0;
    const frame = () => requestAnimationFrame(frame, frames++);
    frame();
    const said = new Set();
    const look = () => said.add(document.querySelector('.going p')?.textContent ?? '');
    const words = new MutationObserver(look);
    words.observe(document.body, { subtree: true, childList: true, characterData: true });
    globalThis.watched = () => ({ frames, said: [...said] });
  });
}

/** A folder for files that are too large to be handed over as bytes. */
async function folder(work) {
  const path = await mkdtemp(join(tmpdir(), 'tracelight-'));
  try {
    await work(path);
  } finally {
    await rm(path, { recursive: true });
  }
}

test('500 MB of JSON that is cut short are read with the page alive, and what was whole is shown', async () => {
  await folder(async (path) => {
    const file = join(path, 'large.json');
    const head = json(shop(TRACE, 1));
    const one = json(shop(TRACE, 2).resourceSpans[0].scopeSpans[0].spans[1]);
    const out = createWriteStream(file);
    const text = 'x'.repeat(100_000);
    const say = (words) => out.write(words) || once(out, 'drain');
    await say(head.slice(0, head.lastIndexOf(']}]}]}')));
    for (let at = 2; at <= 5_000; at++) {
      const id = String(at).padStart(16, '0');
      await say(`,${one.replace('0000000000000002', id).replace('select * from cart', text)}`);
    }
    out.end(',{"traceId":"4bf92f3577b34da6a3');
    await finished(out);
    assert.ok((await stat(file)).size > 500_000_000);
    const surface = await lab.openSurface('file');
    await watch(surface);
    await open(surface, file);
    await chart(surface).waitFor({ timeout: 120_000 });
    await shows(surface, 5_000);
    await surface.locator('.notes').getByText('What was whole before that is shown.').waitFor();
    const { frames, said } = await surface.evaluate(() => watched());
    assert.ok(frames > 5, `it was drawn ${frames} times`);
    for (const verb of ['Loading', 'Reading']) assert.ok(said.some((words) => words.includes(`${verb} large.json: `)), verb);
  });
});

test('what is packed to fill memory is unpacked no further, and says so', async () => {
  await folder(async (path) => {
    const file = join(path, 'bomb.gz');
    const out = createGzip();
    const written = pipeline(out, createWriteStream(file));
    const spaces = Buffer.alloc(1 << 20, ' ');
    out.write('{"resourceSpans":');
    for (let size = 0; size < 400; size++) out.write(spaces) || (await once(out, 'drain'));
    out.end('[]}');
    await written;
    const surface = await lab.openSurface('file');
    await watch(surface);
    await open(surface, file);
    await surface.locator('.notes').getByText(/^bomb.gz cannot be opened: its [\d.]+ kB unpack to more than 200 times as much/).waitFor();
    await button(surface, 'Choose Files').waitFor();
    const { frames } = await surface.evaluate(() => watched());
    assert.ok(frames > 5, `it was drawn ${frames} times`);
  });
});

test('what is written is read again with the same spans', async () => {
  const surface = await openShop();
  const forms = ['OTLP JSON', 'OTLP protobuf', 'Jaeger JSON', 'Chrome trace, for Perfetto'];
  for (const form of forms) {
    const { name, bytes } = await exported(surface, form);
    assert.match(name, new RegExp(`^tracelight-${TRACE}\\.`));
    const again = await lab.openSurface('file');
    await open(again, { name: 'again', mimeType: '', buffer: bytes });
    await shows(again, 4);
    await chart(again).getByRole('row', { name: /SELECT 3/ }).first().waitFor();
    await again.close();
  }
  const texts = { 'CSV of the table': /^Name,Service,.*\r\n"?GET/, 'Markdown report': /^# .*GET \/cart[^]*SELECT/, 'SVG of the waterfall': /^<svg [^]*SELECT 3[^]*<\/svg>/ };
  for (const [form, wanted] of Object.entries(texts)) {
    assert.match(String((await exported(surface, form)).bytes), wanted);
  }
  const { bytes } = await exported(surface, 'PNG of the waterfall');
  assert.deepEqual([...bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
});

test('a table is written as the reader has it, and no cell of it is a formula', async () => {
  const whole = shop();
  const { spans } = whole.resourceSpans[0].scopeSpans[0];
  spans[1].name = '=HYPERLINK("http://evil.test")';
  const surface = await lab.openSurface('file');
  await open(surface, made('shop.json', json(whole)));
  await chart(surface).waitFor();
  await surface.getByRole('tab', { name: 'Table', exact: true }).click();
  await button(surface, 'Columns').click();
  await surface.getByRole('checkbox', { name: /db\.query\.text/ }).check();
  await button(surface, 'Columns').click();
  await surface.getByRole('columnheader', { name: /^Duration/ }).click();
  await surface.getByRole('columnheader', { name: /^Duration [↓]/ }).waitFor();
  const rows = async () => String((await exported(surface, 'CSV of the table')).bytes).split('\r\n');
  const [head, first, second, ...rest] = await rows();
  assert.equal(head, 'Name,Service,Kind,Start (ms),Duration (ms),Self time (ms),Status,db.query.text,Began (UTC),Trace,Span,Parent');
  assert.match(first, /^GET \/cart,shop,server,0\.000000,90\.000000,/);
  assert.match(second, /^"'=HYPERLINK\(""http:\/\/evil\.test""\)",shop,client,1\.000000,88\.000000,.*,select \* from cart where id = 1,2023-11-14T22:13:20\.001000000Z,/);
  assert.equal(rest.length, 3);
  await surface.getByRole('combobox', { name: 'Filter spans' }).fill('kind:client');
  await surface.getByText('3 of 4 spans').waitFor();
  assert.deepEqual((await rows()).map((row) => row.split(',')[4]), ['Duration (ms)', '88.000000', '86.000000', '84.000000', undefined]);
  await surface.getByRole('status').getByText(/3 of 4 spans match the filter/).waitFor();
});

test('a picture is of what is shown: its filter, folds and stretch of time, or the flame graph', async () => {
  const surface = await openShop();
  const drawn = async (name) => String((await exported(surface, name)).bytes);
  const whole = await drawn('SVG of the waterfall');
  assert.match(whole, /Times as recorded/);
  assert.doesNotMatch(whole, /opacity="\.4"|▸/);
  await surface.getByRole('combobox', { name: 'Filter spans' }).fill('name:"SELECT 2"');
  await surface.getByText('1 of 4 spans').waitFor();
  assert.equal((await drawn('SVG of the waterfall')).split('opacity=".4"').length, 4, 'three are pale');
  await surface.getByRole('radio', { name: 'Hide' }).check();
  const hidden = await drawn('SVG of the waterfall');
  assert.match(hidden, /others left out: name:&quot;SELECT 2&quot;/);
  assert.doesNotMatch(hidden, /SELECT 3/);
  await button(surface, 'Clear filter').click();
  await chart(surface).getByRole('row', { name: /SELECT 3/ }).first().click();
  await surface.keyboard.press('w');
  const zoomed = await drawn('SVG of the waterfall');
  assert.match(zoomed, /Times as recorded · [\d.]+ (µs|ms) to [\d.]+ (µs|ms)/);
  await surface.getByRole('tab', { name: 'Flame', exact: true }).click();
  const flame = await drawn('SVG of the flame graph');
  assert.match(flame, /^<svg [^]*SELECT 3[^]*<\/svg>/);
  const { name, bytes } = await exported(surface, 'PNG of the flame graph');
  assert.match(name, /\.png$/);
  assert.deepEqual([...bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  await mkdir(new URL('../../target/e2e/', import.meta.url), { recursive: true });
  for (const [of, content] of Object.entries({ whole, hidden, zoomed, flame })) {
    await writeFile(new URL(`../../target/e2e/drawn-${of}.svg`, import.meta.url), content);
  }
});

test('what is copied is on the clipboard, and what cannot be says why', async () => {
  const surface = await openShop();
  await lab.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = async (name, row) => {
    if (row) await chart(surface).getByRole('row', { name: row }).first().click();
    await button(surface, 'Export').click();
    await surface.getByRole('menuitem', { name }).click();
  };
  const clipboard = (pattern) => until('it is copied', async () =>
      pattern.test(await surface.evaluate(() => navigator.clipboard.readText())),
    );
  await copied('Copy as Markdown');
  await clipboard(/^# .*GET \/cart/);
  await copied('Copy request as cURL', /GET \/cart/);
  await clipboard(/^curl .*--url 'http:\/\/shop.test\/cart/s);
  await copied('Copy request as cURL', /SELECT 3/);
  await surface.getByRole('status').getByText('span has no URL, wanted url.full').waitFor();
});

test('before a file is shared, what is taken out is shown, and then it is out', async () => {
  const surface = await openShop();
  await button(surface, 'Export').click();
  await surface.getByRole('menuitem', { name: 'Share file…' }).click();
  const dialog = surface.getByRole('dialog', { name: 'Share file' });
  await dialog.getByText('2 texts with secrets:').waitFor();
  await dialog.getByRole('list', { name: 'Taken out' }).getByText('hunter2').waitFor();
  await photograph(surface, 'files-share', () => fits(surface));
  const saved = surface.waitForEvent('download');
  await button(dialog, 'Save File').click();
  const text = String(await readFile(await (await saved).path()));
  assert.match(text, /"redacted":true/);
  assert.doesNotMatch(text, /hunter2|s3cretvalue/);
  const again = await lab.openSurface('file');
  await open(again, made('shared.json', text));
  await shows(again, 4);
});

test('all of it goes by keyboard', async () => {
  const surface = await lab.openSurface('file');
  await button(surface, 'Choose Files').waitFor();
  const dialog = surface.waitForEvent('filechooser');
  await until('it has the focus', () => surface.evaluate(() => document.activeElement.textContent === 'Choose Files'));
  await surface.keyboard.press('Enter');
  await (await dialog).setFiles([made('shop.json', json(shop()))]);
  await chart(surface).waitFor();
  await button(surface, 'Export').focus();
  await surface.keyboard.press('ArrowDown');
  await surface.getByRole('menu', { name: 'Export' }).waitFor();
  await photograph(surface, 'files-menu', async ({ width }) => {
    await fits(surface);
    const { x, width: wide } = await surface.getByRole('menu').boundingBox();
    assert.ok(x >= 0 && x + wide <= width, `the menu is cut at ${width} pixels`);
  });
  await surface.keyboard.press('Escape');
  assert.equal(await surface.getByRole('menu').count(), 0);
  await surface.keyboard.press('Enter');
  const saved = surface.waitForEvent('download');
  await surface.getByRole('menuitem', { name: 'Share file…' }).and(surface.locator(':focus')).waitFor();
  await surface.keyboard.press('ArrowDown');
  await surface.keyboard.press('Enter');
  assert.equal((await saved).suggestedFilename(), `tracelight-${TRACE}.json`);
});

test('spans go onto the timeline of the page that they are of, and of no other', async () => {
  const shown = await lab.openPage(`${site.origin}/`);
  const surface = await lab.openSurface('file', { tab: await lab.tabId(shown) });
  const origin = await shown.evaluate(() => performance.timeOrigin);
  const at = (millis) => String(BigInt(Math.round((origin + millis) * 1000)) * 1000n);
  const whole = shop(TRACE, 1);
  const [span] = whole.resourceSpans[0].scopeSpans[0].spans;
  const say = async (text) => {
    await open(surface, made('page.json', json(whole)));
    await chart(surface).waitFor();
    await button(surface, 'Export').click();
    await surface.getByRole('menuitem', { name: 'Show in DevTools Performance' }).click();
    await surface.getByRole('status').getByText(text).waitFor();
  };
  const measures = () =>
    shown.evaluate(() =>
      performance.getEntriesByType('measure').map(({ name, startTime, duration, detail }) => ({ name, startTime, duration, detail })),
    );
  await say('The page was loaded anew since');
  assert.deepEqual(await measures(), []);
  Object.assign(span, { startTimeUnixNano: at(5), endTimeUnixNano: at(25) });
  await say('On the page\'s timeline.');
  const [{ name, startTime, duration, detail }] = await measures();
  assert.deepEqual([name, Math.round(startTime), Math.round(duration)], ['GET /cart', 5, 20]);
  const { dataType, track, trackGroup } = detail.devtools;
  assert.deepEqual([dataType, track, trackGroup], ['track-entry', 'shop', 'Tracelight']);
});
