// One tab, one measurement: CPU time of the page's main thread, whichever world ran on it. What else the
// machine does meanwhile is not counted.
import { setTimeout as pause } from 'node:timers/promises';
import { CALLS, callStub, click, stubFetch, visit } from './work.mjs';

/** Milliseconds in which a page that has loaded becomes quiet. */
const QUIET = 1_000;
/** Milliseconds after which the slowest exporter of those that send by themselves has sent. */
const SETTLE = 6_500;

/** Loads of a page that does nothing: `{ start }` in ms. */
export function measureStart(lab, place, candidate) {
  return inTab(lab, place, candidate, async (page, thread) => {
    await page.goto(place.page(candidate.host, '/start', candidate.peer));
    await pause(QUIET);
    return { start: await thread.spent() };
  });
}

/** Calls of `fetch` that no network answers, with what is sent of them: `{ call }` in µs. */
export function measureCalls(lab, place, candidate) {
  return inTab(lab, place, candidate, async (page, thread) => {
    await page.addInitScript(stubFetch);
    await page.goto(place.page(candidate.host, '/start', candidate.peer));
    await pause(QUIET);
    const before = await thread.spent();
    await page.evaluate(callStub, CALLS);
    await pause(SETTLE);
    return { call: (((await thread.spent()) - before) * 1_000) / CALLS };
  });
}

/** The standard session: `{ session, heap, sent }` in ms, MB after a collection and kB. */
export function measureSession(lab, place, candidate) {
  return inTab(lab, place, candidate, async (page, thread) => {
    const before = place.sink.bytes;
    await page.goto(place.page(candidate.host, '/session', candidate.peer));
    await page.evaluate(visit);
    await click(page);
    await pause(SETTLE);
    const session = await thread.spent();
    const sent = (place.sink.bytes - before) / 1_000;
    return { session, heap: await thread.heap(), sent };
  });
}

/** A tab whose process is up and has drawn a page, so that this is not measured. */
async function inTab(lab, place, { host }, measure) {
  const page = await lab.context.newPage();
  try {
    await page.goto(place.warm(host));
    const session = await lab.context.newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    return await measure(page, await watchThread(session));
  } finally {
    await page.close();
  }
}

async function watchThread(session) {
  const read = async (name) => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === name).value;
  };
  const before = await read('TaskDuration');
  return {
    spent: async () => ((await read('TaskDuration')) - before) * 1_000,
    heap: async () => {
      // Twice: what has a finaliser goes with the second.
      for (let n = 0; n < 2; n++) await session.send('HeapProfiler.collectGarbage');
      return (await read('JSHeapUsedSize')) / 1e6;
    },
  };
}
