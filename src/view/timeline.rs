//! Spans as entries of the browser's own Performance panel: User Timing with a `detail` that its
//! extensibility API reads (developer.chrome.com/docs/devtools/performance/extension).

use std::time::Duration;

use serde::Serialize;
use trace::columns::Flags;
use trace::order;
use trace::quantity;
use trace::record::MEASURES;

use crate::picture::Picture;

/// Entries that one page gets: each stays in its list of measures, and the panel draws no more well.
const MOST: usize = 2_000;
/// Bytes of a name.
const LONGEST: usize = 200;
/// Colours that the panel has, but for that of errors.
const COLOURS: [&str; 9] = [
    "primary",
    "tertiary",
    "secondary",
    "primary-light",
    "tertiary-light",
    "secondary-light",
    "primary-dark",
    "tertiary-dark",
    "secondary-dark",
];

/// What goes to the page.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Timeline {
    /// The entries, in the order of their starts.
    pub entries: Vec<Entry>,
}

/// One span as `performance.measure` takes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// When it began, milliseconds since 1970.
    pub start: f64,
    /// How long it took, milliseconds.
    pub duration: f64,
    /// What the panel shows of it.
    pub detail: Detail,
}

/// What the panel reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Detail {
    /// Where it is drawn, and what is said of it.
    pub devtools: Devtools,
}

/// Where an entry is drawn, and what is said of it; names are Chrome's.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Devtools {
    /// Always `track-entry`.
    pub data_type: &'static str,
    /// The service.
    pub track: String,
    /// By this our entries are known as ours.
    pub track_group: &'static str,
    /// One of the panel's colours.
    pub color: &'static str,
    /// What is said above it.
    pub tooltip_text: String,
    /// What is said beside it.
    pub properties: Vec<[String; 2]>,
}

impl Timeline {
    /// The spans of a trace, the longest where there are too many.
    #[must_use]
    pub fn of(picture: &Picture) -> Self {
        let columns = picture.columns();
        let timed = |at: &usize| !columns.flags[*at].has(Flags::UNTIMED);
        let mut places: Vec<usize> = (0..columns.len()).filter(timed).collect();
        if places.len() > MOST {
            order::sort_by_rank(&mut places, |at| !columns.lengths[*at]);
            places.truncate(MOST);
        }
        order::sort(
            &mut places,
            |at| columns.starts[*at],
            |one, other| columns.lengths[*other].cmp(&columns.lengths[*one]),
        );
        Self { entries: places.into_iter().map(|at| entry(picture, at)).collect() }
    }

    /// What is left out, in words; may be empty.
    #[must_use]
    pub fn left_out(&self, of: usize) -> String {
        match of - self.entries.len().min(of) {
            0 => String::new(),
            left => format!(" The shortest {} are left out.", quantity::grouped(left as u64)),
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds with three digits, as the panel has")]
fn entry(picture: &Picture, at: usize) -> Entry {
    let columns = picture.columns();
    let services = picture.waterfall().services();
    let service = columns.service(at);
    let colour = services.iter().find(|it| it.name == service).map_or(0, |it| it.colour);
    let failed = columns.flags[at].has(Flags::ERROR);
    let (name, length) = (cut(columns.name(at)), Duration::from_nanos(columns.lengths[at]));
    let track = if service.is_empty() { "no service.name" } else { service };
    let mut properties = vec![["Duration".to_owned(), quantity::duration(length)]];
    for (word, id) in [("Span", columns.id(at)), ("Parent", columns.parent(at))] {
        properties.extend(id.map(|id| [word.to_owned(), id.to_string()]));
    }
    let tooltip_text = format!("{name}{}", if failed { ", failed" } else { "" });
    Entry {
        start: columns.starts[at] as f64 / 1e6,
        duration: columns.lengths[at] as f64 / 1e6,
        detail: Detail {
            devtools: Devtools {
                data_type: "track-entry",
                track: cut(track),
                track_group: MEASURES,
                color: if failed { "error" } else { COLOURS[usize::from(colour) % COLOURS.len()] },
                tooltip_text,
                properties,
            },
        },
        name,
    }
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(LONGEST)].to_owned()
}

#[cfg(test)]
mod tests {
    use otlp::Sheet;

    use super::*;
    use surface::sample;

    #[test]
    fn spans_go_to_the_panel_by_service_in_order_of_time() {
        let mut picture = Picture::default();
        picture.grow(Sheet::of(&sample::spans()));
        let timeline = Timeline::of(&picture);
        assert_eq!(timeline.entries.len(), sample::spans().len());
        assert!(timeline.entries.is_sorted_by_key(|entry| entry.start));
        let text = trace::json::write(&timeline);
        assert!(text.contains(r#""dataType":"track-entry","track":""#), "{text}");
        assert_eq!(timeline.left_out(timeline.entries.len()), "");
        assert_eq!(
            timeline.left_out(1_000 + timeline.entries.len()),
            " The shortest 1000 are left out."
        );
    }
}
