// What the browser tells, as the witness states it. What takes a real document (what the user does,
// what fails to load, the vitals) is tested in a browser: tests/e2e/witness.test.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTEXT, ORIGIN, background, entry, navigation, relayed, settle, told } from './world.mjs';

const BOUNDS = { quiet: 60_000, cap: 600_000 };

/** A document whose relay knows when a load counts as settled. */
async function patient(settle = BOUNDS, device) {
  const world = await relayed(background({ settle }), [CONTEXT], device);
  const pages = [];
  world.bus.addEventListener('tracelight:page', ({ detail }) => pages.push(detail));
  let time = 100;
  world.bus.now = () => time;
  const loaded = () => world.see(entry('navigation', { name: ORIGIN, loadEventEnd: time }));
  return { ...world, pages, loaded, later: (ms) => (time += ms) };
}

const resource = () => entry('resource', { name: `${ORIGIN}/a.png`, startTime: 1 });
const kept = (world, kind) => told(world).filter((fact) => fact.kind === kind);
/** How long the witness means to wait; those of the relay are shorter. */
const waits = ({ clock }) => [...clock.due.values()].map(({ wait }) => wait).filter((wait) => wait > 10_000);

test('a load has settled when it is over and nothing came for a while', async () => {
  const world = await patient();
  world.see(resource());
  assert.deepEqual(waits(world), [], 'the load is not over');
  world.loaded();
  assert.deepEqual(waits(world), [60_000]);
  world.later(36_000);
  world.see(resource());
  world.later(24_000);
  await world.clock.turn();
  assert.deepEqual([world.pages, waits(world)], [[], [36_000]]);
  world.later(36_000);
  await world.clock.turn();
  assert.deepEqual(world.pages, ['']);
  world.see(resource());
  assert.deepEqual(waits(world), [], 'and that is that');
});

test('a page that is never quiet has settled all the same after a time', async () => {
  const world = await patient();
  world.loaded();
  for (let at = 0; at < 20; at++) {
    world.later(30_000);
    world.see(resource());
    await world.clock.turn();
  }
  assert.deepEqual(world.pages, ['']);
});

test('without the word of the background nothing settles', async () => {
  const world = await relayed(() => undefined);
  const pages = [];
  world.bus.addEventListener('tracelight:page', ({ detail }) => pages.push(detail));
  world.see(entry('navigation', { name: ORIGIN, loadEventEnd: 5 }));
  await world.clock.turn();
  assert.deepEqual([pages, waits(world)], [[], []]);
});

/** The page goes elsewhere by script, as the Navigation API tells. */
const go = (world, path, navigationType = 'push') => {
  world.window.location.href = ORIGIN + path;
  world.window.navigation.dispatchEvent(Object.assign(new Event('currententrychange'), { navigationType }));
};

test('a navigation within the page is a page with a trace of its own, and settles like a load', async () => {
  const world = await patient();
  world.loaded();
  go(world, '/cart');
  const [context] = world.pages;
  assert.match(context, /^00-[\da-f]{32}-[\da-f]{16}-03$/);
  assert.notEqual(context.slice(3, 35), CONTEXT.slice(3, 35));
  world.later(60_000);
  await world.clock.turn();
  assert.equal(world.pages[1], '');
  go(world, '/', 'traverse');
  go(world, '/pay', 'replace');
  await world.clock.turn();
  assert.deepEqual(
    kept(world, 'page').map(({ way, url, context }) => [way, url, world.pages.includes(context)]),
    [['push', `${ORIGIN}/cart`, true], ['traverse', `${ORIGIN}/`, true], ['replace', `${ORIGIN}/pay`, true]],
  );
});

test('what only notes something in the history, or scrolls, is no navigation', async () => {
  const world = await patient();
  go(world, '/dir/page', 'replace');
  go(world, '/dir/page#chapter-2');
  go(world, '/dir/page');
  assert.deepEqual(world.pages, []);
  go(world, '/dir/page#/settings');
  go(world, '/dir/page#/settings', 'replace');
  assert.equal(world.pages.length, 1);
});

test('a browser without the Navigation API tells of a navigation with its next entry', async () => {
  const world = await patient(BOUNDS, {});
  world.window.location.href = `${ORIGIN}/cart`;
  assert.deepEqual(world.pages, []);
  world.see(resource());
  assert.equal(world.pages.length, 1);
  world.window.location.href = `${ORIGIN}/`;
  world.window.dispatchEvent(new Event('popstate'));
  await world.clock.turn();
  assert.deepEqual(kept(world, 'page').map(({ way }) => way), ['push', 'traverse']);
});

