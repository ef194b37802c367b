//! What must be set in the browser, as it follows from the state: rules, cookies, scripts.
//!
//! The shell compares this with what the browser has and changes the difference, so whatever is
//! set has a reason in the state, and what lost its reason goes: Stop needs no list of its own.

use serde::{Deserialize, Serialize};

use crate::context::PageContext;
use crate::origin::Origin;
use crate::propagation::{self, Header};
use crate::settings::{Settings, Triggers};
use crate::state::{Armed, Place, Session, State, Tab, within};
use crate::table::Table;
use crate::{cookie, target};

/// Everything that must be set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Header rules by id.
    pub rules: Table<u32, Rule>,
    /// Cookies by place.
    pub cookies: Table<Place, Cookie>,
    /// Match patterns of the pages that get the recorder, by host; of a whole site by `*.` and its
    /// domain.
    pub scripts: Table<String, [String; 2]>,
    /// When to wake up and look, because a session ends then; milliseconds since the epoch.
    pub alarm: Option<u64>,
}

/// One header rule, in our own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Tabs whose requests it applies to; `None` for all.
    pub tabs: Option<i32>,
    /// Tabs whose requests it leaves alone.
    pub except: Vec<i32>,
    /// The host whose pages must have asked; `None` for whoever asked.
    pub initiator: Option<String>,
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
    /// Documents of a host, on any port, and of none below it.
    Documents(String),
    /// Documents of a domain and of all hosts below it.
    Site(String),
    /// What a document of this origin loads from its own origin. `fetch` and XHR are left out:
    /// a rule would overwrite what the page sets itself, so the recorder does those.
    Resources(Origin),
    /// What a document loads from addresses that fit a regular expression, `fetch` and XHR with it:
    /// from script, our header would make a request to another origin be asked for permission.
    Target(String),
    /// `fetch` and XHR to a document's own origin, which no target may touch: no header is set.
    Spared(Origin),
}

/// A cookie to set: `Path=/`, `SameSite=Lax`, `Secure` on https.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cookie {
    /// Where it belongs.
    pub origin: Origin,
    /// Its name.
    #[serde(default = "name")]
    pub name: String,
    /// What stands in it. The shell signs it before it is set, when there is a secret.
    pub value: String,
    /// The domain whose hosts all get it; empty for a host-only cookie.
    #[serde(default)]
    pub domain: String,
    /// The cookie store that it is in; empty for the browser's own.
    #[serde(default)]
    pub store: String,
    /// When it ends, unix seconds; 0 for as late as the browser allows.
    #[serde(default)]
    pub expiry: u64,
}

/// Earlier versions named every cookie so, and did not say it.
fn name() -> String {
    cookie::NAME.to_owned()
}

impl Cookie {
    /// Where it is at home.
    #[must_use]
    pub fn place(&self) -> Place {
        let host = if self.domain.is_empty() { &self.origin.host } else { &self.domain };
        Place { store: self.store.clone(), host: host.clone() }
    }

    /// Whether a cookie that is set is this one. Its name and signature are those of the time when it
    /// was set: a session keeps its cookie, whatever the user sets meanwhile.
    #[must_use]
    pub fn stands(&self, set: &Self) -> bool {
        self.origin == set.origin && cookie::says(&set.value, &self.value)
    }
}

/// Rule ids: the spares of sessions come first, then those of each tab.
const FIRST_TAB: u32 = 1_000;
/// Rules of one tab, at most: for documents, for their resources, for what is spared, and targets.
const EACH_TAB: u32 = 64;

/// What must be set for this state.
#[must_use]
pub fn wanted(state: &State, settings: &Settings) -> Wanted {
    let mut wanted = Wanted::default();
    for (id, (place, session)) in (1..).zip(state.sessions.iter()) {
        wanted.inject(session.covering());
        if settings.triggers.cookie {
            wanted.cookies.insert(place.clone(), session_cookie(session, settings));
        }
        if let Some(rule) = spare_rule(state, session, &settings.triggers) {
            wanted.rules.insert(id, rule);
        }
        let end = Some(session.expiry.saturating_mul(1_000)).filter(|end| *end > 0);
        wanted.alarm = wanted.alarm.into_iter().chain(end).min();
    }
    let targets = targets(settings);
    for (slot, (tab, part)) in (0..).zip(state.tabs.iter()) {
        let mut ids = FIRST_TAB + EACH_TAB * slot..FIRST_TAB + EACH_TAB * (slot + 1);
        let rules = tab_rules(state, *tab, part, settings, &targets);
        for (id, rule) in ids.by_ref().zip(rules) {
            wanted.rules.insert(id, Rule { tabs: Some(*tab), ..rule });
        }
        // A document is committed before its scripts are injected, in a tab behind others much
        // before: taken away at the commit, they would never run.
        let loading = loading(state, *tab, part).map(|(_, origin)| origin.host);
        // Of a document in doubt only its relay can say whether it is traced.
        let armed = part.next.iter().chain(&part.unseen);
        let hosts = armed.map(|armed| armed.origin.host.clone()).chain(loading);
        for host in hosts {
            wanted.inject(state.session(*tab, &host).map_or(host, Session::covering));
        }
    }
    wanted
}

