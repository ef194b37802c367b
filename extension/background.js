// The worker's listeners and nothing else: what follows from an event is decided in WebAssembly.
//
// A worker may be started for any one event, so every listener is added in the first turn, before
// the module is there; each event then waits for it. A module worker may not await at its top
// level, and dies if it does.
import init, { event } from './tracelight-background.js';
import loadRecording, { found, record } from './tracelight-recording.js';
import loadStores, { consult } from './tracelight-stores.js';

const file = (name) => ({ module_or_path: chrome.runtime.getURL(name) });
const ready = init(file('tracelight-background_bg.wasm'));

/** Loads a module when it is first needed; one that could not be loaded is tried again. */
const once = (load, name) => {
  let loaded;
  return () =>
    (loaded ??= load(file(name)).catch((error) => {
      loaded = undefined;
      throw error;
    }));
};
const recording = once(loadRecording, 'tracelight-recording_bg.wasm');
const stores = once(loadStores, 'tracelight-stores_bg.wasm');
/** Tasks of the module that speaks with trace stores. Both have something to forget. */
const outside = /^{"kind":"(ask|send|test\w+|search|list|follow|map|lost|forget)"/;
/** Carries out a task, as text, in the module that it is for. */
globalThis.record = async (task) => {
  const kind = outside.exec(task)?.[1];
  if (kind) {
    await stores();
    const answer = await consult(task);
    if (kind !== 'forget') return answer;
  }
  await recording();
  return task && record(task);
};
/** Hands on what a store has of a trace; resolves to the traces that belong to it. */
globalThis.hand = async (trace, spans) => {
  await recording();
  return found(trace, spans);
};

/** Hands an event over as text; resolves to the answer, as text or undefined. */
const tell = (name, what, who) =>
  ready.then(() => event(name, JSON.stringify(what ?? null), JSON.stringify(who ?? null)));

const hear = (name, source, ...filter) => {
  source.addListener((what) => void tell(name, what), ...filter);
};

chrome.runtime.onMessage.addListener((message, sender, answer) => {
  tell('message', message, { ...sender, root: chrome.runtime.getURL('') })
    .then((text) => answer(text && JSON.parse(text)), () => answer());
  return true; // keeps the channel open until the answer is there
});

// A panel holds a port while it is open, named by its tab: nothing else tells that it was closed.
chrome.runtime.onConnect.addListener((port) => {
  if (!port.sender?.url?.startsWith(chrome.runtime.getURL(''))) return;
  const say = (open) => void tell('panel', { tab: Number(port.name), open });
  port.onDisconnect.addListener(() => say(false));
  say(true);
});

const documents = { urls: ['<all_urls>'], types: ['main_frame'] };
// Chromium hides some headers unless asked for all; Firefox shows all, and refuses to be asked.
const all = Object.values(chrome.webRequest.OnSendHeadersOptions);
hear('sent', chrome.webRequest.onSendHeaders, documents, all);
hear('redirected', chrome.webRequest.onBeforeRedirect, documents);
hear('responded', chrome.webRequest.onResponseStarted, documents, ['responseHeaders']);
hear('answered', chrome.webRequest.onCompleted, documents);
hear('failed', chrome.webRequest.onErrorOccurred, documents);
// What page code cannot see of its requests: beacons, sockets, what workers ask for. Each is told once,
// whole, and several at a time.
const unseen = { urls: ['<all_urls>'], types: ['ping', 'websocket', 'xmlhttprequest', 'other'] };
const open = new Map();
const told = [];
const watch = (stage, what) => {
  const { requestId, timeStamp } = what;
  const sent = open.get(requestId);
  if (stage === 'sent') return void open.set(requestId, { start: timeStamp, ...what, ...sent });
  if (!sent) return; // it left before anybody listened
  if (stage !== 'answered') open.delete(requestId);
  const { tabId: tab, start } = sent;
  if (told.push({ tab, start, text: JSON.stringify({ ...sent, ...what, stage }) }) > 1) return;
  setTimeout(() => tell('unseen', told.splice(0)), 200);
};
const stages = [
  ['sent', chrome.webRequest.onSendHeaders, all],
  ['answered', chrome.webRequest.onResponseStarted, ['responseHeaders']],
  ['over', chrome.webRequest.onCompleted, ['responseHeaders']],
  ['failed', chrome.webRequest.onErrorOccurred],
];
const listen = (filter) => {
  const ends = stages.map(([stage, source, ...more]) => {
    const listener = (what) => watch(stage, what);
    source.addListener(listener, { ...unseen, ...filter }, ...more);
    return () => source.removeListener(listener);
  });
  return () => ends.forEach((end) => end());
};
// Which tabs are traced is not known in the first turn.
const watched = new Map([[undefined, listen()]]);
/** Listens to the requests of these tabs and of no others: there are many, and each would start a worker. */
globalThis.watchRequests = (tabs) => {
  for (const tabId of tabs) watched.has(tabId) || watched.set(tabId, listen({ tabId }));
  for (const [tab, end] of watched) if (!tabs.includes(tab)) watched.delete(tab) && end();
  for (const [id, { tabId }] of open) if (!tabs.includes(tabId)) open.delete(id);
};
hear('opened', chrome.webNavigation.onCreatedNavigationTarget);
hear('leaving', chrome.webNavigation.onBeforeNavigate);
hear('committed', chrome.webNavigation.onCommitted);
hear('abandoned', chrome.webNavigation.onErrorOccurred);
hear('tab', chrome.tabs.onCreated);
hear('activated', chrome.tabs.onActivated);
hear('closed', chrome.tabs.onRemoved);
hear('notified', chrome.notifications.onClicked);
hear('cookie', chrome.cookies.onChanged);
hear('alarm', chrome.alarms.onAlarm);
chrome.storage.local.onChanged.addListener(({ settings, paused, stores: set }) => void ((settings || paused || set) && tell('settings')));
// Browsers on phones have neither.
chrome.contextMenus?.onClicked.addListener(({ menuItemId }, tab) => void tell('verb', menuItemId, tab));
chrome.commands?.onCommand.addListener((name, tab) => void tell('verb', name, tab));
hear('began', chrome.runtime.onStartup);
hear('began', chrome.runtime.onInstalled);
