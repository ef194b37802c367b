// The spans of the journal as they lie in IndexedDB, read without any code of the extension: what it
// counts is counted again from them.

/** The fields of a protobuf message: `[number, value]`, bytes as they stand. */
function* fields(bytes) {
  let at = 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = () => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7n;
    }
  };
  while (at < bytes.length) {
    const tag = Number(number());
    const kind = tag & 7;
    if (kind === 0) yield [tag >> 3, number()];
    else if (kind === 1) yield [tag >> 3, { whole: view.getBigUint64(at, true), real: view.getFloat64((at += 8) - 8, true) }];
    else if (kind === 5) yield [tag >> 3, (at += 4) && undefined];
    else {
      const size = Number(number());
      yield [tag >> 3, bytes.subarray(at, (at += size))];
    }
  }
}

const text = (bytes) => Buffer.from(bytes).toString('utf8');
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const all = (bytes, wanted) => [...fields(bytes)].filter(([number]) => number === wanted).map(([, value]) => value);

function value(bytes) {
  const [[kind, it]] = [...fields(bytes), [0]];
  if (kind === 1) return text(it);
  if (kind === 2) return it === 1n;
  if (kind === 3) return Number(BigInt.asIntN(64, it));
  if (kind === 4) return it.real;
  if (kind === 5) return all(it, 1).map(value);
  return undefined;
}

const attributes = (bytes, number) =>
  Object.fromEntries(all(bytes, number).map((pair) => [text(all(pair, 1)[0]), value(all(pair, 2)[0])]));

function span(bytes, resource) {
  const read = { trace: '', id: '', parent: '', name: '', kind: 0, start: 0n, end: 0n, resource };
  for (const [number, it] of fields(bytes)) {
    if (number === 1) read.trace = hex(it);
    if (number === 2) read.id = hex(it);
    if (number === 4) read.parent = hex(it);
    if (number === 5) read.name = text(it);
    if (number === 6) read.kind = Number(it);
    if (number === 7) read.start = it.whole;
    if (number === 8) read.end = it.whole;
  }
  const event = (it) => ({ name: text(all(it, 2)[0] ?? []), attributes: attributes(it, 3) });
  return { ...read, attributes: attributes(bytes, 9), events: all(bytes, 11).map(event) };
}

/** All spans of the journal, each once. */
export async function rawSpans(lab) {
  const chunks = await lab.desk.evaluate(async () => {
    const done = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await done(indexedDB.open('tracelight'));
    const rows = await done(database.transaction('spans').objectStore('spans').getAll());
    database.close();
    return rows.map(({ bytes }) => Array.from(bytes));
  });
  const spans = new Map();
  for (const read of chunks.flatMap((chunk) => spansIn(Uint8Array.from(chunk)))) {
    spans.set(`${read.trace} ${read.id} ${read.kind}`, read);
  }
  return [...spans.values()];
}

/** The spans of a protobuf message (`TracesData`). */
export function spansIn(bytes) {
  return all(bytes, 1).flatMap((group) => {
    const resource = Object.assign({}, ...all(group, 1).map((it) => attributes(it, 1)));
    return all(group, 2).flatMap((scope) => all(scope, 2).map((it) => span(it, resource)));
  });
}
