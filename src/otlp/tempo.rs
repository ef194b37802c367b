//! What Grafana Tempo puts around a trace in version 2 of its API (`TraceByIDResponse`): whether it is
//! all of it, and why not. The trace itself is read as any other.

use crate::answer::{find, lossy};
use crate::wire::{Field, Fields};

/// An answer of version 2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The trace as a `TracesData` message; empty where the answer is JSON, which
    /// [`json::decode`](crate::json::decode) reads with its envelope.
    pub trace: Vec<u8>,
    /// Whether something is missing of it, as of a trace that is larger than Tempo's limit.
    pub partial: bool,
    /// Why.
    pub message: String,
}

impl Envelope {
    /// Takes the envelope off.
    ///
    /// # Errors
    /// When the message is garbled: at which byte.
    pub fn from_proto(body: &[u8]) -> Result<Self, crate::Error> {
        let mut envelope = Self::default();
        let mut fields = Fields::new(body);
        loop {
            let at = body.len() - fields.rest().len();
            let Some(field) = fields.next() else { return Ok(envelope) };
            match field {
                // Messages of one field, one behind the other, are one message.
                Ok((1, Field::Bytes(trace))) => envelope.trace.extend_from_slice(trace),
                Ok((3, Field::Varint(status))) => envelope.partial = status == 1,
                Ok((4, Field::Bytes(text))) => envelope.message = lossy(text),
                Ok(_) => {}
                Err(_) => return Err(crate::Error::Protobuf { at }),
            }
        }
    }

    /// Reads what JSON says besides the trace.
    #[must_use]
    pub fn from_json(body: &[u8]) -> Self {
        let status = find(body, &["status"]).unwrap_or_default();
        let message = find(body, &["message"]).unwrap_or_default();
        Self { trace: Vec::new(), partial: matches!(&*status, "PARTIAL" | "1"), message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, proto};

    const JSON: &[u8] = include_bytes!("../../tests/fixtures/otlp/tempo-v2-trace.json");
    const PROTO: &[u8] = include_bytes!("../../tests/fixtures/foreign/tempo-v2-trace.pb");

    #[test]
    fn the_trace_comes_out_of_its_envelope() {
        let envelope = Envelope::from_proto(PROTO).unwrap();
        assert!(!envelope.partial);
        let spans = proto::decode(&envelope.trace).unwrap().spans;
        assert_eq!(spans.len(), 9);
        assert_eq!(spans, json::decode(JSON).unwrap().spans);
        assert_eq!(Envelope::from_json(JSON), Envelope::default());
    }

    #[test]
    fn what_is_missing_is_said_in_either_form() {
        let wanted = Envelope { partial: true, message: "too large".into(), ..Envelope::default() };
        let proto = [&[0x0a, 0, 0x12, 0, 0x18, 1, 0x22, 9][..], b"too large"].concat();
        assert_eq!(Envelope::from_proto(&proto).unwrap(), wanted);
        for status in ["\"PARTIAL\"", "1"] {
            let text = format!("{{\"trace\":{{}},\"status\":{status},\"message\":\"too large\"}}");
            assert_eq!(Envelope::from_json(text.as_bytes()), wanted);
        }
    }

    #[test]
    fn an_envelope_that_is_cut_short_says_where() {
        let cut = &PROTO[..PROTO.len() / 2];
        assert_eq!(Envelope::from_proto(cut), Err(crate::Error::Protobuf { at: 0 }));
        assert_eq!(Envelope::from_json(b"{\"trace\":"), Envelope::default());
    }
}
