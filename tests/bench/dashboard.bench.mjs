// How the dashboard opens on journals of 10,000 to a million spans, in the real extension. One page is
// recorded for real; the journal is then filled with copies of what was kept of it, each of another
// trace, session, time and path. Prints each bar with what was measured beside it; a missed one is
// told and is no failure, because how fast a machine is must not decide whether a change lands.
import { start, startSite } from '../e2e/harness.mjs';
import { option } from './sample.mjs';
import { blocks, fill, like, more } from './visit.mjs';

const ROUNDS = option('rounds', 3);
const SMALLEST = option('from', 10_000);
const LARGEST = option('spans', 1_000_000);
const SECONDS = option('seconds', 20);
/** Spans of a session, so that a million are 2,000 sessions. */
const SESSION = 500;

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const rows = [];

/** Notes what was measured, with its bar where it has one. */
function note(work, size, bar, ms, more) {
  const kept = bar === undefined ? '' : ms < bar ? 'kept' : 'MISSED';
  rows.push([work, size, `${ms.toFixed(0)} ms`, bar === undefined ? '' : `${bar} ms`, kept, more]);
  const told = bar === undefined ? '' : `bar ${bar}: ${kept}`;
  console.log(`  ${work.padEnd(34)} ${size.padStart(9)} spans ${ms.toFixed(0).padStart(7)} ms   ${told.padEnd(16)} ${more}`);
}

const ran = ({ cpu, task }) => `${cpu.toFixed(0)} ms on its thread, ${lasted(task)}`;
const lasted = (task) => (task < 50 ? 'no task over 50 ms' : `longest task ${task.toFixed(0)} ms`);

/** Runs in the page: notes long tasks, and when something is there and was drawn. */
function watch(wanted) {
  globalThis.tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
    type: 'longtask',
  });
  globalThis.drawn = (there) =>
    new Promise((resolve) => {
      const look = () => {
        if (!there()) return requestAnimationFrame(look);
        const channel = new MessageChannel();
        channel.port1.onmessage = () => resolve(performance.now());
        channel.port2.postMessage(0);
      };
      requestAnimationFrame(look);
    });
  globalThis.first = drawn(() => document.querySelectorAll(wanted.of).length >= wanted.count);
}

const longest = (page) => page.evaluate(() => Math.max(0, ...tasks));

/** Time that the page's thread really ran, by the browser's word: what else the machine does is not ours. */
async function clock(page) {
  const session = await lab.context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1_000;
  };
}

/** Opens a tab of the dashboard: from the navigation until what it shows is drawn. */
async function open(parameters, of, count = 1) {
  const page = await lab.context.newPage();
  const busy = await clock(page);
  await page.addInitScript(watch, { of, count });
  await page.goto(lab.surface('dashboard', parameters));
  const ms = await page.evaluate(() => first);
  return { page, ms, cpu: await busy() };
}

/** The same so many times; `then` is what is done with the page before its longest task is asked for. */
async function repeat(parameters, of, count, then = async () => undefined) {
  const [times, cpus, later, tasks] = [[], [], [], []];
  for (let n = 0; n < ROUNDS; n++) {
    const { page, ms, cpu } = await open(parameters, of, count);
    times.push(ms);
    cpus.push(cpu);
    later.push(await then(page));
    tasks.push(await longest(page));
    await page.close();
  }
  return { ms: median(times), cpu: median(cpus), later: median(later), task: Math.max(...tasks) };
}

/** When Logs has read so many requests. */
const read = (page, requests) =>
  page.evaluate(
    (requests) => drawn(() => {
      const said = document.querySelector('[role=search] output').textContent;
      // The store has some that were recorded before the journal was filled.
      return Number(said.replace(/\D/g, '')) >= requests;
    }),
    requests,
  );

/** Sets the filter of Logs; how long until the list is the filtered one. */
const filter = (page, text) =>
  page.evaluate(async (text) => {
    const field = document.querySelector('[role=search] [role=combobox]');
    const said = () => document.querySelector('[role=search] output').textContent;
    tasks.length = 0;
    const begun = performance.now();
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    return (await drawn(() => / of /.test(said()))) - begun;
  }, text);

async function measure(spans) {
  const size = spans.toLocaleString('en');
  const begun = performance.now();
  const { session, pages, requests } = await fill(lab, { spans, session: SESSION, digested: true });
  console.log(`  ${pages} pages are in the journal after ${((performance.now() - begun) / 1_000).toFixed(0)} s`);

  const first = await open({ tab: 'pages' }, '[aria-labelledby=slowest-head] tbody tr', 20);
  note('TOP20, when digests are in no block', size, undefined, first.ms, ran({ ...first, task: await longest(first.page) }));
  await first.page.close();
  if (pages > 1_000) await blocks(lab);

  const line = '[role=grid] [role=rowgroup] [role=row]';
  const logs = await repeat({ tab: 'logs' }, line, 10, (page) => read(page, requests));
  const all = `all read after ${(logs.later / 1_000).toFixed(1)} s`;
  note('first page of Logs', size, 300, logs.ms, `${ran(logs)}, ${all}`);
  for (const text of ['url:orders method:GET', 'duration>1s', 'nowhere']) {
    const sifted = await repeat({ tab: 'logs' }, line, 10, async (page) => {
      await read(page, requests);
      return filter(page, text);
    });
    note(`filter of Logs: ${text}`, size, 500, sifted.later, lasted(sifted.task));
  }
  const bars = [
    ['Session List', { tab: 'sessions' }, 'table tbody tr', 10, undefined],
    ['Session Tracking Details', { tab: 'session', session }, '[aria-label^="Expand "]', 5, 200],
    ['Page Speed with TOP20', { tab: 'pages' }, '[aria-labelledby=slowest-head] tbody tr', 20, 500],
    ['API', { tab: 'api' }, 'table tbody tr', 1, undefined],
  ];
  for (const [work, parameters, of, count, bar] of bars) {
    const opened = await repeat(parameters, of, count);
    note(work, size, bar, opened.ms, ran(opened));
  }
}

