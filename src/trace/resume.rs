//! What a worker that died has left undone, as it follows from the state.
//!
//! The state is stored before anything is done for it, so a death costs no decision; what it can
//! cost is the act that should have followed, and the news that was being told.

use crate::origin::Origin;
use crate::session::{Act, Asked, Dice};
use crate::state::{Armed, Missed, State};
use crate::{Timestamp, TraceContext};

impl State {
    /// Does what an earlier worker may not have done. Each act is harmless when it is done twice,
    /// except the reload: a tab that is loading is left to it, and a document that came and went
    /// unheard has used its context up.
    pub(crate) fn resume(&mut self, loading: &[i32], dice: Dice<'_>) -> Vec<Act> {
        for tab in loading {
            self.reloaded(*tab);
        }
        let mut acts = Vec::new();
        for tab in self.waiting() {
            let part = self.tabs.get_mut(&tab);
            let armed = part.and_then(|tab| tab.next.clone().or_else(|| tab.unseen.pop()));
            if let Some(armed) = armed {
                self.arm(tab, &armed.origin, armed.once, dice);
                // The reload may have been asked for all the same, and be about to leave.
                self.tabs.or_default(tab).unseen.push(armed);
            }
            acts.push(Act::Reload(tab));
        }
        for (trace, page) in self.pages.iter() {
            if page.closed {
                acts.push(Act::Ended(*trace));
            } else if page.session.is_some() && !page.live {
                acts.push(Act::Silence(page.tab));
            }
        }
        acts
    }

    /// Tabs that are still to be reloaded.
    #[must_use]
    pub fn waiting(&self) -> Vec<i32> {
        self.tabs.iter().filter(|(_, tab)| tab.reload).map(|(tab, _)| *tab).collect()
    }

    /// Notes that a tab is being reloaded, or need not be any more.
    pub fn reloaded(&mut self, tab: i32) {
        if let Some(tab) = self.tabs.get_mut(&tab) {
            tab.reload = false;
        }
    }

    /// A document came whose request nobody saw, in a tab that was armed for it: perhaps it was
    /// asked for without our context, perhaps the news of it died with a worker. Its relay knows.
    /// A document that was seen to be asked for, or is of no origin, ends an older doubt.
    pub(crate) fn doubt(&mut self, tab: i32, origin: Option<&Origin>) {
        let Some(tab) = self.tabs.get_mut(&tab) else { return };
        let here = |armed: &mut Armed| origin.is_some_and(|it| it.host == armed.origin.host);
        match tab.next.take_if(here).filter(|_| !bare(tab.missed.as_ref())) {
            Some(armed) => tab.unseen.push(armed),
            None => tab.unseen.clear(),
        }
    }

    /// A document says which context it read. One that was armed for its tab has been on the wire,
    /// whoever saw it: nobody but the document that the context came with can know it.
    pub(crate) fn recover(
        &mut self,
        tab: i32,
        url: &str,
        read: Option<TraceContext>,
        now: Timestamp,
        dice: Dice<'_>,
    ) {
        let Some(part) = self.tabs.get_mut(&tab) else { return };
        let fits = |armed: &Armed| read.is_some_and(|it| armed.context.resources().meets(it));
        match part.unseen.iter().position(fits) {
            Some(at) => {
                let unseen = part.unseen.remove(at);
                // What was armed meanwhile may be on the wire by now.
                part.unseen.extend(part.next.replace(unseen));
            }
            None => part.unseen.clear(),
        }
        if bare(part.missed.as_ref()) {
            return;
        }
        let Some(armed) = part.next.as_ref().filter(|armed| fits(armed)) else { return };
        let context = armed.context.request();
        if self.pending.contains(&context.trace) || self.pages.contains(&context.trace) {
            return;
        }
        // It was not missed after all.
        part.missed = None;
        part.reload = false;
        let (request, method) = (String::new(), "GET".to_owned());
        let url = url.to_owned();
        self.sent(Asked { tab, request, url, method, context }, now, dice);
    }
}

