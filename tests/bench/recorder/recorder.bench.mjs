// What Tracelight costs the page that it traces, beside what it stands in for: a page with nothing, the
// real extension with a session on, the same with scripts that do nothing, and SDKs from npm, one after
// the other in each round. Tells which bars are met, and fails on none: how fast a machine is must not
// decide whether a change lands.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { start, until } from '../../e2e/harness.mjs';
import { given } from '../../e2e/servers.mjs';
import { option } from '../sample.mjs';
import { bundlePeers, emptyScripts, PEERS, readScripts, weigh } from './bundles.mjs';
import { bars, cost } from './figures.mjs';
import { measureCalls, measureSession, measureStart } from './measure.mjs';
import { startPlace } from './place.mjs';
import { tellBars, tellTable } from './table.mjs';

const ROUNDS = option('rounds', 5);
/** Starts are short, and what is looked for in them is small. */
const STARTS = 3;
/** The host with a session, and the one without. */
const TRACED = 'traced';
const PLAIN = 'plain';

const CANDIDATES = {
  none: { host: PLAIN },
  ours: { host: TRACED },
  floor: { host: TRACED },
  ...Object.fromEntries(Object.keys(PEERS).map((peer) => [peer, { host: PLAIN, peer }])),
};

const bundles = await bundlePeers();
const extension = given('TRACELIGHT_EXTENSION');
const scripts = await readScripts(extension);
const empty = await emptyScripts(extension);
const place = await startPlace(bundles);
const lab = await start({ shop: null });
const bare = await start({ shop: null, extension: empty });
try {
  await trace(lab);
  await trace(bare);
  await see();
  const rounds = [];
  for (let n = 0; n < ROUNDS; n++) rounds.push(await measureAll(n));
  report(rounds);
} finally {
  await lab.close();
  await bare.close();
  await place.close();
  await rm(empty, { recursive: true });
}

/** Starts a session, without a popup: empty scripts never tell it that a page is traced. */
async function trace(lab) {
  const page = await lab.openPage(place.page(TRACED, '/start'));
  await lab.say('startSession', { tab: await lab.tabId(page) });
  await until('the page is traced', () => lab.pageContext(page).catch(() => undefined));
  await page.close();
}

/** Makes sure that a page of ours is traced, and that no other has anything of ours in it. */
async function see() {
  for (const { host } of [CANDIDATES.ours, CANDIDATES.none]) {
    const page = await lab.openPage(place.page(host, '/start'));
    const native = await page.evaluate(() => /^function fetch\(/.test(Function.prototype.toString.call(fetch)));
    const context = await lab.pageContext(page);
    assert.equal(native, host === PLAIN, `fetch is the browser's own on ${host}`);
    assert.equal(context === undefined, host === PLAIN, `${host} has no context`);
    await page.close();
  }
}

/** One round over all, every second one backwards: what comes later is not always the same one. */
async function measureAll(n) {
  const begun = Date.now();
  const names = Object.keys(CANDIDATES);
  if (n % 2) names.reverse();
  const round = Object.fromEntries(names.map((name) => [name, { start: 0 }]));
  for (const kind of [measureSession, measureCalls, ...Array(STARTS).fill(measureStart)]) {
    process.stderr.write(`  round ${n + 1} of ${ROUNDS}: ${kind.name.padEnd(20)}\r`);
    const measure = async (name) => {
      const { start, ...rest } = await kind(name === 'floor' ? bare : lab, place, CANDIDATES[name]);
      Object.assign(round[name], rest);
      if (start !== undefined) round[name].start += start / STARTS;
    };
    await Promise.all(names.map(measure));
  }
  console.error(
    `  round ${n + 1} of ${ROUNDS}: ${Math.round((Date.now() - begun) / 1_000)} s${' '.repeat(20)}`,
  );
  return round;
}

function report(rounds) {
  const sizes = { ours: weigh(Object.values(scripts)), floor: weigh([]) };
  for (const name in PEERS) sizes[name] = weigh([bundles[name]]);
  const costs = {};
  for (const name in sizes) {
    const of = (measure) => cost(rounds, name, measure);
    costs[name] = {
      start: of('start'),
      call: of('call'),
      session: of('session'),
      heap: of('heap'),
    };
  }
  tellTable(sizes, costs, { ours: 'Tracelight', floor: 'empty scripts', ...PEERS });
  tellBars(bars(sizes, costs, weigh([scripts.recorder])), ROUNDS);
}
