//! The stack of an error, with what source maps make of its frames.

use leptos::prelude::*;
use trace::quantity;
use trace::stack::{self, Frame, Part};

use crate::errors::mapped::{Mapped, Spot};

/// Lines of a stack that are drawn.
const LINES: usize = 200;

/// Where a frame is: its file, line and column. `None` where that is not told.
#[must_use]
pub fn spot(frame: &Frame<'_>) -> Option<Spot> {
    let (line, column) = frame.place.split_once(':').unwrap_or((frame.place, "1"));
    let (line, column) = (line.parse().ok()?, column.parse().ok()?);
    (!frame.file.is_empty()).then(|| Spot { file: frame.file.to_owned(), line, column })
}

/// The scripts of a stack, each once.
#[must_use]
pub fn scripts(text: &str) -> Vec<String> {
    let parsed = stack::parse(text);
    let mut files: Vec<String> = Vec::new();
    for part in &parsed.parts {
        let frames = match part {
            Part::Text(_) => continue,
            Part::Own(frame) => std::slice::from_ref(frame),
            Part::Library { frames, .. } => &**frames,
        };
        let web = |file: &&Frame<'_>| file.file.starts_with("http");
        for frame in frames.iter().filter(web) {
            if !files.iter().any(|file| file == frame.file) {
                files.push(frame.file.to_owned());
            }
        }
    }
    files
}

/// The stack: the page's own frames in sight, those of libraries folded.
pub fn draw(text: &str, mapped: &Mapped) -> AnyView {
    let parsed = stack::parse(text);
    let alone = !parsed.parts.iter().any(|part| matches!(part, Part::Own(_)));
    let left = parsed.parts.len().saturating_sub(LINES) + parsed.more;
    let rest = (left > 0).then(|| {
        let lines = u64::try_from(left).unwrap_or(u64::MAX);
        view! { <li class="rest">{quantity::count(lines, "more line")}</li> }
    });
    let parts = parsed.parts.iter().take(LINES).map(|it| part(it, alone, mapped));
    view! { <ol class="stack" aria-label="Stack trace">{parts.collect_view()}{rest}</ol> }
        .into_any()
}

fn part(part: &Part<'_>, open: bool, mapped: &Mapped) -> AnyView {
    match part {
        Part::Text(text) => view! { <li class="said">{(*text).to_owned()}</li> }.into_any(),
        Part::Own(it) => view! { <li class="own">{frame(it, mapped)}</li> }.into_any(),
        Part::Library { whose, frames } => {
            let count = u64::try_from(frames.len()).unwrap_or(u64::MAX);
            let count = quantity::count(count, "frame");
            let items = frames.iter().map(|it| view! { <li>{frame(it, mapped)}</li> });
            view! {
                <li class="library">
                    <details open=open>
                        <summary>{format!("{count} of {whose}")}</summary>
                        <ol>{items.collect_view()}</ol>
                    </details>
                </li>
            }
            .into_any()
        }
    }
}

fn frame(frame: &Frame<'_>, mapped: &Mapped) -> AnyView {
    let place = [frame.file, frame.place];
    let place = place.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(":");
    let found = spot(frame).and_then(|spot| mapped.at(&spot));
    let Some(found) = found else {
        let function = if frame.function.is_empty() { "(anonymous)" } else { frame.function };
        return view! { <strong>{function.to_owned()}</strong>" "<span class="place">{place}</span> }
            .into_any();
    };
    let function = [&*found.name, frame.function, "(anonymous)"];
    let function = function.into_iter().find(|it| !it.is_empty()).unwrap_or_default().to_owned();
    let original = format!("{}:{}:{}", found.source, found.line, found.column);
    let lines = found.lines.iter().map(|(number, line)| {
        let here = *number == found.line;
        view! {
            <li class:here=here value=number.to_string() aria-current=here.then_some("true")>
                <code>{line.clone()}</code>
            </li>
        }
    });
    let lines = (!found.lines.is_empty())
        .then(|| view! { <ol class="source" aria-label=format!("Source of {original}")>{lines.collect_view()}</ol> });
    view! {
        <strong>{function}</strong>
        " "
        <span class="place original">{original}</span>
        " "
        <span class="place ran">"ran as "{place}</span>
        {lines}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACK: &str = "Error: x\n    at pay (https://shop.test/a.js:1:20)\n    at https://shop.test/b.js:3:4\n    at ship (https://shop.test/a.js:9:1)";

    #[test]
    fn frames_have_a_spot_and_scripts_are_named_once() {
        assert_eq!(scripts(STACK), ["https://shop.test/a.js", "https://shop.test/b.js"]);
        let frame = Frame { file: "https://shop.test/a.js", place: "1:20", ..Frame::default() };
        let wanted = Spot { file: frame.file.to_owned(), line: 1, column: 20 };
        assert_eq!(spot(&frame), Some(wanted));
        assert_eq!(spot(&Frame { place: "", ..frame }), None);
        assert_eq!(scripts("at native code\n<anonymous>"), Vec::<String>::new());
    }
}
