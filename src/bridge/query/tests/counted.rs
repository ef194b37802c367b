//! Whatever the rows and their order, sums are sums.

use super::*;

fn text(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    (0..of.len()).prop_map(|at| of[at].to_owned())
}

fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        8 => (0_u64..400).prop_map(|minutes| at_millis(1_000_000 + minutes * MINUTE)),
        1 => any::<u64>().prop_map(Timestamp::from_nanos),
    ]
}

fn millis() -> impl Strategy<Value = f64> {
    prop_oneof![8 => 0.0..9_000.0, 1 => Just(f64::MAX), 1 => Just(0.0)]
}

const SESSIONS: &[&str] = &["", "a", "b", "c"];
const URLS: &[&str] = &["https://a.test/x/1", "https://a.test/x/2", "http://b.test/", "", "é"];

fn a_page() -> impl Strategy<Value = PageRow> {
    let vital = prop::option::of(0.0..5_000.0);
    (text(SESSIONS), text(URLS), time(), millis(), vital, any::<(bool, u16)>()).prop_map(
        |(session, url, start, millis, lcp, (soft, number))| PageRow {
            trace: trace(number % 50),
            span: id(number),
            vitals: Vitals { lcp, ..Vitals::default() },
            user_name: if number % 3 == 0 { format!("u{number}") } else { String::new() },
            spans: u32::from(number),
            phases: Phases { dns: millis / 3.0, ..Phases::default() },
            ..PageRow { session, url, start, millis, soft, ..PageRow::default() }
        },
    )
}

fn a_call() -> impl Strategy<Value = CallRow> {
    let words = (text(SESSIONS), text(URLS), text(&["GET", "POST", ""]), text(&["", "500"]));
    (words, time(), millis(), any::<u16>()).prop_map(
        |((session, url, method, error), start, millis, number)| CallRow {
            trace: trace(number),
            span: id(number),
            page: trace(number % 50),
            spans: u32::from(number % 2),
            ..CallRow { session, url, method, error, start, millis, ..CallRow::default() }
        },
    )
}

fn an_error() -> impl Strategy<Value = ErrorRow> {
    let words = (text(SESSIONS), text(URLS), text(&["f", "g", ""]));
    (words, time(), any::<(u16, u8)>()).prop_map(
        |((session, url, fingerprint), start, (number, count))| ErrorRow {
            trace: trace(number % 50),
            span: id(number),
            count: u32::from(count),
            ..ErrorRow { session, url, fingerprint, start, ..ErrorRow::default() }
        },
    )
}

/// Rows of which no two are one span's, as digests have them.
fn some_rows() -> impl Strategy<Value = Rows> {
    let pages = prop::collection::vec(a_page(), 0..30);
    let calls = prop::collection::vec(a_call(), 0..40);
    let errors = prop::collection::vec(an_error(), 0..20);
    (pages, calls, errors).prop_map(|(mut pages, mut calls, mut errors)| {
        pages.sort_by_key(|row| row.span);
        pages.dedup_by_key(|row| row.span);
        calls.sort_by_key(|row| row.span);
        calls.dedup_by_key(|row| row.span);
        errors.sort_by_key(|row| row.span);
        errors.dedup_by_key(|row| row.span);
        Rows { pages, calls, errors }
    })
}

fn questions(range: Range) -> Vec<Question> {
    let rules = || vec!["/x/2".to_owned(), "nonsense".to_owned()];
    let (method, route) = ("GET".to_owned(), "a.test/x/:id".to_owned());
    vec![
        Question::Sessions(SessionFilter { range: Some(range), ..SessionFilter::default() }),
        Question::Session { session: "a".to_owned(), slow: 3_000 },
        Question::Pages { range, rules: rules() },
        Question::Errors { range },
        Question::Error { fingerprint: "f".to_owned() },
        Question::Calls { range, rules: rules() },
        Question::Route { range, rules: Vec::new(), method, route, failed: false },
        Question::Usage { range, zone: 330 },
    ]
}

/// The rows in another order: every one so many places further on.
fn turned(rows: &Rows, by: usize) -> Rows {
    fn turn<T: Clone>(list: &[T], by: usize) -> Vec<T> {
        let mut list = list.to_vec();
        let by = if list.is_empty() { 0 } else { by % list.len() };
        list.rotate_left(by);
        list.reverse();
        list
    }
    Rows {
        pages: turn(&rows.pages, by),
        calls: turn(&rows.calls, by),
        errors: turn(&rows.errors, by),
    }
}

