// How sessions begin anew, end, and how far they reach: their stores, their scope, and what is left
// of them.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { held, html, readContext, start, startSite, until } from './harness.mjs';

let lab, site;

before(async () => {
  site = await startSite();
  lab = await start({ shop: null });
});

afterEach(async () => {
  await lab.tidy();
  site.requests.length = 0;
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** The same site under another name: `sub.site.localhost` is this machine to a browser. */
const named = (host) => site.origin.replace('127.0.0.1', host);

/** Starts a session by message, as planned; resolves to the tab once the page is traced. */
async function begin(page, plan = {}) {
  const tab = await lab.tabId(page);
  const whole = { scope: 'host', ending: {}, ...plan };
  const { kind, reason } = await lab.say('do', { verb: 'start', tab, plan: whole });
  assert.equal(kind, 'view', reason);
  await until('the page is traced', () => lab.pageContext(page).catch(() => undefined));
  await until('its page is counted', async () => (await lab.view(tab)).session.pages === 1);
  return tab;
}

const ended = (tab, end) =>
  until(`the session has ended: ${end}`, async () => {
    const view = await lab.view(tab);
    assert.equal(view.session, null);
    assert.equal(view.ended.end, end);
    return true;
  });

test('Restart is one step to a new id, which names the old one on its first page', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  const tab = await begin(page);
  const { trace } = await lab.pageContext(page);
  const old = (await lab.view(tab)).session.id;
  const { session } = await lab.say('do', { verb: 'restart', tab });
  assert.notEqual(session.id, old);
  assert.equal(session.previous, old);
  const again = await until('it is traced again', async () => {
    const context = await lab.pageContext(page);
    return context.trace !== trace && context;
  });
  assert.match((await lab.sessionCookie(site.origin)).value, new RegExp(`^v1\\.${session.id}\\.0$`));
  assert.equal(site.asked('/').at(-1).headers.baggage, `session.id=${session.id}`);
  await page.goto('about:blank'); // a root is sent when nothing more can be told of its page
  const root = await until('its root is in the store', async () => {
    const found = (await lab.trace(again.trace)).all({ service: 'browser', parent: '' });
    return found[0];
  });
  assert.equal(root.attributes['session.previous_id'], old);
});

test('a session ends after the requests that it was to trace', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  const tab = await begin(page, { ending: { requests: 3 } });
  await page.evaluate(async () => {
    for (const path of ['/one', '/two']) await fetch(path);
  });
  await ended(tab, 'counted');
  assert.deepEqual(await lab.left(), []);
});

test('a session of 15 minutes has a cookie of 15 minutes, and ends when they are over', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  const tab = await begin(page, { ending: { minutes: 15 } });
  const { value, expirationDate } = await lab.sessionCookie(site.origin);
  const seconds = Number(value.split('.')[2]);
  assert.ok(Math.abs(seconds - Date.now() / 1_000 - 900) < 60, value);
  assert.equal(expirationDate, seconds);
  assert.equal((await lab.view(tab)).session.expiry, seconds * 1_000);
  assert.ok(await lab.desk.evaluate(() => chrome.alarms.get('expiry')), 'an alarm will wake the worker');
  // As if the browser had been closed until then.
  const pass = async (seconds) => {
    const { sessions } = await chrome.storage.local.get('sessions');
    await chrome.storage.local.set({ sessions: sessions.replaceAll(`"expiry":${seconds}`, '"expiry":1000') });
    await chrome.storage.session.clear();
  };
  await lab.whileDead(() => lab.desk.evaluate(pass, seconds));
  await ended(tab, 'expired');
  assert.deepEqual(await lab.left(), []);
});

test('a session that lasts while its panel is open outlives the worker, and ends with the panel', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  const panel = await lab.openPanel(await lab.tabId(page));
  const tab = await begin(page, { ending: { panel: true } });
  await panel.getByRole('button', { name: 'Stop Tracing Session' }).waitFor();
  await lab.stopWorker();
  await lab.view(0);
  // Longer than a panel may be away: it has come back to the new worker.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  assert.ok((await lab.view(tab)).session);
  await panel.close();
  await ended(tab, 'unwatched');
  assert.deepEqual(await lab.left(), []);
});

test('cookies that are cleared, or written over, are shown as that within a second', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  const tab = await begin(page);
  const popup = await lab.openPopup(tab);
  const panel = await lab.openPanel(tab);
  await panel.getByRole('button', { name: 'Stop Tracing Session' }).waitFor();
  await popup.getByRole('button', { name: 'Stop Tracing Session' }).waitFor();
  await lab.context.clearCookies();
  const offered = (surface) =>
    surface.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor({ timeout: 1_000 });
  await Promise.all([offered(popup), offered(panel)]);
  await ended(tab, 'cleared');
  await begin(page);
  await page.evaluate(() => (document.cookie = '_trace_session=theirs; path=/'));
  await ended(tab, 'overwritten');
});

