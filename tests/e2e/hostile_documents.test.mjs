// Documents that are no ordinary page: of other types, of no address, sandboxed, full of frames, or
// not there at all. Each is as without us, and what can be traced of it is traced.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { readContext, until } from './harness.mjs';
import { startTwins } from './twin.mjs';

/** The smallest document that the viewer of PDFs takes. */
const PDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj
trailer<</Root 1 0 R>>`;

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><title>drawn</title><circle r="9"/></svg>';

/** What a page answers with, by name: content type, content, more headers. */
const DOCUMENTS = {
  text: ['text/plain', 'plain text\n<b>'],
  json: ['application/json', '{"a":[1,2]}'],
  xml: ['application/xml', '<?xml version="1.0"?><a b="c">text<d/></a>'],
  'broken xml': ['application/xml', '<a><b></a>'],
  xhtml: [
    'application/xhtml+xml',
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><p>strict</p></body></html>',
  ],
  svg: ['image/svg+xml', SVG],
  image: ['image/svg+xml', SVG, { 'content-security-policy': 'sandbox' }],
  pdf: ['application/pdf', PDF],
  empty: ['text/html', ''],
  quirks: ['text/html', '<p>no doctype'],
  frameset: ['text/html', '<frameset cols="*,*"><frame src="/empty"><frame></frameset>'],
  sandboxed: [
    'text/html',
    '<!doctype html><p>sandboxed',
    { 'content-security-policy': 'sandbox allow-scripts' },
  ],
  'sandboxed without scripts': [
    'text/html',
    '<!doctype html><p>sandboxed',
    { 'content-security-policy': 'sandbox' },
  ],
  'without scripts': [
    'text/html',
    '<!doctype html><p>none',
    { 'content-security-policy': "default-src 'none'" },
  ],
  'trusted types': [
    'text/html',
    '<!doctype html><p>typed',
    { 'content-security-policy': "require-trusted-types-for 'script'; trusted-types 'none'" },
  ],
  isolated: [
    'text/html',
    '<!doctype html><p>alone',
    { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
  ],
};

let twins;

before(async () => {
  twins = await startTwins();
});

afterEach(async () => {
  await twins.lab.context.setOffline(false);
  await twins.lab.closePages(twins.anchor);
});

after(() => twins?.close());

/** What a document looks like from outside of its world. */
async function look(page) {
  await page.waitForLoadState();
  return page.evaluate(() => {
    const { contentType, compatMode, readyState, title, documentElement, styleSheets, scripts } = document;
    const markup = documentElement ? new XMLSerializer().serializeToString(document) : '';
    const names = Object.getOwnPropertyNames(window).length;
    return {
      contentType,
      compatMode,
      readyState,
      title,
      markup,
      names,
      sheets: styleSheets.length,
      scripts: scripts.length,
    };
  });
}

for (const [name, [type, content, headers]] of Object.entries(DOCUMENTS)) {
  test(`a document as any other: ${name}`, async () => {
    const { site, lab } = twins;
    const path = `/${name.replaceAll(' ', '-')}`;
    site.pages[path] = (_, response) =>
      response.writeHead(200, { 'content-type': type, ...headers }).end(content);
    const seen = [];
    for (const origin of [site.foreign, site.origin]) {
      const failures = [];
      const page = await lab.context.newPage();
      page.on('pageerror', (error) => failures.push(error.message));
      await page.goto(origin + path);
      const { markup, ...rest } = await look(page);
      seen.push({ ...rest, markup: markup.replaceAll(origin, ''), failures });
    }
    const [before, traced] = site.contexts(path);
    assert.equal(before, undefined);
    assert.ok(readContext(traced), 'the document is traced');
    assert.deepEqual(seen[1], seen[0]);
  });
}

test('frames without an address of their own are as they were: fifty, of every kind, and what they do', async () => {
  await twins.same(
    async ({ log, pause }) => {
      const script = `<script>
      const say = (text) => parent.postMessage(text, '*');
      addEventListener('error', ({ message }) => say('error ' + message));
      say('native ' + /native code/.test(fetch + '') + ' ' + isSecureContext + ' ' + origin.slice(0, 4));
      fetch('/echo').then((response) => response.text()).then((text) => say('fetch ' + text), (error) => say('fetch ' + error.name));
      const request = new XMLHttpRequest();
      request.onloadend = () => say('xhr ' + request.status);
      try { request.open('GET', '/echo'); request.send(); } catch (error) { say('xhr ' + error.name); }
      try { localStorage.a = 1; say('store'); } catch (error) { say('store ' + error.name); }
    <\/script>`;
      const kinds = {
        'about:blank': (frame) => (frame.src = 'about:blank'),
        srcdoc: (frame) => (frame.srcdoc = script),
        blob: (frame) => (frame.src = URL.createObjectURL(new Blob([script], { type: 'text/html' }))),
        data: (frame) => (frame.src = `data:text/html,${encodeURIComponent(script)}`),
        javascript: (frame) => (frame.src = 'javascript:"<p>written"'),
        sandboxed: (frame) => ((frame.sandbox = 'allow-scripts'), (frame.srcdoc = script)),
        closed: (frame) => ((frame.sandbox = ''), (frame.srcdoc = script)),
        same: (frame) => (frame.src = '/empty-frame'),
        pdf: (frame) => (frame.src = '/pdf-frame'),
        text: (frame) => (frame.src = 'data:text/plain,text'),
      };
      const heard = [];
      const frames = new Map();
      addEventListener('message', ({ data, source }) => heard.push(`${frames.get(source)} ${data}`));
      const loads = [];
      for (let round = 0; round < 5; round++) {
        for (const [kind, fill] of Object.entries(kinds)) {
          const frame = document.createElement('iframe');
          loads.push(new Promise((loaded) => (frame.onload = loaded)));
          fill(frame);
          document.body.append(frame);
          frames.set(frame.contentWindow, `${round} ${kind}`);
        }
      }
      await Promise.all(loads);
      // Of each round five say four things.
      for (let beat = 0; heard.length < 80 && beat < 400; beat++) await pause(25);
      await pause(100);
      for (const line of heard.sort()) log(line);
      const [blank] = document.querySelectorAll('iframe');
      log('of the blank one', await blank.contentWindow.fetch('/echo').then((response) => response.text()));
      const other = new blank.contentWindow.XMLHttpRequest();
      other.open('GET', '/echo', false);
      other.send();
      log(other.responseText, window.length);
    },
    { noisy: true },
  );
});

test('a window of another address goes on from a traced page and back as it did', async () => {
  await twins.same(async ({ log, pause, later }) => {
    const text =
      '<script>onload = () => opener?.postMessage("here " + /native code/.test(fetch + "") + origin.slice(0, 4), "*")<\/script>';
    const addresses = {
      blank: 'about:blank',
      blob: URL.createObjectURL(new Blob([text], { type: 'text/html' })),
      nothing: '',
    };
    const told = () =>
      later((then) => addEventListener('message', ({ data }) => then(log('message', data)), { once: true }));
    for (const [name, address] of Object.entries(addresses)) {
      const shown = name === 'blob' && told();
      const child = window.open(address);
      await shown;
      await pause(250);
      log(name, `${child.document.readyState} ${child.document.body.childElementCount}`);
      log(name, await child.fetch(`${location.origin}/echo`).then((response) => response.text()));
      const written = told();
      child.document.open();
      child.document.write(text);
      child.document.close();
      await written;
      child.close();
    }
  });
});

test('a blob as a page of its own takes no context, and the way back is traced', async () => {
  const { site, lab } = twins;
  const page = await lab.openPage(`${site.origin}/from`);
  await page.evaluate(() => {
    const text = '<title>blob</title><script>fetch(`${origin}/of-blob`)</scr' + 'ipt>';
    location = URL.createObjectURL(new Blob([text], { type: 'text/html' }));
  });
  await page.waitForURL(/^blob:/);
  await until('the blob has asked', () => site.asked('/of-blob').length > 0);
  await page.goBack();
  await page.waitForURL(/from$/);
  assert.ok(await lab.pageContext(page));
});

test('a page asked for offline shows what the browser shows', async () => {
  const { site, lab } = twins;
  const page = await lab.openPage(`${site.origin}/online`);
  await lab.context.setOffline(true);
  const failed = await page.reload().then(
    () => null,
    (error) => error.message,
  );
  assert.match(failed, /ERR_INTERNET_DISCONNECTED/);
  await lab.context.setOffline(false);
  await page.goto(`${site.origin}/online`);
  assert.ok(await lab.pageContext(page));
});

test('what fails offline fails as it did, and works again afterwards', async () => {
  const { lab } = twins;
  const script = async ({ log, attempt, pause, ready }) => {
    for (const type of ['online', 'offline']) addEventListener(type, () => log(type, `${navigator.onLine}`));
    await attempt('online', () => fetch('/echo'));
    const off = new Promise((gone) => addEventListener('offline', gone));
    const back = new Promise((there) => addEventListener('online', there));
    ready();
    await off;
    await attempt('get', () => fetch('/echo'));
    await attempt('post', () => fetch('/echo', { method: 'POST' }));
    await attempt('beacon', () => navigator.sendBeacon('/echo', 'b'));
    const request = new XMLHttpRequest();
    request.open('GET', '/echo');
    const ended = new Promise((end) => (request.onloadend = end));
    request.onerror = () => log('xhr fails', request.status);
    request.send();
    await ended;
    log('tried');
    document.documentElement.dataset.tried = '';
    await back;
    await attempt('again', () => fetch('/echo'));
    await pause(50);
  };
  await twins.same(script, {
    noisy: true, // what fails is asked once more without our header, and the browser says so again
    act: async (page) => {
      await lab.context.setOffline(true);
      await page.locator('html[data-tried]').waitFor({ state: 'attached' });
      await lab.context.setOffline(false);
    },
  });
});
