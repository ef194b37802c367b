//! Shows traces beside a list that another module draws: in an element of its, one trace after the
//! other, as that module asks for them.

use std::any::Any;
use std::cell::RefCell;

use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlElement;
use surface::page::{clock, keep};
use trace::{SpanId, TraceId};

use super::Opens;
use super::trace::TraceWire;
use crate::dashboard::Beside;

/// What is shown, where, and what takes it down when it is dropped.
struct Shown {
    host: HtmlElement,
    _mounted: Box<dyn Any>,
}

/// What follows the trace. It outlasts what is drawn, because the journal answers when it likes.
#[derive(Clone, Copy)]
struct Follower {
    wire: TraceWire,
    /// The trace that is asked for, and the span to choose.
    wanted: RwSignal<Option<(TraceId, Option<SpanId>)>>,
}

thread_local! {
    static GIVEN: RefCell<Option<ArcRwSignal<u32>>> = const { RefCell::new(None) };
    static SHOWN: RefCell<Option<Shown>> = const { RefCell::new(None) };
    static FOLLOWER: (Owner, Follower) = follow();
}

/// Made once: its owner is kept as long as the module.
fn follow() -> (Owner, Follower) {
    let owner = Owner::new_root(None);
    let follower = owner.with(|| {
        let wire = TraceWire::new();
        keep(webext::message::listen(move |notice| wire.hear(&notice)));
        Follower { wire, wanted: RwSignal::new(None) }
    });
    (owner, follower)
}

/// Shows a trace in the element of an id; does nothing where there is none.
pub fn open(host: &str, trace: TraceId, span: Option<SpanId>) {
    let host = document().get_element_by_id(host);
    let Some(host) = host.and_then(|it| it.dyn_into::<HtmlElement>().ok()) else { return };
    let follower = FOLLOWER.with(|(_, follower)| *follower);
    let there = |shown: &Option<Shown>| shown.as_ref().is_some_and(|shown| shown.host == host);
    if !SHOWN.with_borrow(there) {
        take_down();
        let mounted = mount_to(host.clone(), move || view! { <Wired follower /> });
        let shown = Shown { host, _mounted: Box::new(mounted) };
        SHOWN.with_borrow_mut(|place| *place = Some(shown));
    }
    // What waits for an answer can only do so once something was mounted.
    follower.wanted.set(Some((trace, span)));
    follower.wire.open(trace, span);
}

/// Takes down what is shown, and follows no trace any more.
pub fn close() {
    take_down();
    FOLLOWER.with(|(_, follower)| follower.wire.close());
}

/// Shows the view of files over the page, with those that are given.
pub fn files() {
    let given = GIVEN.with_borrow_mut(|given| {
        let there = given.is_some();
        (given.get_or_insert_with(ArcRwSignal::default).clone(), there)
    });
    match given {
        (given, true) => given.update(|given| *given = given.wrapping_add(1)),
        (given, false) => {
            let below = || ViewFn::from(|| ());
            mount_to_body(move || view! { <Opens asked=false below=below() given /> });
        }
    }
}

fn take_down() {
    // Taken out first: what is taken down may ask for the next.
    drop(SHOWN.with_borrow_mut(Option::take));
}

/// A trace beside a list, wired.
#[component]
fn Wired(follower: Follower) -> impl IntoView {
    let Follower { wire, wanted } = follower;
    let now = clock(|| ());
    let zone = webext::page::zone(webext::page::now());
    view! { <Beside wanted reading=wire.reading picture=wire.picture now zone /> }
}
