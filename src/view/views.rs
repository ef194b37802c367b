//! The views of a trace beside its waterfall: what they all are given, and which one is drawn.
//!
//! Each view is made when it is shown, from the one sheet, and made again when spans came or the
//! filter changed. Choice, filter and stretch of time are one for all of them; what a reader sets in
//! one view stays set while another is shown.

pub mod events;
pub mod flame;
pub mod graph;
pub mod grid;
pub mod services;
pub mod spans;
pub mod statistics;
pub mod tabs;
pub mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use otlp::Sheet;
use otlp::sheet::Lens;
use surface::lamp::Tone;
use trace::TraceId;
use trace::filter::{Bits, Op, condition};
use trace::waterfall::label;

use crate::desk::{Desk, Rest, View};
use crate::finding::clocks;
use crate::picture::Picture;
use surface::standing::Standing;
use surface::status::Empty;

/// A text longer than this is cut in a line: nobody reads on, and a page can send megabytes.
const LONGEST: usize = 160;

/// What every view is given.
#[derive(Clone, Copy)]
pub struct Scene {
    /// The trace before the reader.
    pub picture: RwSignal<Picture>,
    /// What the reader has set for all views.
    pub desk: Desk,
    /// The chosen span.
    pub chosen: Memo<Option<usize>>,
    /// Tells that the reader chose a span, which is then to be brought into view.
    pub moves: Memo<u32>,
    /// Tells that spans came, or another trace.
    growth: Memo<(Option<TraceId>, u32, usize)>,
    /// The filter's answer, and whether it hides the rest.
    sieve: Memo<Sieve>,
    /// The colours of services, by the word for their name.
    colours: Memo<Arc<BTreeMap<u32, u8>>>,
    tree: tree::State,
    spans: spans::State,
    statistics: statistics::State,
}

/// What a filter does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sieve {
    /// The spans that it lets through; all where there is none.
    pub through: Option<Arc<Bits>>,
    /// Whether the rest is left out, not pale.
    pub hides: bool,
}

impl Sieve {
    /// Whether a span is drawn pale.
    fn pales(&self, span: usize) -> bool {
        self.through.as_ref().is_some_and(|bits| !bits.has(span))
    }

    /// Whether it lets nothing through.
    fn shuts(&self) -> bool {
        self.through.as_ref().is_some_and(|bits| bits.count() == 0)
    }

    /// The spans that it keeps: `None` where it keeps all.
    fn kept(&self) -> Option<&Bits> {
        self.through.as_deref().filter(|_| self.hides)
    }
}

impl Scene {
    /// What the views of a trace are given.
    #[must_use]
    pub fn new(picture: RwSignal<Picture>, desk: Desk) -> Self {
        let growth = Memo::new(move |_| {
            picture.with(|picture| (picture.trace(), picture.growth, picture.sheet().len()))
        });
        let scene = Self {
            picture,
            desk,
            growth,
            chosen: Memo::new(move |_| picture.with(Picture::chosen)),
            moves: Memo::new(move |_| picture.with(|picture| picture.moves)),
            sieve: Memo::new(move |_| {
                desk.filter.with(|filter| Sieve {
                    through: filter.through.clone(),
                    hides: filter.rest == Rest::Hide,
                })
            }),
            colours: Memo::new(move |_| {
                growth.track();
                picture.with_untracked(|picture| Arc::new(colours(picture)))
            }),
            tree: tree::State::new(),
            spans: spans::State::new(),
            statistics: statistics::State::new(),
        };
        let trace = Memo::new(move |_| growth.get().0);
        Effect::new(move |before: Option<Option<TraceId>>| {
            let now = trace.get();
            if before.is_some_and(|before| before.is_some() && before != now) {
                scene.tree.forget();
            }
            now
        });
        scene
    }

    /// Something that is made of all spans, anew whenever spans come.
    fn made<T: Default + Send + Sync + 'static>(
        self,
        make: impl Fn(&mut Sheet, &mut Lens) -> T + Send + Sync + 'static,
    ) -> Memo<Arc<T>> {
        kept(move || {
            self.growth.track();
            let made = self.picture.try_update_untracked(|picture| {
                let (sheet, lens) = picture.study();
                make(sheet, lens)
            });
            made.unwrap_or_default()
        })
    }

    /// By how much clocks are put right, in words; empty where times are shown as recorded.
    #[must_use]
    pub fn clocks(self) -> String {
        self.picture
            .with(|picture| picture.adjusted().map(|skew| clocks(&skew.shifts)))
            .unwrap_or_default()
    }

    /// How many spans the filter lets through, and of how many; `None` without a filter.
    #[must_use]
    pub fn matching(self) -> Option<(usize, usize)> {
        let through = self.sieve.get_untracked().through?;
        Some((through.count(), through.len()))
    }

    /// Chooses a span.
    fn choose(self, span: usize) {
        self.picture.update(|picture| picture.reveal(span));
    }

    /// Chooses a span and shows its details.
    fn open(self, span: usize) {
        self.choose(span);
        self.desk.details.set(true);
    }

    /// Filters by a service, and by one of its operations.
    fn narrow(self, service: &str, name: Option<&str>) {
        self.desk.narrow(&condition("service", Op::Is, service));
        if let Some(name) = name {
            self.desk.narrow(&condition("name", Op::Is, name));
        }
    }

    /// The colour of a service, by the word for its name.
    fn colour(self, service: u32) -> u8 {
        self.colours.with(|colours| colours.get(&service).copied().unwrap_or_default())
    }
}

