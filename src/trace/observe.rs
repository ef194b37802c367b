//! Takes in what was seen of a tab's document requests besides what the session machine hears:
//! evidence for the ladder, and the documents that were armed and left without context.
//!
//! Decides nothing about sessions, rules or cookies.

use crate::answer::Said;
use crate::doctor;
use crate::ladder::{Ladder, Way};
use crate::origin::Origin;
use crate::sampler::{Sampler, Verdict};
use crate::session::{Asked, Event};
use crate::settings::{Settings, Triggers};
use crate::state::{Armed, Missed, State};
use crate::{TraceContext, completion::Progress};

/// What was seen of a document request.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// It left.
    Left {
        /// For where, redacted.
        url: String,
        /// Its method.
        method: String,
        /// The context that it carried.
        context: Option<TraceContext>,
    },
    /// It was redirected.
    Redirected {
        /// Where to.
        to: String,
    },
    /// Its final response began.
    Responded {
        /// Whether the browser's cache gave it.
        cached: bool,
        /// Its headers.
        headers: Vec<(String, String)>,
    },
    /// It failed, and nobody gave it up.
    Failed {
        /// Where it was sent, redacted.
        url: String,
    },
    /// A document is shown.
    Shown {
        /// Its address, redacted.
        url: String,
        /// Whether the browser may have kept it: then it was not asked for.
        kept: bool,
    },
}

impl State {
    /// Takes in what was seen; comes before the event that tells of the same. Whether the tab's
    /// view changed.
    pub fn observe(&mut self, tab: i32, seen: Seen, settings: &Settings) -> bool {
        if let Seen::Left { method, .. } = &seen {
            self.arrivals.ask(tab, method);
        }
        match seen {
            // Where no header says which context went out, its absence says nothing.
            Seen::Left { .. } if !legible(&settings.triggers) => false,
            Seen::Left { url, method, context } => {
                let verdict = Sampler::of(settings).verdict(&method, &url);
                let excluded = matches!(verdict, Verdict::Excluded(_) | Verdict::Dashboard)
                    && context.is_none();
                self.left(tab, url, method, (context, excluded))
            }
            Seen::Redirected { to } => {
                let Some(ladder) = self.coming(tab) else { return false };
                ladder.redirected(&to);
                true
            }
            Seen::Responded { cached, headers } => {
                if self.coming(tab).is_none() {
                    return self.forgive(tab); // what failed before is answered now
                }
                let Some(ladder) = self.coming(tab) else { return false };
                ladder.way = if cached { Way::Cache } else { Way::Network };
                ladder.said = Said::of(&headers, &settings.answer);
                true
            }
            Seen::Failed { url } => self.failed(tab, url),
            Seen::Shown { url, kept } => self.shown(tab, url, kept),
        }
    }

    /// What a document request that left means where no header of ours can be read: it left with what
    /// our rules put on it.
    #[must_use]
    pub fn infer(
        &self,
        tab: i32,
        seen: &Seen,
        request: &str,
        settings: &Settings,
    ) -> Option<Event> {
        let Seen::Left { url, method, context: None } = seen else { return None };
        if legible(&settings.triggers) {
            return None;
        }
        let spare = || self.session(tab, &Origin::of(url).ok()?.host)?.spare;
        let armed = self.armed_for(tab, url);
        let once = armed.as_ref().is_some_and(|armed| armed.once);
        let context = armed.map(|armed| armed.context).or_else(spare)?.request();
        let context = match Sampler::of(settings).verdict(method, url) {
            _ if once => context,
            Verdict::Excluded(_) | Verdict::Dashboard => return None,
            Verdict::Rule(_, rate) => context.sample(rate.samples(context.trace)),
            Verdict::Free => context,
        };
        let (request, url, method) = (request.to_owned(), url.clone(), method.clone());
        Some(Event::Sent(Asked { tab, request, url, method, context }))
    }

    /// The ladder of the document that a tab waits for.
    fn coming(&mut self, tab: i32) -> Option<&mut Ladder> {
        let pending = self.pending.values_mut().find(|sent| sent.tab == tab);
        if let Some(sent) = pending {
            return Some(&mut sent.ladder);
        }
        let missed = self.tabs.get_mut(&tab)?.missed.as_mut()?;
        (!missed.shown).then_some(&mut missed.ladder)
    }

