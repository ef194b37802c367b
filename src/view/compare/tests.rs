//! What a comparison shows, and what a course of runs does.

use std::sync::Arc;

use bridge::{Reply, TabView, TraceView};
use leptos::prelude::*;
use otlp::Sheet;
use trace::compare::{Build, Paths, Verdict};
use trace::completion::Progress;
use trace::request::TracedRequest;
use trace::{Span, SpanId, Timestamp, TraceId};

use super::course::{Act, Course, End, Run};
use super::duel::Duel;
use super::grid::{Deed, Line};
use super::loaded::Loaded;
use super::many::Many;
use super::pair::{Pair, Setting};
use super::runs::Runs;
use super::{series, versus};
use crate::opening::Opening;
use surface::address::Series;
use surface::candidate;
use surface::cursor::Step;
use surface::sample;

fn trace(number: u8) -> TraceId {
    TraceId::mint([number; 16]).unwrap()
}

/// The sample's page as another trace, with one span longer by so many milliseconds.
fn page(number: u8, longer: u64) -> Vec<Span> {
    let other = |id: SpanId| {
        let number = u64::from_be_bytes(*id.as_bytes()) + u64::from(number) * 1_000;
        SpanId::mint(number.to_be_bytes()).unwrap()
    };
    let mut spans = sample::spans();
    for span in &mut spans {
        span.trace = trace(number);
        (span.id, span.parent) = (other(span.id), span.parent.map(other));
    }
    spans[3].end = Timestamp::from_nanos(spans[3].end.nanos() + longer * 1_000_000);
    spans
}

fn loaded(spans: &[Span]) -> Arc<Loaded> {
    let trace = spans.first().map_or_else(|| trace(99), |span| span.trace);
    Arc::new(Loaded::of(trace, Sheet::of(spans), String::new()))
}

fn paths(sides: &[Arc<Loaded>]) -> Paths {
    let mut build = Build::default();
    sides.iter().for_each(|side| side.join(&mut build));
    build.done()
}

/// One span is gone, one is new, two came together, and one takes 40 ms more.
fn pair() -> Pair {
    let before = page(1, 0);
    let mut after = page(2, 40);
    after[5].name = "POST /api/orders/v2".to_owned();
    let mut twin = after[3].clone();
    twin.id = SpanId::mint([7; 8]).unwrap();
    twin.start = Timestamp::from_nanos(twin.end.nanos() + 1_000_000);
    twin.end = Timestamp::from_nanos(twin.start.nanos() + 5_000_000);
    after.push(twin);
    let sides = [loaded(&before), loaded(&after)];
    let paths = paths(&sides);
    Pair::of(sides, paths, Setting::default())
}

fn told(lines: &[Line]) -> Vec<String> {
    let line = |line: &Line| {
        let cells: Vec<&str> = line.cells.iter().map(|cell| cell.text.as_str()).collect();
        let (indent, pale) =
            ("  ".repeat(line.level as usize - 1), if line.pale { "~" } else { "" });
        format!("{indent}{pale}{} {} | {}", line.name, line.times, cells.join(" | "))
    };
    lines.iter().map(line).collect()
}

#[test]
fn two_traces_are_told_span_by_span() {
    let pair = pair();
    insta::assert_snapshot!(told(&pair.lines(0..99)).join("\n"));
    let tally = pair.tally();
    let counts = super::pair::Tally::ALL.map(|verdict| tally.of(verdict));
    assert_eq!((counts, tally.changed()), ([2, 1, 1, 0, 4], 4));
    assert_eq!(tally.of(Verdict::Slower), 1);
    let line = &pair.lines(3..4)[0];
    assert!(line.cells[0].link.contains(&trace(1).to_string()), "{line:?}");
    assert!(line.cells[1].link.contains(&trace(2).to_string()) && line.link == line.cells[1].link);
    assert_eq!(line.marks.iter().map(|mark| mark.class).collect::<Vec<_>>(), ["a", "b"]);
    assert!(line.marks[1].width > line.marks[0].width);
}

