// Wraps fetch and XMLHttpRequest in the page's own world: puts trace context on requests to the
// page's origin and states one fact per finished call, and one per error that no script caught.
// Knows no spans, reads no body, and changes nothing in a document that is not traced.
//
// The page shares this world and may replace anything in it. So every part is taken now, before
// the page's first script, and no failure in here reaches the page.
(() => {
  try {
    // The browser adds what it has to say to the document's response, after what the server sent, so
    // each `tracelight` makes all before it void: the document's context, `-headers` as `name:value`, a
    // tab between them, and two where others belong together, `-rules`, lines of a threshold and a
    // pattern, and `-marks`, names of headers that tell of a request, two spaces, of its answer.
    let said = {};
    for (const { name, description } of performance.getEntriesByType('navigation')[0].serverTiming) {
      if (name === 'tracelight') said = {};
      said[name] = description;
    }
    let context = said.tracelight;
    // A context, or nothing.
    const CONTEXT = /^(00-[\da-f]{32}-[\da-f]{16}-0[0-3])?$/;
    // A path that is an address of its own origin as it stands: no parser would change it.
    const PLAIN = /^(\/\w[\w.?=&%-]*)+$/;
    if (!context || !CONTEXT.test(context)) return;

    const split = (text, by) => (text ? text.split(by) : []);
    // Each header as what matched: `[, name, parts of its value, key of its first member]`. Between the
    // parts are gaps, which take a part of the request's context, `{from-to}`, that in decimal,
    // `{from#to}`, or one of two words, `{when|not}` sampled.
    const groups = split(said['tracelight-headers'], '\t\t').map((group) =>
      group.split('\t').map((header) => {
        const found = /^([^:]*):((\w*\W?).*)$/.exec(header);
        found[2] = found[2].split(/{(\w+)([-#|])(-?\w+)}/);
        return found;
      }),
    );
    const [asked, answered] = split(said['tracelight-marks'], '  ').map((names) => names.split(' '));
    // `[, threshold, pattern]` each.
    const rules = split(said['tracelight-rules'], '%0A').map((line) => {
      const found = /^(\S*) (.*)$/.exec(decodeURIComponent(line));
      found[2] = new RegExp(found[2]);
      return found;
    });

    // `free(method)(object, …)` is `object.method(…)`, whatever becomes of the prototype.
    const free = Function.prototype.bind.bind(Function.prototype.call);
    const getter = (of, name) => free(Object.getOwnPropertyDescriptor(of.prototype, name).get);
    const { crypto, navigator, BigInt, CustomEvent, Headers, URL, performance: bus } = window;
    const { apply } = Reflect;
    const { stringify } = JSON;
    const { iterator, toStringTag } = Symbol;
    const now = free(bus.now);
    const listen = free(bus.addEventListener);
    const dispatch = free(bus.dispatchEvent);
    const fill = free(crypto.getRandomValues);
    const slice = free(''.slice);
    const upper = free(''.toUpperCase);
    const includes = free(''.includes);
    const digits = free((0).toString);
    const exec = free(CONTEXT.exec);
    const getHeader = free(Headers.prototype.get);
    const setHeader = free(Headers.prototype.set);
    const appendHeader = free(Headers.prototype.append);
    const deleteHeader = free(Headers.prototype.delete);
    const calls = new WeakMap();
    const callOf = calls.get.bind(calls);
    const keep = calls.set.bind(calls);
    const baseURI = getter(Node, 'baseURI');
    const href = getter(URL, 'href');
    const requestUrl = getter(Request, 'url');
    const requestMethod = getter(Request, 'method');
    const requestHeaders = getter(Request, 'headers');
    const responseStatus = getter(Response, 'status');
    const responseHeaders = getter(Response, 'headers');
    const xhrStatus = getter(XMLHttpRequest, 'status');
    const { prototype } = XMLHttpRequest;
    const xhrHeader = free(prototype.getResponseHeader);
    const detailOf = getter(CustomEvent, 'detail');
    const home = window.origin + '/';
    const isHome = (url) => slice(url, 0, home.length) === home;
    // The page's own calls will hang on this one, so it is tried first.
    if (apply(slice, null, [home, 0]) !== home) return;
    const BAGGAGE = 'baggage';
    // Inherits nothing that a page may add, and costs half of what has no prototype at all.
    const BARE = { __proto__: null };
    const bits = context[54] | 1;

    let on = true;
    // Facts wait until the relay asks for them, a line each. It is told of the first.
    let waiting = '';
    let dropped = 0;

    const tell = (detail) =>
      !dispatch(bus, new CustomEvent('tracelight:fact', { __proto__: BARE, cancelable: true, detail }));

    const hand = () => {
      const text = waiting;
      waiting = '';
      if (text && !tell(text + (dropped || ''))) return (waiting = text);
      dropped = 0;
    };

    const state = (fact) => {
      if (waiting.length > 1e5 && hand()) return dropped++;
      const first = !waiting;
      waiting += stringify(fact) + '\n';
      if (first) tell();
    };

    listen(bus, 'tracelight:relay', hand);
    listen(bus, 'tracelight:off', () => (on = false));
    // To which page trace requests belong from now on; with nothing, each to a trace of its own.
    listen(bus, 'tracelight:page', (event) => {
      try {
        context = exec(CONTEXT, detailOf(event))[0];
      } catch { /* forged */ }
    });

    // Asking for random numbers costs the same for one as for many. No id may be all zero (W3C Trace
    // Context), so no part of one is.
    const pool = new Uint16Array(256);
    let left = 0;

    const mint = (size) => {
      let id = '';
      while (id.length < size) {
        left ||= fill(crypto, pool) && 256;
        id += slice(digits((pool[--left] || 1) + 65536, 16), 1);
      }
      return id;
    };

    // The context that a request is to carry, if any. A rule says what a trace id must reach at least to
    // be sampled; nothing where no header is to go out.
    const contextFor = (method, url, span) => {
      if (!isHome(url)) return;
      let least = '0';
      for (let at = rules.length; at--; ) {
        if (exec(rules[at][2], upper(method) + ' ' + url)) least = rules[at][1];
      }
      if (!least) return;
      const trace = context ? slice(context, 3, 35) : mint(32);
      const flags = context ? context[54] : bits;
      return `00-${trace}-${span}-0${flags & (2 | (slice(trace, 18) >= least))}`;
    };

    let bad;
    const begin = (api, method, url) => {
      try {
        bad = undefined;
        const base = baseURI(document);
        // A parser costs 4 µs.
        url = exec(PLAIN, url) && isHome(base) ? home + slice(url, 1) : href(new URL(url, base));
      } catch (error) {
        bad = error; // the browser will refuse it too
      }
      const span = mint(16);
      // Of the address one character more than is kept stays, so that the reader sees the cut. Only
      // texts are made JSON: nothing asks a page's `toJSON`.
      return {
        __proto__: BARE,
        kind: 'request',
        api,
        method,
        url: slice(url, 0, 8193),
        span,
        marks: '',
        ours: contextFor(method, url, span),
      };
    };

    const mark = (fact, names, get, of) => {
      for (let at = 0; at < names.length; at++) {
        const name = names[at];
        const value = get(of, name);
        if (value !== null) fact.marks += '\t' + name + ':' + slice(value, 0, 256);
      }
    };

    // `end` tells what only the result knows.
    const finish = (fact, end) => {
      try {
        if (fact.end || !fact.start) return;
        fact.end = now(bus);
        end();
        fact.ours = fact.page = undefined;
        state(fact);
      } catch { /* one fact less */ }
    };

    // Returns nothing, as there is nothing more to tell.
    const fail = (fact, error) => finish(fact, () => (fact.error = slice(error?.name ?? 'Error', 0, 256)));

    // What to put on a request, by name. `headers` has what the page has put there itself: it keeps
    // its own, with all that belongs to it. Baggage is a list, and each member has its key. Where its
    // own context has ids like ours, in another format, ours say the same ids; where it has not, they
    // stay away, and who reads the fact reads them.
    const plan = (fact, headers) => {
      let own, pair;
      if (headers) {
        mark(fact, asked, getHeader, headers);
        own = getHeader(headers, 'traceparent');
        if (own === null) {
          pair = exec(/:([\da-f]{32})(?:-|\tx-b3-spanid:)([\da-f]{16})(-0|\tx-b3-sampled:0)?/, fact.marks);
        }
        if (pair) own = `00-${pair[1]}-${pair[2]}-0${+!pair[3]}`;
        if (own !== null) fact.context = slice(own, 0, 256);
        fact.own = own !== null || !!exec(/^\t(s|b|x-[bd])/, fact.marks);
      }
      if (!fact.ours || (fact.own && !pair)) return;
      if (pair) fact.ours = own;
      const add = { __proto__: BARE };
      for (let at = 0; at < groups.length; at++) {
        const group = groups[at];
        let clear = true;
        for (let each = 0; each < group.length; each++) {
          const name = group[each][1];
          const there = headers && getHeader(headers, name);
          if (there != null && (name !== BAGGAGE || includes(there, group[each][3]))) clear = false;
        }
        for (let each = 0; clear && each < group.length; each++) {
          const name = group[each][1];
          const parts = group[each][2];
          let value = parts[0];
          for (let gap = 0; gap < parts.length - 1; ) {
            const from = parts[++gap];
            const kind = parts[++gap];
            const to = parts[++gap];
            const part = slice(fact.ours, from, to);
            if (kind === '|') value += fact.ours[54] & 1 ? from : to;
            else value += kind === '#' ? BigInt('0x' + part) : part;
            value += parts[++gap];
          }
          add[name] = name in add ? add[name] + ',' + value : value;
        }
      }
      return add;
    };

    // A request with no more than our baggage does not say our context.
    const carries = (fact, name) => {
      if (name !== BAGGAGE) fact.context = fact.ours;
    };

    // Our headers in a Headers object for the length of one call: the browser copies headers before
    // fetch returns, and the page finds its object as it was. Returns what takes them out.
    const lend = (fact, headers) => {
      const add = plan(fact, headers);
      const before = { __proto__: BARE };
      let undo;
      for (const name in add) {
        const there = (before[name] = getHeader(headers, name));
        setHeader(headers, name, there === null ? add[name] : there + ',' + add[name]);
        // A no-cors request takes no such header, and does not say so.
        if (getHeader(headers, name) !== there) carries(fact, name);
        undo = () => {
          for (const name in before) {
            (before[name] === null ? deleteHeader : setHeader)(headers, name, before[name]);
          }
        };
      }
      return undo;
    };

    // Gives a call of fetch our context, in its arguments, or learns the page's own. Returns what
    // undoes that afterwards.
    const carry = (fact, args, request) => {
      const init = args[1];
      if (init?.mode === 'no-cors') return;
      let headers = init?.headers;
      if (headers === undefined && request) headers = requestHeaders(args[0]);
      if (headers?.[toStringTag] === 'Headers') return lend(fact, headers);
      // Only the browser is to read an iterable that is no list: perhaps it reads only once.
      if (headers === null || (headers?.[iterator] && headers.length === undefined)) return;
      if (headers === undefined) {
        headers = plan(fact);
        if (!headers) return;
        for (const name in headers) carries(fact, name);
      } else if (!lend(fact, (headers = new Headers(headers)))) return;
      // Inherited members stay reachable.
      args[1] = { __proto__: init ?? null, ...init, headers };
    };

    // A server may redirect the page's own request to another origin, which then refuses our header
    // where it would have answered the page. So what may be asked twice is asked again without it.
    const watch = async (promise, fact, again) => {
      let response;
      try {
        response = await promise;
      } catch (error) {
        if (again && error?.name === 'TypeError') return watch(again(), fact);
        fail(fact, error);
        throw error;
      }
      finish(fact, () => {
        mark(fact, answered, getHeader, responseHeaders(response));
        fact.status = responseStatus(response);
      });
      return response;
    };

    // Only the browser's own events count, not those that the page makes up.
    const hear = (xhr, name) =>
      listen(xhr, name, (event) => {
        const fact = event.isTrusted && callOf(xhr);
        if (name !== 'load') return fail(fact, { name });
        finish(fact, () => {
          // Of another origin, the browser would say aloud that they may not be read.
          if (fact.ours) mark(fact, answered, xhrHeader, xhr);
          fact.status = xhrStatus(xhr);
        });
      });

    // What the page threw may be anything, and reading it may do anything.
    const peek = (it, name) => {
      try {
        const value = it[name];
        if (value != null) return slice(value, 0, 4097);
      } catch { /* then not */ }
    };

    const uncaught = (event) => {
      try {
        const it = event.error ?? event.reason;
        const fact = {
          __proto__: BARE,
          kind: 'error',
          at: now(bus),
          source: event.type,
          type: peek(it, 'name'),
          message: peek(it, 'message') ?? peek(event, 'message') ?? peek([it], 0),
          stack: peek(it, 'stack'),
          url: peek(event, 'filename'),
          line: event.lineno | 0,
          column: event.colno | 0,
        };
        if (on && event.isTrusted) state(fact);
      } catch { /* one fact less */ }
    };
    listen(window, 'error', uncaught);
    listen(window, 'unhandledrejection', uncaught);

    // To the page a proxy is what is behind it, down to its text.
    const wrap = (of, name, call) => {
      of[name] = new Proxy(of[name], { __proto__: BARE, apply: call });
    };

    wrap(window, 'fetch', (fetch, self, { 0: input, 1: init, length }) => {
      const args = [input, init];
      let fact, undo, again;
      try {
        if (on && length && (init == null || typeof init === 'object')) {
          let url = input;
          let request = typeof input !== 'string';
          try {
            if (request) url = requestUrl(input);
          } catch (error) {
            if (input?.[toStringTag] === 'Request') throw error; // the page broke what tells its address
            request = false;
            url = args[0] = `${input}`; // once: it may be an object of the page's
          }
          const method = `${init?.method ?? (request ? requestMethod(input) : 'GET')}`;
          fact = begin('fetch', method, url);
          fact.start = now(bus);
          const asks = (name) => init?.[name] ?? input[name];
          const signal = asks('signal');
          if (bad || signal?.aborted) {
            // Refused at once: the page hears it when it would without us.
            fact = fail(fact, bad ?? signal.reason);
          } else {
            undo = carry(fact, args, request);
            const safe = method === 'GET' || method === 'HEAD';
            const follows = (asks('redirect') ?? 'follow') === 'follow';
            if (safe && follows && !asks('integrity') && navigator.onLine && !fact.own && fact.context) {
              again = () => apply(fetch, self, [args[0], init]);
            }
          }
        }
      } catch { /* the page comes first */ }
      try {
        if (args[1] === init) args.length = length;
        const promise = apply(fetch, self, args);
        return fact ? watch(promise, fact, again) : promise;
      } finally {
        undo?.();
      }
    });

    // What a method of two texts did; each is asked for its text once.
    const { setRequestHeader } = prototype;
    const follow = (name, tell) =>
      wrap(prototype, name, (native, xhr, args) => {
        try {
          if (args.length > 1) {
            args[0] = `${args[0]}`;
            args[1] = `${args[1]}`;
          }
        } catch { /* the browser says what is wrong with it */ }
        const result = apply(native, xhr, args);
        try {
          tell(xhr, callOf(xhr), args[0], args[1]);
        } catch { /* the page comes first */ }
        return result;
      });
    follow('open', (xhr, fact, method, url) => {
      if (fact) {
        fail(fact, { name: 'abort' }); // opened anew, the last one ends unheard
      } else {
        hear(xhr, 'load');
        hear(xhr, 'abort');
        hear(xhr, 'error');
        hear(xhr, 'timeout');
      }
      keep(xhr, begin('xhr', method, url));
    });
    follow('setRequestHeader', (xhr, fact, name, value) => {
      appendHeader((fact.page ??= new Headers()), name, value);
    });

    wrap(prototype, 'send', (send, xhr, args) => {
      let fact;
      try {
        const call = callOf(xhr);
        if (on && !call.start) {
          fact = call;
          const add = plan(fact, fact.page);
          for (const name in add) {
            apply(setRequestHeader, xhr, [name, add[name]]); // joins the page's own baggage
            carries(fact, name);
          }
          fact.start = now(bus);
        }
      } catch { /* the page comes first */ }
      try {
        return apply(send, xhr, args);
      } catch (error) {
        fail(fact, error);
        throw error;
      }
    });
  } catch { /* a browser that lacks a part is left alone */ }
})();
