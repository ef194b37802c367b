// What each candidate makes a page load, and how large that is: peers bundled by one recipe, ours as it
// is shipped.
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Peers by the name of their file in peers/, and what the table calls them. */
export const PEERS = {
  elastic: 'Elastic apm-rum',
  otel: 'OpenTelemetry web',
  datadog: 'Datadog rum-slim',
  sentry: 'Sentry tracing',
};

/** Resolves to each peer's bundle, by name. */
export async function bundlePeers() {
  const entry = (name) => new URL(`peers/${name}.js`, import.meta.url).pathname;
  const bundle = async (name) => {
    const { outputFiles } = await build({
      entryPoints: [entry(name)],
      bundle: true,
      minify: true,
      format: 'iife',
      target: 'es2022',
      define: { 'process.env.NODE_ENV': '"production"' },
      write: false,
      logLevel: 'error',
    });
    return [name, Buffer.from(outputFiles[0].contents)];
  };
  return Object.fromEntries(await Promise.all(Object.keys(PEERS).map(bundle)));
}

/** What the extension runs in a traced page. */
const SCRIPTS = ['recorder.js', 'relay.js'];

/** Resolves to the scripts that the extension runs in a traced page. */
export async function readScripts(extension) {
  const [recorder, relay] = await Promise.all(SCRIPTS.map((name) => readFile(join(extension, name))));
  return { recorder, relay };
}

/** Resolves to a copy of the extension, in a folder of its own, whose scripts in pages do nothing. */
export async function emptyScripts(extension) {
  const folder = await mkdtemp(join(tmpdir(), 'tracelight-'));
  await cp(extension, folder, { recursive: true });
  await Promise.all(SCRIPTS.map((name) => writeFile(join(folder, name), '\n')));
  return folder;
}

/** Sizes in bytes of what is loaded together: each file is compressed by itself. */
export function weigh(files) {
  const sum = (size) => files.reduce((total, file) => total + size(file), 0);
  return {
    minified: sum(({ length }) => length),
    gzip: sum((file) => gzipSync(file, { level: 9 }).length),
    brotli: sum((file) => brotliCompressSync(file).length),
  };
}
