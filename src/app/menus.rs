//! Draws the menus over Logs: what to filter by, which columns are shown, and which time.
//!
//! What is filtered by stands in the one filter, as text: a menu reads it from there and writes it
//! there, so that the field always shows the truth.

use leptos::prelude::*;
use surface::column::{Column, Columns};
use surface::held::Held;
use surface::moment;
use surface::range::{LAST, Range};
use trace::Timestamp;
use trace::filter::{NONE, Op, REQUESTS, choose, chosen};

use crate::dropdown::Dropdown;
use crate::requests::Requests;

/// Hosts, services, environments and methods that are offered, at most; others can be typed.
const MOST: usize = 12;
/// Classes of statuses.
const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];
/// Durations, as the filter has them.
const DURATIONS: [&str; 4] = ["100ms", "500ms", "1s", "5s"];

/// A group of the filters.
#[derive(Clone, Copy)]
struct Group {
    name: &'static str,
    field: &'static str,
    op: Op,
    /// Whether one value takes the place of another.
    single: bool,
}

const fn group(name: &'static str, field: &'static str, op: Op, single: bool) -> Group {
    Group { name, field, op, single }
}

const GROUPS: [Group; 7] = [
    group("Level", "error", Op::Has, true),
    group("Status", "status", Op::Has, false),
    group("Method", "method", Op::Is, false),
    group("Host", "host", Op::Is, false),
    group("Service", "service", Op::Is, false),
    group("Environment", "environment", Op::Is, false),
    group("Duration", "duration", Op::More, true),
];

impl Group {
    /// What may be chosen: a value, and what it is called.
    fn offers(self, list: &Requests) -> Vec<(String, String)> {
        let plain = |it: &str| (it.to_owned(), it.to_owned());
        match self.field {
            "error" => vec![("true".to_owned(), "Errors only".to_owned())],
            "status" => CLASSES.map(plain).into_iter().chain([none()]).collect(),
            "duration" => {
                let over = |it: &str| (it.to_owned(), format!("over {}", spaced(it)));
                DURATIONS.map(over).to_vec()
            }
            field => {
                let values = list.values(field).into_iter().take(MOST);
                values.map(|(value, count)| (value.clone(), format!("{value} ({count})"))).collect()
            }
        }
    }

    fn chosen(self, text: &str) -> Vec<String> {
        chosen(text, self.field, self.op, &REQUESTS)
    }

    /// The filter with a value chosen, or no longer.
    fn turn(self, text: &str, value: &str) -> String {
        let mut values = self.chosen(text);
        let there = values.iter().any(|it| it == value);
        // What has none has no other value.
        let alone = self.single || value == NONE;
        values.retain(|it| it != value && it != NONE && !alone);
        if !there {
            values.push(value.to_owned());
        }
        choose(text, self.field, self.op, &values, &REQUESTS)
    }
}

/// The choice of what has no value.
fn none() -> (String, String) {
    (NONE.to_owned(), "None".to_owned())
}

/// A time with a space before its unit.
fn spaced(time: &str) -> String {
    let unit = time.find(char::is_alphabetic).unwrap_or(time.len());
    format!("{} {}", &time[..unit], &time[unit..])
}

/// What to filter by.
#[component]
pub fn Filters(
    /// The requests, whose values are offered.
    list: RwSignal<Requests>,
    /// The filter.
    held: RwSignal<Held>,
) -> impl IntoView {
    let count = Signal::derive(move || {
        let on = |group: &Group| held.with(|held| !group.chosen(&held.text).is_empty());
        match GROUPS.iter().filter(|group| on(group)).count() {
            0 => String::new(),
            count => count.to_string(),
        }
    });
    let one = move |group: Group, (value, name): (String, String)| {
        let on = {
            let value = value.clone();
            Memo::new(move |_| held.with(|held| group.chosen(&held.text).contains(&value)))
        };
        let turn = move |_| {
            held.update(|held| held.take(group.turn(&held.text, &value), &REQUESTS));
        };
        let title = name.clone();
        view! {
            <label title=title>
                <input type="checkbox" prop:checked=move || on.get() on:change=turn />
                <span>{name}</span>
            </label>
        }
        .into_any()
    };
    let groups = move |_| {
        let each = |group: &Group| {
            let group = *group;
            let mut offers = list.with_untracked(|list| group.offers(list));
            // What is chosen can be let go, though no request has it now.
            for value in held.with_untracked(|held| group.chosen(&held.text)) {
                if !offers.iter().any(|(offer, _)| *offer == value) {
                    let named = (value.clone(), value);
                    offers.push(if named.0 == NONE { none() } else { named });
                }
            }
            let none = offers.is_empty().then(|| view! { <p>"none is known"</p> });
            let offers: Vec<_> = offers.into_iter().map(|offer| one(group, offer)).collect();
            view! { <fieldset><legend>{group.name}</legend>{offers}{none}</fieldset> }.into_any()
        };
        GROUPS.iter().map(each).collect::<Vec<_>>().into_any()
    };
    view! { <Dropdown name="Filters" more=count panel=Callback::new(groups) /> }.into_any()
}

