//! Moments of a page, as marks on the ruler: Web Vitals and the document's milestones.

use surface::lamp::Tone;
use trace::attribute::{Value, key};
use trace::order;
use trace::{Span, Timestamp, quantity};

use surface::window::Stretch;

/// Marks at most: a page may tell as many vitals as it likes.
const MOST: usize = 24;

/// A moment on the ruler.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its short name: `LCP`.
    pub name: &'static str,
    /// What it is, in words, with its time and rating.
    pub text: String,
    /// Nanoseconds from the trace's start.
    pub at: u64,
    /// Its rating's tone.
    pub tone: Tone,
}

/// Marks that stand so near that their names would overlap, as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Where, as a share of what is in view.
    pub place: f64,
    /// Their names.
    pub name: String,
    /// Their texts.
    pub text: String,
    /// The worst of their tones.
    pub tone: Tone,
    /// Whether its name would reach over the end of what is in view.
    pub last: bool,
}

/// Vitals that are moments; the others are sums. They are told in milliseconds from the page's
/// start.
const VITALS: [(&str, &str, &str); 3] = [
    ("ttfb", "TTFB", "Time to First Byte"),
    ("fcp", "FCP", "First Contentful Paint"),
    ("lcp", "LCP", "Largest Contentful Paint"),
];
/// What the browser states of a document. The names in a row are those of the events that tell it.
const MILESTONES: [(&str, &str, &str); 4] = [
    ("firstContentfulPaint", "FCP", "First Contentful Paint"),
    ("domContentLoadedEventStart", "DCL", "DOMContentLoaded"),
    ("loadEventStart", "Load", "Load event"),
    ("exception", "Error", "Something was thrown"),
];

/// The marks of a page, by its root.
#[must_use]
pub fn marks(root: &Span, start: Timestamp) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let begun = root.start.nanos().saturating_sub(start.nanos());
    for event in &root.events {
        if event.name == "browser.web_vital" {
            let of = |name: &str| event.attributes.get(name).and_then(Value::as_text);
            let vital = VITALS.into_iter().find(|it| of(key::VITAL_NAME) == Some(it.0));
            let value = event.attributes.get(key::VITAL_VALUE).and_then(nanos);
            let (Some((_, name, meaning)), Some(value)) = (vital, value) else { continue };
            let rating = of(key::VITAL_RATING).unwrap_or_default();
            let tone = tone(rating);
            let rating = if tone == Tone::Idle { "" } else { rating };
            let time = quantity::moment(value, 1_000);
            let text = format!("{meaning}: {time} {}", rating.replace('-', " "));
            // The last that was told of a vital counts.
            marks.retain(|mark| mark.name != name);
            let at = begun.saturating_add(value);
            marks.push(Mark { name, text: text.trim_end().to_owned(), at, tone });
        }
    }
    let known = marks.len();
    for event in &root.events {
        let stone = MILESTONES.into_iter().find(|it| event.name == it.0);
        let Some((_, name, meaning)) = stone else { continue };
        if marks[..known].iter().any(|mark| mark.name == name) || marks.len() > MOST {
            continue;
        }
        let at = event.time.nanos().saturating_sub(start.nanos());
        let time = quantity::moment(at.saturating_sub(begun), 1_000);
        let tone = if name == "Error" { Tone::Bad } else { Tone::Idle };
        marks.push(Mark { name, text: format!("{meaning}: {time}"), at, tone });
    }
    order::sort_by_rank(&mut marks, |mark| mark.at);
    marks
}

fn tone(rating: &str) -> Tone {
    match rating {
        "good" => Tone::Good,
        "needs-improvement" => Tone::Warn,
        "poor" => Tone::Bad,
        _ => Tone::Idle,
    }
}

/// Milliseconds as nanoseconds. A page may state anything.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "floats saturate")]
#[allow(clippy::cast_precision_loss, reason = "milliseconds fit in 53 bits")]
fn nanos(value: &Value) -> Option<u64> {
    let millis = match value {
        Value::Double(millis) => *millis,
        Value::Int(millis) => *millis as f64,
        _ => return None,
    };
    (millis.is_finite() && millis >= 0.0).then_some((millis * 1e6) as u64)
}

