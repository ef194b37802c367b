// What goes wrong with a trace store when it is asked: each fault is named where a person reads it, no
// secret goes to anybody else, and the trace is there once the store is.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { start, startSite, traceId, until } from './harness.mjs';
import { SESSION, startRecorded, TRACE } from './recorded.mjs';

let lab, site, store;

before(async () => {
  lab = await start({ collector: null, store: '', shop: null });
});

beforeEach(async () => {
  site = await startSite();
  store = await startRecorded('tempo2');
  await set(store.url);
});

afterEach(async () => {
  await lab.tidy();
  for (const server of [site, store]) await server.close();
});

after(async () => {
  await lab?.close();
  // The browser itself complains of a certificate that it does not trust.
  assert.deepEqual(lab?.complaints.filter((text) => !/ERR_SSL|ERR_CERT/.test(text)), []);
});

/** Sets the store and what goes with questions to it, of which nothing is remembered. */
async function set(url, access = {}) {
  await lab.desk.evaluate(
    async ([store, access]) => {
      await chrome.storage.local.set({ settings: { store }, stores: { asked: { access } } });
    },
    [url, access],
  );
}

/** Traces that nobody has. */
const MANY = Array.from({ length: 5 }, traceId);

/** Has the module that speaks with stores do something. */
const consult = (task) => lab.say('consult', { task: JSON.stringify(task) });

/** Has the store asked for many traces at once; resolves to what was told of each. */
const askAll = () => Promise.all(MANY.map((trace) => consult({ kind: 'ask', trace })));

/** Has the store searched for a session, of which traces are known. */
function search(known = []) {
  const when = { from: '1795220000000000000', to: '1795221000000000000' };
  return consult({ kind: 'search', session: SESSION, known, services: [], ...when });
}

/** Runs a page trace; resolves to its popup once that says why the store cannot be used. */
async function said(pattern) {
  const page = await lab.openPage(`${site.origin}/page`);
  const popup = await lab.command(page, 'Run Page Trace');
  await popup.getByText(pattern).first().waitFor();
  return popup;
}

/** Answers every question by this; what is sent is taken. */
function answering(answer) {
  store.instead = ({ method, url, headers }, response) => {
    if (method !== 'GET') return false;
    answer(response, { url, headers });
    return true;
  };
}

const json = { 'content-type': 'application/json' };

test('a page for people instead of JSON is said to be one', async () => {
  answering((response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>Grafana</title><script>alert(1)</script>');
  });
  const popup = await said(/found no Jaeger, Tempo or Zipkin there: 200, “Grafana”/);
  await popup.getByText("The trace store's answer cannot be read").first().waitFor();
});

