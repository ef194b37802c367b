// The code of the pages, with OpenTelemetry's own SDKs: a server that by itself samples nothing
// honours our context and the signed cookie, says its trace, and writes the session on its spans.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { KIND, readContext, readTrace, spanId, traceId } from '../e2e/spans.mjs';
import { startCollector } from '../e2e/servers.mjs';
import { until } from '../e2e/until.mjs';
import { cookie, PAGES, sessionId, startServer } from './kit.mjs';

const SECRET = 'pässword 🔑';
/** What answered a request: a metric that `trace::answer` reads. */
const METRIC = /(?:^|, ?)trace;desc="(00-[\da-f]{32}-[\da-f]{16}-01)"/;

let collector;

before(async () => (collector = await startCollector()));
after(() => collector?.close());

const path = (trace) => `${collector.url}/api/v3/traces/${trace}`;

/** The spans of a trace once there are as many. */
function spans(trace, count) {
  return until(`${count} spans of ${trace}`, async () => {
    const { spans } = readTrace(await (await fetch(path(trace))).json());
    return spans.length === count && spans;
  });
}

async function known(trace) {
  return (await fetch(path(trace))).status !== 404;
}

function context(flags) {
  const [trace, span] = [traceId(), spanId()];
  return { trace, span, traceparent: `00-${trace}-${span}-${flags}` };
}

for (const page of PAGES) {
  describe(page, () => {
    let server;

    before(async () => (server = await startServer(page, collector.url, { TRACELIGHT_SECRET: SECRET })));
    after(() => server?.close());

    /** Which trace and span answer a request, by the server's word. */
    async function answer(headers, of = server) {
      const response = await fetch(`${of.url}/api/stock`, { headers });
      assert.deepEqual(await response.json(), { stock: 7 });
      return readContext(METRIC.exec(response.headers.get('server-timing') ?? '')?.[1]);
    }

    /** That a trace has the server's two spans, of this session each. */
    async function recorded({ trace, span }, session) {
      const [outer, inner] = (await spans(trace, 2)).sort((one) => (one.id === span ? -1 : 1));
      assert.deepEqual([outer.id, outer.kind, inner.parent], [span, KIND.server, span], 'the server span answers');
      assert.equal(inner.name, 'count the shelf');
      const sessions = [outer, inner].map(({ attributes }) => attributes['session.id']);
      assert.deepEqual(sessions, [session, session]);
      return outer;
    }

    test('what does not carry our context is left to its own sampler', async () => {
      assert.equal(await answer({}), null);
      const unsampled = context('02');
      assert.equal(await answer({ traceparent: unsampled.traceparent }), null);
      const later = await answer({ traceparent: context('03').traceparent });
      await spans(later.trace, 2); // what came before it would be there
      assert.equal(await known(unsampled.trace), false);
    });

    test('a sampled parent is followed, by all that the server does', async () => {
      const { trace, span, traceparent } = context('03');
      const session = sessionId();
      const said = await answer({ traceparent, baggage: `session.id=${session}`, tracestate: 'tracelight=1' });
      assert.equal(said.trace, trace);
      assert.equal((await recorded(said, session)).parent, span);
      const { result } = await (await fetch(path(trace))).json();
      const all = result.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
      assert.deepEqual(all.map(({ traceState }) => traceState), ['tracelight=1', 'tracelight=1']);
    });

    test('a page trace has no session, and its spans say none', async () => {
      const { traceparent } = context('03');
      await recorded(await answer({ traceparent }), undefined);
    });

    test('a signed cookie alone makes a trace of its own, of its session', async () => {
      const session = sessionId();
      const expiry = Math.floor(Date.now() / 1000) + 600;
      for (const value of [cookie(session, { secret: SECRET }), cookie(session, { secret: SECRET, expiry })]) {
        const said = await answer({ cookie: `a=b; ${value}; c=d` });
        assert.equal((await recorded(said, session)).parent, '');
      }
    });

    test('a signed cookie counts where somebody said on the way that nothing is sampled', async () => {
      const { trace, span, traceparent } = context('00');
      const session = sessionId();
      const said = await answer({ traceparent, cookie: cookie(session, { secret: SECRET }) });
      assert.equal(said.trace, trace);
      assert.equal((await recorded(said, session)).parent, span);
    });

    test('a cookie that is forged, over or not signed is none', async () => {
      const [good, other] = [cookie(sessionId(), { secret: SECRET }), cookie(sessionId(), { secret: SECRET })];
      for (const [why, value] of Object.entries({
        'another secret': cookie(sessionId(), { secret: 'guessed' }),
        'no secret': good.slice(0, good.lastIndexOf('.')),
        'a signature of another session': good.slice(0, good.lastIndexOf('.')) + other.slice(other.lastIndexOf('.')),
        'a time that is over': cookie(sessionId(), { secret: SECRET, expiry: Math.floor(Date.now() / 1000) - 1 }),
        'another name': `x${good}`,
        'a signature cut off': good.slice(0, -1),
        'nothing': '_trace_session=',
        'text': '_trace_session="; é %00',
      })) {
        assert.equal(await answer({ cookie: value }), null, why);
      }
    });

    test('on a public site, where anyone may send a sampled parent, only the cookie counts', async () => {
      const strict = await startServer(page, collector.url, { TRACELIGHT_SECRET: SECRET, TRACELIGHT_PARENT: 'off' });
      try {
        const { trace, traceparent } = context('03');
        assert.equal(await answer({ traceparent }, strict), null);
        const session = sessionId();
        const said = await answer({ traceparent, cookie: cookie(session, { secret: SECRET }) }, strict);
        assert.equal(said.trace, trace);
        await recorded(said, session);
      } finally {
        await strict.close();
      }
    });

    test('without a secret no cookie is believed, not even one that is signed with nothing', async () => {
      const open = await startServer(page, collector.url, { TRACELIGHT_SECRET: '' });
      try {
        assert.equal(await answer({ cookie: cookie(sessionId(), { secret: '' }) }, open), null);
      } finally {
        await open.close();
      }
    });
  });
}