/// The flags of the marks in view, where a flag needs a share of the axis for each letter.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "names are short")]
pub fn flags(marks: &[Mark], stretch: Stretch, letter: f64) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    for mark in marks {
        let place = stretch.place(mark.at);
        if !(0.0..=1.0).contains(&place) {
            continue;
        }
        let near =
            |flag: &&mut Flag| flag.place + (flag.name.chars().count() + 1) as f64 * letter > place;
        if let Some(flag) = flags.last_mut().filter(near) {
            if !flag.name.split(' ').any(|name| name == mark.name) {
                flag.name = format!("{} {}", flag.name, mark.name);
            }
            flag.text = format!("{}\n{}", flag.text, mark.text);
            flag.tone = worse(flag.tone, mark.tone);
        } else {
            let Mark { name, ref text, tone, .. } = *mark;
            let (name, text) = (name.to_owned(), text.clone());
            flags.push(Flag { place, name, text, tone, last: false });
        }
    }
    let width = |flag: &Flag| (flag.name.chars().count() + 1) as f64 * letter;
    for flag in &mut flags {
        flag.last = flag.place + width(flag) > 1.0;
    }
    // What stands before its line may reach into the flag before: the latest names stay, as far as
    // there is room.
    if let [.., before, last] = flags.as_mut_slice() {
        let room = if before.last { before.place } else { before.place + width(before) };
        while last.last && !last.name.is_empty() && last.place - width(last) < room {
            let rest = last.name.split_once(' ').map_or("", |(_, rest)| rest).to_owned();
            last.name = rest;
        }
    }
    flags
}

fn worse(one: Tone, other: Tone) -> Tone {
    let order = [Tone::Bad, Tone::Warn, Tone::Good];
    order.into_iter().find(|tone| *tone == one || *tone == other).unwrap_or(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;
    use surface::window::Window;

    #[test]
    fn vitals_that_are_moments_are_marks_with_their_rating() {
        let page = sample::page().0;
        let marks = marks(&page, page.start);
        let said: Vec<_> = marks.iter().map(|it| (it.name, it.at / 1_000_000, it.tone)).collect();
        assert_eq!(said, [("Error", 310, Tone::Bad), ("LCP", 2_800, Tone::Warn)]);
        assert_eq!(marks[1].text, "Largest Contentful Paint: 2.8 s needs improvement");
    }

    #[test]
    fn what_a_hostile_page_states_is_no_mark_or_a_bounded_one() {
        let mut page = sample::page().0;
        for (at, event) in page.events.iter_mut().enumerate() {
            let value = if at == 0 { f64::NAN } else { -5.0 };
            event.attributes.insert(key::VITAL_VALUE.to_owned(), value.into());
        }
        let thrown = page.events.iter().find(|event| event.name == "exception").unwrap().clone();
        page.events.extend(vec![thrown; 5_000]);
        let marks = marks(&page, page.start);
        assert!(marks.len() <= MOST + 1 && marks.iter().all(|mark| mark.name == "Error"));
    }

    #[test]
    fn a_flag_at_the_end_does_not_reach_into_the_one_before() {
        let mark = |name, at| Mark { name, text: String::new(), at, tone: Tone::Good };
        let marks = [mark("TTFB", 100_000), mark("FCP", 800_000), mark("Load", 850_000)];
        let names = |letter| {
            let flags = flags(&marks, Window::WHOLE.within(1_000_000), letter);
            flags.into_iter().map(|it| it.name).collect::<Vec<_>>()
        };
        assert_eq!(names(0.03), ["TTFB", "FCP Load"]);
        assert_eq!(names(0.06), ["TTFB", "Load"]);
        assert_eq!(names(0.1), ["TTFB", ""]);
    }

    #[test]
    fn marks_that_stand_close_share_a_flag() {
        let mark = |name, at, tone| Mark { name, text: format!("{name}!"), at, tone };
        let marks = [
            mark("TTFB", 100_000, Tone::Good),
            mark("FCP", 400_000, Tone::Good),
            mark("LCP", 410_000, Tone::Bad),
            mark("LCP", 420_000, Tone::Good),
        ];
        let flags = |window: Window| {
            let flags = flags(&marks, window.within(1_000_000), 0.01);
            flags.into_iter().map(|it| (it.name, it.tone)).collect::<Vec<_>>()
        };
        let wanted = [("TTFB".to_owned(), Tone::Good), ("FCP LCP".to_owned(), Tone::Bad)];
        assert_eq!(flags(Window::WHOLE), wanted);
        assert_eq!(flags(Window { from: 500_000, to: 900_000 }), []);
        assert_eq!(flags(Window { from: 380_000, to: 430_000 }).len(), 3, "apart, seen closely");
    }
}
