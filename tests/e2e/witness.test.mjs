// What a page's scripts of ours state of everything that may happen in a page, in a real browser:
// facts as they come to the background, before anything is made of them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { readContext, start, startSite, until } from './harness.mjs';

const VITALS = new URL('../node_modules/web-vitals/dist/web-vitals.attribution.iife.js', import.meta.url);
const SECRET = 'hunter2';

let lab, site;

before(async () => {
  site = await startSite();
  lab = await start({ shop: null });
});

afterEach(async () => {
  await lab.tidy();
  site.requests.length = 0;
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** A page in a session, and what its scripts state from then on. */
async function heard(path, content) {
  site.pages[path] = content;
  const surface = await lab.openSurface('options');
  await surface.evaluate(() => {
    globalThis.facts = [];
    chrome.runtime.onMessage.addListener(({ kind, context, records }) => {
      if (kind === 'records') globalThis.facts.push(...records.map((text) => [context, text]));
    });
  });
  const page = await lab.openPage(site.origin + path);
  await lab.startSession(page);
  /** All that was told so far, with the context of the document that it is of. */
  const facts = async () =>
    (await surface.evaluate(() => globalThis.facts)).map(([of, text]) => ({ ...JSON.parse(text), of }));
  /** The facts of a kind once there are so many. */
  const told = (kind, count = 1) =>
    until(`${count} facts of kind ${kind}`, async () => {
      const found = (await facts()).filter((fact) => fact.kind === kind);
      return found.length >= count && found;
    });
  return { page, facts, told, context: await lab.pageContext(page) };
}

const FORM = `
  <form aria-label="Sign in" onsubmit="event.preventDefault()">
    <label>Name <input name=name></label>
    <label>Password <input type=password></label>
    <label><input type=checkbox> Remember me</label>
    <button>Send</button>
  </form>
  <textarea placeholder="Notes">${SECRET}</textarea>
  <div contenteditable aria-label="Letter">${SECRET}</div>
  <div role=button tabindex=0>Plain <b>button</b></div>
  <div role=group><div contenteditable>${SECRET}</div><span>beside</span></div>
  <p id=nothing>nothing`;

test('what the user does is told by role and name, and nothing of what was typed', async () => {
  const { page, facts, told } = await heard('/form', FORM);
  await page.getByLabel('Name').pressSequentially(SECRET);
  await page.getByLabel('Name').press('Control+a');
  await page.getByLabel('Password').pressSequentially(SECRET);
  await page.getByLabel('Password').press('ArrowLeft');
  await page.getByLabel('Remember me').check();
  await page.getByPlaceholder('Notes').pressSequentially(SECRET);
  await page.getByLabel('Letter').pressSequentially(SECRET);
  await page.getByLabel('Letter').press('Alt+s');
  await page.getByRole('button', { name: 'Plain button' }).click();
  await page.getByText('beside').click();
  await page.locator('#nothing').click();
  await page.getByLabel('Name').press('Enter');
  await told('operation', 10);
  await until('the form was sent', async () => (await told('operation')).some(({ type }) => type === 'submit'));
  const said = (await told('operation')).map(({ type, role, name, key }) => [type, role, name, key].join(' ').trim());
  for (const wanted of [
    'key text Name ctrl+a',
    'change text Name',
    'change checkbox Remember me',
    'click button Plain button',
    'key text Name Enter',
    'submit form Sign in',
    'click button Send', // the browser's own, for Enter
    'change textarea Notes',
  ]) {
    assert.ok(said.includes(wanted), `${wanted} is not in\n${said.join('\n')}`);
  }
  assert.ok((await told('operation')).some(({ selector }) => /#nothing$/.test(selector)));
  assert.ok(said.every((line) => !/password|alt/i.test(line)), said.join('\n'));
  assert.ok(!JSON.stringify(await facts()).includes(SECRET));
  for (const letter of SECRET) assert.ok(!said.some((line) => line.endsWith(` ${letter}`)), letter);
});

test('errors, failed resources, measures, long frames and changes of the device are told', async () => {
  const { page, told } = await heard('/events', '<p>events');
  await page.evaluate(() => {
    setTimeout(() => {
      throw new TypeError('boom');
    });
    Promise.reject(new RangeError('nobody cares'));
    document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:1/gone.png' }));
    performance.measure('checkout', { start: 1, duration: 2, detail: { step: 2 } });
    setTimeout(() => {
      const end = performance.now() + 120;
      while (performance.now() < end);
      document.body.append('done');
    }, 50);
  });
  const errors = await told('error', 2);
  assert.deepEqual(errors.map(({ source, type, message }) => [source, type, message]).sort(), [
    ['error', 'TypeError', 'boom'],
    ['unhandledrejection', 'RangeError', 'nobody cares'],
  ]);
  assert.ok(errors.every(({ stack }) => stack.includes('    at ')));
  const [broken] = await told('broken');
  assert.deepEqual([broken.url, broken.element], ['http://127.0.0.1:1/gone.png', 'img']);
  const [measure] = await told('measure');
  assert.deepEqual([measure.name, measure.startTime, measure.detail], ['checkout', 1, '{"step":2}']);
  await until('the long frame is told', async () =>
    (await told('long-animation-frame')).some(({ duration, scripts }) => duration >= 100 && Array.isArray(scripts)),
  );
  await page.context().setOffline(true);
  await until('it is offline', async () => (await told('turn')).some(({ online }) => online === false));
  await page.context().setOffline(false);
  const [document] = await told('document');
  assert.equal(typeof document.agent.platform, 'string');
  assert.ok(document.agent.brands.some(({ brand }) => brand === 'Chromium'));
});

test('requests have traces of their own once the load has settled, and a navigation within the page has one', async () => {
  const { page, told, context } = await heard(
    '/app',
    `<p>app<script>
      performance.addEventListener('tracelight:page', () => (document.title = 'settled'), { once: true });
      fetch('/during');
    </script>`,
  );
  const ask = async (path) => {
    await page.evaluate((path) => fetch(path), path);
    return readContext(site.asked(path)[0].headers.traceparent);
  };
  const during = await until('it asks while it loads', () => site.contexts('/during')[1]);
  assert.equal(readContext(during).trace, context.trace);
  await until('the load has settled', async () => (await page.title()) === 'settled');
  const own = [await ask('/one'), await ask('/two')].map(({ trace }) => trace);
  assert.equal(new Set([context.trace, ...own]).size, 3);
  await page.evaluate(() => history.pushState(null, '', '/app/cart'));
  const soft = await ask('/cart');
  const [fact] = await told('page');
  assert.deepEqual([fact.way, fact.url], ['push', `${site.origin}/app/cart`]);
  assert.equal(soft.trace, readContext(fact.context).trace);
  const requests = await told('request', 4);
  assert.equal(new Set(requests.map(({ context }) => readContext(context).trace)).size, 4);
});

test('the vitals are those that web-vitals itself measures', async () => {
  const script = readFileSync(VITALS, 'utf8');
  const { page, facts, context } = await heard(
    '/vitals',
    `<script>${script.replaceAll('</script', '<\\/script')}</script>
    <script>
      const keep = (it) => localStorage.setItem(it.name, JSON.stringify(it));
      for (const name of ['CLS', 'FCP', 'INP', 'LCP', 'TTFB']) webVitals['on' + name](keep);
    </script>
    <h1 id=largest style="font-size:80px">Largest of all the things that are shown</h1>
    <button onclick="const end = performance.now() + 120; while (performance.now() < end);">Slow</button>`,
  );
  await page.evaluate(async () => {
    // What was not painted yet cannot shift.
    await new Promise((done) => new PerformanceObserver(done).observe({ type: 'paint', buffered: true }));
    const push = document.createElement('div');
    push.style.height = '300px';
    document.body.prepend(push);
    await new Promise((done) => new PerformanceObserver(done).observe({ type: 'layout-shift', buffered: true }));
  });
  await page.getByRole('button', { name: 'Slow' }).click();
  await page.evaluate(
    () =>
      new Promise((done) => {
        const seen = (list) => list.getEntries().some(({ name }) => name === 'click') && done();
        new PerformanceObserver(seen).observe({ type: 'event', buffered: true, durationThreshold: 16 });
      }),
  );
  // web-vitals takes events in when the browser is idle, or after a second: one without a screen never
  // says that it is. Leaving hides the page, which makes its figures final.
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done, { timeout: 1100 })));
  await page.goto(`${site.origin}/other`);
  // The last words of the one document may come after the first of the next.
  const vitals = await until('its vitals are told', async () => {
    const found = (await facts()).filter(({ kind, of }) => kind === 'vital' && of.includes(context.trace));
    assert.deepEqual([...new Set(found.map(({ name }) => name))].sort(), ['CLS', 'FCP', 'INP', 'LCP', 'TTFB']);
    return Object.fromEntries(found.map((vital) => [vital.name, vital]));
  });
  const seen = Object.fromEntries(
    Object.entries(await page.evaluate(() => ({ ...localStorage })))
      .filter(([name]) => name in vitals)
      .map(([name, text]) => [name, JSON.parse(text)]),
  );
  for (const [name, { value, attribution }] of Object.entries(vitals)) {
    assert.equal(value, seen[name].value, name);
    for (const [part, cause] of Object.entries(attribution)) {
      assert.equal(cause, seen[name].attribution[part], `${name} ${part}`);
    }
  }
  assert.equal(vitals.LCP.attribution.target, '#largest');
  assert.match(vitals.INP.attribution.interactionTarget, /button$/);
  assert.ok(vitals.INP.value >= 100 && vitals.INP.attribution.processingDuration >= 100);
});
