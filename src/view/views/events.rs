//! Draws what spans say happened during them, in order of time: a log of the trace.

use std::collections::BTreeMap;
use std::ops::Range;

use leptos::prelude::*;
use leptos::task::spawn_local;
use otlp::Sheet;
use surface::lamp::Tone;
use surface::steps::Steps;
use trace::attribute::key;
use trace::order;
use trace::{Attributes, Event, Timestamp, Value, quantity};

use super::grid::{Cell, Column, Grid, Hands, Item, Name};
use super::spans::follow;
use super::tree::duration;
use super::{Scene, Shut, Sieve, cut, kept, service, title};
use surface::standing::Standing;
use surface::status::Empty;

/// Events of one span that are listed: whoever looks at one walks over those before it.
const OF_ONE: usize = 10_000;
/// Events that are listed at all.
const MOST: usize = 500_000;
/// Attributes that are told beside an event.
const TOLD: usize = 8;

/// Where an event is: when, in which span, and which of that span's.
type Place = (u64, u32, u32);

/// The events of a trace, as far as they were read.
#[derive(Clone, Debug, Default, PartialEq)]
struct Book {
    places: Vec<Place>,
    /// Spans that were looked at.
    read: usize,
    /// Events that were left out.
    more: usize,
}

impl Book {
    /// Reads the events of so many more spans; whether there are more spans.
    fn step(&mut self, sheet: &Sheet, spans: usize) -> bool {
        let end = sheet.len().min(self.read.saturating_add(spans));
        for span in self.read..end {
            for (which, time) in sheet.moments(span).enumerate() {
                if which >= OF_ONE || self.places.len() >= MOST {
                    self.more += 1;
                    continue;
                }
                let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                self.places.push((time, number(span), number(which)));
            }
        }
        self.read = end;
        end < sheet.len()
    }

    /// In order of the time that is shown, those of the spans that a filter lets through. `shift` is
    /// by how much a span is shown later than it was recorded.
    fn sorted(&self, sieve: &Sieve, shift: impl Fn(usize) -> i64) -> Vec<Place> {
        let kept = |place: &&Place| !sieve.pales(place.1 as usize);
        let shown = |(time, span, which): &Place| {
            let time = Timestamp::from_nanos(*time).shifted(shift(*span as usize));
            (time.nanos(), *span, *which)
        };
        let mut places: Vec<Place> = self.places.iter().filter(kept).map(shown).collect();
        order::sort(&mut places, |place| place.0, Ord::cmp);
        places
    }
}

/// The log.
#[component]
pub fn Events(
    /// What every view is given.
    scene: Scene,
) -> impl IntoView {
    let book = read(scene);
    let places = kept(move || {
        let (_, sieve) = (scene.growth.get(), scene.sieve.get());
        let picture = scene.picture.read_untracked();
        book.with(|book| book.sorted(&sieve, |span| picture.shift(span)))
    });
    let length = Signal::derive(move || places.with(|places| places.len()));
    // A span may have many events: which of them is the reader's is remembered here.
    let at = RwSignal::new(None::<usize>);
    let chosen = Memo::new(move |_| {
        let span = u32::try_from(scene.chosen.get()?).ok()?;
        let is = |at: &usize| places.with(|places| places.get(*at).is_some_and(|it| it.1 == span));
        let first = || places.with(|places| places.iter().position(|place| place.1 == span));
        at.get().filter(is).or_else(first)
    });
    let choose = move |place: usize| {
        at.set(Some(place));
        if let Some(span) = places.with_untracked(|places| places.get(place).map(|it| it.1)) {
            scene.choose(span as usize);
        }
    };
    let hands = Hands {
        items: Callback::new(move |range| items(scene, &places.get(), range)),
        choose: Callback::new(move |at| {
            choose(at);
            scene.desk.details.set(true);
        }),
        step: Callback::new(move |(step, page)| {
            follow(scene, step, page, chosen.get_untracked(), length.get_untracked(), &choose)
        }),
        fold: None,
        sort: None,
    };
    let columns = Signal::stored(vec![
        Column::number("Time", 76),
        Column::text("Level", 78, 0),
        Column::text("Event", 220, 5),
        Column::text("Span", 150, 2),
        Column::text("Service", 80, 1),
    ]);
    view! {
        <Said scene book shown=length />
        <Show when=move || { length.get() > 0 } fallback=move || view! { <Nothing scene book /> }>
            <Grid
                name="Logs of the trace"
                columns
                length
                chosen
                moves=scene.moves
                hands
                sorted=Signal::stored(None)
            />
        </Show>
    }
    .into_any()
}

