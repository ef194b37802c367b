// Settings as a file: exported from the options and imported there, as a person does both.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Exports the settings of the options that are open. Resolves to the file's text. */
export async function exportSettings(options) {
  const [download] = await Promise.all([
    options.waitForEvent('download'),
    options.getByRole('button', { name: 'Export settings', exact: true }).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'tracelight-settings.json');
  return readFile(await download.path(), 'utf8');
}

/** Imports a text as a file of settings, which lies in a folder of the caller's. */
export async function importSettings(options, folder, text) {
  const path = join(folder, 'settings.json');
  await writeFile(path, text);
  await options.getByLabel('Import settings').setInputFiles(path);
}
