// Starts the collector and the shop as a person would, and waits for the line in which each says
// that it is ready and where. `cargo xtask` tells where the programs are.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How long a server may take before it is said to hang. They take milliseconds. */
const PATIENCE = 20_000;

/** A path that `cargo xtask` hands over; a test cannot guess it. */
export function given(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this with \`cargo xtask e2e\``);
  return value;
}

/**
 * Starts a store. By default on free ports and with nothing kept.
 * Resolves to `{ http, grpc, db, url, close() }`.
 */
export async function startCollector(args = []) {
  const free = ['--http', '127.0.0.1:0', '--grpc', '127.0.0.1:0', '--db', ':memory:'];
  const server = await startProgram(given('TRACELIGHT_COLLECTOR'), latest([...free, ...args]));
  return { ...server, url: `http://${server.http}` };
}

/**
 * Starts the shop, its spans going to a store's URL. By default on free ports.
 * Resolves to `{ shop, pricing, payment, otlp, close() }`, the first three being origins.
 */
export function startShop(otlp, args = []) {
  const free = ['--shop', '127.0.0.1:0', '--pricing', '127.0.0.1:0', '--payment', '127.0.0.1:0'];
  return startProgram(given('TRACELIGHT_SHOP'), latest([...free, '--otlp', otlp, ...args]));
}

/**
 * Starts a program that says in a line when it is ready: `shop ready http=127.0.0.1:4711 …`.
 * Resolves to what it says, and `close()`. `options` are those of `spawn`.
 */
export async function startProgram(program, args, options = {}) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => { said = (said + chunk).slice(-4_000); });
  process.once('exit', () => child.kill()); // also when nobody came to close it
  // One that cannot be started never exits; `ready` says so.
  const gone = once(child, 'exit').catch(() => {});
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await gone;
  };
  const why = (what) => new Error(`${program} ${what}\n${said.trim()}`);
  const ready = new Promise((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const [, facts] = /^\S+ ready (.*)$/.exec(line) ?? [];
      if (facts) resolve(Object.fromEntries(facts.split(' ').map(pair)));
    });
    child.on('error', (error) => reject(why(`cannot be started: ${error.message}`)));
    // Not `exit`: then the reason may still be on its way.
    child.on('close', (code) => reject(why(`ended with ${code} before it was ready`)));
    setTimeout(() => reject(why('is not ready')), PATIENCE).unref();
  });
  try {
    return { ...(await ready), close };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** Servers take each flag once; the last one given counts. */
function latest(args) {
  const flags = new Map();
  for (let at = 0; at < args.length; at += 2) flags.set(args[at], args[at + 1]);
  return [...flags].flat();
}

function pair(fact) {
  const at = fact.indexOf('=');
  return [fact.slice(0, at), fact.slice(at + 1)];
}
