//! Carries out what `trace::wanted` wants: compares it with what the browser has, and changes the
//! difference. Runs after every step, and at every wake with what the browser says it has.

use std::time::Duration;

use trace::cookie;
use trace::state::Place;
use trace::table::Table;
use trace::wanted::{Cookie, Rule, Wanted};
use webext::storage::{self, Area};
use webext::{Error, alarms, clock, cookies, crypto, rules, scripts};

use crate::packed::{entries, pack};

/// Key of the ledger in local storage: cookies that we have set, so that they are found again
/// after the worker died or the browser was restarted.
const LEDGER: &str = "ledger";

/// The alarm that rings when a session ends by itself.
const ALARM: &str = "expiry";

/// What is set in the browser.
#[derive(Debug, Default)]
pub(crate) struct Setting {
    /// Rules by id; `None` for one that an earlier worker left and whose content is not known.
    rules: Table<u32, Option<Rule>>,
    cookies: Table<Place, Cookie>,
    scripts: Vec<String>,
    alarm: Option<u64>,
}

impl Setting {
    /// Asks the browser what is set.
    pub(crate) async fn read() -> Result<Self, Error> {
        let mut setting = Self { scripts: scripts::names().await?, ..Self::default() };
        for id in rules::ids().await? {
            setting.rules.insert(id, None);
        }
        let ledger = storage::load(Area::Local, LEDGER).await?;
        for cookie in entries::<Cookie>(ledger).unwrap_or_default() {
            setting.cookies.insert(cookie.place(), cookie);
        }
        Ok(setting)
    }

    /// Everything that is set: cookies, rules whose content is known, names of scripts.
    pub(crate) fn all(
        &self,
    ) -> (impl Iterator<Item = &Cookie>, impl Iterator<Item = &Rule>, &[String]) {
        (self.cookies.values(), self.rules.values().flatten(), &self.scripts)
    }

    /// Reads back from the browser, and names what is set and should not be. What is ours and
    /// nobody wants is taken away first.
    pub(crate) async fn verify(&mut self, wanted: &Wanted) -> Result<(), Error> {
        let mut left = Vec::new();
        let rules = rules::ids().await?.into_iter().filter(|id| !wanted.rules.contains(id));
        left.extend(rules.map(|id| format!("rule {id}")));
        let scripts = scripts::names().await?.into_iter();
        let scripts = scripts.filter(|host| !wanted.scripts.contains(host));
        left.extend(scripts.map(|host| format!("scripts on {host}")));
        let cookies = self.cookies.iter().filter(|(place, _)| !wanted.cookies.contains(place));
        left.extend(
            cookies.map(|(place, cookie)| format!("cookie {} on {}", cookie.name, place.host)),
        );
        if left.is_empty() {
            return Ok(());
        }
        Err(Error::found("Stop", &format!("still set: {}", left.join(", "))))
    }

    /// Takes cookies of ours away that nobody knows of.
    pub(crate) async fn sweep(&self, name: &str) -> Result<(), Error> {
        let known: Vec<&str> = self.cookies.values().map(|cookie| cookie.value.as_str()).collect();
        cookies::sweep(name, &known).await
    }

    /// The cookie that we set at a place.
    pub(crate) fn cookie(&self, place: &Place) -> Option<&Cookie> {
        self.cookies.get(place)
    }

    /// Makes it so. Scripts first and rules last: once a rule is there a request may be traced,
    /// and then everything else must be in place. What fails is tried again at the next step.
    pub(crate) async fn change(&mut self, wanted: &Wanted, secret: &str) -> Result<(), Error> {
        self.change_scripts(wanted).await?;
        self.change_cookies(&wanted.cookies, secret).await?;
        self.change_rules(&wanted.rules).await?;
        self.change_alarm(wanted.alarm).await
    }

    async fn change_alarm(&mut self, wanted: Option<u64>) -> Result<(), Error> {
        if let Some(time) = wanted.filter(|_| self.alarm != wanted) {
            let pause = Duration::from_millis(time.saturating_sub(clock::now().millis()));
            alarms::set(ALARM, pause).await?;
        }
        self.alarm = wanted;
        Ok(())
    }

    async fn change_scripts(&mut self, wanted: &Wanted) -> Result<(), Error> {
        for (host, patterns) in wanted.scripts.iter() {
            if !self.scripts.contains(host) {
                scripts::register(host, patterns).await?;
                self.scripts.push(host.clone());
            }
        }
        while let Some(at) = self.scripts.iter().position(|host| !wanted.scripts.contains(host)) {
            let host = self.scripts.swap_remove(at);
            scripts::unregister(&host).await?;
        }
        Ok(())
    }

    /// The ledger names a cookie before it is set and until it is seen to be gone.
    async fn change_cookies(
        &mut self,
        wanted: &Table<Place, Cookie>,
        secret: &str,
    ) -> Result<(), Error> {
        for (place, cookie) in wanted.iter() {
            let set = self.cookies.get(place);
            if set.is_some_and(|set| cookie.stands(set)) {
                continue;
            }
            // Another session's cookie, of a name or for a reach that the next one does not have.
            let other = |set: &&Cookie| set.name != cookie.name || set.domain != cookie.domain;
            if let Some(old) = set.filter(other) {
                remove(old).await?;
            }
            let cookie = Cookie { value: signed(&cookie.value, secret).await?, ..cookie.clone() };
            self.cookies.insert(place.clone(), cookie.clone());
            self.note().await?;
            cookies::set(&cookie, clock::now()).await?;
        }
        let gone = |cookies: &Table<Place, Cookie>| {
            let place = cookies.keys().find(|place| !wanted.contains(place));
            place.and_then(|place| Some((place.clone(), cookies.get(place)?.clone())))
        };
        while let Some((place, cookie)) = gone(&self.cookies) {
            remove(&cookie).await?;
            self.cookies.remove(&place);
            self.note().await?;
        }
        Ok(())
    }

    /// Writes the ledger.
    async fn note(&self) -> Result<(), Error> {
        let cookies: Vec<&Cookie> = self.cookies.values().collect();
        storage::store(Area::Local, LEDGER, &pack(&cookies)).await
    }

    async fn change_rules(&mut self, wanted: &Table<u32, Rule>) -> Result<(), Error> {
        let set = |id: &u32| self.rules.get(id).and_then(Option::as_ref);
        let stale = |id: &u32| wanted.get(id).is_none_or(|rule| set(id) != Some(rule));
        let gone: Vec<u32> = self.rules.keys().filter(|id| stale(id)).copied().collect();
        let new: Vec<(u32, &Rule)> = wanted
            .iter()
            .filter(|(id, rule)| set(id) != Some(*rule))
            .map(|(id, rule)| (*id, rule))
            .collect();
        if new.is_empty() && gone.is_empty() {
            return Ok(());
        }
        rules::update(gone, &new).await?;
        self.rules = Table::default();
        for (id, rule) in wanted.iter() {
            self.rules.insert(*id, Some(rule.clone()));
        }
        Ok(())
    }
}

/// A cookie's value as it is set.
async fn signed(value: &str, secret: &str) -> Result<String, Error> {
    if secret.is_empty() {
        return Ok(value.to_owned());
    }
    Ok(cookie::seal(value, &crypto::sign(secret, value).await?))
}

/// Removes a cookie of ours. One that somebody else has written over is theirs, and stays.
async fn remove(cookie: &Cookie) -> Result<(), Error> {
    match cookies::get(cookie).await? {
        Some(value) if value == cookie.value => cookies::remove(cookie).await,
        _ => Ok(()),
    }
}
