//! What the user has set, with the defaults.
//!
//! Plain data, kept as JSON. Reading tolerates what is missing: a setting that a file does not name
//! has its default.

use serde::{Deserialize, Serialize};

/// Where the embedded collector listens.
pub const COLLECTOR: &str = "http://127.0.0.1:4318";

/// What the user has set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Settings {
    /// Base URL of the trace store, for sending and asking. Empty for none: then nothing leaves
    /// the browser.
    pub store: String,
    /// What tells servers to trace.
    pub triggers: Triggers,
    /// The trace cookie.
    pub cookie: CookieSettings,
    /// Where a session's cookie and context go, unless it is started otherwise.
    pub scope: Scope,
    /// Origins besides the page's own that get its context: each a text that the URL begins with,
    /// or a regular expression between slashes.
    pub targets: Vec<String>,
    /// Paths whose requests carry nothing: what a path begins with, or a URL; a star in it stands for
    /// anything.
    pub excluded: Vec<String>,
    /// Sampling rules in order, a line each (`trace::sampler`).
    pub sampling: Vec<String>,
    /// Origins that are taken off the targets for now: their requests failed with our context. Not
    /// the user's wish, so it is kept apart.
    #[serde(skip)]
    pub paused: Vec<String>,
    /// When a session ends by itself, unless it is started otherwise.
    pub ending: Ending,
    /// Response header in which the user's server names the trace it made. Empty for none.
    pub answer: String,
    /// Where links lead.
    pub links: Links,
    /// Spans a month that the user wants to stay under.
    pub limit: u64,
    /// Sites of whose requests' bodies something is read, a line each (`trace::body`).
    pub bodies: Vec<String>,
    /// What is taken out of what is recorded, besides credentials.
    pub redaction: RedactionSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            store: COLLECTOR.to_owned(),
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
            limit: 1_000_000,
            bodies: Vec::new(),
            redaction: RedactionSettings::default(),
        }
    }
}

/// What tells servers to trace: any number of these at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own in the options")]
pub struct Triggers {
    /// The trace cookie.
    pub cookie: bool,
    /// `traceparent` and `baggage` (W3C).
    pub w3c: bool,
    /// The random flag in `traceparent` (W3C Trace Context Level 2).
    pub random: bool,
    /// `b3`.
    pub b3: bool,
    /// `X-B3-…`.
    pub b3_multi: bool,
    /// `uber-trace-id`.
    pub jaeger: bool,
    /// `sentry-trace` and its baggage.
    pub sentry: bool,
    /// `x-datadog-…`.
    pub datadog: bool,
    /// `X-Amzn-Trace-Id`.
    pub xray: bool,
    /// `X-Cloud-Trace-Context`.
    pub google: bool,
    /// `<meta name="traceparent">` in traced documents, for SDKs of the page.
    pub meta: bool,
    /// A header that the user names, `name: value`; the value may hold `{traceId}`, `{spanId}` and
    /// `{sessionId}`. Empty for none.
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
#[serde(default, rename_all = "camelCase")]
pub struct CookieSettings {
    /// Its name.
    pub name: String,
    /// Secret with which it is signed (HMAC-SHA-256). Empty: it is not signed.
    pub secret: String,
}

impl Default for CookieSettings {
    fn default() -> Self {
        Self { name: crate::cookie::NAME.to_owned(), secret: String::new() }
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
#[serde(default, rename_all = "camelCase")]
pub struct Ending {
    /// After this many minutes; 0 for never.
    pub minutes: u32,
    /// After this many traced requests; 0 for never.
    pub requests: u32,
    /// When the panel of its tab is closed.
    pub panel: bool,
}

/// Where links lead: URL templates; empty for the built-in dashboard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Links {
    /// Of View Page Trace and View Trace.
    pub trace: String,
    /// Of View Session Traces.
    pub session: String,
}

/// What is taken out of what is recorded, besides credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RedactionSettings {
    /// Names of headers, attributes and parameters whose values are never kept; one that ends with
    /// `*` stands for all that begin so.
    pub names: Vec<String>,
    /// Each a text or a regular expression between slashes, and after `=>` what stands instead.
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
        settings.scope = Scope::Site;
        settings.triggers.b3_multi = true;
        settings.targets = vec!["/^https:/".to_owned()];
        assert_eq!(json::read(&json::write(&settings)), Ok(settings));
        let partly: Settings = json::read(r#"{"store":"","ending":{"minutes":15}}"#).unwrap();
        assert_eq!(partly.ending, Ending { minutes: 15, ..Ending::default() });
        assert!(partly.triggers.w3c);
    }
}