/// Reads the trace's events in steps, and goes on when spans come. It ends with the view.
fn read(scene: Scene) -> RwSignal<Book> {
    let book = RwSignal::new(Book::default());
    let reading = StoredValue::new(0_u32);
    Effect::new(move |before: Option<_>| {
        let now = scene.growth.get();
        // Of another trace, or of the same read anew, nothing is kept.
        let grown = before.is_some_and(|(trace, _, spans)| trace == now.0 && spans <= now.2);
        if !grown {
            book.set(Book::default());
        }
        let turn = reading.get_value().wrapping_add(1);
        reading.set_value(turn);
        spawn_local(async move {
            let mut steps = Steps::begin();
            while reading.try_get_value() == Some(turn) {
                let step = |book: &mut Book| {
                    scene.picture.with_untracked(|picture| book.step(picture.sheet(), steps.size()))
                };
                if book.try_update(step) != Some(true) {
                    return;
                }
                steps.rest().await;
            }
        });
        now
    });
    book
}

/// The rows of some places.
fn items(scene: Scene, places: &[Place], range: Range<usize>) -> Vec<Item> {
    let colours = scene.colours.get();
    scene.picture.with_untracked(|picture| {
        let sheet = picture.sheet();
        let (columns, start) = (sheet.columns(), picture.waterfall().start().nanos());
        // Neighbours are mostly of one span, which may be big.
        let mut titles: BTreeMap<usize, String> = BTreeMap::new();
        let mut row = |at: usize| {
            let (time, span, which) = *places.get(at)?;
            let span = span as usize;
            let event = sheet.event(span, which as usize)?;
            let (tone, word) = level(&event);
            let colour = colours.get(&columns.owner_of(span).service).copied().unwrap_or_default();
            let text = titles.entry(span).or_insert_with(|| title(sheet, span)).clone();
            let name = Name { text, colour, ..Name::default() };
            let cells = vec![
                Cell::Text(offset(time, start)),
                Cell::Lamp(tone, word),
                if tone == Tone::Bad {
                    Cell::Bad(words(&event))
                } else {
                    Cell::Text(words(&event))
                },
                Cell::Name(name),
                Cell::Dim(service(columns.service(span))),
            ];
            Some(Item { at, level: None, pale: false, cells })
        };
        range.filter_map(&mut row).collect()
    })
}

/// When it was, from the trace's start.
fn offset(time: u64, start: u64) -> String {
    match time {
        0 => "no time".to_owned(),
        time if time < start => format!("−{}", duration(start - time)),
        time => format!("+{}", duration(time - start)),
    }
}

/// How bad it is: what it says itself, or what it is called.
fn level(event: &Event) -> (Tone, &'static str) {
    const NAMES: [&str; 6] =
        ["log.severity", "severity", "severity_text", "level", "log.level", "severityText"];
    let said = NAMES.iter().find_map(|name| event.attributes.get(name)?.as_text());
    let said = said.unwrap_or(&event.name).to_ascii_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| said.starts_with(word));
    let thrown = ["exception.type", "exception.message"].map(|it| event.attributes.get(it));
    if thrown.iter().any(Option::is_some)
        || begins(&["exception", "error", "fatal", "crit", "emerg", "alert", "panic"])
    {
        (Tone::Bad, "error")
    } else if begins(&["warn"]) {
        (Tone::Warn, "warning")
    } else if begins(&["info", "notice"]) {
        (Tone::Good, "info")
    } else {
        (Tone::Idle, "event")
    }
}

/// An event in a line: an exception by type and message, others by name and attributes.
fn words(event: &Event) -> String {
    let text = |name: &str| event.attributes.get(name).and_then(Value::as_text).unwrap_or_default();
    let thrown = [text(key::EXCEPTION_TYPE), text(key::EXCEPTION_MESSAGE)].map(cut);
    let thrown: Vec<_> = thrown.into_iter().filter(|word| !word.is_empty()).collect();
    if !thrown.is_empty() {
        return thrown.join(": ");
    }
    let told = pairs(&event.attributes);
    match (&*event.name, told.as_str()) {
        ("", "") => "an event without a name".to_owned(),
        ("", told) => told.to_owned(),
        (name, "") => cut(name),
        (name, told) => format!("{} {told}", cut(name)),
    }
}

fn pairs(attributes: &Attributes) -> String {
    let pair = |(name, value): (&str, &Value)| format!("{}={}", cut(name), cut(&value.to_string()));
    attributes
        .iter()
        .take(TOLD)
        .map(|(name, value)| pair((name, value)))
        .collect::<Vec<_>>()
        .join(" ")
}

/// How many events there are, and how far they were read.
#[component]
fn Said(scene: Scene, book: RwSignal<Book>, shown: Signal<usize>) -> impl IntoView {
    let said = move || {
        let (read, all) = (book.with(|book| book.read), scene.growth.get().2);
        let events = quantity::count(shown.get() as u64, "event");
        match book.with(|book| book.more) {
            _ if read < all => format!("{events}; {read} of {all} spans read"),
            0 => events,
            more => format!("{events}; {} more are not listed", quantity::grouped(more as u64)),
        }
    };
    view! {
        <div class="tools"><span class="count" role="status">{said}</span></div>
    }
    .into_any()
}

