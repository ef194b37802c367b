//! What goes into one request: chunks whole, or of one that is too large for its destination a part.

use otlp::raw::{self, Group};
use otlp::{json, proto};
use serde::{Deserialize, Serialize};

use super::{Load, MOST};
use crate::sender;
use crate::store::{Ask, Redirects};

/// What is in a request's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Protobuf.
    #[default]
    Protobuf,
    /// JSON.
    Json,
}

/// A chunk that goes in parts, of which the first are done with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The chunk, as whoever keeps it names it.
    pub of: String,
    /// How many of its spans are done with.
    pub done: u32,
}

/// How a chunk is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// How many of its spans are done with.
    pub done: u32,
    /// Bytes that the rest may have in one request. One span goes in any case.
    pub most: usize,
}

/// What goes into one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// The body, not yet packed.
    pub body: Vec<u8>,
    /// What it weighs: no spans, nothing to send.
    pub load: Load,
    /// Spans that cannot be read, and so not be sent.
    pub lost: u64,
    /// Where more of the chunk is left: how many of its spans are done with after this.
    pub next: Option<u32>,
}

impl Letter {
    /// Chunks of so many spans, or of the first of them a part.
    #[must_use]
    pub fn write(chunks: &[&[u8]], spans: u64, cut: Option<Cut>, form: Form) -> Self {
        let part;
        let (chunks, spans, readable, next) = match cut {
            None => (chunks, spans, spans, None),
            Some(cut) => {
                let chunk = chunks.first().copied().unwrap_or_default();
                let left = spans.saturating_sub(cut.done.into());
                let (message, count, next) = piece(chunk, cut);
                part = message;
                // Those of the chunk that cannot be read count with its last part.
                (&[&*part][..], if next.is_some() { count } else { left }, count, next)
            }
        };
        let bytes = chunks.iter().map(|chunk| chunk.len()).sum();
        let (body, there) = match form {
            Form::Protobuf => (join(chunks.iter().copied()), readable),
            Form::Json => to_json(chunks.iter().copied()),
        };
        let lost = spans.saturating_sub(there);
        Self { body, load: Load { spans: there, bytes }, lost, next }
    }
}

/// Some spans of a chunk as a message, how many they are, and how many are done with after them if
/// there are more.
fn piece(chunk: &[u8], Cut { done, most }: Cut) -> (Vec<u8>, u64, Option<u32>) {
    let batch = raw::read(chunk).unwrap_or_default();
    let rest = usize::try_from(done).ok().and_then(|done| batch.spans.get(done..));
    let rest = rest.unwrap_or_default();
    let mut groups: Vec<(Group<'_>, Vec<&[u8]>)> = Vec::new();
    let (mut bytes, mut count, mut last) = (0, 0_u32, None);
    for span in rest {
        let group = batch.groups.get(span.group).copied().unwrap_or_default();
        let known = last == Some(span.group);
        let owner = if known { 0 } else { group.resource.len() + group.scope.len() };
        let more = owner + span.bytes.len();
        if count > 0 && bytes + more > most {
            return (raw::write(&groups), count.into(), Some(done + count));
        }
        (bytes, count, last) = (bytes + more, count + 1, Some(span.group));
        match groups.last_mut() {
            Some((_, spans)) if known => spans.push(span.bytes),
            _ => groups.push((group, vec![span.bytes])),
        }
    }
    (raw::write(&groups), count.into(), None)
}

/// One message of several: fields of one message, one behind the other, are one message.
#[must_use]
pub fn join<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    chunks.into_iter().fold(Vec::new(), |mut all, chunk| {
        all.extend_from_slice(chunk);
        all
    })
}

/// The same spans as OTLP/JSON, for receivers that read nothing else, and how many they are: a
/// message that is none has none.
#[must_use]
pub fn to_json<'a>(messages: impl IntoIterator<Item = &'a [u8]>) -> (Vec<u8>, u64) {
    let read = messages.into_iter().filter_map(|message| proto::decode(message).ok());
    let spans: Vec<_> = read.flat_map(|accepted| accepted.spans).collect();
    (json::encode(&spans).into_bytes(), spans.len() as u64)
}

/// Hands over a body, in a form, packed with gzip by the shell or not. Redirects are not followed:
/// what they would make of a POST is not said.
#[must_use]
pub fn export(endpoint: &str, body: Vec<u8>, form: Form, packed: bool) -> Ask {
    let mut request = sender::export(endpoint, body);
    if form == Form::Json {
        request.headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    }
    if packed {
        request.headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
    }
    Ask { request, redirects: Redirects::Refuse, most: MOST }
}

#[cfg(test)]
mod tests;
