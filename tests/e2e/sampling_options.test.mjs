// The options of sampling: rules that are added, changed, moved and removed, excluded paths, and
// what the tester says of an address.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { start, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

let lab, options;

before(async () => {
  lab = await start({ shop: null });
});

after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

beforeEach(async () => {
  await lab.desk.evaluate((settings) => chrome.storage.local.set({ settings }), { store: '' });
  options = await lab.openSurface('options');
  await part('textbox', 'Excluded paths').waitFor();
});

afterEach(() => options.close());

const kept = () => lab.desk.evaluate(async () => (await chrome.storage.local.get('settings')).settings);
const part = (role, name) => options.getByRole(role, { name, exact: true });

/** Resolves once the rules that are kept are these. */
const rules = (...wanted) =>
  until(`rules are ${wanted}`, async () => {
    const { sampling = [] } = await kept();
    return sampling.map((line) => line.trim()).join('; ') === wanted.join('; ');
  });

/** Adds a rule as a person does: place, text and rate. */
async function add(number, place, text, rate) {
  await part('button', 'Add rule').click();
  await part('combobox', `Place of rule ${number}`).selectOption(place);
  await part('textbox', `Text of rule ${number}`).fill(text);
  await part('textbox', `Rate of rule ${number}`).fill(rate);
  await part('textbox', `Rate of rule ${number}`).blur();
}

/** What the tester says of an address. */
async function tested(url, said) {
  await part('textbox', 'Which rule does this address meet?').fill(url);
  await options.getByRole('group', { name: 'Rule tester' }).getByText(said).waitFor();
}

test('the example of every tracing SDK is set by hand, and the tester says which rule an address meets', async () => {
  await add(1, 'Name has', 'health', '0.05');
  await add(2, 'Name has', '/api/', '0.5');
  await add(3, 'URL has', '', '0.1');
  await rules('0.05 * name health', '0.5 * name /api/', '0.1 * url');
  await tested('https://shop.test/api/health', 'Rule 1: 0.05 * name health (rate 0.05)');
  await tested('https://shop.test/api/orders', 'Rule 2: 0.5 * name /api/ (rate 0.5)');
  await tested('https://shop.test/', 'Rule 3: 0.1 * url (rate 0.1)');
  await tested('https://shop.test/', 'its context goes out, sampled at the rate 0.1');
  await tested('https://shop.test/', 'none of the other origins that get the context');
  await tested('shop.test', 'wanted http:// or https://');
  await part('textbox', 'Excluded paths').fill('/metrics');
  await part('textbox', 'Other origins that get the context').fill('/^https:\\/\\/[a-z]+\\.cdn\\.test\\//');
  await until('both are kept', async () => {
    const { targets, excluded } = await kept();
    return targets?.length && excluded?.length;
  });
  await tested('https://shop.test/metrics', 'Excluded path 1: /metrics');
  await tested('https://x.cdn.test/a.js', 'line 1 of the other origins fits');
  await photograph(options, 'sampling-options', () => fits(options));
});

test('rules are moved with the keyboard, and the focus goes with them', async () => {
  await add(1, 'URL has', 'a', '0.1');
  await add(2, 'URL has', 'b', '0.2');
  await part('combobox', 'Method of rule 2').selectOption('POST');
  await rules('0.1 * url a', '0.2 POST url b');
  await part('button', 'Move rule 2 up').focus();
  await options.keyboard.press('Enter');
  await rules('0.2 POST url b', '0.1 * url a');
  const focused = await options.evaluate(() => document.activeElement.getAttribute('aria-label'));
  assert.equal(focused, 'Move rule 1 up');
  await part('button', 'Move rule 1 down').press('Enter');
  await rules('0.1 * url a', '0.2 POST url b');
  await part('button', 'Remove rule 1').press('Space');
  await rules('0.2 POST url b');
});

test('a rule that is none is said and not kept, and stays as it was typed', async () => {
  await add(1, 'URL has', 'a', '0.1');
  await rules('0.1 * url a');
  for (const [name, text, said] of [
    ['Rate of rule 1', '5%', 'line 1 has "5%" for its rate, wanted a number from 0 to 1'],
    ['Text of rule 1', 'a b', "line 1 has ' ', which is in no URL"],
  ]) {
    const before = await part('textbox', name).inputValue();
    await part('textbox', name).fill(text);
    await options.locator('.wrong').filter({ hasText: said }).waitFor();
    await part('textbox', name).blur();
    assert.equal(await part('textbox', name).inputValue(), text);
    await rules('0.1 * url a');
    await part('textbox', name).fill(before);
  }
  await part('textbox', 'Excluded paths').fill('health');
  await options.locator('.wrong').filter({ hasText: 'line 1 does not begin with a slash' }).waitFor();
});
