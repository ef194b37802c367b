// What the body script states, in a world of the page's own beside the recorder.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { FOREIGN, document_, listener, pageWorld, serve, settle } from './world.mjs';

let home;
before(async () => {
  home = await serve();
});
after(() => home.stop());
beforeEach(() => {
  home.seen.length = 0;
});

/** A traced page of a site whose line is this, with the recorder in it, called first or last. */
function traced(line, { first = false } = {}) {
  const shared = document_(home.origin, undefined, { bodies: line && `${home.origin} ${line}` });
  const heard = listener(shared);
  const page = pageWorld(shared);
  if (first) page.read();
  page.record();
  if (!first) page.read();
  const bodies = () => heard.facts.filter(({ kind }) => kind === 'body');
  return { ...page, ...heard, bodies, bus: shared.bus };
}

const ACTION = { 'Next-Action': '7f8a2c4be19d' };

/** A form in Next's own encoding, as `useActionState` has it; before Next 16 with `1_`. */
function form(number = '_1_') {
  const form = new FormData();
  form.append(`${number}$ACTION_REF_1`, '');
  form.append(`${number}product`, '7');
  form.append(`${number}word`, 'hunter2');
  form.append(`${number}card`, '4111');
  form.append(`${number}file`, new Blob(['x']), 'x.txt');
  form.append('0', '[null,"$K1"]');
  return form;
}

const fields = (fact) =>
  fact.fields
    .split('\x1e')
    .slice(1)
    .map((field) => field.split('\x1f').join('='));

const act = (page, body, headers = ACTION) =>
  page.fetch(`${home.origin}/cart`, { method: 'POST', headers, body });

test('without a line for the site, or with one for another, fetch stays as it is', async () => {
  for (const line of [undefined, 'fields']) {
    const shared = document_(home.origin, undefined, { bodies: line && `https://other.test ${line}` });
    const page = pageWorld(shared);
    page.read();
    assert.equal(page.window.fetch, page.native);
  }
});

test('what a server says of bodies is void', () => {
  const shared = document_(home.origin, [FOREIGN], { bodies: `${home.origin} fields` });
  shared.bus.navigation.serverTiming.push({ name: 'tracelight', duration: 0, description: FOREIGN });
  const page = pageWorld(shared);
  page.read();
  assert.equal(page.window.fetch, page.native);
});

test('of a form only the names are told, and values of fields that are listed', async () => {
  const names = traced('fields');
  await act(names, form());
  assert.deepEqual(fields(names.bodies()[0]), ['product', 'word', 'card', 'file']);
  const values = traced('fields=product,word,file');
  await act(values, form());
  assert.deepEqual(fields(values.bodies()[0]), ['product=7', 'word', 'card', 'file']);
  assert.ok(!JSON.stringify(values.facts).includes('hunter2'), 'what hides what is typed is never told');
  assert.ok(!JSON.stringify(values.facts).includes('4111'));
  await act(values, form('1_'));
  assert.deepEqual(fields(values.bodies()[1]), ['product=7', 'word', 'card', 'file']);
});

test('what an action is called with as JSON is told by member and by place', async () => {
  const page = traced('fields=product,1');
  await act(page, '["$undefined",42,{"product":7,"deep":{"a":1},"card":"4111"},null,"$$5"]');
  assert.deepEqual(fields(page.bodies()[0]), ['1=42', 'product=7', 'deep', 'card', '4']);
});

test('a request that calls no action is left alone, whatever it sends', async () => {
  const page = traced('fields=product response');
  await act(page, form(), {});
  await act(page, '["x"]', { 'X-Other': '1' });
  await page.fetch(`${home.origin}/cart`, { headers: ACTION });
  await page.fetch(`${home.origin}/cart`);
  assert.equal(home.seen.length, 4);
  assert.deepEqual(page.bodies(), []);
});

test('headers of every kind are looked through', async () => {
  const page = traced('fields');
  await act(page, form(), new Headers(ACTION));
  await act(page, form(), { 'next-action': '1' });
  assert.equal(page.bodies().length, 2);
});

