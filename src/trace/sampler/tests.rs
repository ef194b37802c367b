//! Thresholds by OpenTelemetry's vectors, rules by URLs.

use super::*;
use crate::settings::Settings;

fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

fn trace(last: &str) -> TraceId {
    format!("4bf92f3577b34da6a3{last}").parse().unwrap()
}

fn sampler(excluded: &[&str], sampling: &[&str]) -> Sampler {
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    Sampler::of(&Settings {
        excluded: lines(excluded),
        sampling: lines(sampling),
        ..Settings::default()
    })
}

/// The example of every tracing SDK: health checks, API routes, the rest.
const SEED: [&str; 3] = ["0.05 * name health", "0.5 * name /api/", "0.1 * url"];

#[test]
fn thresholds_are_those_of_the_specification() {
    for (text, threshold) in [
        ("1", 0),
        ("0.5", 0x80_0000_0000_0000),
        ("0.25", 0xc0_0000_0000_0000),
        ("0.1", 0xe6_6666_6666_6666),
        ("0.05", 0xf3_3333_3333_3333),
        ("0.01", 0xfd_70a3_d70a_3d71),
        ("0.000001", 0xff_ffef_3908_5f4a),
        ("0", 0x100_0000_0000_0000),
    ] {
        assert_eq!(rate(text).threshold(), threshold, "{text}: {:x}", rate(text).threshold());
    }
}

#[test]
fn a_trace_is_sampled_from_the_threshold_on() {
    let half = rate("0.5");
    assert!(half.samples(trace("80000000000000")) && half.samples(trace("ffffffffffffff")));
    assert!(!half.samples(trace("7fffffffffffff")) && !half.samples(trace("00000000000000")));
    assert!(Rate::ALL.samples(trace("00000000000000")));
    assert!(!rate("0").samples(trace("ffffffffffffff")));
    // What a lower rate samples, each higher one samples too.
    for last in ["f4000000000000", "fd70a3d70a3d71", "e6666666666666"] {
        let kept: Vec<_> =
            ["0.01", "0.05", "0.1", "1"].map(|it| rate(it).samples(trace(last))).into();
        assert!(kept.is_sorted(), "{last}: {kept:?}");
    }
}

#[test]
fn a_rate_reads_as_it_is_written_and_nothing_else_does() {
    for text in ["0", "1", "0.5", "0.05", "0.000001"] {
        assert_eq!(rate(text).to_string(), text);
    }
    assert_eq!(rate("0.50").to_string(), "0.5");
    for text in ["", "2", "1.1", "-0.1", "0.1234567", "5%", "0.", ".5", "1e-3", "0.+5"] {
        assert!(text.parse::<Rate>().is_err(), "{text}");
    }
}

#[test]
fn a_rule_is_a_line_and_back() {
    for line in SEED.into_iter().chain(["1 POST url https://a.test/*?x=", "0 * name /health"]) {
        assert_eq!(line.parse::<Rule>().unwrap().to_string().trim_end(), line);
    }
    for (line, error) in [
        ("", "has \"\" for its rate, wanted a number from 0 to 1 with at most six decimals"),
        (
            "1.5 * url",
            "has \"1.5\" for its rate, wanted a number from 0 to 1 with at most six decimals",
        ),
        ("1 get url x", "has \"get\" for its method, wanted one such as GET, or * for any"),
        ("1 * path x", "has \"path\" after its method, wanted url or name"),
        ("1 * url a b", "has ' ', which is in no URL, wanted it percent-encoded"),
        ("1 * url ü", "has 'ü', which is in no URL, wanted it percent-encoded"),
    ] {
        assert_eq!(line.parse::<Rule>().unwrap_err().to_string(), error);
    }
    let long = format!("1 * url {}", "x".repeat(LONGEST + 1));
    assert!(long.parse::<Rule>().unwrap_err().to_string().contains("101 bytes"));
}

#[test]
fn the_first_rule_that_a_request_meets_counts() {
    let sampler = sampler(&[], &SEED);
    for (url, number) in [
        ("http://a.test/api/health", 1),
        ("http://a.test/healthz?x", 1),
        ("http://a.test/api/orders", 2),
        ("http://a.test:81/v1/api/", 2),
        ("http://health.test/?q=/api/", 3),
        ("http://a.test/", 3),
    ] {
        let Verdict::Rule(met, _) = sampler.verdict("GET", url) else { panic!("{url}") };
        assert_eq!(met, number, "{url}");
    }
}

#[test]
fn a_rule_is_about_a_method_and_one_that_is_none_keeps_its_number() {
    let sampler = sampler(&[], &["0.5 * url a", "rubbish", "0 POST url", "0.25 * url b.test"]);
    assert_eq!(sampler.verdict("POST", "http://x/"), Verdict::Rule(3, rate("0")));
    assert_eq!(sampler.verdict("GET", "http://b.test/"), Verdict::Rule(4, rate("0.25")));
    assert_eq!(sampler.verdict("GET", "http://x/"), Verdict::Free);
}

