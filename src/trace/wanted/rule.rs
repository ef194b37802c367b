//! Header rules: which requests get which headers, as sampling rules and excluded paths would have
//! it. The trace's id is known when a rule is made, so what is a share of traces for the user is yes
//! or no for the browser.
//!
//! ```text
//!  rank   101  the document of Run Page Trace, whatever the rules
//!         100  excluded: nothing                  ─┐ a rule that sets nothing keeps those of a
//!          90  hosts below the session's: nothing  │ lower rank from setting anything
//!    41 … 75  documents, by sampling rule         ─┘
//!    21 … 38  what a document loads from its own origin, by sampling rule
//!          20  own `fetch`, paused origins: nothing
//!     1 … 18  targets, by sampling rule
//! ```

use crate::context::PageContext;
use crate::origin::Origin;
use crate::propagation::{self, Header};
use crate::sampler::{Case, Pattern, Sampler};
use crate::settings::Settings;
use crate::state::Session;
use crate::{SessionId, TraceContext, body, target};

/// One header rule, in our own words. Where it has no headers, it keeps those of a lower rank away.
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
    /// What their URL must fit besides, as a regular expression (RE2); empty for any.
    pub filter: String,
    /// Their method, upper case; empty for any.
    pub method: String,
    /// Of two rules that fit a request, the one of the greater rank decides.
    pub rank: u32,
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
    /// Documents of the hosts below one.
    Below(String),
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
    /// Everything from an origin that was taken off the targets.
    Paused(Origin),
    /// Everything that fits the rule's filter.
    Excluded,
}

const ONCE: u32 = 101;
const EXCLUDED: u32 = 100;
const BELOW: u32 = 90;
const DOCUMENTS: u32 = 41;
const RESOURCES: u32 = 21;
const SPARED: u32 = 20;
const TARGETS: u32 = 1;

impl Rule {
    /// One that sets nothing.
    #[must_use]
    pub const fn nothing(reach: Reach, rank: u32) -> Self {
        Self {
            tabs: None,
            except: Vec::new(),
            initiator: None,
            reach,
            filter: String::new(),
            method: String::new(),
            rank,
            request: Vec::new(),
            response: Vec::new(),
        }
    }
}

/// What nobody's rules touch: excluded paths, the store's dashboard, and origins that were taken off.
pub(super) fn forbidden(settings: &Settings, sampler: &Sampler) -> Vec<Rule> {
    let excluded = sampler.bare().map(|path| {
        let filter = format!("^{}", path.regex());
        Rule { filter, ..Rule::nothing(Reach::Excluded, EXCLUDED) }
    });
    let paused = settings.paused.iter().filter_map(|text| Origin::of(text).ok());
    excluded.chain(paused.map(|origin| Rule::nothing(Reach::Paused(origin), SPARED))).collect()
}

/// A sampling rule as it decides one trace within a part of all URLs.
struct Bound {
    filter: String,
    method: String,
    sampled: bool,
}

/// Writes rules by the user's settings.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) settings: &'a Settings,
    pub(super) sampler: &'a Sampler,
}