test('a response is told only where it is wanted, to its limit, and the page reads it all', async () => {
  const without = traced('fields');
  await act(without, form());
  await settle();
  assert.deepEqual(
    without.bodies().map(({ response }) => response),
    [undefined],
  );
  const named = traced('fields=response,operation');
  await act(named, form());
  await named.fetch(`${home.origin}/graphql`, { method: 'POST', body: '{"operationName":"Pay"}' });
  await settle();
  assert.equal(named.bodies().length, 1, 'fields of these names are fields');
  const page = traced('response');
  const response = await act(page, form());
  assert.equal(response.bodyUsed, false);
  assert.deepEqual(await response.json(), { ok: true });
  await settle();
  const [call, answer] = page.bodies();
  assert.deepEqual([call.fields, answer.response, answer.fields], ['', '{"ok":true}', undefined]);
  assert.deepEqual([call.at, call.until, call.url], [answer.at, answer.until, answer.url]);
});

test('an operation is told of GraphQL alone, and variables never', async () => {
  const page = traced('operation');
  const post = (body) => page.fetch(`${home.origin}/graphql`, { method: 'POST', body });
  await post('{"operationName":"Pay","query":"mutation Pay { pay }","variables":{"card":"4111"}}');
  await post('[{"query":"{ cart }"}]');
  await post('{"operationName":"Kept","extensions":{}}');
  await post('{"query":"red shoes"}');
  await post('{"name":"x"}');
  await post('no JSON');
  assert.equal(home.seen.length, 6);
  assert.deepEqual(
    page.bodies().map(({ operation, document }) => [operation, document]),
    [
      ['Pay', 'mutation Pay { pay }'],
      ['', '{ cart }'],
      ['Kept', ''],
    ],
  );
  assert.ok(!JSON.stringify(page.facts).includes('4111'));
});

test('a call lies within what the other script states of it, whichever is called first', async () => {
  for (const first of [false, true]) {
    const page = traced('fields', { first });
    await act(page, form());
    const request = page.facts.find(({ kind }) => kind === 'request');
    const [body] = page.bodies();
    assert.equal(body.url, request.url);
    if (first) assert.ok(body.at >= request.start && body.at - request.start < 20);
    else assert.ok(body.at <= request.start && request.start <= body.until);
  }
});

test('the page gets what it would get without us: promises, errors, arguments', async () => {
  const page = traced('fields response operation');
  const bare = pageWorld(document_(home.origin, []));
  const odd = [
    [],
    [`${home.origin}/x`, null],
    [`${home.origin}/x`, { method: 'POST', headers: ACTION, body: '{' }],
    [`${home.origin}/x`, { method: 'POST', headers: ACTION, body: new URLSearchParams('a=1') }],
    [new URL(`${home.origin}/x`), { method: 'POST', headers: ACTION, body: form() }],
    [new Request(`${home.origin}/x`), { method: 'POST', headers: ACTION, body: form() }],
    ['http://[', { method: 'POST', headers: ACTION, body: form() }],
    [`${home.origin}/x`, { method: 'POST', headers: ACTION, body: form(), signal: AbortSignal.abort() }],
  ];
  for (const args of odd) {
    const become = ({ fetch }) =>
      fetch(...args).then(
        ({ status }) => status,
        ({ name }) => name,
      );
    assert.deepEqual(await become(page), await become(bare), String(args[0]));
  }
});

test('without a response to read, the promise is the very one that the next in line gave', () => {
  const page = pageWorld(document_(home.origin, undefined, { bodies: `${home.origin} fields` }));
  const promise = page.run('new Promise(() => {})');
  page.window.fetch = page.run('(promise) => () => promise')(promise);
  page.read();
  assert.equal(page.window.fetch('/x', { headers: ACTION, body: form() }), promise);
});

test('after Stop nothing is read', async () => {
  const page = traced('fields response');
  page.bus.dispatchEvent(new Event('tracelight:off'));
  await act(page, form());
  assert.deepEqual(page.bodies(), []);
});

test('a page that breaks its own world breaks nothing of its calls', async () => {
  const page = traced('fields=product response');
  page.run(`
    FormData.prototype.forEach = JSON.stringify = JSON.parse = () => { throw new Error('broken'); };
    Object.defineProperty(Object.prototype, 'toJSON', { value: () => 'toJSON' });
    performance.dispatchEvent = () => { throw new Error('broken'); };
  `);
  const response = await act(page, form());
  assert.equal(response.status, 200);
  await settle();
  assert.deepEqual(fields(page.bodies()[0]), ['product=7', 'word', 'card', 'file']);
});
