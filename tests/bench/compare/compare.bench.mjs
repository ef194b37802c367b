// What SDKs in the page see of a visit, beside what Tracelight saw of the same one: nothing of theirs
// may be missing in ours, with the same status, and times that differ by little.
import { setTimeout as pause } from 'node:timers/promises';
import { start } from '../../e2e/harness.mjs';
import { startPlace, visit } from './visit.mjs';

/** Milliseconds that two clocks in one page may be apart: each is read at its own moment. */
const NEAR = 30;
/** What attributes of a vital begin with. */
const VITAL = 'browser.web_vital';

const site = await startPlace(['otel', 'sentry', 'vitals']);
const lab = await start({ shop: null });
let missing = 0;

/** Prints a line, and counts what is not there. */
function tell(what, theirs, ours) {
  const found = ours !== undefined && ours !== null;
  if (!found) missing++;
  console.log(
    `  ${found ? 'same   ' : 'MISSING'}  ${what.padEnd(46)} ${theirs}${found ? `   ours ${ours}` : ''}`,
  );
}

/** Visits a page of the site in a session: what its SDK saw, and all spans of ours. */
async function both(name) {
  console.log(`\n${name}`);
  site.requests.length = 0;
  const page = await lab.openPage(`${site.origin}/${name}`);
  await lab.startSession(page);
  const before = await visit(page);
  await page.goto('about:blank');
  await lab.exported();
  await pause(500);
  await page.goto(`${site.origin}/after`);
  // Vitals are final once the page is left; what they were then is kept for us.
  const after = await page.evaluate(() => sessionStorage.getItem('seen'));
  await lab.stopSession(page);
  await page.close();
  return { seen: after ? JSON.parse(after) : before, ours: await spans() };
}

/** All spans of ours that are in the store and younger than this visit. */
async function spans() {
  const { body } = await lab.ask('/api/v3/traces?query.service_name=browser&query.num_traces=1000');
  const found = [];
  for (const { scopeSpans } of body.result.resourceSpans) {
    for (const { spans } of scopeSpans) found.push(...spans.map(read));
  }
  return found;
}

function read({
  name,
  traceId: trace,
  spanId: id,
  startTimeUnixNano,
  endTimeUnixNano,
  attributes,
  events = [],
}) {
  const start = Number(BigInt(startTimeUnixNano) / 1000n) / 1e3;
  const duration = Number(BigInt(endTimeUnixNano) / 1000n) / 1e3 - start;
  return { name, trace, id, start, duration, attributes: values(attributes), events: events.map(event) };
}

const event = ({ name, timeUnixNano, attributes }) => {
  return { name, at: Number(BigInt(timeUnixNano) / 1000n) / 1e3, attributes: values(attributes) };
};
const values = (list = []) =>
  Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));

const show = ({ start, duration }) => `${(start % 1e6).toFixed(0)} +${duration.toFixed(0)} ms`;
const near = (a, b) => Math.abs(a.start - b.start) < NEAR && Math.abs(a.duration - b.duration) < NEAR;

/** Our span of a request that an SDK saw. */
function request(ours, { url, method, status }, span) {
  const fits = ({ attributes }) =>
    attributes['url.full'] === url &&
    attributes['http.request.method'] === method &&
    String(attributes['http.response.status_code'] ?? 0) === String(status ?? 0);
  return ours.filter(fits).find((own) => near(own, span));
}

/** A request that left with an SDK's ids is in ours under the same. */
function joins(ours, span) {
  const joined = ours.find(({ trace, id }) => trace === span.trace && id === span.id);
  tell('  under the id that went out', span.id, joined && joined.id);
}

const absolute = (url) => new URL(url, site.origin).href;

