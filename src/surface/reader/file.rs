//! A session as one file, and back: its requests, and the chunks of its pages as OTLP/JSON.
//!
//! ```json
//! {"format":"tracelight-session","version":1,"session":"…",
//!  "requests":[{"trace":"…","span":"…","method":"GET",…}],
//!  "traces":[{"page":"…","side":"browser","late":false,"apart":false,"resourceSpans":[…]}]}
//! ```
//!
//! Each item of `traces` is OTLP/JSON by itself. Reading knows no journal.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use otlp::json;
use serde::Serialize;
use trace::json::{Broken, Cursor, Opened, Scalar, SyntaxError};
use trace::order::sort;
use trace::{Span, TraceId};
use webext::RequestRow;
use webext::journal::{Side, SpanChunk};

const FORMAT: &str = "tracelight-session";
const VERSION: u32 = 1;
/// How many spans one chunk of a file may have: the journal's own have 512.
const MOST_SPANS: usize = 100_000;

/// Why a file is no session that can be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is no JSON.
    Syntax(SyntaxError),
    /// It is another file; what it says it is, if anything.
    Format(Option<String>),
    /// It was written by a later version of ours.
    Version(String),
    /// One of its requests or traces, counted from 1, cannot be.
    Item(&'static str, usize, String),
    /// Nothing is in it.
    Empty,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => write!(f, "The file cannot be read: {error}"),
            Self::Format(None) => {
                write!(f, "The file is no exported session: it says no format, wanted {FORMAT}")
            }
            Self::Format(Some(found)) => {
                write!(f, "The file is no exported session: wanted format {FORMAT}, found {found}")
            }
            Self::Version(found) => write!(
                f,
                "The file was written by another Tracelight: wanted version {VERSION}, found {found}"
            ),
            Self::Item(what, number, why) => {
                write!(f, "Nothing was imported: {what} {number} cannot be read: {why}")
            }
            Self::Empty => write!(f, "The file is an exported session with nothing in it"),
        }
    }
}

/// What stands before a chunk's OTLP/JSON.
#[derive(Serialize)]
struct Head {
    page: TraceId,
    side: Side,
    late: bool,
    apart: bool,
}

/// Writes a file, part by part.
pub(super) struct Writer {
    text: String,
    first: bool,
}

impl Writer {
    /// Begins the file of a session.
    pub(super) fn begin(session: &str, requests: &[RequestRow]) -> Self {
        let (session, requests) = (trace::json::write(session), trace::json::write(requests));
        let text = format!(
            "{{\"format\":\"{FORMAT}\",\"version\":{VERSION},\"session\":{session},\
             \"requests\":{requests},\"traces\":["
        );
        Self { text, first: true }
    }

    /// Writes a chunk, whose spans these are.
    pub(super) fn chunk(&mut self, chunk: &SpanChunk, spans: &[Span]) {
        let (trace, body) = (chunk.trace, json::encode(spans));
        let SpanChunk { side, late, apart, .. } = *chunk;
        let head = trace::json::write(&Head { page: trace, side, late, apart });
        // Two objects become one.
        if let (Some(head), Some(body)) = (head.strip_suffix('}'), body.strip_prefix('{')) {
            let comma = if self.first { "" } else { "," };
            for part in [comma, "\n", head, ",", body] {
                self.text.push_str(part);
            }
            self.first = false;
        }
    }

    /// The file.
    pub(super) fn end(self) -> Vec<u8> {
        let mut text = self.text;
        text.push_str("\n]}\n");
        text.into_bytes()
    }
}

/// Reads a file, step by step.
pub(super) struct Reader<'a> {
    cursor: Cursor<'a>,
    text: &'a [u8],
    at: Within,
    format: Option<String>,
    version: Option<String>,
    /// What was read.
    pub(super) requests: Vec<RequestRow>,
    /// Chunks; in the end those of a page stand together, and are numbered from 0 on each side.
    pub(super) chunks: Vec<SpanChunk>,
    items: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Top,
    Requests,
    Traces,
}

