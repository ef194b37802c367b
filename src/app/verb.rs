//! What the user can do, under the exact names that the product uses, and when it is offered.

use bridge::{Command, Site, TabView};

/// Something the user can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Begin a session on the tab's site.
    Start,
    /// End it.
    Stop,
    /// Reload the page with a trace.
    Run,
    /// Open the page's trace.
    View,
}

impl Verb {
    /// Its name on a button.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Start => "Start Tracing Session",
            Self::Stop => "Stop Tracing Session",
            Self::Run => "Run Page Trace",
            Self::View => "View Page Trace",
        }
    }

    /// The command that carries it out.
    #[must_use]
    pub const fn command(self, tab: i32) -> Command {
        match self {
            Self::Start => Command::StartSession { tab, plan: None },
            Self::Stop => Command::StopSession { tab },
            Self::Run => Command::RunPageTrace { tab },
            Self::View => Command::ViewPageTrace { tab },
        }
    }

    /// Whether it sends something to the site, for which the browser may want permission.
    #[must_use]
    pub const fn touches_site(self) -> bool {
        matches!(self, Self::Start | Self::Run)
    }

    /// The button it is on. Start and Stop share one, so that the keyboard's focus survives.
    #[must_use]
    pub const fn button(self) -> u8 {
        match self {
            Self::Start | Self::Stop => 0,
            Self::Run => 1,
            Self::View => 2,
        }
    }
}

/// A verb that applies now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The verb.
    pub verb: Verb,
    /// Whether it is the likely next step; exactly one offer is.
    pub main: bool,
}

/// The verbs that apply to a tab, always in the same order.
#[must_use]
pub fn offers(view: &TabView) -> Vec<Offer> {
    if matches!(view.site, Site::Unsupported { .. } | Site::Barred { .. }) {
        return Vec::new();
    }
    let session = if view.session.is_some() { Verb::Stop } else { Verb::Start };
    let main = match (&view.page, session) {
        (Some(_), _) => Verb::View,
        (None, Verb::Stop) => Verb::Run,
        (None, _) => Verb::Start,
    };
    let mut verbs = vec![session, Verb::Run];
    verbs.extend(view.page.as_ref().map(|_| Verb::View));
    verbs.into_iter().map(|verb| Offer { verb, main: verb == main }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn names(view: &TabView) -> Vec<&'static str> {
        offers(view).into_iter().map(|offer| offer.verb.label()).collect()
    }

    fn main(view: &TabView) -> Option<Verb> {
        offers(view).into_iter().find(|offer| offer.main).map(|offer| offer.verb)
    }

    #[test]
    fn only_what_applies_is_offered() {
        assert_eq!(names(&sample::idle()), ["Start Tracing Session", "Run Page Trace"]);
        assert_eq!(main(&sample::idle()), Some(Verb::Start));

        let active = TabView { page: None, ..sample::tracing() };
        assert_eq!(names(&active), ["Stop Tracing Session", "Run Page Trace"]);
        assert_eq!(main(&active), Some(Verb::Run));

        let traced = sample::tracing();
        assert_eq!(names(&traced), ["Stop Tracing Session", "Run Page Trace", "View Page Trace"]);
        assert_eq!(main(&traced), Some(Verb::View));
    }

    #[test]
    fn a_page_that_cannot_be_traced_offers_nothing() {
        assert_eq!(names(&sample::unsupported()), [""; 0]);
    }

    #[test]
    fn only_what_reaches_the_site_needs_its_permission() {
        assert!(Verb::Start.touches_site() && Verb::Run.touches_site());
        assert!(!Verb::Stop.touches_site() && !Verb::View.touches_site());
    }
}
