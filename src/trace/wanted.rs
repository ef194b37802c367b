//! What must be set in the browser, as it follows from the state: rules, cookies, scripts.
//!
//! The shell compares this with what the browser has and changes the difference, so whatever is
//! set has a reason in the state, and what lost its reason goes: Stop needs no list of its own.

use std::ops::Range;

use serde::{Deserialize, Serialize};

mod rule;

use crate::body;
use crate::context::PageContext;
use crate::cookie;
use crate::ladder::Ladder;
use crate::origin::Origin;
use crate::sampler::Sampler;
use crate::settings::Settings;
use crate::state::{Armed, Place, Session, State, Tab, within};
use crate::table::Table;

pub use rule::{Reach, Rule};
use rule::{Writer, forbidden};

/// Everything that must be set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Header rules by id.
    pub rules: Table<u32, Rule>,
    /// Cookies by place.
    pub cookies: Table<Place, Cookie>,
    /// Match patterns of the pages that get the recorder, by host; of a whole site by `*.` and its
    /// domain. With [`META`] or [`BODY`] before it, for the script of that name alone.
    pub scripts: Table<String, [String; 2]>,
    /// When to wake up and look, because a session ends then; milliseconds since the epoch.
    pub alarm: Option<u64>,
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

/// Rule ids: the spares of sessions come first, then what nobody's rules touch, then each tab's.
const FIRST_FORBIDDEN: u32 = 8_000;
const FIRST_TAB: u32 = 10_000;
/// Rules of a session's spare, at most: for documents, and two for each sampling rule.
const EACH_SESSION: u32 = 40;
/// Rules of one tab, at most: for documents, for their resources, for what is spared, and targets.
pub const EACH_TAB: u32 = 256;

/// Stands before a host whose documents get `<meta name="traceparent">`.
pub const META: &str = "meta ";
/// Stands before a host where something may be read of bodies.
pub const BODY: &str = "body ";

/// What must be set for this state.
#[must_use]
pub fn wanted(state: &State, settings: &Settings) -> Wanted {
    let mut wanted = Wanted::default();
    let writer = Writer { settings, sampler: &Sampler::of(settings) };
    for (slot, (place, session)) in (0..).zip(state.sessions.iter()) {
        wanted.inject(session.covering());
        if settings.triggers.cookie {
            wanted.cookies.insert(place.clone(), session_cookie(session, settings));
        }
        let first = 1 + EACH_SESSION * slot;
        wanted.set(first..first + EACH_SESSION, spare_rules(state, session, &writer));
        let end = Some(session.expiry.saturating_mul(1_000)).filter(|end| *end > 0);
        wanted.alarm = wanted.alarm.into_iter().chain(end).min();
    }
    for (slot, (tab, part)) in (0..).zip(state.tabs.iter()) {
        let first = FIRST_TAB + EACH_TAB * slot;
        let rules = tab_rules(state, *tab, part, &writer).into_iter();
        let rules = rules.map(|rule| Rule { tabs: Some(*tab), ..rule }).collect();
        wanted.set(first..first + EACH_TAB, rules);
        // A document is committed before its scripts are injected, in a tab behind others much
        // before: taken away at the commit, they would never run.
        let loading = loading(state, *tab, part).map(|(_, origin, _)| origin.host);
        // Of a document in doubt only its relay can say whether it is traced.
        let armed = part.next.iter().chain(&part.unseen);
        let hosts = armed.map(|armed| armed.origin.host.clone()).chain(loading);
        for host in hosts {
            wanted.inject(state.session(*tab, &host).map_or(host, Session::covering));
        }
    }
    if !wanted.rules.is_empty() {
        wanted.set(FIRST_FORBIDDEN..FIRST_TAB, forbidden(settings, writer.sampler));
    }
    if settings.triggers.meta {
        wanted.offer();
    }
    settings
        .bodies
        .iter()
        .filter_map(|line| body::site_host(line))
        .for_each(|host| wanted.read(&host));
    wanted
}

