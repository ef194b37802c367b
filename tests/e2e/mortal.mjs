// The extension's worker under observation, over all its lives: what it complained of, and deaths
// exactly where a test wants them. It acts on the browser by calls only, so to die between any two
// lines is to die before one of its calls.

/** Calls that only look at something, and what listens. */
const LOOKS = '^(get|query|has|is|on|contains|containsListener|addListener|removeListener|hasListener)';
/** Parts of `chrome` in which a worker acts. */
const ACTS =
  'action alarms cookies declarativeNetRequest notifications scripting storage.local storage.session tabs windows';

/** Watches the worker of an extension in a browser. Resolves to a `Mortal`. */
export async function watchWorker(browser, extensionId) {
  const mortal = new Mortal(await browser.newBrowserCDPSession());
  await mortal.attach(`chrome-extension://${extensionId}/background.js`);
  return mortal;
}

class Mortal {
  #browser;
  #session;
  #count = 0;
  #answers = new Map();
  #doomed = () => {};
  #hanging;

  constructor(browser) {
    this.#browser = browser;
    /** What nobody caught in the worker, in any of its lives; there should be nothing. */
    this.complaints = [];
  }

  async attach(url) {
    this.#browser.on('Target.receivedMessageFromTarget', ({ message }) => this.#hear(JSON.parse(message)));
    const { targetInfos } = await this.#browser.send('Target.getTargets');
    const { targetId } = targetInfos.find((target) => target.url === url);
    // The session goes on over deaths: the browser keeps one target for all lives.
    const { sessionId } = await this.#browser.send('Target.attachToTarget', { targetId, flatten: false });
    this.#session = sessionId;
    await this.#send('Runtime.enable');
    await this.#send('Runtime.addBinding', { name: 'hearCall' });
  }

  /**
   * Lets this life's n-th call from now hang before it does anything. Resolves to a promise of the
   * call's name, in `call`, for when the worker hangs there.
   */
  async doom(n) {
    this.#hanging = undefined;
    const call = new Promise((resolve) => (this.#doomed = resolve));
    await this.#wrap(n);
    return { call };
  }

  /** Takes it back. Resolves to the call's name where it is too late. */
  async spare() {
    await this.#wrap(0);
    return this.#hanging;
  }

  #wrap(doom) {
    return this.#evaluate(`(${wrap})(${doom}, ${JSON.stringify(ACTS)}, /${LOOKS}/)`);
  }

  async #evaluate(expression) {
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', { expression });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async #send(method, params = {}) {
    const id = ++this.#count;
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    const message = JSON.stringify({ id, method, params });
    await this.#browser.send('Target.sendMessageToTarget', { sessionId: this.#session, message });
    return answer;
  }

  #hear({ id, result, error, method, params }) {
    if (id) {
      this.#answers.get(id)?.(result ?? { exceptionDetails: { text: error.message } });
      this.#answers.delete(id);
    }
    if (method === 'Runtime.exceptionThrown') {
      const { text, exception } = params.exceptionDetails;
      this.complaints.push(`worker: ${text} ${exception?.description ?? ''}`);
    }
    if (method === 'Runtime.bindingCalled') {
      this.#hanging = params.payload;
      this.#doomed(params.payload);
    }
  }
}

/** Runs in the worker. */
function wrap(doom, acts, looks) {
  globalThis.callsLeft = doom;
  for (const path of acts.split(' ')) {
    const part = path.split('.').reduce((of, name) => of?.[name], chrome);
    for (const name of Object.keys(part ?? {})) {
      const call = part[name];
      if (typeof call !== 'function' || looks.test(name) || call.wrapped) continue;
      part[name] = (...given) => {
        if (--globalThis.callsLeft !== 0) return call.apply(part, given);
        hearCall(`${path}.${name}`);
        return new Promise(() => {});
      };
      part[name].wrapped = true;
    }
  }
}
