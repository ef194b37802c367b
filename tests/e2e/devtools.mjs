// The real developer tools, started with `--auto-open-devtools-for-tabs`. Playwright keeps out of
// them, so this speaks the browser's protocol itself.
import { until } from './until.mjs';

/** Shows Tracelight's panel in the developer tools of a tab. Resolves to a `Frame`. */
export async function showPanel(lab, page) {
  const session = await lab.context.browser().newBrowserCDPSession();
  const tab = await lab.tabId(page);
  const find = async (fits) => {
    const { targetInfos } = await session.send('Target.getTargets', { filter: [{}] });
    return targetInfos.find(fits);
  };
  const { host, pathname } = new URL(page.url());
  const title = `DevTools - ${host}${pathname}`;
  const tools = await until('there are developer tools', () =>
    find((target) => target.type === 'page' && target.title === title),
  );
  const frame = new Frame(session, tools.targetId);
  const show = `import('./ui/legacy/legacy.js').then(({ ViewManager }) =>
    ViewManager.ViewManager.instance().showView('chrome-extension://${lab.extensionId}Tracelight'))`;
  const shown = ({ url }) =>
    url.startsWith(`chrome-extension://${lab.extensionId}/`) && url.endsWith(`view=panel&tab=${tab}`);
  const panel = await until('the panel is there', async () => {
    // There is none to show before the extension's own devtools page has run.
    await frame.evaluate(show);
    return find(shown);
  });
  return new Frame(session, panel.targetId);
}

/** A document that Playwright does not know. */
class Frame {
  #session;
  #id;
  #attached;
  #answers = new Map();
  #asked = 0;

  constructor(session, targetId) {
    this.#session = session;
    this.#attached = session
      .send('Target.attachToTarget', { targetId, flatten: false })
      .then(({ sessionId }) => (this.#id = sessionId));
    session.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      if (sessionId !== this.#id) return;
      const { id, result, error } = JSON.parse(message);
      this.#answers.get(id)?.({ result, error });
      this.#answers.delete(id);
    });
  }

  /** What an expression gives, as JSON, in the turn of a user's gesture. */
  async evaluate(expression) {
    const how = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', how);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** The texts of the elements with a role that match a pattern. */
  texts(role, pattern) {
    return this.evaluate(`${byRole(role, pattern)}.map((it) => it.textContent)`);
  }

  /** Clicks the first element with a role whose text matches, once there is one. */
  click(role, pattern) {
    return until(`there is a ${role} ${pattern}`, () =>
      this.evaluate(`${byRole(role, pattern)}.some((it) => (it.click(), true))`),
    );
  }

  async #send(method, params) {
    await this.#attached;
    const id = ++this.#asked;
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    await this.#session.send('Target.sendMessageToTarget', {
      sessionId: this.#id,
      message: JSON.stringify({ id, method, params }),
    });
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }
}

function byRole(role, pattern) {
  const selector = role === 'button' ? 'button' : `[role=${role}]`;
  return `[...document.querySelectorAll('${selector}')].filter((it) => ${pattern}.test(it.textContent))`;
}
