// A site whose pages throw, fail and are slow, in a minified script with a source map; and the visits
// of a session to it.
import { html, until } from './harness.mjs';

const SOURCE = `export function pay(cart) {
  throw new TypeError(\`cart \${cart} is gone\`);
}
`;
const SCRIPT = 'function pay(a){throw new TypeError("cart "+a+" is gone")}addEventListener("click",function(){pay(location.pathname.slice(-1))});\n//# sourceMappingURL=app.min.js.map';
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Numbers as a source map writes them. */
function vlq(...numbers) {
  const one = (number) => {
    let rest = number < 0 ? (-number << 1) | 1 : number << 1;
    let text = '';
    do {
      const digit = rest & 31;
      rest >>>= 5;
      text += DIGITS[digit | (rest ? 32 : 0)];
    } while (rest);
    return text;
  };
  return numbers.map(one).join('');
}

/** The map of the script: its function is the source's first line, what it throws the second. */
const MAP = {
  version: 3,
  sourceRoot: 'src/',
  sources: ['pay.ts'],
  sourcesContent: [SOURCE],
  names: ['pay'],
  mappings: [vlq(0, 0, 0, 0), vlq(SCRIPT.indexOf('throw'), 0, 1, 2, 0), vlq(SCRIPT.indexOf('add') - SCRIPT.indexOf('throw'))].join(','),
};

/** The pages of the site; `/slow` is answered after so many milliseconds. */
export function minified({ slow }) {
  const body = '<h1>Orders</h1><p>What was ordered</p><button>Pay</button><script src="/app.min.js"></script>';
  const answer = (status) => (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  return {
    '/about': '<h1>About</h1>',
    '/orders/1': body,
    '/orders/2': body,
    '/slow': (_, response) => setTimeout(() => html(response, '<h1>Slow</h1>'), slow),
    '/app.min.js': (_, response) => response.writeHead(200, { 'content-type': 'text/javascript' }).end(SCRIPT),
    '/app.min.js.map': (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(MAP)),
    '/api/items/1': answer(200),
    '/api/items/2': answer(500),
  };
}

/**
 * Visits pages of a session that is on: each order asks for its item and throws once. Resolves to
 * what the store has of each, `{ path, trace, root, spans }`, and, as `first`, the trace of the page
 * that was there.
 */
export async function visit(lab, site, page, paths) {
  const { trace: first } = await lab.pageContext(page);
  const visits = [];
  for (const path of paths) {
    await page.goto(site.origin + path);
    const context = await until(`${path} is traced`, () => lab.pageContext(page));
    if (path.startsWith('/orders/')) {
      await page.evaluate((item) => fetch(`/api/items/${item}`).then((it) => it.text()), path.at(-1));
      const thrown = page.waitForEvent('pageerror');
      await page.getByRole('button', { name: 'Pay' }).click();
      await thrown;
    }
    await lab.leave(page);
    visits.push({ path, ...context });
  }
  const read = async ({ path, trace, span }) => {
    const { spans } = await lab.trace(trace);
    return { path, trace, spans, root: spans.find(({ parent }) => !parent), document: span };
  };
  return Object.assign(await Promise.all(visits.map(read)), { first });
}
