//! What popup and panel know of their tab: the background's last word, and what the user waits for.
//!
//! Plain state: it is told what was asked and answered, and says what to draw. Asking is the
//! shell's part (`wire`).

use std::time::Duration;

use bridge::verb::offers;
use bridge::{EndedView, Notice, Reply, SessionView, Site, TabView, Verb};
use surface::lamp::Tone;
use surface::moment;
use surface::standing::Standing;
use trace::meter::REACHED;
use trace::state::End;
use trace::{SessionId, Timestamp, quantity};

use crate::facts::SessionFacts;
use crate::plan;

/// What is known of a tab.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tab {
    /// Which tab, once it is known.
    pub id: Option<i32>,
    /// The background's last word about it.
    pub view: Option<TabView>,
    /// The verb that is being carried out.
    pub busy: Option<Verb>,
    /// Why the last wish was not granted.
    pub refusal: Option<String>,
    /// The permission that it needs, and the verb that is carried out once it is given.
    pub asks: Option<(String, Verb)>,
}

impl Tab {
    /// What is said when the user did not give the permission that was asked for.
    pub const NOT_PERMITTED: &str =
        "Without permission for this site nothing was changed. Try again and allow it.";

    /// Begins to carry out a verb.
    pub fn begin(&mut self, verb: Verb) {
        self.busy = Some(verb);
        self.refusal = None;
        self.asks = None;
    }

    /// Takes in the answer to a question, or to the verb that was busy.
    pub fn answered(&mut self, answer: Result<Reply, String>) {
        let verb = self.busy.take();
        if let Ok(Reply::Asks { pattern, .. }) = &answer {
            self.asks = verb.map(|verb| (pattern.clone(), verb));
        }
        self.refusal = match answer {
            Ok(Reply::View(view)) => {
                self.view = Some(*view);
                None
            }
            Ok(Reply::Refused { reason } | Reply::Asks { reason, .. }) | Err(reason) => {
                Some(reason)
            }
            Ok(_) => None,
        };
    }

    /// Takes in an answer that nobody waits for. A refusal that the user still reads stays.
    pub fn refreshed(&mut self, answer: Result<Reply, String>) {
        match answer {
            Ok(Reply::View(view)) => {
                let silent = self.view.replace(*view).is_none();
                self.refusal = self.refusal.take().filter(|_| !silent);
            }
            Ok(Reply::Refused { reason }) | Err(reason) if self.view.is_none() => {
                self.refusal = Some(reason);
            }
            _ => {}
        }
    }

    /// Whether a notice means that this tab's view is to be asked for again.
    #[must_use]
    pub fn concerns(&self, notice: &Notice) -> bool {
        matches!(notice, Notice::Changed { tab } if Some(*tab) == self.id)
    }

    /// What the user can do now.
    #[must_use]
    pub fn offers(&self) -> Vec<Verb> {
        self.view.as_ref().map(offers).unwrap_or_default()
    }

    /// The button that helps where no verb does: its name, and the address that it opens.
    #[must_use]
    pub fn remedy(&self) -> Option<(String, String)> {
        match &self.view.as_ref()?.site {
            Site::Barred { remedy, address, .. } => Some((remedy.clone(), address.clone())),
            _ => None,
        }
    }

    /// The pattern to ask the browser's permission for before a verb is carried out.
    #[must_use]
    pub fn permission(&self, verb: Verb) -> Option<&str> {
        if let Some((pattern, _)) = self.asks.as_ref().filter(|(_, asked)| *asked == verb) {
            return Some(pattern);
        }
        match &self.view.as_ref()?.site {
            Site::NeedsPermission { pattern, .. } if verb.touches_site() => Some(pattern),
            _ => None,
        }
    }

    /// The site: scheme, host and port. Empty when there is none to trace.
    #[must_use]
    pub fn origin(&self) -> &str {
        match self.view.as_ref().map(|view| &view.site) {
            Some(Site::Ready { origin } | Site::NeedsPermission { origin, .. }) => origin,
            _ => "",
        }
    }

    /// The session that is active here.
    #[must_use]
    pub fn active(&self) -> Option<SessionId> {
        Some(self.view.as_ref()?.session.as_ref()?.id)
    }

    /// The session in numbers, as far as the background tells them.
    #[must_use]
    pub fn facts(&self, now: Timestamp) -> SessionFacts {
        let session = self.view.as_ref().and_then(|view| view.session.as_ref());
        SessionFacts {
            id: session.map(|session| session.id),
            since: session.map(|session| unix(session.since)),
            left: session.and_then(|session| left(session, now)),
            ..SessionFacts::default()
        }
    }