test('a page that comes back is a page of its own, and asks whether it is still traced', async () => {
  const world = await patient();
  const show = (persisted) =>
    world.window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }));
  show(false);
  assert.deepEqual(world.pages, []);
  show(true);
  await settle();
  await world.clock.turn();
  assert.deepEqual(kept(world, 'page').map(({ way, context }) => [way, context]), [['restore', world.pages[0]]]);
  assert.equal(world.said.filter(({ kind }) => kind === 'hello').length, 2);
});

test('a prerendered document tells of its load once somebody sees it', async () => {
  const world = await patient();
  world.document.prerendering = true;
  world.loaded();
  await world.clock.turn();
  assert.deepEqual([kept(world, 'navigation'), waits(world)], [[], []]);
  world.document.prerendering = false;
  world.bus.navigation = entry('navigation', { name: ORIGIN, loadEventEnd: 9, activationStart: 400 });
  world.document.dispatchEvent(new Event('prerenderingchange'));
  await settle();
  assert.equal(kept(world, 'navigation')[0].activationStart, 400);
});

test('a measure tells its detail as text, unless that is none or too long', async () => {
  const world = await patient();
  const circle = {};
  circle.circle = circle;
  const details = [{ step: 2 }, 'pay', null, undefined, 'x'.repeat(4095), 'x'.repeat(4094), circle, 7n];
  for (const detail of details) {
    world.see(entry('measure', { name: 'work', startTime: 1, duration: 2, detail }));
  }
  await world.clock.turn();
  assert.deepEqual(
    kept(world, 'measure').map(({ detail }) => detail),
    ['{"step":2}', '"pay"', 'null', undefined, undefined, `"${'x'.repeat(4094)}"`, undefined, undefined],
  );
});

test('entries that the browser had to drop are counted', async () => {
  const world = await patient();
  world.ours().hear([resource()], { droppedEntriesCount: 0 });
  world.ours().hear([resource()], { droppedEntriesCount: 250 });
  await world.clock.turn();
  assert.deepEqual(kept(world, 'gap'), [{ kind: 'gap', count: 250 }]);
});

test('a long frame passes with its scripts, and without them where they would be too much', async () => {
  const world = await patient();
  const script = { sourceURL: `${ORIGIN}/app.js`, duration: 80 };
  const frame = { name: 'long-animation-frame', startTime: 5, duration: 90 };
  world.see(entry('long-animation-frame', { ...frame, scripts: [script] }));
  world.see(entry('long-animation-frame', { ...frame, scripts: Array(1000).fill(script) }));
  await world.clock.turn();
  assert.deepEqual(kept(world, 'long-animation-frame').map(({ scripts }) => scripts), [[script], undefined]);
});

test('what changes of the device is told', async () => {
  const connection = Object.assign(new EventTarget(), { effectiveType: '4g' });
  const world = await patient(BOUNDS, { connection });
  assert.equal(kept(world, 'document').length, 0);
  Object.assign(world.window.navigator, { onLine: false });
  world.window.dispatchEvent(new Event('offline'));
  connection.effectiveType = '3g';
  connection.dispatchEvent(new Event('change'));
  await world.clock.turn();
  assert.equal(kept(world, 'document')[0].connection, '4g');
  assert.deepEqual(kept(world, 'turn'), [
    { kind: 'turn', visibility: 'visible', online: false, connection: '4g' },
    { kind: 'turn', visibility: 'visible', online: false, connection: '3g' },
  ]);
});

test('a flood of one kind leaves room for the others, and nothing grows', async () => {
  const world = await patient();
  await world.clock.turn();
  for (let hour = 0; hour < 24; hour++) {
    for (let at = 0; at < 5000; at++) world.see(entry('measure', { name: 'tick', startTime: at }));
    world.see(resource());
    await settle();
    await world.clock.turn();
    await settle();
  }
  await world.clock.turn();
  assert.equal(kept(world, 'resource').length, 24);
  const measures = kept(world, 'measure').length;
  assert.ok(measures <= 24 * 1000, 'no more each time than are on their way, and as many waiting');
  const dropped = world.batches().reduce((sum, { dropped }) => sum + dropped, 0);
  assert.equal(measures + dropped, 24 * 5000);
  assert.ok(world.clock.due.size <= 2, 'timers do not pile up');
});

test('after Stop nothing is stated, and no timer and no observer is left', async () => {
  const world = await patient();
  world.loaded();
  world.tell({ v: 1, kind: 'stop' });
  await settle();
  const before = world.records().length;
  go(world, '/cart');
  world.window.dispatchEvent(new Event('offline'));
  await world.clock.turn();
  assert.equal(world.records().length, before);
  assert.deepEqual([world.pages, world.clock.due.size], [[], 0]);
  assert.ok(world.observers.every(({ types }) => types.length === 0));
});
