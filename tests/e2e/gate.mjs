// A gate before a real store: lets everything through and counts it, or answers instead of the
// store where a test wants to see what becomes of a refusal.
import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';

/** Starts a gate before a store, on a free port. Resolves to a `Gate`. */
export async function startGate(store) {
  const gate = new Gate(store);
  await gate.listen();
  return gate;
}

class Gate {
  #server = createServer((request, response) => this.#take(request, response));
  #store;
  #held = Promise.resolve();

  constructor(store) {
    this.#store = store;
    /** What was asked so far: `GET /api/v3/traces/…`. */
    this.asked = [];
    /** Answers a request by itself when it returns true: `(request, response) => boolean`. */
    this.instead = () => false;
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Lets no request through from now on; the function that it returns lets all of them. */
  hold() {
    let release;
    this.#held = new Promise((resolve) => (release = resolve));
    return release;
  }

  /** How often something was asked. */
  count(pattern) {
    return this.asked.filter((line) => pattern.test(line)).length;
  }

  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #take(request, response) {
    const { method, url, headers } = request;
    this.asked.push(`${method} ${url}`);
    await this.#held;
    if (this.instead(request, response)) return request.resume();
    // The store looks at whom it was called by; it must see its own name.
    const { host } = new URL(this.#store);
    const onward = ask(new URL(url, this.#store), { method, headers: { ...headers, host } }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }
}
