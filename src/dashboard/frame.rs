//! Draws what all tabs have around them: mark, way to the others, time range, and how far the journal
//! has been read.

use leptos::prelude::*;
use surface::board::Board;
use surface::lamp::{Lamp, Tone};
use surface::mark::Mark;
use surface::nav::{Nav, Place};
use trace::{Timestamp, quantity};

use crate::range::TimeRange;

/// What all tabs are given.
#[derive(Clone, Copy, Debug)]
pub struct Desk {
    /// What is asked for; whatever is set in it is written into the address.
    pub board: RwSignal<Board>,
    /// Pages of the journal that are still to be digested.
    pub left: RwSignal<u32>,
    /// When the tab was opened.
    pub now: Timestamp,
    /// Minutes that the reader's clock is east of UTC.
    pub zone: i32,
}

/// A tab's frame.
#[component]
pub fn Frame(
    /// What it is given.
    desk: Desk,
    /// What is in it.
    #[prop(into)]
    heading: Signal<String>,
    /// Whether it is about a span of time that can be chosen.
    #[prop(default = true)]
    timed: bool,
    /// The tab itself.
    children: Children,
) -> impl IntoView {
    let place = desk.board.with_untracked(|board| Place::of(&board.tab));
    let period = Signal::derive(move || desk.board.with(|board| board.period));
    view! {
        <div class="surface board">
            <header class="bar">
                <Mark />
                <Nav place period />
            </header>
            <main>
                <div class="heading">
                    <h1>{heading}</h1>
                    <Left left=desk.left />
                    {timed.then(|| view! { <TimeRange board=desk.board now=desk.now zone=desk.zone /> })}
                </div>
                {children()}
            </main>
        </div>
    }
    .into_any()
}

/// How far the journal has been read: until it is, numbers grow.
#[component]
fn Left(left: RwSignal<u32>) -> impl IntoView {
    let text = move || match left.get() {
        0 => None,
        number => {
            let pages = quantity::count(u64::from(number), "page");
            Some(view! {
                <Lamp tone=Signal::stored(Tone::Busy) />
                {format!("Reading the journal: {pages} left")}
            })
        }
    };
    view! { <p class="left" role="status">{text}</p> }.into_any()
}
