//! The session machine, by named cases and by a walk over every event in every state.

use super::*;
use crate::TraceContext;
use crate::completion::Progress;
use crate::json;
use crate::origin::Origin;
use crate::settings::{Ending, Settings};
use crate::state::{End, Place, Plan};
use crate::wanted::{Reach, wanted};

/// A browser in a few words: tab 1 and 2 are open; contexts are numbered as they are drawn.
struct World {
    state: State,
    drawn: u8,
    clock: u64,
    asked: u32,
}

impl World {
    fn new() -> Self {
        Self { state: State::default(), drawn: 0, clock: 1_000, asked: 0 }
    }

    fn step(&mut self, event: Event) -> Vec<Act> {
        self.clock += 1;
        let now = Timestamp::from_nanos(self.clock * 1_000_000);
        let drawn = &mut self.drawn;
        self.state.step(event, now, &mut || {
            *drawn += 1;
            std::array::from_fn(|at| *drawn + u8::try_from(at).unwrap())
        })
    }

    /// The context on a document request of this tab, as the browser would apply the rules.
    fn armed(&self, tab: i32) -> Option<TraceContext> {
        let rules = wanted(&self.state, &Settings::default()).rules;
        let mut fitting = rules.values().filter(|rule| {
            matches!(rule.reach, Reach::Documents(_) | Reach::Site(_))
                && rule.tabs.is_none_or(|only| only == tab)
                && !rule.except.contains(&tab)
        });
        let rule = fitting.next()?;
        assert!(fitting.next().is_none(), "two rules would set two contexts");
        rule.request[0].1.parse().ok()
    }

    /// A whole navigation; returns the context that went out.
    fn navigate(&mut self, tab: i32, url: &str) -> Option<TraceContext> {
        let context = self.armed(tab);
        if let Some(context) = context {
            self.asked += 1;
            let request = format!("n{}", self.asked);
            self.step(asked(tab, &request, url, context));
        }
        self.step(Event::Committed { tab, url: url.to_owned() });
        context
    }
}

const URL: &str = "http://a.test/checkout";

fn origin() -> Origin {
    Origin::of(URL).unwrap()
}

fn place() -> Place {
    Place { store: String::new(), host: "a.test".to_owned() }
}

fn stop() -> Event {
    Event::Stop { place: place(), end: End::Stopped }
}

fn open(tab: i32, url: &str, store: &str) -> Open {
    Open { tab, url: url.to_owned(), store: Some(store.to_owned()) }
}

fn start(tab: i32) -> Event {
    begin(tab, Plan::default())
}

fn begin(tab: i32, plan: Plan) -> Event {
    let open = vec![open(1, URL, ""), open(2, URL, "")];
    Event::Start { tab, origin: origin(), plan, open }
}

fn sent(tab: i32, url: &str, context: TraceContext) -> Event {
    asked(tab, &context.trace.to_string(), url, context)
}

/// A request with the browser's number.
fn asked(tab: i32, request: &str, url: &str, context: TraceContext) -> Event {
    let (request, url, method) = (request.to_owned(), url.to_owned(), "GET".to_owned());
    Event::Sent(Asked { tab, request, url, method, context })
}

#[test]
fn a_page_trace_arms_one_document_and_no_more() {
    let mut world = World::new();
    let acts = world.step(Event::Trace { tab: 1, origin: origin() });
    assert_eq!(acts, [Act::Changed(1), Act::Reload(1)]);
    assert_eq!(world.armed(2), None, "another tab is left alone");
    let progress = |world: &World| world.state.progress(1, Timestamp::default());
    assert_eq!(progress(&world), Some(Progress::Reloading));
    world.step(Event::Leaving { tab: 1 });
    assert_eq!(progress(&world), Some(Progress::Armed));
    let context = world.navigate(1, URL).unwrap();
    let page = world.state.page(1).unwrap();
    assert_eq!(page.context.trace, context.trace);
    assert!(page.toast && page.live);
    assert_eq!(world.armed(1), None);
    assert!(
        wanted(&world.state, &Settings::default()).cookies.is_empty(),
        "a page trace sets no cookie"
    );
    world.step(Event::Loaded { trace: context.trace });
    assert!(wanted(&world.state, &Settings::default()).rules.is_empty());
}

