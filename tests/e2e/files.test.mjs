// Files: dropped, pasted or chosen, of every format, broken and large ones too; what is written of a
// trace, and what of it is read again.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { start } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

const fixture = (name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const read = (name) => readFile(fixture(name));

let lab, page;

before(async () => {
  lab = await start({ shop: null });
  page = await lab.openSurface('file');
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

const chart = (surface) => surface.getByRole('treegrid', { name: 'Waterfall' });
const button = (surface, name) => surface.getByRole('button', { name, exact: true });

/** Opens files with the browser's own dialog. */
async function open(surface, ...files) {
  const dialog = surface.waitForEvent('filechooser');
  await surface.getByRole('button', { name: /^(Choose Files|Open Another)$/ }).click();
  await (await dialog).setFiles(files);
}

/** A file that a test makes up. */
const made = (name, content) => ({ name, mimeType: '', buffer: Buffer.from(content) });

/** Drops a file onto the page. */
function drop(surface, name, bytes) {
  return surface.evaluate(
    ([name, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name));
      const say = (type) => document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      return [say('dragenter'), say('dragover')].includes(true) ? 'not taken' : void say('drop');
    },
    [name, [...bytes]],
  );
}

/** How many spans the trace has that is shown. */
async function spans(surface) {
  await chart(surface).waitFor();
  return Number(await surface.locator('dl.facts div', { hasText: 'Spans' }).locator('dd').innerText());
}

test('the view says what can be opened, and is reached by keyboard from the popup', async () => {
  await page.getByRole('heading', { name: 'Drop traces here' }).waitFor();
  await button(page, 'Choose Files').waitFor();
  await photograph(page, 'files-empty', () => fits(page));
});

const FORMATS = [
  ['foreign/crisp-critical-path-10.json'],
  ['foreign/victoriatraces-jaeger-trace.json'],
  ['foreign/zipkin-envoy.json'],
  ['foreign/zipkin-yelp.json'],
  ['foreign/tempo-v2-trace.pb'],
  ['foreign/page.har', /^page.har: HAR, 5 spans. 1 span rejected: /],
  ['foreign/chrome-devtools.json'],
  ['otlp/otlp-example-trace.json'],
  ['otlp/tempo-v1-trace.json'],
  ['otlp/tempo-v1-trace.pb'],
  ['otlp/tempo-v2-trace.json'],
];

for (const [name, said = /^$/] of FORMATS) {
  test(`${name} opens`, async () => {
    const surface = await lab.openSurface('file');
    await open(surface, fixture(name));
    const choice = surface.getByRole('region', { name: 'Traces' });
    await chart(surface).or(choice).waitFor();
    if (await choice.isVisible()) await choice.getByRole('row').nth(1).getByRole('button').click();
    assert.ok((await spans(surface)) > 0);
    assert.match(await surface.locator('.notes').textContent(), said);
  });
}
