//! What one row of a waterfall says: the texts, classes and places of its elements. What draws it
//! is [`crate::pool`]'s, by the tables below: values stand in their order.
//!
//! Knows no element and no event.

use std::borrow::Cow;

use trace::waterfall::Marks;

use crate::face::{Face, lies};
use crate::phase::KINDS;
use surface::viewport::{ROW as HEIGHT, percent};
use surface::window::Stretch;

/// A value of an element; an empty one is none.
pub type Text = Cow<'static, str>;

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// An attribute.
    Attribute(&'static str),
    /// A property of its style.
    Style(&'static str),
    /// Its text.
    Text,
}

use Key::{Attribute, Style};

/// The values of a row's element.
pub const ROW: [Key; 7] = [
    Attribute("class"),
    Attribute("id"),
    Attribute("aria-rowindex"),
    Attribute("aria-level"),
    Attribute("aria-expanded"),
    Attribute("aria-selected"),
    Style("top"),
];
/// Those of the cell of names.
pub const NAME: [Key; 1] = [Style("padding-left")];
/// Those of the cell of bars.
pub const TRACK: [Key; 4] =
    [Attribute("class"), Attribute("aria-label"), Style("--from"), Style("--to")];
/// Those of whatever stands in a cell.
pub const PART: [Key; 5] =
    [Attribute("class"), Key::Text, Attribute("title"), Style("left"), Style("right")];

/// What rows have in common.
#[derive(Clone, Copy, Debug)]
pub struct Common {
    /// The chosen span.
    pub chosen: Option<usize>,
    /// The stretch of time in view.
    pub stretch: Stretch,
    /// What a duration needs beside its bar, as a share of the axis.
    pub room: f64,
}

/// A row in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The row itself.
    pub row: [Text; 7],
    /// The cell of names.
    pub name: [Text; 1],
    /// What stands in it.
    pub names: Vec<[Text; 5]>,
    /// The cell of bars.
    pub track: [Text; 4],
    /// What stands in it.
    pub bars: Vec<[Text; 5]>,
}

/// The id of a row's element.
#[must_use]
pub fn name(span: usize) -> String {
    format!("span-{span}")
}

/// A part that stands where its cell has it.
fn part(class: impl Into<Text>, text: impl Into<Text>, title: impl Into<Text>) -> [Text; 5] {
    [class.into(), text.into(), title.into(), Text::default(), Text::default()]
}

/// A part with a place on the axis.
fn placed(class: impl Into<Text>, [left, right]: [String; 2]) -> [Text; 5] {
    [class.into(), Text::default(), Text::default(), left.into(), right.into()]
}

impl Said {
    /// What a row says.
    #[must_use]
    pub fn of(face: &Face, common: Common) -> Self {
        let row = &face.row;
        let open = match (row.descendants > 0, row.folded) {
            (false, _) => "",
            (true, true) => "false",
            (true, false) => "true",
        };
        let selected = if common.chosen == Some(row.span) { "true" } else { "false" };
        let bar = face.bar(common.stretch, common.room);
        Self {
            row: [
                class(face).into(),
                name(row.span).into(),
                (row.at + 2).to_string().into(),
                row.depth.saturating_add(1).to_string().into(),
                open.into(),
                selected.into(),
                format!("{}px", row.at * HEIGHT).into(),
            ],
            name: [format!("{}px", face.indent() * 12).into()],
            names: names(face),
            track: [
                bar.class(!face.phases.is_empty()).into(),
                time(face).into(),
                percent(bar.from).into(),
                percent(bar.to).into(),
            ],
            bars: bars(face, common.stretch),
        }
    }
}

fn class(face: &Face) -> &'static str {
    let (failed, loose) = (face.row.marks.has(Marks::ERROR), face.row.group.is_some());
    match (failed, loose, face.pale()) {
        (false, false, false) => "row",
        (false, false, true) => "row pale",
        (true, _, false) => "row failed",
        (true, _, true) => "row failed pale",
        (false, true, false) => "row loose",
        (false, true, true) => "row loose pale",
    }
}

/// How long it took and when it began, for who hears it.
fn time(face: &Face) -> String {
    if face.row.group.is_some() && face.row.offset.max(face.row.length) == 0 {
        return face.time.clone();
    }
    format!("{} from {}", face.time, face.start)
}