/// The context on what this tab's document loads.
fn carried(world: &World, tab: i32) -> Option<TraceContext> {
    let rules = wanted(&world.state, &Settings::default()).rules;
    let mut fitting = rules
        .values()
        .filter(|rule| matches!(rule.reach, Reach::Resources(_)) && rule.tabs == Some(tab));
    let rule = fitting.next()?;
    assert!(fitting.next().is_none(), "two rules would set two contexts");
    rule.request[0].1.parse().ok()
}

#[test]
fn what_a_document_loads_first_finds_its_context_set_before_the_commit() {
    let mut world = World::new();
    world.step(Event::Trace { tab: 1, origin: origin() });
    let first = world.armed(1).unwrap().trace;
    assert_eq!(carried(&world, 1).unwrap().trace, first, "nothing else is traced in the tab");
    world.navigate(1, URL);
    assert_eq!(carried(&world, 1).unwrap().trace, first);

    let mut world = World::new();
    world.step(start(1));
    let first = world.navigate(1, URL).unwrap().trace;
    let next = world.armed(1).unwrap();
    assert_eq!(carried(&world, 1).unwrap().trace, first, "the old document still loads things");
    world.step(sent(1, URL, next));
    assert_eq!(carried(&world, 1).unwrap().trace, next.trace);
    world.step(Event::Abandoned { tab: 1, url: URL.to_owned() });
    assert_eq!(carried(&world, 1).unwrap().trace, first, "and goes on when it stays");
}

#[test]
fn in_a_session_every_document_of_every_tab_gets_a_context_of_its_own() {
    let mut world = World::new();
    let acts = world.step(start(1));
    assert_eq!(acts, [Act::Reload(1), Act::Changed(1)]);
    let mut traces = Vec::new();
    for tab in [1, 1, 2, 7, 7, 2, 8] {
        traces.push(world.navigate(tab, URL).expect("armed").trace);
    }
    traces.sort();
    traces.dedup();
    assert_eq!(traces.len(), 7);
    assert_eq!(world.state.sessions.get(&place()).unwrap().pages, 7);
}

#[test]
fn tabs_that_a_page_opens_at_once_get_a_context_each() {
    let mut world = World::new();
    world.step(start(1));
    world.navigate(1, URL);
    for tab in [7, 8, 9] {
        world.step(Event::Opened(open(tab, URL, "")));
    }
    let mut traces: Vec<_> = [7, 8, 9].map(|tab| world.armed(tab).unwrap().trace).to_vec();
    traces.dedup();
    assert_eq!(traces.len(), 3);
    world.step(Event::Opened(open(10, "http://b.test/", "")));
    assert!(world.state.tabs.get(&10).is_none(), "another host has no session");
}

#[test]
fn stop_leaves_nothing_wanted() {
    let mut world = World::new();
    world.step(start(1));
    world.navigate(1, URL);
    world.navigate(2, URL);
    let before = wanted(&world.state, &Settings::default());
    assert!(!before.rules.is_empty() && !before.cookies.is_empty());
    world.step(stop());
    let after = wanted(&world.state, &Settings::default());
    assert_eq!(after, crate::wanted::Wanted::default());
    assert_eq!(world.step(stop()), [], "twice is nothing");
}

#[test]
fn a_page_trace_that_is_taken_back_leaves_nothing_armed() {
    let mut world = World::new();
    world.step(Event::Trace { tab: 1, origin: origin() });
    world.step(Event::Cancel { tab: 1 });
    assert_eq!(wanted(&world.state, &Settings::default()), crate::wanted::Wanted::default());
}

#[test]
fn a_redirect_is_one_request_and_its_last_address_is_the_page() {
    let mut world = World::new();
    world.step(start(1));
    let context = world.armed(1).unwrap();
    world.step(sent(1, "http://a.test/old", context));
    world.step(sent(1, URL, context));
    assert_eq!(world.state.progress(1, Timestamp::default()), Some(Progress::Requested));
    let acts = world.step(Event::Committed { tab: 1, url: URL.to_owned() });
    assert!(acts.contains(&Act::Begun(context.trace)));
    assert_eq!(world.state.page(1).unwrap().url, URL);
}

