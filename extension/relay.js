// Carries facts from the page to the background, and the toast back. What the browser timed is
// read here, where the page cannot reach. What the recorder saw comes through the page's own
// world, where anybody can forge it: nothing passes from there but requests, written anew.
(() => {
  'use strict';
  const LIMIT = 16384; // characters in a record; the background refuses more
  const BATCH = 500;
  const QUEUE = 1000; // records that wait for a background that does not answer
  const PAUSE = 200;

  let context = null;
  let queue = [];
  let dropped = 0;
  let flying = 0;
  let spoke = -Infinity;
  let pause = PAUSE;
  let timer;
  let awake = false;
  let over = false;
  const stops = [];

  const send = (message) => chrome.runtime.sendMessage({ v: 1, ...message });
  const say = (kind) => send({ kind }).catch(() => {});

  const on = (target, name, hear) => {
    target.addEventListener(name, hear);
    stops.push(() => target.removeEventListener(name, hear));
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
    const quiet = !flying && pause === PAUSE && performance.now() - spoke > PAUSE;
    if (!over) timer ??= setTimeout(flush, quiet ? 0 : pause);
  };

  const add = (fact) => {
    let text = JSON.stringify(fact);
    // The one field without a bound of its own.
    if (text.length > LIMIT) text = JSON.stringify({ ...fact, serverTiming: undefined });
    if (over || text.length > LIMIT || queue.length >= QUEUE) dropped++;
    else queue.push(text);
    if (queue.length >= BATCH) flush();
    else later();
  };

  // One batch at a time, kept until the background has stored it. On leaving, all at once.
  const flush = (leaving) => {
    clearTimeout(timer);
    timer = undefined;
    while (queue.length && (leaving || !flying)) deliver(queue.splice(0, BATCH));
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
      if (message.traced) wake();
      else sleep();
    }
    if (message?.kind === 'stop') {
      flush(true); // what happened until now
      sleep();
    }
    try {
      if (message && 'toast' in message) return globalThis.tracelight.draw(message.toast, say);
    } catch { /* a document without HTML has no place for it */ }
  };

  const take = (entries) => {
    let loaded = false;
    for (const entry of entries) {
      const { entryType: kind, name } = entry;
      if (kind === 'navigation') loaded = entry.loadEventEnd > 0;
      // One character above what is kept, so that the reader sees that it was cut. The background keeps
      // the fields that it knows; this one could be of any size, and tells of other frames.
      const facts = { ...entry.toJSON(), name: name.slice(0, 8193), notRestoredReasons: undefined };
      if (kind !== 'navigation' || loaded) add({ kind, ...facts });
    }
    if (loaded) flush();
  };

  const wake = () => {
    if (awake || over) return;
    awake = true;
    add({
      kind: 'document',
      url: location.href.slice(0, 8193),
      referrer: `${document.referrer}`.slice(0, 1024),
      userAgent: navigator.userAgent,
      language: navigator.language,
      width: innerWidth,
      height: innerHeight,
      visibility: `${document.visibilityState}`,
    });
    // Performance carries the recorder's events, because document.open takes listeners off the
    // document and the window.
    on(performance, 'tracelight:fact', (event) => {
      event.preventDefault(); // tells the recorder that it was heard
      const { detail } = event;
      try {
        if (typeof detail === 'number') return (dropped += Math.min(detail >>> 0, 1e6));
        const { kind, api, method, url, span, context, own, start, end, status, error, marks, ...rest } =
          detail.length <= LIMIT && JSON.parse(detail);
        if (kind === 'request') {
          return add({ kind, api, method, url, span, context, own, start, end, status, error, marks });
        }
        const { at, source, type, message, stack, line, column } = rest;
        if (kind === 'error') return add({ kind, at, source, type, message, stack, url, line, column });
      } catch { /* forged or broken */ }
      dropped++;
    });
    performance.dispatchEvent(new Event('tracelight:relay'));

    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    for (const type of ['navigation', 'resource', 'paint']) observer.observe({ type, buffered: true });
    stops.push(() => observer.disconnect());
    const leave = () => {
      take(observer.takeRecords());
      add({ kind: 'hidden', at: performance.now() });
      flush(true);
    };
    on(window, 'pagehide', leave);
    on(document, 'visibilitychange', () => document.visibilityState === 'hidden' && leave());
  };

  for (const { name, description } of performance.getEntriesByType('navigation')[0]?.serverTiming ?? []) {
    if (name === 'tracelight') context = description; // the browser's comes after the server's
  }
  chrome.runtime.onMessage.addListener((message, _sender, answer) => answer(heed(message)));
  if (context) wake();
  hello(PAUSE);
})();
