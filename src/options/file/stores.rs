//! Stores and destinations as a part of a settings file. By what they know us is in it only where
//! that is asked for; what a file does not say of it stays with the address that it was given for.

use backend::credential::{Access, Credentials};
use backend::outbox::Form;
use backend::store::Hint;
use backend::stores::{self, Destination, SLOTS, Stores};
use serde::{Deserialize, Serialize};
use trace::json;
use trace::origin::Origin;
use trace::quantity;

use crate::check::Problem;
use crate::chosen::Chosen;

/// Its name in the file.
pub(super) const NAME: &str = "stores";

/// As it stands in the file.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Filed {
    asked: Asked,
    sent: Vec<Sent>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Asked {
    hint: Hint,
    grafana: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<Access>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Sent {
    endpoint: String,
    form: Form,
    packed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<Access>,
}

/// Writes them, a destination a line.
pub(super) fn write(stores: &Stores, secrets: bool) -> String {
    let access = |access: &Access| secrets.then(|| access.clone());
    let stores::Asked { hint, grafana, access: known } = &stores.asked;
    let asked = Asked { hint: *hint, grafana: grafana.clone(), access: access(known) };
    let lines = stores.sent.iter().map(|it| {
        let (endpoint, form, packed) = (it.endpoint.clone(), it.form, it.packed);
        let sent = Sent { endpoint, form, packed, access: access(&it.access) };
        format!("\n      {}", json::write(&sent))
    });
    let lines: Vec<_> = lines.collect();
    let end = if lines.is_empty() { "" } else { "\n    " };
    let (asked, lines) = (json::write(&asked), lines.join(","));
    format!("{{\n    \"asked\": {asked},\n    \"sent\": [{lines}{end}]\n  }}")
}

/// Stores and destinations that were read.
pub(super) struct Read {
    /// What is set of them now.
    pub stores: Stores,
    /// What was there before and is gone, each in a sentence that says why.
    pub lost: Vec<String>,
}

/// Reads them over those that there are. Where a file does not name them they stay.
pub(super) fn read(text: &str, imported: &Chosen, now: &Chosen) -> Result<Read, Vec<Problem>> {
    let wrong = |found: String, wanted: &str| vec![Problem::new(NAME, found, wanted)];
    let filed = json::read_field(text, NAME);
    let filed: Option<Filed> =
        filed.map_err(|error| wrong(error.to_string(), "what an export has"))?;
    let mut stores = now.stores.clone();
    let mut lost = Vec::new();
    let own = filed.as_ref().and_then(|filed| filed.asked.access.clone());
    stores.asked.access = own.unwrap_or_else(|| {
        let kept = moved(imported, now);
        lost.extend(kept.as_ref().err().cloned());
        kept.unwrap_or_default()
    });
    if let Some(Filed { asked: Asked { hint, grafana, .. }, sent }) = filed {
        if sent.len() > usize::from(SLOTS) {
            let found = format!("{} destinations", sent.len());
            return Err(wrong(found, &format!("at most {SLOTS}")));
        }
        (stores.asked.hint, stores.asked.grafana) = (hint, grafana);
        let before = pair(&sent, &now.stores.sent);
        stores.sent = taken_in(sent, &before, &now.stores.sent);
        let gone =
            now.stores.sent.iter().enumerate().filter(|(at, _)| !before.contains(&Some(*at)));
        lost.extend(gone.map(|(_, it)| gone_for_good(it)));
    }
    let flaws: Vec<_> = stores.check().iter().map(|flaw| Problem::said(NAME, flaw)).collect();
    if flaws.is_empty() { Ok(Read { stores, lost }) } else { Err(flaws) }
}

/// What the store that is asked knows us by, unless a file names a store elsewhere: that one never
/// gets what was given for another. Then the sentence that says so, if there was anything.
fn moved(imported: &Chosen, now: &Chosen) -> Result<Access, String> {
    let access = &now.stores.asked.access;
    let (old, new) = (&now.settings.store, &imported.settings.store);
    let given = given(access);
    if new == old || same(new, old) || given.is_empty() {
        return Ok(access.clone());
    }
    let why = match &**new {
        "" => "The file sets no store.".to_owned(),
        new => {
            format!("What was given for {old} is not sent to {new}; type in what that one wants.")
        }
    };
    Err(format!("The trace store's {given}: removed. {why}"))
}

/// Which destination of before each of the file's is: that of the same address, in the same place
/// if there are several, or else one at the same origin. Each is one of them alone.
fn pair(sent: &[Sent], known: &[Destination]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; sent.len()];
    let address = |one: usize, other: usize| sent[one].endpoint == known[other].endpoint;
    let place = |one: usize, other: usize| one == other && address(one, other);
    let origin = |one: usize, other: usize| same(&sent[one].endpoint, &known[other].endpoint);
    let ways: [&dyn Fn(usize, usize) -> bool; 3] = [&place, &address, &origin];
    for alike in ways {
        for at in 0..sent.len() {
            if pairs[at].is_none() {
                let mut free = (0..known.len()).filter(|other| !pairs.contains(&Some(*other)));
                pairs[at] = free.find(|other| alike(at, *other));
            }
        }
    }
    pairs
}

/// The file's destinations. What it does not say they keep of those that they were.
fn taken_in(sent: Vec<Sent>, before: &[Option<usize>], known: &[Destination]) -> Vec<Destination> {
    let slots = |all: &[Destination]| all.iter().map(|it| it.slot).collect::<Vec<u8>>();
    let kept: Vec<u8> =
        before.iter().flatten().filter_map(|at| known.get(*at)).map(|it| it.slot).collect();
    let mut all: Vec<Destination> = Vec::new();
    for (Sent { endpoint, form, packed, access }, before) in sent.into_iter().zip(before) {
        let before = before.and_then(|at| known.get(at));
        let access = access.or_else(|| before.map(|it| it.access.clone())).unwrap_or_default();
        // A slot is where the journal has noted what waits: it stays, and others stay out of it,
        // of those that go while there are more.
        let taken = slots(&all);
        let fresh =
            |others: &[u8]| (0..SLOTS).find(|slot| !taken.contains(slot) && !others.contains(slot));
        let slot = before.map(|it| it.slot);
        let slot = slot.or_else(|| fresh(&slots(known))).or_else(|| fresh(&kept));
        all.push(Destination { slot: slot.unwrap_or_default(), endpoint, form, packed, access });
    }
    all
}

/// That a destination is not in the file.
fn gone_for_good(it: &Destination) -> String {
    let with = match given(&it.access) {
        given if given.is_empty() => given,
        given => format!(" with its {given}"),
    };
    format!("Destination {}{with}: removed. The file does not list it.", it.endpoint)
}

fn same(one: &str, other: &str) -> bool {
    Origin::of(one).is_ok_and(|one| Origin::of(other) == Ok(one))
}

/// What was given for a host, in words and without any of it; empty for nothing.
fn given(access: &Access) -> String {
    let Access { credentials, headers, tenant } = access;
    let who = match credentials {
        Credentials::None => None,
        Credentials::Basic { .. } => Some("name and password".to_owned()),
        Credentials::Bearer { .. } => Some("token".to_owned()),
    };
    let tenant = (!tenant.is_empty()).then(|| "tenant".to_owned());
    let more = (!headers.is_empty()).then(|| quantity::count(headers.len() as u64, "header"));
    [who, tenant, more].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
