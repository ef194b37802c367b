// Pages that never stop: a hundred thousand of everything. Memory stays bounded, the browser goes on,
// and what was dropped is counted and shown.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start, startSite } from './harness.mjs';

/** As many as a page of the day makes, or one that means harm. */
const MANY = 100_000;
/** Bytes that a page may hold more after a flood than before it: our queues, and no more. */
const BOUND = 6e6;

let lab, site;

before(async () => {
  site = await startSite({ '/flood': '<p>flood' });
  lab = await start({ shop: null });
});

afterEach(() => lab.tidy());

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** Bytes in use once all that can go is gone. */
async function heap(session) {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

/** Floods a page of a session and resolves to what it holds in memory more than before. */
async function flood(wave) {
  const page = await lab.openPage(`${site.origin}/flood`);
  await lab.startSession(page);
  const session = await lab.context.newCDPSession(page);
  const before = await heap(session);
  await page.evaluate(wave, MANY);
  return { page, grown: (await heap(session)) - before };
}

const FLOODS = {
  'requests that are answered at once': async (count) => {
    for (let at = 0; at < count / 5; at += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, n) => fetch(`data:,${at + n}`)));
    }
  },
  'requests that fail': async (count) => {
    for (let at = 0; at < count; at++) await fetch(`http://[${at}`).catch(() => {});
  },
  'errors and rejections': async (count) => {
    addEventListener('error', (event) => event.preventDefault());
    addEventListener('unhandledrejection', (event) => event.preventDefault());
    for (let at = 0; at < count; at += 2) {
      reportError(new Error(`error ${at}`));
      Promise.reject(new TypeError(`rejection ${at}`));
      if (at % 1000 === 0) await new Promise((then) => setTimeout(then));
    }
  },
  'measures and marks': async (count) => {
    for (let at = 0; at < count; at += 2) {
      performance.mark(`mark ${at}`, { detail: { at } });
      performance.measure(`measure ${at}`, { start: at, end: at + 1, detail: { at } });
      if (at % 1000 === 0) {
        await new Promise((then) => setTimeout(then));
        performance.clearMarks();
        performance.clearMeasures();
      }
    }
  },
  'navigations in the page': async (count) => {
    for (let at = 0; at < count / 20; at++) {
      try {
        history.replaceState(at, '', `?${at}`);
      } catch {
        /* the browser has had enough of it */
      }
      performance.dispatchEvent(new CustomEvent('tracelight:page', { detail: '' }));
    }
  },
  'forged facts': async (count) => {
    const fact = {
      kind: 'request',
      api: 'fetch',
      method: 'GET',
      url: '/forged',
      start: 1,
      end: 2,
      status: 200,
    };
    for (let at = 0; at < count; at++) {
      const detail = JSON.stringify({ ...fact, span: (at + 1).toString(16).padStart(16, '0') });
      performance.dispatchEvent(new CustomEvent('tracelight:fact', { cancelable: true, detail }));
    }
  },
  'forged page traces': async (count) => {
    for (let at = 0; at < count; at++) {
      const id = (at + 1).toString(16);
      const detail = `00-${id.padStart(32, '0')}-${id.padStart(16, '0')}-03`;
      performance.dispatchEvent(new CustomEvent('tracelight:page', { detail }));
      performance.dispatchEvent(new Event('tracelight:relay'));
    }
  },
  'clicks, keys and changes': async (count) => {
    const input = document.body.appendChild(document.createElement('input'));
    for (let at = 0; at < count / 4; at++) {
      input.click();
      input.dispatchEvent(new Event('change', { bubbles: true }));
      input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      input.dispatchEvent(new Event('submit', { bubbles: true }));
    }
  },
  'elements that come and go': async (count) => {
    for (let at = 0; at < count / 10; at++) {
      const image = document.body.appendChild(new Image());
      image.src = `data:nothing,${at}`;
      if (at % 500 === 499) await new Promise((then) => (image.onerror = then));
      image.remove();
    }
  },
};

for (const [name, wave] of Object.entries(FLOODS)) {
  test(`a hundred thousand: ${name}`, async () => {
    const { page, grown } = await flood(wave);
    assert.ok(grown < BOUND, `${grown} bytes more are in use`);
    // It goes on: the page asks, and the worker answers.
    assert.equal(await page.evaluate(() => fetch('/flood').then(({ status }) => status)), 200);
    await lab.view(0);
  });
}
