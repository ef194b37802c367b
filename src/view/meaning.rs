//! Says what a span is, in a sentence or two, and what helps where it is slow: for somebody who meets
//! its kind for the first time.
//!
//! One table, whose first fitting entry holds: who made the span comes first, then what it is to its
//! framework, then what OpenTelemetry's conventions say of its attributes.

use trace::attribute::{Value, key};
use trace::{Kind, Span};

/// What a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// In a sentence or two.
    pub what: &'static str,
    /// What to look at where it is slow; empty where nobody waits for it.
    pub slow: &'static str,
}

/// A line of the table: all that it asks for must fit.
struct Entry {
    /// Only spans that we made ourselves.
    ours: bool,
    /// The span's name; empty for any.
    name: &'static str,
    /// An attribute that it has; empty for none.
    key: &'static str,
    /// Values of that attribute; empty for any.
    values: &'static [&'static str],
    /// Its kind.
    kind: Option<Kind>,
    meaning: Meaning,
}

const fn entry(what: &'static str, slow: &'static str) -> Entry {
    let meaning = Meaning { what, slow };
    Entry { ours: false, name: "", key: "", values: &[], kind: None, meaning }
}

impl Entry {
    const fn ours(self) -> Self {
        Self { ours: true, ..self }
    }

    const fn name(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    const fn has(self, key: &'static str, values: &'static [&'static str]) -> Self {
        Self { key, values, ..self }
    }

    const fn next(self, types: &'static [&'static str]) -> Self {
        self.has(NEXT, types)
    }

    const fn kind(self, kind: Kind) -> Self {
        Self { kind: Some(kind), ..self }
    }

    fn fits(&self, span: &Span) -> bool {
        let has = || match span.attributes.get(self.key) {
            _ if self.key.is_empty() => true,
            Some(Value::Text(text)) => self.values.is_empty() || self.values.contains(&&**text),
            Some(_) => self.values.is_empty(),
            None => false,
        };
        (!self.ours || span.scope.name == "tracelight")
            && (self.name.is_empty() || self.name == span.name)
            && self.kind.is_none_or(|kind| kind == span.kind)
            && has()
    }
}

/// Where Next.js says what a span of its own is.
const NEXT: &str = "next.span_type";

const TABLE: &[Entry] = &[
    // What the browser tells us.
    entry("The page came back from the back/forward cache, as it was when it had been left.", "")
        .ours()
        .has(key::SOFT_TYPE, &["restore"]),
    entry(
        "A page within the document, drawn by its script: from the change of its address until what \
         it loads had settled.",
        "See which request or long frame ends last; load ahead what the next page surely needs.",
    )
    .ours()
    .has(key::SOFT_TYPE, &[]),
    entry(
        "The document's load, from its beginning until its load event was over.",
        "The critical path says what it waited for: the server's answer, scripts and styles that \
         block drawing, or images that came late.",
    )
    .ours()
    .name("page load"),
    entry(
        "A frame that took 50 ms or longer: as long the page could show nothing new.",
        "Its events name the scripts that ran. Split their work, or do it off the main thread.",
    )
    .ours()
    .name("long-animation-frame"),
    entry(
        "A task that held the main thread for 50 ms or longer: the page could not react.",
        "Split the work, or do it in a worker.",
    )
    .ours()
    .name("longtask"),
    entry(
        "Something that the user did. What began within 100 ms of it hangs on it or links to it. What \
         is typed is never recorded.",
        "Show that it was understood first; do the rest behind.",
    )
    .ours()
    .has(key::OPERATION_TYPE, &[]),
    entry(
        "The handshake of a WebSocket. What went over it later is not recorded.",
        "The server, or a proxy before it, was slow to accept it.",
    )
    .ours()
    .has(key::UNSEEN_TYPE, &["websocket"]),
    entry("A beacon or ping: sent behind the user's back, nobody waits for its answer.", "")
        .ours()
        .has(key::UNSEEN_TYPE, &["ping", "beacon", "csp_report"]),
    entry(
        "A request that no script of the page can see; the browser's own network events told of it.",
        "Its time is the whole exchange: network and server.",
    )
    .ours()
    .has(key::UNSEEN_TYPE, &[]),
    entry(
        "A request that the page's script made with fetch().",
        "The phases in its events tell waiting for a connection, for the first byte and for the rest. \
         Below it are the server's spans, if the server is traced.",
    )
    .ours()
    .has(key::INITIATOR_TYPE, &["fetch"]),
    entry(
        "A request that the page's script made with XMLHttpRequest.",
        "The phases in its events tell waiting for a connection, for the first byte and for the rest. \
         Below it are the server's spans, if the server is traced.",
    )
    .ours()
    .has(key::INITIATOR_TYPE, &["xmlhttprequest"]),
    entry("A beacon: sent behind the user's back, nobody waits for its answer.", "")
        .ours()
        .has(key::INITIATOR_TYPE, &["beacon", "ping"]),
    entry(
        "A script that the page loads.",
        "Make it smaller, load it with defer, or only when it is needed.",
    )
    .ours()
    .has(key::INITIATOR_TYPE, &["script"]),
    entry(
        "A style sheet, or what a link element loads: fonts, scripts ahead of time.",
        "Style sheets block drawing: keep in them what the first view needs.",
    )
    .ours()
    .has(key::INITIATOR_TYPE, &["link"]),
    entry(
        "What a style sheet loads: a font, an image, another style sheet.",
        "It is found only when the style sheet is there: name it in the document (preload).",
    )
    .ours()
    .has(key::INITIATOR_TYPE, &["css"]),
    entry(
        "An image.",
        "Give it the size that is shown and a modern format; load lazily what is out of view.",
    )
    .ours()
    .has(key::INITIATOR_TYPE, &["img", "image", "input", "icon"]),
    entry("A document within the page.", "Load it when it comes into view (loading=lazy).")
        .ours()
        .has(key::INITIATOR_TYPE, &["iframe", "frame", "embed", "object"]),
    entry("Sound, film or subtitles.", "Stream it, and do not load it before it is played.")
        .ours()
        .has(key::INITIATOR_TYPE, &["audio", "video", "track", "source"]),
    entry(
        "Something that the page loads.",
        "The phases in its events tell waiting for a connection, for the first byte and for the rest.",
    )
    .ours()
    .has(key::INITIATOR_TYPE, &[]),
    entry(
        "The request for the document, as the browser made it. Below it are the server's spans, if the \
         server is traced.",
        "Before the first byte it is the server, or redirects and the connection; after it the size.",
    )
    .ours()
    .kind(Kind::Client),
    entry(
        "A measure of the page's own: performance.measure() of User Timing.",
        "Whoever put it there knows what runs between its two marks.",
    )
    .ours()
    .kind(Kind::Internal),
    // Next.js, all types of its tracer (16.4; those that only verbose tracing shows as well).
    entry(
        "Next.js answers a request: from when it is taken up until the response is ready. In \
         streaming, parts of the page may follow.",
        "See which span below it takes the time: data, rendering, or the loading of modules.",
    )
    .next(&[
        "BaseServer.handleRequest",
        "Next.request",
        "NextServer.getRequestHandler",
        "NextServer.getRequestHandlerWithMetadata",
        "NextServer.getServerRequestHandler",
        "NextNodeServer.getRequestHandler",
    ]),
    entry(
        "Middleware (called proxy since Next.js 16) runs before the route.",
        "Every request that it matches waits for it: narrow its matcher, and ask nobody in it.",
    )
    .next(&["Middleware.execute"]),
    entry(
        "A fetch() in Next.js's server, with its cache: the attributes say whether that answered.",
        "Cache it, or begin it together with others instead of after them.",
    )
    .next(&["AppRender.fetch", "internalFetch"]),
    entry(
        "Next.js runs the components of an App Router page and makes its stream of HTML or of Server \
         Components.",
        "Components that await one after the other add up: await together, or wrap the slow in \
         Suspense.",
    )
    .next(&[
        "AppRender.getBodyResult",
        "AppRender.renderToString",
        "AppRender.renderToReadableStream",
        "AppRender.renderToNodeFizzStream",
        "AppRender.waitShellReady",
    ]),
    entry("A Server Action: a function on the server that a form or a component called.",
        "The page waits for it, and often renders anew after it: look for queries in it.")
        .next(&["AppRender.executeServerAction"]),
    entry("Next.js's development server checks how a page would load. It is not done in production.", "")
        .next(&[
            "AppRender.instantInsights",
            "AppRender.instantInsights.prepareValidation",
            "AppRender.instantInsights.runValidation",
        ]),
    entry(
        "The handler of an App Router route (route.ts) runs.",
        "It is your code: see what it asks below.",
    )
    .next(&["AppRouteRouteHandlers.runHandler"]),
    entry(
        "The handler of a Pages Router API route runs.",
        "It is your code: see what it asks below.",
    )
    .next(&["Node.runHandler", "NextNodeServer.runApi", "apiResolver"]),
    entry(
        "getServerSideProps makes a page's props for this request.",
        "The page waits for it: ask for data together, or keep what is the same for all.",
    )
    .next(&["Render.getServerSideProps"]),
    entry(
        "getStaticProps makes a page's props, to be kept: at build time, or when they are stale.",
        "Only whoever comes first waits for it, or nobody with a fallback.",
    )
    .next(&["Render.getStaticProps"]),
    entry(
        "Next.js renders a page of the Pages Router to HTML.",
        "Large trees of components take the time: split the page, or keep its result.",
    )
    .next(&[
        "Render.renderDocument",
        "Render.renderToString",
        "Render.createBodyResult",
        "BaseServer.render",
        "BaseServer.renderToHTML",
        "BaseServer.renderToResponse",
        "BaseServer.renderToResponseWithComponents",
        "BaseServer.getStaticHTML",
        "NextNodeServer.render",
        "NextNodeServer.renderHTML",
        "NextNodeServer.renderToHTML",
    ]),
    entry(
        "Next.js renders its page for errors, or for what it did not find.",
        "Why it was rendered matters more: see the errors of this trace.",
    )
    .next(&[
        "BaseServer.renderError",
        "BaseServer.renderErrorToHTML",
        "BaseServer.renderErrorToResponse",
        "BaseServer.render404",
        "NextNodeServer.renderError",
        "NextNodeServer.renderErrorToHTML",
        "NextNodeServer.render404",
        "LoadComponents.loadDefaultErrorComponents",
    ]),
    entry(
        "A page's metadata (generateMetadata): title, description, pictures.",
        "The head waits for it. Requests equal to those of the page are made once, with fetch() or \
         cache().",
    )
    .next(&["ResolveMetadata.generateMetadata", "ResolveMetadata.generateViewport"]),
    entry(
        "Next.js finds and loads the modules of a page or a layout.",
        "It is slow the first time after a start: a cold start. Otherwise modules do work when they \
         are loaded.",
    )
    .next(&[
        "NextNodeServer.findPageComponents",
        "NextNodeServer.getLayoutOrPageModule",
        "NextNodeServer.getPagePath",
        "LoadComponents.loadComponents",
        "LoadComponents.loadRouteModule",
        "AppRouteRouteModule.loadUserland",
        "RouteModule.prepare",
        "RouteModule.loadManifests",
        "NextNodeServer.getServerComponentManifest",
        "NextNodeServer.getRoutesManifest",
        "NextNodeServer.getFontManifest",
        "NextNodeServer.getBuildId",
    ]),
    entry(
        "Modules of Client Components were loaded while the page was rendered on the server.",
        "Many and large modules: split them, or load some with next/dynamic.",
    )
    .next(&["NextNodeServer.clientComponentLoading"]),
    entry(
        "Next.js puts layouts, pages and their loading and error parts together into one tree.",
        "Its work is small; time in it is mostly the loading of modules.",
    )
    .next(&["NextNodeServer.createComponentTree"]),
    entry("A moment: the first byte of the response left Next.js.", "")
        .next(&["NextNodeServer.startResponse"]),
    entry(
        "Next.js sends a result that is ready.",
        "The reader's network is slow, or the result large.",
    )
    .next(&["NextNodeServer.sendRenderResult", "BaseServer.pipe", "NextNodeServer.compression"]),
    entry(
        "Next.js makes an image of the size that was asked for.",
        "Only the first time: afterwards its cache answers. Ask for few sizes.",
    )
    .next(&["NextNodeServer.imageOptimizer", "NextNodeServer.generateImageRoutes.route"]),
    entry(
        "A rewrite to another server: Next.js hands the request on.",
        "It is the other server's time.",
    )
    .next(&["NextNodeServer.proxyRequest", "onProxyReq"]),
    entry("Next.js chooses the route that answers.", "Rewrites and redirects are many, or match by expressions.")
        .next(&[
            "Router.executeRoute",
            "route",
            "BaseServer.run",
            "NextNodeServer.generateStaticRoutes",
            "NextNodeServer.generateFsStaticRoutes",
            "NextNodeServer.generatePublicRoutes",
        ]),
    entry(
        "Next.js runs instrumentation.ts when its server starts.",
        "Requests wait until it is done: load in it only what must be first.",
    )
    .next(&["Instrumentation.loadModule", "Instrumentation.register"]),
    entry("Next.js starts.", "A cold start: fewer and smaller modules start faster.").next(&[
        "createServer.createServer",
        "startServer.startServer",
        "NextServer.getServer",
    ]),
    entry("The development server builds a page that is asked for the first time.", "In production it is built ahead.")
        .next(&["DevBundlerService.ensurePage"]),
    entry("A span of Next.js's own, of a type that this version of Tracelight does not know.", "")
        .next(&[]),
    entry("A Server Action, as Sentry's withServerActionInstrumentation records it.",
        "The page waits for it, and often renders anew after it.")
        .has("sentry.op", &["function.server_action"]),
    // OpenTelemetry's conventions.
    entry(
        "A GraphQL operation is carried out.",
        "Resolvers below it that repeat per item want a data loader.",
    )
    .has(key::GRAPHQL_OPERATION_TYPE, &[]),
    entry(
        "A GraphQL field is resolved.",
        "Where it repeats for every item, load the items together.",
    )
    .has("graphql.field.name", &[]),
    entry("A GraphQL document is read or carried out.", "").has("graphql.document", &[]),
    entry(
        "A model was asked (generative AI).",
        "Fewer tokens, a smaller model, or a stream that is shown as it comes.",
    )
    .has("gen_ai.operation.name", &[]),
    entry("A model was asked (generative AI).", "").has("gen_ai.system", &[]),
    entry(
        "A database is asked. The time is the client's: the wait for a connection from its pool is \
         often in it.",
        "Look for the same statement many times (N+1), a missing index, and rows that nobody needs.",
    )
    .has(key::DB_SYSTEM_NAME, &[]),
    entry(
        "A database is asked. The time is the client's: the wait for a connection from its pool is \
         often in it.",
        "Look for the same statement many times (N+1), a missing index, and rows that nobody needs.",
    )
    .has("db.system", &[]),
    entry(
        "A message is given to a broker. Who takes it has a span of its own, which may link here.",
        "Send in batches; see whether it waits for the broker's word.",
    )
    .has("messaging.system", &[])
    .kind(Kind::Producer),
    entry(
        "A message is worked on. It may have lain in its queue before.",
        "See what it asks below, and how long the message had waited: from the end of its sender's \
         span.",
    )
    .has("messaging.system", &[])
    .kind(Kind::Consumer),
    entry("Something with a broker of messages.", "").has("messaging.system", &[]),
    entry(
        "A procedure of another service is called.",
        "What its server's span does not cover is network, or waiting for a connection.",
    )
    .has("rpc.system", &[])
    .kind(Kind::Client),
    entry("A service answers a call of a procedure.", "See what it asks below.").has("rpc.system", &[]),
    entry("A service answers a call of a procedure.", "See what it asks below.")
        .has("rpc.system.name", &[]),
    entry(
        "A function runs as a service.",
        "Where faas.coldstart is true, it was started first: make it smaller, or keep one warm.",
    )
    .has("faas.trigger", &[]),
    entry(
        "Another function is called as a service.",
        "What its own span does not cover is network and start.",
    )
    .has("faas.invoked_name", &[]),
    entry("A feature flag is looked up.", "Look it up once, and not per item.")
        .has("feature_flag.key", &[]),
    entry(
        "A service answers an HTTP request.",
        "Its self time is the service's own work; the rest is what it asks below.",
    )
    .has(key::HTTP_REQUEST_METHOD, &[])
    .kind(Kind::Server),
    entry(
        "A service answers an HTTP request.",
        "Its self time is the service's own work; the rest is what it asks below.",
    )
    .has("http.method", &[])
    .kind(Kind::Server),
    entry(
        "An HTTP request to another service.",
        "What its server's span does not cover is network, or waiting for a connection.",
    )
    .has(key::HTTP_REQUEST_METHOD, &[])
    .kind(Kind::Client),
    entry(
        "An HTTP request to another service.",
        "What its server's span does not cover is network, or waiting for a connection.",
    )
    .has("http.method", &[])
    .kind(Kind::Client),
    entry("Part of answering an HTTP request: a middleware or a handler of the framework.", "")
        .has("express.type", &[]),
    entry("A service answers a request.", "Its self time is its own work; the rest is what it asks below.")
        .kind(Kind::Server),
    entry("Another service is asked.", "What its server's span does not cover is network and waiting.")
        .kind(Kind::Client),
    entry("A message is sent.", "").kind(Kind::Producer),
    entry("A message is worked on.", "See what it asks below.").kind(Kind::Consumer),
];

/// What a span is; `None` where only its name says it.
#[must_use]
pub fn meaning(span: &Span) -> Option<Meaning> {
    TABLE.iter().find(|entry| entry.fits(span)).map(|entry| entry.meaning)
}

#[cfg(test)]
#[path = "../trace/benches/visit/mod.rs"]
mod visit;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use trace::assemble::assemble;

