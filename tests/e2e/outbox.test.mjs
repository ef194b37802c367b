// Spans on their way to several stores: each gets what it wants in its own way, whatever becomes of
// the others and of the worker.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, test } from 'node:test';
import { followToast, start, startSite, until } from './harness.mjs';
import { startInbox } from './inbox.mjs';
import { rawSpans } from './raw.mjs';
import { enqueue, push, queued, spoil, written } from './waiting.mjs';

let lab, site;
let inboxes = [];

before(async () => {
  site = await startSite();
  lab = await start({ collector: null, store: '', shop: null });
  await push(lab); // the journal is made when it is first asked for
});

afterEach(async () => {
  await send([]);
  await until('nothing waits', async () => (await push(lab)).left === 0);
  await lab.tidy();
  for (const inbox of inboxes) await inbox.close();
  inboxes = [];
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

const inbox = async () => {
  const made = await startInbox();
  inboxes.push(made);
  return made;
};

/** Sets where spans go. */
const send = (sent) => lab.desk.evaluate((stores) => chrome.storage.local.set({ stores }), { sent });

/** What the extension keeps of a destination. */
const account = async (slot) => {
  const { outbox } = await lab.desk.evaluate(() => chrome.storage.local.get('outbox'));
  return outbox.find(([of]) => of === slot)[1];
};

/** What waits for the destinations of a mask, in spans. */
const waits = async (mask) =>
  (await queued(lab)).filter(({ unsent }) => unsent & mask).reduce((sum, { count }) => sum + count, 0);

/** Traces a page, so that some spans wait. */
async function visit(path) {
  const page = await lab.openPage(site.origin + path);
  const popup = await lab.command(page, 'Run Page Trace');
  const { trace } = await until('it is traced', () => lab.pageContext(page));
  return { page, popup, trace };
}

/** Leaves a traced page; what it said last is written then, and waits. */
async function leave(page, trace) {
  await page.goto('about:blank');
  const said = async () => (await lab.facts(trace)).some(({ kind }) => kind === 'hidden');
  await until('its last words are in the journal', said);
  return async () => (await rawSpans(lab)).filter((span) => span.trace === trace).map(({ id }) => id).sort();
}

/** The ids of all spans that a store took. */
const got = (store) => [...store.counts().keys()].sort();

/** Answers with a status and headers. */
const refuse = (status, headers = {}, body = '') => (_, response) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
};

test('a store that is down keeps nothing from another, and gets all of it once it is back', async () => {
  const [up, down] = [await inbox(), await inbox()];
  down.answer = () => 503;
  await send([{ slot: 0, endpoint: up.url }, { slot: 5, endpoint: down.url }]);
  const { page, popup, trace } = await visit('/two');
  await until('one has all', async () => up.taken.length > 0 && (await waits(1)) === 0);
  await popup.getByText(`the store is busy (503) (${down.url})`).waitFor();
  const recorded = await leave(page, trace);
  const ids = await until('the rest is there too', async () => {
    const ids = await recorded();
    assert.deepEqual(got(up), ids);
    return ids.length >= 2 && ids;
  });
  assert.equal(await waits(32), ids.length, 'all of it waits for the other');

  down.answer = () => 200;
  await until('the other has it', async () => (await push(lab)).left === 0);
  assert.deepEqual(got(down), ids);
  assert.deepEqual(new Set([...up.counts().values(), ...down.counts().values()]), new Set([1]));
  assert.equal((await account(5)).spans, ids.length);
});

test('each store gets its own form, packing, credentials and headers, and nobody else\u2019s', async () => {
  const [json, plain] = [await inbox(), await inbox()];
  const access = {
    credentials: { kind: 'basic', user: '12345', password: 'a pass\u00e9' },
    headers: [{ name: 'X-Api-Key', value: 'hunter2' }, { name: 'x-team', value: 'shop front' }],
    tenant: 'team-a',
  };
  await send([
    { slot: 1, endpoint: `${json.url}/otlp/`, form: 'Json', packed: true, access },
    { slot: 2, endpoint: plain.url },
  ]);
  const { page, trace } = await visit('/forms');
  const recorded = await leave(page, trace);
  await until('both have all', async () => {
    const ids = await recorded();
    for (const store of [json, plain]) assert.deepEqual(got(store), ids);
    return ids.length >= 2;
  });
  for (const { method, url, headers } of json.taken) {
    assert.deepEqual([method, url], ['POST', '/otlp/v1/traces']);
    const wanted = {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      authorization: `Basic ${Buffer.from('12345:a pass\u00e9').toString('base64')}`,
      'x-api-key': 'hunter2',
      'x-team': 'shop front',
      'x-scope-orgid': 'team-a',
    };
    assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((name) => [name, headers[name]])), wanted);
    assert.equal(headers.cookie, undefined);
  }
  for (const { url, headers } of plain.taken) {
    assert.equal(url, '/v1/traces');
    assert.equal(headers['content-type'], 'application/x-protobuf');
    for (const name of ['content-encoding', 'authorization', 'x-api-key', 'x-team', 'x-scope-orgid', 'cookie']) {
      assert.equal(headers[name], undefined, name);
    }
  }
});