/// Whether a document was seen to be asked for without our context. It reads it all the same: the
/// browser adds it to the response, whatever became of the request.
fn bare(missed: Option<&Missed>) -> bool {
    missed.is_some_and(|missed| !missed.ladder.hops.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Seen;
    use crate::session::Event;
    use crate::settings::Settings;
    use crate::state::{End, Plan};
    use crate::wanted::{Wanted, wanted};

    const URL: &str = "http://a.test/checkout";

    fn step(state: &mut State, event: Event) -> Vec<Act> {
        let seed = u8::try_from(state.pages.len() + state.pending.len() + 1).unwrap();
        let now = Timestamp::from_nanos(1_000_000_000);
        state.step(event, now, &mut || std::array::from_fn(|at| seed + u8::try_from(at).unwrap()))
    }

    fn origin() -> Origin {
        Origin::of(URL).unwrap()
    }

    fn committed() -> Event {
        Event::Committed { tab: 1, url: URL.to_owned() }
    }

    fn hello(context: Option<TraceContext>) -> Event {
        Event::Hello { tab: 1, url: URL.to_owned(), context }
    }

    fn armed() -> (State, TraceContext) {
        let mut state = State::default();
        step(&mut state, Event::Trace { tab: 1, origin: origin() });
        let read = state.tabs.get(&1).unwrap().next.as_ref().unwrap().context.resources();
        (state, read)
    }

    /// What the next worker does when these tabs are loading.
    fn resume(state: &State, loading: &[i32]) -> Vec<Act> {
        let loading = loading.to_vec();
        state.clone().step(Event::Resume { loading }, Timestamp::default(), &mut || {
            std::array::from_fn(|at| 100 + u8::try_from(at).unwrap())
        })
    }

    #[test]
    fn a_reload_is_owed_until_it_is_done_or_the_tab_leaves() {
        let (mut state, _) = armed();
        assert_eq!(resume(&state, &[]), [Act::Reload(1)]);
        assert_eq!(resume(&state, &[1]), [], "it has begun");
        let mut left = state.clone();
        step(&mut left, Event::Leaving { tab: 1 });
        state.reloaded(1);
        assert_eq!((resume(&state, &[]), resume(&left, &[])), (vec![], vec![]));
    }

    #[test]
    fn a_reload_that_is_made_up_for_has_a_context_of_its_own() {
        let (mut state, read) = armed();
        let mut seed = 100;
        state.step(Event::Resume { loading: vec![] }, Timestamp::default(), &mut || {
            seed += 1;
            std::array::from_fn(|at| seed + u8::try_from(at).unwrap())
        });
        let next = state.tabs.get(&1).unwrap().next.as_ref().unwrap();
        assert!(next.once);
        assert_ne!(next.context.resources(), read, "a document may have come and gone with it");
    }

    #[test]
    fn a_reload_that_is_made_up_for_is_armed_though_a_document_is_in_doubt() {
        let mut dice = || std::array::from_fn(|at| 100 + u8::try_from(at).unwrap());
        for late in [false, true] {
            let (mut state, read) = armed();
            step(&mut state, committed());
            let resume = Event::Resume { loading: vec![] };
            let acts = state.step(resume, Timestamp::default(), &mut dice);
            assert_eq!(acts, [Act::Reload(1)]);
            let next = state.tabs.get(&1).unwrap().next.as_ref().unwrap().context.resources();
            if late {
                step(&mut state, hello(Some(read)));
            }
            step(&mut state, hello(Some(next)));
            assert_eq!(state.page(1).map(|page| page.context.resources()), Some(next));
        }
    }

    #[test]
    fn a_reload_that_was_asked_for_all_the_same_is_known_by_what_it_had() {
        for news in [vec![], vec![committed()]] {
            let (mut state, read) = armed();
            let first = state.tabs.get(&1).unwrap().next.as_ref().unwrap().context.request();
            let mut dice = || std::array::from_fn(|at| 100 + u8::try_from(at).unwrap());
            state.step(Event::Resume { loading: vec![] }, Timestamp::default(), &mut dice);
            let (url, method, context) = (URL.to_owned(), "GET".to_owned(), Some(first));
            let left = Seen::Left { url: url.clone(), method: method.clone(), context };
            state.observe(1, left, &Settings::default());
            let request = "1".to_owned();
            let asked = Asked { tab: 1, request, url, method, context: first };
            step(&mut state, Event::Sent(asked));
            for event in news {
                step(&mut state, event);
            }
            step(&mut state, hello(Some(read)));
            assert_eq!(state.page(1).map(|page| page.context.resources()), Some(read));
            assert_eq!(state.tabs.get(&1).unwrap().missed, None);
        }
    }

    #[test]
    fn a_reload_that_left_before_the_document_spoke_keeps_what_it_was_armed_with() {
        let mut state = State::default();
        let (plan, open) = (Plan::default(), Vec::new());
        step(&mut state, Event::Start { tab: 1, origin: origin(), plan, open });
        let read = state.tabs.get(&1).unwrap().next.as_ref().unwrap().context.resources();
        let mut dice = || std::array::from_fn(|at| 100 + u8::try_from(at).unwrap());
        state.step(Event::Resume { loading: vec![] }, Timestamp::default(), &mut dice);
        let next = state.tabs.get(&1).unwrap().next.as_ref().unwrap().context.request();
        step(&mut state, hello(Some(read)));
        assert_eq!(state.page(1).map(|page| page.context.resources()), Some(read));
        let (url, method) = (URL.to_owned(), "GET".to_owned());
        let left = Seen::Left { url, method, context: Some(next) };
        state.observe(1, left, &Settings::default());
        assert_eq!(state.tabs.get(&1).unwrap().missed, None);
    }

    #[test]
    fn each_of_two_reloads_is_known_by_what_it_had_whichever_speaks() {
        let (mut state, first) = armed();
        let mut seed = 100;
        let mut dice = || {
            seed += 1;
            std::array::from_fn(|at| seed + u8::try_from(at).unwrap())
        };
        state.step(Event::Resume { loading: vec![] }, Timestamp::default(), &mut dice);
        let second = state.tabs.get(&1).unwrap().next.as_ref().unwrap().context.resources();
        step(&mut state, committed()); // of the first, whose request a dead worker saw
        for context in [first, second] {
            let mut state = state.clone();
            step(&mut state, hello(Some(context)));
            assert_eq!(state.page(1).unwrap().context.trace, context.trace);
        }
    }

    #[test]
    fn whoever_asks_twice_for_a_page_trace_gets_one() {
        let (mut state, read) = armed();
        let again = step(&mut state, Event::Trace { tab: 1, origin: origin() });
        assert_eq!(again, [Act::Changed(1)]);
        let (_, tab) = state.tabs.iter().next().unwrap();
        assert_eq!(tab.next.as_ref().unwrap().context.resources(), read);
    }

    #[test]
    fn pages_of_a_session_that_was_stopped_are_told_again() {
        let mut state = State::default();
        let (plan, open) = (Plan::default(), Vec::new());
        step(&mut state, Event::Start { tab: 1, origin: origin(), plan, open });
        let context = state.tabs.get(&1).unwrap().next.as_ref().unwrap().context;
        let (url, method) = (URL.to_owned(), "GET".to_owned());
        let (request, context_sent) = ("1".to_owned(), context.request());
        step(
            &mut state,
            Event::Sent(Asked { tab: 1, request, url, method, context: context_sent }),
        );
        step(&mut state, committed());
        assert_eq!(resume(&state, &[1]), []);
        let place = state.sessions.keys().next().unwrap().clone();
        step(&mut state, Event::Stop { place, end: End::Stopped });
        assert_eq!(resume(&state, &[1]), [Act::Silence(1)]);
        step(&mut state, Event::Closed { tab: 1 });
        assert_eq!(resume(&state, &[1]), [Act::Ended(context.trace)]);
    }

    #[test]
    fn a_document_whose_request_went_unseen_is_opened_by_its_own_word() {
        for news in [vec![], vec![committed()]] {
            let (mut state, read) = armed();
            for event in news {
                step(&mut state, event);
            }
            assert!(
                !wanted(&state, &Settings::default()).scripts.is_empty(),
                "or there would be no word"
            );
            let acts = step(&mut state, hello(Some(read)));
            assert!(acts.contains(&Act::Begun(read.trace)));
            assert!(state.page(1).unwrap().toast);
            assert_eq!(step(&mut state, hello(Some(read))), [], "and once only");
        }
    }

    #[test]
    fn a_document_that_was_seen_to_leave_without_its_context_stays_untraced_whatever_it_read() {
        for hello_first in [false, true] {
            let (mut state, read) = armed();
            let (url, method) = (URL.to_owned(), "GET".to_owned());
            let left = Seen::Left { url: url.clone(), method, context: None };
            state.observe(1, left, &Settings::default());
            let mut news = vec![hello(Some(read)), committed()];
            if !hello_first {
                news.reverse();
            }
            for event in news {
                if matches!(event, Event::Committed { .. }) {
                    let shown = Seen::Shown { url: url.clone(), kept: false };
                    state.observe(1, shown, &Settings::default());
                }
                step(&mut state, event);
            }
            assert_eq!(state.page(1), None);
            assert!(state.tabs.get(&1).unwrap().missed.is_some());
            assert_eq!(wanted(&state, &Settings::default()), Wanted::default());
        }
    }

    #[test]
    fn a_document_that_was_not_traced_ends_the_doubt() {
        let (mut state, _) = armed();
        step(&mut state, committed());
        step(&mut state, hello(None));
        assert_eq!(wanted(&state, &Settings::default()), Wanted::default());
    }
}