    /// How the session stands.
    #[must_use]
    pub fn session(&self, now: Timestamp) -> Standing {
        let Some(view) = &self.view else {
            return match self.refusal {
                Some(_) => Standing::new(Tone::Bad, "No answer", "Reload the extension."),
                None => Standing::new(Tone::Idle, "Looking", "Asking what is true of this tab."),
            };
        };
        match (&view.site, &view.session) {
            (Site::Unsupported { reason } | Site::Barred { reason, .. }, _) => {
                Standing::new(Tone::Warn, "Cannot be traced", reason.as_str())
            }
            (_, Some(session)) => Standing::new(Tone::Good, "Session active", about(session, now)),
            (Site::NeedsPermission { .. }, None) => Standing::new(
                Tone::Warn,
                "Permission needed",
                "The browser asks you for access to this site when you start.",
            ),
            (Site::Ready { .. }, None) => match &view.ended {
                Some(ended) if ended.end != End::Stopped => {
                    Standing::new(Tone::Idle, "Session over", over(ended, now))
                }
                _ => Standing::new(
                    Tone::Idle,
                    "No session",
                    "Trace every page of this site, or this page once.",
                ),
            },
        }
    }

    /// How the page's trace stands; `None` when the page is not traced.
    #[must_use]
    pub fn page(&self) -> Option<Standing> {
        let progress = &self.view.as_ref()?.page.as_ref()?.progress;
        Some(Standing::of(progress))
    }

    /// Whether the page's trace is still on its way.
    #[must_use]
    pub fn waiting(&self) -> bool {
        let page = self.view.as_ref().and_then(|view| view.page.as_ref());
        page.is_some_and(|page| !page.progress.over())
    }

    /// Whether there is something to ask for without being told: an answer that never came, or a
    /// page trace on its way.
    #[must_use]
    pub fn unsettled(&self) -> bool {
        self.view.is_none() || self.waiting()
    }

    /// What is wrong besides: the store, spans that wait, messages that were dropped.
    #[must_use]
    pub fn troubles(&self) -> Vec<String> {
        let Some(view) = &self.view else { return Vec::new() };
        let mut troubles = Vec::new();
        let wait = match view.waiting {
            0 => None,
            1 => Some("1 span waits in the journal to be sent.".to_owned()),
            many => Some(format!("{many} spans wait in the journal to be sent.")),
        };
        if let Some(reason) = &view.trouble {
            // The browser ends its sentences, as a rule.
            troubles.push(format!("The browser refused it: {}.", reason.trim_end_matches('.')));
        }
        if let Some(reason) = &view.store_trouble {
            troubles.push(match reason.starts_with(REACHED) {
                true => format!(
                    "{reason}: recorded here, not sent, until the next month begins or the \
                     limit in the options is raised."
                ),
                false => {
                    // What a store says may end as a sentence does.
                    let end = if reason.ends_with(['.', '?', '!']) { "" } else { "." };
                    format!("The trace store cannot be used: {reason}{end}")
                }
            });
            troubles.extend(wait);
        }
        if view.posted && view.session.is_some() && view.page.is_none() {
            let text = "This page is the answer to a form (POST). It was not loaded again, because \
                        that would send the form again; the next page is traced.";
            troubles.push(text.to_owned());
        }
        if view.dropped > 0 {
            let facts = quantity::count(u64::from(view.dropped), "fact");
            troubles.push(format!(
                "{facts} of this page made no sense or were too many, and were left out."
            ));
        }
        if view.rejected > 0 {
            let messages = quantity::count(u64::from(view.rejected), "message");
            troubles.push(format!("{messages} from this page made no sense and changed nothing."));
        }
        troubles
    }
}

/// A session in numbers.
fn about(session: &SessionView, now: Timestamp) -> String {
    let since = Duration::from_secs(now.millis().saturating_sub(session.since) / 1_000);
    let since = quantity::duration(since);
    let pages = quantity::count(u64::from(session.pages), "page");
    let mut text = format!("For {since}, {pages} traced.");
    if let Some(left) = left(session, now) {
        text.push_str(&format!(" Ends in {left}."));
    } else if session.ending != trace::settings::Ending::default() {
        text.push_str(&format!(" Ends {}.", plan::ending_name(session.ending)));
    }
    text
}

/// How long a session still has; `None` when no time is set.
#[must_use]
pub fn left(session: &SessionView, now: Timestamp) -> Option<String> {
    let millis = session.expiry.checked_sub(now.millis()).filter(|_| session.expiry > 0)?;
    // Whole minutes while there are many: a text that changes each second is not read.
    let seconds = if millis > 120_000 { millis / 60_000 * 60 } else { millis / 1_000 };
    if seconds == 0 {
        return Some("a moment".to_owned());
    }
    Some(quantity::duration(Duration::from_secs(seconds)))
}