#[test]
fn a_document_that_moves_on_at_once_leaves_a_context_of_its_own_to_the_next() {
    let mut world = World::new();
    world.step(start(1));
    let first = world.armed(1).unwrap();
    world.step(sent(1, URL, first));
    assert_eq!(world.armed(1), Some(first), "a redirect would still carry it");
    world.step(Event::Responded { tab: 1 });
    let second = world.armed(1).unwrap();
    assert_ne!(second, first);
    world.step(Event::Committed { tab: 1, url: URL.to_owned() });
    assert_eq!(world.armed(1), Some(second), "armed once, not again");
    assert_eq!(carried(&world, 1).unwrap().trace, first.trace);
    world.step(sent(1, URL, second));
    world.step(Event::Committed { tab: 1, url: URL.to_owned() });
    assert_eq!(world.state.page(1).unwrap().context.trace, second.trace);
}

#[test]
fn hello_before_committed_opens_the_page_once() {
    let mut world = World::new();
    world.step(start(1));
    let context = world.armed(1).unwrap();
    world.step(sent(1, URL, context));
    let read = world.state.pending.get(&context.trace).unwrap().context.resources();
    let hello = Event::Hello { tab: 1, url: URL.to_owned(), context: Some(read) };
    assert!(world.step(hello.clone()).contains(&Act::Begun(context.trace)));
    let armed = world.armed(1);
    assert_eq!(world.step(Event::Committed { tab: 1, url: URL.to_owned() }), []);
    assert_eq!(world.step(hello), [], "and saying it again changes nothing");
    assert_eq!(world.armed(1), armed);
    assert_eq!(world.state.sessions.get(&place()).unwrap().pages, 1);
}

#[test]
fn a_forged_hello_opens_nothing() {
    let mut world = World::new();
    world.step(start(1));
    let armed = world.state.tabs.get(&1).unwrap().next.clone().unwrap();
    let read = armed.context.resources();
    let hello = |tab, read| Event::Hello { tab, url: URL.to_owned(), context: Some(read) };
    assert_eq!(world.step(hello(2, read)), [], "it is armed for another tab");
    let made_up = TraceContext { span: armed.context.document, ..read };
    assert_eq!(world.step(hello(1, made_up)), [], "it is not what a document reads");
    assert_eq!(world.state.pages.len(), 0);
}

#[test]
fn a_navigation_that_comes_to_nothing_uses_its_context_up() {
    let mut world = World::new();
    world.step(start(1));
    world.navigate(1, URL);
    let context = world.armed(1).unwrap();
    world.step(sent(1, "http://a.test/file.zip", context));
    world.step(Event::Abandoned { tab: 1, url: URL.to_owned() });
    assert_eq!(world.state.pending.len(), 1, "that was the document before");
    let url = "http://a.test/file.zip".to_owned();
    world.step(Event::Abandoned { tab: 1, url });
    assert_ne!(world.armed(1).unwrap(), context);
    assert!(world.state.page(1).is_some(), "the old document is still shown");
}

#[test]
fn leaving_the_host_disarms_the_tab_and_coming_back_traces_again() {
    let mut world = World::new();
    world.step(start(1));
    world.navigate(1, URL);
    let context = world.armed(1).unwrap();
    let acts = world.step(Event::Committed { tab: 1, url: "http://b.test/".to_owned() });
    assert!(matches!(acts[0], Act::Ended(_)));
    assert!(world.state.page(1).is_none());
    assert!(world.armed(1).is_some_and(|spare| spare != context));
    assert!(world.navigate(1, URL).is_some());
}

