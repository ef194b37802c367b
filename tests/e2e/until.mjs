// Waits until something is true by looking again and again. Nothing in a browser happens at once,
// and a test that guesses how long it takes is either slow or wrong.
import { setTimeout as pause } from 'node:timers/promises';

/** How long a test waits unless it says otherwise. What it waits for takes milliseconds. */
const PATIENCE = 15_000;
/** Milliseconds between two looks. */
const BEAT = 25;
/** How long one look may take: what asks a worker that dies just then may never hear of it. */
const LOOK = 10_000;

/**
 * Resolves to what `look` gives as soon as that is neither false nor undefined and nothing is
 * thrown, such as by an assertion. Fails with the last thing that was in the way.
 */
export async function until(wanted, look, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const { seen, cause } = await attempt(look);
    if (seen !== false && seen !== undefined) return seen;
    if (Date.now() > end) {
      const why = cause ? `: ${cause.message}` : '';
      throw new Error(`${wanted} did not come true in ${patience / 1_000} s${why}`, { cause });
    }
    await pause(BEAT);
  }
}

async function attempt(look) {
  try {
    return { seen: await inTime('a look', LOOK, look) };
  } catch (cause) {
    return { cause };
  }
}

/** Resolves to what an act gives; fails when that takes so long that a test would stand still. */
export async function inTime(what, patience, act) {
  const over = new AbortController();
  const late = pause(patience, undefined, { signal: over.signal }).then(() => {
    throw new Error(`${what} had no answer for ${patience / 1_000} s`);
  });
  try {
    return await Promise.race([act(), late]);
  } finally {
    late.catch(() => {}); // ended below, when nobody waits for it any more
    over.abort();
  }
}