#[test]
fn only_what_differs_is_shown_with_what_leads_there_or_by_how_much() {
    let mut pair = pair();
    pair.arrange(Setting { only: true, ranked: false });
    let tree = told(&pair.lines(0..99));
    assert!(tree[0].starts_with("~page load"), "{tree:#?}");
    assert_eq!(tree.iter().filter(|line| !line.contains('~')).count(), 4);
    pair.arrange(Setting { only: true, ranked: true });
    let ranked = pair.lines(0..99);
    assert!(ranked.iter().all(|line| line.level == 1 && line.open.is_none() && !line.pale));
    assert_eq!(ranked.len(), 4);
    assert!(ranked[0].cells[2].text.contains("110 ms"), "{ranked:#?}");
}

#[test]
fn keys_lead_through_the_tree_and_fold_it() {
    let mut pair = pair();
    let count = pair.outline().len();
    let mut key = |step| pair.follow(Deed::Step(step, 5));
    assert!(key(Step::Down) && key(Step::In));
    assert!(key(Step::Out), "it is folded");
    assert!(key(Step::Out), "to the root");
    assert!(key(Step::Out), "which is folded");
    assert_eq!((pair.outline().len(), pair.outline().place()), (1, Some(0)));
    assert!(pair.follow(Deed::Step(Step::In, 5)), "and open again");
    assert_eq!(pair.outline().len(), count - 3);
    pair.follow(Deed::Choose(3));
    pair.arrange(Setting { only: true, ranked: false });
    assert!(pair.outline().place().is_some(), "the choice is of a path and not of a place");
    pair.follow(Deed::Fold(0));
    assert_eq!(pair.outline().place(), None);
    assert!(pair.follow(Deed::Step(Step::Last, 5)));
}

fn duel(sides: [&[Span]; 2]) -> Duel {
    let sides = sides.map(loaded);
    let mut duel = Duel::of(Some(sides[0].trace), Some(sides[1].trace));
    for side in &sides {
        duel.put(side.trace, &Ok(Arc::clone(side)));
    }
    if let Some(ready) = duel.ready() {
        let paths = paths(&ready);
        duel.pair = Some(Pair::of(ready, paths, duel.setting));
    }
    duel
}

#[test]
fn without_two_traces_it_says_why_and_offers_others() {
    let title = |duel: &Duel| duel.standing().unwrap_or_default().title;
    let one = page(1, 0);
    assert_eq!(title(&Duel::of(Some(trace(1)), Some(trace(1)))), "The same trace twice");
    assert_eq!(title(&Duel::of(Some(trace(1)), Some(trace(2)))), "Reading the traces");
    let missing = duel([&one, &[]]);
    assert_eq!(title(&missing), "Trace B has no spans");
    assert!(missing.choosing() && missing.kept() == Some(trace(1)));
    assert!(missing.standing().unwrap().detail.contains("journal nor the trace store"));
    let mut broken = Duel::of(Some(trace(1)), Some(trace(2)));
    broken.put(trace(1), &Err("IndexedDB open: no room".to_owned()));
    assert_eq!(title(&broken), "Trace A cannot be read");
    let same = duel([&one, &page(2, 0)]);
    assert_eq!(same.standing(), None);
    assert_eq!(same.equal().as_deref(), Some("No path differs by more than 5 % and 1 ms."));
}

#[test]
fn the_difference_of_two_traces_is_told_in_numbers_and_turns_with_them() {
    let longer = |by: u64| {
        let mut spans = page(2, 0);
        spans[0].end = Timestamp::from_nanos(spans[0].end.nanos() + by * 1_000_000);
        spans
    };
    let mut duel = duel([&page(1, 0), &longer(60)]);
    let facts = duel.facts(0);
    assert_eq!(facts[2].figures[1..], ["+60\u{a0}ms (+10\u{a0}%)", "0", "0"].map(str::to_owned));
    duel.swap();
    assert_eq!(duel.wanted, [Some(trace(2)), Some(trace(1))]);
    let ready = duel.ready().unwrap();
    let paths = paths(&ready);
    duel.pair = Some(Pair::of(ready, paths, duel.setting));
    assert!(duel.facts(0)[2].figures[1].starts_with("−60\u{a0}ms"));
}

