//! Carries a trace's filter out: whatever sets the desk's text, its spans are found here, and again
//! when the trace grows. At once where nobody feels it, and else in steps.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::held::Held;
use surface::steps::Steps;
use trace::filter::{Bits, Flaw, Query, SPANS};

use crate::desk::{Desk, Rest};
use crate::picture::Picture;
use crate::prepare;

/// Spans up to which every keystroke is carried out at once; beyond, when the keys rest.
const AT_ONCE: usize = 150_000;
/// How long keys rest.
const PAUSE: Duration = Duration::from_millis(180);

/// Finds the spans of a filter whenever its text changes or spans come.
pub fn carry_out(picture: RwSignal<Picture>, desk: Desk) {
    let text = Memo::new(move |_| desk.filter.with(|filter| filter.text.clone()));
    let growth = Memo::new(move |_| picture.with(|picture| picture.growth));
    let latest = Latest { held: StoredValue::new(Held::default()), turn: StoredValue::new(0) };
    let waits: StoredValue<Option<TimeoutHandle>> = StoredValue::new(None);
    Effect::new(move |before: Option<u32>| {
        let (text, growth) = (text.get(), growth.get());
        let find = move || find(picture, desk, &text, latest);
        if let Some(wait) = waits.try_update_value(Option::take).flatten() {
            wait.clear();
        }
        let many = picture.with_untracked(|picture| picture.sheet().len() > AT_ONCE);
        if many && before == Some(growth) {
            waits.set_value(set_timeout_with_handle(find, PAUSE).ok());
        } else {
            find();
        }
        growth
    });
    on_cleanup(move || {
        if let Some(wait) = waits.try_update_value(Option::take).flatten() {
            wait.clear();
        }
    });
    let rest = Memo::new(move |_| {
        desk.filter.with(|filter| (filter.through.clone(), filter.rest == Rest::Hide))
    });
    Effect::new(move |before: Option<()>| {
        let (through, hide) = rest.get();
        // Nothing is filtered at first.
        if before.is_some() || through.is_some() {
            picture.update(|picture| picture.sift(through, hide));
        }
    });
}

/// What is being carried out.
#[derive(Clone, Copy)]
struct Latest {
    /// The text, and what of it holds.
    held: StoredValue<Held>,
    /// Counts what was typed: what takes long is given up where more is typed.
    turn: StoredValue<u32>,
}

/// Finds the spans of a filter, or why the text is none; then what [`Held`] says holds. At once, or in steps where that would be felt.
fn find(picture: RwSignal<Picture>, desk: Desk, text: &str, latest: Latest) {
    let Latest { held, turn } = latest;
    let take = |held: &mut Held| {
        held.take(text.to_owned(), &SPANS);
        (held.query.clone(), held.flaw.clone())
    };
    let Some((query, flaw)) = held.try_update_value(take) else { return };
    let now = turn.get_value().wrapping_add(1);
    turn.set_value(now);
    let Some(query) = query else {
        return let_through(desk, None, flaw);
    };
    let mut steps = Steps::begin();
    if prepare::begin(picture, &steps, &mut |it, size| it.ready(&query, size)) != Some(false) {
        return let_through(desk, run(picture, &query), flaw);
    }
    spawn_local(async move {
        let wanted = || turn.try_get_value() == Some(now);
        steps.rest().await;
        let mut part = |it: &mut Picture, size| !wanted() || it.ready(&query, size);
        if prepare::all(picture, &mut steps, &mut part).await.is_some() && wanted() {
            let_through(desk, run(picture, &query), flaw);
        }
    });
}

/// The spans of a filter; `None` when the picture is gone.
fn run(picture: RwSignal<Picture>, query: &Query) -> Option<Arc<Bits>> {
    // No row is drawn anew before it is known what it matches.
    let run = |picture: &mut Picture| (false, Arc::new(picture.run(query)));
    picture.try_maybe_update(run)
}

fn let_through(desk: Desk, through: Option<Arc<Bits>>, flaw: Option<Flaw>) {
    desk.filter.try_maybe_update(|filter| {
        let new = filter.through != through || filter.flaw != flaw;
        (filter.through, filter.flaw) = (through, flaw);
        (new, ())
    });
}
