//! What a receiver answers to an export: `ExportTraceServiceResponse` when it took the spans, and
//! `google.rpc.Status` when it did not, each as protobuf and as JSON.
//!
//! Reading is forgiving: an answer that cannot be read says nothing, and its HTTP status stands.

use trace::json::{Broken, Cursor, Opened, Scalar};

use crate::json::write::Out as Json;
use crate::wire::{Field, Fields, Out};

/// `google.protobuf.Duration` in `google.rpc.RetryInfo`, as gRPC senders look for it.
const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

/// What a receiver could not keep (`ExportTracePartialSuccess`); nothing rejected and no message
/// when it kept everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partial {
    /// How many spans.
    pub rejected: u64,
    /// Why. With nothing rejected it is a warning.
    pub message: String,
}

impl Partial {
    /// Reads an `ExportTraceServiceResponse`.
    #[must_use]
    pub fn from_proto(body: &[u8]) -> Self {
        let mut partial = Self::default();
        for (_, field) in Fields::new(body).flatten().filter(|(number, _)| *number == 1) {
            let Field::Bytes(message) = field else { continue };
            for field in Fields::new(message).flatten() {
                match field {
                    (1, Field::Varint(count)) => partial.rejected = count,
                    (2, Field::Bytes(text)) => partial.message = lossy(text),
                    _ => {}
                }
            }
        }
        partial
    }

    /// Reads the JSON form of it.
    #[must_use]
    pub fn from_json(body: &[u8]) -> Self {
        let rejected = find(body, &["partialSuccess", "rejectedSpans"]);
        let message = find(body, &["partialSuccess", "errorMessage"]).unwrap_or_default();
        Self { rejected: rejected.and_then(|text| text.parse().ok()).unwrap_or_default(), message }
    }

    /// Writes an `ExportTraceServiceResponse`; nothing at all when everything was kept.
    #[must_use]
    pub fn to_proto(&self) -> Vec<u8> {
        let mut out = Out::default();
        if *self != Self::default() {
            out.message(1, |out| {
                out.varint(1, self.rejected);
                out.bytes(2, self.message.as_bytes());
            });
        }
        out.bytes
    }

    /// Writes the JSON form of it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = Json::default();
        out.object(|out| {
            if *self == Self::default() {
                return;
            }
            out.key("partialSuccess");
            out.object(|out| {
                if self.rejected != 0 {
                    out.words("rejectedSpans", &self.rejected.to_string());
                }
                out.words("errorMessage", &self.message);
            });
        });
        out.text
    }
}

/// Why a receiver took nothing (`google.rpc.Status`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// `google.rpc.Code`, which is gRPC's status too.
    pub code: u32,
    /// Why.
    pub message: String,
    /// Whether, and after how many seconds, the same may be sent again. Only protobuf carries it;
    /// over HTTP the `retry-after` header says it.
    pub retry: Option<u32>,
}

impl Refusal {
    /// Reads the message of a refusal.
    #[must_use]
    pub fn from_proto(body: &[u8]) -> Self {
        let mut refusal = Self::default();
        for field in Fields::new(body).map_while(Result::ok) {
            match field {
                (1, Field::Varint(code)) => refusal.code = u32::try_from(code).unwrap_or_default(),
                (2, Field::Bytes(text)) => refusal.message = lossy(text),
                _ => {}
            }
        }
        refusal
    }

    /// Reads the JSON form of it, and the forms that query APIs give their errors.
    #[must_use]
    pub fn from_json(body: &[u8]) -> Self {
        let message = find(body, &["message"])
            .or_else(|| find(body, &["error", "message"]))
            .or_else(|| find(body, &["error"]));
        let code = find(body, &["code"]).and_then(|code| code.parse().ok()).unwrap_or_default();
        Self { code, message: message.unwrap_or_default(), retry: None }
    }

    /// Writes it.
    #[must_use]
    pub fn to_proto(&self) -> Vec<u8> {
        let mut out = Out::default();
        out.varint(1, self.code.into());
        out.bytes(2, self.message.as_bytes());
        if let Some(seconds) = self.retry {
            out.message(3, |any| {
                any.bytes(1, RETRY_INFO.as_bytes());
                any.message(2, |info| info.message(1, |delay| delay.varint(1, seconds.into())));
            });
        }
        out.bytes
    }

    /// Writes the JSON form of it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = Json::default();
        out.object(|out| {
            out.number("code", self.code);
            out.words("message", &self.message);
        });
        out.text
    }
}

pub(crate) fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// The text or number that stands under these names, one in the other.
pub(crate) fn find(body: &[u8], path: &[&str]) -> Option<String> {
    descend(&mut Cursor::new(body), path).ok().flatten()
}

fn descend(cursor: &mut Cursor<'_>, path: &[&str]) -> Result<Option<String>, Broken> {
    let Some((name, rest)) = path.split_first() else {
        return Ok(match cursor.scalar()? {
            Scalar::Text(text) => Some(text.into_owned()),
            Scalar::Number(digits) => Some(digits.to_owned()),
            _ => None,
        });
    };
    if cursor.object()? != Opened::Yes {
        return Ok(None);
    }
    while let Some(key) = cursor.key()? {
        if key == *name {
            return descend(cursor, rest);
        }
        cursor.skip()?;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_success_comes_back_in_both_forms() {
        let partial = Partial { rejected: 3, message: "3 spans \"rejected\"".to_owned() };
        assert_eq!(Partial::from_proto(&partial.to_proto()), partial);
        assert_eq!(Partial::from_json(partial.to_json().as_bytes()), partial);
        assert_eq!(
            partial.to_json(),
            r#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"3 spans \"rejected\""}}"#
        );
    }

    #[test]
    fn full_success_is_an_empty_message() {
        assert_eq!(Partial::default().to_proto(), b"");
        assert_eq!(Partial::default().to_json(), "{}");
        assert_eq!(Partial::from_json(b"not json"), Partial::default());
        assert_eq!(Partial::from_proto(&[0xff; 3]), Partial::default());
    }

    #[test]
    fn refusals_are_read_as_collectors_and_query_apis_write_them() {
        let refusal = Refusal { code: 3, message: "no".to_owned(), retry: None };
        assert_eq!(Refusal::from_proto(&refusal.to_proto()), refusal);
        assert_eq!(Refusal::from_json(refusal.to_json().as_bytes()), refusal);
        let jaeger = br#"{"error":{"httpCode":404,"message":"No traces found"}}"#;
        assert_eq!(Refusal::from_json(jaeger).message, "No traces found");
        assert_eq!(Refusal::from_json(br#"{"error":"denied"}"#).message, "denied");
    }
}
