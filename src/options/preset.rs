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
/// so that braces are not placeholders.
macro_rules! panes {
    ($query:literal) => {
        concat!(
            "https://<grafana>/explore?orgId=1&schemaVersion=1&panes=",
            "%7B%22a%22%3A%7B%22datasource%22%3A%22<tempo-uid>%22%2C%22queries%22%3A%5B%7B",
            "%22refId%22%3A%22A%22%2C%22datasource%22%3A%7B%22type%22%3A%22tempo%22%2C",
            "%22uid%22%3A%22<tempo-uid>%22%7D%2C%22queryType%22%3A%22traceql%22%2C",
            "%22query%22%3A%22",
            $query,
            "%22%2C%22limit%22%3A20%2C%22tableType%22%3A%22traces%22%7D%5D%2C",
            "%22range%22%3A%7B%22from%22%3A%22{startMs}%22%2C%22to%22%3A%22{endMs}%22%7D%7D%7D"
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
        name: "Grafana with Tempo",
        // "Generate Explore URLs from external tools": a query may be a bare trace id; otherwise
        // TraceQL, `{ span.session.id = "…" }`.
        trace: panes!("{traceId}"),
        session: panes!("%7B%20span.session.id%20%3D%20%5C%22{sessionId}%5C%22%20%7D"),
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
        name: "Zipkin",
        // zipkin-lens' routes: `/zipkin/traces/{id}`, and its search in milliseconds.
        trace: "http://<zipkin>:9411/zipkin/traces/{traceId}",
        session: "http://<zipkin>:9411/zipkin/?annotationQuery=session.id%3D{sessionId}&lookback=range&startTs={startMs}&endTs={endMs}&limit=10",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use backend::link::{Flaw, check, fill, sample};

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SESSION: &str = "8b1f0c5297d34e6ab1c05d7e92f4a386";

    /// The blanks filled as a user would, and the placeholders as a click does.
    fn opened(template: &str) -> String {
        let mut text = template.to_owned();
        for (blank, own) in [
            ("<region>", "eu-west-1"),
            ("<tempo-uid>", "T1"),
            ("<grafana>", "grafana.test"),
            ("<jaeger>", "jaeger.test"),
            ("<zipkin>", "zipkin.test"),
            ("<signoz>", "signoz.test"),
            ("<team>", "acme"),
            ("<project>", "shop"),
            ("<environment>", "prod"),
            ("<dataset>", "web"),
            ("<service>", "web"),
            ("<organization>", "acme"),
        ] {
            text = text.replace(blank, own);
        }
        assert_eq!(check(&text), Ok(()), "{text}");
        fill(&text, &sample()).unwrap()
    }

    fn preset(name: &str) -> Preset {
        *PRESETS.iter().find(|preset| preset.name == name).unwrap()
    }

    fn trace(name: &str) -> String {
        opened(preset(name).trace)
    }

    fn session(name: &str) -> String {
        opened(preset(name).session)
    }

    #[test]
    fn every_preset_is_a_link_once_its_blanks_are_filled() {
        for Preset { name, trace, session } in PRESETS {
            for template in [trace, session].into_iter().filter(|template| !template.is_empty()) {
                let blank = matches!(check(template), Ok(()) | Err(Flaw::Blank { .. }));
                assert!(blank, "{name}: {:?}", check(template));
                opened(template);
            }
        }
        assert_eq!(PRESETS.len(), 11);
        assert!(PRESETS.is_sorted_by_key(|preset| preset.name.to_lowercase()));
    }

    #[test]
    fn a_links_blanks_are_named_until_they_are_filled() {
        let flaw = check(preset("Vercel").trace).unwrap_err().to_string();
        assert_eq!(flaw, "<team> at character 20 is a blank, wanted your own in its place");
    }

    // vercel/vercel, packages/cli: `https://vercel.com/{team}/{project}/logs/traces/{traceId}?view=tree|waterfall`
    #[test]
    fn vercel() {
        assert_eq!(
            trace("Vercel"),
            format!("https://vercel.com/acme/shop/logs/traces/{TRACE}?view=waterfall")
        );
    }

    // Grafana documentation, "Generate Explore URLs from external tools": panes=<urlencoded JSON>
    #[test]
    fn grafana() {
        let panes = |url: String| {
            let (base, panes) = url.split_once("&panes=").unwrap();
            assert_eq!(base, "https://grafana.test/explore?orgId=1&schemaVersion=1");
            decode(panes)
        };
        let query = |query: &str| {
            format!(
                r#"{{"a":{{"datasource":"T1","queries":[{{"refId":"A","datasource":{{"type":"tempo","uid":"T1"}},"queryType":"traceql","query":"{query}","limit":20,"tableType":"traces"}}],"range":{{"from":"1795218972339","to":"1795218973120"}}}}}}"#
            )
        };
        assert_eq!(panes(trace("Grafana with Tempo")), query(TRACE));
        let search = format!(r#"{{ span.session.id = \"{SESSION}\" }}"#);
        assert_eq!(panes(session("Grafana with Tempo")), query(&search));
    }

    fn decode(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(if byte == b'%' {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            } else {
                byte
            });
        }
        String::from_utf8(bytes).unwrap()
    }

    // jaegertracing/jaeger-ui: `/trace/{id}`, `/search?service=S&tags={"session.id":"abc"}&start=<µs>&end=<µs>&limit=20&lookback=custom`
    #[test]
    fn jaeger() {
        assert_eq!(trace("Jaeger"), format!("http://jaeger.test:16686/trace/{TRACE}"));
        let wanted = format!(
            r#"http://jaeger.test:16686/search?service=web&tags={{"session.id":"{SESSION}"}}&start=1795218972339697&end=1795218973120000&limit=20&lookback=custom"#
        );
        assert_eq!(decode(&session("Jaeger")), wanted);
    }

    // openzipkin/zipkin, zipkin-lens: `/zipkin/traces/{id}`, `/zipkin/?annotationQuery=…&lookback=range&startTs=<ms>&endTs=<ms>&limit=10`
    #[test]
    fn zipkin() {
        assert_eq!(trace("Zipkin"), format!("http://zipkin.test:9411/zipkin/traces/{TRACE}"));
        let wanted = format!(
            "http://zipkin.test:9411/zipkin/?annotationQuery=session.id%3D{SESSION}&lookback=range&startTs=1795218972339&endTs=1795218973120&limit=10"
        );
        assert_eq!(session("Zipkin"), wanted);
    }

    // SigNoz/signoz, frontend routes: `/trace/{id}?spanId={span}`
    #[test]
    fn signoz() {
        assert_eq!(
            trace("SigNoz"),
            format!("https://signoz.test/trace/{TRACE}?spanId=00f067aa0ba902b7")
        );
    }

    // Honeycomb documentation, "Share a Trace": trace_id, span, trace_start_ts and trace_end_ts in seconds
    #[test]
    fn honeycomb() {
        let wanted = format!(
            "https://ui.honeycomb.io/acme/environments/prod/datasets/web/trace?trace_id={TRACE}&span=00f067aa0ba902b7&trace_start_ts=1795218972&trace_end_ts=1795218974"
        );
        assert_eq!(trace("Honeycomb"), wanted);
    }

    // Datadog documentation's examples: `/apm/trace/{32hex}?graphType=flamegraph&spanID={decimal}&timeHint={ms}`
    #[test]
    fn datadog() {
        let wanted = format!(
            "https://app.datadoghq.com/apm/trace/{TRACE}?graphType=flamegraph&spanID=67667974448284343&timeHint=1795218972339"
        );
        assert_eq!(trace("Datadog"), wanted);
        assert!(session("Datadog").contains(&format!("query=%40session.id%3A{SESSION}&")));
    }

    // getsentry/sentry: `https://{org}.sentry.io/explore/traces/trace/{id}/?node=span-{spanId}&timestamp={s}`
    #[test]
    fn sentry() {
        let wanted = format!(
            "https://acme.sentry.io/explore/traces/trace/{TRACE}/?node=span-00f067aa0ba902b7&timestamp=1795218972"
        );
        assert_eq!(trace("Sentry"), wanted);
    }

    // Seen in integrations only: `https://one.newrelic.com/distributed-tracing?query=trace.id%3D{id}`
    #[test]
    fn new_relic() {
        let wanted =
            format!("https://one.newrelic.com/distributed-tracing?query=trace.id%3D{TRACE}");
        assert_eq!(trace("New Relic"), wanted);
    }

    // AWS console: `#xray:traces/1-{8hex}-{24hex}`, `#xray:traces/query?~(query~(expression~'…'))`
    #[test]
    fn xray() {
        let home = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1";
        assert_eq!(
            trace("AWS X-Ray"),
            format!("{home}#xray:traces/1-4bf92f35-77b34da6a3ce929d0e0e4736")
        );
        let wanted = format!(
            "{home}#xray:traces/query?~(query~(expression~'annotation.session_id*20*3d*20*22{SESSION}*22))"
        );
        assert_eq!(session("AWS X-Ray"), wanted);
    }

    // Google Cloud console: `/traces/list?project={p}&tid={id}`
    #[test]
    fn google_cloud() {
        let wanted =
            format!("https://console.cloud.google.com/traces/list?project=shop&tid={TRACE}");
        assert_eq!(trace("Google Cloud Trace"), wanted);
    }
}
