//! Stores and destinations as a part of a settings file. By what they know us is in it only where
//! that is asked for; what a file does not say of it stays with the address that it was given for.

use backend::credential::Access;
use backend::outbox::Form;
use backend::store::Hint;
use backend::stores::{self, Destination, SLOTS, Stores};
use serde::{Deserialize, Serialize};
use trace::json;
use trace::origin::Origin;

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

/// Reads them over those that there are. Where a file does not name them they stay.
pub(super) fn read(text: &str, imported: &Chosen, now: &Chosen) -> Result<Stores, Vec<Problem>> {
    let wrong = |found: String, wanted: &str| vec![Problem::new(NAME, found, wanted)];
    let filed = json::read_field(text, NAME);
    let filed: Option<Filed> =
        filed.map_err(|error| wrong(error.to_string(), "what an export has"))?;
    let Some(Filed { asked, sent }) = filed else {
        let mut stores = now.stores.clone();
        stores.asked.access = kept(imported, now);
        return Ok(stores);
    };
    if sent.len() > usize::from(SLOTS) {
        let found = format!("{} destinations", sent.len());
        return Err(wrong(found, &format!("at most {SLOTS}")));
    }
    let Asked { hint, grafana, access } = asked;
    let access = access.unwrap_or_else(|| kept(imported, now));
    let asked = stores::Asked { hint, grafana, access };
    let mut stores = Stores { asked, sent: Vec::new() };
    let known = |endpoint: &str| now.stores.sent.iter().find(|it| it.endpoint == endpoint);
    for Sent { endpoint, form, packed, access } in sent {
        let before = known(&endpoint);
        let access = access.or_else(|| before.map(|it| it.access.clone())).unwrap_or_default();
        // A slot is where the journal has noted what waits: it stays, and others stay out of it.
        let free = |slot: &u8| {
            let taken = |all: &[Destination]| all.iter().any(|it| it.slot == *slot);
            !taken(&stores.sent) && !taken(&now.stores.sent)
        };
        let slot = before.map(|it| it.slot).or_else(|| (0..SLOTS).find(free));
        let slot = slot.or_else(|| stores.free_slot()).unwrap_or_default();
        stores.sent.push(Destination { slot, endpoint, form, packed, access });
    }
    let flaws: Vec<_> = stores.check().iter().map(|flaw| Problem::said(NAME, flaw)).collect();
    if flaws.is_empty() { Ok(stores) } else { Err(flaws) }
}

/// What the store that is asked knows us by, unless a file names a store elsewhere: that one never
/// gets what was given for another.
fn kept(imported: &Chosen, now: &Chosen) -> Access {
    let origin = |chosen: &Chosen| Origin::of(&chosen.settings.store).ok();
    let same = imported.settings.store == now.settings.store || origin(imported) == origin(now);
    if same { now.stores.asked.access.clone() } else { Access::default() }
}

#[cfg(test)]
mod tests;
