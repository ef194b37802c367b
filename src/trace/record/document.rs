//! A document: what it says of itself, and what changed of it and its device.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{AGENT_LIMIT, NAME_LIMIT, Texts, URL_LIMIT, WORD_LIMIT};
use crate::{PageMillis, TraceContext};

/// What is known of a document at its start.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "each is the browser's word of its own")]
pub struct Document {
    /// Its address; empty where only tracers are told.
    #[serde(default)]
    pub url: String,
    /// Where its reader came from; often empty.
    #[serde(default)]
    pub referrer: String,
    /// `navigator.userAgent`.
    #[serde(default)]
    pub user_agent: String,
    /// `navigator.language`.
    #[serde(default)]
    pub language: String,
    /// Width of the viewport, CSS pixels.
    #[serde(default)]
    pub width: u32,
    /// Height of the viewport, CSS pixels.
    #[serde(default)]
    pub height: u32,
    /// `visible` or `hidden`.
    #[serde(default)]
    pub visibility: String,
    /// `navigator.userAgentData.platform`; empty where the browser has none.
    #[serde(default)]
    pub platform: String,
    /// `navigator.userAgentData.mobile`.
    #[serde(default)]
    pub mobile: Option<bool>,
    /// `navigator.userAgentData.brands`: `Chromium 156, Google Chrome 156`.
    #[serde(default)]
    pub brands: String,
    /// `navigator.connection.effectiveType`.
    #[serde(default)]
    pub connection: String,
    /// `navigator.onLine`.
    #[serde(default)]
    pub online: Option<bool>,
    /// Whether it was prerendered when it began.
    #[serde(default)]
    pub prerendered: bool,
    /// `navigator.userAgentData` as the browser writes it, from which the three come.
    #[serde(default, skip_serializing)]
    pub agent: Option<Agent>,
    /// Session ids of tracers in the page: `otel:…`, `faro:…`, `datadog:…`, a line each. The relay states
    /// the beginnings of what these keep, each up to its id.
    #[serde(default)]
    pub sdk: String,
    /// Who the page says that its user is, where the options name the place.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// When it says so.
    #[serde(default)]
    pub since: PageMillis,
}

/// `navigator.userAgentData`.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Deserialize)]
pub struct Agent {
    #[serde(default)]
    platform: String,
    #[serde(default)]
    mobile: Option<bool>,
    #[serde(default)]
    brands: Vec<Brand>,
}

#[derive(Clone, Debug, PartialEq, PartialOrd, Deserialize)]
struct Brand {
    brand: String,
    version: String,
}

/// What keeps a tracer's session, and the tracer.
const TRACERS: [(&str, &str); 4] =
    [("otel", "otel"), ("faro", "faro"), ("_dd_s", "datadog"), ("datadog", "datadog")];

/// A tracer and its session's id, which is the last word of what the relay read.
fn tracer(text: &str) -> Option<String> {
    let text = text.trim_end_matches(',');
    let (_, name) = TRACERS.iter().find(|(keeper, _)| text.starts_with(keeper))?;
    let id = text.rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').next()?;
    (!id.is_empty()).then(|| format!("{name}:{id}"))
}

impl Document {
    /// Takes apart what the browser tells in one, and keeps nothing of the tracers but their ids.
    pub(super) fn tidy(&mut self) {
        if let Some(Agent { platform, mobile, brands }) = self.agent.take() {
            let brands = brands.iter().map(|Brand { brand, version }| format!("{brand} {version}"));
            self.brands = brands.collect::<Vec<_>>().join(", ");
            (self.platform, self.mobile) = (platform, mobile);
        }
        let tracers: Vec<String> = self.sdk.split('\n').filter_map(tracer).collect();
        self.sdk = tracers.join("\n");
    }

    pub(super) fn texts(&mut self) -> Texts<'_> {
        vec![
            (&mut self.url, URL_LIMIT),
            (&mut self.referrer, URL_LIMIT),
            (&mut self.user_agent, AGENT_LIMIT),
            (&mut self.language, WORD_LIMIT),
            (&mut self.visibility, WORD_LIMIT),
            (&mut self.platform, WORD_LIMIT),
            (&mut self.brands, AGENT_LIMIT),
            (&mut self.connection, WORD_LIMIT),
            (&mut self.sdk, AGENT_LIMIT),
            (&mut self.user, NAME_LIMIT),
        ]
    }
}

/// A page within the document: a soft navigation, or a return from the back/forward cache.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Soft {
    /// When it began.
    pub at: PageMillis,
    /// `push`, `replace`, `traverse`, or `restore` for the back/forward cache.
    #[serde(default)]
    pub way: String,
    /// Its address.
    #[serde(default)]
    pub url: String,
    /// Its trace, and the root of it.
    #[serde(deserialize_with = "context", serialize_with = "traceparent")]
    pub context: TraceContext,
}

impl Soft {
    pub(super) fn texts(&mut self) -> Texts<'_> {
        vec![(&mut self.way, WORD_LIMIT), (&mut self.url, URL_LIMIT)]
    }
}

fn context<'de, D: Deserializer<'de>>(from: D) -> Result<TraceContext, D::Error> {
    String::deserialize(from)?.parse().map_err(D::Error::custom)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn traceparent<S: Serializer>(context: &TraceContext, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(context)
}

/// The page was hidden or left.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Hidden {
    /// When.
    pub at: PageMillis,
}

/// Something of the device changed: the page was hidden or shown, the network went or came.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Turn {
    /// When.
    pub at: PageMillis,
    /// `visible` or `hidden`.
    #[serde(default)]
    pub visibility: String,
    /// `navigator.onLine`.
    #[serde(default)]
    pub online: Option<bool>,
    /// `navigator.connection.effectiveType`.
    #[serde(default)]
    pub connection: String,
}

impl Turn {
    pub(super) fn texts(&mut self) -> Texts<'_> {
        vec![(&mut self.visibility, WORD_LIMIT), (&mut self.connection, WORD_LIMIT)]
    }
}

/// Timing entries that the browser dropped before anybody could read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Serialize, Deserialize)]
pub struct Gap {
    /// How many.
    pub count: u32,
}
