//! The verbs: what the user can do, under the exact names that the product uses, and when each is
//! offered. Popup, panel, keyboard shortcuts and the icon's menu all take them from here.

use serde::{Deserialize, Serialize};

use crate::{Command, Plan, Site, TabView};

/// Something the user can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verb {
    /// Begin a session on the tab's site.
    Start,
    /// Reload the page with a trace.
    Run,
    /// Open the page's trace.
    View,
    /// Open the session's requests.
    ViewSession,
    /// End the session.
    Stop,
    /// End it and begin another.
    Restart,
    /// Open the requests of sessions that are over.
    ViewPrevious,
    /// Take a page trace back that is under way.
    Cancel,
}

impl Verb {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Start,
        Self::Run,
        Self::View,
        Self::ViewSession,
        Self::Stop,
        Self::Restart,
        Self::ViewPrevious,
        Self::Cancel,
    ];

    /// Its name, for the user.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Start => "Start Tracing Session",
            Self::Run => "Run Page Trace",
            Self::View => "View Page Trace",
            Self::ViewSession => "View Session Traces",
            Self::Stop => "Stop Tracing Session",
            Self::Restart => "Restart Tracing Session",
            Self::ViewPrevious => "View Previous Session Traces",
            Self::Cancel => "Cancel",
        }
    }

    /// Its name in the browser's menu and shortcuts, as the manifest has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start-session",
            Self::Run => "run-page-trace",
            Self::View => "view-page-trace",
            Self::ViewSession => "view-session-traces",
            Self::Stop => "stop-session",
            Self::Restart => "restart-session",
            Self::ViewPrevious => "view-previous-traces",
            Self::Cancel => "cancel-page-trace",
        }
    }

    /// The verb of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.name() == name)
    }

    /// The command that carries it out; `plan` is how to start.
    #[must_use]
    pub const fn command(self, tab: i32, plan: Option<Plan>) -> Command {
        Command::Do { verb: self, tab, plan }
    }

    /// Whether it sends something to the site, for which the browser may want permission.
    #[must_use]
    pub const fn touches_site(self) -> bool {
        matches!(self, Self::Start | Self::Run | Self::Restart)
    }

    /// Whether it opens something in a tab of its own.
    #[must_use]
    pub const fn opens(self) -> bool {
        matches!(self, Self::View | Self::ViewSession | Self::ViewPrevious)
    }
}

/// The verbs that apply to a tab, the likely next step first.
#[must_use]
pub fn offers(view: &TabView) -> Vec<Verb> {
    let page = view.page.as_ref();
    let under_way = page.is_some_and(|page| page.once && !page.progress.over());
    match (&view.site, &view.session) {
        (Site::Unsupported { .. }, _) => vec![Verb::ViewPrevious],
        // The button that helps is not a verb: it leads to where the user can let us in.
        (Site::Barred { .. }, _) => Vec::new(),
        // Starting asks for the permission that is missing.
        (Site::NeedsPermission { .. }, None) => vec![Verb::Start],
        // What was set with a permission must go without.
        (Site::NeedsPermission { .. }, Some(_)) => vec![Verb::Stop],
        (Site::Ready { .. }, Some(_)) => {
            // A page from before the session has no trace to view; running one makes it.
            let first = if page.is_some() { Verb::View } else { Verb::Run };
            vec![first, Verb::ViewSession, Verb::Stop, Verb::Restart]
        }
        (Site::Ready { .. }, None) if under_way => vec![Verb::Cancel],
        (Site::Ready { .. }, None) => {
            let mut verbs = vec![Verb::Start, Verb::Run, Verb::ViewPrevious];
            // The trace of a page is still there to look at when its session is over. It comes and
            // goes with the page, so it is last: what is about to be clicked stays where it is.
            if page.is_some() {
                verbs.push(Verb::View);
            }
            verbs
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SessionView, TraceView};
    use trace::completion::Progress;
    use trace::settings::{Ending, Scope};
    use trace::{SessionId, TraceId, ladder::Ladder};

    fn origin() -> String {
        "https://shop.example".to_owned()
    }

    fn idle() -> TabView {
        TabView {
            tab: 7,
            site: Site::Ready { origin: origin() },
            session: None,
            ended: None,
            set: Vec::new(),
            page: None,
            trouble: None,
            store_trouble: None,
            waiting: 0,
            rejected: 0,
            dropped: 0,
            posted: false,
        }
    }

    fn traced(progress: Progress) -> Option<TraceView> {
        let (trace, url) = (TraceId::mint([1; 16])?, origin());
        let (method, ladder) = (String::new(), Ladder::default());
        Some(TraceView { trace, url, progress, once: true, method, ladder })
    }

    fn active() -> Option<SessionView> {
        Some(SessionView {
            id: SessionId::mint([5; 16])?,
            since: 0,
            pages: 0,
            previous: None,
            expiry: 0,
            ending: Ending::default(),
            scope: Scope::Host,
            requests: 0,
            site: String::new(),
        })
    }

    fn names(view: &TabView) -> Vec<&'static str> {
        offers(view).into_iter().map(Verb::label).collect()
    }

    #[test]
    fn without_a_session_one_starts_runs_or_looks_back() {
        let verbs = ["Start Tracing Session", "Run Page Trace", "View Previous Session Traces"];
        assert_eq!(names(&idle()), verbs);
        let over = Progress::TimedOut { reason: String::new(), spans: 0, late: Vec::new() };
        let view = TabView { page: traced(over), ..idle() };
        assert_eq!(names(&view), [verbs.as_slice(), &["View Page Trace"]].concat());
    }

    #[test]
    fn a_session_is_viewed_stopped_or_restarted() {
        let rest = ["View Session Traces", "Stop Tracing Session", "Restart Tracing Session"];
        let view = TabView { session: active(), ..idle() };
        assert_eq!(names(&view), [["Run Page Trace"].as_slice(), &rest].concat());
        let view = TabView { page: traced(Progress::Requested), ..view };
        assert_eq!(names(&view), [["View Page Trace"].as_slice(), &rest].concat());
    }

    #[test]
    fn a_page_trace_under_way_can_only_be_cancelled() {
        let view = TabView { page: traced(Progress::Reloading), ..idle() };
        assert_eq!(names(&view), ["Cancel"]);
    }

    #[test]
    fn where_nothing_can_be_traced_there_is_one_button_that_helps() {
        let reason = String::new();
        let site = Site::Unsupported { reason: reason.clone() };
        assert_eq!(names(&TabView { site, ..idle() }), ["View Previous Session Traces"]);
        let site = Site::NeedsPermission { origin: origin(), pattern: String::new() };
        let view = TabView { site, ..idle() };
        assert_eq!(names(&view), ["Start Tracing Session"]);
        assert_eq!(names(&TabView { session: active(), ..view }), ["Stop Tracing Session"]);
        let site = Site::Barred { reason, remedy: String::new(), address: String::new() };
        assert_eq!(names(&TabView { site, ..idle() }), [""; 0], "its remedy is no verb");
    }

    #[test]
    fn a_verb_is_known_by_its_name_and_is_a_command_on_the_tab() {
        for verb in Verb::ALL {
            assert_eq!(Verb::named(verb.name()), Some(verb));
        }
        assert_eq!(Verb::named("_execute_action"), None);
        let stop = Command::Do { verb: Verb::Stop, tab: 7, plan: None };
        assert_eq!(Verb::Stop.command(7, None), stop);
        assert!(Verb::Start.touches_site() && !Verb::Stop.touches_site());
    }
}