#[test]
fn several_runs_have_a_median_and_a_spread_for_each_span() {
    let mut all: Vec<Vec<Span>> = vec![page(1, 300), page(2, 0), page(3, 20)];
    all[2].remove(5);
    let runs: Vec<Arc<Loaded>> = all.iter().map(|spans| loaded(spans)).collect();
    let paths = paths(&runs);
    let mut many = Many::of(runs, paths, Setting::default());
    insta::assert_snapshot!(told(&many.lines(0..99)).join("\n"));
    assert_eq!(many.whole(), [600_000_000, 600_000_000, 600_000_000, 0]);
    many.arrange(Setting { only: true, ranked: true });
    let varied = told(&many.lines(0..99));
    assert_eq!(varied.len(), 2, "{varied:#?}");
    assert!(varied[0].starts_with("SELECT orders"));
    let marks = &many.lines(0..1)[0].marks;
    assert_eq!(marks.iter().filter(|mark| mark.class == "dot").count(), 3);
}

fn view(number: u8, progress: Progress) -> Result<Reply, String> {
    let page =
        sample::tracing().page.map(|page| TraceView { trace: trace(number), progress, ..page });
    Ok(Reply::View(Box::new(TabView { page, ..sample::idle() })))
}

fn complete(number: u8) -> Result<Reply, String> {
    view(
        number,
        Progress::Complete { spans: 6, errors: 0, millis: 600, late: Vec::new(), asked: true },
    )
}

/// A course that has looked at its tab and has begun to run it.
fn begun(times: usize) -> Course {
    let mut course = Course::of(times);
    assert_eq!(course.next(), Act::Look);
    assert_eq!(course.saw(complete(9)), None);
    assert_eq!(course.next(), Act::Run);
    assert_eq!(course.saw(view(1, Progress::Reloading)), None);
    assert_eq!(course.next(), Act::Wait);
    course
}

fn ended(course: &Course) -> String {
    let Some(End::Failed(why)) = course.end() else { return format!("{:?}", course.end()) };
    why.clone()
}

#[test]
fn a_course_runs_a_page_as_often_as_it_is_to() {
    let mut course = begun(2);
    assert_eq!(course.standing().title, "Run 1 of 2");
    assert_eq!(course.saw(complete(1)), Some(Run { trace: trace(1), flaw: String::new() }));
    assert_eq!((course.next(), course.done()), (Act::Run, (1, 2)));
    // In a session the last page's trace is told until the next document is there.
    assert_eq!(course.saw(complete(1)), None);
    let late = Progress::TimedOut { reason: "no server span".into(), spans: 3, late: Vec::new() };
    let run = course.saw(view(2, late)).unwrap();
    assert_eq!((run.trace, run.flaw.as_str()), (trace(2), "no server span"));
    assert_eq!((course.next(), course.end()), (Act::Stop, Some(&End::Done)));
    assert_eq!(course.standing().title, "2 runs are traced");
}

#[test]
fn a_run_that_fails_ends_the_course_and_says_why() {
    let mut course = Course::of(3);
    let posted = TabView { posted: true, ..sample::idle() };
    course.saw(Ok(Reply::View(Box::new(posted))));
    assert!(ended(&course).contains("answer to a form (POST)"), "{course:?}");
    let mut course = Course::of(3);
    course.saw(Ok(Reply::View(Box::new(sample::unsupported()))));
    assert_eq!(
        ended(&course),
        "The browser lets no extension into its own pages. No run was finished."
    );
    let mut course = begun(3);
    course.saw(complete(1));
    course.gone();
    assert_eq!(ended(&course), "The tab was closed. 1 finished run is kept.");
    let mut course = begun(3);
    course.saw(complete(5));
    assert!(ended(&course).starts_with("The page was loaded anew"));
    let mut course = begun(3);
    course.saw(Ok(Reply::View(Box::new(sample::idle()))));
    assert!(ended(&course).starts_with("The tab went to another page"));
    let mut course = begun(3);
    course.saw(Err("nobody answers".to_owned()));
    assert!(ended(&course).starts_with("nobody answers. No run"));
    let mut course = begun(3);
    course.cancel();
    assert_eq!((course.end(), course.next()), (Some(&End::Cancelled), Act::Stop));
    course.gone();
    assert_eq!(course.end(), Some(&End::Cancelled), "an end is an end");
}

