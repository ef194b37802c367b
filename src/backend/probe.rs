//! What a store is asked when its connection is tested: the same requests as in earnest, about
//! nothing.

use crate::{Request, sender};

/// The id of a trace that nobody has: real ones are drawn, and will not draw words.
const UNKNOWN: [u8; 16] = *b"tracelight-probe";
/// An export of one resource without spans. Not an empty body, which any server takes.
const NOTHING: [u8; 2] = [0x0a, 0];

/// Its digits.
pub(crate) fn unknown() -> String {
    UNKNOWN.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sends no spans.
#[must_use]
pub fn send(store: &str) -> Request {
    sender::export(store, NOTHING.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_tested_with_the_requests_that_it_gets_in_earnest() {
        let sent = send("http://h:1");
        assert_eq!(
            (sent.url.as_str(), sent.body.as_slice()),
            ("http://h:1/v1/traces", [0x0a, 0].as_slice())
        );
        assert_eq!(otlp::proto::decode(&sent.body).unwrap().spans.len(), 0);
    }
}
