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
        ("<jaeger-uid>", "J1"),
        ("<zipkin-uid>", "Z1"),
        ("<grafana>", "grafana.test"),
        ("<jaeger>", "jaeger.test"),
        ("<zipkin>", "zipkin.test"),
        ("<victoria-traces>", "vt.test"),
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
    assert_eq!(PRESETS.len(), 14);
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

// Grafana documentation, "Generate Explore URLs from external tools": panes=<urlencoded JSON>. What
// a query says is its data source's: `query` is a trace's id where there is no `queryType` (Jaeger)
// or it is `traceID` (Zipkin), and a search of Jaeger's has `service` and `tags` (logfmt).
#[test]
fn grafana() {
    let panes = |url: String| {
        let (base, panes) = url.split_once("&panes=").unwrap();
        assert_eq!(base, "https://grafana.test/explore?orgId=1&schemaVersion=1");
        decode(panes)
    };
    let asked = |kind: &str, uid: &str, query: &str| {
        format!(
            r#"{{"a":{{"datasource":"{uid}","queries":[{{"refId":"A","datasource":{{"type":"{kind}","uid":"{uid}"}},{query}}}],"range":{{"from":"1795218972339","to":"1795218973120"}}}}}}"#
        )
    };
    let tempo = |query: &str| {
        let query =
            format!(r#""queryType":"traceql","query":"{query}","limit":20,"tableType":"traces""#);
        asked("tempo", "T1", &query)
    };
    assert_eq!(panes(trace("Grafana with Tempo")), tempo(TRACE));
    let search = format!(r#"{{ span.session.id = \"{SESSION}\" }}"#);
    assert_eq!(panes(session("Grafana with Tempo")), tempo(&search));

    let by_id = format!(r#""query":"{TRACE}""#);
    assert_eq!(panes(trace("Grafana with Jaeger")), asked("jaeger", "J1", &by_id));
    let search =
        format!(r#""queryType":"search","service":"web","tags":"session.id={SESSION}","limit":20"#);
    assert_eq!(panes(session("Grafana with Jaeger")), asked("jaeger", "J1", &search));

    let by_id = format!(r#""queryType":"traceID","query":"{TRACE}""#);
    assert_eq!(panes(trace("Grafana with Zipkin")), asked("zipkin", "Z1", &by_id));
    assert_eq!(preset("Grafana with Zipkin").session, "", "it has no search by tags");
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

// VictoriaMetrics/VictoriaTraces, vmui: `#/trace?trace_id={id}&span_id={span}`,
// `#/?logsql_query=…&g0.range_input=7d&g0.relative_time=last_7_days`; attributes of spans are
// fields that begin with `span_attr:`
#[test]
fn victoria_traces() {
    let page = "http://vt.test:10428/select/vmui/#";
    assert_eq!(
        trace("VictoriaTraces"),
        format!("{page}/trace?trace_id={TRACE}&span_id=00f067aa0ba902b7")
    );
    let wanted = format!(
        r#"{page}/?logsql_query="span_attr:session.id":="{SESSION}"&g0.range_input=7d&g0.relative_time=last_7_days"#
    );
    assert_eq!(decode(&session("VictoriaTraces")), wanted);
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
    let wanted = format!("https://one.newrelic.com/distributed-tracing?query=trace.id%3D{TRACE}");
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
    let wanted = format!("https://console.cloud.google.com/traces/list?project=shop&tid={TRACE}");
    assert_eq!(trace("Google Cloud Trace"), wanted);
}
