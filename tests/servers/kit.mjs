// The servers of docs/servers: their code is taken out of the pages, so that what a reader copies is
// what is tested, and runs beside the SDKs that set-up installed (package.json, requirements.txt).
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { given, startProgram } from '../e2e/servers.mjs';

/** The name of a file in code, its meaning, and its contents in a block. */
const FILE = /^`([\w./-]+)`[^\n]*:\n\n```\w+\n(.*?)^```$/gms;

/** What runs each page's server. */
const SERVERS = {
  node: { program: process.execPath, args: ['--import', './instrumentation.mjs', 'server.mjs'] },
  python: { program: join(given('TRACELIGHT_KIT'), 'python/bin/python'), args: ['server.py'] },
};

export const PAGES = Object.keys(SERVERS);

/** The files that a page gives, by name. */
export function files(page) {
  const text = readFileSync(new URL(`../../docs/servers/${page}.md`, import.meta.url), 'utf8');
  return Object.fromEntries([...text.matchAll(FILE)].map(([, name, code]) => [name, code]));
}

/**
 * Starts the server of a page, its spans going to a store's URL. Its own sampler samples nothing.
 * `env` is what besides the page's environment names. Resolves to `{ http, url, close() }`.
 */
export async function startServer(page, store, env = {}) {
  const folder = await mkdtemp(join(given('TRACELIGHT_KIT'), `run-${page}-`));
  for (const [name, code] of Object.entries(files(page))) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), code);
  }
  const whole = { PORT: '0', OTEL_SERVICE_NAME: page, OTEL_EXPORTER_OTLP_ENDPOINT: store, ...env };
  const { program, args } = SERVERS[page];
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const server = await startProgram(program, args, { cwd: folder, env: { ...process.env, ...whole } });
    const close = () => server.close().finally(remove);
    return { ...server, url: `http://${server.http}`, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A session's id. */
export const sessionId = () => randomBytes(16).toString('hex');

/** A trace cookie, as the extension signs it. */
export function cookie(session, { secret, expiry = 0, name = '_trace_session' }) {
  const signed = `v1.${session}.${expiry}`;
  return `${name}=${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
