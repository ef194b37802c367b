// How large traces open, scroll, zoom, take a filter and grow, in the real extension. Prints each bar
// with what was measured beside it; a missed one is told and is no failure, because how fast a machine
// is must not decide whether a change lands.
import { createServer } from 'node:http';
import { start } from '../e2e/harness.mjs';
import { option } from './sample.mjs';
import { json, protobuf, TRACE } from './trace.mjs';

const ROUNDS = option('rounds', 3);
const LARGEST = option('spans', 1_000_000);
const SECONDS = option('seconds', 60);
/** Spans that are made at once. */
const BATCH = 10_000;

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const at = (list, share) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
const rows = [];

/** Notes a bar and what was measured. */
function note(work, bar, value, unit = 'ms', more = '') {
  const kept = value < bar ? 'kept' : 'MISSED';
  rows.push([work, `${value.toFixed(1)} ${unit}`, `${bar} ${unit}`, kept, more]);
  console.log(`  ${work.padEnd(58)} ${value.toFixed(1).padStart(8)} ${unit}   bar ${bar}: ${kept}   ${more}`);
}

/** Files that the page fetches before its time runs. */
const files = new Map();
const server = createServer((request, response) => {
  for (const part of files.get(request.url)) response.write(part);
  response.end();
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const address = (name) => `http://127.0.0.1:${server.address().port}${name}`;

/** A trace in pieces: no text can be as long as a million spans. */
function* pieces(count, form) {
  for (let from = 0; from < count; from += BATCH) yield form(from, Math.min(count, from + BATCH));
}

/** Runs in the page: notes long tasks, and when the waterfall has so many spans and was drawn. */
function watch() {
  globalThis.tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
    type: 'longtask',
  });
  const drawn = () => document.querySelector('[role=treegrid] [role=row] [role=gridcell]');
  globalThis.picture = (begun) =>
    new Promise((resolve) => {
      const look = () => {
        if (!drawn()) return requestAnimationFrame(look);
        const channel = new MessageChannel();
        channel.port1.onmessage = () => resolve(performance.now() - begun);
        channel.port2.postMessage(0);
      };
      requestAnimationFrame(look);
    });
}

const longest = (page) => page.evaluate(() => Math.max(0, ...tasks));

/** Opens bytes as a dropped file. Resolves to the page and what it took. */
async function drop(name) {
  const page = await lab.context.newPage();
  await page.addInitScript(watch);
  await page.goto(lab.surface('file'));
  await page.getByRole('button', { name: 'Choose Files' }).waitFor();
  const busy = await clock(page);
  const before = await busy();
  const ms = await page.evaluate(async (url) => {
    const bytes = await (await fetch(url)).blob();
    const data = new DataTransfer();
    data.items.add(new File([bytes], 'trace'));
    const say = (type) =>
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    globalThis.tasks.length = 0;
    const begun = performance.now();
    say('dragenter');
    say('dragover');
    say('drop');
    return picture(begun);
  }, address(name));
  return { page, ms, cpu: (await busy()) - before, task: await longest(page) };
}

/** Opens a trace by its address, from the moment that its view is there and has nothing yet. */
async function open() {
  const page = await lab.context.newPage();
  const busy = await clock(page);
  await page.addInitScript(watch);
  await page.addInitScript(() => {
    globalThis.first = new Promise((resolve) => {
      const there = new MutationObserver(() => {
        if (!document.querySelector('main.dashboard')) return;
        there.disconnect();
        tasks.length = 0;
        resolve(picture(performance.now()));
      });
      there.observe(document, { childList: true, subtree: true });
    });
  });
  await page.goto(lab.surface('dashboard', { trace: TRACE }));
  const ms = await page.evaluate(() => first);
  return { page, ms, cpu: await busy(), task: await longest(page) };
}

/** Time that the page's thread really ran, by the browser's word: what else the machine does is not ours. */
async function clock(page) {
  const session = await lab.context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1_000;
  };
}

