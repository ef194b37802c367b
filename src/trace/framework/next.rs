//! Next.js: what its router's requests look like from outside, and what its server's spans say of
//! themselves (`next.span_type`, since version 13.4).

use super::{Badges, CALL_LIMIT, Framework, Marks, cut};
use crate::attribute::{Value, key};
use crate::waterfall::path;
use crate::{Resource, Span};

/// Digits of an action's id that tell it from others. The first two say how it is called.
const ID_DIGITS: usize = 10;
/// Longest route that a name carries, bytes.
const ROUTE_LIMIT: usize = 160;
/// Request headers of what nobody asked for yet; the second since version 16.
const AHEAD: [&str; 2] = ["next-router-prefetch", "next-router-segment-prefetch"];

/// Reads what a request is to Next.js.
pub(super) fn read(method: &str, url: &str, marks: Marks<'_>, found: &mut Framework) {
    headers(marks, found);
    let template = template(marks);
    let route = cut(if template.starts_with('/') { template } else { path(url) }, ROUTE_LIMIT);
    let action = marks.get("next-action");
    let props = page_data(url);
    if !action.is_empty() {
        found.badges |= Badges::SERVER_ACTION;
        found.call = cut(action, ID_DIGITS).to_owned();
        found.name = format!("Server Action {} {route}", found.call);
        found.note(key::ACTION_ID, cut(action, CALL_LIMIT));
    } else if marks.has("rsc") || super::query::parameter(url, "_rsc").is_some() {
        found.badges |= Badges::RSC;
        let ahead = AHEAD.iter().any(|name| marks.has(name));
        if ahead {
            found.badges |= Badges::PREFETCH;
        }
        found.name = format!("RSC {}{method} {route}", if ahead { "prefetch " } else { "" });
    } else if let Some(page) = props {
        found.badges |= Badges::PAGE_DATA;
        // Only what is kept is looked up in a cache.
        if marks.has("x-nextjs-cache") {
            found.badges |= Badges::STATIC_PROPS;
        }
        found.call = cut(&page, CALL_LIMIT).to_owned();
        found.name = format!("page data {}", found.call);
    }
}

/// The route that answered, as Vercel says it, else as a server of one's own does.
fn template(marks: Marks<'_>) -> &str {
    let [hosted, own] = ["x-matched-path", "x-nextjs-matched-path"].map(|name| marks.get(name));
    if hosted.is_empty() { own } else { hosted }
}

/// What response headers tell of any request.
fn headers(marks: Marks<'_>, found: &mut Framework) {
    let rewrite = marks.get("x-middleware-rewrite");
    if !rewrite.is_empty() {
        found.badges |= Badges::MIDDLEWARE;
        found.note(key::REWRITE, cut(path(rewrite), ROUTE_LIMIT));
    }
    if marks.has("x-edge-runtime") {
        found.badges |= Badges::EDGE;
    }
    found.note(key::ROUTE_TEMPLATE, cut(template(marks), ROUTE_LIMIT));
    found.note(key::ROUTE_CACHE, cut(marks.get("x-nextjs-cache"), CALL_LIMIT));
}

/// The page of `/_next/data/<build>/<page>.json`; the prefix may follow a base path.
fn page_data(url: &str) -> Option<String> {
    let (_, rest) = path(url).split_once("/_next/data/")?;
    let (_, page) = rest.split_once('/')?;
    let page = page.strip_suffix(".json")?;
    Some(format!("/{}", if page == "index" { "" } else { page }))
}

/// What a server's span says of itself.
pub(super) fn spoken(span: &Span) -> Badges {
    let Some(kind) = span.text("next.span_type") else { return action(span) };
    let mut badges = match kind {
        "Middleware.execute" => Badges::MIDDLEWARE,
        "AppRouteRouteHandlers.runHandler" => Badges::ROUTE_HANDLER,
        "Node.runHandler" => Badges::API_ROUTE,
        "Render.getServerSideProps" => Badges::SERVER_PROPS,
        "Render.getStaticProps" => Badges::STATIC_PROPS,
        "AppRender.executeServerAction" => Badges::SERVER_ACTION,
        _ => Badges::default(),
    };
    if span.attributes.get("next.rsc") == Some(&Value::Bool(true)) {
        badges |= Badges::RSC;
    }
    if edge(&span.resource) {
        badges |= Badges::EDGE;
    }
    badges
}

/// A Server Action as Sentry's `withServerActionInstrumentation` records it.
fn action(span: &Span) -> Badges {
    let sentry = span.text("sentry.op") == Some("function.server_action");
    if sentry { Badges::SERVER_ACTION } else { Badges::default() }
}

/// Whether it ran in the edge runtime: `@vercel/otel` says so, since 2.0 by OpenTelemetry's name.
fn edge(resource: &Resource) -> bool {
    let names = ["process.runtime.name", "vercel.runtime"];
    names.iter().any(|name| resource.attributes.get(name) == Some(&Value::from("edge")))
}