    fn left(
        &mut self,
        tab: i32,
        url: String,
        method: String,
        (context, excluded): (Option<TraceContext>, bool),
    ) -> bool {
        if context.is_some_and(|context| self.minted(tab, context)) {
            // The session machine takes it in.
            self.forgive(tab);
            return false;
        }
        let announced = |ladder: &&mut Ladder| ladder.hops.last().is_some_and(|hop| !hop.seen);
        if let Some(ladder) = self.coming(tab).filter(announced) {
            ladder.left(&url, context, false);
            ladder.excluded = excluded;
            return true;
        }
        if self.failed_here(tab, &url) && self.armed_for(tab, &url).is_none() {
            return false;
        }
        let changed = self.forgive(tab);
        let Some(armed) = self.armed_for(tab, &url) else { return changed };
        let mut ladder = Ladder { excluded, ..Ladder::armed(armed.context.request()) };
        ladder.left(&url, context, false);
        let missed = Missed { url, method, toast: armed.once, shown: false, ladder };
        self.miss(tab, missed)
    }

    /// Whether a context is one of ours that this tab may use.
    fn minted(&self, tab: i32, context: TraceContext) -> bool {
        let trace = context.trace;
        let armed = self.tabs.get(&tab).into_iter();
        let mut armed = armed.flat_map(|tab| tab.next.iter().chain(&tab.after).chain(&tab.unseen));
        self.pending.contains(&trace)
            || self.pages.contains(&trace)
            || armed.any(|armed| armed.context.trace == trace)
            || self
                .sessions
                .values()
                .any(|session| session.spare.is_some_and(|it| it.trace == trace))
    }

    fn armed_for(&self, tab: i32, url: &str) -> Option<Armed> {
        let armed = self.tabs.get(&tab)?.next.as_ref()?;
        let host = Origin::of(url).ok()?.host;
        (armed.origin.host == host).then(|| armed.clone())
    }

    /// Nothing is missed in a tab any more. Whether something was.
    fn forgive(&mut self, tab: i32) -> bool {
        self.tabs.get_mut(&tab).and_then(|tab| tab.missed.take()).is_some()
    }

    /// Whether the document of an address did not come. Browsers show a page of their own in its place,
    /// and ask again by themselves: what was found out stays until there is an answer.
    fn failed_here(&self, tab: i32, url: &str) -> bool {
        let missed = self.tabs.get(&tab).and_then(|tab| tab.missed.as_ref());
        missed.is_some_and(|missed| missed.ladder.way == Way::Failed && missed.url == url)
    }

    fn miss(&mut self, tab: i32, missed: Missed) -> bool {
        self.tabs.or_default(tab).missed = Some(missed);
        true
    }

    fn failed(&mut self, tab: i32, url: String) -> bool {
        let Some(sent) = self.pending.values().find(|sent| sent.tab == tab) else { return false };
        let ladder = Ladder { way: Way::Failed, over: true, ..sent.ladder.clone() };
        let method = sent.wire.method.clone();
        let missed = Missed { url, method, toast: sent.once, shown: true, ladder };
        self.miss(tab, missed)
    }

    fn shown(&mut self, tab: i32, url: String, kept: bool) -> bool {
        if let Some(ladder) = self.coming(tab) {
            // From a host that the browser shows us nothing of.
            if ladder.way == Way::Open {
                ladder.way = Way::Network;
            }
            if let Some(missed) = self.tabs.get_mut(&tab).and_then(|tab| tab.missed.as_mut()) {
                missed.shown = true;
            }
            return true;
        }
        if self.page(tab).is_some_and(|page| !page.committed) {
            return false;
        }
        if self.failed_here(tab, &url) {
            return false;
        }
        let changed = self.forgive(tab);
        let Some(armed) = self.armed_for(tab, &url).filter(|_| !kept) else { return changed };
        // A document that no request was seen for: browsers hide those that a service worker of
        // the page answers.
        let ladder = Ladder { way: Way::Worker, ..Ladder::armed(armed.context.request()) };
        let method = "GET".to_owned();
        self.miss(tab, Missed { url, method, toast: armed.once, shown: true, ladder })
    }
}

/// Whether a request shows its context in a header that we can read.
const fn legible(triggers: &Triggers) -> bool {
    let Triggers { w3c, b3, b3_multi, jaeger, sentry, datadog, xray, google, .. } = triggers;
    *w3c || *b3 || *b3_multi || *jaeger || *sentry || *datadog || *xray || *google
}

/// What the doctor names.
fn reason(ladder: &Ladder) -> String {
    doctor::diagnose(ladder).map_or("", |finding| finding.cause.title()).to_owned()
}

