// Reads what the user allowed to be read of this site's requests: of a Next.js Server Action the names
// of its fields, values of those that are listed, its response; of GraphQL the document, for its
// operation. The one place where a body is read. Registered only on sites that the options name, and
// only while they are traced; what of it is kept, `trace::body` decides.
//
// As in the recorder, every part is taken before the page's first script.
(() => {
  try {
    let said;
    for (const { name, description } of performance.getEntriesByType('navigation')[0].serverTiming) {
      if (name === 'tracelight') said = ''; // the browser's comes after the server's
      if (name === 'tracelight-bodies') said = description;
    }
    const lines = decodeURIComponent(said).split('\n');
    const plan = lines.map((line) => line.split(' ')).find(([site]) => site === window.origin);
    const wantsFields = plan.find((word) => /^fields/.test(word));
    const wantsResponse = plan.includes('response');
    const wantsOperation = plan.includes('operation');
    const listed = { __proto__: null };
    for (const name of wantsFields?.split(/[=,]/) ?? []) listed[name] = 1;

    const free = Function.prototype.bind.bind(Function.prototype.call);
    const getter = (of, name) => free(Object.getOwnPropertyDescriptor(of.prototype, name).get);
    const { document, CustomEvent, URL, TextDecoder, performance: bus } = window;
    const { apply } = Reflect;
    const { parse, stringify } = JSON;
    const { toStringTag } = Symbol;
    const now = free(bus.now);
    const dispatch = free(bus.dispatchEvent);
    const slice = free(''.slice);
    const exec = free(/x/.exec);
    const getHeader = free(Headers.prototype.get);
    const eachField = free(FormData.prototype.forEach);
    const find = free(Document.prototype.querySelectorAll);
    const clone = free(Response.prototype.clone);
    const reading = free(ReadableStream.prototype.getReader);
    const read = free(ReadableStreamDefaultReader.prototype.read);
    const cancel = free(ReadableStreamDefaultReader.prototype.cancel);
    const decode = free(TextDecoder.prototype.decode);
    const stream = getter(Response, 'body');
    const href = getter(URL, 'href');
    const baseURI = getter(Node, 'baseURI');

    let on = true;
    bus.addEventListener('tracelight:off', () => (on = false));
    // Only texts are made JSON: nothing asks a page's `toJSON`.
    const state = (fact) =>
      dispatch(bus, new CustomEvent('tracelight:fact', { __proto__: null, detail: stringify(fact) }));

    // Names are compared and no value is read.
    const calls = (headers) => {
      if (headers?.[toStringTag] === 'Headers') return getHeader(headers, 'next-action') !== null;
      for (const name in headers) if (exec(/^next-action$/i, name)) return true;
    };

    const fieldsOf = (body) => {
      // Fields that hide what is typed, or say that it is a secret: listed or not, none is told.
      const secret = { __proto__: null };
      const inputs = find(document, '[type=password],[autocomplete*=password],[autocomplete^=cc-]');
      for (let at = 0; inputs[at]; at++) secret[inputs[at].name] = 1;
      let fields = '';
      const add = (name, value) => {
        if (exec(/^\$ACTION_/, name) || fields.length > 8e3) return;
        fields += `\x1e${slice(name, 0, 257)}`;
        if (listed[name] && !secret[name] && value !== null && typeof value !== 'object') {
          fields += `\x1f${slice(value, 0, 257)}`;
        }
      };
      // What an action is called with: members of its objects, and the rest by place. A form stands
      // there as a reference, which begins with one $.
      const take = (text) => {
        const list = text.length < 1e5 ? parse(text) : [];
        for (let at = 0; at < list.length; at++) {
          const it = list[at];
          if (it === null || exec(/^\$(?!\$)/, it)) continue;
          if (typeof it !== 'object') add(`${at}`, it);
          else for (const name in it) add(name, it[name]);
        }
      };
      if (typeof body === 'string') take(body);
      else {
        eachField(body, (value, name) => {
          // React numbers what an action is called with, and the fields of each form in it.
          const [, part, field] = exec(/^_?(\d+)(?:_([^]*))?$/, name) ?? [];
          if (!part) add(name, value);
          else if (field !== undefined) add(field, value);
          else if (name === '0') take(value);
        });
      }
      return fields;
    };

    const factOf = (url, { body, headers }) => {
      const fact = { __proto__: null, kind: 'body', at: now(bus) };
      const text = typeof body === 'string';
      if (typeof url !== 'string') url = href(url); // a Request's body cannot be read: it is a stream
      fact.url = slice(href(new URL(url, baseURI(document))), 0, 8193);
      if (calls(headers) && (text || body[toStringTag] === 'FormData')) {
        fact.fields = wantsFields ? fieldsOf(body) : '';
      } else if (wantsOperation && text && body.length < 1e5) {
        let it = parse(body);
        it = it[0] ?? it;
        if (!it.operationName && !exec(/{/, it.query)) return;
        fact.operation = slice(it.operationName ?? '', 0, 257);
        fact.document = slice(it.query ?? '', 0, 4096);
      } else return;
      return fact;
    };

    // The beginning of what was answered, beside the page, which reads all of it as ever.
    const hear = async (response, fact) => {
      try {
        const reader = reading(stream(clone(response)));
        const decoder = new TextDecoder();
        let text = '';
        let more = true;
        while (more && text.length < 4097) {
          const { done, value } = await read(reader);
          more = !done;
          text += decode(decoder, value, { __proto__: null, stream: more });
        }
        fact.response = slice(text, 0, 4097); // one more than is kept, so that its cut is seen
        if (on) state(fact);
        await cancel(reader);
      } catch {
        /* then not */
      }
    };

    const watch = async (promise, fact) => {
      const response = await promise;
      hear(response, fact);
      return response;
    };

    window.fetch = new Proxy(window.fetch, {
      __proto__: null,
      apply: (fetch, self, args) => {
        let fact;
        try {
          if (on) fact = factOf(args[0], args[1]);
        } catch {
          /* nothing that may be read */
        }
        const promise = apply(fetch, self, args);
        try {
          if (!fact) return promise;
          fact.until = now(bus);
          state(fact);
          if (!wantsResponse || fact.fields === undefined) return promise;
          fact.fields = undefined;
        } catch {
          return promise;
        }
        return watch(promise, fact);
      },
    });
  } catch {
    /* nothing may be read */
  }
})();
