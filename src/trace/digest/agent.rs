//! Which browser it was: by the brands that it tells, else by its user agent.

use crate::attribute::{Attributes, Value, key};

use super::said;

/// A browser and where it ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Agent {
    pub(super) browser: String,
    pub(super) version: String,
    pub(super) system: String,
    pub(super) device: String,
}

/// Brands by which browsers of one engine know each other.
const ENGINE: &str = "Chromium";
/// Marks in user agents, the narrower first: most name those that they came of as well.
const AGENTS: [(&str, &str); 11] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];
/// As above, of systems.
const SYSTEMS: [(&str, &str); 9] = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("iPod", "iOS"),
    ("CrOS", "Chrome OS"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

impl Agent {
    /// Reads what the attributes of a resource and a user agent say.
    pub(super) fn of(resource: &Attributes, agent: &str) -> Self {
        let (browser, version) = branded(resource).or_else(|| named(agent)).unwrap_or_default();
        let platform = said::first(resource, &[key::BROWSER_PLATFORM]);
        let known = SYSTEMS.into_iter().find(|(mark, _)| agent.contains(mark));
        let system = if platform.is_empty() {
            known.map_or("", |(_, system)| system).to_owned()
        } else {
            platform
        };
        let mobile = match resource.get(key::BROWSER_MOBILE) {
            Some(Value::Bool(mobile)) => Some(*mobile),
            _ if agent.is_empty() => None,
            _ => Some(agent.contains("Mobi") || agent.contains("Android")),
        };
        let device = mobile.map_or("", |mobile| if mobile { "Mobile" } else { "Desktop" });
        Self { browser, version, system, device: device.to_owned() }
    }
}

/// By the brands: the narrowest, which is any but the engine's and the one that is made up so that
/// nobody relies on a list (User-Agent Client Hints, GREASE).
fn branded(resource: &Attributes) -> Option<(String, String)> {
    let Some(Value::List(brands)) = resource.get(key::BROWSER_BRANDS) else { return None };
    let pairs = brands.iter().filter_map(|brand| brand.as_text()?.trim().rsplit_once(' '));
    let real = pairs.filter(|(name, _)| !grease(name));
    let (name, version) = real.min_by_key(|(name, _)| *name == ENGINE)?;
    let name = match name {
        "Google Chrome" | "HeadlessChrome" => "Chrome",
        "Microsoft Edge" => "Edge",
        name => name,
    };
    Some((said::cut(name, said::WORD), said::cut(version, said::WORD)))
}

fn grease(name: &str) -> bool {
    let letters = name.bytes().filter(u8::is_ascii_alphabetic).take(10);
    letters.map(|letter| letter.to_ascii_lowercase()).eq(*b"notabrand")
}

/// By the user agent: a name and the version behind it.
fn named(agent: &str) -> Option<(String, String)> {
    let marked = AGENTS.into_iter().find_map(|(mark, name)| {
        let (_, rest) = agent.split_once(mark)?;
        Some((name, rest))
    });
    let (name, rest) = marked?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let version = &rest[..end.unwrap_or(rest.len())];
    // Browsers of today tell their number and noughts.
    let mut version = version.trim_end_matches('.');
    while let Some(shorter) = version.strip_suffix(".0") {
        version = shorter;
    }
    Some((name.to_owned(), said::cut(version, said::WORD)))
}
