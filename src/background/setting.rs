//! Carries out what `trace::wanted` wants: compares it with what the browser has, and changes the
//! difference. Runs after every step, and at every wake with what the browser says it has.

use trace::cookie;
use trace::table::Table;
use trace::wanted::{Cookie, Rule, Wanted};
use webext::storage::{self, Area};
use webext::{Error, clock, cookies, crypto, rules, scripts};

use crate::packed::{pack, unpack};

/// Key of the ledger in local storage: cookies that we have set, so that they are found again
/// after the worker died or the browser was restarted.
const LEDGER: &str = "ledger";

/// What is set in the browser.
#[derive(Debug, Default)]
pub(crate) struct Setting {
    /// Rules by id; `None` for one that an earlier worker left and whose content is not known.
    rules: Table<u32, Option<Rule>>,
    cookies: Table<String, Cookie>,
    scripts: Vec<String>,
}

impl Setting {
    /// Asks the browser what is set.
    pub(crate) async fn read() -> Result<Self, Error> {
        let mut setting = Self { scripts: scripts::names().await?, ..Self::default() };
        for id in rules::ids().await? {
            setting.rules.insert(id, None);
        }
        let ledger = storage::load(Area::Local, LEDGER).await?;
        setting.cookies = unpack(ledger).unwrap_or_default();
        Ok(setting)
    }

    /// The cookie that we set for a host.
    pub(crate) fn cookie(&self, host: &String) -> Option<&Cookie> {
        self.cookies.get(host)
    }

    /// Makes it so. Scripts first and rules last: once a rule is there a request may be traced,
    /// and then everything else must be in place. What fails is tried again at the next step.
    pub(crate) async fn change(&mut self, wanted: &Wanted, secret: &str) -> Result<(), Error> {
        self.change_scripts(wanted).await?;
        self.change_cookies(&wanted.cookies, secret).await?;
        self.change_rules(&wanted.rules).await
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
        wanted: &Table<String, Cookie>,
        secret: &str,
    ) -> Result<(), Error> {
        for (host, cookie) in wanted.iter() {
            let set = self.cookies.get(host);
            if set.is_some_and(|set| cookie.stands(set)) {
                continue;
            }
            // Another session's cookie, of a name that the next one does not have.
            if let Some(old) = set.filter(|set| set.name != cookie.name) {
                remove(old).await?;
            }
            let cookie = Cookie { value: signed(&cookie.value, secret).await?, ..cookie.clone() };
            self.cookies.insert(host.clone(), cookie.clone());
            storage::store(Area::Local, LEDGER, &pack(&self.cookies)).await?;
            cookies::set(&cookie.origin, &cookie.name, &cookie.value, clock::now()).await?;
        }
        let gone = |cookies: &Table<String, Cookie>| {
            let host = cookies.keys().find(|host| !wanted.contains(host));
            host.and_then(|host| Some((host.clone(), cookies.get(host)?.clone())))
        };
        while let Some((host, cookie)) = gone(&self.cookies) {
            remove(&cookie).await?;
            self.cookies.remove(&host);
            storage::store(Area::Local, LEDGER, &pack(&self.cookies)).await?;
        }
        Ok(())
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
    match cookies::get(&cookie.origin, &cookie.name).await? {
        Some(value) if value == cookie.value => cookies::remove(&cookie.origin, &cookie.name).await,
        _ => Ok(()),
    }
}
