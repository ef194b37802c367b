//! Carries out what `trace::wanted` wants: compares it with what the browser has, and changes the
//! difference. Runs after every step, and at every wake with what the browser says it has.

use std::collections::{BTreeMap, BTreeSet};

use trace::cookie;
use trace::wanted::{Cookie, Rule, Wanted};
use webext::storage::{self, Area};
use webext::{Error, clock, cookies, rules, scripts};

/// Key of the ledger in local storage: cookies that we have set, so that they are found again
/// after the worker died or the browser was restarted.
const LEDGER: &str = "ledger";

/// What is set in the browser.
#[derive(Debug, Default)]
pub(crate) struct Setting {
    /// Rules by id; `None` for one that an earlier worker left and whose content is not known.
    rules: BTreeMap<u32, Option<Rule>>,
    cookies: BTreeMap<String, Cookie>,
    scripts: BTreeSet<String>,
}

impl Setting {
    /// Asks the browser what is set.
    pub(crate) async fn read() -> Result<Self, Error> {
        let rules = rules::ids().await?.into_iter().map(|id| (id, None)).collect();
        let cookies = storage::load(Area::Local, LEDGER).await?.unwrap_or_default();
        Ok(Self { rules, cookies, scripts: scripts::patterns().await? })
    }

    /// Makes it so. Scripts first and rules last: once a rule is there a request may be traced,
    /// and then everything else must be in place. The first failure is returned, the rest is done.
    pub(crate) async fn change(&mut self, wanted: &Wanted) -> Result<(), Error> {
        let scripts = self.change_scripts(&wanted.scripts).await;
        let cookies = self.change_cookies(&wanted.cookies).await;
        let rules = self.change_rules(&wanted.rules).await;
        scripts.and(cookies).and(rules)
    }

    async fn change_scripts(&mut self, wanted: &BTreeSet<String>) -> Result<(), Error> {
        let mut done = Ok(());
        for pattern in wanted.difference(&self.scripts.clone()) {
            match scripts::register(pattern).await {
                Ok(()) => drop(self.scripts.insert(pattern.clone())),
                Err(error) => done = done.and(Err(error)),
            }
        }
        for pattern in self.scripts.clone().difference(wanted) {
            match scripts::unregister(pattern).await {
                Ok(()) => drop(self.scripts.remove(pattern)),
                Err(error) => done = done.and(Err(error)),
            }
        }
        done
    }

    async fn change_cookies(&mut self, wanted: &BTreeMap<String, Cookie>) -> Result<(), Error> {
        if self.cookies == *wanted {
            return Ok(());
        }
        // The ledger names a cookie before it is set and until it is seen to be gone.
        let mut ledger = self.cookies.clone();
        ledger.extend(wanted.clone());
        storage::store(Area::Local, LEDGER, &ledger).await?;
        let mut done = Ok(());
        for (host, cookie) in wanted {
            if self.cookies.get(host) == Some(cookie) {
                continue;
            }
            #[allow(clippy::cast_precision_loss, reason = "milliseconds fit in 53 bits")]
            let now = clock::now().millis() as f64;
            match cookies::set(&cookie.origin, cookie::NAME, &cookie.value, now).await {
                Ok(()) => drop(self.cookies.insert(host.clone(), cookie.clone())),
                Err(error) => done = done.and(Err(error)),
            }
        }
        for (host, cookie) in self.cookies.clone() {
            if wanted.contains_key(&host) {
                continue;
            }
            match remove(&cookie).await {
                Ok(()) => drop(self.cookies.remove(&host)),
                Err(error) => done = done.and(Err(error)),
            }
        }
        done.and(storage::store(Area::Local, LEDGER, &self.cookies).await)
    }

    async fn change_rules(&mut self, wanted: &BTreeMap<u32, Rule>) -> Result<(), Error> {
        let same =
            |id: &u32, rule: &Rule| self.rules.get(id).and_then(Option::as_ref) == Some(rule);
        let new: BTreeMap<u32, &Rule> = wanted
            .iter()
            .filter(|(id, rule)| !same(id, rule))
            .map(|(id, rule)| (*id, rule))
            .collect();
        let gone: Vec<u32> = self
            .rules
            .keys()
            .filter(|id| !wanted.contains_key(id) || new.contains_key(id))
            .copied()
            .collect();
        if new.is_empty() && gone.is_empty() {
            return Ok(());
        }
        rules::update(gone, &new).await?;
        self.rules = wanted.iter().map(|(id, rule)| (*id, Some(rule.clone()))).collect();
        Ok(())
    }
}

/// Removes a cookie of ours. One that somebody else has written over is theirs, and stays.
async fn remove(cookie: &Cookie) -> Result<(), Error> {
    match cookies::get(&cookie.origin, cookie::NAME).await? {
        Some(value) if value == cookie.value => cookies::remove(&cookie.origin, cookie::NAME).await,
        _ => Ok(()),
    }
}
