//! What the background tells about itself: whom it has spoken with, and what a store answered when
//! it was tried. Facts; what they mean to a person is the surface's to say.

use serde::{Deserialize, Serialize};
use trace::contact::Contacts;

/// What the extension has done and set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trust {
    /// Hosts that it has spoken with.
    pub contacts: Contacts,
}

/// What a store answered when it was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoreTest {
    /// Asked for a trace that it cannot have.
    pub query: Trial,
    /// Sent an export without spans.
    pub receive: Trial,
}

/// One request that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trial {
    /// Its method.
    pub method: String,
    /// Where it went.
    pub url: String,
    /// The status that came back; 0 when nothing did.
    pub status: u16,
    /// The content type that came back.
    pub content_type: String,
    /// Whether the answer is one that a trace store gives.
    pub understood: bool,
    /// What the store, the browser or the reading of the answer said; may be empty.
    pub said: String,
    /// How long it took, milliseconds.
    pub millis: u32,
}
