//! Wires the options to the browser's storage and files, and to the background.

use std::time::Duration;

use ::trace::choices::{self, KEY};
use ::trace::origin::Origin;
use ::trace::settings::Settings;
use backend::credential::Access;
use backend::stores::KEY as KEY_OF_STORES;
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::page as shared;
use webext::storage::{self, Area};
use webext::{permissions, rules, settings};

use crate::check;
use crate::chosen::Chosen;
use crate::connection::Trials;
use crate::draft::Draft;
use crate::field::{Field, Group};
use crate::file::{self, Imported};
use crate::page::{self, Intent};
use crate::party::Party;
use crate::wire::stores;

/// How long typing must rest before what is typed is saved without leaving the field.
const REST: Duration = Duration::from_millis(1_000);

/// The options, wired.
#[component]
pub fn Options() -> impl IntoView {
    let draft = RwSignal::new(Draft::default());
    let trials = RwSignal::new(Trials::default());
    let typed = StoredValue::new(0_u32);
    spawn_local(async move {
        let kept = load().await.map_err(|error| error.to_string());
        draft.update(|draft| draft.load(kept));
        look(draft, trials).await;
    });
    hear(draft);
    stores::learn(draft);
    let on_intent = Callback::new(move |intent| match intent {
        Intent::Type(key, text) => type_in(draft, trials, typed, key, text),
        Intent::Commit(key) => commit(draft, trials, key),
        Intent::Change(party, change) => stores::change(draft, trials, party, change),
        Intent::Add => {
            draft.update(Draft::add);
        }
        Intent::Remove(slot) => stores::remove(draft, trials, slot),
        Intent::Keep => stores::keep(draft, trials),
        Intent::Test(party) => stores::test(draft, trials, party),
        Intent::Allow(party) => {
            allow(
                draft,
                trials,
                draft.with_untracked(|draft| stores::pattern(draft, party)).as_slice(),
            );
        }
        Intent::AllowNamed => {
            let barred = trials.with_untracked(|trials| trials.barred.clone());
            allow(draft, trials, &barred);
        }
        Intent::Restore(origin) => restore(draft, origin),
        Intent::Export(secrets) => export(draft, secrets),
        Intent::Import(input) => import(draft, input),
    });
    view! { <page::Options draft trials fits=webext::page::fits on_intent /> }
}

fn type_in(
    draft: RwSignal<Draft>,
    trials: RwSignal<Trials>,
    typed: StoredValue<u32>,
    key: &str,
    text: String,
) {
    let Some(field) = Field::of(key) else { return };
    draft.update(|draft| draft.type_in(field, text.clone()));
    if key == "store" {
        // What was found out is about another URL. And no timer: half a URL is a URL too, of a
        // host to which spans would be sent.
        trials.update(|trials| {
            trials.begin(Party::Asked);
        });
        return;
    }
    spawn_local(async move {
        judge(draft, field, &text).await;
    });
    typed.update_value(|typed| *typed += 1);
    let number = typed.get_value();
    let later = move || {
        if typed.try_get_value() == Some(number) {
            commit(draft, trials, field.key);
        }
    };
    set_timeout(later, REST);
}

/// Has the browser judge the regular expressions and the selector of a text. Whether all are fine.
async fn judge(draft: RwSignal<Draft>, field: &'static Field, text: &str) -> bool {
    if let Some(problem) = unselected(field, text) {
        draft.update(|draft| draft.refuse(field, text, problem));
        return false;
    }
    for regex in Draft::expressions(field, text) {
        if let Some(reason) = flaw(&regex).await {
            draft.update(|draft| draft.refuse(field, text, check::refused(&regex, &reason)));
            return false;
        }
    }
    true
}

/// What is wrong with the selector of a place in pages.
fn unselected(field: &Field, text: &str) -> Option<check::Problem> {
    let (selector, _) = choices::place(text).ok().filter(|_| field.key == "dashboard.userFrom")?;
    (!webext::page::selects(selector)).then(|| check::unselected(selector))
}

/// Why the browser does not take a regular expression.
async fn flaw(regex: &str) -> Option<String> {
    rules::unsupported(regex).await.unwrap_or_else(|error| Some(error.to_string()))
}

/// Reads all that is kept.
async fn load() -> Result<Chosen, webext::Error> {
    let settings = settings::load().await?;
    let choices = storage::load(Area::Local, KEY).await?.unwrap_or_default();
    let stores = storage::load(Area::Local, KEY_OF_STORES).await?.unwrap_or_default();
    Ok(Chosen { settings, choices, stores })
}

/// As above, to save a field over it: a part that cannot be read begins anew, and takes no other with it.
async fn readable() -> Chosen {
    let choices = storage::load(Area::Local, KEY).await;
    let stores = storage::load(Area::Local, KEY_OF_STORES).await;
    Chosen {
        settings: settings::load().await.unwrap_or_default(),
        choices: choices.ok().flatten().unwrap_or_default(),
        stores: stores.ok().flatten().unwrap_or_default(),
    }
}

/// Takes in what is kept, where another page changed it: what is typed here stays typed.
fn hear(draft: RwSignal<Draft>) {
    for key in [KEY, KEY_OF_STORES] {
        shared::keep(storage::changed(key, move || {
            spawn_local(async move {
                if let Ok(kept) = load().await {
                    let _page_is_gone = draft.try_update(|draft| draft.load(Ok(kept)));
                }
            });
        }));
    }
}