proptest! {
    #[test]
    fn the_order_of_rows_does_not_matter(rows in some_rows(), by in 0_usize..40, since in time(), until in time()) {
        for range in [ever(), Range { since, until }] {
            for question in questions(range) {
                prop_assert_eq!(answer(&turned(&rows, by), &question), answer(&rows, &question));
            }
        }
    }

    #[test]
    fn an_answer_in_steps_is_the_same(rows in some_rows(), size in 1_usize..50, looks in 0_usize..9, since in time(), until in time()) {
        for range in [ever(), Range { since, until }] {
            for question in questions(range) {
                let mut asking = Asking::begin(&rows, &question);
                // Whoever does not wait for all steps has them at the end.
                let all = (0..looks).any(|_| asking.step(size));
                let calls = matches!(question, Question::Calls { .. } | Question::Route { .. });
                prop_assert_eq!(all, looks > 0 && (!calls || size * looks >= rows.calls.len()));
                prop_assert_eq!(asking.end(), answer(&rows, &question));
            }
        }
    }

    #[test]
    fn sums_of_routes_and_of_steps_are_all(rows in some_rows()) {
        let range = ever();
        let within = |start: Timestamp| range.has(start);
        let Answer::Pages(pages) = answer(&rows, &Question::Pages { range, rules: Vec::new() })
        else { panic!() };
        let views = rows.pages.iter().filter(|it| within(it.start)).count();
        prop_assert_eq!(usize::try_from(pages.all.views).unwrap(), views);
        prop_assert_eq!(pages.routes.iter().map(|it| it.views).sum::<u32>(), pages.all.views);
        prop_assert_eq!(pages.trend.iter().map(|it| it.views).sum::<u32>(), pages.all.views);
        let loads = pages.routes.iter().map(|it| it.load.count).sum::<u32>();
        prop_assert_eq!(loads, pages.all.load.count);
        prop_assert_eq!(pages.routes.iter().map(|it| it.lcp.count).sum::<u32>(), pages.all.lcp.count);
        prop_assert!(pages.trend.len() <= 48 && pages.slowest.len() <= 20);
        prop_assert!(pages.slowest.is_sorted_by_key(|it| u64::MAX - rank(it.millis)));

        let Answer::Calls(calls) = answer(&rows, &Question::Calls { range, rules: Vec::new() })
        else { panic!() };
        let sent = rows.calls.iter().filter(|it| within(it.start)).count();
        prop_assert_eq!(calls.routes.iter().map(|it| it.calls).sum::<u32>() as usize, sent);
        prop_assert_eq!(calls.trend.iter().map(|it| it.calls).sum::<u32>() as usize, sent);
        for line in &calls.routes {
            let (method, route) = (line.method.clone(), line.route.clone());
            let question =
                Question::Route { range, rules: Vec::new(), method, route, failed: true };
            let Answer::Route(failed) = answer(&rows, &question) else { panic!() };
            prop_assert_eq!(failed.len(), line.failures as usize);
        }

        let Answer::Errors(errors) = answer(&rows, &Question::Errors { range }) else { panic!() };
        let thrown: u32 = rows.errors.iter().filter(|it| within(it.start)).map(|it| it.count).sum();
        prop_assert_eq!(errors.iter().map(|it| it.count).sum::<u32>(), thrown);
    }

    #[test]
    fn a_session_is_the_same_in_the_list_and_by_itself(rows in some_rows(), slow in 0_u32..9_000) {
        let Answer::Sessions(lines) = answer(&rows, &Question::Sessions(SessionFilter::default()))
        else { panic!() };
        let mut pages = 0;
        for line in lines {
            let session = line.session.clone();
            let Answer::Session(Some(it)) = answer(&rows, &Question::Session { session, slow })
            else { panic!() };
            prop_assert_eq!(it.pages.len(), it.line.pages as usize);
            let slows = it.pages.iter().filter(|page| page.slow).count();
            prop_assert_eq!(slows, it.slow as usize);
            prop_assert!(it.pages.iter().map(|page| page.calls).sum::<u32>() <= line.calls);
            pages += it.pages.len();
            prop_assert_eq!(it.line, line);
        }
        prop_assert_eq!(pages, rows.pages.iter().filter(|it| !it.session.is_empty()).count());
    }
}