/// Which columns are shown.
#[component]
pub fn Shown(
    /// The columns.
    columns: RwSignal<Columns>,
    /// Hears that others are wanted.
    on_columns: Callback<Columns>,
) -> impl IntoView {
    let one = move |column: Column| {
        let turn = move |_| {
            columns.update(|columns| columns.turn(column));
            on_columns.run(columns.get_untracked());
        };
        view! {
            <label>
                <input
                    type="checkbox"
                    prop:checked=move || columns.with(|columns| columns.has(column))
                    on:change=turn
                />
                <span>{column.name()}</span>
            </label>
        }
        .into_any()
    };
    let reset = move |_| {
        columns.set(Columns::default());
        on_columns.run(Columns::default());
    };
    let panel = move |_| {
        view! {
            <fieldset><legend>"Columns"</legend>{Columns::all().map(one).collect::<Vec<_>>()}</fieldset>
            <button type="button" class="link" on:click=reset>"Usual columns"</button>
        }
        .into_any()
    };
    view! { <Dropdown name="Columns" panel=Callback::new(panel) /> }.into_any()
}

/// Which time is shown.
#[component]
pub fn Times(
    /// The time.
    range: Signal<Range>,
    /// The time that the picture shows, for whoever begins to write one of his own.
    domain: Signal<(u64, u64)>,
    /// Takes another.
    on_range: Callback<Range>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    const ALL: &str = "All time";
    const CUSTOM: &str = "Custom";
    let named = move || match range.get() {
        Range::All => ALL,
        Range::Last(millis) => LAST.iter().find(|it| it.0 == millis).map_or(CUSTOM, |it| it.2),
        Range::Between(..) => CUSTOM,
    };
    let custom = Memo::new(move |_| named() == CUSTOM);
    let choose = move |event| {
        let name = event_target_value(&event);
        let last = LAST.iter().find(|it| it.2 == name);
        on_range.run(match last {
            Some((millis, ..)) => Range::Last(*millis),
            None if name == CUSTOM => {
                let (since, until) = domain.get_untracked();
                Range::Between(Some(since), Some(until.max(since + 1)))
            }
            None => Range::All,
        });
    };
    let ends = Memo::new(move |_| range.get().at(0));
    let text = move |at: Option<u64>| at.map(|at| written(at, zone)).unwrap_or_default();
    let (wrong, said) = (RwSignal::new(false), "The end has to come after the beginning.");
    let set = move |begin: bool, event| {
        let at = moment::typed(&event_target_value(&event), zone).map(Timestamp::millis);
        let (mut since, mut until) = ends.get_untracked();
        *(if begin { &mut since } else { &mut until }) = at;
        let sound = since.zip(until).is_none_or(|(since, until)| since < until);
        wrong.set(!sound);
        if sound {
            on_range.run(Range::between(since, until));
        }
    };
    let names = std::iter::once(ALL).chain(LAST.iter().map(|it| it.2)).chain([CUSTOM]);
    let option = |name| {
        view! { <option value=name selected=move || named() == name>{name}</option> }.into_any()
    };
    view! {
        <select class="switch" aria-label="Time range" prop:value=named on:change=choose>
            {names.map(option).collect::<Vec<_>>()}
        </select>
        <Show when=move || custom.get()>
            <span class="moments">
                <input
                    type="datetime-local"
                    step="0.001"
                    aria-label="From"
                    prop:value=move || text(ends.get().0)
                    on:change=move |event| set(true, event)
                />
                "–"
                <input
                    type="datetime-local"
                    step="0.001"
                    aria-label="To"
                    prop:value=move || text(ends.get().1)
                    on:change=move |event| set(false, event)
                />
            </span>
            <Show when=move || wrong.get()><span class="wrong" role="alert">{said}</span></Show>
        </Show>
    }
    .into_any()
}

/// A moment as its field has it, to the millisecond.
fn written(millis: u64, zone: i32) -> String {
    let at = Timestamp::from_nanos(millis.saturating_mul(1_000_000));
    moment::date(at, zone).replacen(' ', "T", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turned(text: &str, name: &str, value: &str) -> String {
        GROUPS.iter().find(|group| group.name == name).unwrap().turn(text, value)
    }

    #[test]
    fn a_menu_writes_conditions_and_takes_them_back() {
        let one = turned("cart", "Status", "5xx");
        assert_eq!(one, "cart status:5xx");
        let two = turned(&one, "Status", "4xx");
        assert_eq!(two, "cart status:5xx,4xx");
        assert_eq!(turned(&two, "Status", "5xx"), "cart status:4xx");
        assert_eq!(turned("cart error:true", "Level", "true"), "cart");
        assert_eq!(turned("", "Host", "shop.example:8080"), "host=shop.example:8080");
    }

    #[test]
    fn one_duration_takes_the_place_of_another() {
        assert_eq!(turned("", "Duration", "1s"), "duration>1s");
        assert_eq!(turned("duration>1s url:/a", "Duration", "100ms"), "duration>100ms url:/a");
        assert_eq!(turned("duration>100ms", "Duration", "100ms"), "");
        assert_eq!(spaced("100ms"), "100 ms");
    }

    #[test]
    fn what_is_offered_comes_from_the_requests() {
        let mut list = Requests::newest_first();
        assert_eq!(GROUPS[3].offers(&list), []);
        list.fill(Ok(surface::sample::requests()));
        let hosts: Vec<String> = GROUPS[3].offers(&list).into_iter().map(|it| it.1).collect();
        assert_eq!(hosts, ["shop.example (2)", "pricing.example (1)"]);
    }
}
