// 100,000 spans that wait, through a store that fails every third request, while the worker is killed
// every five seconds: how long until all are there, and how many came twice. Spans that do not arrive
// are a failure, for that is what the journal promises; how long it takes is not.
import { start, until } from '../e2e/harness.mjs';
import { startInbox } from '../e2e/inbox.mjs';
import { enqueue, push } from '../e2e/waiting.mjs';
import { option } from './sample.mjs';

const SPANS = option('spans', 100_000);
const SECONDS = option('seconds', 5);
/** Spans of a chunk, as recording makes them. */
const CHUNK = 500;

const store = await startInbox();
const lab = await start({ collector: null, store: '', shop: null });
try {
  await lab.desk.evaluate((stores) => chrome.storage.local.set({ stores }), { sent: [{ slot: 0, endpoint: store.url }] });
  await push(lab); // the journal is made when it is first asked for
  store.answer = () => (store.taken.length % 3 === 0 ? 503 : 200);
  const wanted = await enqueue(lab, { chunks: Math.ceil(SPANS / CHUNK), spans: CHUNK });
  const begun = performance.now();
  let [killed, next] = [0, begun + SECONDS * 1_000];
  await until('all spans are there', async () => {
    if (performance.now() > next) {
      await lab.killWorker();
      killed += 1;
      next = performance.now() + SECONDS * 1_000;
    }
    const answer = push(lab).catch(() => undefined);
    const late = new Promise((resolve) => setTimeout(resolve, 500));
    const told = await Promise.race([answer, late]);
    return told?.left === 0;
  }, 600_000);
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  const counts = [...store.counts().values()];
  const twice = counts.reduce((sum, count) => sum + count - 1, 0);
  const failed = store.taken.filter(({ status }) => status === 503).length;
  const bytes = store.taken.reduce((sum, { body }) => sum + body.length, 0);
  console.log(`  ${wanted.toLocaleString('en')} spans in ${seconds} s, the worker killed ${killed} times`);
  console.log(`  ${store.taken.length} requests of ${(bytes / 1e6).toFixed(1)} MB, of which ${failed} failed`);
  console.log(`  arrived: ${counts.length.toLocaleString('en')}   twice: ${twice}`);
  if (counts.length !== wanted) process.exitCode = 1;
} finally {
  await lab.close();
  await store.close();
}
