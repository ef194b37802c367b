//! Draws what can be made of a trace: a menu of files, reports and commands.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{HtmlElement, Node};
use trace::TraceId;

use crate::desk::View;

/// What can be made of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// OTLP as JSON.
    Otlp,
    /// OTLP as protobuf.
    Protobuf,
    /// Jaeger's JSON.
    Jaeger,
    /// Chrome's trace events.
    Chrome,
    /// The spans as a table.
    Csv,
    /// A report, as a file.
    Markdown,
    /// A report, on the clipboard.
    CopyMarkdown,
    /// A picture of the flame graph where that is shown, otherwise of the waterfall.
    Png,
    /// A drawing of the same.
    Svg,
    /// The chosen span's request, on the clipboard.
    Curl,
    /// One file to hand to somebody, without secrets.
    Share,
    /// The spans on the page's own timeline.
    Timeline,
}

impl Way {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 12] = [
        Self::Share,
        Self::Otlp,
        Self::Protobuf,
        Self::Jaeger,
        Self::Chrome,
        Self::Png,
        Self::Svg,
        Self::Csv,
        Self::Markdown,
        Self::CopyMarkdown,
        Self::Timeline,
        Self::Curl,
    ];
    /// Where those begin that tell of what the reader sees, and those that tell of the chosen span.
    const PARTS: [usize; 2] = [5, 11];

    /// What it is called, while a view is shown.
    #[must_use]
    pub const fn name(self, view: View) -> &'static str {
        match self {
            Self::Png if matches!(view, View::Flame) => "PNG of the flame graph",
            Self::Svg if matches!(view, View::Flame) => "SVG of the flame graph",
            Self::Otlp => "OTLP JSON",
            Self::Protobuf => "OTLP protobuf",
            Self::Jaeger => "Jaeger JSON",
            Self::Chrome => "Chrome trace, for Perfetto",
            Self::Csv => "CSV of the table",
            Self::Markdown => "Markdown report",
            Self::CopyMarkdown => "Copy as Markdown",
            Self::Png => "PNG of the waterfall",
            Self::Svg => "SVG of the waterfall",
            Self::Curl => "Copy request as cURL",
            Self::Share => "Share file…",
            Self::Timeline => "Show in DevTools Performance",
        }
    }

    /// How its file's name ends.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Otlp | Self::Share => ".json",
            Self::Protobuf => ".pb",
            Self::Jaeger => ".jaeger.json",
            Self::Chrome => ".chrome.json",
            Self::Csv => ".csv",
            Self::Markdown | Self::CopyMarkdown => ".md",
            Self::Png => ".png",
            Self::Svg => ".svg",
            Self::Curl | Self::Timeline => "",
        }
    }

    /// What its file is called.
    #[must_use]
    pub fn file(self, trace: Option<TraceId>) -> String {
        let trace = trace.map(|trace| format!("-{trace}")).unwrap_or_default();
        format!("tracelight{trace}{}", self.ending())
    }
}

/// Where a key leads from one item of a menu.
fn lead(key: &str, at: usize, length: usize) -> Option<usize> {
    Some(match key {
        "ArrowDown" => (at + 1) % length,
        "ArrowUp" => (at + length - 1) % length,
        "Home" => 0,
        "End" => length - 1,
        _ => return None,
    })
}

/// The menu.
#[component]
pub fn Export(
    /// What became of the last wish, or how far it is; may be empty.
    #[prop(into)]
    said: Signal<String>,
    /// The view that is shown.
    #[prop(into)]
    view: Signal<View>,
    /// Whether clocks are put right.
    adjusted: Signal<bool>,
    /// Carries a wish out.
    on_way: Callback<Way>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let opener = NodeRef::<html::Button>::new();
    let back = move || drop(opener.get_untracked().map(|button| button.focus()));
    let on_end = Callback::new(move |end| {
        open.set(false);
        match end {
            End::Chosen(way) => {
                back();
                on_way.run(way);
            }
            End::Left => back(),
            End::Elsewhere => {}
        }
    });
    let on_opener = move |event: KeyboardEvent| {
        if event.key() == "ArrowDown" {
            event.prevent_default();
            open.set(true);
        }
    };
    view! {
        <div class="export">
            <span class="said" role="status">{said}</span>
            <button
                type="button"
                class="verb"
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                node_ref=opener
                on:click=move |_| open.update(|open| *open = !*open)
                on:keydown=on_opener
            >
                "Export"
            </button>
            <Show when=move || open.get()><Menu opener view adjusted on_end /></Show>
        </div>
    }
    .into_any()
}

