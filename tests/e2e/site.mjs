// A web server whose pages a test writes itself: for policies, redirects and server spans that the
// demo shop does not have. It keeps every request's headers, because what really arrived at a
// server is the only proof of what was sent.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * Starts a site on a free port. `pages` maps paths to HTML, or to a function of request and
 * response. Any other path is answered with an empty page. Resolves to a `Site`.
 */
export async function startSite(pages = {}) {
  const site = new Site(pages);
  await site.listen();
  return site;
}

class Site {
  #sockets = [];
  #server = createServer((request, response) => this.#answer(request, response));

  constructor(pages) {
    this.pages = pages;
    /** Every request so far: `{ method, path, headers }`; not for the icon, which comes when it likes. */
    this.requests = [];
  }

  async listen() {
    this.#server.on('upgrade', (request, socket) => this.#shake(request, socket));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address();
    this.origin = `http://127.0.0.1:${port}`;
    /** The same server as another site: another host, so cookies and sessions differ. */
    this.foreign = `http://localhost:${port}`;
  }

  /** The requests for a path, oldest first; of a host only, when it is given. */
  asked(path, origin = undefined) {
    const host = origin && new URL(origin).host;
    const fits = (request) => request.path === path && (!host || request.headers.host === host);
    return this.requests.filter(fits);
  }

  /** The `traceparent`s that requests for a path carried; undefined where there was none. */
  contexts(path) {
    return this.asked(path).map(({ headers }) => headers.traceparent);
  }

  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy(); // they are no connections of HTTP any more
    await once(this.#server, 'close');
  }

  /** Takes any WebSocket, and says nothing over it. */
  #shake({ method, url, headers }, socket) {
    this.requests.push({ method, path: url, url, headers });
    const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`; // RFC 6455, 1.3
    const accept = createHash('sha1').update(key).digest('base64');
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade';
    socket.on('error', () => {}); // the browser hangs up as it likes
    socket.write(`${upgrade}\r\nsec-websocket-accept: ${accept}\r\n\r\n`);
    this.#sockets.push(socket);
  }

  #answer(request, response) {
    const { method, url, headers } = request;
    const path = url.split('?')[0];
    if (path !== '/favicon.ico') this.requests.push({ method, path, url, headers });
    // Or a second visit might not ask at all.
    response.setHeader('cache-control', 'no-store');
    const page = Object.hasOwn(this.pages, path) ? this.pages[path] : '';
    if (typeof page === 'function') return page(request, response);
    html(response, page);
  }
}

/** Answers with a page. */
export function html(response, body) {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><meta charset=utf-8><title>site</title>${body}`);
}

/**
 * A page that is answered only when told to: `page` for the site, `asked` resolves once it is asked
 * for, `release()` lets the answer go.
 */
export function held(answer) {
  let release, ask;
  const released = new Promise((resolve) => (release = resolve));
  const asked = new Promise((resolve) => (ask = resolve));
  const page = async (request, response) => {
    ask();
    await released;
    answer(request, response);
  };
  return { page, asked, release };
}
