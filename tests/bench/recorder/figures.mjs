// Samples to figures: what a candidate adds to a page with nothing, round by round, and the bars.

/** What the samples say in between: `{ low, middle, high }`, the quartiles and the median. */
export function spread(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (part) => {
    const place = part * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return below + (above - below) * (place % 1);
  };
  return { low: at(0.25), middle: at(0.5), high: at(0.75) };
}

/** A candidate's cost over a page with nothing, each sample against that of its own round. */
export function cost(rounds, candidate, measure) {
  return spread(rounds.map((round) => round[candidate][measure] - round.none[measure]));
}

/**
 * The bars as `{ what, found, bar, unit }`; kept where `found` is at most `bar`. `sizes` and `costs` are
 * by candidate. With a `floor`: what two scripts cost that do nothing, below which no extension comes.
 */
export function bars(sizes, costs, script) {
  const { ours, floor, otel, ...others } = costs;
  const peers = ['otel', ...Object.keys(others)];
  const least = Math.min(...peers.map((name) => costs[name].heap.middle));
  const bar = (what, measure, bar, unit) => {
    const { low, middle: found, high } = ours[measure];
    return { what, found, bar, unit, low, high, floor: floor[measure].middle };
  };
  const size = (what, found, bar) => ({ what, found, bar, unit: 'B' });
  return [
    size('recorder.js, gzip', script.gzip, 3_000),
    size('all that is injected, brotli', sizes.ours.brotli, 10_000),
    bar('start, a tenth of OpenTelemetry', 'start', otel.start.middle / 10, 'ms'),
    bar('standard session, a tenth of OpenTelemetry', 'session', otel.session.middle / 10, 'ms'),
    bar('a fetch', 'call', 15, 'µs'),
    bar('heap, half of the best peer', 'heap', least / 2, 'MB'),
  ];
}