/// How a menu ends.
#[derive(Clone, Copy)]
enum End {
    /// With a choice.
    Chosen(Way),
    /// The reader wants none.
    Left,
    /// He goes on elsewhere.
    Elsewhere,
}

/// The menu, while it is open.
#[component]
fn Menu(
    opener: NodeRef<html::Button>,
    view: Signal<View>,
    adjusted: Signal<bool>,
    on_end: Callback<End>,
) -> impl IntoView {
    let menu = NodeRef::<html::Div>::new();
    menu.on_load(move |_| item(menu, 0));
    let choose = Callback::new(move |way| on_end.run(End::Chosen(way)));
    let on_key = move |event: KeyboardEvent| {
        let key = event.key();
        let at = event.target().and_then(place).unwrap_or_default();
        if let Some(to) = lead(&key, at, Way::ALL.len()) {
            event.prevent_default();
            item(menu, to);
        } else if key == "Escape" {
            event.stop_propagation();
            on_end.run(End::Left);
        }
    };
    let on_out = move |event: FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
        let within = menu.get_untracked().is_some_and(|menu| menu.contains(to.as_ref()));
        let opener = opener.get_untracked().is_some_and(|button| button.contains(to.as_ref()));
        if !within && !opener {
            on_end.run(End::Elsewhere);
        }
    };
    let shown = view.get_untracked();
    let part = move |(title, from, to): (&'static str, usize, usize)| {
        let items = Way::ALL.into_iter().enumerate().take(to).skip(from);
        let items: Vec<_> =
            items.map(|(at, way)| view! { <Item at name=way.name(shown) way choose /> }).collect();
        view! {
            <div role="group" aria-label=title>
                <p class="part" aria-hidden="true">{title}</p>
                {items}
            </div>
        }
        .into_any()
    };
    let [seen, chosen] = Way::PARTS;
    let clocks = if adjusted.get_untracked() { "As shown, clocks adjusted" } else { "As shown" };
    let parts = [
        ("All spans, times as recorded", 0, seen),
        (clocks, seen, chosen),
        ("The chosen span", chosen, Way::ALL.len()),
    ];
    let items: Vec<_> = parts.into_iter().map(part).collect();
    view! {
        <div
            class="ways-out"
            role="menu"
            aria-label="Export"
            node_ref=menu
            on:keydown=on_key
            on:focusout=on_out
        >
            {items}
        </div>
    }
    .into_any()
}

/// One item.
#[component]
fn Item(at: usize, name: &'static str, way: Way, choose: Callback<Way>) -> impl IntoView {
    view! {
        <button
            type="button"
            role="menuitem"
            tabindex="-1"
            data-at=at
            on:click=move |_| choose.run(way)
        >
            {name}
        </button>
    }
    .into_any()
}

/// The place of an item that has the focus.
fn place(target: leptos::web_sys::EventTarget) -> Option<usize> {
    target.dyn_into::<HtmlElement>().ok()?.get_attribute("data-at")?.parse().ok()
}

/// Gives an item the focus.
fn item(menu: NodeRef<html::Div>, at: usize) {
    let Some(menu) = menu.get_untracked() else { return };
    let item = menu.query_selector(&format!("[data-at=\"{at}\"]")).ok().flatten();
    drop(item.and_then(|item| item.dyn_into::<HtmlElement>().ok()).map(|item| item.focus()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_trace() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736".parse().ok();
        assert_eq!(Way::Otlp.file(trace), "tracelight-4bf92f3577b34da6a3ce929d0e0e4736.json");
        assert_eq!(Way::Png.file(None), "tracelight.png");
    }

    #[test]
    fn keys_go_round_the_menu() {
        assert_eq!((lead("ArrowDown", 11, 12), lead("ArrowUp", 0, 12)), (Some(0), Some(11)));
        assert_eq!((lead("End", 3, 12), lead("Home", 3, 12)), (Some(11), Some(0)));
        assert_eq!(lead("Tab", 3, 12), None);
    }
}
