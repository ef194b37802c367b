//! What a list shows, counts and keeps.

use super::line::NOTHING;
use super::*;
use trace::Timestamp;

use surface::sample;

fn list() -> Requests {
    let mut list = Requests::default();
    list.fill(Ok(sample::requests()));
    list
}

fn typed(text: &str) -> Filter {
    Filter { query: trace::filter::Query::parse(text, &REQUESTS).ok(), ..Filter::default() }
}

fn line(change: impl Fn(&mut TracedRequest)) -> Line {
    let mut request = sample::requests().remove(0);
    change(&mut request);
    Line::of(0, &request, "https://shop.example", 0)
}

#[test]
fn a_line_says_when_what_and_how_it_went() {
    let lines = list().lines(0..3, "https://shop.example", 60);
    let said = |line: &Line| {
        let Line { time, method, place, status, duration, kind, .. } = line;
        format!("{time} {method} {place} {status} {duration} {kind}")
    };
    let said: Vec<String> = lines.iter().map(said).collect();
    assert_eq!(
        said,
        [
            "15:23:22.123 GET /checkout?step=2 200 412 ms document",
            "15:23:22.523 POST /api/orders 500 38.2 ms fetch",
            "15:23:22.623 GET pricing.example/api/price pending  xhr",
        ]
    );
}

#[test]
fn a_status_has_a_tone_and_a_failure_its_reason() {
    let tone = |status| line(|request| request.status = Some(status)).tone;
    assert_eq!((tone(204), tone(404), tone(503)), (Tone::Good, Tone::Warn, Tone::Bad));
    let failed = line(|request| {
        (request.status, request.error) = (None, Some("net::ERR_ABORTED".to_owned()));
    });
    assert_eq!((failed.status.as_str(), failed.tone), ("net::ERR_ABORTED", Tone::Bad));
    let opaque = line(|request| request.status = None);
    assert_eq!(opaque.status, "no status");
    let page = |millis| {
        let page = line(|it| (it.api, it.status, it.millis) = (Api::Page, None, Some(millis)));
        (page.status, page.duration)
    };
    let dash = || NOTHING.to_owned();
    assert_eq!(page(0.0), (dash(), dash()), "a page within the document that loads nothing");
    assert_eq!(page(82.0), (dash(), "82 ms".to_owned()));
}

#[test]
fn hostile_numbers_and_urls_are_still_a_line() {
    assert_eq!(line(|request| request.millis = Some(f64::NAN)).duration, "no duration");
    assert_eq!(line(|request| request.millis = Some(-1.0)).duration, "no duration");
    let other = "https://shop.example.evil/x";
    assert_eq!(line(|request| request.url = other.to_owned()).place, "shop.example.evil/x");
    assert_eq!(line(|request| request.url = String::new()).place, "");
}

#[test]
fn among_many_hosts_a_line_has_its_path_and_query() {
    let path = |url: &str| {
        let request = TracedRequest { url: url.to_owned(), ..sample::requests().remove(0) };
        Line::of(0, &request, "", 0).path().to_owned()
    };
    assert_eq!(path("https://shop.example/api/cart?live"), "/api/cart?live");
    assert_eq!(path("https://shop.example"), "shop.example");
    assert_eq!(path("/only/a/path"), "/only/a/path");
}

#[test]
fn the_choice_stays_with_its_request_while_the_list_grows() {
    let mut list = list();
    assert!(list.step(Step::Up, 5));
    assert_eq!(list.place(), Some(2));
    let mut more = sample::requests();
    let mut early = more[0].clone();
    (early.span, early.start) = (SpanId::mint([3; 8]).unwrap(), trace::Timestamp::default());
    more.push(early);
    list.fill(Ok(more));
    assert_eq!(list.place(), Some(3));
    assert!(list.step(Step::Close, 5) && list.chosen().is_none());
    assert!(!list.step(Step::Open, 5), "nothing is chosen");
}

#[test]
fn a_filter_shows_some_in_their_order_and_counts_them() {
    let mut list = Requests::newest_first();
    list.fill(Ok(sample::requests()));
    let places = |list: &Requests| {
        let lines = list.lines(0..9, "https://shop.example", 0);
        lines.into_iter().map(|line| line.place).collect::<Vec<_>>()
    };
    let all = ["pricing.example/api/price", "/api/orders", "/checkout?step=2"];
    assert_eq!(places(&list), all);
    list.filter(typed("api shop.example"));
    assert_eq!(places(&list), all[1..2]);
    assert_eq!((list.all(), list.totals().requests), (3, 3));
    list.filter(typed("-status:* or duration>100ms"));
    assert_eq!(places(&list), [all[0], all[2]]);
}

#[test]
fn a_session_s_numbers_stay_whatever_is_typed() {
    let mut list = list();
    let session = list.rows[0].session;
    let whole = Filter { session, ..Filter::default() };
    list.filter(whole);
    let totals = list.totals();
    assert_eq!(totals.requests, list.len() as u64);
    list.filter(Filter { mine: true, ..Filter { session, ..typed("nothing says this") } });
    assert_eq!((list.len(), list.totals()), (0, totals));
}

