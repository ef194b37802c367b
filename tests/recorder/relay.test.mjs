import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CONTEXT, ORIGIN, background, document_, entry, isolatedWorld, navigation, pageWorld, relayed, settle, told,
} from './world.mjs';

const LIMIT = 16 * 1024;

const kinds = (world) => world.records().map(({ kind }) => kind);

test('a traced document says hello and what it is', async () => {
  const world = await relayed();
  assert.deepEqual(world.said[0], { v: 1, kind: 'hello', context: CONTEXT });
  await world.clock.turn();
  const [batch] = world.batches();
  assert.equal(batch.v, 1);
  assert.equal(batch.context, CONTEXT);
  assert.equal(batch.timeOrigin, 1.79e12);
  assert.equal(batch.dropped, 0);
  assert.deepEqual(told(world), [
    {
      kind: 'document', url: `${ORIGIN}/dir/page`, referrer: '', userAgent: 'Browser/1',
      language: 'en', width: 1280, height: 720, visibility: 'visible', online: true, prerendered: false,
    },
  ]);
});

test('recorder and relay find each other in either order', async () => {
  for (const order of ['recorder first', 'relay first']) {
    const shared = document_(ORIGIN);
    const page = pageWorld(shared);
    const world = isolatedWorld(shared);
    const starts = [page.record, world.relay];
    if (order === 'relay first') starts.reverse();
    starts[0]();
    if (order === 'recorder first') await page.fetch('data:,early');
    starts[1]();
    await page.fetch('data:,late');
    await world.clock.turn();
    const urls = world.records().flatMap(({ kind, url }) => (kind === 'request' ? [url] : []));
    assert.deepEqual(urls, order === 'relay first' ? ['data:,late'] : ['data:,early', 'data:,late']);
  }
});

test('nothing but requests and errors passes from the page, each by the name that it begins with', async () => {
  const world = await relayed();
  const request = '{"kind":"request","api":"fetch","url":"/a","start":1}';
  const error = '{"kind":"error","at":7,"message":"boom"}';
  const forged = [
    '{"kind":"navigation","loadEventEnd":1}',
    '{"kind":"constructor"}',
    '{"kind":"page","context":"00-33333333333333333333333333333333-4444444444444444-03"}',
    '{"kind":"vital","name":"LCP","value":1}',
    '{"kind":"wire","id":"1"}',
    '{"kind":"hidden","kind":"request","url":"/b"}',
    ' {"kind":"request","url":"/b"}',
    '{"kind":"request"}',
    '{"url":"/b","kind":"request"}',
    '{', 'null', 'seven', '[]', '""', {}, Symbol.iterator,
    `{"kind":"request","url":"${'x'.repeat(LIMIT)}"}`,
  ];
  for (const detail of forged) world.state(detail);
  world.state(`${request}\n{"kind":"hidden"}\n${error}\n`);
  world.state('');
  await world.clock.turn();
  assert.deepEqual(world.batches()[0].records.slice(1), [request, error]);
  assert.equal(world.batches()[0].dropped, forged.length + 1);
});

test('what the recorder dropped is counted too, within reason', async () => {
  const world = await relayed();
  for (const count of ['120', '4e9', '-3', 'NaN']) world.state(`{"kind":"error","message":"boom"}\n${count}`);
  await world.clock.turn();
  assert.equal(world.batches()[0].dropped, 120 + 1e6 + 1e6 + 1);
  assert.equal(world.records().length, 5);
});

test('timing entries pass as the browser tells them, but for what tells of other frames', async () => {
  const world = await relayed();
  world.see(
    entry('resource', {
      name: `${ORIGIN}/a.js`, initiatorType: 'script', startTime: 5, responseEnd: 9,
      serverTiming: [{ name: 'db', duration: 5, description: '' }], notRestoredReasons: { src: 'secret' },
    }),
    entry('paint', { name: 'first-paint', startTime: 40, duration: 0 }),
  );
  await world.clock.turn();
  assert.deepEqual(told(world).slice(1), [
    {
      kind: 'resource', name: `${ORIGIN}/a.js`, initiatorType: 'script', startTime: 5, responseEnd: 9,
      serverTiming: [{ name: 'db', duration: 5, description: '' }],
    },
    { kind: 'paint', entryType: 'paint', name: 'first-paint', startTime: 40, duration: 0 },
  ]);
  assert.deepEqual(world.ours().types, ['navigation', 'resource', 'paint', 'measure', 'long-animation-frame']);
});

test('the navigation is told once its load event is over, and at once', async () => {
  const world = await relayed();
  world.see(navigation(CONTEXT));
  await world.clock.turn();
  assert.deepEqual(kinds(world), ['document']);
  world.see(entry('navigation', { name: ORIGIN, type: 'reload', loadEventEnd: 300 }));
  await settle();
  assert.deepEqual(kinds(world), ['document', 'navigation']);
});

test('a server that states too much about its time loses that and nothing else', async () => {
  const world = await relayed();
  const serverTiming = [{ name: 'x'.repeat(LIMIT), duration: 1, description: '' }];
  world.see(entry('navigation', { name: ORIGIN, loadEventEnd: 300, serverTiming }));
  await settle();
  const record = told(world).find(({ kind }) => kind === 'navigation');
  assert.deepEqual(record, { kind: 'navigation', entryType: 'navigation', name: ORIGIN, loadEventEnd: 300 });
});

