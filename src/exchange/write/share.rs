//! One file to hand to somebody: OTLP JSON that every reader of OTLP takes, with a head that says what
//! it is. Before it is written, a preview tells what redaction takes out.

use std::collections::BTreeMap;

use otlp::Sheet;
use trace::Span;
use trace::json::{Cursor, Opened, Scalar};
use trace::redact::Redaction;

use super::json::Out;
use super::line;

/// Characters of a text that is shown in the preview.
const SHOWN: usize = 120;
/// Texts of one place that are shown.
const EACH: usize = 3;
/// The head's version.
const FORM: u32 = 1;

/// What would be shared.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What redaction takes out, by place.
    pub taken: Vec<Taken>,
    spans: Vec<Span>,
    redacted: bool,
}

/// What is taken out of one place: of all attributes of a name, of all names of spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// An attribute's name, `name`, `status` or `event`.
    pub place: String,
    /// In how many texts.
    pub count: usize,
    /// The first of them that differ, before and after, cut to a line.
    pub examples: Vec<(String, String)>,
}

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// What it shows.
    pub title: String,
    /// Whether secrets were taken out.
    pub redacted: bool,
}

impl Preview {
    /// All spans as they are.
    #[must_use]
    pub fn plain(sheet: &Sheet) -> Self {
        Self { taken: Vec::new(), spans: sheet.spans().collect(), redacted: false }
    }

    /// All spans without secrets.
    #[must_use]
    pub fn redacted(sheet: &Sheet, redaction: &Redaction) -> Self {
        let mut taken: BTreeMap<String, Taken> = BTreeMap::new();
        let mut note = |place: &str, before: &str, after: &str| {
            let empty = || Taken { place: place.to_owned(), count: 0, examples: Vec::new() };
            let taken = taken.entry(place.to_owned()).or_insert_with(empty);
            taken.count += 1;
            let pair = (line(before, SHOWN), line(after, SHOWN));
            if taken.examples.len() < EACH && !taken.examples.contains(&pair) {
                taken.examples.push(pair);
            }
        };
        let mut spans: Vec<Span> = sheet.spans().collect();
        redaction.share(&mut spans, &mut note);
        Self { taken: taken.into_values().collect(), spans, redacted: true }
    }

    /// The file.
    #[must_use]
    pub fn write(&self, title: &str) -> String {
        let mut out = Out::default();
        out.object(|out| {
            out.key("tracelight");
            out.object(|out| {
                out.plain("form", format_args!("{FORM}"));
                out.words("title", title);
                out.plain("spans", format_args!("{}", self.spans.len()));
                out.plain("redacted", format_args!("{}", self.redacted));
            });
        });
        let body = otlp::json::encode(&self.spans);
        // `{head}` and `{body}` become one object; the body may be `{}`.
        out.text.pop();
        if body.len() > 2 {
            out.text.push(',');
        }
        out.text.push_str(body.strip_prefix('{').unwrap_or("}"));
        out.text
    }
}

/// What a file says of itself; `None` when it is not ours. Its title is a stranger's text.
#[must_use]
pub fn head(bytes: &[u8]) -> Option<Head> {
    let mut cursor = Cursor::new(bytes);
    if cursor.object().ok()? != Opened::Yes || cursor.key().ok()?? != "tracelight" {
        return None;
    }
    let mut head = Head::default();
    if cursor.object().ok()? != Opened::Yes {
        return None;
    }
    while let Some(key) = cursor.key().ok()? {
        match (&*key, cursor.scalar().ok()?) {
            ("title", Scalar::Text(title)) => head.title = line(&title, SHOWN),
            ("redacted", Scalar::Bool(redacted)) => head.redacted = redacted,
            _ => {}
        }
    }
    Some(head)
}