#[test]
fn what_only_the_store_knows_is_added_and_what_both_know_is_not_doubled() {
    let mut list = list();
    let known = sample::requests().remove(0);
    let mut other = known.clone();
    other.trace = TraceId::mint([9; 16]).unwrap();
    list.find(vec![known, other.clone()]);
    assert_eq!((list.len(), list.totals().requests), (4, 4));
    list.merge(sample::requests());
    assert_eq!((list.len(), list.totals().requests), (4, 4));
    other.span = SpanId::mint([9; 8]).unwrap();
    list.merge(vec![other]);
    assert_eq!((list.len(), list.totals().requests), (4, 4), "the journal's word comes first");
    list.filter(Filter { mine: true, ..Filter::default() });
    assert_eq!(list.len(), 4);
}

#[test]
fn an_empty_list_says_what_keeps_all_away() {
    let mut list = list();
    assert_eq!(list.blank(""), None);
    list.filter(Filter { traces: true, ..typed("nothing says this") });
    let detail = list.blank("").unwrap().detail;
    assert_eq!(detail, "Of 3 requests, none matches the filter and has a trace.");
    list.fill(Ok(Vec::new()));
    assert_eq!(list.blank(""), None, "there is nothing to be kept away");
}

#[test]
fn completion_counts_the_requests_of_the_session() {
    let mut list = list();
    let offered = |list: &Requests| {
        let choices = list.complete("method:", 7).choices;
        choices.into_iter().map(|it| (it.text, it.count)).collect::<Vec<_>>()
    };
    let known = [("GET".to_owned(), Some(2)), ("POST".to_owned(), Some(1))];
    assert_eq!(offered(&list), known);
    let session = trace::SessionId::mint([8; 16]);
    list.filter(Filter { session, ..Filter::default() });
    assert_eq!(offered(&list), []);
}

#[test]
fn two_requests_of_two_traces_are_compared_the_older_first() {
    let mut list = list();
    let mut other = list.rows[0].clone();
    other.trace = TraceId::mint([9; 16]).unwrap();
    let (old, new) = (other.trace, list.rows[0].trace);
    other.start = trace::Timestamp::default();
    list.find(vec![other]);
    for at in [3, 2] {
        list.mark(at);
    }
    assert_eq!(list.pair(), Err("Both are of one trace: tick a request of another"));
    list.mark(3);
    assert_eq!(list.pair(), Err("Tick one more request to compare"));
    for at in [0, 1] {
        list.mark(at);
    }
    assert_eq!(list.pair(), Ok([old, new]));
    assert_eq!(list.marked().len(), 2, "a third one is not marked");
    list.unmark();
    assert!(list.marked().is_empty());
}

#[test]
fn an_unreadable_journal_keeps_what_was_read_before() {
    let mut list = list();
    list.fill(Err("no room".to_owned()));
    assert_eq!((list.len(), list.trouble.as_deref()), (3, Some("no room")));
}

/// Requests of a list that is as long as none is drawn at once.
fn many(count: u64) -> Vec<TracedRequest> {
    let sample = sample::requests().remove(0);
    let of = |at: u64| TracedRequest {
        span: SpanId::mint((at + 1).to_be_bytes()).unwrap(),
        start: Timestamp::from_nanos(sample.start.nanos() + at * 1_000_000),
        status: Some(if at.is_multiple_of(10) { 500 } else { 200 }),
        ..sample.clone()
    };
    (0..count).map(of).collect()
}

fn times(list: &Requests) -> Vec<u64> {
    let first = sample::NOW.millis();
    (0..list.len()).filter_map(|at| list.at(at)).map(|it| it.start.millis() - first).collect()
}

#[test]
fn pages_come_in_any_order_and_twice_and_the_list_is_the_same() {
    let all = many(50);
    let mut list = Requests::newest_first();
    for page in [&all[30..], &all[..10], &all[10..35], &all[..]] {
        list.merge(page.to_vec());
    }
    assert_eq!(times(&list), (0..50).rev().collect::<Vec<_>>());
    let mut filled = Requests::newest_first();
    filled.fill(Ok(all));
    assert_eq!((filled.totals(), times(&filled)), (list.totals(), times(&list)));
    assert_eq!(filled.sessions().newest(9), list.sessions().newest(9));
}

#[test]
fn a_request_that_changed_is_filtered_and_counted_anew() {
    let mut list = Requests::newest_first();
    let mut all = many(20);
    list.merge(all.clone());
    list.filter(typed("status:5xx"));
    assert_eq!(times(&list), [10, 0]);
    all[3].status = Some(503);
    (all[10].status, all[10].spans) = (Some(200), 9);
    all[0].start = Timestamp::from_nanos(all[19].start.nanos() + 1_000_000);
    list.merge(vec![all[3].clone(), all[10].clone(), all[0].clone()]);
    assert_eq!(times(&list), [20, 3]);
    let spans = 5 * 19 + 9;
    assert_eq!((list.totals().requests, list.totals().spans), (20, spans));
}

