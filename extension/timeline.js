// Puts spans onto a page's own timeline, where the Performance panel draws them in tracks of theirs
// (developer.chrome.com/docs/devtools/performance/extension).

/** Runs in the page, apart from its scripts. Says whether it is the page that the spans are of. */
const draw = (entries) => {
  const { timeOrigin } = performance;
  // Of a page that was loaded anew since, not one would be where it belongs. Wall clocks may be set.
  const first = Math.min(...entries.map(({ start }) => start));
  if (first < timeOrigin - 1000) return false;
  for (const { name, start, duration, detail } of entries) {
    const at = Math.max(0, start - timeOrigin);
    performance.measure(name, { start: at, duration, detail });
  }
  return true;
};

/** Draws the entries, as text, in a tab; resolves to whether its page is the one that they are of. */
export const show = async (tabId, text) => {
  const { entries } = JSON.parse(text);
  const [{ result }] = await chrome.scripting.executeScript({ target: { tabId }, func: draw, args: [entries] });
  return result;
};
