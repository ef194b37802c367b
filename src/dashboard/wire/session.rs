//! Feeds the tab of one session: its numbers, and what happened in the pages that one opens.

use bridge::query::{Answer, Question};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::reader;
use trace::digest::PageRow;

use super::ask::ask;
use super::choice::choices;
use super::stored;
use crate::course::course;
use crate::frame::Desk;
use crate::session::{Course, Opened, Place, view};

/// The tab of one session, wired.
#[component]
pub fn Session(
    /// What all tabs are given.
    desk: Desk,
    /// Its id.
    session: String,
) -> impl IntoView {
    let choices = choices();
    let slow = Memo::new(move |_| choices.with(|choices| choices.slow));
    let id = session.clone();
    let found = ask(move || Question::Session { session: session.clone(), slow: slow.get() });
    let search = stored::search(&id, found);
    let courses = RwSignal::new(Vec::new());
    let on_read = Callback::new(move |page: PageRow| {
        spawn_local(read(page, slow.get_untracked(), courses));
    });
    let opened = Opened { open: RwSignal::new(Vec::new()), courses, on_read };
    // Other numbers of the session: what is open may have changed with them.
    Effect::new(move |_| {
        let pages = found.with(|found| match found.answer() {
            Some(Answer::Session(Some(details))) => details.pages.clone(),
            _ => Vec::new(),
        });
        let known = |page: &PageRow| {
            page.trace
                .zip(page.span)
                .is_some_and(|place| untrack(|| opened.course(place)).is_some())
        };
        for line in pages.into_iter().filter(|line| known(&line.page)) {
            on_read.run(line.page);
        }
    });
    let search = search.map(|search| (search.stored, search.on_find));
    view! { <view::Session desk found opened choices search /> }
}

/// Reads what happened in a page.
async fn read(page: PageRow, slow: u32, courses: RwSignal<Vec<(Place, Course)>>) {
    let Some(place) = page.trace.zip(page.span) else { return };
    let put = move |course: Course| {
        let _gone = courses.try_update(|all| match all.iter_mut().find(|(it, _)| *it == place) {
            // What was there stands until there is something else.
            Some((_, known)) if course != Course::Waiting => *known = course,
            Some(_) => {}
            None => all.push((place, course)),
        });
    };
    put(Course::Waiting);
    put(match reader::spans(place.0).await {
        Ok(spans) => Course::There(course(&spans, &page, slow)),
        Err(reason) => Course::Failed(reason),
    });
}
