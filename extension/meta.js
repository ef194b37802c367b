// Offers the document's context to tracing SDKs of the page, before its first script, in the form in
// which they look for a server's: <meta name="traceparent">. Registered only where the user wants it.
(() => {
  'use strict';
  try {
    let context;
    for (const { name, description } of performance.getEntriesByType('navigation')[0].serverTiming) {
      if (name === 'tracelight') context = description; // the browser's comes after the server's
    }
    if (document.contentType !== 'text/html' || !/^00-[\da-f]{32}-[\da-f]{16}-0[0-3]$/.test(context)) return;
    const ours = document.createElement('meta');
    ours.name = 'traceparent';
    ours.content = context;
    document.documentElement.append(ours);
    // The head comes later; and a server that writes such an element itself means its own. Both are
    // seen before the script that follows runs.
    const see = () => {
      const { head } = document;
      if (document.querySelectorAll('meta[name="traceparent"]').length > 1) ours.remove();
      else if (head && !head.contains(ours)) return head.prepend(ours);
      else return;
      observer.disconnect();
    };
    const observer = new MutationObserver(see);
    observer.observe(document, { childList: true, subtree: true });
    addEventListener('DOMContentLoaded', () => observer.disconnect());
  } catch {
    /* a document that has no place for it is left alone */
  }
})();
