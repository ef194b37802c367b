//! Rules as sampling would have them, for traces that are sampled at one rate and not at another.

use super::*;
use crate::context::SAMPLED;

const HOST: &str = "a.test";

/// A context whose trace is sampled at rates above a half only.
fn context() -> PageContext {
    let entropy: [u8; 32] =
        std::array::from_fn(|at| if at == 9 { 0x70 } else { 7 + u8::try_from(at).unwrap() });
    PageContext::mint(entropy).unwrap()
}

fn settings(sampling: &[&str]) -> Settings {
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    Settings { sampling: lines(sampling), ..Settings::default() }
}

/// Rank, filter, method, and whether it says sampled; `None` for a rule that sets nothing.
type Drawn = (u32, String, String, Option<bool>);

fn drawn(rules: &[Rule]) -> Vec<Drawn> {
    let sampled = |rule: &Rule| {
        let context: TraceContext = rule.request.first()?.1.parse().unwrap();
        Some(context.flags & SAMPLED != 0)
    };
    let draw = |rule: &Rule| (rule.rank, rule.filter.clone(), rule.method.clone(), sampled(rule));
    rules.iter().map(draw).collect()
}

fn row(rank: u32, filter: &str, method: &str, sampled: impl Into<Option<bool>>) -> Drawn {
    (rank, filter.to_owned(), method.to_owned(), sampled.into())
}

fn documents(sampling: &[&str], once: bool) -> Vec<Rule> {
    let settings = settings(sampling);
    let writer = Writer { settings: &settings, sampler: &Sampler::of(&settings) };
    writer.documents(HOST, context(), None, once)
}

fn resources(settings: &Settings, decided: Option<bool>) -> Vec<Rule> {
    let writer = Writer { settings, sampler: &Sampler::of(settings) };
    let origin = Origin::of("http://a.test:81/").unwrap();
    writer.resources((context(), decided), &origin, None)
}

#[test]
fn without_rules_a_document_has_one_and_so_it_has_where_all_decide_alike() {
    for sampling in [&[][..], &["0.9 * name health", "0.8 * url"], &["1 POST url /api/"]] {
        assert_eq!(drawn(&documents(sampling, false)), [row(41, "", "", true)], "{sampling:?}");
    }
    assert_eq!(drawn(&documents(&["0.1 * url", "1 * url x"], false)), [row(41, "", "", false)]);
}

#[test]
fn of_a_documents_rules_the_first_that_fits_has_the_greatest_rank_and_keeps_the_others_away() {
    let rules = documents(&["0.05 * url health", "1 POST url /api/", "0.1 * url"], false);
    assert_eq!(
        drawn(&rules),
        [
            row(41, "", "", false),
            row(90, "", "", None),
            row(42, "^.*/api/", "POST", None),
            row(43, "^.*/api/", "POST", true),
            // Decided as the rest is, but a health check below /api/ is not for the rule of that.
            row(44, "^.*health", "", None),
            row(45, "^.*health", "", false),
        ]
    );
}

#[test]
fn run_page_trace_is_sampled_whatever_the_rules_and_above_all() {
    let rules = documents(&["0 * url"], true);
    assert_eq!(drawn(&rules), [row(101, "", "", true)]);
    assert!(!rules[0].response[0].1.contains("-rules"), "{:?}", rules[0].response);
}

#[test]
fn a_document_learns_its_decision_and_the_rules() {
    let rules = documents(&["0.5 * url x y", "0 * url"], false);
    let metrics = &rules[0].response[0].1;
    assert!(metrics.contains("-02\""), "{metrics}");
    assert!(metrics.ends_with(", tracelight-rules;desc=\"g%20^[^%20]+%20\""), "{metrics}");
}

#[test]
fn a_resource_rule_is_bound_to_the_origin_and_what_cannot_fit_it_is_left_out() {
    let all = settings(&["0 * url /img/", "0 * url b.test", "0 GET name logo"]);
    assert_eq!(
        drawn(&resources(&all, None)),
        [
            row(21, "", "", true),
            row(22, r"^http:\/\/a\.test:81\/[^?#]*logo".replace("\\/", "/").as_str(), "GET", false),
            row(23, r"^http://a\.test:81/.*b\.test", "", false),
            row(24, r"^http://a\.test:81/(?:.*/img/|img/)", "", false),
        ]
    );
    let own = settings(&["0 * url a.test:81"]);
    assert_eq!(drawn(&resources(&own, None)), [row(21, "", "", false)]);
}

#[test]
fn what_a_document_loads_follows_it_where_it_is_decided() {
    let all = settings(&["0 * url"]);
    assert_eq!(drawn(&resources(&all, Some(true))), [row(21, "", "", true)]);
    let all = settings(&["1 * url"]);
    assert_eq!(drawn(&resources(&all, Some(false))), [row(21, "", "", false)]);
}

#[test]
fn a_target_has_the_rules_that_fit_it_and_an_expression_those_for_everything() {
    let mut all =
        settings(&["0 * url /v1/", "0 * url nowhere.test/x", "0.1 POST url", "0.9 * url"]);
    all.targets = vec!["https://b.test".to_owned(), "/^https:.*c/".to_owned()];
    let rules = resources(&all, None);
    let targets: Vec<_> = rules.iter().filter(|it| matches!(it.reach, Reach::Target(_))).collect();
    let ranks: Vec<_> = targets.iter().map(|rule| (rule.rank, rule.filter.as_str())).collect();
    assert_eq!(
        ranks,
        [
            (1, ""),
            (2, r"^https://b\.test(?::[0-9]+)?/"),
            (3, r"^https://b\.test(?::[0-9]+)?/.*nowhere\.test/x"),
            (4, r"^https://b\.test(?::[0-9]+)?/(?:.*/v1/|v1/)"),
            (1, ""),
        ]
    );
    assert!(rules.iter().any(|rule| matches!(rule.reach, Reach::Spared(_)) && rule.rank == 20));
}

#[test]
fn ranks_stay_in_their_places_with_as_many_rules_as_there_may_be() {
    let lines: Vec<String> = (0..40).map(|at| format!("{} * url x{at}", at % 2)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let all = Settings { targets: vec!["https://b.test/".to_owned()], ..settings(&lines) };
    let ranks = |rules: &[Rule], reach: fn(&Reach) -> bool| {
        let ranks = rules.iter().filter(|rule| reach(&rule.reach)).map(|rule| rule.rank);
        (ranks.clone().min().unwrap(), ranks.max().unwrap())
    };
    let loaded = resources(&all, None);
    assert!(ranks(&loaded, |reach| matches!(reach, Reach::Target(_))).1 < SPARED);
    assert!(ranks(&loaded, |reach| matches!(reach, Reach::Resources(_))).1 < DOCUMENTS);
    let documents = documents(&lines, false);
    assert!(ranks(&documents, |reach| matches!(reach, Reach::Documents(_))).1 < BELOW);
    assert!(documents.len() < super::super::EACH_SESSION as usize);
}

#[test]
fn excluded_paths_the_stores_dashboard_and_paused_origins_set_nothing() {
    let mut all = Settings { excluded: vec!["/health".to_owned()], ..Settings::default() };
    all.paused = vec!["https://b.test".to_owned(), "rubbish".to_owned()];
    let rules = forbidden(&all, &Sampler::of(&all));
    assert_eq!(
        drawn(&rules),
        [
            row(100, "^[^/?#]*//[^/?#]*/health", "", None),
            row(100, "^http://127\\.0\\.0\\.1:4318/app\\.html", "", None),
            row(20, "", "", None),
        ]
    );
}
