// A journal that an earlier version of the extension left.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start, startSite, until } from './harness.mjs';

let lab, site;

before(async () => {
  site = await startSite();
  lab = await start({ shop: null });
});

afterEach(() => lab.tidy());

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** The rows of a trace in the dashboard, as text, once one has a word. */
async function rows(trace, word) {
  const dashboard = await lab.openDashboard(trace);
  const found = dashboard.getByRole('treegrid', { name: 'Waterfall' }).getByRole('row');
  return until(`a row has ${word}`, async () => {
    const texts = await found.allInnerTexts();
    return texts.some((text) => text.includes(word)) && texts;
  });
}

test('a journal of the first version is upgraded with all that is in it', async () => {
  const page = await lab.openPage(`${site.origin}/page`);
  const { trace } = await lab.startSession(page);
  await until('its load is in the journal', async () =>
    (await lab.facts(trace)).some(({ kind }) => kind === 'navigation'),
  );
  await lab.leave(page);
  const before = await rows(trace, 'page load');
  await lab.closePages();
  await lab.stopWorker();
  await lab.desk.evaluate(async () => {
    const done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error); // one that is blocked waits until nobody is in the way
      });
    const names = ['facts', 'requests', 'spans'];
    const newest = await done(indexedDB.open('tracelight'));
    const read = async (name) => {
      const store = () => newest.transaction(name).objectStore(name);
      return { name, keys: await done(store().getAllKeys()), rows: await done(store().getAll()) };
    };
    const all = await Promise.all(names.map(read));
    newest.close();
    await done(indexedDB.deleteDatabase('tracelight'));
    const open = indexedDB.open('tracelight', 1);
    open.onupgradeneeded = () => {
      open.result.createObjectStore('facts');
      const requests = open.result.createObjectStore('requests', { keyPath: ['trace', 'span'] });
      requests.createIndex('tab', ['tab', 'start']);
      const spans = open.result.createObjectStore('spans', { keyPath: ['trace', 'side', 'part'] });
      spans.createIndex('unsent', 'unsent');
    };
    const first = await done(open);
    for (const { name, keys, rows } of all) {
      const store = first.transaction(name, 'readwrite').objectStore(name);
      for (const [at, row] of rows.entries()) {
        // The first version knew neither.
        delete row.others;
        delete row.apart;
        await done(name === 'facts' ? store.put(row, keys[at]) : store.put(row));
      }
    }
    first.close();
  });
  await until('it has the same rows', async () => {
    assert.equal((await rows(trace, 'page load')).length, before.length);
    return true;
  });
  const version = await lab.desk.evaluate(
    async () => (await indexedDB.databases()).find(({ name }) => name === 'tracelight').version,
  );
  assert.equal(version, 4);
});
