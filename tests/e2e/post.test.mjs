// A page that was reached by POST: a reload would send its form again, and Chromium does that for an
// extension without asking. The server counts what really came.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { followToast, readContext, start, startSite, until } from './harness.mjs';

let lab, site;

const form = (action) =>
  `<form method="post" action="${action}"><input name="a"><button>Send</button></form>`;

before(async () => {
  site = await startSite({
    '/form': form('/answer'),
    '/answer': '<p>answer',
    '/order': (_, response) => response.writeHead(303, { location: '/thanks' }).end(),
    '/thanks': '<p>answer',
    '/twice': (_, response) => response.writeHead(307, { location: '/answer' }).end(),
  });
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

const posts = (path) => site.asked(path).filter(({ method }) => method === 'POST');

/** Opens a page, sends its form, and resolves to the page with the answer. */
async function answered(action = '/answer') {
  site.pages['/form'] = form(action);
  const page = await lab.openPage(`${site.origin}/form`);
  await page.getByRole('button').click();
  await page.getByText('answer').waitFor();
  return page;
}

test('Run Page Trace on the answer to a form says why not, and the form is not sent again', async () => {
  const page = await answered();
  const popup = await lab.command(page, 'Run Page Trace');
  await popup
    .getByText(/answer to a form \(POST\), and loading it again would send the form again/)
    .waitFor();
  assert.equal(site.asked('/answer').length, 1);
  assert.deepEqual(await lab.left(), []);
});

test('Start Tracing Session leaves the answer as it is and traces what comes next', async () => {
  const page = await answered();
  const popup = await lab.command(page, 'Start Tracing Session');
  await popup.getByText(/It was not loaded again/).waitFor();
  assert.equal(site.asked('/answer').length, 1);
  await page.goto(`${site.origin}/form`);
  assert.ok(readContext(site.contexts('/form').at(-1)), 'the next page is traced');
  await page.getByRole('button').click();
  await page.getByText('answer').waitFor();
  assert.equal(posts('/answer').length, 2, 'sent by the user, and by nobody else');
  assert.ok(readContext(site.contexts('/answer').at(-1)), 'and so is the form');
  await lab.stopSession(page);
});

test('a form that redirects leaves a page that is traced as any other', async () => {
  const page = await answered('/order');
  await lab.command(page, 'Run Page Trace').then((popup) => popup.close());
  await followToast(page, /Waiting/);
  assert.equal(posts('/order').length, 1);
  assert.equal(site.asked('/thanks').length, 2);
});

test('a form that is redirected as it is leaves a page that is not loaded again', async () => {
  const page = await answered('/twice');
  const popup = await lab.command(page, 'Run Page Trace');
  await popup.getByText(/would send the form again/).waitFor();
  assert.equal(posts('/answer').length, 1);
});

test('a page that nobody saw come is asked for by its address, which sends no form', async () => {
  const page = await answered();
  // As if it had been there before the extension was.
  await lab.whileDead(() => lab.desk.evaluate(() => chrome.storage.session.clear()));
  await lab.command(page, 'Run Page Trace').then((popup) => popup.close());
  await followToast(page, /Waiting/);
  assert.deepEqual(
    site.asked('/answer').map(({ method }) => method),
    ['POST', 'GET'],
  );
});

test('what is known of a page outlives the worker', async () => {
  const page = await answered();
  await until('the worker has heard of it', async () => (await lab.view(await lab.tabId(page))).posted);
  await lab.stopWorker();
  const popup = await lab.command(page, 'Run Page Trace');
  await popup.getByText(/would send the form again/).waitFor();
  assert.equal(site.asked('/answer').length, 1);
});