#[test]
fn a_closed_tab_ends_its_page_and_is_forgotten_once_the_wait_is_over() {
    let mut world = World::new();
    world.step(Event::Trace { tab: 1, origin: origin() });
    let trace = world.navigate(1, URL).unwrap().trace;
    assert_eq!(world.step(Event::Closed { tab: 1 }), [Act::Ended(trace)]);
    world.state.tidy(Timestamp::from_nanos(world.clock * 1_000_000));
    assert!(world.state.pages.contains(&trace), "its spans are still awaited");
    let later = Timestamp::from_nanos(10_000_000_000_000);
    world.state.pages.get_mut(&trace).unwrap().watch.settle(later);
    world.state.tidy(later);
    assert_eq!(world.state, State::default());
}

#[test]
fn of_many_pages_that_were_left_the_newest_are_followed_on() {
    let mut world = World::new();
    world.step(start(1));
    let now = |world: &World| Timestamp::from_nanos(world.clock * 1_000_000);
    let traces: Vec<_> = (0..75).map(|_| world.navigate(1, URL).unwrap().trace).collect();
    world.state.tidy(now(&world));
    assert_eq!(world.state.pages.keys().count(), 75, "nothing of them is written yet");
    world.state.pages.values_mut().for_each(|page| page.sealed = page.closed);
    world.state.tidy(now(&world));
    assert_eq!(world.state.pages.keys().count(), 65, "the one that is shown beside the rest");
    world.state.pages.values_mut().for_each(|page| page.ladder.over = true);
    world.state.tidy(now(&world));
    assert_eq!(world.state.pages.keys().count(), 17);
    assert!(traces[58..].iter().all(|trace| world.state.pages.contains(trace)));
}

#[test]
fn the_state_survives_being_written_down() {
    let mut world = World::new();
    world.step(start(1));
    world.navigate(1, URL);
    let context = world.armed(2).unwrap();
    world.step(sent(2, URL, context));
    assert_eq!(json::read(&json::write(&world.state)), Ok(world.state));
}

#[test]
fn dice_that_only_show_zero_arm_nothing_and_do_not_hang() {
    let mut state = State::default();
    let acts = state.step(start(1), Timestamp::from_nanos(1), &mut || [0; 32]);
    assert_eq!(acts, []);
    assert_eq!(wanted(&state, &Settings::default()), crate::wanted::Wanted::default());
}

/// A plan that ends by itself.
fn ending(ending: Ending) -> Plan {
    Plan { ending, ..Plan::default() }
}

fn session(world: &World) -> &crate::state::Session {
    world.state.sessions.get(&place()).expect("a session is active")
}

fn why(world: &World) -> Option<End> {
    world.state.ended(1, "a.test").map(|ended| ended.end)
}

#[test]
fn restart_is_a_new_id_that_names_the_old_one_on_its_first_page_only() {
    let mut world = World::new();
    world.step(begin(1, ending(Ending { minutes: 15, ..Ending::default() })));
    world.navigate(1, URL);
    let old = session(&world).id;
    let open = vec![open(1, URL, ""), open(2, URL, "")];
    let acts = world.step(Event::Restart { tab: 1, origin: origin(), open });
    assert!(acts.contains(&Act::Silence(1)) && acts.contains(&Act::Reload(1)), "{acts:?}");
    assert_ne!(session(&world).id, old);
    assert_eq!(session(&world).previous, Some(old));
    assert_eq!(session(&world).ending.minutes, 15, "the plan stays");
    assert_eq!(why(&world), Some(End::Restarted));
    world.navigate(1, URL);
    assert_eq!(world.state.page(1).unwrap().previous, Some(old));
    world.navigate(2, URL);
    assert_eq!(world.state.page(2).unwrap().previous, None);
    let (tab, open) = (3, Vec::new());
    let other = Origin::of("http://b.test/").unwrap();
    assert_eq!(world.step(Event::Restart { tab, origin: other, open }), [], "nothing to restart");
}

