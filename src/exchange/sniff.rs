//! What a file is, by its content. Names and media types say little: every one of these formats is
//! saved as `trace.json`.

use std::fmt;

use otlp::feed;
use trace::json::{Broken, Cursor, Opened};

/// How far is looked for a name that tells; what stands before it may be long.
const FAR: usize = 1 << 22;
/// Names of an unknown object that are said.
const NAMES: usize = 6;
/// Files from this size on are refused: with their spans beside them they would not fit into what
/// WebAssembly can address.
pub(crate) const LIMIT: usize = 1 << 30;

/// A format that traces come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// OTLP as JSON, also as Jaeger's version 3 answers and as the Collector's file exporter writes.
    OtlpJson,
    /// OTLP as protobuf.
    OtlpProtobuf,
    /// Jaeger's JSON.
    Jaeger,
    /// Zipkin's JSON, version 2.
    Zipkin,
    /// What Tempo answers, as JSON.
    Tempo,
    /// A browser's network log.
    Har,
    /// Chrome's trace events.
    Chrome,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtlpJson => "OTLP JSON",
            Self::OtlpProtobuf => "OTLP protobuf",
            Self::Jaeger => "Jaeger JSON",
            Self::Zipkin => "Zipkin JSON",
            Self::Tempo => "Tempo JSON",
            Self::Har => "HAR",
            Self::Chrome => "Chrome trace",
        })
    }
}

/// Why a file is no trace that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// It is packed with gzip, which the shell undoes.
    Packed,
    /// It is too large to be opened.
    Large {
        /// Its size in bytes.
        size: usize,
    },
    /// It is something else.
    Other {
        /// What it is or begins with.
        found: String,
    },
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Packed => f.write_str("file is packed with gzip, wanted what is in it"),
            Self::Large { size } => {
                write!(f, "file has {size} bytes, wanted at most {LIMIT}")
            }
            Self::Other { found } => write!(
                f,
                "found {found}; wanted a trace: OTLP (JSON or protobuf), Jaeger, Zipkin, Tempo, HAR \
                 or Chrome's trace events"
            ),
        }
    }
}

impl std::error::Error for Unknown {}

fn other(found: impl Into<String>) -> Unknown {
    Unknown::Other { found: found.into() }
}

/// What is around the spans, besides the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Around {
    /// What the format says.
    Usual,
    /// OTLP's list of resources without its name.
    Bare,
    /// The protobuf of Tempo's version 2: the content of its first field, whose bytes these are.
    Trace(usize, usize),
}

impl From<feed::Around> for Around {
    fn from(around: feed::Around) -> Self {
        match around {
            feed::Around::Usual => Self::Usual,
            feed::Around::Trace(from, to) => Self::Trace(from, to),
        }
    }
}

/// What a file is, by its content.
///
/// # Errors
/// When it is no trace in a format that can be read: what it is instead.
pub fn sniff(bytes: &[u8]) -> Result<Format, Unknown> {
    look(bytes).map(|(format, _)| format)
}

/// Whether bytes are packed with gzip. Browsers can unpack it (`DecompressionStream`), so nothing
/// here does.
#[must_use]
pub fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

pub(crate) fn look(bytes: &[u8]) -> Result<(Format, Around), Unknown> {
    if bytes.len() > LIMIT {
        return Err(Unknown::Large { size: bytes.len() });
    }
    if is_packed(bytes) {
        return Err(Unknown::Packed);
    }
    if let Some(feed::Plain::Protobuf(around)) = feed::plain(bytes) {
        return Ok((Format::OtlpProtobuf, around.into()));
    }
    let mut cursor = Cursor::new(&bytes[..bytes.len().min(FAR)]);
    if cursor.at_object() {
        return object(&mut cursor).map(|format| (format, Around::Usual));
    }
    if cursor.at_list() {
        return list(&mut cursor);
    }
    Err(other(beginning(bytes)))
}