#[test]
fn a_run_of_another_page_does_not_count() {
    let mut course = begun(3);
    course.saw(complete(1));
    course.saw(complete(1));
    let Ok(Reply::View(mut view)) = complete(2) else { return };
    view.page.as_mut().unwrap().url = "https://shop.example/login".to_owned();
    assert_eq!(course.saw(Ok(Reply::View(view))), None);
    assert!(ended(&course).contains("another page") && ended(&course).contains("1 finished run"));
}

#[test]
fn runs_are_kept_in_the_address_and_the_first_can_be_left_out() {
    let mut runs = Runs::of(&Series { tab: Some(7), times: Some(3), ..Series::default() });
    assert_eq!(runs.standing().unwrap().title, "No result yet");
    runs.add(Run { trace: trace(1), flaw: String::new() });
    runs.add(Run { trace: trace(2), flaw: "no server span".to_owned() });
    runs.add(Run { trace: trace(3), flaw: String::new() });
    for (number, longer) in [(1, 0), (2, 5), (3, 9)] {
        runs.put(trace(number), &Ok(loaded(&page(number, longer))));
    }
    assert_eq!(runs.ready().len(), 2, "an incomplete run does not count by itself");
    assert_eq!(runs.warm(), Some(false));
    runs.warm_up(true);
    let series = runs.series();
    assert_eq!((series.traces.len(), &series.without[..]), (3, &[trace(1), trace(2)][..]));
    assert_eq!(runs.ready().len(), 1);
    let again = Runs::of(&series);
    assert_eq!((again.series(), again.unread().len()), (series, 3));
    let entries = runs.entries(0);
    assert!(entries[1].flaw == "Incomplete: no server span" && !entries[0].counts);
    runs.course = None;
    assert_eq!(runs.standing().unwrap().title, "Too few runs");
    assert_eq!(Runs::default().standing().unwrap().title, "No runs");
}

#[test]
fn traces_of_the_same_page_are_offered_first() {
    let row = |number: u8, url: &str| {
        let mut row = sample::requests().remove(0);
        row.trace = trace(number);
        row.start = Timestamp::from_nanos(row.start.nanos() + u64::from(number));
        row.url = url.to_owned();
        row
    };
    let rows = [
        row(1, "https://shop.example/items/17"),
        row(2, "https://shop.example/items/18?from=home"),
        row(3, "https://shop.example/items/18"),
        row(4, "https://shop.example/help"),
        row(5, "https://shop.example/items/18#top"),
    ];
    let found = candidate::candidates(Some(trace(3)), &rows, "", 0);
    let order: Vec<_> = found.iter().map(|it| (it.trace, it.near, it.before)).collect();
    use candidate::Nearness::{Other, Page, Route};
    assert_eq!(
        order,
        [
            (trace(5), Page, false),
            (trace(2), Page, true),
            (trace(1), Route, true),
            (trace(4), Other, false)
        ]
    );
    let typed = candidate::candidates(Some(trace(3)), &rows, "get HELP", 0);
    assert_eq!(typed.len(), 1);
    assert_eq!(candidate::previous(trace(3), &rows), Some(trace(2)));
    assert_eq!(candidate::previous(trace(2), &rows), Some(trace(1)));
    assert_eq!(candidate::previous(trace(4), &rows), None);
}

#[test]
fn a_pasted_text_is_searched_for_a_trace_id() {
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";
    for text in [
        format!(" {id} "),
        format!("00-{id}-00f067aa0ba902b7-01"),
        format!("chrome-extension://abc/app.html?view=dashboard&trace={}", id.to_uppercase()),
    ] {
        assert_eq!(candidate::find_id(&text), Some(sample::trace_id()), "{text}");
    }
    assert_eq!(candidate::find_id("checkout"), None);
    assert_eq!(candidate::find_id(&"0".repeat(32)), None);
}

