//! What traces and their parts are called in short.

use std::time::Duration;

use trace::quantity;

/// An address or a path whose ids are all the same: digits, or long and hexadecimal with digits in
/// it.
#[must_use]
pub fn route(url: &str) -> String {
    let id = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        let hex = part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        digits > 0 && (digits == part.len() || hex && part.len() >= 8)
    };
    let host = url.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = url.split_at(host);
    let parts = rest.split('/').enumerate();
    let parts: Vec<&str> =
        parts.map(|(at, part)| if at > 0 && id(part) { "{}" } else { part }).collect();
    format!("{scheme}{}", parts.join("/"))
}

/// So many nanoseconds.
#[must_use]
pub fn time(nanos: u64) -> String {
    quantity::duration(Duration::from_nanos(nanos))
}

/// As much of an id as tells it from its neighbours.
#[must_use]
pub fn short(id: &str) -> String {
    id.chars().take(8).collect()
}
