//! Pages, calls, errors and usage in numbers.

use super::*;

fn pages(rows: &Rows, range: Range) -> Pages {
    match answer(rows, &Question::Pages { range, rules: Vec::new() }) {
        Answer::Pages(pages) => pages,
        other => panic!("{other:?}"),
    }
}

fn calls(rows: &Rows, rules: &[&str]) -> Calls {
    let rules = rules.iter().map(|rule| (*rule).to_owned()).collect();
    match answer(rows, &Question::Calls { range: ever(), rules }) {
        Answer::Calls(calls) => calls,
        other => panic!("{other:?}"),
    }
}

#[test]
fn percentiles_are_numbers_that_are_there() {
    let mut rows = Rows::default();
    for number in 0..20_u16 {
        let mut row = page("s", number, 1_000, f64::from(20 - number), "/a");
        row.vitals.cls = (number < 3).then_some(f64::from(number) / 10.0);
        row.phases = Phases { wait: f64::from(number), ..Phases::default() };
        rows.pages.push(row);
    }
    let all = pages(&rows, ever()).all;
    assert_eq!(all.load, Spread { count: 20, p50: 10.0, p75: 15.0, p95: 19.0, most: 20.0 });
    assert_eq!(all.cls, Spread { count: 3, p50: 0.1, p75: 0.2, p95: 0.2, most: 0.2 });
    assert_eq!((all.lcp, all.vitals().lcp), (Spread::default(), None));
    assert_eq!(all.vitals().cls, Some(0.2));
    // A page whose load is not told of has no phases, and 0 is the first's.
    assert!((all.phases.wait - 190.0 / 19.0).abs() < 1e-9, "{:?}", all.phases);
}

#[test]
fn routes_are_told_apart_by_host_and_folded_path_the_most_shown_first() {
    let found = pages(&rows(), ever());
    let routes: Vec<_> =
        found.routes.iter().map(|it| (&*it.route, it.views, it.load.count)).collect();
    assert_eq!(routes, [("shop.test/orders/:id", 2, 1), ("shop.test/cart", 1, 1)]);
    let slowest: Vec<_> = found.slowest.iter().map(|it| it.trace).collect();
    assert_eq!(slowest, [trace(1), trace(2)], "loads of documents alone");
}

#[test]
fn twenty_are_the_slowest_and_each_step_of_time_is_there() {
    let mut rows = Rows::default();
    for number in 0..30_u16 {
        let start = u64::from(number) * MINUTE;
        rows.pages.push(page("s", number, start, f64::from(number), "/a"));
    }
    let range = Range { since: at_millis(MINUTE), until: at_millis(100 * MINUTE) };
    let found = pages(&rows, range);
    assert_eq!(found.all.views, 29, "the first is before");
    let slowest: Vec<_> = found.slowest.iter().map(|it| it.trace).collect();
    assert_eq!(slowest, (10..30).rev().map(trace).collect::<Vec<_>>());
    assert_eq!(found.trend.len(), 20, "99 minutes in steps of 5");
    let begins: Vec<_> = found.trend.iter().map(|it| it.since.millis() / MINUTE).collect();
    assert_eq!(begins, (0..20).map(|step| 1 + step * 5).collect::<Vec<_>>());
    assert_eq!(found.trend.iter().map(|it| it.views).sum::<u32>(), 29);
    assert_eq!((found.trend[0].views, found.trend[0].load), (5, 4.0));
    assert_eq!((found.trend[19].views, found.trend[19].load), (0, 0.0));
    assert!(pages(&rows, ever()).trend.len() <= 48);
    assert!(pages(&Rows::default(), ever()).trend.is_empty());
}