test('a session survives an update: its tabs are armed again, and so is everything set', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  const tab = await begin(page);
  const { id } = (await lab.view(tab)).session;
  // What an update takes: the state in memory, the rules and the scripts.
  const update = async () => {
    await chrome.storage.session.clear();
    const rules = await chrome.declarativeNetRequest.getSessionRules();
    await chrome.declarativeNetRequest.updateSessionRules({ removeRuleIds: rules.map(({ id }) => id) });
    await chrome.scripting.unregisterContentScripts();
  };
  await lab.whileDead(() => lab.desk.evaluate(update));
  assert.equal((await lab.view(tab)).session.id, id);
  await page.reload();
  assert.ok(await lab.pageContext(page));
  assert.equal(site.asked('/').at(-1).headers.baggage, `session.id=${id}`);
});

test('what is set where is told, and strays are swept when the worker starts', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  const tab = await begin(page);
  const { set } = await lab.view(tab);
  const places = (kind) => set.filter((it) => it.kind === kind).map(({ place }) => place);
  assert.deepEqual(places('cookie'), ['_trace_session on 127.0.0.1']);
  assert.deepEqual(places('script'), ['127.0.0.1']);
  assert.deepEqual(places('rule'), ['documents of 127.0.0.1', `what pages load from ${site.origin}`]);
  assert.ok(set.every(({ since }) => Math.abs(Date.now() - since) < 60_000));
  await lab.stopSession(page);
  const stray = async () => {
    const action = { type: 'modifyHeaders', requestHeaders: [{ header: 'traceparent', operation: 'set', value: 'x' }] };
    const condition = { urlFilter: '|http://127.0.0.1', resourceTypes: ['main_frame'] };
    await chrome.declarativeNetRequest.updateSessionRules({ addRules: [{ id: 7, action, condition }] });
    const js = ['recorder.js'];
    const matches = ['http://127.0.0.1/*'];
    await chrome.scripting.registerContentScripts([
      { id: 'recorder 127.0.0.1', js, matches, world: 'MAIN' },
      { id: 'relay 127.0.0.1', js: ['relay.js'], matches },
    ]);
  };
  await lab.whileDead(() => lab.desk.evaluate(stray));
  const view = await lab.view(tab);
  assert.deepEqual(view.set, []);
  assert.deepEqual(await lab.left(), []);
});

test('a session of a host is not for the hosts below it', async () => {
  const page = await lab.openPage(`${named('site.localhost')}/`);
  await begin(page);
  const below = await lab.openPage(`${named('below.site.localhost')}/below`);
  assert.equal(await lab.pageContext(below), undefined);
  const { headers } = site.asked('/below')[0];
  assert.deepEqual([headers.traceparent, headers.baggage, headers.cookie], [undefined, undefined, undefined]);
});

test('a session of a site is for its registrable domain and all hosts below it, and no other', async () => {
  const page = await lab.openPage(`${named('shop.site.localhost')}/`);
  const tab = await begin(page, { scope: 'site' });
  const { session } = await lab.view(tab);
  assert.equal(session.scope, 'site');
  assert.match(session.site, /^site\.localhost and all hosts below it$/);
  const cookies = await lab.cookies();
  assert.deepEqual(
    cookies.map(({ name, domain, hostOnly }) => ({ name, domain, hostOnly })),
    [{ name: '_trace_session', domain: '.site.localhost', hostOnly: false }],
    'and the cookie that asked is gone',
  );
  const other = await lab.openPage(`${named('api.site.localhost')}/api`);
  assert.ok(await lab.pageContext(other));
  assert.equal(site.asked('/api')[0].headers.baggage, `session.id=${session.id}`);
  assert.match(site.asked('/api')[0].headers.cookie, /_trace_session=/);
  const foreign = await lab.openPage(`${named('other.localhost')}/foreign`);
  assert.equal(await lab.pageContext(foreign), undefined);
  await lab.say('do', { verb: 'stop', tab });
  assert.deepEqual(await lab.left(), []);
});

test('an address has no site, so a session for it is for the host', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await begin(page, { scope: 'site' });
  const cookies = await lab.cookies();
  assert.deepEqual(
    cookies.map(({ name, hostOnly }) => ({ name, hostOnly })),
    [{ name: '_trace_session', hostOnly: true }],
  );
});

