// What a server calls its spans may be markup. It is shown as the text that it is.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { KIND, html, readContext, sendSpans, spanId, start, startSite, text } from './harness.mjs';

const MARKUP = '<img src=x onerror="globalThis.harmed=1"><script>globalThis.harmed=1</script>';

let lab, site;

before(async () => {
  site = await startSite();
  lab = await start({ shop: null });
});

afterEach(async () => {
  await lab.tidy();
  site.requests.length = 0;
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** A page whose server reports its span; `spans` adds some of its own, given the context. */
function serve(path, content, { name = 'GET /page', service = 'site', spans = () => [] } = {}) {
  site.pages[path] = async ({ headers }, response) => {
    const context = readContext(headers.traceparent);
    if (context) {
      const { trace, span } = context;
      const server = { traceId: trace, spanId: spanId(), parentSpanId: span, name };
      await sendSpans(lab.collector.url, service, [server, ...spans(server)]);
    }
    html(response, content);
  };
}

test('what a server calls its spans is shown as text, in the dashboard and in the panel', async () => {
  const spans = ({ traceId, spanId: parent }) => [
    {
      traceId,
      spanId: spanId(),
      parentSpanId: parent,
      name: `${MARKUP}name`,
      kind: KIND.internal,
      status: { code: 2, message: `${MARKUP}message` },
      attributes: [
        text(`${MARKUP}key`, `${MARKUP}value`),
        text('url.full', 'javascript:globalThis.harmed=1'),
      ],
      events: [
        {
          name: `${MARKUP}event`,
          timeUnixNano: '1',
          attributes: [text('exception.message', `${MARKUP}exception`)],
        },
      ],
      links: [{ traceId, spanId: parent, attributes: [text('link', `${MARKUP}link`)] }],
    },
  ];
  serve('/markup', `<title>${MARKUP}</title>`, {
    name: `${MARKUP}server`,
    service: `${MARKUP}service`,
    spans,
  });
  const page = await lab.openPage(`${site.origin}/markup`);
  const { trace } = await lab.runPageTrace(page);
  const tab = await lab.tabId(page);

  const dashboard = await lab.openDashboard(trace);
  const panel = await lab.openPanel(tab);
  await panel
    .getByRole('grid', { name: 'Traced requests' })
    .getByRole('row', { name: /markup/ })
    .click();
  for (const surface of [dashboard, panel]) {
    await surface.bringToFront();
    const row = surface
      .getByRole('treegrid', { name: 'Waterfall' })
      .getByRole('row')
      .filter({ hasText: `${MARKUP}name` });
    await row.click();
    const details = surface.getByRole('complementary', { name: 'Span details' });
    for (const part of ['service', 'message', 'key', 'value', 'event', 'exception', 'link']) {
      await details.getByText(`${MARKUP}${part}`).first().waitFor();
    }
    assert.equal(await surface.evaluate(() => globalThis.harmed), undefined);
    const links = await surface
      .getByRole('link')
      .evaluateAll((links) => links.map(({ protocol }) => protocol));
    assert.deepEqual(
      links.filter((protocol) => protocol !== 'chrome-extension:'),
      [],
    );
    assert.equal(await surface.locator('img, script:not([src])').count(), 0);
  }
});
