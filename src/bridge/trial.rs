//! What a store answered when it was tried. Facts; what they mean to a person is the surface's to
//! say.

use serde::{Deserialize, Serialize};

/// What was tried: one request or, until it is found out what a store speaks, several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trial {
    /// Method and address of the request that counts: the last one.
    #[serde(default)]
    pub tried: String,
    /// What the store was found to be; empty where that is not known.
    #[serde(default)]
    pub found: String,
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
