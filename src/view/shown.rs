//! Draws texts of any length: what is found in them marked, long ones cut until somebody wants them
//! whole, JSON and SQL laid out and coloured, stack traces folded.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;
use trace::listing::{Language, Line, Listing, Tone};
use trace::quantity;
use trace::stack::{self, Frame, Part};

use crate::hits;

/// Bytes of a text that are shown before somebody wants all of it.
const FIRST: usize = 600;
/// Lines that are shown at first, and that come with each wish for more: laying more of them out at
/// once would be felt.
const LINES: usize = 40;
/// As above, later.
const MORE: usize = 400;
/// Bytes of one piece of a laid-out line.
const PIECE: usize = 2_000;
/// How far lines are moved in, at most: what is nested deeper stays at that.
const DEEPEST: usize = 24;

/// A text with what was looked for marked in it.
pub fn marked(text: &str, wanted: &str) -> AnyView {
    if wanted.is_empty() {
        return text.to_owned().into_any();
    }
    let piece = |(found, text): (bool, &str)| {
        let text = text.to_owned();
        if found { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
    };
    hits::pieces(text, wanted).into_iter().map(piece).collect::<Vec<_>>().into_any()
}

/// A text as it stands, cut until all of it is wanted.
pub fn long(text: Arc<str>, wanted: &str) -> AnyView {
    if text.len() <= FIRST {
        return marked(&text, wanted);
    }
    let whole = RwSignal::new(false);
    let wanted = wanted.to_owned();
    let size = quantity::bytes(text.len() as u64);
    let part = move || {
        if whole.get() {
            return marked(&text, &wanted);
        }
        let (before, shown, behind) = hits::excerpt(&text, &wanted, FIRST);
        let dots = |hidden: usize| (hidden > 0).then_some("…");
        view! { {dots(before)}{marked(shown, &wanted)}{dots(behind)} }.into_any()
    };
    view! { {part}" "{more(whole, format!("Show all, {size}"))} }.into_any()
}

/// A button that shows more, or less.
fn more(whole: RwSignal<bool>, word: String) -> AnyView {
    let turn = move |_| whole.update(|whole| *whole = !*whole);
    let word = move || if whole.get() { "Show less".to_owned() } else { word.clone() };
    view! { <button type="button" class="link" on:click=turn>{word}</button> }.into_any()
}

/// A text that is laid out, with a way to see it as it came.
pub fn laid_out(text: Arc<str>, language: Language, wanted: &str) -> AnyView {
    let raw = RwSignal::new(false);
    let wanted = wanted.to_owned();
    let drawn = move || {
        if raw.get() {
            long(text.clone(), &wanted)
        } else {
            listing(text.clone(), language, &wanted)
        }
    };
    toggled("Raw", raw, drawn)
}

/// A stack trace with the frames of libraries folded, and a way to see it as it came.
pub fn stack(text: Arc<str>, wanted: &str) -> AnyView {
    let raw = RwSignal::new(false);
    let wanted = wanted.to_owned();
    let drawn =
        move || if raw.get() { long(text.clone(), &wanted) } else { frames(&text, &wanted) };
    toggled("Raw", raw, drawn)
}

fn toggled(
    word: &'static str,
    on: RwSignal<bool>,
    drawn: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let turn = move |_| on.update(|on| *on = !*on);
    let pressed = move || if on.get() { "true" } else { "false" };
    view! {
        <div class="laid">
            <button type="button" class="raw" aria-pressed=pressed on:click=turn>{word}</button>
            {drawn}
        </div>
    }
    .into_any()
}

/// The lines of a text. It is laid out anew for each change: that costs less than keeping it would.
fn listing(text: Arc<str>, language: Language, wanted: &str) -> AnyView {
    let folded = RwSignal::new(BTreeSet::<usize>::new());
    let shown = RwSignal::new(LINES);
    let wanted = wanted.to_owned();
    let lines = move || {
        let listing = language.list(&text);
        let (lines, end) = folded.with(|folded| visible(&listing, folded, shown.get()));
        let drawn: Vec<_> = lines
            .into_iter()
            .filter_map(|at| Some(line(at, listing.lines.get(at)?, folded, &wanted)))
            .collect();
        let left = listing.lines.len() - end;
        let grow = move |_| shown.update(|shown| *shown += MORE);
        let next = (left > 0).then(|| {
            let lines = quantity::count(left.min(MORE) as u64, "more line");
            let word = format!("Show {lines} of {}", quantity::grouped(listing.lines.len() as u64));
            view! { <button type="button" class="link" on:click=grow>{word}</button> }
        });
        let rest = (left == 0 && listing.more > 0).then(|| {
            let size = quantity::bytes(listing.more as u64);
            view! { <p class="rest">{format!("{size} more are not laid out; Raw has all.")}</p> }
        });
        view! { <div class="code">{drawn}</div>{next}{rest} }.into_any()
    };
    lines.into_any()
}

/// The first lines that no fold hides, and where the next would come from.
fn visible(listing: &Listing<'_>, folded: &BTreeSet<usize>, most: usize) -> (Vec<usize>, usize) {
    let (mut lines, mut at) = (Vec::new(), 0);
    while let Some(line) = listing.lines.get(at).filter(|_| lines.len() < most) {
        lines.push(at);
        at = match line.end.filter(|_| folded.contains(&at)) {
            Some(end) => end + 1,
            None => at + 1,
        };
    }
    (lines, at)
}

/// One line; that which opens something can be folded.
fn line(at: usize, line: &Line<'_>, folds: RwSignal<BTreeSet<usize>>, wanted: &str) -> AnyView {
    let folded = folds.with_untracked(|folds| folds.contains(&at));
    let hidden = line.end.map(|end| end - at);
    let turn = move |_| {
        folds.update(|folds| {
            if !folds.remove(&at) {
                folds.insert(at);
            }
        });
    };
    let twisty = hidden.map(|hidden| {
        let label = format!("Lines {} to {}", at + 1, at + hidden + 1);
        let open = if folded { "false" } else { "true" };
        view! {
            <button type="button" class="fold" aria-expanded=open aria-label=label on:click=turn></button>
        }
    });
    let pieces: Vec<_> =
        line.pieces.iter().map(|it| piece(it.tone, it.text, it.spaced, wanted)).collect();
    let rest = hidden.filter(|_| folded).map(|hidden| {
        let text = format!(" … {}", quantity::count(hidden as u64, "line"));
        view! { <i>{text}</i> }
    });
    let depth = line.depth.min(DEEPEST).to_string();
    // By the style's own interface: the page's policy allows no attribute of that name.
    view! { <div style=("--depth", depth)>{twisty}{pieces}{rest}</div> }.into_any()
}

fn piece(tone: Tone, text: &str, spaced: bool, wanted: &str) -> AnyView {
    let class = match tone {
        Tone::Plain => "",
        Tone::Name => "t-name",
        Tone::Text => "t-string",
        Tone::Number => "t-number",
        Tone::Word => "t-word",
        Tone::Comment => "t-comment",
        Tone::Sign => "t-sign",
    };
    let (before, shown, behind) = hits::excerpt(text, wanted, PIECE);
    let hidden = (before + behind > 0)
        .then(|| format!("… ({} more)", quantity::bytes((before + behind) as u64)));
    let drawn = view! { {spaced.then_some(" ")}{marked(shown, wanted)}{hidden} };
    if class.is_empty() {
        return drawn.into_any();
    }
    view! { <span class=class>{drawn}</span> }.into_any()
}

/// Frames: the program's own in sight, those of libraries folded, unless there are no others.
fn frames(text: &str, wanted: &str) -> AnyView {
    let stack = stack::parse(text);
    let alone = !stack.parts.iter().any(|part| matches!(part, Part::Own(_)));
    let open = alone || !wanted.is_empty();
    let most = LINES * 5;
    let drawn: Vec<_> = stack.parts.iter().take(most).map(|it| part(it, open, wanted)).collect();
    let left = stack.parts.len().saturating_sub(most) + stack.more;
    let rest = (left > 0).then(|| {
        let lines = quantity::count(left as u64, "more line");
        view! { <li class="rest">{format!("{lines}; Raw has all.")}</li> }
    });
    view! { <ol class="stack" aria-label="Stack trace">{drawn}{rest}</ol> }.into_any()
}

fn part(part: &Part<'_>, open: bool, wanted: &str) -> AnyView {
    match part {
        Part::Text(text) => {
            let (_, shown, behind) = hits::excerpt(text, wanted, PIECE);
            view! { <li>{marked(shown, wanted)}{(behind > 0).then_some("…")}</li> }.into_any()
        }
        Part::Own(it) => view! { <li class="own">{frame(it, wanted)}</li> }.into_any(),
        Part::Library { whose, frames } => {
            let count = quantity::count(frames.len() as u64, "frame");
            let (_, whose, _) = hits::excerpt(whose, "", 120);
            let items: Vec<_> =
                frames.iter().map(|it| view! { <li>{frame(it, wanted)}</li> }).collect();
            view! {
                <li class="library">
                    <details open=open>
                        <summary>{format!("{count} of {whose}")}</summary>
                        <ol>{items}</ol>
                    </details>
                </li>
            }
            .into_any()
        }
    }
}

fn frame(frame: &Frame<'_>, wanted: &str) -> AnyView {
    let Frame { function, file, place, code, .. } = *frame;
    let function = if function.is_empty() { "(anonymous)" } else { function };
    let short = |text| hits::excerpt(text, wanted, PIECE).1;
    let colon = (!file.is_empty() && !place.is_empty()).then_some(":");
    let code = (!code.is_empty()).then(|| view! { <code>{marked(short(code), wanted)}</code> });
    view! {
        <strong>{marked(short(function), wanted)}</strong>
        " "
        <span class="place">{marked(short(file), wanted)}{colon}{place.to_owned()}</span>
        {code}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use surface::draw::draw;

    use super::*;

    #[test]
    fn folds_hide_what_lies_in_them() {
        let listing = Language::Json.list(r#"{"a":[1,2,3],"b":{"c":4}}"#);
        assert_eq!(visible(&listing, &BTreeSet::new(), 99).0.len(), 10);
        assert_eq!(visible(&listing, &BTreeSet::from([1]), 99).0, [0, 1, 6, 7, 8, 9]);
        assert_eq!(visible(&listing, &BTreeSet::from([0]), 99), (vec![0], 10));
        assert_eq!(visible(&listing, &BTreeSet::new(), 4), (vec![0, 1, 2, 3], 4));
    }

    #[test]
    fn a_long_text_is_cut_and_says_how_long_it_is() {
        let html = draw(|| long("x".repeat(182_000).into(), ""));
        assert!(html.len() < 1_000 && html.contains("Show all, 182 kB"), "{html}");
        let html = draw(|| long(format!("{}needle", "x".repeat(182_000)).into(), "needle"));
        assert!(html.contains("<mark>needle</mark>"), "{html}");
        assert_eq!(draw(|| long("short".into(), "")), "short");
    }

    #[test]
    fn hostile_texts_draw_little() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        let wide = format!("{{\"a\":\"{}\"}}", "<script>".repeat(100_000));
        for text in [deep, wide] {
            let html = draw(|| laid_out(text.into(), Language::Json, ""));
            assert!(html.len() < 60_000 && !html.contains("<script"), "{}", html.len());
        }
        let html = draw(|| stack("    at <b>x (y:1:2)\n".repeat(50_000).into(), ""));
        assert!(html.len() < 100_000 && !html.contains("<b>") && html.contains("Raw has all"));
    }

    #[test]
    fn frames_of_libraries_are_folded_unless_there_are_no_others() {
        let text = "Error: x\n  at own (app.js:1:2)\n  at lib (/node_modules/react/x.js:3:4)";
        let html = draw(|| stack(text.into(), ""));
        assert!(html.contains("<details>") && html.contains("1 frame of react"), "{html}");
        let html = draw(|| stack("  at lib (/node_modules/react/x.js:3:4)".into(), ""));
        assert!(html.contains("<details open>"), "{html}");
    }
}
