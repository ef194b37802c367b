// Starts the surfaces' WebAssembly. Which surface is drawn is said by `?view=` in the page's address.
import init from './tracelight-app.js';

init().catch((error) => {
  // Without its WebAssembly the page cannot draw its own error, and an empty popup says nothing.
  document.body.textContent = `Tracelight could not start: ${error?.message ?? error}`;
});
