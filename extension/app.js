// Starts the surfaces' WebAssembly. Which surface is drawn is said by `?view=` in the page's address;
// what few open is a module of its own, so that it costs the others nothing. A trace is drawn by a
// module of its own too: alone in its tab, or beside a list that has one opened.
const param = new URLSearchParams(location.search);
const lists = !param.has('view') || ['popup', 'panel'].includes(param.get('view')) || param.get('tab') === 'logs';
const board = param.get('view') === 'dashboard' && param.has('tab') && !param.has('trace');
const set = ['options', 'trust'].includes(param.get('view'));

/** Loads a module and starts it. */
const load = async (name) => {
  const module = await import(`./tracelight-${name}.js`);
  await module.default();
  return module;
};

let traces;
/** Shows a trace within an element of the page, by its id. */
globalThis.openTrace = async (host, trace, span) => {
  try {
    (await (traces ??= load('view'))).open(host, trace, span);
  } catch (error) {
    traces = undefined; // one that could not be loaded is tried again
    document.getElementById(host)?.replaceChildren(`Tracelight could not draw the trace: ${error?.message ?? error}`);
  }
};
/** Shows the view of files over the page. */
globalThis.openFiles = async () => {
  try {
    (await (traces ??= load('view'))).files();
  } catch {
    traces = undefined;
    location.href = 'app.html?view=file'; // says why it cannot be shown
  }
};
/** Puts spans onto the timeline of a tab's page. */
globalThis.timeline = (...words) => import('./timeline.js').then(({ show }) => show(...words));
/** Takes down the trace that is shown. */
globalThis.closeTrace = async () => (await traces)?.close();

// Beside an extension's pages there are those that the collector serves.
if (!globalThis.chrome?.runtime?.id) await import('./bare.js');

load(set ? 'options' : lists ? 'app' : board ? 'dashboard' : 'view').catch((error) => {
  // Without its WebAssembly the page cannot draw its own error, and an empty popup says nothing.
  document.body.textContent = `Tracelight could not start: ${error?.message ?? error}`;
});
