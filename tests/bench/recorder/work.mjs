// What a page does while it is measured. All but `click` runs in the page itself.

/** Calls in `callStub`. */
export const CALLS = 1_000;
/** Clicks in the standard session. */
const CLICKS = 100;

/** Answers some calls of `fetch` at once, below whatever wraps it later: no network is measured. */
export function stubFetch() {
  // Sentry wraps what is not the browser's own only where a frame has the browser's own.
  if (globalThis !== globalThis.top) return;
  const { fetch } = globalThis;
  globalThis.fetch = function (input, init) {
    const url = typeof input === 'string' ? input : (input?.url ?? `${input}`);
    return url.includes('/stub') ? Promise.resolve(new Response('{}')) : fetch.call(this, input, init);
  };
}

/** Calls the stub so many times, with a turn of its own for other work now and then. */
export async function callStub(count) {
  for (let n = 0; n < count; n++) {
    await fetch(`/stub?${n}`);
    if (n % 50 === 49) await new Promise((resolve) => setTimeout(resolve));
  }
}

/** The standard session but for its clicks, which a page cannot make. */
export async function visit() {
  for (let n = 0; n < 100; n++) await (await fetch(`/api?fetch=${n}`)).json();
  for (let n = 0; n < 20; n++) {
    const xhr = new XMLHttpRequest();
    const ended = new Promise((resolve) => (xhr.onloadend = resolve));
    xhr.open('GET', `/api?xhr=${n}`);
    xhr.send();
    await ended;
  }
  for (let n = 0; n < 3; n++) {
    history.pushState({}, '', `/session/${n}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const text of ['one thing', 'another']) {
    setTimeout(() => {
      throw new Error(`${text} is wrong`);
    });
  }
  Promise.reject(new Error('nobody cares'));
}

/** Clicks as a person does. */
export async function click(page) {
  const { x, y, width, height } = await page.locator('button').boundingBox();
  for (let n = 0; n < CLICKS; n++) await page.mouse.click(x + width / 2, y + height / 2);
}