test('429 is heeded in both forms of Retry-After', async () => {
  for (const [form, least] of [
    [() => '2', 2_000],
    // A date has whole seconds, and is compared with the server's own.
    [() => new Date(Date.now() + 3_000).toUTCString(), 2_000],
  ]) {
    const busy = await inbox();
    busy.answer = (letter, response) =>
      busy.taken.length > 1 ? 200 : refuse(429, { 'retry-after': form() })(letter, response);
    await send([{ slot: 0, endpoint: busy.url }]);
    await enqueue(lab, { chunks: 1, spans: 3 });
    await until('it is sent', async () => (await push(lab)).left === 0, 20_000);
    const [first, second, ...more] = busy.taken;
    assert.ok(second.at - first.at >= least, `it was asked again after ${second.at - first.at} ms`);
    assert.equal(more.length, 0);
    assert.deepEqual(second.ids, first.ids);
  }
});

test('what a store rejects, refuses or denies, or finds too large alone, is counted by its reason and not sent again', async () => {
  const other = await inbox();
  const partial = '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}';
  for (const [answer, why, lost, said, requests = 1] of [
    [refuse(200, {}, partial), 'Rejected', 2, 'the store rejected 2 spans: too old'],
    [refuse(401, {}, '{"message":"who?"}'), 'Denied', 3, 'the store refused 3 spans with 401: who?'],
    [refuse(413, {}, ''), 'Large', 3, 'the store refused 1 span with 413: nothing more', 4],
    [refuse(500, {}, '{"message":"oh"}'), 'Refused', 3, 'the store refused 3 spans with 500: oh'],
    [refuse(307, { location: `${other.url}/v1/traces` }), 'Redirected', 3, 'the store sends 3 spans elsewhere'],
  ]) {
    const store = await inbox();
    store.answer = answer;
    const access = { credentials: { kind: 'bearer', token: 'hunter2' } };
    await send([{ slot: 3, endpoint: store.url, access }]);
    await enqueue(lab, { chunks: 1, spans: 3, mask: 8 });
    const { left, trouble } = await until('it is sent', async () => {
      const answer = await push(lab);
      return answer.left === 0 && answer;
    });
    assert.deepEqual([left, trouble], [0, said]);
    const { drops, spans } = await account(3);
    assert.deepEqual([drops, spans], [[[why, lost]], why === 'Rejected' ? 1 : 0]);
    assert.equal(store.taken.length, requests, why);
  }
  assert.equal(other.taken.length, 0, 'nobody is followed elsewhere');
});

test('what is too large for a store is halved until it fits, once each, whenever the worker dies', async () => {
  const store = await inbox();
  store.answer = ({ body }) => (body.length > 20_000 ? 413 : 200);
  await send([{ slot: 0, endpoint: store.url }]);
  // Chunks of 40 kB: none fits whole. The spans of the last chunk fit nowhere.
  const [chunks, spans] = [3, 20];
  await enqueue(lab, { chunks, spans, bytes: 2_000 });
  await enqueue(lab, { chunks: 1, spans: 2, bytes: 30_000, first: chunks });
  // The worker dies before each of the calls by which it notes what it did.
  for (let n = 1; n <= 8; n++) {
    const { call } = await lab.mortal.doom(n);
    let hangs = false;
    const hanging = call.then(() => (hangs = true));
    await until('it hangs', async () => {
      await Promise.race([push(lab).catch(() => {}), hanging]);
      return hangs;
    });
    await lab.killWorker();
    await lab.startWorker();
  }
  await until('nothing is left', async () => (await push(lab)).left === 0, 60_000);
  const counts = store.counts();
  for (let at = 0; at < chunks; at++) {
    for (let nth = 0; nth < spans; nth++) assert.equal(counts.get(written(at, nth)), 1, `span ${nth} of ${at}`);
  }
  assert.equal(counts.size, chunks * spans);
  const { drops, spans: took, fits } = await account(0);
  assert.deepEqual([drops, took], [[['Large', 2]], chunks * spans]);
  assert.ok(fits < 22_000, `${fits} bytes are known to fit`);
  const large = store.taken.filter(({ status }) => status === 413);
  assert.ok(large.length < 12, `${large.length} requests were too large`);
});

