// A real Chromium with the real extension, a real store and a real instrumented shop, all of them
// fresh, and ways to open what a person opens and to read what the browser has set.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { watchWorker } from './mortal.mjs';
import { given, startCollector, startShop } from './servers.mjs';
import { held } from './site.mjs';
import { readContext, readTrace } from './spans.mjs';
import { followToast } from './toast.mjs';
import { inTime, until } from './until.mjs';

export { clickToast, followToast, readToast } from './toast.mjs';
export { startCollector, startShop } from './servers.mjs';
export { startGate } from './gate.mjs';
export { held, html, startSite } from './site.mjs';
export { KIND, readContext, sendSpans, spanId, text, traceId } from './spans.mjs';
export { until } from './until.mjs';

/** The popup's size, as Chrome gives it to one that does not ask for more. */
const POPUP = { width: 380, height: 600 };

/** How long Playwright waits for what a test wants. It takes milliseconds. */
const PATIENCE = 15_000;

/** How long the worker may take for an answer, and a page to close, before they are stuck. */
const STUCK = 60_000;

/** The cookie that stands for a session. */
const COOKIE = '_trace_session';

/**
 * Starts everything. Resolves to a lab; `close()` ends all that was started.
 *
 * - `collector`, `shop`: a server started before, or `null` for none
 * - `extension`: folder of another extension than the built one
 * - `store`: URL of a store that is not the collector's own
 * - `headless`: whether nobody looks on
 * - `args`: more of Chromium's flags
 * - `without`: those of Playwright's own flags that it is to leave out
 * - `profile`: the folder of a browser that was there before; the caller's to remove
 */
export async function start(options = {}) {
  const started = [];
  const keep = (it) => (started.push(it), it);
  try {
    const { collector = keep(await startCollector()) } = options;
    const store = options.store ?? collector?.url ?? '';
    const { shop = keep(await startShop(store || 'http://127.0.0.1:9')) } = options;
    const browser = keep(await startBrowser(options));
    const mortal = await watchWorker(browser.context.browser(), browser.extensionId);
    const { close: _, ...parts } = browser;
    const lab = new Lab({ ...parts, mortal, collector, shop, end: () => closeAll(started) });
    await lab.desk.evaluate((settings) => chrome.storage.local.set({ settings }), { store });
    // It has read its settings when the extension was installed, and reads them when it starts.
    await lab.stopWorker();
    await lab.startWorker();
    return lab;
  } catch (error) {
    await closeAll(started);
    throw error;
  }
}

class Lab {
  constructor(parts) {
    Object.assign(this, parts);
    /** What the extension's own pages and its worker complained of; there should be nothing. */
    this.complaints = this.mortal.complaints;
    this.context.on('weberror', (error) => this.#complain(error.page()?.url(), error.error().stack));
    this.context.on('console', (message) => {
      if (message.type() === 'error') this.#complain(message.location().url, message.text());
    });
  }

  #complain(url, text) {
    if (url?.startsWith(`chrome-extension://${this.extensionId}/`)) this.complaints.push(`${url}: ${text}`);
  }

  /** The browser's number of a page's tab. */
  async tabId(page) {
    const { targetInfo } = await this.#target(page);
    await page.bringToFront();
    const tabs = await this.desk.evaluate(() => chrome.tabs.query({ active: true }));
    const tab = tabs.find(({ url, pendingUrl }) => (pendingUrl || url) === targetInfo.url);
    if (!tab) throw new Error(`no active tab shows ${targetInfo.url}`);
    return tab.id;
  }

  /** Opens an address in a new tab. */
  async openPage(url) {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }

  /** Opens a surface in a new tab: `openSurface('panel', { tab })`. */
  openSurface(view, parameters = {}) {
    return this.openPage(this.surface(view, parameters));
  }

  /** Opens the panel of a tab in a tab of its own. */
  openPanel(tab) {
    return this.openSurface('panel', { tab });
  }

  /** Opens a trace in the dashboard. */
  openDashboard(trace) {
    return this.openSurface('dashboard', { trace });
  }

  /**
   * Opens the popup of a tab in a small window, so that the tab stays in view as it does below a
   * real popup: a tab that nobody sees paints nothing.
   */
  async openPopup(tab) {
    const url = this.surface('popup', { tab });
    const opened = this.context.waitForEvent('page');
    await this.desk.evaluate((how) => chrome.windows.create(how), { url, type: 'popup', ...POPUP });
    const page = await opened;
    await page.setViewportSize(POPUP);
    await page.waitForLoadState();
    return page;
  }

  /** Closes a tab whose document may be on its way: Playwright may wait for ever to close such a page. */
  closeTab(tab) {
    return this.desk.evaluate((tab) => chrome.tabs.remove(tab), tab);
  }