/// Saves a field, over what is kept by now: another page of options may have saved meanwhile.
fn commit(draft: RwSignal<Draft>, trials: RwSignal<Trials>, key: &str) {
    let Some(field) = Field::of(key) else { return };
    let Some(text) = draft.with_untracked(|draft| draft.due(field)) else { return };
    spawn_local(async move {
        if !judge(draft, field, &text).await {
            return;
        }
        let mut chosen = readable().await;
        (field.set)(&mut chosen, &text);
        // Each half by itself: the worker heeds one, and Page Speed changes the other too.
        let done = match field.group {
            Group::Dashboard => storage::store(Area::Local, KEY, &chosen.choices).await,
            _ => settings::save(&chosen.settings).await,
        };
        let done = done.map(|()| chosen).map_err(|error| error.to_string());
        draft.update(|draft| draft.settled(field, &text, done));
        if matches!(field.key, "store" | "targets") {
            look(draft, trials).await;
        }
    });
}

/// Looks whether the extension may reach the hosts of stores whatever those say, and the origins
/// that are named.
pub(super) async fn look(draft: RwSignal<Draft>, trials: RwSignal<Trials>) {
    let patterns = draft.with_untracked(stores::patterns);
    for (party, pattern) in patterns {
        let allowed = permissions::has(&pattern).await.ok();
        trials.update(|trials| trials.change(party).allowed = allowed);
    }
    let mut barred = Vec::new();
    for pattern in draft.with_untracked(|draft| named(&draft.saved.settings)) {
        if permissions::has(&pattern).await == Ok(false) {
            barred.push(pattern);
        }
    }
    trials.update(|trials| trials.barred = barred);
}

/// The match patterns of the origins that are named. What a regular expression fits nobody knows.
fn named(settings: &Settings) -> Vec<String> {
    let targets = settings.targets.iter().filter_map(|text| Origin::of(text).ok());
    let mut patterns: Vec<String> = targets.map(|origin| origin.pattern()).collect();
    patterns.sort();
    patterns.dedup();
    patterns
}

fn allow(draft: RwSignal<Draft>, trials: RwSignal<Trials>, patterns: &[String]) {
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    let asked = permissions::request(&patterns);
    spawn_local(async move {
        let _said_by_the_browser = asked.await;
        look(draft, trials).await;
    });
}

fn restore(draft: RwSignal<Draft>, origin: String) {
    spawn_local(async move {
        let done = settings::pause(&origin, false).await.map_err(|error| error.to_string());
        draft.update(|draft| match done {
            Ok(()) => {
                draft.saved.settings.paused.retain(|paused| *paused != origin);
                draft.say(Ok(format!("Put back: {origin}")));
            }
            Err(reason) => draft.say(Err(format!("Not saved: {reason}"))),
        });
    });
}

fn export(draft: RwSignal<Draft>, secrets: bool) {
    let text = draft.with_untracked(|draft| file::export(&draft.saved, secrets));
    let done = webext::page::download("tracelight-settings.json", &text);
    let done = done.map(|()| "Exported tracelight-settings.json".to_owned());
    draft.update(|draft| draft.say(done.map_err(|error| error.to_string())));
}

fn import(draft: RwSignal<Draft>, input: &'static str) {
    spawn_local(async move {
        let done = match webext::page::chosen(input).await {
            Ok(Some(text)) => take(draft, &text).await,
            Ok(None) => return,
            Err(error) => Err(vec![error.to_string()]),
        };
        draft.update(|draft| draft.imported(done));
    });
}

/// Reads a file and keeps what it says, all of it or nothing.
async fn take(draft: RwSignal<Draft>, text: &str) -> Result<Imported, Vec<String>> {
    let now = draft.with_untracked(|draft| draft.saved.clone());
    let imported = file::import(text, &now);
    let imported =
        imported.map_err(|wrong| wrong.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    for regex in imported.chosen.settings.targets.iter().filter_map(|target| check::regex(target)) {
        if let Some(reason) = flaw(regex).await {
            return Err(vec![check::refused(regex, &reason).to_string()]);
        }
    }
    let place = Field::of("dashboard.userFrom");
    let unselected = place.and_then(|it| unselected(it, &(it.get)(&imported.chosen)));
    if let Some(problem) = unselected {
        return Err(vec![problem.to_string()]);
    }
    let failed = |error: webext::Error| vec![error.to_string()];
    let Chosen { settings, choices, stores } = &imported.chosen;
    if settings.store != now.settings.store {
        // Whoever asks between two of these lines must not tell one store what is for the other.
        let mut between = stores.clone();
        between.asked.access = Access::default();
        storage::store(Area::Local, KEY_OF_STORES, &between).await.map_err(failed)?;
        settings::save(settings).await.map_err(failed)?;
    }
    storage::store(Area::Local, KEY_OF_STORES, stores).await.map_err(failed)?;
    settings::save(settings).await.map_err(failed)?;
    // The choices last: whoever hears of them reads all.
    storage::store(Area::Local, KEY, choices).await.map_err(failed)?;
    Ok(imported)
}