#[test]
fn a_session_ends_when_its_time_is_over_whatever_happens_then() {
    let mut world = World::new();
    world.step(begin(1, ending(Ending { minutes: 1, ..Ending::default() })));
    let expiry = session(&world).expiry;
    assert_eq!(expiry, 61, "a minute after the second in which it began");
    let wanted = wanted(&world.state, &Settings::default());
    assert_eq!(wanted.alarm, Some(61_000));
    let cookie = wanted.cookies.get(&place()).unwrap();
    assert_eq!(cookie.expiry, 61);
    assert!(cookie.value.ends_with(".61"), "{}", cookie.value);
    world.clock = 60_998;
    assert_eq!(world.step(Event::Tick), [], "not yet");
    assert!(world.step(Event::Tick).contains(&Act::Changed(1)));
    assert_eq!(why(&world), Some(End::Expired));
    assert!(!world.state.sessions.contains(&place()));
}

#[test]
fn a_session_ends_after_the_requests_that_it_was_to_trace() {
    let mut world = World::new();
    world.step(begin(1, ending(Ending { requests: 5, ..Ending::default() })));
    let trace = world.navigate(1, URL).unwrap().trace;
    for requests in [1, 3, 3, 2] {
        world.step(Event::Counted { trace, requests, softs: 0 });
    }
    assert_eq!(session(&world).requests, 3, "counted once each, however often they are told");
    let other = world.navigate(2, URL).unwrap().trace;
    world.step(Event::Counted { trace: other, requests: 2, softs: 0 });
    assert_eq!(why(&world), Some(End::Counted));
}

#[test]
fn a_session_that_lasts_while_its_panel_is_open_ends_with_it() {
    let mut world = World::new();
    world.step(begin(1, ending(Ending { panel: true, ..Ending::default() })));
    assert_eq!(world.step(Event::Watched { tabs: vec![1, 2] }), []);
    world.step(Event::Watched { tabs: vec![2] });
    assert_eq!(why(&world), Some(End::Unwatched));
}

#[test]
fn tabs_of_another_store_have_no_part_in_a_session() {
    let mut world = World::new();
    let tabs = vec![open(1, URL, ""), open(5, URL, "1")];
    world.step(Event::Found { open: tabs.clone(), guarded: true });
    world.step(Event::Start { tab: 1, origin: origin(), plan: Plan::default(), open: tabs });
    assert!(world.armed(1).is_some());
    assert_eq!(world.armed(5), None, "a private window's tab");
    assert_eq!(world.armed(9), None, "a tab that nobody knows may be private: no spare");
    world.step(Event::Closed { tab: 5 });
    let rules = wanted(&world.state, &Settings::default()).rules;
    let spare = rules.values().find(|rule| rule.tabs.is_none()).expect("a spare again");
    assert_eq!(spare.initiator.as_deref(), Some("a.test"), "for what its own pages open");

    world.step(Event::Opened(open(6, URL, "1")));
    let private = Event::Start {
        tab: 6,
        origin: origin(),
        plan: Plan::default(),
        open: vec![open(6, URL, "1"), open(1, URL, "")],
    };
    world.step(private);
    assert_eq!(world.state.sessions.len(), 2, "one host, two stores, two sessions");
    let cookies = wanted(&world.state, &Settings::default()).cookies;
    let stores: Vec<_> = cookies.values().map(|cookie| cookie.store.as_str()).collect();
    assert_eq!(stores, ["", "1"]);
    let (mine, theirs) = (world.navigate(1, URL).unwrap(), world.navigate(6, URL).unwrap());
    assert_ne!(mine.trace, theirs.trace);
    let session = |tab| world.state.page(tab).unwrap().session;
    assert_ne!(session(1), session(6));
    world.step(stop());
    assert_eq!(world.state.sessions.len(), 1);
    assert!(world.armed(6).is_some(), "the private session goes on");
}