#[test]
fn calls_are_told_apart_by_method_and_route() {
    let mut all = rows();
    let mut posted = call("aa11", 1, 30, 3_000, 5.0, "/api/orders/12");
    posted.method = "POST".to_owned();
    let mut named = call("aa11", 1, 31, 3_100, 90.0, "/api/orders/last");
    (named.route, named.service) = ("/api/orders/{which}".to_owned(), "orders".to_owned());
    all.calls.extend([posted, named]);
    let found = calls(&all, &[]);
    let lines: Vec<_> = found
        .routes
        .iter()
        .map(|it| {
            format!("{} {} {} {} {}", it.method, it.route, it.calls, it.failures, it.time.p50)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "GET shop.test/api/orders/:id 3 1 40",
            "GET shop.test/api/cart 1 0 20",
            "POST shop.test/api/orders/:id 1 0 5",
        ]
    );
    let first = &found.routes[0];
    assert_eq!((&*first.service, first.slowest), ("orders", trace(1).zip(id(31))));
    assert_eq!(calls(&all, &["/api/**"]).routes[0].calls, 4);
    let route = |failed| {
        let (method, route) = ("GET".to_owned(), "shop.test/api/orders/:id".to_owned());
        let rules = Vec::new();
        match answer(&all, &Question::Route { range: ever(), rules, method, route, failed }) {
            Answer::Route(calls) => calls.iter().map(|it| it.span).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(route(false), [id(22), id(20), id(31)], "the newest first");
    assert_eq!(route(true), [id(20)]);
}

#[test]
fn errors_are_told_apart_by_fingerprint_the_most_frequent_first() {
    let mut all = rows();
    all.errors.push(error("bb22", 3, 99_000, "f2", 4));
    all.errors.push(error("bb22", 3, 99_500, "f2", 1));
    all.errors[0].browser = "Chrome".to_owned();
    let Answer::Errors(lines) = answer(&all, &Question::Errors { range: ever() }) else { panic!() };
    let [second, first] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((&*second.fingerprint, second.count, second.sessions), ("f2", 5, 1));
    assert_eq!((first.count, first.sessions, first.pages), (4, 1, 1), "two orders, one route");
    assert_eq!((first.first, first.last), (at_millis(1_500), at_millis(65_000)));
    assert_eq!(
        (&*first.message, &first.browsers[..]),
        ("thrown at 65000", &["Chrome".to_owned()][..])
    );
    let only = Question::Error { fingerprint: "f2".to_owned() };
    let Answer::Error(rows) = answer(&all, &only) else { panic!() };
    assert_eq!(rows.iter().map(|row| row.count).collect::<Vec<_>>(), [1, 4]);
}

#[test]
fn days_begin_where_the_reader_is_and_sites_are_origins() {
    const HOUR: u64 = 60 * MINUTE;
    let mut all = Rows::default();
    let mut first = page("s", 1, 23 * HOUR, 1.0, "/a");
    first.lost = 2;
    all.pages = vec![first, page("s", 2, 71 * HOUR, 1.0, "/b")];
    all.pages[1].url = "http://other.test:8080/".to_owned();
    let mut own = call("s", 7, 1, 72 * HOUR, 1.0, "/api");
    (own.page, own.spans) = (trace(2), 3);
    all.calls.push(own);
    let usage = |zone| match answer(&all, &Question::Usage { range: ever(), zone }) {
        Answer::Usage(usage) => usage,
        other => panic!("{other:?}"),
    };
    let days = |zone| {
        let usage = usage(zone);
        let days = usage.days.iter().map(|it| (it.since.millis() / HOUR, it.spans, it.lost));
        days.collect::<Vec<_>>()
    };
    assert_eq!(days(0), [(0, 10, 2), (24, 0, 0), (48, 10, 0), (72, 3, 0)]);
    assert_eq!(days(60), [(23, 10, 2), (47, 0, 0), (71, 13, 0)]);
    let sites = usage(0).sites;
    let sites: Vec<_> = sites.iter().map(|it| (&*it.origin, it.pages, it.spans, it.lost)).collect();
    assert_eq!(sites, [("http://other.test:8080", 1, 13, 0), ("https://shop.test", 1, 10, 2)]);
}

#[test]
fn a_zone_that_is_nowhere_is_the_furthest_that_there_is() {
    let usage = |zone| answer(&rows(), &Question::Usage { range: ever(), zone });
    assert_eq!(usage(i32::MAX), usage(1_440));
    assert_eq!(usage(i32::MIN), usage(-1_440));
}