    use super::*;
    use surface::sample;

    /// As Next.js 16.4 has them in `server/lib/trace/constants`.
    const TYPES: &str = "AppRender.fetch AppRender.getBodyResult AppRender.instantInsights \
        AppRender.instantInsights.prepareValidation AppRender.instantInsights.runValidation \
        AppRender.renderToNodeFizzStream AppRender.renderToReadableStream AppRender.renderToString \
        AppRender.waitShellReady AppRouteRouteHandlers.runHandler AppRouteRouteModule.loadUserland \
        BaseServer.getStaticHTML BaseServer.handleRequest BaseServer.pipe BaseServer.render \
        BaseServer.render404 BaseServer.renderError BaseServer.renderErrorToHTML \
        BaseServer.renderErrorToResponse BaseServer.renderToHTML BaseServer.renderToResponse \
        BaseServer.renderToResponseWithComponents BaseServer.run DevBundlerService.ensurePage \
        Instrumentation.loadModule Instrumentation.register LoadComponents.loadComponents \
        LoadComponents.loadDefaultErrorComponents LoadComponents.loadRouteModule Middleware.execute \
        Next.request NextNodeServer.clientComponentLoading NextNodeServer.compression \
        NextNodeServer.createComponentTree NextNodeServer.findPageComponents \
        NextNodeServer.generateFsStaticRoutes NextNodeServer.generateImageRoutes.route \
        NextNodeServer.generatePublicRoutes NextNodeServer.generateStaticRoutes \
        NextNodeServer.getBuildId NextNodeServer.getFontManifest \
        NextNodeServer.getLayoutOrPageModule NextNodeServer.getPagePath \
        NextNodeServer.getRequestHandler NextNodeServer.getRoutesManifest \
        NextNodeServer.getServerComponentManifest NextNodeServer.imageOptimizer \
        NextNodeServer.proxyRequest NextNodeServer.render NextNodeServer.render404 \
        NextNodeServer.renderError NextNodeServer.renderErrorToHTML NextNodeServer.renderHTML \
        NextNodeServer.renderToHTML NextNodeServer.runApi NextNodeServer.sendRenderResult \
        NextNodeServer.startResponse NextServer.getRequestHandler \
        NextServer.getRequestHandlerWithMetadata NextServer.getServer \
        NextServer.getServerRequestHandler Node.runHandler Render.createBodyResult \
        Render.getServerSideProps Render.getStaticProps Render.renderDocument Render.renderToString \
        ResolveMetadata.generateMetadata ResolveMetadata.generateViewport RouteModule.loadManifests \
        RouteModule.prepare Router.executeRoute createServer.createServer startServer.startServer \
        route onProxyReq apiResolver internalFetch";

