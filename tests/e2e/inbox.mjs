// A store that only takes spans: keeps every request as it came, byte by byte, and answers as a test
// wants it to.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { spansIn } from './raw.mjs';

/** Starts one on a free port. Resolves to an `Inbox`. */
export async function startInbox() {
  const inbox = new Inbox();
  await inbox.listen();
  return inbox;
}

class Inbox {
  #server = createServer((request, response) => void this.#take(request, response));

  constructor() {
    /**
     * What came: `{ method, url, headers, body, at, ids, status }`, `ids` being the spans' and `status`
     * what it was answered; undefined where whoever asked was gone by then.
     */
    this.taken = [];
    /** Answers `(letter, response)`, or says with which status; it may take its time. */
    this.answer = () => 200;
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** How often each span was taken, by id. */
  counts() {
    const counts = new Map();
    const kept = this.taken.filter(({ status }) => status === 200);
    for (const id of kept.flatMap(({ ids }) => ids)) counts.set(id, (counts.get(id) ?? 0) + 1);
    return counts;
  }

  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #take(request, response) {
    const parts = [];
    try {
      for await (const part of request) parts.push(part);
    } catch {
      return; // who sent it died of it
    }
    const { method, url, headers } = request;
    const body = Buffer.concat(parts);
    const letter = { method, url, headers, body, at: Date.now(), ids: read(headers, body) };
    this.taken.push(letter);
    let gone = false;
    response.on('close', () => (gone ||= !response.writableFinished));
    const answer = await this.answer(letter, response);
    if (typeof answer === 'number' && !gone) response.writeHead(answer, { 'content-type': 'application/json' }).end('{}');
    if (!gone) letter.status = response.statusCode;
  }
}

/** The ids of the spans in a request. */
function read({ 'content-type': type, 'content-encoding': packing }, body) {
  const plain = packing === 'gzip' ? gunzipSync(body) : body;
  if (type !== 'application/json') return spansIn(plain).map(({ id }) => id);
  const { resourceSpans } = JSON.parse(plain);
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ spanId }) => spanId)));
}