  /** Closes all pages but these, as a test leaves none to the next. */
  async closePages(...kept) {
    const others = this.context.pages().filter((page) => page !== this.desk && !kept.includes(page));
    const close = (page) => inTime(`closing ${page.url()}`, STUCK, () => page.close());
    await Promise.all(others.map(close));
  }

  /**
   * Ends a test: stops each session that it left, and checks by the browser's own word that nothing
   * of ours is set any more. Then closes its pages, and clears the jar for the next test.
   */
  async tidy() {
    const tabs = await this.desk.evaluate(() => chrome.tabs.query({}));
    let stopped = false;
    for (const { id } of tabs) {
      if (!(await this.view(id)).session) continue;
      await this.say('do', { verb: 'stop', tab: id });
      stopped = true;
    }
    await this.closePages(); // a page trace whose document is awaited ends with its tab
    // A session that has no tab any more ends with its cookie.
    if (!stopped) await this.context.clearCookies();
    const gone = until('nothing is left', async () => (await this.left()).length === 0, 5_000);
    const left = await gone.then(
      () => [],
      () => this.left(),
    );
    await this.context.clearCookies();
    assert.deepEqual(left, [], 'what is set after Stop');
  }

  /** Ends all that was started, with the last test. */
  async close() {
    await this.tidy().finally(this.end);
  }

  /** Clicks a verb in the popup of a page, and resolves to the popup. */
  async command(page, verb) {
    const popup = await this.openPopup(await this.tabId(page));
    try {
      await popup.getByRole('button', { name: verb, exact: true }).click();
    } catch (cause) {
      const text = await popup.locator('body').innerText();
      throw new Error(`the popup of ${page.url()} offers no ${verb}; it says: ${text}`, { cause });
    }
    return popup;
  }

  /**
   * Runs a page trace through the popup. Resolves to `{ trace, said }` once the toast says that it
   * is over: the trace's id, and all that the toast said.
   */
  async runPageTrace(page, over = /complete/i) {
    const before = await this.pageContext(page);
    const popup = await this.command(page, 'Run Page Trace');
    // The toast of the last trace stands there until its document is replaced.
    await until('the page is loaded anew', async () => {
      const now = await this.pageContext(page);
      return Boolean(now) && now.trace !== before?.trace;
    });
    const said = await followToast(page, over);
    await popup.close();
    const { trace } = await this.pageContext(page);
    return { trace, said };
  }

  /** Starts a session through the popup; resolves once the page is traced. */
  async startSession(page) {
    const popup = await this.command(page, 'Start Tracing Session');
    await popup.getByText(/1 page traced/).waitFor();
    await popup.close();
    await page.waitForLoadState();
    return until('the page is traced', () => this.pageContext(page).catch(() => undefined));
  }

  /**
   * Opens a page of a site and starts its session, and keeps it from having loaded: what a page asks
   * for belongs to its trace until its load has settled, which is no longer than a second of quiet.
   * Resolves to `{ page, context, release() }`; `release` lets it load.
   */
  async startLoading(site, path, content = '') {
    const last = held((_, response) => response.end());
    let visits = 0;
    site.pages['/last.png'] = (request, response) => (++visits === 2 ? last.page(request, response) : response.end());
    site.pages[path] = `${content}<img src="/last.png">`;
    const page = await this.openPage(site.origin + path);
    const popup = await this.command(page, 'Start Tracing Session');
    await popup.getByText(/1 page traced/).waitFor();
    await popup.close();
    await last.asked;
    const context = await until('the page is traced', () => this.pageContext(page).catch(() => undefined));
    return { page, context, release: last.release };
  }

  /** Stops a session through the popup; resolves once it says so. */
  async stopSession(page) {
    const popup = await this.command(page, 'Stop Tracing Session');
    await popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor();
    await popup.close();
  }

  /** Presses a keyboard shortcut of the extension's in a tab: no test can press a real one. */
  press(name, tab) {
    return this.#dispatch('commands.onCommand', name, { id: tab });
  }

  /** Chooses an item of the icon's menu in a tab: no test can open a real one. */
  choose(name, tab) {
    return this.#dispatch('contextMenus.onClicked', { menuItemId: name }, { id: tab });
  }