#[test]
fn a_session_for_the_whole_site_covers_its_hosts_and_ends_those_of_one() {
    let mut world = World::new();
    let url = "http://shop.a.test/";
    world.step(Event::Start {
        tab: 1,
        origin: Origin::of(url).unwrap(),
        plan: Plan::default(),
        open: Vec::new(),
    });
    let plan = Plan { domain: "a.test".to_owned(), ..Plan::default() };
    world.step(begin(2, plan));
    assert_eq!(world.state.sessions.len(), 1);
    for (tab, url) in [(1, url), (2, "http://api.a.test:81/"), (3, URL)] {
        assert!(world.navigate(tab, url).is_some(), "{url}");
        assert!(world.state.page(tab).unwrap().session.is_some(), "{url}");
    }
    world.step(Event::Committed { tab: 4, url: "http://nota.test/".to_owned() });
    assert!(world.state.session(4, "nota.test").is_none());
    let wanted = wanted(&world.state, &Settings::default());
    let cookie = wanted.cookies.get(&place()).unwrap();
    assert_eq!(cookie.domain, "a.test");
    assert_eq!(wanted.scripts.keys().collect::<Vec<_>>(), ["*.a.test"], "no page gets it twice");
}

#[test]
fn bodies_are_read_on_named_sites_alone_and_only_while_they_are_traced() {
    let mut world = World::new();
    let settings = |lines: &[&str]| {
        let bodies = lines.iter().map(|line| (*line).to_owned()).collect();
        Settings { bodies, ..Settings::default() }
    };
    let ours = settings(&["http://a.test fields", "http://other.test response", "nonsense"]);
    let told = |wanted: &crate::wanted::Wanted| {
        let all = wanted.rules.values().flat_map(|rule| &rule.response);
        all.filter(|(_, value)| value.contains("tracelight-bodies")).count()
    };
    assert_eq!(wanted(&world.state, &ours), crate::wanted::Wanted::default());
    world.step(start(1));
    let set = wanted(&world.state, &ours);
    assert_eq!(set.scripts.keys().collect::<Vec<_>>(), ["a.test", "body a.test"]);
    assert!(told(&set) > 0);
    let rules = set.rules.values().flat_map(|rule| &rule.response);
    assert!(rules.into_iter().all(|(_, value)| !value.contains("other.test")));
    let none = wanted(&world.state, &settings(&["http://other.test fields"]));
    assert_eq!((none.scripts.len(), told(&none)), (1, 0));
}

#[test]
fn a_document_that_carries_another_ones_context_is_a_page_of_its_own_and_says_so() {
    let mut world = World::new();
    world.step(start(1));
    let context = world.armed(1).unwrap();
    world.step(asked(1, "n1", URL, context));
    world.step(Event::Committed { tab: 1, url: URL.to_owned() });
    let first = world.state.page(1).unwrap().context;
    world.step(asked(1, "n2", "http://a.test/next", context));
    world.step(Event::Committed { tab: 1, url: "http://a.test/next".to_owned() });
    let page = world.state.page(1).unwrap();
    assert_eq!((page.shared, page.session.is_some()), (Some(first), true));
    assert_ne!(page.context.trace, first.trace);
    let second = page.context.trace;
    assert_eq!(session(&world).pages, 2);

    let clock = |millis| crate::PageClock::new(millis);
    world.state.pages.get_mut(&first.trace).unwrap().clock = clock(1_000.0);
    let speaker = |millis| world.state.speaker(1, Some(first.resources()), clock(millis));
    assert_eq!(speaker(1_000.0), Some(first.trace), "what the first one states late is its own");
    assert_eq!(speaker(2_000.0), Some(second));
    assert_eq!(world.state.speaker(2, Some(first.resources()), None), None, "not this tab");
}

#[test]
fn two_tabs_that_took_one_spare_are_two_pages() {
    let mut world = World::new();
    world.step(start(1));
    let spare = world.armed(7).unwrap();
    world.step(asked(7, "n1", URL, spare));
    world.step(asked(8, "n2", URL, spare));
    for tab in [7, 8] {
        world.step(Event::Committed { tab, url: URL.to_owned() });
    }
    let page = |tab| world.state.page(tab).unwrap();
    assert_ne!(page(7).context.trace, page(8).context.trace);
    assert_eq!(page(8).shared, Some(page(7).context));
}