/** A journal of which nothing was digested: until the first numbers, and until all are there. */
async function anew(spans) {
  await fill(lab, { spans, session: SESSION, digested: false });
  const { page, ms } = await open({ tab: 'pages' }, '[aria-labelledby=slowest-head] tbody tr');
  const left = () => document.querySelector('.left').textContent === '';
  const all = await page.evaluate(`drawn(${left})`);
  const size = spans.toLocaleString('en');
  note('nothing digested: first numbers', size, undefined, ms, '');
  note('nothing digested: all', size, undefined, all, lasted(await longest(page)));
  await page.close();
}

/** Writes pages of 5,000 spans a second, for so many seconds. Resolves to how many a second they were. */
async function pour(seconds) {
  const begun = performance.now();
  let written = 0;
  for (let turn = 1; turn <= seconds * 10; turn++) {
    written += await more(lab, turn * 500 - written, SESSION);
    const wait = begun + turn * 100 - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return (written * 1_000) / (performance.now() - begun);
}

/** Of what the page's thread did meanwhile, the task that took most of it: how long, and what was in it. */
async function heaviest(page, meanwhile) {
  const browser = lab.context.browser();
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8'] });
  await meanwhile();
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const place = ({ pid, tid }) => `${pid} ${tid}`;
  const begins = traceEvents.filter(({ name }) => name === 'FireAnimationFrame').map(place);
  const many = (thread) => begins.filter((it) => it === thread).length;
  const [thread] = [...new Set(begins)].toSorted((a, b) => many(b) - many(a));
  const ours = traceEvents.filter((event) => place(event) === thread && event.tdur > 0);
  const tasks = ours.filter(({ name }) => name === 'ThreadControllerImpl::RunTask').toSorted((a, b) => b.tdur - a.tdur);
  const [{ ts, dur, tdur }] = tasks;
  const within = ours.filter((it) => it.ts >= ts && it.ts < ts + dur).toSorted((a, b) => a.ts - b.ts);
  const parts = { script: 'FunctionCall', style: 'UpdateLayoutTree', layout: 'Layout', 'pre-paint': 'PrePaint', paint: 'Paint', garbage: 'MajorGC' };
  const told = Object.entries(parts).flatMap(([part, called]) => {
    let [sum, end] = [0, 0];
    // One within another is counted with it.
    for (const it of within.filter(({ name }) => name === called)) {
      if (it.ts < end) continue;
      sum += it.tdur / 1_000;
      end = it.ts + it.dur;
    }
    return sum < 0.5 ? [] : [`${part} ${sum.toFixed(0)}`];
  });
  return `${(tdur / 1_000).toFixed(0)} ms on its thread${told.length > 0 ? ` (${told.join(', ')})` : ''}`;
}

/** Pages of 5,000 spans a second are written while a list is open: its longest frame. */
async function live(spans) {
  await fill(lab, { spans, session: SESSION, digested: true });
  const { page } = await open({ tab: 'sessions' }, 'table tbody tr', 10);
  await page.evaluate(() => {
    globalThis.gaps = [];
    tasks.length = 0;
    let last = performance.now();
    const frame = (now) => {
      gaps.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const rate = `${Math.round(await pour(SECONDS)).toLocaleString('en')} spans a second`;
  const [gaps, task] = [await page.evaluate(() => gaps), lasted(await longest(page))];
  // Once more, looked at from within, which takes time itself.
  const heavy = `heaviest task ${await heaviest(page, () => pour(Math.min(SECONDS, 5)))}`;
  const over = `${gaps.filter((gap) => gap >= 50).length} of ${gaps.length} frames over it`;
  note('written with the list open: frame', spans.toLocaleString('en'), 50, Math.max(...gaps), `${over}, ${rate}, ${task}, ${heavy}`);
  await page.close();
}

const site = await startSite();
const lab = await start({ shop: null });
try {
  await like(lab, site);
  for (let spans = SMALLEST; spans <= LARGEST; spans *= 10) await measure(spans);
  for (let spans = SMALLEST; spans <= Math.min(LARGEST, 100_000); spans *= 10) await anew(spans);
  if (SECONDS > 0) await live(10_000);
} finally {
  await lab.close();
  await site.close();
}
console.log('\n| work | spans | measured | bar | | |\n| --- | --- | --- | --- | --- | --- |');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