/// A memo of something big: made when it is asked for, and never compared.
fn kept<T: Send + Sync + 'static>(make: impl Fn() -> T + Send + Sync + 'static) -> Memo<Arc<T>> {
    Memo::new_with_compare(move |_| Arc::new(make()), |_, _| true)
}

fn colours(picture: &Picture) -> BTreeMap<u32, u8> {
    let words = picture.sheet().columns().words();
    let services = picture.waterfall().services().iter();
    services.filter_map(|service| Some((words.find(&service.name)?, service.colour))).collect()
}

/// The view that the reader chose; `waterfall` draws the first.
#[component]
pub fn Chosen(
    /// What every view is given.
    scene: Scene,
    /// Draws the waterfall.
    waterfall: ViewFn,
) -> impl IntoView {
    // Choosing the view that is shown makes nothing anew: its rows would stand twice.
    let view = Memo::new(move |_| scene.desk.view.get());
    move || match view.get() {
        View::Waterfall => waterfall.run(),
        View::Tree => view! { <tree::Tree scene /> }.into_any(),
        View::Flame => view! { <flame::Flame scene /> }.into_any(),
        View::Table => view! { <spans::Spans scene /> }.into_any(),
        View::Statistics => view! { <statistics::Statistics scene /> }.into_any(),
        View::Services => view! { <services::Services scene /> }.into_any(),
        View::Logs => view! { <events::Events scene /> }.into_any(),
    }
}

/// Says that the filter lets nothing through, and takes it away.
#[component]
fn Shut(scene: Scene) -> impl IntoView {
    let standing = Signal::stored(Standing::new(
        Tone::Idle,
        "Nothing matches",
        "No span of this trace passes the filter.",
    ));
    let clear = move |_| scene.desk.filter.update(|filter| filter.text.clear());
    view! {
        <Empty standing>
            <button type="button" class="verb" on:click=clear>"Clear Filter"</button>
        </Empty>
    }
    .into_any()
}

/// What a span is called in a line.
fn title(sheet: &Sheet, span: usize) -> String {
    sheet.span(span).as_ref().map(label).unwrap_or_default()
}

/// A service's name, or that there is none.
fn service(name: &str) -> String {
    if name.is_empty() { "no service.name".to_owned() } else { cut(name) }
}

/// At most [`LONGEST`] bytes of a text, whole characters.
fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST);
    if end < text.len() { format!("{}…", &text[..end]) } else { text.to_owned() }
}

/// Thousandths of a whole, for bars: a number that can be compared.
fn thousandths(part: u64, whole: u64) -> u16 {
    let of = u128::from(part) * 1_000 / u128::from(whole.max(1));
    u16::try_from(of.min(1_000)).unwrap_or(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("short"), "short");
        let long = cut(&"é".repeat(1 << 19));
        assert!(long.len() < LONGEST + 4 && long.ends_with('…'));
        assert_eq!(service(""), "no service.name");
    }

    #[test]
    fn bars_are_never_longer_than_their_column() {
        let all = [(0, 0), (5, 0), (1, 3), (u64::MAX, 1), (u64::MAX, u64::MAX)];
        assert_eq!(
            all.map(|(part, whole)| thousandths(part, whole)),
            [0, 1_000, 333, 1_000, 1_000]
        );
    }

    #[test]
    fn a_sieve_pales_or_leaves_out() {
        let through = Some(Arc::new(Bits::of(3, |at| at == 1)));
        let dim = Sieve { through: through.clone(), hides: false };
        assert!(dim.pales(0) && !dim.pales(1) && dim.kept().is_none() && !dim.shuts());
        assert!(Sieve { through, hides: true }.kept().is_some());
        assert!(Sieve { through: Some(Arc::new(Bits::none(3))), hides: false }.shuts());
        assert!(!Sieve::default().pales(7) && !Sieve::default().shuts());
    }
}