/// How far the trace is of a document that the user's rules leave out.
pub(crate) fn spared(ladder: &Ladder) -> Option<Progress> {
    ladder.spared().then(|| Progress::Spared { reason: reason(ladder) })
}

impl Missed {
    /// How far its trace is: nowhere, and why.
    #[must_use]
    pub fn progress(&self) -> Progress {
        spared(&self.ladder).unwrap_or_else(|| {
            let reason = reason(&self.ladder);
            Progress::TimedOut { reason, spans: 0, late: Vec::new() }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::doctor::{Cause, diagnose};
    use crate::ladder::{Lamp, Light};
    use crate::state::Plan;

    const URL: &str = "http://a.test/x";

    #[test]
    fn why_no_answer_came_stays_while_the_browser_asks_again_by_itself() {
        let (mut state, context) = armed();
        let (url, method) = (URL.to_owned(), "GET".to_owned());
        step(&mut state, Event::Sent(Asked { tab: 1, request: "9".into(), url, method, context }));
        let again = |url: &str| {
            let (url, method) = (url.to_owned(), "GET".to_owned());
            Seen::Left { url, method, context: None }
        };
        state.observe(1, Seen::Failed { url: URL.to_owned() }, &Settings::default());
        step(&mut state, Event::Abandoned { tab: 1, url: URL.to_owned() });
        for seen in [again(URL), Seen::Shown { url: URL.to_owned(), kept: false }] {
            state.observe(1, seen, &Settings::default());
        }
        let failed = state.progress(1, Timestamp::default()).unwrap();
        assert_eq!(failed.title(), "Timed out");
        let mut other = state.clone();
        other.observe(1, again("http://a.test/other"), &Settings::default());
        let answered = Seen::Responded { cached: false, headers: Vec::new() };
        state.observe(1, answered, &Settings::default());
        for state in [state, other] {
            assert_eq!(state.progress(1, Timestamp::default()), None);
        }
    }

    #[test]
    fn an_answer_that_makes_no_document_ends_the_wait_and_one_that_is_awaited_does_not() {
        let (mut state, context) = armed();
        let (url, method) = (URL.to_owned(), "GET".to_owned());
        step(&mut state, Event::Sent(Asked { tab: 1, request: "9".into(), url, method, context }));
        let unshown = || Event::Unshown { tab: 1, url: URL.to_owned() };
        step(&mut state, unshown());
        assert_eq!(state.pending.len(), 1, "given up for another one, perhaps");
        let headers = Vec::new();
        let seen = Seen::Responded { cached: false, headers };
        assert!(state.observe(1, seen, &Settings::default()));
        step(&mut state, unshown());
        assert_eq!(state.progress(1, Timestamp::default()), None);
        assert_eq!(crate::wanted::wanted(&state, &Settings::default()), Default::default());
    }

    /// Tab 1 with a page trace armed, and the context that waits for its document.
    fn armed() -> (State, TraceContext) {
        let mut state = State::default();
        let origin = Origin::of(URL).unwrap();
        step(&mut state, Event::Trace { tab: 1, origin });
        let context = state.tabs.get(&1).unwrap().next.as_ref().unwrap().context.request();
        (state, context)
    }

    fn step(state: &mut State, event: Event) {
        let mut drawn = u8::try_from(state.pages.len() + state.pending.len()).unwrap();
        state.step(event, Timestamp::from_nanos(1), &mut || {
            drawn += 40;
            std::array::from_fn(|at| drawn + u8::try_from(at).unwrap())
        });
    }

    fn left(state: &mut State, url: &str, context: Option<TraceContext>) {
        let (url, method) = (url.to_owned(), "GET".to_owned());
        let seen = Seen::Left { url: url.clone(), method: method.clone(), context };
        state.observe(1, seen, &Settings::default());
        if let Some(context) = context {
            step(
                state,
                Event::Sent(Asked { tab: 1, request: "n1".to_owned(), url, method, context }),
            );
        }
    }

    fn redirected(state: &mut State, to: &str) {
        let (request, url) = ("n1".to_owned(), to.to_owned());
        state.observe(1, Seen::Redirected { to: url.clone() }, &Settings::default());
        step(state, Event::Redirected { request, url });
    }

    fn responded(state: &mut State, cached: bool, headers: &[(&str, String)]) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        state.observe(
            1,
            Seen::Responded { cached, headers: headers.collect() },
            &Settings::default(),
        );
        step(state, Event::Responded { tab: 1 });
    }

    fn shown(state: &mut State, url: &str) {
        state.observe(1, Seen::Shown { url: url.to_owned(), kept: false }, &Settings::default());
        step(state, Event::Committed { tab: 1, url: url.to_owned() });
    }

    fn ladder(state: &State) -> &Ladder {
        let missed = state.tabs.get(&1).and_then(|tab| tab.missed.as_ref());
        missed.map_or_else(|| &state.page(1).unwrap().ladder, |missed| &missed.ladder)
    }

    fn cause(state: &State) -> Option<Cause> {
        diagnose(ladder(state)).map(|finding| finding.cause)
    }

    #[test]
    fn a_document_that_leaves_with_its_context_and_is_answered_lights_three_lamps() {
        let (mut state, context) = armed();
        left(&mut state, URL, Some(context));
        let metric = format!("traceparent;desc=\"{context}\"");
        responded(&mut state, false, &[("server-timing", metric)]);
        shown(&mut state, URL);
        let ladder = ladder(&state).clone().heard();
        for lamp in [Lamp::Armed, Lamp::Sent, Lamp::Acknowledged] {
            assert_eq!(ladder.light(lamp), Light::Lit, "{lamp:?}");
        }
        assert_eq!(diagnose(&ladder), None);
    }

    #[test]
    fn a_document_that_leaves_without_context_is_missed_and_named_until_the_next_one() {
        let (mut state, _) = armed();
        left(&mut state, URL, None);
        responded(&mut state, false, &[]);
        shown(&mut state, URL);
        assert_eq!(cause(&state), Some(Cause::RuleMissed));
        let progress = state.progress(1, Timestamp::default()).unwrap();
        assert_eq!(progress.detail(), "The request left without trace context (no spans)");
        left(&mut state, "http://b.test/", None);
        assert_eq!(state.progress(1, Timestamp::default()), None);
    }

    #[test]
    fn a_document_that_leaves_with_anothers_context_is_missed() {
        let (mut state, mut context) = armed();
        context.trace = "00000000000000000000000000000007".parse().unwrap();
        left(&mut state, URL, Some(context));
        shown(&mut state, URL);
        assert_eq!(cause(&state), Some(Cause::Overwritten));
    }

    #[test]
    fn a_redirect_to_another_host_strips_the_context_whether_the_browser_shows_it_or_not() {
        for visible in [true, false] {
            let (mut state, context) = armed();
            left(&mut state, URL, Some(context));
            redirected(&mut state, "http://b.test/y");
            if visible {
                left(&mut state, "http://b.test/y", None);
                responded(&mut state, false, &[]);
            }
            shown(&mut state, "http://b.test/y");
            let wanted = if visible { Cause::Stripped } else { Cause::NoPermission };
            assert_eq!(cause(&state), Some(wanted));
            assert_eq!(ladder(&state).hops.len(), 2);
            assert!(!state.page(1).unwrap().live, "nothing goes to the other host");
        }
    }

    #[test]
    fn a_redirect_within_the_host_keeps_the_context() {
        let (mut state, context) = armed();
        left(&mut state, URL, Some(context));
        redirected(&mut state, "http://a.test/y");
        left(&mut state, "http://a.test/y", Some(context));
        responded(&mut state, false, &[]);
        shown(&mut state, "http://a.test/y");
        assert_eq!(ladder(&state).light(Lamp::Sent), Light::Lit);
        assert_eq!(ladder(&state).hops.len(), 2);
    }

    #[test]
    fn an_answer_of_the_cache_is_none_of_the_server() {
        let (mut state, context) = armed();
        left(&mut state, URL, Some(context));
        responded(&mut state, true, &[]);
        shown(&mut state, URL);
        assert_eq!(cause(&state), Some(Cause::FromCache));
    }

    #[test]
    fn a_document_that_no_request_was_seen_for_is_its_service_workers() {
        let (mut state, _) = armed();
        shown(&mut state, URL);
        assert_eq!(cause(&state), Some(Cause::FromWorker));
        let (mut state, _) = armed();
        state.observe(1, Seen::Shown { url: URL.to_owned(), kept: true }, &Settings::default());
        assert_eq!(state.tabs.get(&1).unwrap().missed, None, "the browser had kept it");
    }

    /// Tab 1 in a session, and the context that waits for its document.
    fn started() -> (State, TraceContext) {
        let mut state = State::default();
        let origin = Origin::of(URL).unwrap();
        step(&mut state, Event::Start { tab: 1, origin, plan: Plan::default(), open: Vec::new() });
        let context = state.tabs.get(&1).unwrap().next.as_ref().unwrap().context.request();
        (state, context)
    }

    #[test]
    fn a_document_that_the_rules_leave_out_is_a_page_and_no_failure() {
        let (mut state, context) = started();
        left(&mut state, URL, Some(context.sample(false)));
        responded(&mut state, false, &[]);
        shown(&mut state, URL);
        assert_eq!(cause(&state), Some(Cause::Unwanted));
        assert_eq!(ladder(&state).first_dark(), None);
        let progress = state.progress(1, Timestamp::default()).unwrap();
        assert!(matches!(progress, Progress::Spared { .. }), "{progress:?}");
        let page = state.page(1).unwrap();
        assert!(page.live, "its own requests may be sampled");
        let rules = crate::wanted::wanted(&state, &Settings::default()).rules;
        let own =
            rules.values().find(|rule| matches!(rule.reach, crate::wanted::Reach::Resources(_)));
        assert!(own.unwrap().request[0].1.ends_with("-02"), "what it loads is not: {own:?}");
    }

    #[test]
    fn a_document_of_an_excluded_path_is_not_missed() {
        let (mut state, _) = started();
        let settings = Settings { excluded: vec!["/x".to_owned()], ..Settings::default() };
        let seen = |url: &str| {
            let (url, method) = (url.to_owned(), "GET".to_owned());
            Seen::Left { url, method, context: None }
        };
        state.observe(1, seen(URL), &settings);
        assert_eq!(cause(&state), Some(Cause::Excluded));
        assert_eq!(ladder(&state).first_dark(), None);
        let progress = state.progress(1, Timestamp::default()).unwrap();
        assert_eq!(progress.title(), "Not traced");
        assert!(progress.over() && progress.detail().starts_with("Excluded"));
        state.observe(1, seen("http://a.test/y"), &settings);
        assert_eq!(cause(&state), Some(Cause::RuleMissed), "another path is missed as ever");
    }

    #[test]
    fn where_no_header_can_be_read_the_rules_say_what_left() {
        let (state, context) = started();
        let infer = |line: &str, excluded: &[&str]| {
            let triggers = Triggers { w3c: false, ..Triggers::default() };
            let excluded = excluded.iter().map(|it| (*it).to_owned()).collect();
            let sampling = vec![line.to_owned()];
            let settings = Settings { triggers, sampling, excluded, ..Settings::default() };
            let (url, method) = (URL.to_owned(), "GET".to_owned());
            let seen = Seen::Left { url, method, context: None };
            match state.infer(1, &seen, "n1", &settings) {
                Some(Event::Sent(Asked { context, .. })) => Some(context),
                _ => None,
            }
        };
        assert_eq!(infer("0 * url /y", &[]), Some(context));
        assert_eq!(infer("0 * url /x", &[]), Some(context.sample(false)));
        assert_eq!(infer("1 * url", &["/x"]), None);
    }

    #[test]
    fn a_server_that_does_not_answer_is_named_and_nothing_waits_for_it() {
        let (mut state, context) = armed();
        left(&mut state, URL, Some(context));
        state.observe(1, Seen::Failed { url: URL.to_owned() }, &Settings::default());
        step(&mut state, Event::Abandoned { tab: 1, url: URL.to_owned() });
        assert_eq!(cause(&state), Some(Cause::NoResponse));
        assert!(state.pending.is_empty());
    }

    #[test]
    fn where_no_header_can_be_read_a_document_left_with_what_the_rules_put_on_it() {
        let (mut state, context) = armed();
        let seen = |url: &str| {
            let (url, method) = (url.to_owned(), "GET".to_owned());
            Seen::Left { url, method, context: None }
        };
        let triggers = Triggers { w3c: false, ..Triggers::default() };
        let cookie = Settings { triggers, ..Settings::default() };
        let inferred =
            |state: &State, tab, url: &str| match state.infer(tab, &seen(url), "n1", &cookie) {
                Some(Event::Sent(Asked { context, .. })) => Some(context),
                _ => None,
            };
        assert_eq!(inferred(&state, 1, URL), Some(context));
        assert_eq!(inferred(&state, 1, "http://b.test/x"), None, "the rule is for the host");
        assert_eq!(inferred(&state, 2, URL), None);
        assert_eq!(
            state.infer(1, &seen(URL), "n1", &Settings::default()),
            None,
            "it would be there"
        );
        let origin = Origin::of(URL).unwrap();
        step(&mut state, Event::Start { tab: 3, origin, plan: Plan::default(), open: Vec::new() });
        assert!(inferred(&state, 2, URL).is_some(), "any tab of a session's host has the spare");
    }
}
