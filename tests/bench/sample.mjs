// What benches in the browser share: many samples, told as median and 95th percentile against a bar.

/** A number that was given as `--name N`, or the one that there is without. */
export function option(name, usual) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? usual : Number(process.argv[at + 1]);
}

/** Takes samples one after the other: `take(n)` resolves to `{ name: ms }`. Resolves to all by name. */
export async function collect(count, take) {
  const samples = {};
  for (let n = 0; n < count; n++) {
    for (const [name, ms] of Object.entries(await take(n))) (samples[name] ??= []).push(ms);
  }
  return samples;
}

/** Prints a line of figures; with a bar, a median above it fails the bench. */
export function tell(name, samples, bar = undefined) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  const figures = `median ${ms(at(0.5))}   p95 ${ms(at(0.95))}   max ${ms(at(1))}`;
  const kept = bar === undefined || at(0.5) < bar;
  const verdict = bar === undefined ? '' : `   bar ${bar} ms: ${kept ? 'kept' : 'MISSED'}`;
  console.log(`  ${name.padEnd(44)} ${figures}   of ${sorted.length}${verdict}`);
  if (!kept) process.exitCode = 1;
}

const ms = (time) => `${time.toFixed(1).padStart(6)} ms`;
