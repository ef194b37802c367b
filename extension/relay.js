// Carries facts from the page to the background, and the toast back. What the browser tells is
// witnessed here, where the page cannot reach. What the recorder saw comes through the page's own
// world, where anybody can forge it: nothing passes from there but requests, errors and bodies.
(() => {
  'use strict';
  const LIMIT = 16384; // characters in a record; the background refuses more
  const BATCH = 500; // of one kind, too: a flood of one leaves room for the others
  const QUEUE = 1000; // records that wait for a background that does not answer
  const AGAIN = 200; // until hello is said once more
  const PAUSE = 500; // from one message to the next
  // What passes from the page, and as it is: the background refuses a text that says a name twice, and
  // reads no fields but those it knows.
  const PASS = /^{"kind":"(request|error|body)",/;

  let context = null;
  let queue = [];
  let dropped = 0;
  let flying = 0;
  let spoke = -Infinity;
  let pause = PAUSE;
  let timer;
  let awake = false;
  let over = false;
  let counts = {};
  let calm; // tells the witness when a load counts as settled
  const stops = [];

  const send = (message) => chrome.runtime.sendMessage({ v: 1, ...message });
  const say = (kind) => send({ kind }).catch(() => {});

  // Before the page's own listeners, which may stop an event.
  const on = (target, name, hear) => {
    target.addEventListener(name, hear, true);
    stops.push(() => target.removeEventListener(name, hear, true));
  };

  // The message listener stays: a toast may still come, and waiting for it costs nothing.
  const sleep = () => {
    over = true;
    clearTimeout(timer);
    queue = [];
    for (const stop of stops.splice(0)) stop();
    // A page that was never traced is not to learn that we are here.
    if (awake) performance.dispatchEvent(new Event('tracelight:off'));
  };

  // What comes after a quiet time goes at once: it wakes a dead worker before the page can leave,
  // when a message to a worker that is still starting would be lost with its page.
  const later = () => {
    if (!over) timer ??= setTimeout(flush, spoke + pause - performance.now());
  };

  const put = (kind, text) => {
    counts[kind] = (counts[kind] ?? 0) + 1;
    if (counts[kind] > BATCH || text.length > LIMIT || queue.length >= QUEUE) dropped++;
    else queue.push(text);
  };

  const add = (kind, fields) => {
    if (over) return;
    const fact = { kind, at: performance.now(), ...fields };
    let text = JSON.stringify(fact);
    // A list has no bound of its own. Of a text one character more stays than the background keeps, so
    // that it sees the cut.
    const cut = (_, it) => (Array.isArray(it) ? undefined : (it?.slice?.(0, 8193) ?? it));
    if (text.length > LIMIT) text = JSON.stringify(fact, cut);
    put(kind, text);
    if (queue.length >= BATCH || kind === 'navigation') flush();
    else later();
  };

  // The recorder hands over what it has: one event for all costs less than one for each.
  const pull = () => performance.dispatchEvent(new Event('tracelight:relay'));

  // One batch at a time, kept until the background has stored it. On leaving, all at once.
  const flush = (leaving) => {
    pull();
    clearTimeout(timer);
    timer = undefined;
    if (leaving || flying < 1) counts = {};
    while (queue.length && (leaving || flying < 1)) deliver(queue.splice(0, BATCH));
  };

  const deliver = async (records) => {
    const lost = Math.min(dropped, 1e9);
    dropped = 0;
    flying++;
    spoke = performance.now();
    const { timeOrigin } = performance;
    const answer = await ask({ kind: 'records', context, timeOrigin, records, dropped: lost });
    flying--;
    if (over) return;
    if (answer?.kind === 'stored') {
      pause = PAUSE;
    } else {
      // The worker died before it could store them. What it did store comes twice and counts once.
      queue.unshift(...records);
      dropped += lost + queue.splice(QUEUE).length;
      pause = Math.min(pause * 2, 30000);
    }
    if (queue.length) later();
  };

  const ask = async (message) => {
    try {
      const answer = await send(message);
      heed(answer);
      return answer;
    } catch {
      if (chrome.runtime?.id) return; // the worker is not there yet, or died: try again
      // The extension was updated or removed, and this script is what is left of it.
      globalThis.tracelight?.draw();
      sleep();
    }
  };

  const hello = async (wait) => {
    const answer = await ask({ kind: 'hello', context });
    if (answer?.kind !== 'welcome' && !over && wait < 1e4) setTimeout(hello, wait, wait * 2);
  };

  const heed = (message) => {
    if (message?.kind === 'welcome') {
      context ??= message.context;
      if (!message.traced) return sleep();
      wake();
      calm?.(message.settle);
    }
    if (message?.kind === 'stop') {
      if (awake) flush(true); // what happened until now
      sleep();
    }
    try {
      if (message && 'toast' in message) return globalThis.tracelight.draw(message.toast, say);
    } catch { /* a document without HTML has no place for it */ }
  };

  // What may change of a device.
  const device = () => ({
    visibility: document.visibilityState,
    online: navigator.onLine,
    connection: navigator.connection?.effectiveType,
  });

  const wake = () => {
    if (awake || over) return;
    awake = true;
    const { referrer, prerendering } = document;
    const { userAgent, userAgentData: agent, language } = navigator;
    add('document', {
      url: location.href,
      referrer: referrer.slice(0, 1024),
      userAgent, language,
      width: innerWidth,
      height: innerHeight,
      agent,
      prerendered: prerendering,
      ...device(),
    });
    // Performance carries the recorder's events, because document.open takes listeners off the
    // document and the window.
    on(performance, 'tracelight:fact', (event) => {
      event.preventDefault(); // tells the recorder that it was heard
      const { detail } = event;
      // Nothing: there is something to pull.
      for (const text of String(detail ?? '').split('\n', QUEUE)) {
        const kind = PASS.exec(text)?.[1];
        if (kind) put(kind, text);
        else if (text) dropped += Math.min(text >>> 0 || 1, 1e6); // as many as the recorder dropped, or it
      }
      if (queue.length >= BATCH) flush();
      else later();
    });
    pull();

    class Observer extends PerformanceObserver {
      observe(options) {
        super.observe(options);
        stops.push(() => this.disconnect());
      }
    }
    witness(context, add, on, device, stops, (then) => (calm = then), Observer);
    const leave = () => {
      add('hidden');
      try {
        // What the page's own tracers wrote down after its first turn, up to their session's id.
        const key = 'com.grafana.faro.session';
        const faro = localStorage[key] ?? sessionStorage[key];
        const text = `${document.cookie}\notel${localStorage['opentelemetry-session']}\nfaro${faro}`;
        const found = text.match(/(_dd_s|\n)[^;\n]*?\W(session)?id\W+[\w-]+/gi);
        add('document', { sdk: found.join() });
      } catch { /* there is none, or a sandboxed page has no storage */ }
      flush(true);
    };
    on(window, 'pagehide', leave);
    on(document, 'visibilitychange', () => document.visibilityState === 'hidden' && leave());
    on(window, 'pageshow', ({ persisted }) => {
      if (!persisted) return;
      flying = 0; // the browser gives a document that was put away no answer any more
      hello(AGAIN); // the session may be over
    });
  };

  for (const { name, description } of performance.getEntriesByType('navigation')[0]?.serverTiming ?? []) {
    if (name === 'tracelight') context = description; // the browser's comes after the server's
  }
  chrome.runtime.onMessage.addListener((message, _sender, answer) => answer(heed(message)));
  if (context) wake();
  hello(AGAIN);
})();
