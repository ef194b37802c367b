//! The envelope around every message: a version, so that two releases can tell that they differ.

use serde::Serialize;

/// Version of the messages in this crate. A tab keeps its relay across an update of the extension,
/// so a newer background can hear an older page.
pub const VERSION: u32 = 1;

/// A message with the version of its sender. Written so; the version lies beside the message's own
/// fields, so a message is read by itself, and the version only by who needs it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Envelope<M> {
    /// The sender's [`VERSION`].
    pub v: u32,
    /// What is said.
    #[serde(rename = "")]
    pub message: M,
}

impl<M> Envelope<M> {
    /// Wraps a message of this version.
    pub const fn new(message: M) -> Self {
        Self { v: VERSION, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Command, FromPage, Verb};
    use trace::json;

    #[test]
    fn a_message_of_the_future_is_unknown_and_not_an_error() {
        let text = r#"{"v":9,"kind":"foldSpaceTime","depth":3}"#;
        assert_eq!(json::read(text), Ok(Command::Unknown));
        assert_eq!(json::read(text), Ok(FromPage::Unknown));
    }

    #[test]
    fn the_kind_lies_flat_beside_the_version() {
        let text =
            json::write(&Envelope::new(Command::Do { verb: Verb::Start, tab: 7, plan: None }));
        assert_eq!(text, r#"{"v":1,"kind":"do","verb":"start","tab":7,"plan":null}"#);
        let text = r#"{"v":1,"kind":"do","verb":"start","tab":7}"#;
        assert_eq!(json::read(text), Ok(Command::Do { verb: Verb::Start, tab: 7, plan: None }));
    }
}
