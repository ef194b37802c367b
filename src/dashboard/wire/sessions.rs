//! Feeds the tab of sessions.

use bridge::query::{Question, SessionFilter};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::board::Tab;
use surface::naming::short;
use surface::period::Period;
use surface::reader;
use trace::quantity;
use webext::source::Parts;

use super::ask::ask;
use super::choice::choices;
use crate::frame::Desk;
use crate::sessions::keep::{Intent, Keep};
use crate::sessions::view;

/// The tab of sessions, wired.
#[component]
pub fn Sessions(
    /// What all tabs are given.
    desk: Desk,
) -> impl IntoView {
    let found = ask(move || {
        let (filter, period) = desk.board.with(|board| match &board.tab {
            Tab::Sessions(filter) => ((**filter).clone(), board.period),
            _ => (SessionFilter::default(), board.period),
        });
        let range = (period != Period::All).then(|| period.range(webext::page::now()));
        Question::Sessions(SessionFilter { range, ..filter })
    });
    let choices = choices();
    let news = RwSignal::new((false, String::new()));
    let on_intent = Callback::new(move |intent| {
        news.set((false, String::new()));
        spawn_local(async move {
            let said = match carry_out(intent).await {
                Ok(done) => (false, done),
                Err(reason) => (true, reason),
            };
            let _gone = news.try_set(said);
        });
    });
    let keep = Keep {
        keeper: reader::keeper(),
        sizes: RwSignal::new(None),
        room: Memo::new(move |_| choices.with(|choices| choices.room)),
        news,
        asked: RwSignal::new(None),
        on_intent,
    };
    // Whatever changes the list changes the room that it takes.
    Effect::new(move |_| {
        if keep.is_here() && found.with(|found| found.answer().is_some()) {
            spawn_local(async move {
                if let Ok(sizes) = reader::sizes().await {
                    let _gone = keep.sizes.try_set(Some(sizes));
                }
            });
        }
    });
    view! { <view::Sessions desk found keep /> }
}

/// Does what a person wants. Either way a sentence for him.
async fn carry_out(intent: Intent) -> Result<String, String> {
    match intent {
        Intent::Export(session) => {
            let (name, bytes) = reader::export(&session).await?;
            let saved = webext::source::save(&name, Parts::Bytes(&[bytes]));
            saved.map_err(|error| error.to_string())?;
            Ok(format!("Exported: {name}"))
        }
        Intent::Delete(session) => {
            reader::delete_session(&session).await?;
            Ok(format!("Deleted: session {}", short(&session)))
        }
        Intent::DeleteAll => {
            reader::delete_all().await?;
            Ok("Everything that was recorded is deleted.".to_owned())
        }
        Intent::Import(input) => {
            let text = webext::page::chosen(input).await.map_err(|error| error.to_string())?;
            let Some(text) = text else { return Ok(String::new()) };
            let pages = reader::import(text.as_bytes()).await?;
            Ok(match pages {
                0 => "Nothing new: all of the file's pages were here already.".to_owned(),
                pages => format!("Imported: {}", quantity::count(pages as u64, "page")),
            })
        }
    }
}
