// One trace of any size, the same in every run: some 330 bytes a span of protobuf, six services, a tree
// of a root, requests below it, and a few levels below each.

const utf8 = new TextEncoder();
const EPOCH = 1_795_000_000_000_000_000n;
const SERVICES = ['shop', 'pricing', 'payment', 'stock', 'search', 'mail'];
const NAMES = ['GET /api/products', 'SELECT prices', 'POST /api/pay', 'cache.get', 'render', 'HTTP GET'];

export const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Spreads a number over 64 bits (SplitMix64), so that ids look drawn. */
function spread(number) {
  let z = BigInt.asUintN(64, (BigInt(number) + 1n) * 0x9e3779b97f4a7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

const id = (number) => spread(number).toString(16).padStart(16, '0');

/** A span of a trace, as numbers and texts. */
function span(number) {
  // Each of a hundred requests of a batch has a small tree below it.
  const parent = number === 0 ? undefined : number % 16 === 0 ? 0 : number - 1 - (number % 3 ? number % 2 : 0);
  const start = EPOCH + BigInt(number) * 20_000n;
  return {
    id: id(number),
    parent: parent === undefined ? undefined : id(Math.max(parent, 0)),
    name: `${NAMES[number % 6]} ${number % 40}`,
    kind: number % 5 === 0 ? 2 : 1,
    start,
    end: start + BigInt(200_000 + (number % 1000) * 300),
    failed: number % 50 === 0,
    attributes: [
      ['http.request.method', 'GET'],
      ['http.route', '/api/products/{id}/price'],
      ['url.path', `/api/products/${number % 997}/price`],
      ['server.address', 'pricing.shop.example'],
      ['code.function.name', 'pricing::handlers::price_of_product'],
      ['db.query.text', 'SELECT price FROM prices WHERE product = $1'],
    ],
  };
}

/** Spans `from` to before `to` as a `TracesData` message, with so many attributes each at most. */
export function protobuf(from, to, most = Infinity) {
  const out = new Out(96 + (to - from) * 420);
  const groups = SERVICES.map((service, at) => [service, of(from, to, at)]);
  for (const [service, numbers] of groups) {
    if (!numbers.length) continue;
    out.message(1, () => {
      out.message(1, () => out.attribute(1, 'service.name', service));
      out.message(2, () => numbers.forEach((number) => out.message(2, () => write(out, span(number), most))));
    });
  }
  return out.done();
}

/** The same as OTLP JSON. */
export function json(from, to, most = Infinity) {
  const text = ([key, stringValue]) => ({ key, value: { stringValue } });
  const written = (number) => {
    const { id, parent, name, kind, start, end, failed, attributes } = span(number);
    return {
      traceId: TRACE,
      spanId: id,
      parentSpanId: parent ?? '',
      name,
      kind,
      startTimeUnixNano: `${start}`,
      endTimeUnixNano: `${end}`,
      attributes: attributes.slice(0, most).map(text),
      ...(failed ? { status: { code: 2, message: 'no price' } } : {}),
    };
  };
  const resourceSpans = SERVICES.map((service, at) => ({
    resource: { attributes: [text(['service.name', service])] },
    scopeSpans: [{ spans: of(from, to, at).map(written) }],
  }));
  return Buffer.from(JSON.stringify({ resourceSpans }));
}

/** The numbers of a service's spans: services take turns by requests. */
function of(from, to, service) {
  const numbers = [];
  for (let number = from; number < to; number++) if (Math.floor(number / 4) % 6 === service) numbers.push(number);
  return numbers;
}

function write(out, { id, parent, name, kind, start, end, failed, attributes }, most) {
  out.hex(1, TRACE);
  out.hex(2, id);
  if (parent) out.hex(4, parent);
  out.text(5, name);
  out.number(6, kind);
  out.fixed(7, start);
  out.fixed(8, end);
  attributes.slice(0, most).forEach(([key, value]) => out.attribute(9, key, value));
  if (failed) out.message(15, () => out.number(3, 2));
}

/** Writes protobuf. A message's length takes four bytes, so that nothing moves afterwards. */
class Out {
  constructor(size) {
    this.bytes = Buffer.allocUnsafe(size);
    this.at = 0;
  }

  #room(size) {
    if (this.at + size <= this.bytes.length) return;
    this.bytes = Buffer.concat([this.bytes, Buffer.allocUnsafe(this.bytes.length + size)]);
  }

  #tag(number, wire, size) {
    this.#room(size + 8);
    this.bytes[this.at++] = (number << 3) | wire;
  }

  number(number, value) {
    this.#tag(number, 0, 1);
    this.bytes[this.at++] = value;
  }

  fixed(number, value) {
    this.#tag(number, 1, 8);
    this.at = this.bytes.writeBigUInt64LE(value, this.at);
  }

  text(number, text) {
    const bytes = utf8.encode(text);
    this.#tag(number, 2, bytes.length);
    this.bytes[this.at++] = bytes.length;
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  hex(number, text) {
    this.#tag(number, 2, text.length / 2);
    this.bytes[this.at++] = text.length / 2;
    this.at += this.bytes.write(text, this.at, 'hex');
  }

  message(number, content) {
    this.#tag(number, 2, 4);
    const begin = this.at;
    this.at += 4;
    content();
    let length = this.at - begin - 4;
    for (let place = 0; place < 4; place++, length >>>= 7) this.bytes[begin + place] = (length & 0x7f) | (place < 3 ? 0x80 : 0);
  }

  attribute(number, key, value) {
    this.message(number, () => {
      this.text(1, key);
      this.message(2, () => this.text(1, value));
    });
  }

  done() {
    return this.bytes.subarray(0, this.at);
  }
}
