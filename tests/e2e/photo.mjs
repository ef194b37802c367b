// Pictures of what a person sees, for people to look at: every width in light and dark, in
// target/e2e/.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { until } from './harness.mjs';

const FOLDER = fileURLToPath(new URL('../../target/e2e/', import.meta.url));
const WIDTHS = [320, 360, 800, 1400];
const HEIGHT = 800;

/** Photographs a page at every width in both themes, and has each look checked: `check({ width, scheme })`. */
export async function photograph(page, name, check = () => {}) {
  await mkdir(FOLDER, { recursive: true });
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: HEIGHT });
      await page.screenshot({ path: `${FOLDER}${name}-${scheme}-${width}.png` });
      await check({ width, scheme });
    }
  }
}

/** Checks that nothing of a page is out of its window to the side. */
export async function fits(page) {
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  assert.ok(scrollWidth <= clientWidth, `${scrollWidth} pixels wide in a window of ${clientWidth}`);
}

/** Waits until each column of a grid has room, and all of them have it within the grid. */
export async function columnsFit(grid) {
  await until('each column has room within the list', () =>
    grid.evaluate((grid) => {
      const heads = [...grid.querySelectorAll('[role=columnheader]')];
      const has = ({ offsetLeft, offsetWidth }) => offsetWidth > 20 && offsetLeft + offsetWidth <= grid.clientWidth;
      return heads.length > 2 && heads.every(has);
    }),
  );
}
