//! OTLP/JSON: lenient in what it reads, strict in what it writes.
//!
//! Reads what OpenTelemetry's SDKs, Jaeger (`result`), Tempo (`trace`, `batches`, base64 ids, enum
//! names) and the Collector's file exporter (one object after another) write. The text is walked
//! by hand rather than by serde, because a derived reader gives up the whole message at the first
//! field it dislikes, where one span should go and the others stay.

pub mod base64;
mod carry;
mod read;
mod text;
mod transcode;
mod value;
pub(crate) mod write;

pub(crate) use text::Text;
use trace::span::Span;

use crate::raw::Group;
use crate::{Accepted, Error};

/// Reads OTLP/JSON, leniently: ids as hex of either case or base64, enums as names or numbers,
/// 64-bit numbers as text or numbers, `null` for anything, `snake_case` too; unknown fields are
/// skipped.
///
/// # Errors
/// When the text is not JSON, not an object, or nested too deep.
pub fn decode(text: &[u8]) -> Result<Accepted, Error> {
    read::traces(text)
}

/// Writes strict OTLP/JSON, `{"resourceSpans":[…]}`: hex ids, integer enums, 64-bit numbers as
/// text, defaults left out; grouped as [`proto::encode`](crate::proto::encode) does.
#[must_use]
pub fn encode<'a>(spans: impl IntoIterator<Item = &'a Span>) -> String {
    write::traces(spans)
}

/// Writes spans that are stored as protobuf as strict OTLP/JSON, without building them. They must
/// have been checked by [`raw`](crate::raw).
#[must_use]
pub fn transcode(groups: &[(Group<'_>, Vec<&[u8]>)]) -> String {
    transcode::traces(groups)
}