test('what nobody can read is sent to nobody, and counted', async () => {
  const store = await inbox();
  await send([{ slot: 0, endpoint: store.url, form: 'Json' }]);
  await enqueue(lab, { chunks: 2, spans: 3 });
  await spoil(lab, 0);
  await until('it is sent', async () => (await push(lab)).left === 0);
  assert.deepEqual(got(store), [0, 1, 2].map((nth) => written(1, nth)));
  const { drops, spans } = await account(0);
  assert.deepEqual([drops, spans], [[['Garbled', 3]], 3]);
  await enqueue(lab, { chunks: 1, spans: 3, first: 5 });
  await spoil(lab, 5);
  await until('it is given up', async () => (await push(lab)).left === 0);
  assert.deepEqual((await account(0)).drops, [['Garbled', 6]]);
  assert.equal(store.taken.length, 1, 'no request without spans');
});

test('what waits for a destination that was taken off waits no more, and others keep their bits', async () => {
  const store = await inbox();
  store.answer = () => 503;
  await send([{ slot: 0, endpoint: store.url }, { slot: 1, endpoint: store.url }]);
  await enqueue(lab, { chunks: 2, spans: 3, mask: 3 });
  await until('it is tried', async () => (await push(lab)).left === 6);
  await send([{ slot: 1, endpoint: store.url }]);
  assert.equal((await push(lab)).left, 6);
  assert.deepEqual((await queued(lab)).map(({ unsent }) => unsent), [2, 2]);
});

test('the oldest goes where more waits than is held, and is counted', async () => {
  const store = await inbox();
  store.answer = () => 503;
  await send([{ slot: 0, endpoint: store.url }]);
  // 70 chunks of a megabyte; 64 MiB are held.
  await enqueue(lab, { chunks: 70, spans: 10, bytes: 100_000 });
  const { left } = await until('it is weighed', async () => {
    const answer = await push(lab);
    return answer.left > 0 && answer;
  }, 30_000);
  assert.equal(left, 670);
  const kept = (await queued(lab)).map(({ trace }) => Number.parseInt(trace.slice(0, 8), 16));
  assert.deepEqual(kept, Array.from({ length: 67 }, (_, at) => at + 4));
  assert.deepEqual((await account(0)).drops, [['Full', 30]]);
});

test('through a store that fails every third request, and a worker that dies again and again, all arrive once answered', async () => {
  const store = await inbox();
  await send([{ slot: 0, endpoint: store.url }]);
  let hear;
  store.answer = async (_, response) => {
    if (hear) {
      hear();
      // Whoever asked dies waiting.
      await once(response, 'close');
    }
    return store.taken.length % 3 === 0 ? 503 : 200;
  };
  const [chunks, spans] = [60, 20];
  await enqueue(lab, { chunks, spans, bytes: 4_000 });
  // The worker dies with a request on its way,
  for (let turn = 0; turn < 3; turn++) {
    let asked = false;
    hear = () => (asked = true);
    await until('a request is on its way', async () => {
      if (!asked) push(lab).catch(() => {}); // it dies of it, or has to wait
      return asked;
    });
    await lab.killWorker();
    hear = undefined;
    await lab.startWorker();
  }
  // and before each of the calls by which it notes what it did.
  for (let n = 1; n <= 6; n++) {
    const { call } = await lab.mortal.doom(n);
    let hangs = false;
    const hanging = call.then(() => (hangs = true));
    await until('it hangs', async () => {
      await Promise.race([push(lab).catch(() => {}), hanging]);
      return hangs;
    });
    await lab.killWorker();
    await lab.startWorker();
  }
  await until('nothing is left', async () => (await push(lab)).left === 0, 60_000);
  const counts = store.counts();
  const wanted = Array.from({ length: chunks }, (_, at) => Array.from({ length: spans }, (_, nth) => written(at, nth)));
  for (const id of wanted.flat()) assert.equal(counts.get(id), 1, `span ${id}`);
  assert.equal(counts.size, chunks * spans);
});
