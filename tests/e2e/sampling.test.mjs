// Which requests are sampled, which carry nothing, and which origins are taken off: judged by what
// arrived at a server, and by what the user is told.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { readContext, start, startSite, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

let lab, site, other;

before(async () => {
  site = await startSite();
  other = await startSite();
  lab = await start({ shop: null });
});

beforeEach(() => wish({}));

afterEach(async () => {
  await lab.tidy();
  site.requests.length = 0;
  other.requests.length = 0;
});

after(async () => {
  await lab?.close();
  await site?.close();
  await other?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** Sets these settings, and resolves once the worker has heard of it. */
async function wish(wishes) {
  const settings = { store: lab.collector.url, ...wishes };
  await lab.desk.evaluate((settings) => chrome.storage.local.set({ settings }), settings);
  await lab.view(0);
}

/** Origins that are taken off. */
const paused = () => lab.desk.evaluate(async () => (await chrome.storage.local.get('paused')).paused ?? []);

/** A page of the site in a session, with these settings from its next document on. */
async function inSession(wishes) {
  const page = await lab.openPage(`${site.origin}/start`);
  await lab.startSession(page);
  await wish(wishes);
  return page;
}

/** The flags of the contexts that requests for a path carried; `none` where there was none. */
const flags = (path, server = site) =>
  server.asked(path).map(({ headers }) => headers.traceparent?.slice(-2) ?? 'none');

const text = async (page) => {
  const popup = await lab.openPopup(await lab.tabId(page));
  await popup.getByRole('region', { name: 'Page trace' }).waitFor();
  return popup;
};

test('health checks are never sampled and API calls are, in a page that is', async () => {
  site.pages['/shop'] = '<img src="/health.png"><img src="/logo.png">';
  const sampling = ['0 * name health', '1 * name /api/', '0 POST url', '1 * url'];
  const page = await inSession({ sampling });
  await page.goto(`${site.origin}/shop`);
  await page.evaluate(async () => {
    await fetch('/health');
    await fetch('/api/orders');
    await fetch('/api/health');
    await fetch('/orders', { method: 'POST', body: '{}' });
  });
  await until('all are asked for', () => site.asked('/logo.png').length + site.asked('/health.png').length === 2);
  const paths = ['/shop', '/health.png', '/logo.png', '/health', '/api/orders', '/api/health', '/orders'];
  assert.deepEqual(
    paths.map((path) => flags(path).join()),
    ['03', '02', '03', '02', '03', '02', '02'],
  );
  const { trace } = await lab.pageContext(page);
  await page.goto('about:blank');
  const urls = await until('it is recorded', async () => {
    const { spans } = await lab.trace(trace);
    const urls = spans.map(({ attributes }) => attributes['url.full']);
    assert.ok(urls.includes(`${site.origin}/shop`), urls.join(' '));
    assert.ok(urls.includes(`${site.origin}/api/orders`), urls.join(' '));
    return urls;
  });
  assert.ok(!urls.includes(`${site.origin}/health`), 'what is not sampled has no span');
});

test('a rate of 0 samples no API call and a rate of 1 each', async () => {
  const page = await inSession({ sampling: ['0 * name /api/'] });
  await page.goto(`${site.origin}/page`);
  await page.evaluate(() => fetch('/api/a'));
  await wish({ sampling: ['1 * name /api/'] });
  await page.goto(`${site.origin}/page`);
  await page.evaluate(() => fetch('/api/b'));
  assert.deepEqual([flags('/api/a'), flags('/api/b')], [['02'], ['03']]);
});

test('server and browser agree on a rate by the trace id alone', async () => {
  const page = await inSession({ sampling: ['0.5 * url'] });
  for (let visit = 0; visit < 8; visit++) await page.goto(`${site.origin}/visit${visit}`);
  for (let visit = 0; visit < 8; visit++) {
    const [context] = site.contexts(`/visit${visit}`);
    const { trace } = readContext(context);
    // OpenTelemetry's threshold of one half, against the last 56 bits.
    const sampled = trace.slice(18) >= '80000000000000';
    assert.equal(context.slice(-2), sampled ? '03' : '02', context);
  }
});

test('a document that is not sampled says so, records nothing, and Run Page Trace is sampled', async () => {
  const page = await inSession({ sampling: ['1 POST url', '0 * url'] });
  await page.goto(`${site.origin}/quiet`);
  await page.evaluate(() => fetch('/quiet-api'));
  assert.deepEqual([flags('/quiet'), flags('/quiet-api')], [['02'], ['02']]);
  const popup = await text(page);
  await popup.getByText('Not traced', { exact: true }).waitFor();
  await popup.getByText('Not sampled by rule 2: 0 * url').waitFor();
  await popup.getByText('Sampled by 2 rules').waitFor();
  await photograph(popup, 'sampling-popup', () => fits(popup));
  const tab = await lab.tabId(page);
  await until('the icon says that nothing is wrong', async () => (await lab.icon(tab)).badge === 'on');
  await popup.close();
  const { trace: quiet } = readContext(site.contexts('/quiet')[0]);
  await lab.say('do', { verb: 'run', tab });
  await until('it is asked for again', () => site.asked('/quiet').length === 2);
  assert.equal(flags('/quiet')[1], '03');
  const { trace: loud } = readContext(site.contexts('/quiet')[1]);
  const shown = () => lab.pageContext(page).catch(() => undefined);
  await until('it is shown', async () => (await shown())?.trace === loud);
  await page.goto('about:blank');
  await lab.exported();
  assert.equal((await lab.ask(`/api/v3/traces/${quiet}`)).status, 404);
});

test('an excluded path carries nothing, whoever asks for it, and the popup says why', async () => {
  site.pages['/open'] = '<img src="/private/image.png"><img src="/public.png">';
  const page = await inSession({ excluded: ['/private'], sampling: ['1 * url'] });
  await page.goto(`${site.origin}/open`);
  await page.evaluate(() => fetch('/private/api'));
  await page.evaluate(() => fetch('/public-api'));
  await until('the images are asked for', () => site.asked('/private/image.png').length && site.asked('/public.png').length);
  assert.deepEqual([flags('/private/image.png'), flags('/private/api')], [['none'], ['none']]);
  assert.deepEqual([flags('/public.png'), flags('/public-api')], [['03'], ['03']]);
  await page.goto(`${site.origin}/private/page`);
  await page.evaluate(() => fetch('/public-api'));
  assert.deepEqual(flags('/private/page'), ['none']);
  for (const { headers } of site.asked('/private/page')) assert.equal(headers.baggage, undefined);
  const popup = await text(page);
  await popup.getByText('Excluded by path 1: /private').waitFor();
  assert.equal(await popup.getByText('left without trace context').count(), 0);
  await popup.close();
  await page.goto(`${site.origin}/open`);
  assert.equal(flags('/open').at(-1), '03', 'the next document is traced again');
});

test('another origin gets its context by rule, sampled by rule, and no preflight', async () => {
  const open = (_, response) => response.setHeader('access-control-allow-origin', '*').end('{}');
  Object.assign(other.pages, { '/v1/orders': open, '/v1/health': open, '/v2/orders': open });
  const targets = [`${other.origin}/v1`];
  const page = await inSession({ targets, sampling: ['0 * name health'] });
  await page.goto(`${site.origin}/page`);
  await page.evaluate(async (origin) => {
    for (const path of ['/v1/orders', '/v1/health', '/v2/orders']) await fetch(origin + path);
  }, other.origin);
  const all = ['/v1/orders', '/v1/health', '/v2/orders'].map((path) => flags(path, other).join());
  assert.deepEqual(all, ['03', '02', 'none']);
  assert.ok(other.requests.every(({ method }) => method === 'GET'), 'no preflight');
});

test('an origin that fails with our context and works without is taken off, and put back in one click', async () => {
  other.pages['/picky'] = (request, response) => {
    if (request.headers.traceparent) request.socket.destroy();
    else response.setHeader('access-control-allow-origin', '*').end('{}');
  };
  const page = await inSession({ targets: [other.origin] });
  await page.goto(`${site.origin}/page`);
  const ask = () => page.evaluate((url) => fetch(url).then(() => true, () => false), `${other.origin}/picky`);
  assert.equal(await ask(), false);
  await until('it works again', ask);
  assert.deepEqual(await paused(), [other.origin]);
  const popup = await lab.openPopup(await lab.tabId(page));
  await popup.getByText(`${other.origin} was taken off`).waitFor();
  await photograph(popup, 'sampling-paused', () => fits(popup));
  await popup.close();
  const options = await lab.openSurface('options');
  await options.getByText(`${other.origin} was taken off`).waitFor();
  await options.getByRole('button', { name: `Put ${other.origin} back` }).click();
  await until('it is back', async () => (await paused()).length === 0);
  await options.close();
  await until('its context goes out again', async () => !(await ask()));
});

test('an origin that is down with our context and without stays on the list', async () => {
  other.pages['/down'] = (request) => request.socket.destroy();
  const page = await inSession({ targets: [other.origin] });
  await page.goto(`${site.origin}/page`);
  const ask = () => page.evaluate((url) => fetch(url).catch(() => {}), `${other.origin}/down`);
  await until('it was taken off for a trial', async () => (await ask(), (await paused()).length));
  await until('it is back', async () => (await ask(), (await paused()).length === 0));
});
