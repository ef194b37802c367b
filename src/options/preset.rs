//! Link templates of known dashboards. What each user has of his own, such as the team's name, is a
//! blank in angle brackets, which no URL can hold: a preset is not saved before they are filled.

/// A known dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// Link of a trace.
    pub trace: &'static str,
    /// Link of a session; empty where the dashboard has no page for it.
    pub session: &'static str,
}

/// Grafana's panes are JSON (its page "Generate Explore URLs from external tools"): percent-encoded,
/// so that braces are not placeholders. One query, of a type of data source with this UID; `$query`
/// is what else it says.
macro_rules! panes {
    ($kind:literal, $uid:literal, $query:expr) => {
        concat!(
            "https://<grafana>/explore?orgId=1&schemaVersion=1&panes=",
            "%7B%22a%22%3A%7B%22datasource%22%3A%22",
            $uid,
            "%22%2C%22queries%22%3A%5B%7B",
            "%22refId%22%3A%22A%22%2C%22datasource%22%3A%7B%22type%22%3A%22",
            $kind,
            "%22%2C%22uid%22%3A%22",
            $uid,
            "%22%7D",
            $query,
            "%7D%5D%2C",
            "%22range%22%3A%7B%22from%22%3A%22{startMs}%22%2C%22to%22%3A%22{endMs}%22%7D%7D%7D"
        )
    };
}

/// A pane that asks Tempo.
macro_rules! traceql {
    ($query:literal) => {
        panes!(
            "tempo",
            "<tempo-uid>",
            concat!(
                "%2C%22queryType%22%3A%22traceql%22%2C%22query%22%3A%22",
                $query,
                "%22%2C%22limit%22%3A20%2C%22tableType%22%3A%22traces%22"
            )
        )
    };
}

/// All of them, by name.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "AWS X-Ray",
        // As its console writes them: `#xray:traces/1-{8 hex}-{24 hex}`, and a search in the
        // console's own encoding, where `*` stands for `%`.
        trace: "https://<region>.console.aws.amazon.com/cloudwatch/home?region=<region>#xray:traces/{xrayId}",
        session: "https://<region>.console.aws.amazon.com/cloudwatch/home?region=<region>#xray:traces/query?~(query~(expression~'annotation.session_id*20*3d*20*22{sessionId}*22))",
    },
    Preset {
        name: "Datadog",
        // Its documentation links traces so, spans in decimal; the explorer's query is
        // `@session.id:…`, as its query syntax writes attributes.
        trace: "https://app.datadoghq.com/apm/trace/{traceId}?graphType=flamegraph&spanID={spanNumber}&timeHint={startMs}",
        session: "https://app.datadoghq.com/apm/traces?query=%40session.id%3A{sessionId}&start={startMs}&end={endMs}",
    },
    Preset {
        name: "Google Cloud Trace",
        // The console's own address of a trace: `/traces/list?project=…&tid=…`.
        trace: "https://console.cloud.google.com/traces/list?project=<project>&tid={traceId}",
        session: "",
    },
    Preset {
        name: "Grafana with Jaeger",
        // As its data source keeps a query: without a type it is a trace's id; a search wants a
        // service, and has its tags as logfmt. VictoriaTraces and Quickwit stand behind it too.
        trace: panes!("jaeger", "<jaeger-uid>", "%2C%22query%22%3A%22{traceId}%22"),
        session: panes!(
            "jaeger",
            "<jaeger-uid>",
            "%2C%22queryType%22%3A%22search%22%2C%22service%22%3A%22<service>%22%2C%22tags%22%3A%22session.id%3D{sessionId}%22%2C%22limit%22%3A20"
        ),
    },
    Preset {
        name: "Grafana with Tempo",
        // "Generate Explore URLs from external tools": a query may be a bare trace id; otherwise
        // TraceQL, `{ span.session.id = "…" }`.
        trace: traceql!("{traceId}"),
        session: traceql!("%7B%20span.session.id%20%3D%20%5C%22{sessionId}%5C%22%20%7D"),
    },
    Preset {
        name: "Grafana with Zipkin",
        // As its data source keeps a query: it finds traces by id and has no search by tags.
        trace: panes!(
            "zipkin",
            "<zipkin-uid>",
            "%2C%22queryType%22%3A%22traceID%22%2C%22query%22%3A%22{traceId}%22"
        ),
        session: "",
    },
    Preset {
        name: "Honeycomb",
        // "Share a Trace": `trace_id`, `span`, and the range in seconds.
        trace: "https://ui.honeycomb.io/<team>/environments/<environment>/datasets/<dataset>/trace?trace_id={traceId}&span={spanId}&trace_start_ts={startS}&trace_end_ts={endS}",
        session: "",
    },
    Preset {
        name: "Jaeger",
        // jaeger-ui's routes: `/trace/{id}`, and `/search` with tags as JSON and microseconds.
        trace: "http://<jaeger>:16686/trace/{traceId}",
        session: "http://<jaeger>:16686/search?service=<service>&tags=%7B%22session.id%22%3A%22{sessionId}%22%7D&start={startUs}&end={endUs}&limit=20&lookback=custom",
    },
    Preset {
        name: "New Relic",
        // From integrations of others; New Relic documents no address of a trace. Change it where
        // yours differs.
        trace: "https://one.newrelic.com/distributed-tracing?query=trace.id%3D{traceId}",
        session: "",
    },
    Preset {
        name: "Sentry",
        // Its own application's route: `/explore/traces/trace/{id}/?node=span-…&timestamp=…`.
        trace: "https://<organization>.sentry.io/explore/traces/trace/{traceId}/?node=span-{spanId}&timestamp={startS}",
        session: "",
    },
    Preset {
        name: "SigNoz",
        // Its front end's route: `/trace/{id}?spanId=…`.
        trace: "https://<signoz>/trace/{traceId}?spanId={spanId}",
        session: "",
    },
    Preset {
        name: "Vercel",
        // As its command-line tool prints it.
        trace: "https://vercel.com/<team>/<project>/logs/traces/{traceId}?view=waterfall",
        session: "",
    },
    Preset {
        name: "VictoriaTraces",
        // Its documentation has the page, `:10428/select/vmui`; the routes are its front end's own:
        // `#/trace?trace_id=…&span_id=…`, and a search in LogsQL over a span of time that has a name.
        trace: "http://<victoria-traces>:10428/select/vmui/#/trace?trace_id={traceId}&span_id={spanId}",
        session: "http://<victoria-traces>:10428/select/vmui/#/?logsql_query=%22span_attr%3Asession.id%22%3A%3D%22{sessionId}%22&g0.range_input=7d&g0.relative_time=last_7_days",
    },
    Preset {
        name: "Zipkin",
        // zipkin-lens' routes: `/zipkin/traces/{id}`, and its search in milliseconds.
        trace: "http://<zipkin>:9411/zipkin/traces/{traceId}",
        session: "http://<zipkin>:9411/zipkin/?annotationQuery=session.id%3D{sessionId}&lookback=range&startTs={startMs}&endTs={endMs}&limit=10",
    },
];

#[cfg(test)]
mod tests;