  /** Lets the worker hear an event as the browser would tell it. */
  async #dispatch(event, ...words) {
    await this.startWorker();
    const [worker] = this.context.serviceWorkers();
    await worker.evaluate(
      ([event, words]) => {
        const [api, name] = event.split('.');
        chrome[api][name].dispatch(...words);
      },
      [event, words],
    );
  }

  /** The context that a page's document got, `{ trace, span }`; undefined when it is not traced. */
  async pageContext(page) {
    const metrics = await page.evaluate(() => {
      const [{ serverTiming }] = performance.getEntriesByType('navigation');
      return serverTiming.map(({ name, description }) => ({ name, description }));
    });
    return readContext(metrics.findLast(({ name }) => name === 'tracelight')?.description) ?? undefined;
  }

  /** A surface's address. */
  surface(view, parameters = {}) {
    const query = new URLSearchParams({ view, ...parameters });
    return `chrome-extension://${this.extensionId}/app.html?${query}`;
  }

  /** The header rules that are set. */
  rules() {
    return this.desk.evaluate(async () => {
      const { getSessionRules, getDynamicRules } = chrome.declarativeNetRequest;
      return [...(await getSessionRules()), ...(await getDynamicRules())];
    });
  }

  /** Resolves once what the document of a trace loads will carry it: a server thinks that long. */
  async covered(trace) {
    const says = ({ value }) => readContext(value)?.trace === trace;
    const covers = ({ condition, action }) =>
      condition.resourceTypes.includes('image') && action.requestHeaders?.some(says);
    await until('the rule for its resources is set', async () => (await this.rules()).some(covers));
  }

  /** The cookies that an address is sent; all that there are without one. */
  cookies(url = undefined) {
    return this.desk.evaluate((url) => chrome.cookies.getAll(url ? { url } : {}), url);
  }

  /** The scripts that are registered for pages. */
  scripts() {
    return this.desk.evaluate(() => chrome.scripting.getRegisteredContentScripts());
  }

  /** Everything of ours that is set in the browser, by its own word: empty when nothing is. */
  async left() {
    const cookies = await this.desk.evaluate(async (name) => {
      const stores = await chrome.cookies.getAllCookieStores();
      // An empty partition key asks for those of all partitions.
      const ask = ({ id: storeId }) => chrome.cookies.getAll({ name, storeId, partitionKey: {} });
      return (await Promise.all(stores.map(ask))).flat();
    }, COOKIE);
    return [...(await this.rules()), ...(await this.scripts()), ...cookies];
  }

  /** What the icon says at a tab: the text on it and the one on hover. */
  icon(tab) {
    return this.desk.evaluate(async (tabId) => {
      const [badge, title] = [chrome.action.getBadgeText({ tabId }), chrome.action.getTitle({ tabId })];
      return { badge: await badge, title: await title };
    }, tab);
  }

  /** The trace cookie that an address is sent. */
  async sessionCookie(url) {
    return (await this.cookies(url)).find(({ name }) => name === COOKIE);
  }

  /** Ends the extension's worker, as the browser does to one that is idle. The next event starts it. */
  async stopWorker() {
    // Idle is what it is once it has answered to all that came before.
    await this.startWorker();
    await this.killWorker();
  }

  /** Ends the extension's worker whatever it is doing, as a crash does. */
  async killWorker() {
    const session = await this.context.newCDPSession(this.desk);
    const stopped = new Promise((resolve) => {
      session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
        for (const { versionId, scriptURL, runningStatus } of versions) {
          if (!scriptURL.startsWith(`chrome-extension://${this.extensionId}/`)) continue; // a page's own
          // It may be gone before it is asked to go.
          if (runningStatus === 'running')
            session.send('ServiceWorker.stopWorker', { versionId }).catch(() => {});
          if (runningStatus === 'stopped') resolve();
        }
      });
    });
    await session.send('ServiceWorker.enable');
    await inTime('ending the worker', STUCK, () => stopped);
    await session.detach();
  }

  /**
   * Does something while the worker is dead, and does it again where the worker was woken meanwhile:
   * pages and tabs have late news. Resolves to what it gives.
   */
  async whileDead(act) {
    const done = await until('the worker is dead all the while', async () => {
      await this.stopWorker();
      const given = await act();
      // Whoever is not asked does not wake: a question would start it.
      const contexts = await this.desk.evaluate(() => chrome.runtime.getContexts({}));
      return !contexts.some(({ contextType }) => contextType === 'BACKGROUND') && { given };
    });
    return done.given;
  }

  /** Resolves once the worker answers. */
  startWorker() {
    return until('the worker answers', () => this.view(0).catch(() => undefined));
  }

  /** What the worker says of a tab. It answers only after all that it heard before. */
  view(tab) {
    return this.say('view', { tab });
  }

  /** Asks the worker for something as a surface does: `say('do', { verb: 'stop', tab })`. */
  say(kind, what) {
    const message = { v: 1, kind, ...what };
    const ask = () => this.desk.evaluate((message) => chrome.runtime.sendMessage(message), message);
    return inTime(`the message ${JSON.stringify(message)}`, STUCK, ask);
  }

  /** Resolves once all that the worker was told so far is in the store. */
  async exported() {
    await until('no span waits', async () => (await this.view(0)).waiting === 0);
  }

  /** All facts of a page that the journal has. */
  async facts(trace) {
    const texts = await this.desk.evaluate(async (trace) => {
      const open = indexedDB.open('tracelight');
      await new Promise((resolve) => (open.onsuccess = resolve));
      const range = IDBKeyRange.bound([trace], [trace, []]);
      const all = open.result.transaction('facts').objectStore('facts').getAll(range);
      await new Promise((resolve) => (all.onsuccess = resolve));
      open.result.close();
      return all.result.flat();
    }, trace);
    return texts.map((text) => JSON.parse(text));
  }

  /** Leaves a traced page. Resolves once its last words are recorded: its trace grows no more. */
  async leave(page) {
    const { trace } = await this.pageContext(page);
    await page.goto('about:blank');
    const said = async () => (await this.facts(trace)).some(({ kind }) => kind === 'hidden');
    await until('its last words are in the journal', said);
    await this.exported();
  }

  /** Lets an alarm ring now rather than in half a minute; `name` must be set. */
  async ring(name) {
    const rang = await this.desk.evaluate(async (name) => {
      const alarm = await chrome.alarms.get(name);
      if (alarm) await chrome.alarms.create(name, { when: Date.now() });
      return Boolean(alarm);
    }, name);
    if (!rang) throw new Error(`no alarm is named ${name}`);
  }

  /** A trace as the store has it now. */
  async trace(id) {
    const { status, body } = await this.ask(`/api/v3/traces/${id}`);
    if (status !== 200) throw new Error(`the store answers ${status} when asked for trace ${id}`);
    return readTrace(body);
  }

  /** The store's answer to a question of the query API, as `{ status, body }`. */
  async ask(path) {
    const response = await fetch(new URL(path, this.collector.url));
    const text = await response.text();
    return { status: response.status, body: text && JSON.parse(text) };
  }

  async #target(page) {
    const session = await this.context.newCDPSession(page);
    const answer = await session.send('Target.getTargetInfo');
    await session.detach();
    return answer;
  }
}