/** The time on the page's thread of each frame while something is done in each of them. */
async function frames(page, what, count = 240) {
  const browser = lab.context.browser();
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  await act(page, what, count);
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const place = ({ pid, tid }) => `${pid} ${tid}`;
  const begins = traceEvents.filter(({ name }) => name === 'FireAnimationFrame').map(place);
  const many = (thread) => begins.filter((it) => it === thread).length;
  const [thread] = [...new Set(begins)].toSorted((a, b) => many(b) - many(a));
  const ours = traceEvents.filter((event) => place(event) === thread).toSorted((a, b) => a.ts - b.ts);
  const times = [];
  // A task within another is counted with it.
  let end = 0;
  for (const { name, ts, dur = 0, tdur = dur } of ours) {
    if (name === 'FireAnimationFrame') times.push(0);
    if (!/RunTask$/.test(name) || ts < end) continue;
    end = ts + dur;
    if (times.length) times[times.length - 1] += tdur / 1_000;
  }
  return times.slice(1);
}

/** Does something in each of many frames. */
const act = (page, what, count) =>
  page.evaluate(
    ([what, count]) => {
      const grid = document.querySelector('[role=treegrid]');
      const box = [grid, ...document.querySelectorAll('*')].find(
        (it) => it.scrollHeight > it.clientHeight + 1_000 && getComputedStyle(it).overflowY !== 'visible',
      );
      const { left, top, width } = grid.getBoundingClientRect();
      const wheel = (deltaY) => ({
        deltaY,
        ctrlKey: true,
        bubbles: true,
        cancelable: true,
        clientX: left + width * 0.7,
        clientY: top + 60,
      });
      const how = {
        scroll: (n) => (box.scrollTop += n % 3 ? 137 : 4_000),
        zoom: (n) => grid.dispatchEvent(new WheelEvent('wheel', wheel(n % 120 < 60 ? -40 : 40))),
      }[what];
      let more = count;
      return new Promise((resolve) => {
        const frame = () => {
          if (!more--) return resolve();
          how(more);
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      });
    },
    [what, count],
  );

/** Puts a trace into the journal, in chunks as the extension writes them. */
async function keep(count) {
  for (let from = 0, part = 0; from < count; from += 512, part++) {
    const bytes = protobuf(from, Math.min(count, from + 512)).toString('base64');
    await lab.desk.evaluate(
      async ([trace, part, count, text]) => {
        const open = indexedDB.open('tracelight');
        const database = await new Promise((resolve) => (open.onsuccess = () => resolve(open.result)));
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const write = database.transaction('spans', 'readwrite');
        const row = { trace, side: 'server', part, open: false, late: false, apart: false, count, bytes };
        write.objectStore('spans').put(row);
        await new Promise((resolve) => (write.oncomplete = resolve));
        database.close();
      },
      [TRACE, part, Math.min(512, count - from), bytes],
    );
  }
}

async function send(body) {
  const headers = { 'content-type': 'application/x-protobuf' };
  const url = new URL('/v1/traces', lab.collector.url);
  for (;;) {
    const { status, ok } = await fetch(url, { method: 'POST', headers, body });
    if (ok) return;
    if (status !== 503 && status !== 429) throw new Error(`the collector answered ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Megabytes that the surfaces' process has in memory. */
async function memory() {
  const session = await lab.context.browser().newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const { readFileSync } = await import('node:fs');
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  return Math.max(...sizes);
}

async function repeat(count, take) {
  const all = [];
  for (let n = 0; n < count; n++) {
    const { page, ms, cpu, task } = await take();
    await page.close();
    all.push({ ms, cpu, task });
  }
  return { ms: median(all.map(({ ms }) => ms)), cpu: median(all.map(({ cpu }) => cpu)), task: Math.max(...all.map(({ task }) => task)) };
}

const lasted = ({ cpu, task }) =>
  `${cpu.toFixed(0)} ms on its thread, ${task < 50 ? 'no task over 50 ms' : `longest task ${task.toFixed(0)} ms`}`;

/** Time per span of protobuf at each size, which must not grow with it. */
const growth = [];

async function opening() {
  files.set('/10k.json', [...pieces(1, () => json(0, 10_000))]);
  const small = await repeat(ROUNDS, () => drop('/10k.json'));
  note('open 10,000 spans of JSON', 150, small.ms, 'ms', lasted(small));
  files.set('/100k.json', [json(0, 100_000)]);
  const text = await repeat(ROUNDS, () => drop('/100k.json'));
  note('open 100,000 spans of JSON', 1_000, text.ms, 'ms', lasted(text));
  files.clear();
  for (const count of [1_000, 10_000, 100_000, 1_000_000].filter((count) => count <= LARGEST)) {
    files.set('/file', [...pieces(count, protobuf)]);
    const opened = await repeat(count > 100_000 ? 1 : ROUNDS, () => drop('/file'));
    growth.push([count, (opened.ms * 1_000) / count]);
    if (count === 100_000) note('open 100,000 spans of protobuf', 500, opened.ms, 'ms', lasted(opened));
    if (count === 1_000_000) note('open 1,000,000 spans of protobuf', 6_000, opened.ms, 'ms', lasted(opened));
  }
}

async function reading(count) {
  const { page } = await drop('/file');
  const size = count.toLocaleString('en');
  note(`memory with ${size} spans open`, 1_000, await memory(), 'MB');
  const bar = count > 100_000 ? 33 : 16.7;
  for (const what of ['scroll', 'zoom']) {
    const gaps = await frames(page, what);
    note(`${what} at ${size} spans, p99 frame`, bar, at(gaps, 0.99), 'ms', `median ${median(gaps).toFixed(1)} ms`);
  }
  if (count === 100_000) {
    const box = page.getByRole('combobox', { name: 'Filter spans' });
    await box.fill('name~"price');
    const busy = await clock(page);
    const strokes = [];
    for (const letter of 's" error:true') {
      const before = await busy();
      await box.press(letter === ' ' ? 'Space' : letter);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
      strokes.push((await busy()) - before);
    }
    note('all work after one keystroke in the filter, 100,000', 16, median(strokes));
  }
  await page.close();
}

async function journal() {
  await keep(100_000);
  const opened = await repeat(ROUNDS, open);
  note('open 100,000 spans of the journal', 300, opened.ms, 'ms', lasted(opened));
  await lab.desk.evaluate(() => {
    const open = indexedDB.open('tracelight');
    return new Promise((resolve) => {
      open.onsuccess = () => {
        const write = open.result.transaction('spans', 'readwrite');
        write.objectStore('spans').clear();
        write.oncomplete = () => resolve(open.result.close());
      };
    });
  });
}

async function store(count, bar, from = 0) {
  for (let begin = from; begin < count; begin += BATCH) await send(protobuf(begin, Math.min(count, begin + BATCH)));
  const opened = await repeat(count > 100_000 ? 1 : ROUNDS, open);
  const size = count.toLocaleString('en');
  note(`open ${size} spans of our collector`, bar, opened.ms, 'ms', lasted(opened));
}

/** A thousand spans a second for a minute. */
async function live() {
  await send(protobuf(0, 1_000));
  const { page } = await open();
  await page.evaluate(() => {
    globalThis.gaps = [];
    let last = performance.now();
    const frame = (now) => {
      gaps.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    tasks.length = 0;
  });
  const begun = performance.now();
  for (let n = 0; n < SECONDS * 10; n++) {
    await send(protobuf(1_000 + n * 100, 1_100 + n * 100));
    const wait = begun + (n + 1) * 100 - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  const [end, gaps] = [await memory(), await page.evaluate(() => gaps)];
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  note('1,000 spans a second live: longest task', 50, await longest(page));
  const over = gaps.filter((gap) => gap > 50).length;
  note('  frames over 50 ms', 1, over, '', `longest ${Math.max(...gaps).toFixed(0)} ms of ${gaps.length}`);
  note('  memory 10 s after it, to that at its end', 1.1, (await memory()) / end, '', `${end.toFixed(0)} MB at its end`);
  await page.close();
}

let lab = await start({ shop: null });
try {
  await opening();
  await reading(LARGEST);
  if (LARGEST > 100_000) {
    files.set('/file', [...pieces(100_000, protobuf)]);
    await reading(100_000);
  }
  await journal();
  await store(100_000, 300);
  if (LARGEST > 100_000) await store(LARGEST, 2_000, 100_000);
  const [fastest, slowest] = [Math.min(...growth.slice(1).map(([, us]) => us)), Math.max(...growth.slice(1).map(([, us]) => us))];
  const each = growth.map(([count, us]) => `${us.toFixed(2)} µs at ${count.toLocaleString('en')}`).join(', ');
  note('time per span, the longest to the shortest', 2, slowest / fastest, '', each);
  await lab.close();
  lab = await start({ shop: null });
  await live();
} finally {
  await lab.close();
  server.close();
}
console.log('\n| work | measured | bar | |\n| --- | --- | --- | --- |');
for (const row of rows) console.log(`| ${row.slice(0, 4).join(' | ')} ${row[4]} |`);