/// A comparison, drawn.
fn versus(duel: RwSignal<Duel>, rows: RwSignal<Vec<TracedRequest>>) -> AnyView {
    let [on_swap, on_again] = [(); 2].map(|()| Callback::new(|()| ()));
    let (on_trace, on_open) = (Callback::new(|_| ()), Callback::new(|_| ()));
    let (opening, on_act) = (RwSignal::new(Opening::default()), Callback::new(|_| ()));
    view! {
        <versus::Versus
            duel rows zone=0 on_swap on_trace on_again on_open opening on_act back=true
        />
    }
    .into_any()
}

#[test]
fn a_trace_of_a_file_takes_the_free_side_and_no_address_names_it() {
    let file = |number| {
        Loaded::of(trace(number), Sheet::of(&page(number, 40)), String::new())
            .from_file("shop.json".to_owned())
    };
    let mut duel = Duel::of(Some(trace(1)), None);
    duel.put(trace(1), &Ok(loaded(&page(1, 0))));
    assert_eq!((duel.free(), duel.choosing()), (1, true));
    // The same trace, as it was when the file was written.
    duel.bring(file(1));
    assert!(duel.ready().is_some() && !duel.choosing());
    assert_eq!(duel.address(), None);
    assert_eq!(duel.ready().unwrap()[1].link(0), "");
    let before = duel.ready().unwrap();
    duel.put(trace(1), &Ok(loaded(&page(1, 9))));
    assert_eq!(duel.ready().unwrap()[1].length(), before[1].length(), "the file stays as it is");
    assert_eq!(duel.free(), 1, "the next one takes the second's place");
    duel.choose(trace(2));
    assert_eq!(duel.address(), Some(surface::address::compare(Some(trace(1)), Some(trace(2)))));
    duel.put(trace(2), &Ok(loaded(&page(2, 0))));
    duel.again();
    assert_eq!((duel.wanted, duel.free()), ([Some(trace(2)), None], 1));
    assert!(duel.choosing() && duel.kept() == Some(trace(2)));
}

#[test]
fn a_comparison_is_drawn_as_a_tree_with_columns() {
    let html = surface::draw::draw(|| {
        let mut drawn = duel([&page(1, 0), &page(2, 40)]);
        assert!(drawn.pair.iter_mut().all(|pair| pair.follow(Deed::Choose(3))));
        let rows = RwSignal::new(sample::requests());
        versus(RwSignal::new(drawn), rows)
    });
    insta::assert_snapshot!(html);
}

#[test]
fn runs_are_drawn_with_their_course_and_their_spread() {
    let html = surface::draw::draw(|| {
        let mut runs = Runs::of(&Series { tab: Some(7), times: Some(3), ..Series::default() });
        runs.course = Some(begun(3));
        for (number, longer) in [(1, 0), (2, 5)] {
            runs.add(Run { trace: trace(number), flaw: String::new() });
            runs.put(trace(number), &Ok(loaded(&page(number, longer))));
        }
        let ready = runs.ready();
        let paths = paths(&ready);
        runs.many = Some(Many::of(ready, paths, runs.setting));
        let (runs, on_open) = (RwSignal::new(runs), Callback::new(|_| ()));
        let on_cancel = Callback::new(|()| ());
        let dropped = RwSignal::new(true);
        view! { <series::Series runs zone=0 dropped on_cancel on_open /> }
    });
    insta::assert_snapshot!(html);
}

#[test]
fn names_from_a_trace_are_text_and_are_cut() {
    let html = surface::draw::draw(|| {
        let mut hostile = page(1, 0);
        hostile[0].name = "<script>alert(1)</script>".to_owned();
        hostile[3].name = "x".repeat(1_000_000);
        let duel = RwSignal::new(duel([&hostile, &page(2, 0)]));
        versus(duel, RwSignal::new(Vec::new()))
    });
    assert!(html.contains("&lt;script&gt;alert(1)") && !html.contains("<script"), "{html}");
    assert!(html.len() < 100_000, "{}", html.len());
}
