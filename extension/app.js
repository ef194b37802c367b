// Starts the surfaces' WebAssembly. Which surface is drawn is said by `?view=` in the page's address;
// what few open is a module of its own, so that it costs the others nothing.
const view = new URLSearchParams(location.search).get('view');
const module = view === 'options' || view === 'trust' ? './tracelight-options.js' : './tracelight-app.js';

import(module)
  .then(({ default: init }) => init())
  .catch((error) => {
    // Without its WebAssembly the page cannot draw its own error, and an empty popup says nothing.
    document.body.textContent = `Tracelight could not start: ${error?.message ?? error}`;
  });