impl Wanted {
    fn set(&mut self, ids: Range<u32>, rules: Vec<Rule>) {
        for (id, rule) in ids.zip(rules) {
            self.rules.insert(id, rule);
        }
    }

    /// Where the recorder is wanted, its context is to be offered to the page's SDKs too.
    fn offer(&mut self) {
        let hosts: Vec<_> =
            self.scripts.iter().map(|(host, it)| (host.clone(), it.clone())).collect();
        for (host, patterns) in hosts {
            self.scripts.insert(format!("{META}{host}"), patterns);
        }
    }

    /// Where the recorder is wanted, something may be read of bodies too.
    fn read(&mut self, host: &str) {
        let above = |wide: &String| {
            wide == host || wide.strip_prefix("*.").is_some_and(|it| within(host, it))
        };
        if self.scripts.keys().any(above) {
            self.scripts.insert(format!("{BODY}{host}"), patterns(host));
        }
    }

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
fn tab_rules(state: &State, tab: i32, part: &Tab, writer: &Writer<'_>) -> Vec<Rule> {
    let mut rules = Vec::new();
    if let Some(armed) = &part.next {
        let session = state.session(tab, &armed.origin.host);
        rules = writer.documents(&armed.origin.host, armed.context, session, armed.once);
    }
    if let Some((context, origin, decided)) = loading(state, tab, part) {
        let session = state.session(tab, &origin.host).map(|session| session.id);
        rules.extend(writer.resources((context, decided), &origin, session));
    }
    rules
}

/// The document whose resources a tab loads, or is about to load, and whether all or none of them
/// are sampled, whatever the rules. A
/// document's first resources are asked for as soon as its head is there, so the rule for them must
/// be set before its commit.
fn loading(state: &State, tab: i32, part: &Tab) -> Option<(PageContext, Origin, Option<bool>)> {
    let decided = |once, ladder: &Ladder| match once {
        true => Some(true),
        false => ladder.unsampled().then_some(false),
    };
    if let Some(sent) = state.expected(tab) {
        let origin = Origin::of(&sent.url).ok()?;
        let inside = state.session(tab, &origin.host).map(|session| session.id);
        let ours = origin.host == sent.host || (inside.is_some() && inside == sent.session);
        return ours.then_some((sent.context, origin, decided(sent.once, &sent.ladder)));
    }
    if let Some(armed) = part.next.as_ref().filter(|armed| armed.once) {
        return Some((armed.context, armed.origin.clone(), Some(true)));
    }
    let page = state.page(tab).filter(|page| page.live)?;
    let once = page.toast || page.session.is_none();
    Some((page.context, page.origin.clone(), decided(once, &page.ladder)))
}

/// Both schemes of a host: a reload may be redirected from one to the other.
fn patterns(host: &str) -> [String; 2] {
    [false, true].map(|secure| Origin { secure, host: host.to_owned(), port: None }.pattern())
}

/// Documents of a session in tabs that have no rule of their own yet. It must never reach a tab of
/// another cookie store, and a rule cannot name stores: so where there may be such tabs, it is for
/// what the session's own pages open, and there is none while one is open.
fn spare_rules(state: &State, session: &Session, writer: &Writer<'_>) -> Vec<Rule> {
    let Session { origin, store, spare, .. } = session;
    let foreign = state.guarded && (!store.is_empty() || !state.stores.is_empty());
    let Some(spare) = spare.filter(|_| !foreign) else { return Vec::new() };
    let covered = |armed: &Armed| session.covers(&armed.origin.host);
    let armed = state.tabs.iter().filter(|(_, tab)| tab.next.as_ref().is_some_and(covered));
    // Two rules that both append would give the document two contexts.
    let mut except: Vec<i32> = armed.map(|(tab, _)| *tab).collect();
    except.extend(state.stores.keys().filter(|tab| state.store(**tab) != store));
    let initiator = state.guarded.then(|| session.place().host);
    let rules = writer.documents(&origin.host, spare, Some(session), false).into_iter();
    let bound = |rule| Rule { except: except.clone(), initiator: initiator.clone(), ..rule };
    rules.map(bound).collect()
}
