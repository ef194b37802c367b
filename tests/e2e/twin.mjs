// The same visit twice in one browser, once traced and once not, with everything written down that
// a page can see of its world: what its calls gave and threw, in which order things happened, what
// went to the console and what the server got. The two must be the same.
//
// The site is one server under two hosts. A session is kept per host, so one host is traced and the
// other is not, in the same browser and with the same bytes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readContext, start, startSite, until } from './harness.mjs';

/** Headers that tell the hosts apart, or that tracing is there to add. */
const APART = new Set('host origin referer cookie connection traceparent tracestate baggage'.split(' '));
/** Runs first in each page. */
const NOTEBOOK = readFileSync(new URL('notebook.js', import.meta.url), 'utf8');

/** No answer that a browser takes. A connection that breaks would not do: Chromium may ask once more by itself. */
const BROKEN = 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n';

/** What the server of both answers to the requests of scripts. */
const PAGES = {
  '/echo': (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('x-answer', 'yes');
      const body = Buffer.concat(chunks).subarray(0, 1_000);
      response.end(`${request.method} ${request.headers['x-own'] ?? '-'} ${body}`);
    });
  },
  '/redirect': (_, response) => response.writeHead(302, { location: '/echo?redirected' }).end(),
  '/teapot': (_, response) => response.writeHead(418, { 'content-type': 'application/json' }).end('{"a":1}'),
  '/fail': (request) => request.socket.end(BROKEN),
  '/slow': (_, response) => response.write('a little'),
  '/unasked': () => {},
};

/** Starts a browser with a session on one host of a site. Resolves to `Twins`. */
export async function startTwins() {
  const site = await startSite(PAGES);
  try {
    const lab = await start({ shop: null });
    const anchor = await lab.openPage(`${site.origin}/anchor`);
    await lab.startSession(anchor);
    return new Twins(lab, site, anchor);
  } catch (error) {
    await site.close();
    throw error;
  }
}

class Twins {
  #count = 0;

  constructor(lab, site, anchor) {
    Object.assign(this, { lab, site, anchor });
  }

  /**
   * Runs a script in a page of each host and checks that both tell the same. The script is a
   * function of the notebook (`notebook.js`); it closes over nothing.
   *
   * - `headers`: of the page
   * - `body`: HTML before the script
   * - `before`: source that runs in the page's window before any other, ours too
   * - `act`: what a person does once the page has said `ready`, given the page
   * - `patience`: how long it may take
   * - `noisy`: the browser says as much of it to the console as it has time for, so that is not compared
   *
   * Resolves to `{ told, context }` of the traced one, for what a test wants to know besides.
   */
  async same(script, how = {}) {
    const path = `/twin-${++this.#count}`;
    this.site.pages[path] = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...how.headers });
      response.end(page(script, how));
    };
    const untraced = await this.visit(this.site.foreign, path, how);
    const traced = await this.visit(this.site.origin, path, how);
    assert.equal(untraced.context, null, 'the other host is not traced');
    assert.ok(traced.context, 'this host is traced');
    const different = differences(untraced.told, traced.told);
    if (different) throw new Error(different);
    return traced;
  }

  /** Visits a path of a host until its page has told everything. Resolves to `{ context, told }`. */
  async visit(origin, path, { before, act, patience, noisy } = {}) {
    this.site.requests.length = 0;
    const hosts = new RegExp(`(127\\.0\\.0\\.1|localhost):${new URL(origin).port}`, 'g');
    const plain = (text) => text.replace(hosts, 'site');
    const [failures, said] = [[], []];
    const page = await this.#open(origin + path, before);
    page.on('pageerror', (error) => failures.push(plain(`${error?.name}: ${error?.message ?? error}`)));
    page.on('console', (message) => said.push(plain(`${message.type()}: ${message.text()}`)));
    try {
      if (!before) await page.goto(origin + path, { waitUntil: 'commit' });
      if (act) {
        await page.locator('html[data-ready]').waitFor({ state: 'attached' });
        await act(page);
      }
      const log = await until('the page has told everything', () => read(page), patience);
      // What is given up before it is answered may never have left the browser.
      const kept = this.site.requests.filter(({ path }) => path !== '/unasked');
      const requests = kept.map((request) => plain(bare(request))).sort();
      const context = readContext(this.site.asked(path)[0].headers.traceparent);
      return { context, told: { log: log.map(plain), failures, console: noisy ? [] : said, requests } };
    } finally {
      await page.close();
    }
  }

  /**
   * A page to visit an address in. A window that another page has opened is that page's to change
   * until its first document is there, and it stays the same window then: so comes what is `before` us.
   */
  async #open(url, before) {
    const { context } = this.lab;
    if (!before) return context.newPage();
    const opener = await this.lab.openPage(new URL('/opener', url).href);
    const opened = context.waitForEvent('page');
    await opener.evaluate(
      ([url, scripts]) => {
        const child = window.open(url);
        for (const script of scripts) child.eval(script);
      },
      [url, [NOTEBOOK, before]],
    );
    const page = await opened;
    page.once('close', () => opener.close());
    return page;
  }

  async close() {
    await this.lab.close();
    await this.site.close();
    assert.deepEqual(this.lab.complaints, []);
  }
}

/** What the page wrote down; undefined until it is done. The title is read from elsewhere. */
async function read(page) {
  const title = await page.title();
  return title.startsWith('[') ? JSON.parse(title) : undefined;
}

/** What differs between two tellings, list by list; nothing when all is the same. */
function differences(untraced, traced) {
  const lists = Object.keys(untraced).map((name) => {
    const [before, now] = [untraced[name], traced[name]];
    const lines = [
      ...only(before, now).map((line) => `- ${line}`),
      ...only(now, before).map((line) => `+ ${line}`),
    ];
    const at = now.findIndex((line, at) => line !== before[at]);
    if (at >= 0 && !lines.length) lines.push(`- ${before[at]}`, `+ ${now[at]}`, '(in another order)');
    return lines.length
      ? [`${name}, without us (-) and with us (+):`, ...lines.map((line) => `  ${line.slice(0, 200)}`)]
      : [];
  });
  return lists.flat().join('\n');
}

/** The lines of one list that another has not, or less often. */
function only(lines, others) {
  const rest = [...others];
  return lines.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/** A request as a server sees it, without what is meant to differ. The browser orders headers as it likes. */
function bare({ method, url, headers }) {
  const rest = Object.entries(headers).filter(([name]) => !APART.has(name));
  return `${method} ${url.slice(0, 200)} ${JSON.stringify(rest.sort())}`;
}

function page(script, { body = '', before }) {
  return `<!doctype html><meta charset=utf-8><link rel=icon href=data:,><main>${body}</main>
    <script>${before ? '' : NOTEBOOK}</script><script>notebook.run(${script})</script>`;
}
