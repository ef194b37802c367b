//! What the user has set, with the defaults.
//!
//! Plain data, kept as JSON. Reading tolerates what is missing: a setting that a file does not name
//! has its default.

use serde::{Deserialize, Serialize};

/// Where the embedded collector listens.
pub const COLLECTOR: &str = "http://127.0.0.1:4318";

/// What the user has set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Base URL of the trace store, for sending and asking. Empty for none: then nothing leaves
    /// the browser.
    #[serde(default = "collector")]
    pub store: String,
    /// What tells servers to trace.
    #[serde(default)]
    pub triggers: Triggers,
    /// The trace cookie.
    #[serde(default)]
    pub cookie: CookieSettings,
    /// Where a session's cookie and context go, unless it is started otherwise.
    #[serde(default)]
    pub scope: Scope,
    /// Origins besides the page's own that get its context: each a text that the URL begins with,
    /// or a regular expression between slashes.
    #[serde(default)]
    pub targets: Vec<String>,
    /// Paths whose requests carry nothing: what a path begins with, or a URL; a star in it stands for
    /// anything.
    #[serde(default)]
    pub excluded: Vec<String>,
    /// Sampling rules in order, a line each (`trace::sampler`).
    #[serde(default)]
    pub sampling: Vec<String>,
    /// Origins that are taken off the targets for now: their requests failed with our context. Not
    /// the user's wish, so it is kept apart.
    #[serde(skip)]
    pub paused: Vec<String>,
    /// When a session ends by itself, unless it is started otherwise.
    #[serde(default)]
    pub ending: Ending,
    /// Response header in which the user's server names the trace it made. Empty for none.
    #[serde(default)]
    pub answer: String,
    /// Where links lead.
    #[serde(default)]
    pub links: Links,
    /// Spans a month that the user wants to stay under.
    #[serde(default = "limit")]
    pub limit: u64,
    /// Sites of whose requests' bodies something is read, a line each (`trace::body`).
    #[serde(default)]
    pub bodies: Vec<String>,
    /// What is taken out of what is recorded, besides credentials.
    #[serde(default)]
    pub redaction: RedactionSettings,
}

// Each field says its own default: of a default of the whole, what is not needed would have to be
// dropped again, which is the larger half of the code.

fn collector() -> String {
    COLLECTOR.to_owned()
}

const fn limit() -> u64 {
    1_000_000
}

const fn on() -> bool {
    true
}

fn cookie_name() -> String {
    crate::cookie::NAME.to_owned()
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            store: collector(),
            triggers: Triggers::default(),
            cookie: CookieSettings::default(),
            scope: Scope::default(),
            targets: Vec::new(),
            excluded: Vec::new(),
            sampling: Vec::new(),
            paused: Vec::new(),
            ending: Ending::default(),
            answer: String::new(),
            links: Links::default(),
            limit: limit(),
            bodies: Vec::new(),
            redaction: RedactionSettings::default(),
        }
    }
}

/// What tells servers to trace: any number of these at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own in the options")]
pub struct Triggers {
    /// The trace cookie.
    #[serde(default = "on")]
    pub cookie: bool,
    /// `traceparent` and `baggage` (W3C).
    #[serde(default = "on")]
    pub w3c: bool,
    /// The random flag in `traceparent` (W3C Trace Context Level 2).
    #[serde(default = "on")]
    pub random: bool,
    /// `b3`.
    #[serde(default)]
    pub b3: bool,
    /// `X-B3-…`.
    #[serde(default)]
    pub b3_multi: bool,
    /// `uber-trace-id`.
    #[serde(default)]
    pub jaeger: bool,
    /// `sentry-trace` and its baggage.
    #[serde(default)]
    pub sentry: bool,
    /// `x-datadog-…`.
    #[serde(default)]
    pub datadog: bool,
    /// `X-Amzn-Trace-Id`.
    #[serde(default)]
    pub xray: bool,
    /// `X-Cloud-Trace-Context`.
    #[serde(default)]
    pub google: bool,
    /// `<meta name="traceparent">` in traced documents, for SDKs of the page.
    #[serde(default)]
    pub meta: bool,
    /// A header that the user names, `name: value`; the value may hold `{traceId}`, `{spanId}` and
    /// `{sessionId}`. Empty for none.
    #[serde(default)]
    pub header: String,
}

impl Default for Triggers {
    fn default() -> Self {
        Self {
            cookie: true,
            w3c: true,
            random: true,
            b3: false,
            b3_multi: false,
            jaeger: false,
            sentry: false,
            datadog: false,
            xray: false,
            google: false,
            meta: false,
            header: String::new(),
        }
    }
}

/// The trace cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CookieSettings {
    /// Its name.
    #[serde(default = "cookie_name")]
    pub name: String,
    /// Secret with which it is signed (HMAC-SHA-256). Empty: it is not signed.
    #[serde(default)]
    pub secret: String,
}

impl Default for CookieSettings {
    fn default() -> Self {
        Self { name: cookie_name(), secret: String::new() }
    }
}

/// How far a session reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// The page's host.
    #[default]
    Host,
    /// The page's registrable domain and all below it.
    Site,
}

/// When a session ends by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ending {
    /// After this many minutes; 0 for never.
    #[serde(default)]
    pub minutes: u32,
    /// After this many traced requests; 0 for never.
    #[serde(default)]
    pub requests: u32,
    /// When the panel of its tab is closed.
    #[serde(default)]
    pub panel: bool,
}

/// Where links lead: URL templates; empty for the built-in dashboard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Links {
    /// Of View Page Trace and View Trace.
    #[serde(default)]
    pub trace: String,
    /// Of View Session Traces.
    #[serde(default)]
    pub session: String,
}

/// What is taken out of what is recorded, besides credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RedactionSettings {
    /// Names of headers, attributes and parameters whose values are never kept; one that ends with
    /// `*` stands for all that begin so.
    #[serde(default)]
    pub names: Vec<String>,
    /// Each a text or a regular expression between slashes, and after `=>` what stands instead.
    #[serde(default)]
    pub patterns: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn settings_read_back_and_what_is_not_named_has_its_default() {
        let mut settings = Settings::default();
        assert_eq!(json::read(&json::write(&settings)), Ok(settings.clone()));
        assert_eq!(json::read("{}"), Ok(settings.clone()));
        let parts = r#"{"triggers":{},"cookie":{},"ending":{},"links":{},"redaction":{}}"#;
        assert_eq!(json::read(parts), Ok(settings.clone()));
        settings.scope = Scope::Site;
        settings.triggers.b3_multi = true;
        settings.targets = vec!["/^https:/".to_owned()];
        assert_eq!(json::read(&json::write(&settings)), Ok(settings));
        let partly: Settings = json::read(r#"{"store":"","ending":{"minutes":15}}"#).unwrap();
        assert_eq!(partly.ending, Ending { minutes: 15, ..Ending::default() });
        assert!(partly.triggers.w3c);
    }
}
