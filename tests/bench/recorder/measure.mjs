// One tab, one measurement: CPU time of the page's main thread, whichever world ran on it. What else the
// machine does meanwhile is not counted.
import { setTimeout as pause } from 'node:timers/promises';
import { CALLS, callStub, click, stubFetch, visit } from './work.mjs';

/** Milliseconds in which a page that has loaded becomes quiet, but for what waits on purpose. */
const QUIET = 300;
/** Milliseconds after which the slowest exporter of those that send by themselves has sent. */
const SETTLE = 6_500;

/** Loads of a page that does nothing, with what is sent of them: `{ start }` in ms. */
export function measureStart(lab, place, candidate) {
  return inTab(lab, place, candidate, async (page, thread) => {
    await page.goto(place.page(candidate.host, '/start', candidate.peer));
    await pause(QUIET);
    return async () => ({ start: await thread.spent() });
  });
}

/** Calls of `fetch` that no network answers, with what is sent of them: `{ call }` in µs. */
export function measureCalls(lab, place, candidate) {
  return inTab(lab, place, candidate, async (page, thread) => {
    await page.addInitScript(stubFetch);
    await page.goto(place.page(candidate.host, '/start', candidate.peer));
    // No longer: Sentry records no call that begins a second after the load.
    await pause(QUIET);
    const before = await thread.spent();
    await page.evaluate(callStub, CALLS);
    return async () => ({ call: (((await thread.spent()) - before) * 1_000) / CALLS });
  });
}

/** The standard session: `{ session, heap }` in ms, and in MB after a collection. */
export function measureSession(lab, place, candidate) {
  return inTab(lab, place, candidate, async (page, thread) => {
    await page.goto(place.page(candidate.host, '/session', candidate.peer));
    await page.evaluate(visit);
    await click(page);
    return async () => ({ session: await thread.spent(), heap: await thread.heap() });
  });
}

/** One works while others wait for exporters: `alone(work)` begins once the work before is over. */
let last = Promise.resolve();
function alone(work) {
  const mine = last.then(work);
  last = mine.catch(() => {});
  return mine;
}

/**
 * Has work done in a tab whose process is up and has drawn a page, so that this is not measured.
 * Resolves to what the work resolves to a function for, asked once the tab has settled.
 */
async function inTab(lab, place, { host }, work) {
  const page = await lab.context.newPage();
  try {
    const read = await alone(async () => {
      await page.goto(place.warm(host));
      const session = await lab.context.newCDPSession(page);
      await session.send('Performance.enable', { timeDomain: 'threadTicks' });
      return work(page, await watchThread(session));
    });
    await pause(SETTLE);
    return await read();
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
