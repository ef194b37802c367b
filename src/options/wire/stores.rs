//! Wires stores and destinations to the browser's storage, and their tests to the worker.

use ::trace::json;
use ::trace::origin::Origin;
use backend::stores::{KEY, MEMORY, OUTBOX, Stores};
use bridge::{Consult, Trial};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::page;
use webext::storage::{self, Area};

use super::options::look;
use crate::connection::Trials;
use crate::draft::{Change, Draft, Learned};
use crate::field::Field;
use crate::party::{Part, Party};
use crate::verdict::{Verdict, Way};

/// Takes in what the worker learned of stores and destinations, now and whenever it learns more.
pub(super) fn learn(draft: RwSignal<Draft>) {
    let read = move || spawn_local(take_in(draft));
    read();
    for key in [MEMORY, OUTBOX] {
        page::keep(storage::changed(key, read));
    }
}

async fn take_in(draft: RwSignal<Draft>) {
    let zone = webext::page::zone(webext::page::now());
    // What cannot be read is as good as not learned: it is learned again.
    let memory = storage::load(Area::Local, MEMORY).await.ok().flatten().unwrap_or_default();
    let ledger = storage::load(Area::Local, OUTBOX).await.ok().flatten().unwrap_or_default();
    let _page_is_gone = draft.try_update(|draft| draft.learned = Learned { memory, ledger, zone });
}

/// Takes in what is typed. What was found out is about something else then.
pub(super) fn change(
    draft: RwSignal<Draft>,
    trials: RwSignal<Trials>,
    party: Party,
    change: Change,
) {
    draft.update(|draft| draft.change(party, change));
    trials.update(|trials| {
        let allowed = trials.change(party).allowed;
        trials.begin(party).allowed = allowed;
    });
}

/// Takes a destination away.
pub(super) fn remove(draft: RwSignal<Draft>, trials: RwSignal<Trials>, slot: u8) {
    draft.update(|draft| draft.remove(slot));
    trials.update(|trials| {
        trials.begin(Party::Sent(slot));
    });
    keep(draft, trials);
}

/// Saves what is right.
pub(super) fn keep(draft: RwSignal<Draft>, trials: RwSignal<Trials>) {
    let Some(due) = draft.with_untracked(Draft::stores_due) else { return };
    spawn_local(async move {
        let done = storage::store(Area::Local, KEY, &due).await;
        draft.update(|draft| match done {
            Ok(()) => {
                draft.keep_stores(due);
                draft.say(Ok("Saved: stores and destinations".to_owned()));
            }
            Err(error) => draft.say(Err(format!("Not saved: {error}"))),
        });
        look(draft, trials).await;
    });
}

/// The address of a party as it is typed, if it may be one.
fn address(draft: &Draft, party: Party) -> Option<String> {
    let stores = draft.stores();
    let Party::Sent(_) = party else {
        let field = Field::of("store")?;
        let text = draft.text(field).trim().to_owned();
        return (draft.problem(field).is_none() && !text.is_empty()).then_some(text);
    };
    let flawed = party.flaw(stores, Part::Endpoint).is_some();
    party.sent(stores).filter(|_| !flawed).map(|it| it.endpoint.clone())
}

/// The pattern of a party's host, for the browser's permission.
pub(super) fn pattern(draft: &Draft, party: Party) -> Option<String> {
    Origin::of(&address(draft, party)?).ok().map(|origin| origin.pattern())
}

/// The patterns of all parties that have an address.
pub(super) fn patterns(draft: &Draft) -> Vec<(Party, String)> {
    let sent = draft.stores().sent.iter().map(|it| Party::Sent(it.slot));
    let all = sent.chain([Party::Asked]);
    all.filter_map(|party| Some((party, pattern(draft, party)?))).collect()
}

/// What a test is about: where, and what is typed about it.
fn tested(draft: &Draft, party: Party) -> Option<(String, Stores)> {
    Some((address(draft, party)?, draft.stores().clone()))
}

/// Tests a party as it is typed.
pub(super) fn test(draft: RwSignal<Draft>, trials: RwSignal<Trials>, party: Party) {
    let Some(about) = draft.with_untracked(|draft| tested(draft, party)) else { return };
    trials.update(|trials| trials.begin(party).busy = true);
    spawn_local(async move {
        look(draft, trials).await;
        let (address, stores) = &about;
        for way in ways(party, stores) {
            let waiting = Verdict::waiting(way, address);
            trials.update(|trials| trials.change(party).verdicts.push(waiting));
            let verdict = Verdict::of(way, address, attempt(address, stores, party, way).await);
            if draft.with_untracked(|draft| tested(draft, party)).as_ref() != Some(&about) {
                return; // Something else is typed by now, and the verdicts are gone.
            }
            trials.update(|trials| {
                let tried = trials.change(party);
                tried.verdicts.pop();
                tried.verdicts.push(verdict);
            });
        }
        trials.update(|trials| trials.change(party).busy = false);
    });
}

/// In which ways a party is used.
fn ways(party: Party, stores: &Stores) -> impl Iterator<Item = Way> + use<> {
    let asked = party == Party::Asked;
    let sent = !asked || stores.sent.is_empty();
    [asked.then_some(Way::Query), sent.then_some(Way::Receive)].into_iter().flatten()
}

async fn attempt(address: &str, stores: &Stores, party: Party, way: Way) -> Result<Trial, String> {
    let test = match way {
        Way::Query => {
            let asked = json::write(&stores.asked);
            Consult::TestAsked { store: address.to_owned(), asked }
        }
        Way::Receive => {
            let listed = party.sent(stores).cloned();
            let destination = listed.or_else(|| stores.destinations(address).pop());
            Consult::TestSent { destination: json::write(&destination.unwrap_or_default()) }
        }
    };
    webext::message::consult(&test).await.map_err(|error| error.to_string())
}