/// The format of an object, by the first name that tells.
fn object(cursor: &mut Cursor<'_>) -> Result<Format, Unknown> {
    let mut names = Vec::new();
    let mut walk = || -> Result<Option<Result<Format, Unknown>>, Broken> {
        cursor.object()?;
        while let Some(name) = cursor.key()? {
            let found = match &*name {
                "resourceSpans" | "resource_spans" => Ok(Format::OtlpJson),
                "result" if cursor.at_object() => Ok(Format::OtlpJson),
                "batches" => Ok(Format::Tempo),
                "trace" if cursor.at_object() => Ok(Format::Tempo),
                "data" => data(cursor)?,
                "spans" | "processes" | "traceID" => Ok(Format::Jaeger),
                "log" if cursor.at_object() => Ok(Format::Har),
                "traceEvents" => Ok(Format::Chrome),
                "traces" => Err(other("a store's answer to a search, which has no spans")),
                "resourceLogs" | "resource_logs" => Err(other("OTLP logs")),
                "resourceMetrics" | "resource_metrics" => Err(other("OTLP metrics")),
                _ => {
                    if names.len() < NAMES {
                        names.push(short(&name));
                    }
                    cursor.skip()?;
                    continue;
                }
            };
            return Ok(Some(found));
        }
        Ok(None)
    };
    if let Ok(Some(found)) = walk() {
        return found;
    }
    Err(other(match names.is_empty() {
        true => "an empty JSON object".to_owned(),
        false => format!("a JSON object with {}", names.join(", ")),
    }))
}

/// Jaeger's `data`: traces, or the names of services.
fn data(cursor: &mut Cursor<'_>) -> Result<Result<Format, Unknown>, Broken> {
    let nothing = "an answer of a trace store without a trace";
    Ok(match cursor.list()? {
        Opened::Yes if !cursor.item()? || cursor.at_object() => Ok(Format::Jaeger),
        Opened::Yes => Err(other("a list of names, as a trace store gives its services")),
        _ => Err(other(nothing)),
    })
}

/// The format of a list, by its first item.
fn list(cursor: &mut Cursor<'_>) -> Result<(Format, Around), Unknown> {
    let mut walk = || -> Result<Option<(Format, Around)>, Broken> {
        cursor.list()?;
        let mut found = cursor.item()?;
        if found && cursor.at_list() {
            cursor.list()?;
            found = cursor.item()?;
        }
        if !found || cursor.object()? != Opened::Yes {
            return Ok(None);
        }
        while let Some(name) = cursor.key()? {
            return Ok(Some(match &*name {
                "resourceSpans" | "resource_spans" => (Format::OtlpJson, Around::Usual),
                "resource" | "scopeSpans" | "scope_spans" => (Format::OtlpJson, Around::Bare),
                "traceId" | "localEndpoint" => (Format::Zipkin, Around::Usual),
                "traceID" | "spans" | "processes" => (Format::Jaeger, Around::Usual),
                "ph" => (Format::Chrome, Around::Usual),
                _ => {
                    cursor.skip()?;
                    continue;
                }
            }));
        }
        Ok(None)
    };
    walk().ok().flatten().ok_or_else(|| other("a JSON list of something else"))
}

/// What bytes are that are no trace.
fn beginning(bytes: &[u8]) -> String {
    const KNOWN: [(&[u8], &str); 8] = [
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x28\xb5\x2f\xfd", "a file packed with zstd"),
        (b"BZh", "a file packed with bzip2"),
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"%PDF", "a PDF document"),
        (b"\xff\xfe", "text in UTF-16, which is not read: save it as UTF-8"),
        (b"\xfe\xff", "text in UTF-16, which is not read: save it as UTF-8"),
    ];
    let text = bytes.trim_ascii_start();
    let known = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic));
    match (known, text) {
        (Some((_, name)), _) => (*name).to_owned(),
        (_, []) => "nothing".to_owned(),
        (_, [b'<', ..]) => "a page of HTML or XML".to_owned(),
        _ => match str::from_utf8(&text[..text.len().min(64)]) {
            Ok(start) => {
                format!("text that begins with {}", short(start.lines().next().unwrap_or(start)))
            }
            Err(error) if error.error_len().is_none() => "text".to_owned(),
            Err(_) => format!("{} bytes that are no text", bytes.len()),
        },
    }
}

/// A text as it is quoted in a message.
fn short(text: &str) -> String {
    const LONGEST: usize = 40;
    let cut = text.floor_char_boundary(LONGEST);
    format!("{:?}{}", &text[..cut], if cut < text.len() { "…" } else { "" })
}
