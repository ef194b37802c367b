//! Draws the choice of the time that a tab is about.

use bridge::query::Range;
use leptos::prelude::*;
use surface::board::Board;
use surface::moment;
use surface::period::Period;
use trace::Timestamp;

/// The choice of a period: counted back from now, or from one moment to another.
#[component]
pub fn TimeRange(
    /// What is asked for.
    board: RwSignal<Board>,
    /// The time.
    now: Timestamp,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    let period = Memo::new(move |_| board.with(|board| board.period));
    let custom = Memo::new(move |_| matches!(period.get(), Period::Custom(_)));
    let set = move |period| board.update(|board| board.period = period);
    let on_change = move |name: String| match Period::named(&name) {
        Some(period) => set(period),
        // What was seen until now is where one begins.
        None => {
            let Range { since, until } = period.get_untracked().range(now);
            set(Period::Custom(Range { since, until: until.min(now) }));
        }
    };
    let option = move |it: Period| {
        let selected = move || period.get().name() == it.name();
        view! { <option value=it.name() selected=selected>{it.title()}</option> }
    };
    let options = Period::NAMED.map(option).into_iter().collect::<Vec<_>>();
    view! {
        <div class="range">
            <select
                aria-label="Time range"
                on:change:target=move |event| on_change(event.target().value())
            >
                {options}
                <option value="" selected=move || custom.get()>"Custom"</option>
            </select>
            <Show when=move || custom.get()>
                <Ends period set=Callback::new(set) zone />
            </Show>
        </div>
    }
    .into_any()
}

/// The two moments of a custom period. One that cannot be is not taken, and said.
#[component]
fn Ends(period: Memo<Period>, set: Callback<Period>, zone: i32) -> impl IntoView {
    let trouble = RwSignal::new("");
    let range = move || period.get().range(Timestamp::default());
    let on_end = move |text: String, last: bool| {
        let Range { mut since, mut until } = period.get_untracked().range(Timestamp::default());
        match moment::typed(&text, zone) {
            Some(at) if last => until = at,
            Some(at) => since = at,
            None => return trouble.set("Wanted a day and a time of day"),
        }
        if until <= since {
            return trouble.set("Wanted an end after the beginning");
        }
        trouble.set("");
        set.run(Period::Custom(Range { since, until }));
    };
    view! {
        <input
            type="datetime-local"
            aria-label="From"
            prop:value=move || moment::field(range().since, zone)
            on:change:target=move |event| on_end(event.target().value(), false)
        />
        <input
            type="datetime-local"
            aria-label="To"
            prop:value=move || moment::field(range().until, zone)
            on:change:target=move |event| on_end(event.target().value(), true)
        />
        <span class="bad" role="status">{trouble}</span>
    }
    .into_any()
}
