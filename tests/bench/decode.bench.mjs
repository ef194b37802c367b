// How long 100,000 spans take to be decoded, in the real browser by the modules as they are shipped, and
// how that compares with JSON.parse of the same bytes in the same page. A missed bar is told and is no
// failure, because how fast a machine is must not decide whether a change lands.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { start } from '../e2e/harness.mjs';
import { option } from './sample.mjs';
import { json, protobuf, TRACE } from './trace.mjs';

const ROUNDS = option('rounds', 5);
const SPANS = option('spans', 100_000);
/** Attributes of a span in a store's answer, which may not have more than 64 MiB. */
const FEW = 5;

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

/** Prints a figure beside its bar. */
function note(work, value, bar, unit = 'ms') {
  const kept = value < bar ? 'kept' : 'MISSED';
  console.log(`  ${work.padEnd(62)} ${value.toFixed(unit ? 0 : 2).padStart(6)} ${unit.padEnd(2)}   bar ${bar}: ${kept}`);
}

const bodies = {
  '/file.json': json(0, SPANS),
  '/file.pb': protobuf(0, SPANS),
  '/store.json': Buffer.concat([Buffer.from('{"result":'), json(0, SPANS, FEW), Buffer.from('}')]),
  '/store.pb': protobuf(0, SPANS, FEW),
};
/** Which of them the store answers with. */
let form = 'json';
const server = createServer(({ url }, response) => {
  const of = url.includes(TRACE) ? `/store.${form}` : url;
  const type = of.endsWith('.pb') ? 'application/x-protobuf' : 'application/json';
  response.writeHead(200, { 'content-type': type });
  response.end(bodies[of] ?? '{"services":["shop"]}');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${server.address().port}`;

/** Runs in the page: a file's bytes into a sheet, and the same through JSON.parse. */
async function file({ url, text }) {
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const { default: init, Reading } = await import(chrome.runtime.getURL('tracelight-files.js'));
  await init();
  const reading = new Reading();
  reading.push(bytes);
  let begun = performance.now();
  const wrong = reading.open();
  while (!JSON.parse(reading.step()).done);
  const ours = performance.now() - begun;
  let spans = 0;
  for (let part = reading.take(); part.length; part = reading.take()) spans++;
  reading.free();
  if (wrong || !spans) throw new Error(`no spans were read: ${wrong}`);
  begun = performance.now();
  if (text) globalThis.kept = JSON.parse(new TextDecoder().decode(bytes));
  const theirs = performance.now() - begun;
  delete globalThis.kept;
  return { ours, theirs };
}

/** Runs in the page: asks the store, from the end of its answer to the spans that are handed on. */
async function ask({ trace, url, text }) {
  const { default: init, consult } = await import(chrome.runtime.getURL('tracelight-stores.js'));
  await init();
  let ours;
  const size = await new Promise((resolve, reject) => {
    globalThis.hand = (_, spans) => {
      ours = performance.now() - globalThis.ended;
      resolve(spans.length);
      return [];
    };
    consult(JSON.stringify({ kind: 'ask', trace })).then((told) => reject(new Error(`it was told ${told}`)), reject);
  });
  if (!size) throw new Error('no spans were handed on');
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const begun = performance.now();
  if (text) globalThis.kept = JSON.parse(new TextDecoder().decode(bytes));
  const theirs = performance.now() - begun;
  delete globalThis.kept;
  return { ours, theirs };
}

/** Runs in the page first: notes when the last byte of an answer was read. */
function watch() {
  const noted = (of, name, over) => {
    const before = of.prototype[name];
    of.prototype[name] = async function (...words) {
      const read = await before.apply(this, words);
      if (over(read)) globalThis.ended = performance.now();
      return read;
    };
  };
  noted(Response, 'arrayBuffer', () => true);
  noted(ReadableStreamDefaultReader, 'read', ({ done }) => done);
}

/** A page of its own each time, so that no garbage is another's. */
async function round(run, of) {
  const page = await lab.context.newPage();
  await page.addInitScript(watch);
  await page.goto(lab.surface('options'));
  const took = await page.evaluate(run, of);
  await page.close();
  return took;
}

async function measure(what, run, of, bar) {
  const rounds = [];
  for (let n = 0; n < ROUNDS; n++) rounds.push(await round(run, of));
  note(what, median(rounds.map(({ ours }) => ours)), bar);
  if (!of.text) return;
  const ratio = median(rounds.map(({ ours, theirs }) => ours / theirs));
  note(`  to JSON.parse, which takes ${median(rounds.map(({ theirs }) => theirs)).toFixed(0)} ms`, ratio, 1.5, '');
}

const lab = await start({ shop: null, collector: null, store: address });
try {
  const size = SPANS.toLocaleString('en');
  await measure(`${size} spans of JSON into a sheet`, file, { url: `${address}/file.json`, text: true }, 700);
  await measure(`${size} spans of protobuf into a sheet`, file, { url: `${address}/file.pb` }, 250);
  const of = { trace: TRACE };
  await measure(`${size} spans of a store's JSON, handed on`, ask, { ...of, url: `${address}/store.json`, text: true }, 700);
  form = 'pb';
  await measure(`${size} spans of a store's protobuf, handed on`, ask, { ...of, url: `${address}/store.pb` }, 250);
} finally {
  await lab.close();
  server.close();
}
