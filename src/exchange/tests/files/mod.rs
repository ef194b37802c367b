//! The fixtures, by name.

macro_rules! files {
    ($($name:literal)*) => {
        &[$(($name, include_bytes!(concat!("../../../../tests/fixtures/", $name)))),*]
    };
}

const FILES: &[(&str, &[u8])] = files! {
    "foreign/chrome-devtools.json"
    "foreign/crisp-critical-path-1.json"
    "foreign/crisp-critical-path-10.json"
    "foreign/crisp-critical-path-11.json"
    "foreign/page.har"
    "foreign/tempo-search.json"
    "foreign/tempo-v1-unknown.http"
    "foreign/tempo-v2-tags.json"
    "foreign/tempo-v2-trace.pb"
    "foreign/victoriatraces-jaeger-services.json"
    "foreign/victoriatraces-jaeger-trace.json"
    "foreign/zipkin-envoy.json"
    "foreign/zipkin-messaging-kafka.json"
    "foreign/zipkin-skew.json"
    "foreign/zipkin-yelp.json"
    "otlp/otlp-example-trace.json"
    "otlp/tempo-v1-trace.json"
    "otlp/tempo-v1-trace.pb"
    "otlp/tempo-v2-trace.json"
};

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let found = FILES.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("{name} is not in the list")).1.to_vec()
}