#[test]
fn an_excluded_path_comes_before_all_rules() {
    let excluded = ["/health", "https://b.test/x*y", "/*/metrics"];
    let sampler = sampler(&excluded, &["1 * url"]);
    for (url, number) in [
        ("http://a.test/health", 1),
        ("http://a.test:81/healthz?a", 1),
        ("https://b.test/x/1/y", 2),
        ("http://a.test/v1/metrics", 3),
    ] {
        assert_eq!(sampler.verdict("GET", url), Verdict::Excluded(number), "{url}");
    }
    for url in
        ["http://a.test/v1/health", "http://health/", "https://b.test/xz", "http://a.test/metrics"]
    {
        assert_eq!(sampler.verdict("GET", url), Verdict::Rule(1, Rate::ALL), "{url}");
    }
}

#[test]
fn a_star_of_a_name_stays_in_the_path() {
    let fits = |text, url| Pattern::path(text).fits(url);
    assert!(fits("/a/*/c", "http://x/a/b/c") && fits("/a/*/c", "http://x/1/a/b/b/c?d"));
    assert!(!fits("/a/*/c", "http://x/a/b?/c") && !fits("x", "http://x/"));
    assert!(Pattern::url("x?*=1").fits("http://a.test/x?q=1&b"));
}

/// What a rule's expression, once it is bound to an origin, must and must not reach.
#[test]
fn what_is_left_of_a_pattern_after_an_origin_fits_with_it() {
    let left = |pattern: Pattern| pattern.after("http://a.test:81/").regex();
    assert_eq!(left(Pattern::url("health")), ".*health");
    assert_eq!(left(Pattern::url("/api/")), "(?:.*/api/|api/)");
    assert_eq!(left(Pattern::path("/api/")), "(?:api/|[^?#]*/api/)");
    assert_eq!(left(Pattern::path("v1.0")), "[^?#]*v1\\.0");
    assert_eq!(left(Pattern::url("a.test:81/api")), "(?:.*a\\.test:81/api|api)");
    assert!(Pattern::url("a.test").after("http://a.test:81/").all(), "the origin alone fits");
    assert!(Pattern::begins("https://a.test/").after("http://a.test:81/").none());
    assert!(Pattern::begins("/").after("http://a.test:81/").all());
}

#[test]
fn cases_of_a_trace_are_as_few_as_they_can_be() {
    let sampler = sampler(&[], &SEED);
    let decided = |last| {
        let (cases, rest) = sampler.cases(trace(last));
        (cases.iter().map(|case| case.sampled).collect::<Vec<_>>(), rest)
    };
    assert_eq!(decided("ffffffffffffff"), (vec![], true));
    assert_eq!(decided("00000000000000"), (vec![], false));
    assert_eq!(decided("90000000000000"), (vec![false, true], false));
    assert_eq!(decided("f0000000000000"), (vec![false], true));
    // Nothing after a rule for everything is ever met.
    assert_eq!(self::sampler(&[], &["1 * url", "0 * url x"]).cases(trace("00000000000000")).0, []);
}

#[test]
fn the_recorder_is_told_thresholds_and_expressions() {
    let sampler = sampler(&["/health"], &["0 POST name /api/", "0.5 * url x.y", "1 * url"]);
    assert_eq!(
        sampler.lines(false),
        " ^[^ ]+ [^/?#]*//[^/?#]*/health\n\
         g ^POST (?:[^/?#]*//[^/?#]*/api/|[^/?#]*//[^/?#]*/[^?#]*/api/)\n\
         80000000000000 ^[^ ]+ .*x\\.y\n\
         00000000000000 ^[^ ]+ "
    );
    assert_eq!(sampler.lines(true), " ^[^ ]+ [^/?#]*//[^/?#]*/health");
    assert_eq!(Sampler::default().lines(false), "");
}

#[test]
fn the_dashboard_of_the_trace_store_carries_nothing_and_no_page_is_told_of_it() {
    let store = |store: &str| Settings { store: store.to_owned(), ..Settings::default() };
    for address in ["http://127.0.0.1:4318", "http://127.0.0.1:4318/"] {
        let sampler = Sampler::of(&store(address));
        let verdict = |url| sampler.verdict("GET", url);
        assert_eq!(verdict("http://127.0.0.1:4318/app.html?view=dashboard"), Verdict::Dashboard);
        assert_eq!(verdict("http://127.0.0.1:4319/app.html"), Verdict::Free, "another's page");
        assert_eq!(verdict("http://127.0.0.1:4318/cart"), Verdict::Free, "a shop before the store");
        assert_eq!((sampler.bare().count(), sampler.lines(false)), (1, String::new()));
    }
    assert_eq!(Sampler::of(&store("")).bare().count(), 0);
}
