// A trace store that answers what real ones answered when they were recorded (`tests/fixtures`), or,
// where a test wants a fault, whatever that says instead. It keeps what it was asked.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const PROTOBUF = 'application/protobuf';
const JSON_TYPE = 'application/json';

/** The trace of all recordings but Zipkin's, and its session. */
export const TRACE = '00a1b2c3d4e5f60718293a4b5c6d7e8f';
export const SESSION = '7f3c2a1b9d8e4f60a1b2c3d4e5f60718';
/** Zipkin's, which has sixteen digits. */
export const ZIPKIN_TRACE = '0000000000000000a03ee8fff1dcd9b9';

/** A fixture: a whole answer with its headers (`.http`), or a body. */
async function fixture(name, type = JSON_TYPE) {
  const bytes = await readFile(new URL(`../fixtures/${name}`, import.meta.url));
  if (!name.endsWith('.http')) return [200, { 'content-type': type }, bytes];
  const [head, body] = bytes.toString().split(/\r?\n\r?\n/);
  const [line, ...lines] = head.split(/\r?\n/);
  const headers = lines.map((header) => header.split(': ')).filter(([name]) => !/^(date|content-length)$/i.test(name));
  return [Number(line.split(' ')[1]), Object.fromEntries(headers), body ?? ''];
}

const json = (body) => [200, { 'content-type': JSON_TYPE }, body];
/** What Go's servers say of an address that they do not have. */
const LOST = [404, { 'content-type': 'text/plain; charset=utf-8' }, '404 page not found\n'];

/** What each answers, by path. */
export const KINDS = {
  tempo2: async () => ({
    ...(await KINDS.tempo1()),
    '/api/v2/traces/': await fixture('foreign/tempo-v2-unknown.http'),
    [`/api/v2/traces/${TRACE}`]: await fixture('foreign/tempo-v2-trace.pb', PROTOBUF),
  }),
  tempo1: async () => ({
    '/api/echo': [200, { 'content-type': 'text/plain' }, 'echo'],
    '/api/search': await fixture('foreign/tempo-search.json'),
    '/api/traces/': await fixture('foreign/tempo-v1-unknown.http'),
    [`/api/traces/${TRACE}`]: await fixture('otlp/tempo-v1-trace.pb', PROTOBUF),
    '': LOST,
  }),
  victoria: async () => ({
    '/select/jaeger/api/services': await fixture('foreign/victoriatraces-jaeger-services.json'),
    '/select/jaeger/api/traces': await fixture('foreign/victoriatraces-jaeger-search.json'),
    '/select/jaeger/api/traces/': await fixture('foreign/victoriatraces-unknown.http'),
    [`/select/jaeger/api/traces/${TRACE}`]: await fixture('foreign/victoriatraces-jaeger-trace.json'),
    '': [400, { 'content-type': 'text/plain; charset=utf-8' }, 'unsupported path requested'],
  }),
  zipkin: async () => ({
    '/api/v2/services': json('["blt","mobile_api"]'),
    [`/api/v2/trace/${ZIPKIN_TRACE}`]: await fixture('foreign/zipkin-yelp.json'),
    // It lists traces as lists of spans each.
    '/api/v2/traces': json(`[${(await fixture('foreign/zipkin-yelp.json'))[2]}]`),
    '': [404, {}, ''],
  }),
};

/** Starts a recorded store of a kind on a free port; `below` is where its API begins. */
export async function startRecorded(kind, below = '') {
  const store = new Recorded(await KINDS[kind](), below);
  await store.listen();
  return store;
}

class Recorded {
  #server = createServer((request, response) => this.#answer(request, response));
  #below;

  constructor(answers, below) {
    /** What is answered, by path; a path that ends with `/` is for all below it. */
    this.answers = answers;
    this.#below = below;
    /** What was asked so far: `{ line: 'GET /api/echo', headers, body }`. */
    this.asked = [];
    /** Answers a request by itself when it returns true: `(request, response) => boolean`. */
    this.instead = () => false;
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
  }

  /** How often something was asked. */
  count(pattern) {
    return this.asked.filter(({ line }) => pattern.test(line)).length;
  }

  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #answer(request, response) {
    const { method, url, headers } = request;
    const asked = { line: `${method} ${url}`, headers, body: Buffer.alloc(0) };
    this.asked.push(asked);
    request.on('data', (part) => { asked.body = Buffer.concat([asked.body, part]); });
    if (this.instead(request, response)) return;
    // What is sent is taken.
    if (method === 'POST') return response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    const path = url.split('?')[0];
    const own = path.startsWith(this.#below) ? path.slice(this.#below.length) : '?';
    const folder = own.slice(0, own.lastIndexOf('/') + 1);
    const [status, head, body] = this.answers[own] ?? this.answers[folder] ?? this.answers[''];
    response.writeHead(status, head).end(body);
  }
}
