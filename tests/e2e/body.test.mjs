// What is read of requests' bodies: nothing, unless the user names the site for it; and then what they
// chose. In the journal's own bytes, and in the spans that leave.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { held, html, readContext, start, startSite, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

let lab, site;

// What an action answers: the journal keeps it from one test to the next where it is to be kept.
const answer = (word) => `0:{"a":"$@1"}\n1:"added ${word}","password":"s3cr3t-password"\n`;

// Calls an action as Next.js does: what `encodeReply` makes of `[state, form]`, to the page's address.
const PAGE = `<form><label>Product <input name=product></label><label>Card <input name=card></label>
  <label>Word <input type=password name=word></label><label>Key <input name=api_key></label>
  <button>Add to cart</button></form><p id=said>empty</p>
  <script>
    document.querySelector('form').onsubmit = async (event) => {
      event.preventDefault();
      const body = new FormData();
      body.append('_1_$ACTION_REF_1', '');
      for (const [name, value] of new FormData(event.target)) body.append('_1_' + name, value);
      body.append('0', '[null,"$K1"]');
      const headers = { Accept: 'text/x-component', 'next-action': '60e86e58f6b6519ed2b9' };
      const sent = fetch(location.pathname, { method: 'POST', headers, body });
      said.textContent = await (await sent).text();
    };
  </script>`;

before(async () => {
  site = await startSite();
  site.page = PAGE;
  site.pages['/cart'] = async (request, response) => {
    if (request.method === 'GET') return html(response, site.page);
    let body = '';
    for await (const part of request) body += part;
    site.bodies.push(body);
    response.setHeader('content-type', 'text/x-component').end(answer(site.word));
  };
  site.pages['/graphql'] = (request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json').end('{"data":{}}');
  };
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

const put = (...bodies) =>
  lab.desk.evaluate((settings) => chrome.storage.local.set({ settings }), {
    store: lab.collector.url,
    bodies,
  });

/** Everything in the journal, bytes as letters. */
const journal = () =>
  lab.desk.evaluate(async () => {
    const done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open('tracelight'));
    const letters = (_, value) => {
      if (value instanceof ArrayBuffer) value = new Uint8Array(value);
      return ArrayBuffer.isView(value)
        ? Array.from(value, (byte) => String.fromCharCode(byte)).join('')
        : value;
    };
    const names = [...database.objectStoreNames];
    const rows = names.map((name) => done(database.transaction(name).objectStore(name).getAll()));
    const text = JSON.stringify(await Promise.all(rows), letters);
    database.close();
    return text;
  });

/** The scripts that read bodies, with what they are registered for. */
const readers = async () =>
  (await lab.scripts()).filter(({ js }) => js.includes('body.js')).flatMap(({ matches }) => matches);

/**
 * Fills the form in and submits it; resolves to the action's span, and to all that was written. With
 * `loading`, before the page has loaded: a span is final with the first look after that, and what was
 * answered may be told after the request itself.
 */
async function act({ origin = site.origin, word = 's3cr3t-answer', loading = false } = {}) {
  Object.assign(site, { bodies: [], word });
  const page = await lab.openPage(`${origin}/cart`);
  await lab.startSession(page);
  const registered = await readers();
  const last = held((_, response) => response.end());
  if (loading) {
    site.pages['/cart/last.png'] = last.page;
    site.page = `<img src="/cart/last.png">${PAGE}`;
    await page.reload({ waitUntil: 'commit' });
    await last.asked;
    site.page = PAGE;
  }
  await page.getByLabel('Product').fill('7');
  await page.getByLabel('Card').fill('s3cr3t-card');
  await page.getByLabel('Word').fill('s3cr3t-word');
  await page.getByLabel('Key').fill('s3cr3t-key');
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByText(`added ${word}`).waitFor();
  assert.match(site.bodies[0], /name="_1_card"\r\n\r\ns3cr3t-card/, 'the server gets what the page sent');
  const context = readContext(
    site.asked('/cart').find(({ method }) => method === 'POST').headers.traceparent,
  );
  if (loading) {
    await until('the answer is written', async () => (await journal()).includes(`added ${word}`));
    last.release();
    await page.waitForLoadState();
  }
  await page.goto(`${origin}/away`);
  const span = await until('the action is in the store', async () => {
    const trace = await lab.trace(context.trace).catch(() => undefined);
    return trace?.spans.find(({ id }) => id === context.span);
  });
  return { page, span, registered, context, text: await journal() };
}

const said = ({ attributes }) =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => /form|action_response/.test(name)));

test('without a site no body is read', async () => {
  await put();
  const { span, registered, text } = await act();
  assert.equal(span.name, 'Server Action 60e86e58f6 /cart');
  assert.deepEqual([said(span), registered], [{}, []]);
  assert.deepEqual(text.match(/s3cr3t[-\w]*|api_key|"body"|tracelight\.form/g) ?? [], []);
});

test('of a named site the names of fields are kept, and no value', async () => {
  await put(`${site.origin} fields`);
  const { span, registered, text } = await act();
  const names = ['api_key', 'card', 'product', 'word'];
  assert.deepEqual(
    said(span),
    Object.fromEntries(names.map((name) => [`tracelight.form.${name}`, 'REDACTED'])),
  );
  assert.deepEqual(registered.toSorted(), ['http://127.0.0.1/*', 'https://127.0.0.1/*']);
  assert.deepEqual(text.match(/s3cr3t[-\w]*/g) ?? [], []);
});

