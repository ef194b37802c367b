//! What groups of attributes are called: OpenTelemetry's namespaces under headings that people know.

/// Beginnings of attributes' names, up to a dot, and the heading that they stand under; in the order
/// in which a reader wants the headings. Longer beginnings stand before those that they begin with.
const HEADINGS: [(&str, &str); 75] = [
    ("exception", "Error"),
    ("error", "Error"),
    ("tracelight.exception", "Error"),
    ("http", "HTTP"),
    ("url", "HTTP"),
    ("graphql", "GraphQL"),
    ("db", "Database"),
    ("sql", "Database"),
    ("rpc", "RPC"),
    ("grpc", "RPC"),
    ("messaging", "Messaging"),
    ("faas", "Function"),
    ("gen_ai", "Generative AI"),
    ("next", "Next.js"),
    ("tracelight.framework", "Framework"),
    ("tracelight.call", "Framework"),
    ("express", "Framework"),
    ("fastify", "Framework"),
    ("nest", "Framework"),
    ("vercel", "Vercel"),
    ("sentry", "Sentry"),
    ("feature_flag", "Feature flags"),
    ("browser.resource_timing", "Resource timing"),
    ("browser.navigation_timing", "Navigation timing"),
    ("browser.web_vital", "Web Vitals"),
    ("tracelight.vital", "Web Vitals"),
    ("tracelight.web_vital", "Web Vitals"),
    ("tracelight.operation", "User operation"),
    ("app", "User operation"),
    ("tracelight.server_timing", "Server-Timing"),
    ("tracelight.frame", "Main thread"),
    ("tracelight.script", "Main thread"),
    ("longtask", "Main thread"),
    ("code", "Code"),
    ("thread", "Code"),
    ("browser", "Browser"),
    ("user_agent", "Browser"),
    ("tracelight.document", "Browser"),
    ("session", "Session and user"),
    ("user", "Session and user"),
    ("enduser", "Session and user"),
    ("tracelight.peer_session", "Session and user"),
    ("server", "Network"),
    ("client", "Network"),
    ("network", "Network"),
    ("net", "Network"),
    ("peer", "Network"),
    ("source", "Network"),
    ("destination", "Network"),
    ("tls", "Network"),
    ("dns", "Network"),
    ("tracelight", "Tracelight"),
    ("aws", "Cloud"),
    ("azure", "Cloud"),
    ("gcp", "Cloud"),
    ("log", "Log"),
    ("service", "Service"),
    ("deployment", "Service"),
    ("vcs", "Service"),
    ("telemetry", "Telemetry"),
    ("otel", "Telemetry"),
    ("process", "Process"),
    ("host", "Host"),
    ("os", "Host"),
    ("device", "Host"),
    ("container", "Container"),
    ("k8s", "Container"),
    ("cloud", "Cloud"),
    ("heroku", "Cloud"),
    ("nodejs", "Runtime"),
    ("jvm", "Runtime"),
    ("go", "Runtime"),
    ("dotnet", "Runtime"),
    ("cpython", "Runtime"),
    ("v8js", "Runtime"),
];

/// The heading of an attribute, and its place among the headings. What no table knows stands under
/// its own namespace, what has none under “Other”: both behind the others.
#[must_use]
pub fn heading(name: &str) -> (usize, &str) {
    let begins = |beginning: &str| {
        name.strip_prefix(beginning).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    // The longest, wherever it stands.
    let known = HEADINGS.iter().filter(|(beginning, _)| begins(beginning));
    if let Some((_, heading)) = known.max_by_key(|(beginning, _)| beginning.len()) {
        let place = HEADINGS.iter().position(|(_, other)| other == heading);
        return (place.unwrap_or_default(), heading);
    }
    match name.split_once('.') {
        Some((namespace, _)) if !namespace.is_empty() => (HEADINGS.len(), namespace),
        _ => (HEADINGS.len() + 1, "Other"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_namespace_names_the_heading() {
        let of = |name| heading(name).1;
        assert_eq!(of("http.route"), "HTTP");
        assert_eq!(of("url.full"), "HTTP");
        assert_eq!(of("browser.resource_timing.transfer_size"), "Resource timing");
        assert_eq!(of("browser.language"), "Browser");
        assert_eq!(of("tracelight.vital.lcp"), "Web Vitals");
        assert_eq!(of("next.route"), "Next.js");
        assert_eq!(of("acme.tenant"), "acme");
        assert_eq!(of("nextjs.route"), "nextjs", "a beginning ends at a dot");
        assert_eq!((of("tenant"), of(".x"), of("")), ("Other", "Other", "Other"));
    }

    #[test]
    fn errors_come_first_and_the_unknown_last() {
        let at = |name| heading(name).0;
        assert!(at("error.type") < at("http.route") && at("http.route") < at("db.system"));
        assert!(at("server.port") < at("acme.x") && at("acme.x") < at("x"));
        assert_eq!(at("tracelight.exception.count"), at("exception.type"));
    }
}