test("origins that the user named get the page's context, by text or expression, and no others", async () => {
  const set = (targets) =>
    lab.desk.evaluate(async (targets) => {
      const { settings } = await chrome.storage.local.get('settings');
      await chrome.storage.local.set({ settings: { ...settings, targets } });
    }, targets);
  const allow = (_, response) => {
    response.setHeader('access-control-allow-origin', '*');
    html(response, '');
  };
  Object.assign(site.pages, { '/named': allow, '/also/7': allow, '/other': allow });
  await set([`${site.foreign}/named`, '/^http://localhost:[0-9]+/also/[0-9]+$/']);
  const page = await lab.openPage(`${site.origin}/`);
  await begin(page);
  const { trace } = await lab.pageContext(page);
  await page.evaluate(async (foreign) => {
    for (const path of ['/named', '/also/7', '/other']) await fetch(foreign + path);
    await fetch('/own');
  }, site.foreign);
  const traces = (path) => site.contexts(path).map((context) => readContext(context)?.trace);
  assert.deepEqual(traces('/named'), [trace], 'and nobody was asked for permission before');
  assert.deepEqual(traces('/also/7'), [trace]);
  assert.deepEqual(traces('/other'), [undefined]);
  const own = readContext(site.contexts('/own')[0]);
  const [{ span }] = site.contexts('/named').map(readContext);
  assert.notEqual(own.span, span, 'its own requests keep a span of their own');
  await set([]);
});

test('a page trace can be taken back while its document is awaited', async () => {
  const page = await lab.openPage(`${site.origin}/page`);
  const slow = held((_, response) => html(response, 'late'));
  site.pages['/page'] = slow.page;
  const tab = await lab.tabId(page);
  const { kind, reason } = await lab.say('do', { verb: 'run', tab });
  assert.equal(kind, 'view', reason);
  await until('it is asked for', () => site.asked('/page').length > 1);
  await until('it was seen to leave', async () => (await lab.view(tab)).page?.progress.phase === 'requested');
  const { page: shown } = await lab.say('do', { verb: 'cancel', tab });
  assert.equal(shown, null);
  assert.deepEqual(await lab.left(), []);
  slow.release();
  await page.getByText('late').waitFor(); // or it would be closed in the middle of its reload
  delete site.pages['/page'];
});

test('a private window has sessions of its own, and no part in those of others', async () => {
  const settings = await lab.context.newPage();
  await settings.goto('chrome://extensions');
  // The browser starts the extension anew, and closes its pages with it.
  const allow = async (incognitoAccess) => {
    await settings.evaluate(
      ([extensionId, incognitoAccess]) =>
        chrome.developerPrivate.updateExtensionConfiguration({ extensionId, incognitoAccess }),
      [lab.extensionId, incognitoAccess],
    );
    await until('the extension is back', async () => {
      if (lab.desk.isClosed()) lab.desk = await lab.context.newPage();
      await lab.desk.goto(`chrome-extension://${lab.extensionId}/manifest.json`);
      return lab.view(0);
    });
  };
  // An extension from a folder is loaded again for developers only.
  await settings.evaluate(() => chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true }));
  await allow(true);
  try {
    const page = await lab.openPage(`${site.origin}/`);
    const tab = await begin(page);
    const open = (path) =>
      lab.desk.evaluate(
        (url) => chrome.windows.create({ url, incognito: true }).then(({ tabs }) => tabs[0].id),
        site.origin + path,
      );
    const secret = await open('/private');
    await until('it is shown', async () => {
      const { url, status } = await lab.desk.evaluate((tab) => chrome.tabs.get(tab), secret);
      return url.endsWith('/private') && status === 'complete';
    });
    const { headers } = site.asked('/private')[0];
    assert.deepEqual([headers.traceparent, headers.cookie], [undefined, undefined]);
    assert.equal((await lab.view(secret)).session, null);
    const own = await lab.say('do', { verb: 'start', tab: secret });
    assert.equal(own.kind, 'view', own.reason);
    assert.match(own.session.site, /in private windows$/);
    assert.notEqual(own.session.id, (await lab.view(tab)).session.id);
    await until('it is traced', () => readContext(site.contexts('/private').at(-1)));
    assert.equal(site.asked('/private').at(-1).headers.baggage, `session.id=${own.session.id}`);
    await page.reload();
    await lab.say('do', { verb: 'stop', tab: secret });
    assert.ok((await lab.view(tab)).session, 'the other one goes on');
    await lab.desk.evaluate((tab) => chrome.tabs.remove(tab), secret);
  } finally {
    await allow(false);
    await settings.close();
  }
});
