// Has axe-core look at a page as a person finds it: in light and dark, in a narrow window and in a
// wide one. What it finds is somebody who cannot use the page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fits } from './photo.mjs';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [320, 1400];
const HEIGHT = 800;

/** WCAG 2.2 up to level AA, and what axe-core holds to be good besides. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** All that is wrong over all states, each told once with the places that have it. */
export class Report {
  wrong = new Map();

  async look(surface, where) {
    for (const [what, place] of await examine(surface, where)) {
      this.wrong.set(what, [...(this.wrong.get(what) ?? []), place]);
    }
  }

  end() {
    const tell = ([what, [first, ...more]]) => `${first}${more.length ? ` and ${more.length} more` : ''}: ${what}`;
    assert.equal([...this.wrong].map(tell).join('\n'), '');
  }
}

/** What is wrong with a page, each with where it was found: `where` names the state that it is in. */
async function examine(page, where) {
  const wrong = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: HEIGHT });
      const place = `${where}, ${colorScheme}, ${width} pixels`;
      await fits(page).catch((error) => wrong.push([error.message, place]));
      for (const line of await run(page)) wrong.push([line, place]);
    }
  }
  return wrong;
}

/** One run; a page that was loaded anew has forgotten axe-core. */
async function run(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(SOURCE);
  const violations = await page.evaluate(async (values) => {
    // Not in the middle of what the browser lays out anew.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const { violations } = await axe.run(document, {
      runOnly: { type: 'tag', values },
      resultTypes: ['violations'],
    });
    return violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`),
    }));
  }, TAGS);
  return violations.map(({ id, nodes }) => {
    const [first, ...rest] = nodes.map((text) => text.replaceAll(/\s+/g, ' '));
    return `${id}: ${first}${rest.length ? ` (and ${rest.length} more)` : ''}`;
  });
}