/// Why there is no event, and what to do next.
#[component]
fn Nothing(scene: Scene, book: RwSignal<Book>) -> impl IntoView {
    let standing = Memo::new(move |_| {
        let all = scene.growth.get().2;
        book.with(|book| why(book, all))
    });
    move || match standing.get() {
        Some(standing) => view! { <Empty standing=Signal::stored(standing) /> }.into_any(),
        None => view! { <Shut scene /> }.into_any(),
    }
}

/// Why nothing is listed; `None` where only the filter is why.
fn why(book: &Book, spans: usize) -> Option<Standing> {
    if book.read < spans {
        let text = "Every span is asked for what happened during it.";
        return Some(Standing::new(Tone::Busy, "Reading events", text));
    }
    book.places.is_empty().then(|| {
        Standing::new(
            Tone::Idle,
            "No events in this trace",
            "Spans have events where their code records them: exceptions, retries, cache misses. Add \
             one with span.addEvent() or recordException() of OpenTelemetry, or turn on the log \
             bridge of your server's instrumentation, and trace the page again.",
        )
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use trace::filter::Bits;

    use super::*;
    use surface::sample;

    fn event(name: &'static str, pairs: &[(&str, &str)]) -> Event {
        let mut attributes = Attributes::new();
        for (name, value) in pairs {
            attributes.insert((*name).to_owned(), Value::from(*value));
        }
        Event { time: Timestamp::from_nanos(5), name: name.into(), attributes }
    }

    #[test]
    fn events_are_read_in_steps_and_stand_in_order_of_time() {
        let mut spans = sample::spans();
        spans.iter_mut().for_each(|span| span.events.clear());
        let at = |nanos| Event { time: Timestamp::from_nanos(nanos), ..event("x", &[]) };
        (spans[0].events, spans[3].events) = (vec![at(9), at(2)], vec![at(5)]);
        let (sheet, mut book) = (Sheet::of(&spans), Book::default());
        assert!(book.step(&sheet, 2) && book.read == 2 && why(&book, 6).is_some());
        assert!(!book.step(&sheet, 99) && why(&book, 6).is_none());
        let raw = |_: usize| 0;
        assert_eq!(book.sorted(&Sieve::default(), raw), [(2, 0, 1), (5, 3, 0), (9, 0, 0)]);
        let shift = |span| if span == 3 { -4 } else { 0 };
        let shown = book.sorted(&Sieve::default(), shift);
        assert_eq!(shown, [(1, 3, 0), (2, 0, 1), (9, 0, 0)], "by the clocks that are shown");
        let through = Some(Arc::new(Bits::of(6, |at| at == 3)));
        assert_eq!(book.sorted(&Sieve { through, hides: false }, raw), [(5, 3, 0)]);
        let mut none = Book { read: 6, ..Book::default() };
        assert_eq!(why(&none, 6).map(|it| it.title).as_deref(), Some("No events in this trace"));
        assert!(!none.step(&sheet, 1));
    }

    #[test]
    fn a_span_with_too_many_events_has_the_rest_counted() {
        let mut spans = sample::spans();
        spans[0].events = vec![event("again", &[]); OF_ONE + 7];
        spans[1..].iter_mut().for_each(|span| span.events.clear());
        let mut book = Book::default();
        book.step(&Sheet::of(&spans), usize::MAX);
        assert_eq!((book.places.len(), book.more), (OF_ONE, 7));
    }

    #[test]
    fn a_level_follows_from_what_is_said_or_from_the_name() {
        let word = |event: Event| level(&event).1;
        assert_eq!(word(event("exception", &[])), "error");
        assert_eq!(word(event("log", &[("level", "WARNING")])), "warning");
        assert_eq!(word(event("log", &[("severity", "Info")])), "info");
        assert_eq!(word(event("cache.miss", &[("exception.type", "E")])), "error");
        assert_eq!(word(event("retry", &[])), "event");
    }

    #[test]
    fn an_event_is_told_in_a_line() {
        let thrown = event("exception", &[("exception.type", "E"), ("exception.message", "no")]);
        assert_eq!(words(&thrown), "E: no");
        assert_eq!(words(&event("retry", &[("attempt", "2")])), "retry attempt=2");
        assert_eq!(words(&Event::default()), "an event without a name");
        assert_eq!(
            [offset(0, 5), offset(4, 1_004), offset(1_004, 4)],
            ["no time", "−1 µs", "+1 µs"]
        );
    }
}
