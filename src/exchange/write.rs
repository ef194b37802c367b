//! Traces as files, reports and commands: text that others' programs open. Whatever a span says, it
//! stays text there: no formula, no markup, no command.

mod chrome;
pub mod csv;
pub mod curl;
mod jaeger;
mod json;
mod lanes;
pub mod markdown;
pub mod share;
pub mod svg;

use otlp::Sheet;
use trace::Span;

pub use chrome::chrome;
pub use jaeger::jaeger;

/// All spans as strict OTLP/JSON.
#[must_use]
pub fn otlp(sheet: &Sheet) -> String {
    let spans: Vec<Span> = sheet.spans().collect();
    otlp::json::encode(&spans)
}

/// Whether a character moves or hides others: controls, directions, marks without a width. They have
/// no business in a report, and can make it read as what it is not.
fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
        || letter.is_control()
}

/// A text in one line of at most so many characters, without what moves or hides others.
fn line(text: &str, longest: usize) -> String {
    let mut line = String::new();
    let mut letters = text.chars().map(|letter| match letter {
        '\n' | '\r' | '\t' => ' ',
        letter if is_hidden(letter) => '\u{fffd}',
        letter => letter,
    });
    line.extend(letters.by_ref().take(longest));
    if letters.next().is_some() {
        line.push('…');
    }
    line
}