fn names(face: &Face) -> Vec<[Text; 5]> {
    let twisty = match (face.row.descendants > 0, face.row.folded) {
        (false, _) => "twisty",
        (true, false) => "twisty parent",
        (true, true) => "twisty parent folded",
    };
    let title = if face.reason.is_empty() { &face.label } else { &face.reason };
    let mut all = vec![part(twisty, "", ""), part(format!("chip c{}", face.colour), "", "")];
    if face.row.marks.has(Marks::ERROR) {
        all.push(part("badge error", "error", ""));
    }
    if face.pale() {
        all.push(part("hidden", "not matched", ""));
    }
    all.push(part("label", face.label.clone(), title.clone()));
    all.extend(face.badges.iter().map(|it| part("badge plain", it.word, it.meaning)));
    all.extend(face.flaws().into_iter().map(|(word, meaning)| part("badge", word, meaning)));
    if face.row.folded {
        all.push(part("badge quiet", face.row.descendants.to_string(), ""));
    }
    all.push(part("service", face.service.clone(), ""));
    all
}

fn bars(face: &Face, stretch: Stretch) -> Vec<[Text; 5]> {
    let mut all = vec![part(format!("bar c{}", face.colour), "", "")];
    all.extend(face.phases.iter().map(|it| {
        placed(format!("phase {}", KINDS[it.kind].class), lies(stretch, it.from, it.to))
    }));
    all.extend(face.moments.iter().map(|it| {
        let [left, _] = lies(stretch, it.at, it.at);
        placed(it.sign.class(), [left, String::new()])
    }));
    let marked = face.critical.iter();
    all.extend(marked.map(|(from, to)| placed("critical", lies(stretch, *from, *to))));
    all.push(part("time", face.time.clone(), ""));
    all
}

#[cfg(test)]
mod tests {
    use otlp::Sheet;
    use surface::sample;
    use surface::viewport::Viewport;
    use surface::window::Window;

    use super::*;
    use crate::picture::Picture;

    /// A row as markup, a line for each cell.
    fn markup(said: &Said) -> String {
        let element = |keys: &[Key], values: &[Text]| {
            let all = keys.iter().zip(values).filter(|(_, value)| !value.is_empty());
            let said = all.map(|(key, value)| match key {
                Attribute("class") => format!("<{value}>"),
                Attribute(name) => format!("{name}={value}"),
                Style(name) => format!("{name}:{value}"),
                Key::Text => format!("“{value}”"),
            });
            said.collect::<Vec<_>>().join(" ")
        };
        let cell = |parts: &[[Text; 5]]| {
            parts.iter().map(|it| element(&PART, it)).collect::<Vec<_>>().join("  ")
        };
        let [row, name] = [element(&ROW, &said.row), element(&NAME, &said.name)];
        let track = element(&TRACK, &said.track);
        format!("{row}\n  {name}  {}\n  {track}  {}\n", cell(&said.names), cell(&said.bars))
    }

    fn said(picture: &Picture) -> Vec<Said> {
        let stretch = Window::WHOLE.within(600_000_000);
        let common = Common { chosen: picture.chosen(), stretch, room: 0.1 };
        let faces = Face::look(picture, Viewport::default(), &[]);
        faces.iter().map(|face| Said::of(face, common)).collect()
    }

    fn picture() -> Picture {
        let mut picture = Picture::default();
        picture.grow(Sheet::of(&sample::spans()));
        picture
    }

    #[test]
    fn a_row_says_what_it_is_to_eyes_and_ears() {
        let mut picture = picture();
        picture.choose(2);
        let all: String = said(&picture).iter().map(markup).collect();
        insta::assert_snapshot!(all);
    }

    #[test]
    fn a_folded_row_says_how_much_lies_below_it_and_a_pale_one_that_it_is_none() {
        let mut picture = picture();
        picture.fold(1, true);
        let none = trace::filter::Bits::none(6);
        picture.sift(Some(std::sync::Arc::new(none)), false);
        let said = said(&picture).swap_remove(1);
        assert_eq!((&*said.row[0], &*said.row[4]), ("row pale", "false"));
        let texts: Vec<&str> = said.names.iter().map(|part| &*part[1]).collect();
        assert!(texts.contains(&"not matched") && texts.contains(&"2"), "{texts:?}");
    }
}
