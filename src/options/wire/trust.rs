//! Wires the trust page to the background, to the journal and to what the browser says of us.

use ::trace::contact;
use bridge::{Command, Reply};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::page;
use webext::settings::CONTACTS;
use webext::storage::{self, Area};
use webext::{permissions, rules, scripts};

use crate::trust;
use crate::trust::Intent;
use crate::trust::account::Account;

/// The trust page, wired.
#[component]
pub fn Trust() -> impl IntoView {
    let account = RwSignal::new(Account::default());
    spawn_local(look(account));
    let refresh = move |_| spawn_local(look(account));
    page::keep(webext::message::listen(refresh));
    let on_intent = Callback::new(move |intent| {
        spawn_local(async move {
            let news = match intent {
                Intent::Withdraw(pattern) => withdraw(&pattern).await,
                Intent::Erase => erase().await,
            };
            account.update(|account| account.news = news.unwrap_or_else(|reason| reason));
            look(account).await;
        });
    });
    let zone = webext::page::zone(webext::page::now());
    view! { <trust::Trust account zone on_intent /> }
}

/// Finds out what there is to say.
async fn look(account: RwSignal<Account>) {
    let granted = permissions::all().await.unwrap_or_default();
    let lines = storage::load::<String>(Area::Local, CONTACTS).await.ok().flatten();
    // No tab has this number: what is set for all sites is asked for.
    let set = match webext::message::ask(Command::View { tab: 0 }).await {
        Ok(Reply::View(view)) => view.set,
        _ => Vec::new(),
    };
    let (rules, scripts) = (rules::ids().await.ok(), scripts::names().await.ok());
    let requests = match page::journal().await {
        Ok(journal) => journal.all_requests().await.ok(),
        Err(_) => None,
    };
    account.update(|account| {
        *account = Account {
            permissions: granted.permissions,
            origins: granted.origins,
            set,
            rules: rules.map(|rules| rules.len()),
            scripts: scripts.map(|scripts| scripts.len()),
            contacts: contact::read(&lines.unwrap_or_default()),
            requests: requests.map(|requests| requests.len()),
            news: std::mem::take(&mut account.news),
        };
    });
}

async fn withdraw(pattern: &str) -> Result<String, String> {
    match permissions::remove(pattern).await {
        Ok(true) => Ok(format!("Taken back: {pattern}")),
        Ok(false) => Err(format!("The browser keeps the permission for {pattern}.")),
        Err(error) => Err(error.to_string()),
    }
}

async fn erase() -> Result<String, String> {
    match webext::message::ask(Command::Erase).await {
        Ok(Reply::Done) => {}
        Ok(Reply::Refused { reason }) => {
            return Err(format!("Not everything is removed: {reason}"));
        }
        Ok(_) => return Err("The background answered something else.".to_owned()),
        Err(error) => return Err(error.to_string()),
    }
    let journal = page::journal().await?;
    journal.erase().await.map_err(|error| format!("Not everything is removed: {error}"))?;
    Ok("Everything is removed.".to_owned())
}