test('of listed fields the value is kept, but never a secret’s; a response with its switch', async () => {
  await put(`${site.origin} fields=product,word,api_key response`);
  const { page, span, text, context } = await act({ word: 'plain-answer', loading: true });
  const { 'tracelight.next.action_response': response, ...fields } = said(span);
  assert.deepEqual(fields, {
    'tracelight.form.api_key': 'REDACTED',
    'tracelight.form.card': 'REDACTED',
    'tracelight.form.product': '7',
    'tracelight.form.word': 'REDACTED',
  });
  assert.equal(response, answer('plain-answer').replace('s3cr3t-password', 'REDACTED'));
  assert.deepEqual(text.match(/s3cr3t[-\w]*/g) ?? [], []);
  await page.close();
  const dashboard = await lab.openSurface('dashboard', { trace: context.trace, span: context.span });
  await dashboard.getByRole('row', { name: /Server Action/ }).click();
  await dashboard.getByText('tracelight.form.product', { exact: true }).waitFor();
  await photograph(dashboard, 'body-details', () => fits(dashboard));
});

test('another site is not touched', async () => {
  await put(`${site.origin} fields=product response`);
  const other = await act({ origin: site.foreign });
  assert.deepEqual([said(other.span), other.registered], [{}, []]);
  assert.deepEqual(other.text.match(/s3cr3t[-\w]*/g) ?? [], []);
});

test('a site that is taken off while its page is open is not touched from then on', async () => {
  await put(`${site.origin} fields=product response`);
  site.word = 's3cr3t-answer';
  const forms = async () => (await journal()).match(/tracelight\.form/g).length;
  const before = await forms();
  const page = await lab.openPage(`${site.origin}/cart`);
  await lab.startSession(page);
  await put();
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByText('added s3cr3t-answer').waitFor();
  await until('its request is written', async () => (await journal()).includes(`${site.origin}/cart`));
  await page.goto(`${site.origin}/away`);
  const text = await until('the page is written whole', async () => {
    const text = await journal();
    return text.includes(`${site.origin}/away`) && text;
  });
  assert.doesNotMatch(text, /s3cr3t/);
  assert.equal(await forms(), before);
  await until('nothing is registered', async () => (await readers()).length === 0);
});

test('a GraphQL operation is named by its body where that is allowed', async () => {
  await put(`${site.origin} operation`);
  const page = await lab.openPage(`${site.origin}/shop`);
  await lab.startSession(page);
  const body = JSON.stringify({
    query: 'mutation Pay($card: String) { pay(card: $card, note: "s3cr3t-note") { id } }',
    variables: { card: 's3cr3t-card' },
  });
  const answer = await page.evaluate(
    async (body) => (await fetch('/graphql', { method: 'POST', body })).json(),
    body,
  );
  assert.deepEqual(answer, { data: {} });
  const context = readContext(site.asked('/graphql')[0].headers.traceparent);
  await page.goto(`${site.origin}/away`);
  const span = await until('the request is in the store', async () => {
    const trace = await lab.trace(context.trace).catch(() => undefined);
    return trace?.spans.find(({ id }) => id === context.span);
  });
  assert.equal(span.name, 'GraphQL mutation Pay');
  assert.equal(span.attributes['graphql.operation.name'], 'Pay');
  assert.equal(span.attributes['graphql.operation.type'], 'mutation');
  assert.deepEqual((await journal()).match(/s3cr3t[-\w]*/g) ?? [], []);
});

test('the options name sites and what is read there, and refuse a secret', async () => {
  await put();
  const options = await lab.openSurface('options');
  const part = (role, name) => options.getByRole(role, { name, exact: true });
  const kept = () =>
    lab.desk.evaluate(async () => (await chrome.storage.local.get('settings')).settings.bodies ?? []);
  const holds = (...wanted) =>
    until(`it is ${wanted}`, async () => (await kept()).join('; ') === wanted.join('; '));
  await part('button', 'Add site').click();
  await part('textbox', 'Site 1').fill('https://shop.test/');
  await part('textbox', 'Site 1').blur();
  await holds('https://shop.test');
  await part('checkbox', 'Fields of site 1').check();
  await holds('https://shop.test fields');
  await part('textbox', 'Fields of site 1 whose values are recorded').fill('product, quantity');
  await part('textbox', 'Fields of site 1 whose values are recorded').blur();
  await holds('https://shop.test fields=product,quantity');
  await part('checkbox', 'Response of site 1').check();
  await part('checkbox', 'GraphQL operation of site 1').check();
  await holds('https://shop.test fields=product,quantity response operation');
  await part('searchbox', 'Search settings').fill('Server Actions');
  await photograph(options, 'body-options', () => fits(options));
  await part('textbox', 'Fields of site 1 whose values are recorded').fill('password');
  await part('textbox', 'Fields of site 1 whose values are recorded').blur();
  await options.locator('.wrong').filter({ hasText: 'its value is never recorded' }).waitFor();
  await holds('https://shop.test fields=product,quantity response operation');
  await part('button', 'Remove site 1').click();
  await holds();
});
