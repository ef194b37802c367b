// XMLHttpRequest behaves as without us: its events and their order, what it throws, and what it says.
import { after, afterEach, before, test } from 'node:test';
import { startTwins } from './twin.mjs';

let twins;

before(async () => {
  twins = await startTwins();
});

afterEach(() => twins.lab.closePages(twins.anchor));

after(() => twins?.close());

test('XMLHttpRequest fires what it fires, and throws what it throws', async () => {
  await twins.same(async ({ log, attempt, pause }) => {
    const EVENTS = [
      'readystatechange',
      'loadstart',
      'progress',
      'load',
      'abort',
      'error',
      'timeout',
      'loadend',
    ];
    const make = (name) => {
      const request = new XMLHttpRequest();
      for (const type of EVENTS) {
        request.addEventListener(type, function (event) {
          const { readyState, status, statusText } = this;
          if (type === 'progress') return;
          log(name, type, `${readyState} ${status} ${statusText} ${this === request} ${event.isTrusted}`);
        });
        request[`on${type}`] = function () {
          if (type !== 'progress') log(name, `on${type}`, `${this === request}`);
        };
      }
      return request;
    };
    const over = (request) => new Promise((then) => request.addEventListener('loadend', then));
    const ask = async (name, prepare, body) => {
      const request = make(name);
      await attempt(`${name}: prepare`, () => prepare(request));
      const ended = over(request);
      const sent = await attempt(`${name}: send`, () => (request.send(body), 'sent'));
      if (sent) await ended;
      log(
        name,
        'says',
        request.responseType === '' ? request.responseText : request.response,
        request.getResponseHeader('x-answer'),
      );
      return request;
    };
    await ask('get', (request) => request.open('GET', '/echo'));
    await ask(
      'post',
      (request) => {
        request.open('post', '/echo', true);
        request.setRequestHeader('X-Own', 'a');
        request.setRequestHeader('X-Own', 'b');
      },
      'body',
    );
    await ask('json', (request) => {
      request.open('GET', '/teapot');
      request.responseType = 'json';
    });
    await ask('sync', (request) => request.open('GET', '/echo', false));
    await ask('broken', (request) => request.open('POST', '/fail'));
    await ask('timeout', (request) => {
      request.open('GET', '/unasked');
      request.timeout = 30;
    });
    await ask('not opened', () => {});
    await ask('no address', (request) => request.open('GET'));
    await ask('a bad address', (request) => request.open('GET', 'http://[bad'));
    await ask('a bad method', (request) => request.open('G ET', '/echo'));
    await ask('a forbidden method', (request) => request.open('TRACE', '/echo'));
    await ask('a symbol', (request) => request.open(Symbol('s'), '/echo'));
    await ask('a bad header', (request) => {
      request.open('GET', '/echo');
      request.setRequestHeader('a b', 'c');
    });
    await attempt('a header before open', () => new XMLHttpRequest().setRequestHeader('a', 'b'));
    await attempt('a header without value', () => new XMLHttpRequest().setRequestHeader('a'));
    await attempt('open of another', () => XMLHttpRequest.prototype.open.call({}, 'GET', '/'));
    await attempt('send of another', () => XMLHttpRequest.prototype.send.call(null));
    await attempt('a header of another', () =>
      XMLHttpRequest.prototype.setRequestHeader.call(window, 'a', 'b'),
    );
    const twice = await ask('twice', (request) => request.open('GET', '/echo?1'));
    twice.open('GET', '/echo?2');
    twice.send();
    await over(twice);
    await attempt('send again', () => twice.send());
    const again = make('opened anew');
    again.open('GET', '/unasked');
    again.send();
    again.open('GET', '/echo?anew');
    again.send();
    await over(again);
    const aborted = make('aborted');
    aborted.open('GET', '/unasked');
    aborted.send();
    aborted.abort();
    await pause(50);
    log(aborted.readyState, aborted.status);
    const faked = make('faked');
    faked.open('GET', '/echo?faked');
    faked.dispatchEvent(new Event('load'));
    faked.send();
    faked.dispatchEvent(new ProgressEvent('error'));
    await over(faked);
    class Mine extends XMLHttpRequest {
      send(...args) {
        log('a class of its own', args.length);
        return super.send(...args);
      }
    }
    const mine = new Mine();
    mine.open('GET', '/echo');
    mine.send();
    await over(mine);
    log(mine.responseText, Reflect.ownKeys(mine).length, mine instanceof XMLHttpRequest);
  });
});