impl Wanted {
    /// The recorder is wanted on a host, or a site. A page must not get it twice.
    fn inject(&mut self, cover: String) {
        let above = |wide: &String| wide.strip_prefix("*.").is_some_and(|it| within(&cover, it));
        if self.scripts.keys().any(above) {
            return;
        }
        if let Some(domain) = cover.strip_prefix("*.") {
            self.scripts.retain(|host, _| !within(host, domain));
        }
        let patterns = patterns(&cover);
        self.scripts.insert(cover, patterns);
    }
}

impl Session {
    /// What its scripts cover, as a match pattern names it.
    fn covering(&self) -> String {
        let Place { host, .. } = self.place();
        if self.domain.is_empty() { host } else { format!("*.{host}") }
    }
}

fn session_cookie(session: &Session, settings: &Settings) -> Cookie {
    Cookie {
        origin: session.origin.clone(),
        value: session.cookie().to_string(),
        name: settings.cookie.name.clone(),
        domain: session.domain.clone(),
        store: session.store.clone(),
        expiry: session.expiry,
    }
}

/// The rules of one tab.
fn tab_rules(
    state: &State,
    tab: i32,
    part: &Tab,
    settings: &Settings,
    targets: &[String],
) -> Vec<Rule> {
    let triggers = &settings.triggers;
    let mut rules = Vec::new();
    if let Some(armed) = &part.next {
        let session = state.session(tab, &armed.origin.host);
        rules.push(document_rule(triggers, &armed.origin.host, armed.context, session));
    }
    let Some((context, origin)) = loading(state, tab, part) else { return rules };
    let session = state.session(tab, &origin.host).map(|session| session.id);
    let request = propagation::headers(triggers, context.resources(), session);
    // With every header off there is nothing to put on it.
    if request.is_empty() {
        return rules;
    }
    // A page of another site, or its frame, may ask for the same before the rule is gone.
    let host = origin.host.clone();
    let on = |reach, request| Rule {
        tabs: None,
        except: Vec::new(),
        initiator: Some(host.clone()),
        reach,
        request,
        response: Vec::new(),
    };
    let spared = (!targets.is_empty()).then(|| on(Reach::Spared(origin.clone()), Vec::new()));
    rules.push(on(Reach::Resources(origin), request.clone()));
    rules.extend(spared);
    rules.extend(targets.iter().map(|it| on(Reach::Target(it.clone()), request.clone())));
    rules
}

/// The user's own origins, as regular expressions. What is none is left out; the options say so.
fn targets(settings: &Settings) -> Vec<String> {
    let all = settings.targets.iter().filter_map(|text| target::pattern(text).ok());
    all.take(EACH_TAB as usize - 3).collect()
}

/// The document whose resources a tab loads, or is about to load. A document's first resources are
/// asked for as soon as its head is there, so the rule for them must be set before its commit.
fn loading(state: &State, tab: i32, part: &Tab) -> Option<(PageContext, Origin)> {
    if let Some(sent) = state.expected(tab) {
        let origin = Origin::of(&sent.url).ok()?;
        let inside = state.session(tab, &origin.host).map(|session| session.id);
        let ours = origin.host == sent.host || (inside.is_some() && inside == sent.session);
        return ours.then_some((sent.context, origin));
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

/// Documents of a session in tabs that have no rule of their own yet. It must never reach a tab of
/// another cookie store, and a rule cannot name stores: so where there may be such tabs, it is for
/// what the session's own pages open, and there is none while one is open.
fn spare_rule(state: &State, session: &Session, triggers: &Triggers) -> Option<Rule> {
    let Session { origin, store, spare, .. } = session;
    let foreign = state.guarded && (!store.is_empty() || !state.stores.is_empty());
    let spare = spare.filter(|_| !foreign)?;
    let covered = |armed: &Armed| session.covers(&armed.origin.host);
    let armed = state.tabs.iter().filter(|(_, tab)| tab.next.as_ref().is_some_and(covered));
    // Two rules that both append would give the document two contexts.
    let mut except: Vec<i32> = armed.map(|(tab, _)| *tab).collect();
    except.extend(state.stores.keys().filter(|tab| state.store(**tab) != store));
    let initiator = state.guarded.then(|| session.place().host);
    let rule = document_rule(triggers, &origin.host, spare, Some(session));
    Some(Rule { except, initiator, ..rule })
}

fn document_rule(
    triggers: &Triggers,
    host: &str,
    context: PageContext,
    session: Option<&Session>,
) -> Rule {
    let id = session.map(|session| session.id);
    let request = propagation::headers(triggers, context.request(), id);
    let metrics = propagation::metrics(triggers, context.resources(), id);
    let reach = match session.filter(|session| !session.domain.is_empty()) {
        Some(session) => Reach::Site(session.domain.clone()),
        None => Reach::Documents(host.to_owned()),
    };
    let response = vec![("server-timing".into(), metrics)];
    Rule { tabs: None, except: Vec::new(), initiator: None, reach, request, response }
}