test('a flood goes in batches, one at a time, and beyond its bound is counted', async () => {
  const waiting = [];
  const slow = (message) =>
    message.kind === 'hello' ? background()(message) : new Promise((answer) => waiting.push(() => answer(background()(message))));
  const world = await relayed(slow);
  for (let at = 0; at < 3000; at++) world.fact({ start: at });
  await settle();
  assert.deepEqual(world.batches().map(({ records }) => records.length), [500]);
  while (waiting.length) {
    waiting.shift()();
    await settle();
    await world.clock.turn();
  }
  // 500 on their way and as many of one kind waiting; the rest is told as dropped.
  assert.deepEqual(world.batches().map(({ records }) => records.length), [500, 500]);
  assert.equal(world.batches().reduce((sum, { dropped }) => sum + dropped, 0), 3001 - 1000);
});

test('a batch is kept until it is stored, and tried again ever more slowly', async () => {
  let dead = 3;
  const answers = [
    () => Promise.reject(new Error('Could not establish connection. Receiving end does not exist.')),
    () => undefined,
    () => ({ v: 1, kind: 'refused' }),
  ];
  const world = await relayed((message) =>
    message.kind === 'records' && dead > 0 ? answers[--dead]() : background()(message));
  world.fact({ start: 1 });
  const waits = [];
  for (let at = 0; at < 5; at++) waits.push(...(await world.clock.turn()));
  const near = waits.map((wait) => Math.round(Math.max(wait, 0) / 100) * 100);
  assert.deepEqual(near, [0, 1000, 2000, 4000], 'the first at once, to wake a dead worker');
  const batches = world.batches().map(({ records }) => records);
  assert.equal(batches.length, 4);
  for (const records of batches) assert.deepEqual(records, batches[0]);
});

test('leaving the page sends all that is left, even with a batch on its way', async () => {
  for (const leave of ['pagehide', 'visibilitychange']) {
    const world = await relayed((message) => (message.kind === 'hello' ? background()(message) : new Promise(() => {})));
    await world.clock.turn();
    world.fact({ start: 1 });
    world.document.visibilityState = 'hidden';
    (leave === 'pagehide' ? world.window : world.document).dispatchEvent(new Event(leave));
    assert.deepEqual(kinds(world), ['document', 'request', 'turn', 'hidden'], leave);
  }
});

test('a document that the background does not trace is left alone', async () => {
  for (const contexts of [null, [CONTEXT]]) {
    const world = await relayed(background({ traced: false }), contexts);
    let off = 0;
    world.bus.addEventListener('tracelight:off', () => off++);
    assert.equal(world.fact({ start: 1 }), true, 'nobody hears it');
    assert.deepEqual(world.observers.flatMap(({ types }) => types), []);
    await world.clock.turn();
    assert.deepEqual(world.said.map(({ kind }) => kind), ['hello']);
  }
});

test('told that the session is over, the page puts nothing on requests any more', async () => {
  const world = await relayed();
  let off = 0;
  world.bus.addEventListener('tracelight:off', () => off++);
  world.see(entry('resource', { name: 'before', startTime: 1 }));
  world.tell({ v: 1, kind: 'stop' });
  assert.equal(off, 1);
  await settle();
  assert.deepEqual(kinds(world), ['document', 'resource'], 'what happened before is told');
  assert.equal(world.fact({ start: 2 }), true, 'nobody hears what comes after');
});

test('a document that cannot read its context is told it', async () => {
  const world = await relayed(background({ context: CONTEXT }), []);
  assert.equal(world.said[0].context, null);
  await world.clock.turn();
  assert.equal(world.batches()[0].context, CONTEXT);
});

test('hello is said again to a background that is not there yet', async () => {
  let dead = 2;
  const world = await relayed((message) => {
    if (dead-- > 0) throw new Error('Could not establish connection.');
    return background({ context: CONTEXT })(message);
  }, []);
  await world.clock.turn();
  await world.clock.turn();
  assert.deepEqual(world.said.map(({ kind }) => kind), ['hello', 'hello', 'hello']);
  await world.clock.turn();
  assert.equal(world.batches().length, 1);
});

test('when the extension is gone, silence', async () => {
  const world = await relayed();
  world.window.chrome.runtime.sendMessage = () => {
    throw new Error('Extension context invalidated.');
  };
  world.window.chrome.runtime.id = undefined;
  await world.clock.turn();
  assert.equal(world.fact({ start: 1 }), true, 'nobody hears it');
  assert.equal(world.ours(), undefined, 'nothing is observed');
  assert.equal(world.clock.due.size, 0);
  assert.deepEqual(world.toasts.at(-1), undefined, 'the toast is taken away');
});

test('toasts pass to whoever draws them, answered or unasked', async () => {
  const toast = { mood: 'busy', title: 'Armed', detail: '', action: null };
  const world = await relayed(background({ toast }));
  world.tell({ v: 1, kind: 'toast', toast: null });
  world.tell({ v: 9, kind: 'foldSpaceTime' });
  assert.deepEqual(world.toasts, [toast, null]);
});

test('the background is told whether the toast can be seen', async () => {
  const world = await relayed();
  const told = { v: 1, kind: 'toast', toast: { mood: 'done', title: 'Trace complete', detail: '', action: null } };
  assert.equal(await world.tell(told), true);
  world.place.seen = false;
  assert.equal(await world.tell(told), false);
  Object.defineProperty(world.place, 'seen', { get: () => { throw new Error('no HTML here'); } });
  assert.equal(await world.tell(told), undefined);
});
