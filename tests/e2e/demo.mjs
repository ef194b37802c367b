// The demo: with a display it opens everything and says what to click; with --headless it runs a
// page trace of the checkout through the real popup itself, and leaves what it saw behind.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clickToast, followToast, start, startCollector, startShop } from './harness.mjs';
import { given } from './servers.mjs';

const headless = process.argv.includes('--headless');
const results = given('TRACELIGHT_RESULTS');
const begun = Date.now();

const say = (text) => console.log(`  ${((Date.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${text}`);

/** The ports that the documentation names where they are free, else others. */
async function usualOrFree(what, usual, startServer) {
  try {
    return await startServer(usual);
  } catch (error) {
    say(`${what}: ${error.message.split('\n').at(-1)}; taking free ports`);
    return startServer([]);
  }
}

async function servers() {
  const http = ['--http', '127.0.0.1:4318', '--grpc', '127.0.0.1:4317'];
  const dashboard = ['--dashboard', given('TRACELIGHT_EXTENSION')];
  const collector = await usualOrFree('collector', http, (args) => startCollector([...dashboard, ...args]));
  const ports = ['--shop', '127.0.0.1:4400', '--pricing', '127.0.0.1:4401', '--payment', '127.0.0.1:4402'];
  const shop = await usualOrFree('shop', ports, (args) => startShop(collector.url, args));
  say(`collector at ${collector.url}, shop at ${shop.shop}`);
  return { collector, shop };
}

async function runPageTrace(lab) {
  const shot = (what, name) => what.screenshot({ path: join(results, `${name}.png`) });
  const checkout = await lab.openPage(`${lab.shop.shop}/checkout`);
  const tab = await lab.tabId(checkout);
  const popup = await lab.openPopup(tab);
  const run = popup.getByRole('button', { name: 'Run Page Trace' });
  await run.waitFor();
  say(`popup of ${checkout.url()}: Run Page Trace`);
  await run.click();
  const said = await followToast(checkout, /complete/i, 90_000, (line) => say(`toast: ${line}`));
  await shot(popup.locator('body'), 'popup');
  await popup.close(); // as a real one does as soon as anything else is clicked
  await checkout.bringToFront();
  await shot(checkout, 'toast');
  if (/timed out/i.test(said.at(-1))) throw new Error('the page trace did not complete');
  const opened = lab.context.waitForEvent('page');
  await clickToast(checkout, /^View Page Trace/);
  const dashboard = await opened;
  const trace = new URL(dashboard.url()).searchParams.get('trace');
  say(`dashboard: trace ${trace}`);
  await dashboard.getByRole('row', { name: /SELECT/ }).first().waitFor();
  await shot(dashboard, 'dashboard');
  const panel = await lab.openPanel(tab);
  await panel.getByRole('row', { name: /GET \/checkout/ }).first().click();
  await panel.getByRole('row', { name: /SELECT/ }).first().waitFor();
  await shot(panel, 'panel');
  return trace;
}

async function saveTrace(lab, trace) {
  const { status, body } = await lab.ask(`/api/v3/traces/${trace}`);
  if (status !== 200) throw new Error(`the store answers ${status} when asked for ${trace}`);
  await writeFile(join(results, 'trace.json'), JSON.stringify(body));
}

function explain(lab) {
  console.log(`
  The shop is open. Tracelight is the extension in the toolbar (behind the puzzle piece).
    1. Go to the checkout: ${lab.shop.shop}/checkout
    2. Click Tracelight, then Run Page Trace: the page reloads, and a toast tells how far it is.
    3. Click the toast: the waterfall, from the browser's request to the SQL on the server.
    4. Open the developer tools (F12), panel Tracelight: requests as they happen.
  Close the browser or press Ctrl-C to end.
`);
}

const { collector, shop } = await servers();
let lab;
try {
  lab = await start({ headless, collector, shop });
  if (headless) {
    await saveTrace(lab, await runPageTrace(lab));
  } else {
    await lab.openPage(`${shop.shop}/`);
    await lab.desk.close(); // of use to a program only
    explain(lab);
    await Promise.race([once(lab.context, 'close'), once(process, 'SIGINT')]);
  }
} finally {
  await lab?.end();
  await shop.close();
  await collector.close();
}