#[test]
fn of_a_long_list_the_newest_are_filtered_first() {
    let mut list = Requests::newest_first();
    list.merge(many(10_000));
    while list.sift(1_000) {}
    list.filter(typed("status:5xx"));
    assert!(list.sifting() && times(&list)[0] == 9_990);
    assert_eq!(list.len(), AT_ONCE / 10);
    list.merge(many(10_001).split_off(10_000));
    assert_eq!(times(&list)[0], 10_000, "what comes meanwhile is there");
    while list.sift(1_000) {}
    assert_eq!((list.len(), list.totals().requests), (1_001, 10_001));
}

#[test]
fn a_time_narrows_the_list_and_not_the_picture() {
    let mut list = Requests::newest_first();
    list.merge(many(100));
    let first = sample::NOW.millis();
    let range = (Some(first + 20), Some(first + 23));
    list.filter(Filter { range, ..Filter::default() });
    assert_eq!(times(&list), [22, 21, 20]);
    assert_eq!((list.totals().requests, list.extent()), (100, Some((first, first + 99))));
    let picture = list.histogram((first, first + 99), 0);
    assert_eq!(picture.totals(), [90, 0, 0, 10, 0]);
    list.filter(Filter { range: (Some(first + 500), None), ..Filter::default() });
    assert_eq!(list.blank("").unwrap().detail, "Of 100 requests, none began in that time.");
    list.filter(Filter { range: (Some(9), Some(5)), ..Filter::default() });
    assert!(list.is_empty());
}

#[test]
fn a_row_is_found_again_while_others_come_and_what_is_newer_is_counted() {
    for mut list in [Requests::newest_first(), Requests::default()] {
        let all = many(30);
        list.merge(all[..20].to_vec());
        let at = if list.newest_first { 4 } else { 15 };
        let seat = list.seat(at).unwrap();
        assert_eq!((list.down(seat), list.arrived()), (Some(at), 0));
        list.merge(all[20..].to_vec());
        let now = if list.newest_first { 14 } else { 15 };
        assert_eq!((list.down(seat), list.arrived()), (Some(now), 10));
        list.merge(all[5..].to_vec());
        assert_eq!(list.arrived(), 10);
        list.filter(typed("status:5xx"));
        assert_eq!((list.down(seat), list.arrived()), (None, 10));
    }
}

#[test]
fn what_the_journal_has_no_more_is_forgotten() {
    let (mut list, all) = (Requests::newest_first(), many(30));
    list.merge(all.clone());
    let mut newest = all[20..].to_vec();
    newest.remove(5);
    list.choose_of(all[25].trace, Some(all[25].span));
    list.renew(newest, None, false);
    assert_eq!((list.len(), list.totals().requests, list.chosen()), (29, 29, None));
    list.renew(Vec::new(), None, false);
    assert_eq!(list.len(), 29, "nothing was told");
    let older = [&all[10..14], &all[16..20]].concat();
    list.renew(older, Some(all[20].start), false);
    let left = (0..14).chain(16..25).chain(26..30).rev().collect::<Vec<_>>();
    assert_eq!(times(&list), left, "what is newer and older than those that were read stays");
    list.renew(all[3..10].to_vec(), Some(all[10].start), true);
    assert_eq!((list.len(), list.totals().requests), (24, 24));
    list.renew(Vec::new(), None, true);
    assert_eq!((list.len(), list.totals(), list.sessions().count()), (0, Totals::default(), 0));
}

#[test]
fn values_of_a_field_are_told_the_most_frequent_first() {
    let mut list = list();
    let said = list.values("host");
    assert_eq!(said, [("shop.example".to_owned(), 2), ("pricing.example".to_owned(), 1)]);
    list.filter(Filter { session: trace::SessionId::mint([8; 16]), ..Filter::default() });
    assert_eq!(list.values("host"), []);
}

#[test]
fn a_clock_that_was_set_back_orders_by_what_it_says_and_keeps_the_session_sane() {
    let day = 86_400_000_000_000;
    let mut all = many(10);
    for late in &mut all[6..] {
        late.start = Timestamp::from_nanos(late.start.nanos() - day);
    }
    let mut list = Requests::newest_first();
    list.merge(all[..6].to_vec());
    list.merge(all[6..].to_vec());
    let starts: Vec<_> = (0..list.len()).filter_map(|at| list.at(at)).map(|it| it.start).collect();
    assert_eq!(list.len(), 10);
    assert!(starts.is_sorted_by(|newer, older| newer > older), "each has its place");
    let [past] = &list.sessions().newest(9)[..] else { panic!("they are of one session") };
    assert_eq!((past.since, past.until, past.requests), (all[6].start, all[5].start, 10));
    assert_eq!(list.extent(), Some((all[6].start.millis(), all[5].start.millis())));
    // The last ones are older than the newest that is known: reading the newest again finds them.
    let newest = Some(all[6].start);
    list.renew(all[..6].to_vec(), None, false);
    assert_eq!(list.len(), 10);
    list.renew(all[6..].to_vec(), Some(all[0].start), true);
    assert_eq!((list.len(), starts.last().copied()), (10, newest));
}