test('an answer that is cut short, or breaks off, is of no use', async () => {
  let broken = false;
  store.instead = ({ url }, response) => {
    if (!url.startsWith('/api/v2/traces/') || url.includes('74726163656c')) return false;
    const cut = '{"trace":{"resourceSpans":[{"resource":{';
    if (broken) response.writeHead(200, { ...json, 'content-length': 900 }).write(cut, () => response.destroy());
    else response.writeHead(200, json).end(cut);
    return true;
  };
  await said(/The trace store cannot be used: store's answer cannot be read: /);
  broken = true;
  await said("The trace store cannot be used: the store's answer broke off before its end");
});

for (const [what, headers] of [
  ['that says so', { 'content-length': 100 << 20 }],
  ['that does not say so', {}],
]) {
  test(`an answer of 100 MB ${what} is not read to its end`, async () => {
    let most = 0; // of one answer; others may be on their way beside it
    store.instead = ({ url }, response) => {
      if (!url.startsWith('/api/v2/traces/') || url.includes('74726163656c')) return false;
      response.writeHead(200, { ...json, ...headers });
      const block = Buffer.alloc(1 << 20, 0x20);
      let written = 0;
      const more = () => {
        while (written < 100 << 20 && !response.destroyed) {
          written += block.length;
          most = Math.max(most, written);
          if (!response.write(block)) return response.once('drain', more);
        }
        response.end();
      };
      more();
      return true;
    };
    const popup = await said("The trace store cannot be used: the store's answer is larger than 64 MB");
    await popup.getByText("The trace store's answer is too large").first().waitFor();
    assert.ok(most < 100 << 20, `${most} bytes were taken`);
  });
}

test('a redirect to another host is not believed, and that host never sees credentials', async () => {
  const other = await startRecorded('tempo2');
  try {
    const to = other.url.replace('127.0.0.1', 'localhost');
    answering((response, { url }) => response.writeHead(307, { location: to + url }).end());
    const popup = await said(new RegExp(`the store sends us on, wanted an answer of its own: ${to}`));
    await popup.getByText('The trace store sends us to another address').first().waitFor();
    assert.ok(other.asked.length > 0, 'without a secret it is followed, to say where it leads');
    other.asked = [];

    const headers = [{ name: 'x-key', value: 'opensesame' }];
    await set(store.url, { credentials: { kind: 'bearer', token: 'opensesame' }, headers, tenant: 'opensesame' });
    await said('The trace store cannot be used: the store sends us elsewhere, wanted its own address');
    await until('the store was asked with them', () =>
      store.asked.some(({ headers }) => headers['x-key'] === 'opensesame' && headers.authorization === 'Bearer opensesame'),
    );
    assert.deepEqual(other.asked, [], 'nobody else was asked');
  } finally {
    await other.close();
  }
});

test('a store whose certificate cannot be believed is said to be silent for that', async () => {
  const url = store.url.replace('http:', 'https:');
  await set(url); // it speaks no TLS
  await said(new RegExp(`The trace store cannot be used: nothing answers at ${url}`));
  const task = JSON.stringify({ kind: 'testAsked', store: url, asked: '{}' });
  const tried = await lab.say('consult', { task });
  assert.equal(tried.said, `nothing answers at ${url}, or its certificate is not trusted`);
});

test('an answer that takes too long is not waited for, before it begins or after', async () => {
  // Patience is what we ask the browser for; here it is shorter.
  const patience = (millis) =>
    lab.context.serviceWorkers()[0].evaluate((millis) => {
      globalThis.whole ??= AbortSignal.timeout;
      AbortSignal.timeout = (ms) => globalThis.whole.call(AbortSignal, millis || ms);
    }, millis);
  await lab.startWorker();
  await patience(300);
  try {
    const late = 'The trace store cannot be used: timed out: the store gave no whole answer within 25 s';
    answering(() => {});
    await said(late);
    store.instead = () => false;
    await until('it is asked in earnest', () => store.count(/traces\/(?!74726163656c)/) > 0);
    store.instead = ({ url }, response) => {
      if (!url.startsWith('/api/v2/traces/') || url.includes('74726163656c')) return false;
      response.writeHead(200, json).write('{"trace":');
      return true;
    };
    await said(late);
  } finally {
    await patience(0);
  }
});

for (const [what, after] of [
  ['in seconds', () => ({ 'retry-after': '3' })],
  [
    'as a date of a clock that is an hour off',
    () => {
      const theirs = Date.now() + 3_600_000;
      const date = (time) => new Date(time).toUTCString();
      return { date: date(theirs), 'retry-after': date(theirs + 3_000) };
    },
  ],
]) {
  test(`a store that is busy (429) is left alone for as long as it says, ${what}`, async () => {
    let busy = true;
    const asked = [];
    answering((response, { url }) => {
      asked.push({ time: Date.now(), busy });
      if (busy) return response.writeHead(429, after()).end();
      const [status, head, body] = store.answers[url] ?? store.answers[''];
      response.writeHead(status, head).end(body);
    });
    await lab.say('erase'); // so that nobody waits for traces of before
    // Nobody knows yet what it is, and many want to know something of it at once.
    for (const { asked, status } of await askAll()) assert.deepEqual([asked, status], ['Refused', 429]);
    assert.equal(asked.length, 1, 'one finds out, and tells the others');
    await askAll();
    assert.deepEqual((await search()).trouble, ['the store is busy (429), wanted a pause of 3 s']);
    assert.equal(asked.length, 1, 'it is left alone');
    const popup = await said(/The trace store cannot be used: the store is busy \(429\), wanted a pause of 3 s/);
    await popup.getByText('The trace store is too busy to answer').first().waitFor();
    busy = false;
    const again = await until('it is asked again', () => asked.find(({ busy }) => !busy));
    const times = asked.slice(0, asked.indexOf(again) + 1).map(({ time }) => time);
    const pauses = times.slice(1).map((time, at) => time - times[at]);
    assert.ok(pauses.every((pause) => pause >= 3_000 && pause < 30_000), `it was asked again after ${pauses} ms`);
  });
}

test('a search that is under way stops where the store says to somebody else that it is busy', async () => {
  await lab.say('erase');
  await askAll(); // it is known
  const [first, other] = MANY;
  const asked = [];
  let answer;
  answering((response, { url }) => {
    asked.push(url);
    if (url.endsWith(first)) answer = () => response.writeHead(404).end();
    else response.writeHead(429, { 'retry-after': '60' }).end();
  });
  const found = search(MANY);
  await until('the search has begun', () => answer);
  await consult({ kind: 'ask', trace: other });
  answer();
  assert.deepEqual((await found).trouble, ['the store is busy (429), wanted a pause of 60 s']);
  await askAll();
  assert.deepEqual(asked, [`/api/v2/traces/${first}`, `/api/v2/traces/${other}`]);
});

test('a store that fails is asked as what it is known for', async () => {
  await lab.say('erase');
  await askAll(); // it is known
  const asked = [];
  answering((response, { url }) => {
    asked.push(url);
    response.writeHead(500).end('boom');
  });
  for (const { trouble } of await askAll()) assert.equal(trouble, 'store says 500: boom');
  await askAll();
  const each = MANY.map((trace) => `/api/v2/traces/${trace}`);
  assert.deepEqual(asked.sort(), [...each, ...each].sort(), 'each question, and none what it is');
});

test('what is no store is asked all by one, and not again by each who comes next', async () => {
  await lab.say('erase');
  const asked = [];
  answering((response, { url }) => {
    asked.push(url);
    response.writeHead(404, { 'content-type': 'text/html' }).end('<title>Nothing</title>');
  });
  const none = 'found no Jaeger, Tempo or Zipkin there: 404, “Nothing”';
  for (const { trouble } of await askAll()) assert.equal(trouble, none);
  assert.deepEqual([asked.length, new Set(asked).size], [6, 6], 'each kind once');
  for (const { trouble } of await askAll()) assert.equal(trouble, none);
  assert.ok(asked.length <= 12, `it was asked ${asked.length} times`);
  store.instead = () => false;
  await set(store.url, { tenant: 'shop' });
  assert.deepEqual((await search()).trouble, [], 'who sets it right is not kept waiting');
});

test('a store that is restarted in the middle has its trace shown when it is back', async () => {
  answering((response) => response.destroy());
  await said(`The trace store cannot be used: nothing answers at ${store.url}`);
  store.instead = () => false;
  const dashboard = await lab.openDashboard(TRACE);
  await dashboard.getByRole('row', { name: /GET \/checkout/ }).first().waitFor();
});