#[test]
fn a_redirect_to_another_host_takes_no_context_along() {
    let mut world = World::new();
    world.step(Event::Trace { tab: 1, origin: origin() });
    let context = world.armed(1).unwrap();
    world.step(asked(1, "n1", URL, context));
    let (request, url) = ("n1".to_owned(), "http://b.test/".to_owned());
    world.step(Event::Redirected { request, url: url.clone() });
    assert_eq!(carried(&world, 1), None, "nothing is for a host that nobody chose");
    world.step(Event::Committed { tab: 1, url });
    let page = world.state.page(1).unwrap();
    assert!(!page.live && page.toast, "but its trace is still followed");
    assert_eq!(carried(&world, 1), None);
}

#[test]
fn a_page_trace_can_be_taken_back_at_every_stage() {
    let cancel = || Event::Cancel { tab: 1 };
    let nothing = |world: &World| {
        assert_eq!(world.state.progress(1, Timestamp::default()), None);
        assert_eq!(wanted(&world.state, &Settings::default()), crate::wanted::Wanted::default());
    };
    let mut world = World::new();
    world.step(Event::Trace { tab: 1, origin: origin() });
    world.step(Event::Leaving { tab: 1 });
    assert_eq!(world.step(cancel()), [Act::Untoast(1), Act::Changed(1)]);
    nothing(&world);

    world.step(Event::Trace { tab: 1, origin: origin() });
    let context = world.armed(1).unwrap();
    world.step(asked(1, "n1", URL, context));
    world.step(cancel());
    nothing(&world);

    world.step(Event::Trace { tab: 1, origin: origin() });
    world.navigate(1, URL);
    assert!(world.step(cancel()).contains(&Act::Silence(1)));
    nothing(&world);
}

#[test]
fn a_page_trace_that_is_taken_back_leaves_its_session_as_it_was() {
    let mut world = World::new();
    world.step(start(1));
    world.navigate(1, URL);
    world.step(Event::Trace { tab: 1, origin: origin() });
    world.step(Event::Cancel { tab: 1 });
    assert!(world.armed(1).is_some(), "the next document is the session's");
    world.step(Event::Trace { tab: 1, origin: origin() });
    world.navigate(1, URL);
    let acts = world.step(Event::Cancel { tab: 1 });
    assert!(!acts.contains(&Act::Silence(1)));
    let page = world.state.page(1).unwrap();
    assert!(page.live && !page.toast);
}

#[test]
fn tabs_that_were_open_before_the_worker_knew_them_are_armed() {
    let mut world = World::new();
    world.step(start(1));
    let sessions = world.state.sessions.clone();
    world.state = State { sessions, ..State::default() };
    let open = vec![open(31, URL, ""), open(32, "http://b.test/", ""), open(33, "", "")];
    world.step(Event::Found { open, guarded: false });
    assert!(world.state.tabs.get(&31).unwrap().next.is_some());
    assert_eq!(world.state.tabs.len(), 1);
}

#[test]
fn a_session_that_an_earlier_release_stored_is_still_one() {
    let text = r#"{"id":"7f3c2a1b9d8e4f60a1b2c3d4e5f60718",
        "origin":{"secure":false,"host":"a.test","port":null},
        "since":"1795218972339697001","pages":3,"spare":null}"#;
    let session: crate::state::Session = json::read(text).unwrap();
    assert_eq!((session.place(), session.pages, session.expiry), (place(), 3, 0));
}

/// Everything that can happen in two tabs, one of which the session covers.
fn everything(world: &World) -> Vec<Event> {
    let mut events = vec![
        start(1),
        begin(
            2,
            Plan {
                domain: "test".to_owned(),
                ..ending(Ending { requests: 2, minutes: 1, panel: true })
            },
        ),
        Event::Restart { tab: 1, origin: origin(), open: vec![open(1, URL, "")] },
        stop(),
        Event::Found { open: vec![open(1, URL, ""), open(2, URL, "1")], guarded: true },
        Event::Watched { tabs: Vec::new() },
        Event::Tick,
    ];
    for tab in [1, 2] {
        let url = URL.to_owned();
        let request = format!("n{tab}");
        let (redirected, answered) = (request.clone(), request.clone());
        events.extend([
            Event::Trace { tab, origin: origin() },
            Event::Cancel { tab },
            Event::Opened(open(tab, URL, "")),
            Event::Leaving { tab },
            Event::Redirected { request: redirected, url: "http://b.test/".to_owned() },
            Event::Responded { tab },
            Event::Answered { tab, request: answered, status: Some(200), error: None },
            Event::Committed { tab, url: url.clone() },
            Event::Committed { tab, url: "http://b.test/".to_owned() },
            Event::Committed { tab, url: "about:blank".to_owned() },
            Event::Abandoned { tab, url },
            Event::Closed { tab },
        ]);
        let carried = world.armed(tab);
        events.extend(carried.map(|context| asked(tab, &request, URL, context)));
        let page = world.state.page(tab);
        events.extend(page.into_iter().flat_map(|page| {
            let trace = page.context.trace;
            let again = asked(tab, "n9", URL, page.context.request());
            let context = Some(page.context.resources());
            let hello = Event::Hello { tab, url: URL.to_owned(), context };
            [Event::Loaded { trace }, Event::Counted { trace, requests: 1, softs: 0 }, again, hello]
        }));
    }
    events
}

