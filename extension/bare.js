// Stands in for the browser's own functions for extensions where our pages are served over HTTP, by
// the collector, to who has no extension: what is kept lies in the page's own storage, the trace
// store is whoever serves us and is asked by the same module, and to what only an extension can do
// nobody answers.
const event = () => {
  const listeners = new Set();
  return {
    addListener: (listener) => listeners.add(listener),
    removeListener: (listener) => listeners.delete(listener),
    tell: (...words) => listeners.forEach((listener) => listener(...words)),
  };
};

/** An area of storage over one of the page's. */
const area = (kept) => {
  const onChanged = event();
  const read = (key) => JSON.parse(kept.getItem(key) ?? 'null') ?? undefined;
  const get = async (keys) => Object.fromEntries(keys.map((key) => [key, read(key)]).filter(([, value]) => value !== undefined));
  const set = async (values) => {
    for (const [key, value] of Object.entries(values)) kept.setItem(key, JSON.stringify(value));
    onChanged.tell(Object.fromEntries(Object.keys(values).map((key) => [key, { newValue: values[key] }])));
  };
  return { get, set, onChanged };
};

const local = area(localStorage);
const ours = { ...local, get: async (keys) => {
  const found = await local.get(keys);
  return keys.includes('settings') ? { ...found, settings: { ...found.settings, store: location.origin } } : found;
} };

/** What the extension's worker passes on to the module that speaks with trace stores. */
const answer = async ({ kind, task }) => {
  if (kind !== 'consult') return { kind: 'done' };
  const { default: load, consult } = await import('./tracelight-stores.js');
  await load();
  return JSON.parse((await consult(task)) ?? 'null');
};

globalThis.chrome = {
  storage: { local: ours, session: area(sessionStorage) },
  runtime: { onMessage: event(), sendMessage: answer, getURL: (path) => new URL(path, location.href).href },
  tabs: { create: async ({ url }) => { open(url, '_blank', 'noopener'); } },
};
