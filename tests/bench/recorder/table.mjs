// Prints figures as a table, each beside its ratio to ours.

const COLUMNS = [
  { title: 'min B', of: ({ size }) => size.minified },
  { title: 'gzip B', of: ({ size }) => size.gzip },
  { title: 'brotli B', of: ({ size }) => size.brotli },
  { title: 'start ms', of: ({ cost }) => cost.start.middle, digits: 1 },
  { title: 'fetch µs', of: ({ cost }) => cost.call.middle, digits: 1 },
  { title: 'session ms', of: ({ cost }) => cost.session.middle, digits: 0 },
  { title: 'heap MB', of: ({ cost }) => cost.heap.middle, digits: 2 },
];
const WIDTH = 12;
const NAME = 20;

/** Prints what each candidate adds to a page with nothing. */
export function tellTable(sizes, costs, names) {
  const row = (name, cells) =>
    console.log(`  ${name.padEnd(NAME)}${cells.map((cell) => cell.padStart(WIDTH)).join('')}`);
  console.log('\n  added to a page with nothing, medians');
  row(
    '',
    COLUMNS.map(({ title }) => title),
  );
  for (const name in names) {
    const figures = { size: sizes[name], cost: costs[name] };
    row(
      names[name],
      COLUMNS.map(({ of, digits = 0 }) => write(of(figures), digits)),
    );
  }
}

/** Prints each bar with what was found, and whether it is met; and the floor, where there is one. */
export function tellBars(bars, rounds) {
  console.log(`\n  bars, in ${rounds} rounds; in brackets the middle half of them`);
  for (const { what, found, bar, unit, low, high, floor } of bars) {
    const digits = unit === 'B' ? 0 : unit === 'MB' ? 3 : 1;
    const between = low === undefined ? '' : ` [${write(low, digits)} to ${write(high, digits)}]`;
    const least = floor === undefined ? '' : `, of which empty scripts ${write(floor, digits)}`;
    const figures = `${write(found, digits)} of ${write(bar, digits)} ${unit}${between}${least}`;
    console.log(`  ${found <= bar ? 'met   ' : 'MISSED'}  ${what.padEnd(44)} ${figures}`);
  }
}

const write = (figure, digits) => figure.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