impl<'a> Reader<'a> {
    /// Stands at the beginning of a file.
    pub(super) fn begin(text: &'a [u8]) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        Self {
            cursor: Cursor::new(text),
            text,
            at: Within::Nothing,
            format: None,
            version: None,
            requests: Vec::new(),
            chunks: Vec::new(),
            items: 0,
        }
    }

    /// Reads one request, chunk or name. Whether the file is at its end.
    pub(super) fn step(&mut self) -> Result<bool, Flaw> {
        let done = match self.at {
            Within::Nothing => self.enter(),
            Within::Top => self.top(),
            Within::Requests | Within::Traces => match self.cursor.item() {
                Ok(true) => {
                    self.items += 1;
                    return self.item().map(|()| false);
                }
                Ok(false) => {
                    self.at = Within::Top;
                    Ok(false)
                }
                Err(broken) => Err(broken),
            },
        };
        match done {
            Ok(false) => Ok(false),
            Ok(true) => {
                self.number();
                self.check().map(|()| true)
            }
            Err(Broken) => Err(Flaw::Syntax(self.cursor.error())),
        }
    }

    fn enter(&mut self) -> Result<bool, Broken> {
        self.at = Within::Top;
        Ok(self.cursor.object()? != Opened::Yes)
    }

    fn top(&mut self) -> Result<bool, Broken> {
        let Some(name) = self.cursor.key()? else { return Ok(true) };
        match &*name {
            "format" => self.format = Some(said(self.cursor.scalar()?)),
            "version" => self.version = Some(said(self.cursor.scalar()?)),
            list @ ("requests" | "traces") => {
                let within = if list == "traces" { Within::Traces } else { Within::Requests };
                if self.cursor.list()? == Opened::Yes {
                    (self.at, self.items) = (within, 0);
                }
            }
            _ => self.cursor.skip()?,
        }
        Ok(false)
    }

    /// Numbers the chunks of each page and side, in the order of the file.
    fn number(&mut self) {
        let chunks = &mut self.chunks;
        sort(chunks, |_| 0, |a, b| (a.trace, a.side).cmp(&(b.trace, b.side)));
        for of_one in chunks.chunk_by_mut(|a, b| (a.trace, a.side) == (b.trace, b.side)) {
            for (part, chunk) in (0..).zip(of_one) {
                chunk.part = part;
            }
        }
    }

    /// Whether it is a session at all, once all of it is read: names have no order.
    fn check(&self) -> Result<(), Flaw> {
        if self.format.as_deref() != Some(FORMAT) {
            return Err(Flaw::Format(self.format.clone()));
        }
        if self.version != Some(VERSION.to_string()) {
            return Err(Flaw::Version(self.version.clone().unwrap_or_else(|| "none".to_owned())));
        }
        if self.requests.is_empty() && self.chunks.is_empty() {
            return Err(Flaw::Empty);
        }
        Ok(())
    }

    fn item(&mut self) -> Result<(), Flaw> {
        // What comes next may be an item of another file: said once that is known.
        if self.format.as_deref().is_some_and(|format| format != FORMAT) {
            return Err(Flaw::Format(self.format.clone()));
        }
        let begin = self.cursor.mark().at();
        self.cursor.skip().map_err(|Broken| Flaw::Syntax(self.cursor.error()))?;
        let text = self.text.get(begin..self.cursor.mark().at()).unwrap_or_default();
        let number = self.items;
        if self.at == Within::Requests {
            let flaw = |why: String| Flaw::Item("request", number, why);
            let text = std::str::from_utf8(text).map_err(|error| flaw(error.to_string()))?;
            let row: RequestRow =
                trace::json::read(text).map_err(|error| flaw(error.to_string()))?;
            self.requests.push(RequestRow { tab: -1, ..row });
            return Ok(());
        }
        let flaw = |why: String| Flaw::Item("trace", number, why);
        let (page, side, late, apart) = head(text)
            .map_err(|Broken| flaw("it is no object".to_owned()))?
            .ok_or_else(|| flaw("it names no page, wanted 32 hex digits".to_owned()))?;
        let spans = json::decode(text).map_err(|error| flaw(error.to_string()))?.spans;
        if spans.len() > MOST_SPANS {
            let found = spans.len();
            return Err(flaw(format!("it has {found} spans, wanted {MOST_SPANS} at most")));
        }
        let others: BTreeSet<TraceId> = spans.iter().map(|span| span.trace).collect();
        self.chunks.push(SpanChunk {
            trace: page,
            side,
            part: 0,
            open: false,
            unsent: None,
            since: None,
            late,
            others: others.into_iter().filter(|other| *other != page).collect(),
            apart,
            count: u32::try_from(spans.len()).unwrap_or(u32::MAX),
            bytes: otlp::proto::encode(&spans),
        });
        Ok(())
    }
}

/// What stands before a chunk's spans; `None` without a page.
fn head(text: &[u8]) -> Result<Option<(TraceId, Side, bool, bool)>, Broken> {
    let mut cursor = Cursor::new(text);
    let (mut page, mut side, mut late, mut apart) = (None, Side::Browser, false, false);
    if cursor.object()? != Opened::Yes {
        return Err(Broken);
    }
    while let Some(name) = cursor.key()? {
        match &*name {
            "page" => page = said(cursor.scalar()?).parse().ok(),
            "side" => {
                side = match &*said(cursor.scalar()?) {
                    "server" => Side::Server,
                    "copy" => Side::Copy,
                    _ => Side::Browser,
                }
            }
            "late" => late = cursor.scalar()? == Scalar::Bool(true),
            "apart" => apart = cursor.scalar()? == Scalar::Bool(true),
            _ => cursor.skip()?,
        }
    }
    Ok(page.map(|page| (page, side, late, apart)))
}

fn said(scalar: Scalar<'_>) -> String {
    match scalar {
        Scalar::Text(text) => Cow::into_owned(text),
        Scalar::Number(number) => number.to_owned(),
        Scalar::Bool(truth) => truth.to_string(),
        Scalar::Null => "null".to_owned(),
        Scalar::Broken => "text that is not UTF-8".to_owned(),
        Scalar::Nested => "an object or a list".to_owned(),
    }
}

#[cfg(test)]
mod tests;
