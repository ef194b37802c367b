//! What must be set in the browser, as it follows from the state: rules, cookies, scripts.
//!
//! The shell compares this with what the browser has and changes the difference, so whatever is
//! set has a reason in the state, and what lost its reason goes: Stop needs no list of its own.

use serde::{Deserialize, Serialize};

use crate::context::PageContext;
use crate::origin::Origin;
use crate::propagation::{self, Header};
use crate::settings::{Settings, Triggers};
use crate::state::{Session, State, Tab};
use crate::table::Table;
use crate::{SessionId, cookie};

/// Everything that must be set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Header rules by id.
    pub rules: Table<u32, Rule>,
    /// Cookies by host.
    pub cookies: Table<String, Cookie>,
    /// Match patterns of the pages that get the recorder, by host.
    pub scripts: Table<String, [String; 2]>,
}

/// One header rule, in our own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Tabs whose requests it applies to; `None` for all.
    pub tabs: Option<i32>,
    /// Tabs whose requests it leaves alone.
    pub except: Vec<i32>,
    /// Which requests.
    pub reach: Reach,
    /// Headers that it sets on the request.
    pub request: Vec<Header>,
    /// Headers that it adds to the response, inside the browser.
    pub response: Vec<Header>,
}

/// Which requests a rule applies to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Documents of a host, on any port.
    Documents(String),
    /// What a document of this origin loads from its own origin. `fetch` and XHR are left out:
    /// a rule would overwrite what the page sets itself, so the recorder does those.
    Resources(Origin),
}

/// A cookie to set: host-only, `Path=/`, `SameSite=Lax`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cookie {
    /// Where it belongs.
    pub origin: Origin,
    /// Its name.
    #[serde(default = "name")]
    pub name: String,
    /// What stands in it. The shell signs it before it is set, when there is a secret.
    pub value: String,
}

/// Earlier versions named every cookie so, and did not say it.
fn name() -> String {
    cookie::NAME.to_owned()
}

impl Cookie {
    /// Whether a cookie that is set is this one. Its name and signature are those of the time when it
    /// was set: a session keeps its cookie, whatever the user sets meanwhile.
    #[must_use]
    pub fn stands(&self, set: &Self) -> bool {
        self.origin == set.origin && cookie::says(&set.value, &self.value)
    }
}

/// Rule ids: the spares of sessions come first, then two for each tab.
const FIRST_TAB: u32 = 1_000;

/// What must be set for this state.
#[must_use]
pub fn wanted(state: &State, settings: &Settings) -> Wanted {
    let triggers = &settings.triggers;
    let mut wanted = Wanted::default();
    for (id, (host, session)) in (1..).zip(state.sessions.iter()) {
        wanted.scripts.insert(host.clone(), patterns(host));
        if triggers.cookie {
            let (origin, name) = (session.origin.clone(), settings.cookie.name.clone());
            let cookie = Cookie { origin, name, value: session.cookie().to_string() };
            wanted.cookies.insert(host.clone(), cookie);
        }
        if let Some(spare) = session.spare {
            wanted.rules.insert(id, spare_rule(triggers, state, session, spare));
        }
    }
    for (slot, (tab, part)) in (0..).zip(state.tabs.iter()) {
        let id = FIRST_TAB + 2 * slot;
        if let Some(armed) = &part.next {
            let host = &armed.origin.host;
            let session = state.session(&armed.origin).map(|session| session.id);
            let rule = document_rule(triggers, host, armed.context, session);
            wanted.rules.insert(id, Rule { tabs: Some(*tab), ..rule });
            wanted.scripts.insert(host.clone(), patterns(host));
        }
        if let Some((context, origin)) = loading(state, *tab, part) {
            let session = state.session(&origin).map(|session| session.id);
            // A document is committed before its scripts are injected, in a tab behind others much
            // before: taken away at the commit, they would never run.
            wanted.scripts.insert(origin.host.clone(), patterns(&origin.host));
            let rule = resource_rule(triggers, context, origin, session);
            // With every header off there is nothing to put on it.
            if !rule.request.is_empty() {
                wanted.rules.insert(id + 1, Rule { tabs: Some(*tab), ..rule });
            }
        }
    }
    wanted
}

/// The document whose resources a tab loads, or is about to load. A document's first resources are
/// asked for as soon as its head is there, so the rule for them must be set before its commit.
fn loading(state: &State, tab: i32, part: &Tab) -> Option<(PageContext, Origin)> {
    if let Some(sent) = state.pending.values().find(|sent| sent.tab == tab) {
        return Some((sent.context, Origin::of(&sent.url).ok()?));
    }
    if let Some(armed) = part.next.as_ref().filter(|armed| armed.once) {
        return Some((armed.context, armed.origin.clone()));
    }
    let page = state.page(tab).filter(|page| page.live)?;
    Some((page.context, page.origin.clone()))
}

/// Both schemes of a host: a reload may be redirected from one to the other.
fn patterns(host: &str) -> [String; 2] {
    [false, true].map(|secure| Origin { secure, host: host.to_owned(), port: None }.pattern())
}

/// Documents of a session's host in tabs that have no rule of their own yet.
fn spare_rule(triggers: &Triggers, state: &State, session: &Session, spare: PageContext) -> Rule {
    let host = &session.origin.host;
    let armed = state
        .tabs
        .iter()
        .filter(|(_, tab)| tab.next.as_ref().is_some_and(|armed| armed.origin.host == *host));
    // Two rules that both append would give the document two contexts.
    let except = armed.map(|(tab, _)| *tab).collect();
    Rule { except, ..document_rule(triggers, host, spare, Some(session.id)) }
}

fn document_rule(
    triggers: &Triggers,
    host: &str,
    context: PageContext,
    session: Option<SessionId>,
) -> Rule {
    let request = propagation::headers(triggers, context.request(), session);
    let metrics = propagation::metrics(triggers, context.resources(), session);
    let response = vec![("server-timing".into(), metrics)];
    Rule {
        tabs: None,
        except: Vec::new(),
        reach: Reach::Documents(host.to_owned()),
        request,
        response,
    }
}

fn resource_rule(
    triggers: &Triggers,
    context: PageContext,
    origin: Origin,
    session: Option<SessionId>,
) -> Rule {
    let request = propagation::headers(triggers, context.resources(), session);
    let reach = Reach::Resources(origin);
    Rule { tabs: None, except: Vec::new(), reach, request, response: Vec::new() }
}