/// What holds in every state.
fn check(world: &World, path: &[Event]) {
    let State { sessions, tabs, pending, pages, .. } = &world.state;
    let wanted = wanted(&world.state, &Settings::default());
    assert_eq!(wanted.cookies.len(), sessions.len(), "one cookie a session: {path:?}");
    for (place, session) in sessions.iter() {
        assert_eq!(*place, session.place(), "{path:?}");
    }
    let idle = pending.is_empty()
        && tabs.values().all(|tab| tab.next.is_none() && tab.unseen.is_empty())
        && !pages.values().any(|page| page.live);
    if sessions.is_empty() && idle {
        assert_eq!(wanted, crate::wanted::Wanted::default(), "nothing is left: {path:?}");
    }
    let mut minted: Vec<_> = tabs
        .values()
        .flat_map(|tab| tab.next.iter().chain(&tab.after))
        .map(|armed| armed.context.trace)
        .chain(sessions.values().filter_map(|it| it.spare).map(|spare| spare.trace))
        .collect();
    let all = minted.len();
    minted.sort();
    minted.dedup();
    assert_eq!(minted.len(), all, "no context is armed twice: {path:?}");
    for (trace, page) in pages.iter() {
        assert_eq!(*trace, page.context.trace, "{path:?}");
        let active = sessions.values().any(|it| Some(it.id) == page.session);
        assert!(!page.live || page.session.is_none() || active, "a page of none lives: {path:?}");
        assert!(!(page.live && page.closed), "{path:?}");
    }
    for (id, tab) in tabs.iter() {
        let shown = tab.page.map(|trace| pages.get(&trace).expect("a tab's page is there"));
        assert!(shown.is_none_or(|page| page.tab == *id && !page.closed), "{path:?}");
        if let Some(armed) = tab.next.as_ref().filter(|armed| !armed.once) {
            let covered = world.state.session(*id, &armed.origin.host).is_some();
            assert!(covered, "armed for a session that is over: {path:?}");
        }
        let armed = world.armed(*id); // which fails where two rules would fit
        let _read_only = armed;
    }
    assert_eq!(json::read(&json::write(&world.state)), Ok(world.state.clone()), "{path:?}");
}

/// Walks from the empty state through every event that can happen there, and so on from each.
#[test]
fn every_event_in_every_state_keeps_what_must_hold() {
    let mut states: Vec<(World, Vec<Event>)> = vec![(World::new(), Vec::new())];
    for depth in 0..4 {
        let mut next = Vec::new();
        for (world, path) in &states {
            for event in everything(world) {
                let mut world = World { state: world.state.clone(), ..*world };
                let mut path = path.clone();
                path.push(event.clone());
                world.step(event);
                check(&world, &path);
                // Only what changed something is walked on from.
                let new = |(other, _): &(World, Vec<Event>)| other.state == world.state;
                if depth < 3 && !states.iter().any(new) && !next.iter().any(new) {
                    next.push((world, path));
                }
            }
        }
        states = next;
        // Enough of each round, spread over all of it.
        let stride = states.len() / 400 + 1;
        states = states.into_iter().step_by(stride).collect();
    }
}