fn unix(millis: u64) -> Timestamp {
    Timestamp::from_nanos(millis.saturating_mul(1_000_000))
}

/// Why the last session is over, and when that was.
fn over(ended: &EndedView, now: Timestamp) -> String {
    let why = match ended.end {
        End::Stopped => "You stopped it",
        End::Restarted => "Another took its place",
        End::Cleared => "Its cookie was cleared",
        End::Overwritten => "Somebody else wrote over its cookie",
        End::Expired => "Its time was up",
        End::Counted => "It had traced as many requests as it was to",
        End::Unwatched => "Its panel was closed",
    };
    let ago = moment::ago(unix(ended.at), now);
    format!("{why}, {ago}. Nothing of it is left in the browser.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;

    fn tab(view: TabView) -> Tab {
        Tab { id: Some(7), view: Some(view), ..Tab::default() }
    }

    fn said(tab: &Tab) -> String {
        let standing = tab.session(sample::NOW);
        format!("{}. {}", standing.title, standing.detail)
    }

    #[test]
    fn every_state_says_what_it_is_and_what_to_do() {
        assert_eq!(said(&Tab::default()), "Looking. Asking what is true of this tab.");
        assert_eq!(
            said(&tab(sample::tracing())),
            "Session active. For 3 min 20 s, 4 pages traced."
        );
        assert!(said(&tab(sample::idle())).starts_with("No session. Trace every page"));
        assert!(said(&tab(sample::unsupported())).starts_with("Cannot be traced. The browser"));
        assert!(said(&tab(sample::forbidden())).starts_with("Permission needed. "));
    }

    #[test]
    fn a_silent_background_is_said_and_not_waited_for() {
        let mut tab = Tab::default();
        tab.refreshed(Err("runtime.sendMessage failed".to_owned()));
        assert_eq!(tab.session(sample::NOW).tone, Tone::Bad);
        assert_eq!(tab.refusal.as_deref(), Some("runtime.sendMessage failed"));
        assert!(tab.unsettled(), "and asked again");
        tab.refreshed(Ok(Reply::View(Box::new(sample::idle()))));
        assert_eq!((tab.unsettled(), tab.refusal), (false, None));
    }

    #[test]
    fn a_refusal_stays_until_the_next_wish() {
        let mut tab = tab(sample::idle());
        tab.answered(Ok(Reply::Refused { reason: "no room".to_owned() }));
        tab.refreshed(Ok(Reply::View(Box::new(sample::idle()))));
        assert_eq!(tab.refusal.as_deref(), Some("no room"));
        tab.answered(Ok(Reply::Done));
        assert_eq!(tab.refusal, None);
    }

    #[test]
    fn permission_is_asked_for_only_where_it_is_needed() {
        let tab = tab(sample::forbidden());
        assert_eq!(tab.permission(Verb::Run), Some("https://shop.example/*"));
        assert_eq!(tab.permission(Verb::View), None);
        assert_eq!(super::Tab::default().permission(Verb::Run), None);
    }

    #[test]
    fn troubles_are_named_with_their_numbers() {
        let view = TabView {
            store_trouble: Some("nothing listens at 127.0.0.1:4318".to_owned()),
            waiting: 12,
            rejected: 1,
            ..sample::idle()
        };
        assert_eq!(
            tab(view).troubles(),
            [
                "The trace store cannot be used: nothing listens at 127.0.0.1:4318.",
                "12 spans wait in the journal to be sent.",
                "1 message from this page made no sense and changed nothing.",
            ]
        );
        assert_eq!(tab(sample::idle()).troubles(), [""; 0]);
        let store_trouble = Some("the store refused 3 spans with 401: who are you?".to_owned());
        let said = tab(TabView { store_trouble, ..sample::idle() }).troubles();
        assert!(said[0].ends_with("401: who are you?"), "{said:?}");
    }

    #[test]
    fn at_the_months_limit_the_store_is_not_to_blame() {
        let reason = format!("{REACHED} of 10 spans is reached");
        let view = TabView { store_trouble: Some(reason), waiting: 1, ..sample::idle() };
        let said = tab(view).troubles();
        let wanted = "The month's limit of 10 spans is reached: recorded here, not sent";
        assert!(said[0].starts_with(wanted), "{said:?}");
        assert_eq!(said[1], "1 span waits in the journal to be sent.");
    }

    #[test]
    fn only_news_of_this_tab_concern_it() {
        let tab = tab(sample::idle());
        assert!(tab.concerns(&Notice::Changed { tab: 7 }));
        assert!(!tab.concerns(&Notice::Changed { tab: 8 }));
        assert!(!tab.concerns(&Notice::Requests { tab: 7 }));
        assert!(!Tab::default().concerns(&Notice::Changed { tab: 7 }));
    }
}
