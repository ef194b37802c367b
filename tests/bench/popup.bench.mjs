// How long the popup takes until it says what is true: the script time that it costs, and the time
// that a person waits, with a worker that is awake and with a dead one.
import { start, startSite } from '../e2e/harness.mjs';
import { collect, option, tell } from './sample.mjs';

const ROUNDS = option('rounds', 40);
const BAR = 100;

const site = await startSite({ '/': '<p>page' });
const lab = await start({ shop: null });

/** Runs in the popup: notes when the verb that tells its state is there. */
function watch(verb) {
  const look = () => {
    const verbs = [...document.querySelectorAll('button')];
    if (!verbs.some(({ textContent }) => textContent.trim() === verb)) return;
    globalThis.truth = performance.now();
    observer.disconnect();
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
}

/** Opens the popup of a tab; resolves to what it took until it offers a verb. */
async function open(tab, verb) {
  const popup = await lab.context.newPage();
  const session = await lab.context.newCDPSession(popup);
  // Time that its thread really ran: what else the machine does is not the popup's.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await popup.addInitScript(watch, verb);
  await popup.goto(lab.surface('popup', { tab }));
  await popup.waitForFunction(() => globalThis.truth);
  const wait = await popup.evaluate(() => globalThis.truth);
  const { metrics } = await session.send('Performance.getMetrics');
  const ms = (name) => metrics.find((metric) => metric.name === name).value * 1_000;
  await popup.close();
  const thread = ms('TaskDuration');
  // The browser does not count WebAssembly as script: all that is not drawing is taken for it.
  return { wait, thread, script: thread - ms('LayoutDuration') - ms('RecalcStyleDuration') };
}

async function measure(state, tab, verb) {
  const awake = await collect(ROUNDS, () => open(tab, verb));
  tell(`script time, ${state}`, awake.script, BAR);
  tell(`main thread in all, ${state}`, awake.thread);
  tell(`from opening to true state, ${state}`, awake.wait);
  const asleep = await collect(ROUNDS, async () => {
    await lab.stopWorker();
    return open(tab, verb);
  });
  tell(`  the same with a dead worker`, asleep.wait);
}

try {
  const page = await lab.openPage(`${site.origin}/`);
  const tab = await lab.tabId(page);
  await measure('no session', tab, 'Start Tracing Session');
  await page.bringToFront();
  await lab.startSession(page);
  await measure('in a session', tab, 'Stop Tracing Session');
} finally {
  await lab.close();
  await site.close();
}
