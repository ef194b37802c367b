// Adds the panel to the developer tools. The panel's page is told which tab is inspected, because
// a page opened on its own, for a test or a second look, has no developer tools to ask.
const tab = chrome.devtools.inspectedWindow.tabId;
// A callback and no promise: `panels.create` returns one only since Chrome 152.
chrome.devtools.panels.create('Tracelight', 'icons/icon-32.png', `app.html?view=panel&tab=${tab}`, () => {
  if (chrome.runtime.lastError) console.error('panels.create:', chrome.runtime.lastError.message);
});
