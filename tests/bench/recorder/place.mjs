// The site that every candidate is measured on, and the server that their exporters send to.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { html, startSite } from '../../e2e/site.mjs';

/** How many of each kind the standard session loads. */
const ASSETS = 20;

const BODY = '<main><h1>Orders</h1><p>Three are open.</p><button>Refresh</button><output></output></main>';
const SCRIPT = `<script>
  const [button] = document.getElementsByTagName('button');
  button.addEventListener('click', () => (button.nextElementSibling.value += '.'));
</script>`;
/** The smallest image that there is. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/**
 * Starts site and sink. Resolves to `{ page, warm, close() }`: `page(host, path, peer)` is an
 * address on a host of the site, and `warm(host)` one of the same site that no session reaches.
 */
export async function startPlace(bundles) {
  const sink = await startSink();
  const site = await startSite(pages(bundles, sink));
  const { port } = new URL(site.origin);
  const page = (host, path, peer = '') => `http://${host}.localhost:${port}${path}?${peer}`;
  const close = () => Promise.all([site.close(), sink.close()]);
  return { page, warm: (host) => page(`warm.${host}`, '/warm'), close };
}

function pages(bundles, sink) {
  const peer = ({ url }) => url.split('?')[1];
  const load = (request) =>
    peer(request)
      ? `<script>sink = '${sink.origin}'</script><script src="/peer.js?${peer(request)}"></script>`
      : '';
  return {
    '/warm': BODY,
    '/start': (request, response) => html(response, load(request) + BODY + SCRIPT),
    '/session': (request, response) => html(response, load(request) + assets() + BODY + SCRIPT),
    '/peer.js': (request, response) => send(response, 'text/javascript', bundles[peer(request)]),
    '/asset.js': (_, response) => send(response, 'text/javascript', 'globalThis.loaded = 1;'),
    '/asset.css': (_, response) => send(response, 'text/css', 'h1 { color: #333 }'),
    '/asset.gif': (_, response) => send(response, 'image/gif', PIXEL),
    '/api': (_, response) => send(response, 'application/json', '{"orders":3}'),
  };
}

function assets() {
  const each = (n) =>
    `<link rel=stylesheet href="/asset.css?${n}"><script src="/asset.js?${n}"></script><img alt="" src="/asset.gif?${n}">`;
  return Array.from({ length: ASSETS }, (_, n) => each(n)).join('');
}

function send(response, type, body) {
  response.setHeader('content-type', type);
  response.end(body);
}

/** Takes whatever is sent to it from any origin: `{ origin, close() }`. */
async function startSink() {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const { origin = '*', 'access-control-request-headers': headers = '*' } = request.headers;
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-allow-credentials', 'true');
      response.setHeader('access-control-allow-headers', headers);
      send(response, 'application/json', '{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { origin, close };
}