    fn span() -> Span {
        let mut span = sample::spans().remove(2);
        span.attributes = trace::Attributes::default();
        span
    }

    fn said(change: impl Fn(&mut Span)) -> &'static str {
        let mut span = sample::spans().remove(0);
        span.scope = Arc::new(trace::Scope { name: "tracelight".to_owned(), ..Default::default() });
        span.kind = Kind::Internal;
        change(&mut span);
        meaning(&span).unwrap_or(Meaning { what: "", slow: "" }).what
    }

    #[test]
    fn every_span_that_we_make_has_an_entry() {
        let spans = assemble(&visit::page(), &visit::records(2_000), &[]).spans;
        assert!(spans.len() > 1_000, "{}", spans.len());
        let mut kinds: Vec<&str> = Vec::new();
        for span in &spans {
            let entry = meaning(span).unwrap_or_else(|| panic!("{} has no entry", span.name));
            if !kinds.contains(&entry.what) {
                kinds.push(entry.what);
            }
        }
        assert!(kinds.len() >= 7, "{kinds:#?}");
    }

    #[test]
    fn each_kind_of_the_browser_s_has_its_sentence() {
        assert!(said(|_| {}).starts_with("The document's load"));
        assert!(said(|span| span.name = "cart ready".to_owned()).contains("performance.measure()"));
        assert!(said(|span| span.name = "longtask".to_owned()).contains("could not react"));
        let put = |name: &'static str, value: &'static str| {
            move |span: &mut Span| {
                span.name = "GET".to_owned();
                span.kind = Kind::Client;
                span.attributes.insert(name, value.into());
            }
        };
        assert!(said(put(key::OPERATION_TYPE, "click")).contains("never recorded"));
        assert!(said(put(key::UNSEEN_TYPE, "other")).contains("no script of the page can see"));
        assert!(said(put(key::UNSEEN_TYPE, "websocket")).contains("handshake"));
        assert!(said(put(key::UNSEEN_TYPE, "ping")).contains("nobody waits"));
        assert!(said(put(key::SOFT_TYPE, "restore")).contains("back/forward cache"));
        assert!(said(put(key::SOFT_TYPE, "push")).contains("drawn by its script"));
        for kind in ["script", "link", "css", "img", "iframe", "video", "beacon", "xmlhttprequest"]
        {
            assert!(said(put(key::INITIATOR_TYPE, kind)) != said(put(key::INITIATOR_TYPE, "?")));
        }
        assert!(said(put("x", "y")).starts_with("The request for the document"));
    }

    #[test]
    fn every_type_of_next_s_has_an_entry_of_its_own() {
        let of = |kind: &str| {
            let mut span = span();
            span.attributes.insert(NEXT, kind.into());
            meaning(&span).unwrap().what
        };
        let unknown = of("Something.new");
        for kind in TYPES.split_whitespace() {
            assert_ne!(of(kind), unknown, "{kind}");
        }
    }

    #[test]
    fn conventions_come_after_whoever_made_the_span() {
        let of = |name: &'static str, value: &str, kind| {
            let mut span = span();
            span.kind = kind;
            span.attributes.insert(name, value.into());
            meaning(&span).map(|meaning| meaning.what).unwrap_or_default()
        };
        assert!(of("db.system.name", "sqlite", Kind::Client).starts_with("A database"));
        assert!(of("http.request.method", "GET", Kind::Server).contains("answers an HTTP request"));
        assert!(of("http.request.method", "GET", Kind::Client).contains("to another service"));
        assert!(of("messaging.system", "kafka", Kind::Consumer).contains("queue"));
        assert!(of("rpc.system", "grpc", Kind::Client).contains("procedure"));
        assert!(of("faas.trigger", "http", Kind::Server).contains("function"));
        assert!(of("x", "y", Kind::Producer).contains("sent"));
        assert_eq!(of("x", "y", Kind::Internal), "", "its name says it");
        assert!(
            said(|span| span.attributes.insert("db.system", "x".into())).starts_with("The doc")
        );
    }

    #[test]
    fn every_entry_says_something() {
        for entry in TABLE {
            assert!(entry.meaning.what.ends_with('.'), "{}", entry.meaning.what);
            assert!(entry.meaning.slow.is_empty() || entry.meaning.slow.ends_with('.'));
        }
    }
}
