// Runs first in a page of a twin visit, when all is as the browser made it, and takes what it needs:
// the page is about to break the rest. Writes down what a script tells it and hands it over as the
// document's title, which a test can read whatever became of the page.
(() => {
  'use strict';
  const { stringify } = JSON;
  const { apply, getOwnPropertyDescriptor, ownKeys } = Reflect;
  const { setTimeout } = window;
  const setTitle = getOwnPropertyDescriptor(Document.prototype, 'title').set;
  const source = Function.prototype.toString;
  const kind = Object.prototype.toString;
  const Later = Promise;
  const lines = { __proto__: null };
  let count = 0;

  const show = (value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'symbol') return 'a symbol';
    if (typeof value === 'function') return `function ${value.name}`;
    if (value === null || typeof value !== 'object') return `${value}`;
    const tag = apply(kind, value, []);
    if (tag === '[object Error]' || tag === '[object DOMException]') return `${value.name}: ${value.message}`;
    return tag;
  };

  const log = (...parts) => {
    let line = '';
    for (let at = 0; at < parts.length; at++) line += (at ? ' ' : '') + show(parts[at]);
    lines[count++] = line;
  };

  // What a call gives or throws, now and later.
  const attempt = async (name, call) => {
    try {
      let value = call();
      if (value instanceof Later) {
        log(name, 'promises');
        value = await value;
      }
      log(name, 'gives', value);
      return value;
    } catch (error) {
      log(name, 'throws', error);
    }
  };

  // All that a page can see of a property without calling it.
  const shape = (name, object, key) => {
    const found = getOwnPropertyDescriptor(object, key);
    if (!found) return log(name, 'is not there');
    const { writable, enumerable, configurable, value, get, set } = found;
    log(name, `writable ${writable}, enumerable ${enumerable}, configurable ${configurable}`);
    for (const one of [value, get, set]) {
      if (typeof one !== 'function') continue;
      const keys = ownKeys(one);
      log(name, 'has', stringify(keys.filter((key) => typeof key === 'string')), `${one.name}/${one.length}`);
      log(name, 'native', /\{\s*\[native code\]\s*\}/.test(apply(source, one, [])));
      for (const own of ['name', 'length']) log(name, own, stringify(getOwnPropertyDescriptor(one, own)));
      log(
        name,
        'extensible',
        Object.isExtensible(one),
        'prototype',
        Object.getPrototypeOf(one) === Function.prototype,
      );
      try {
        new one();
        log(name, 'constructs');
      } catch (error) {
        log(name, 'with new', error.name);
      }
    }
  };

  const pause = (ms) => new Later((then) => apply(setTimeout, window, [then, ms]));

  const later = (start) => new Later(start);

  // Lets a person act on the page.
  const ready = () => {
    window.document.documentElement.dataset.ready = '';
  };

  const done = () => {
    let text = '[';
    for (let at = 0; at < count; at++) text += (at ? ',' : '') + stringify(lines[at]);
    apply(setTitle, window.document, [`${text}]`]); // the window may have got another document by now
  };

  const book = { __proto__: null, log, attempt, shape, pause, later, ready };

  const run = async (script) => {
    try {
      await script(book);
    } catch (error) {
      log('the script throws', error);
    }
    done();
  };

  window.notebook = { run };
})();