impl Writer<'_> {
    /// The rules for documents of a session's hosts, or of a host, with a context.
    pub(super) fn documents(
        &self,
        host: &str,
        context: PageContext,
        session: Option<&Session>,
        once: bool,
    ) -> Vec<Rule> {
        let reach = match session.filter(|session| !session.domain.is_empty()) {
            Some(session) => Reach::Site(session.domain.clone()),
            None => Reach::Documents(host.to_owned()),
        };
        let triggers = &self.settings.triggers;
        let id = session.map(|session| session.id);
        let domain = session.map_or("", |session| &session.domain);
        let bodies = body::lines(&self.settings.bodies, host, domain);
        let told = propagation::told("rules", &self.sampler.lines(once))
            + &propagation::told("bodies", &bodies);
        let rule = |sampled, rank| {
            let [request, resources] = [context.request(), context.resources()];
            let request = propagation::headers(triggers, request.sample(sampled), id);
            let metrics = propagation::metrics(triggers, resources.sample(sampled), id);
            let response = vec![("server-timing".into(), metrics + &told)];
            Rule { request, response, ..Rule::nothing(reach.clone(), rank) }
        };
        let (cases, rest) = self.sampler.cases(context.trace);
        if once {
            return vec![rule(true, ONCE)];
        }
        let mut rules = vec![rule(rest, DOCUMENTS)];
        if !cases.is_empty() && matches!(reach, Reach::Documents(_)) {
            // With an expression of the user's, only the domain can be told, not the host alone.
            rules.push(Rule::nothing(Reach::Below(host.to_owned()), BELOW));
        }
        for (rank, Case { method, pattern, sampled }) in
            (DOCUMENTS + 1..).step_by(2).zip(cases.into_iter().rev())
        {
            let filter = format!("^{}", pattern.regex());
            let also = |rule| Rule { filter: filter.clone(), method: method.clone(), ..rule };
            // A second rule would add its own metrics.
            rules.push(also(Rule::nothing(reach.clone(), rank)));
            rules.push(also(rule(sampled, rank + 1)));
        }
        rules
    }

    /// The rules for what a document loads: from its own origin, and from targets; by the user's
    /// rules, unless it is `decided`. What a document loads that is not sampled is not sampled
    /// either: a trace has no part without its root.
    pub(super) fn resources(
        &self,
        (context, decided): (PageContext, Option<bool>),
        origin: &Origin,
        session: Option<SessionId>,
    ) -> Vec<Rule> {
        let triggers = &self.settings.triggers;
        let headers = |context: TraceContext| propagation::headers(triggers, context, session);
        let [yes, no] = [true, false].map(|sampled| headers(context.resources().sample(sampled)));
        // With every header off there is nothing to put on it.
        if yes.is_empty() {
            return Vec::new();
        }
        let (cases, rest) = match decided {
            Some(sampled) => (Vec::new(), sampled),
            None => self.sampler.cases(context.trace),
        };
        let mut rules = Vec::new();
        let mut add = |reach: &dyn Fn(String) -> Reach, rank, begin: Option<(&str, &str)>| {
            let (bound, rest) = match begin {
                Some((begin, regex)) => bind(&cases, rest, begin, regex),
                None => (Vec::new(), rest),
            };
            let base = Bound { filter: String::new(), method: String::new(), sampled: rest };
            let all = [base].into_iter().chain(bound.into_iter().rev());
            for (rank, Bound { filter, method, sampled }) in (rank..).zip(all) {
                let request = if sampled { &yes } else { &no }.clone();
                let reach = reach(filter.clone());
                rules.push(Rule { filter, method, request, ..Rule::nothing(reach, rank) });
            }
        };
        let own = format!("{origin}/");
        let regex = format!("^{}", target::escape(&own));
        add(&|_| Reach::Resources(origin.clone()), RESOURCES, Some((&own, &regex)));
        for text in &self.settings.targets {
            // What is none is left out; the options say so.
            let Ok(regex) = target::pattern(text) else { continue };
            let begin = target::beginning(text);
            let reach = |_| Reach::Target(regex.clone());
            add(&reach, TARGETS, begin.as_deref().map(|begin| (begin, &*regex)));
        }
        if !self.settings.targets.is_empty() {
            rules.push(Rule::nothing(Reach::Spared(origin.clone()), SPARED));
        }
        // A page of another site, or its frame, may ask for the same before the rule is gone.
        for rule in &mut rules {
            rule.initiator = Some(origin.host.clone());
        }
        rules
    }
}

/// How sampling rules decide a trace among the URLs that begin with a text, which a regular
/// expression says too; and what holds for the rest.
fn bind(cases: &[Case], mut rest: bool, begin: &str, regex: &str) -> (Vec<Bound>, bool) {
    let mut bound = Vec::new();
    for Case { method, pattern, sampled } in cases {
        let left: Pattern = pattern.after(begin);
        if left.all() && method.is_empty() {
            rest = *sampled;
            break;
        }
        if !left.none() {
            let filter = format!("{regex}{}", left.regex());
            bound.push(Bound { filter, method: method.clone(), sampled: *sampled });
        }
    }
    while bound.pop_if(|bound| bound.sampled == rest).is_some() {}
    (bound, rest)
}

#[cfg(test)]
mod tests;