async function otel() {
  const { seen, ours } = await both('otel');
  for (const span of seen) {
    const { name, attributes } = span;
    const url = attributes['http.url'] ?? attributes['url.full'];
    const method = attributes['http.method'] ?? attributes['http.request.method'];
    const status = attributes['http.status_code'] ?? attributes['http.response.status_code'];
    if (method) {
      const own = request(ours, { url: absolute(url), method, status }, span);
      tell(`${method} ${url} ${status ?? ''}`, show(span), own && show(own));
      joins(ours, span);
    } else if (name === 'click' || name.startsWith('Navigation: ')) {
      // A click that navigates is renamed.
      const own = ours.find((own) => /click/i.test(own.name) && Math.abs(own.start - span.start) < NEAR);
      tell(`${name} ${attributes.target_xpath}`, show(span), own?.name);
    } else if (name === 'resourceFetch' || name === 'documentFetch' || name === 'documentLoad') {
      const own = ours.find((own) => own.attributes['url.full'] === url && near(own, span));
      tell(`${name} ${url}`, show(span), own && `${own.name} ${show(own)}`);
    } else {
      tell(`${name}`, show(span), undefined);
    }
  }
}

/** Our event at which a phase begins. */
function phase(ours, { start }) {
  return ours.flatMap(({ events }) => events).find(({ at }) => Math.abs(at - start) < 3);
}

/** Our vital of a name such as `ui.webvital.cls`. */
function vital(ours, op) {
  const [, name] = /^ui\.webvital\.(\w+)$/.exec(op) ?? [];
  const fits = ({ attributes }) => attributes[`${VITAL}.name`]?.toLowerCase() === name;
  return name && ours.flatMap(({ events }) => events).find(fits);
}

/** Our operation that an interaction or a navigation began with. */
function input(ours, { start }) {
  return ours.find((own) => /^(click|navigation)/.test(own.name) && Math.abs(own.start - start) < NEAR);
}

async function sentry() {
  const { seen, ours } = await both('sentry');
  for (const span of seen.spans) {
    const { name, attributes } = span;
    const op = attributes['sentry.op'] ?? '';
    const url = attributes['url.full'] ?? attributes.url ?? attributes['http.url'];
    const method = attributes['http.request.method'] ?? attributes['http.method'];
    if (op === 'http.client') {
      const status = attributes['http.response.status_code'];
      const own = request(ours, { url: absolute(url), method, status }, span);
      tell(`${method} ${url} ${status ?? ''}`, show(span), own && show(own));
      joins(ours, span);
    } else {
      // A phase of the load is an event of one of our spans, or a span as long.
      const own =
        ours.find((own) => near(own, span)) ?? phase(ours, span) ?? vital(ours, op) ?? input(ours, span);
      tell(`${op} ${name}`, show(span), own?.name);
    }
  }
  const told = ours.flatMap(({ events, attributes }) => [
    attributes,
    ...events.map(({ attributes }) => attributes),
  ]);
  for (const error of seen.errors) {
    const own = told.find((of) => `${of['exception.type']}: ${of['exception.message']}` === error);
    tell(error, 'an error', own && 'the same');
  }
}

async function vitals() {
  const { seen, ours } = await both('vitals');
  const told = ours.flatMap(({ events, attributes, name }) => [
    { ...attributes, at: name },
    ...events.map(({ name, attributes }) => ({ ...attributes, at: name })),
  ]);
  for (const [name, value] of Object.entries(seen)) {
    const own = told.find(
      (of) =>
        of[`${VITAL}.name`]?.toLowerCase() === name.toLowerCase() &&
        Math.abs(of[`${VITAL}.value`] - value) < 0.001,
    );
    tell(name, value, own && own[`${VITAL}.value`]);
  }
}

try {
  await otel();
  await sentry();
  await vitals();
  console.log(
    `\n${missing ? `${missing} of what they saw is missing in ours` : 'Nothing that they saw is missing in ours'}`,
  );
  if (missing) process.exitCode = 1;
} finally {
  await lab.close().catch((error) => console.log(error.message));
  await site.close();
}
