// How long a dead worker takes from a message to its answer, as a surface sees it: the browser starts
// it, it compiles its WebAssembly, reads back what it stored, and answers.
import { start, startSite } from '../e2e/harness.mjs';
import { collect, option, tell } from './sample.mjs';

const ROUNDS = option('rounds', 60);
const BAR = 60;

const site = await startSite({ '/': '<p>page' });
const lab = await start({ shop: null });
try {
  const page = await lab.openPage(`${site.origin}/`);
  const tab = await lab.tabId(page);
  const ask = () =>
    lab.desk.evaluate(async (tab) => {
      const begun = performance.now();
      const { kind } = await chrome.runtime.sendMessage({ v: 1, kind: 'view', tab });
      if (kind !== 'view') throw new Error(`the worker answers with ${kind}, wanted its view`);
      return performance.now() - begun;
    }, tab);
  const wake = async () => {
    await lab.stopWorker();
    return { cold: await ask(), warm: await ask() };
  };
  const idle = await collect(ROUNDS, wake);
  tell('wake to first answer, no session', idle.cold, BAR);
  await lab.startSession(page);
  const active = await collect(ROUNDS, wake);
  tell('wake to first answer, in a session', active.cold, BAR);
  tell('answer of a worker that is awake', active.warm);
} finally {
  await lab.close();
  await site.close();
}
