// The trust page: what it says is what the browser says, and Remove Everything removes it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { start, startSite } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

let lab, site;

before(async () => {
  site = await startSite();
  lab = await start({ shop: null });
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

const section = (trust, name) => trust.getByRole('region', { name });

test('what is permitted, set, asked and recorded is said, and all of it is removed at once', async () => {
  const page = await lab.openPage(`${site.origin}/page`);
  await lab.startSession(page);
  await lab.exported();
  const trust = await lab.openSurface('trust');

  const names = await lab.desk.evaluate(() => chrome.runtime.getManifest().permissions);
  const permissions = section(trust, 'Permissions').getByRole('row');
  for (const name of names) await permissions.filter({ hasText: name }).first().waitFor();
  assert.equal(await trust.getByText('Not explained here').count(), 0);

  const contacts = section(trust, 'Hosts contacted').getByRole('row');
  await contacts.filter({ hasText: `${lab.collector.url}to send spans` }).waitFor();
  await contacts.filter({ hasText: `${lab.collector.url}to ask for a trace` }).waitFor();
  await section(trust, 'Set in the browser')
    .getByText(/says: [1-9]\d* header rules? and 1 script registration/)
    .waitFor();
  await section(trust, 'Recorded')
    .getByText(/holds [1-9]\d* traced request/)
    .waitFor();
  await photograph(trust, 'trust', () => fits(trust));

  await trust.getByRole('button', { name: 'Stop All Sessions and Remove Everything' }).click();
  await trust.getByRole('button', { name: 'Keep' }).click();
  assert.ok(await lab.sessionCookie(site.origin), 'nothing is removed without being asked twice');
  await trust.getByRole('button', { name: 'Stop All Sessions and Remove Everything' }).click();
  await trust.getByRole('button', { name: 'Yes, Remove Everything' }).click();
  await trust.getByText('Everything is removed.').waitFor();
  assert.deepEqual(await lab.left(), []);
  await section(trust, 'Hosts contacted').getByText('None.').waitFor();
  await section(trust, 'Set in the browser').getByText('no header rules and no script registrations').waitFor();
  await section(trust, 'Recorded').getByText('No traced request is recorded in this browser.').waitFor();
});