/** Makes a folder for a browser that is to be started more than once. */
export const makeProfile = () => mkdtemp(join(tmpdir(), 'tracelight-'));

async function startBrowser({ headless = true, args = [], without = [], ...options }) {
  const extension = options.extension ?? given('TRACELIGHT_EXTENSION');
  const profile = options.profile ?? (await makeProfile());
  let context, pid;
  const close = async () => {
    // One that does not go by itself is ended: it would keep the whole run from its end.
    const left = context && inTime('closing the browser', STUCK, () => context.close());
    await left?.catch(() => pid && process.kill(pid, 'SIGKILL'));
    if (!options.profile) await removeProfile(profile);
  };
  try {
    context = await chromium.launchPersistentContext(profile, {
      executablePath: given('TRACELIGHT_BROWSER'),
      headless,
      handleSIGINT: false, // whoever started us may have servers to end as well
      viewport: headless ? { width: 1280, height: 800 } : null,
      // Playwright keeps extensions out unless it is told not to.
      ignoreDefaultArgs: ['--disable-extensions', ...without],
      args: [
        ...flags(headless),
        `--disable-extensions-except=${extension}`,
        `--load-extension=${extension}`,
        ...args,
      ],
    });
    context.setDefaultTimeout(PATIENCE);
    pid = await processOf(context.browser());
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
    const extensionId = new URL(worker.url()).host;
    // A page of the extension's that runs nothing: it can ask the browser without a word to the
    // worker, which may be meant to be dead.
    const [desk] = context.pages();
    await desk.goto(`chrome-extension://${extensionId}/manifest.json`);
    return { context, worker, desk, extensionId, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The number of a browser's main process. */
async function processOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.find(({ type }) => type === 'browser').id;
}

function flags(headless) {
  const root = process.getuid?.() === 0;
  return [
    ...(headless ? ['--headless=new', '--disable-gpu'] : []),
    // Chromium refuses its sandbox to root, which is who runs tests in a container.
    ...(root ? ['--no-sandbox'] : []),
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-features=DisableLoadExtensionCommandLineSwitch',
  ];
}

/** Removes a profile. The browser may still be writing its last words. */
export const removeProfile = (profile) => rm(profile, { recursive: true, force: true, maxRetries: 5 });

async function closeAll(started) {
  // The browser first: it still talks to the servers. One that fails must not keep the others.
  for (const it of started.toReversed()) await it.close().catch(() => {});
}
