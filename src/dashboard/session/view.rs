//! Draws the tab of one session.

use bridge::query::{Answer, SessionDetails};
use leptos::prelude::*;
use surface::board::{Board, Tab};
use surface::lamp::Tone;
use surface::standing::Standing;
use surface::status::Empty;
use trace::choices::Choices;

use super::Opened;
use super::path::Path;
use super::stored::{InStore, Stored};
use super::summary::Summary;
use super::timeline::Timeline;
use crate::found::{Blank, Found};
use crate::frame::{Desk, Frame};

/// Digits of Tracelight's own ids.
const DIGITS: usize = 32;

/// The tab.
#[component]
pub fn Session(
    /// What all tabs are given.
    desk: Desk,
    /// The session.
    found: RwSignal<Found>,
    /// Which pages are open.
    opened: Opened,
    /// What the user chose.
    choices: RwSignal<Choices>,
    /// What the trace store has of it, and what has it searched; `None` where there is no other
    /// store to search.
    search: Option<(RwSignal<Stored>, Callback<()>)>,
) -> impl IntoView {
    let board = desk.board;
    let there = Memo::new(move |known: Option<&Option<SessionDetails>>| {
        found.with(|found| match found.answer() {
            Some(Answer::Session(details)) => details.as_ref().map(|details| (**details).clone()),
            // What was there stands while it is asked for anew.
            _ => known.cloned().flatten(),
        })
    });
    let was = StoredValue::new(false);
    let known = Memo::new(move |_| {
        let known = there.with(Option::is_some);
        if known {
            was.set_value(true);
        }
        known
    });
    let details = Memo::new(move |_| there.get().unwrap_or_default());
    let standing = Memo::new(move |_| {
        let id = board.with(|board| match &board.tab {
            Tab::Session { session, .. } => session.clone(),
            _ => String::new(),
        });
        unknown(&id, was.get_value(), desk.left.get())
    });
    let none = move || found.with(|found| matches!(found.answer(), Some(Answer::Session(None))));
    let slow = Memo::new(move |_| choices.with(|choices| choices.slow));
    let limits = Signal::derive(move || choices.with(|choices| choices.limits));
    let list = move || {
        let period = board.with(|board| board.period);
        Board { tab: Tab::Sessions(Box::default()), period }.address()
    };
    let zone = desk.zone;
    let asked = move || found.with(|found| found.answer().is_some());
    view! {
        <Frame desk heading="Session Tracking Details" timed=false>
            <Blank found />
            <Show when=move || known.get() && !none()>
                {move || view! { <Summary details=details.get() board slow=slow.get() zone /> }}
                <Timeline details opened />
                <Path details board opened limits zone />
            </Show>
            <Show when=none>
                <Empty standing>
                    <a class="verb" href=list>"All sessions"</a>
                </Empty>
            </Show>
            {search.map(|(stored, on_find)| view! {
                <Show when=asked><InStore stored on_find zone /></Show>
            })}
        </Frame>
    }
    .into_any()
}

/// Why nothing is known of a session.
fn unknown(id: &str, was: bool, left: u32) -> Standing {
    if was {
        return Standing::new(
            Tone::Idle,
            "This session was deleted",
            "Its pages were taken out of the journal while it was open here. A file that it was \
             exported to can be imported under Sessions.",
        );
    }
    if left > 0 {
        return Standing::new(
            Tone::Busy,
            "Not found yet",
            "The journal is still being read; the session is shown as soon as one of its pages is \
             met.",
        );
    }
    let ours = id.len() == DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let form = if ours {
        String::new()
    } else {
        format!(
            " Tracelight's own ids have {DIGITS} hex digits, this one has other {} characters.",
            id.chars().count()
        )
    };
    let detail = format!(
        "Nothing is kept here of session {id}. It was recorded by another browser, or \
         deleted since: open its link where it was recorded, or import the file that it was exported \
         to under Sessions.{form}"
    );
    Standing::new(Tone::Idle, "This session is not known here", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_session_says_why_and_what_to_do() {
        let ours = "0af7651916cd43dd8448eb211c80319c";
        let said = |id: &str, was, left| unknown(id, was, left);
        assert!(!said(ours, false, 0).detail.contains("hex digits"));
        assert!(said("abc", false, 0).detail.contains("32 hex digits, this one has other 3"));
        assert_eq!(said(ours, true, 0).title, "This session was deleted");
        assert_eq!(said(ours, false, 4).title, "Not found yet");
    }
}
