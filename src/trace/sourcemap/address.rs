//! Where a script's map is, and what an address relative to another means.

use super::vlq::digit;

/// How much of a script's end is looked through for the comment, bytes.
const TAIL: usize = 64 * 1024;

/// The address in the last `//# sourceMappingURL=` of a script; `None` where it has none. An inline
/// map may be longer than what is looked through, so the comment is looked for by its beginning.
#[must_use]
pub fn mentioned(script: &str) -> Option<&str> {
    let marks = ["//# sourceMappingURL=", "//@ sourceMappingURL="];
    let found = marks.into_iter().filter_map(|mark| script.rfind(mark).map(|at| at + mark.len()));
    let rest = script.get(found.max()?..)?;
    let (address, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    // A comment in the middle of a script is somebody's text.
    let last = behind.len() < TAIL
        && behind.lines().all(|line| {
            let line = line.trim();
            line.is_empty()
                || line.starts_with("//")
                || line.starts_with("/*")
                || line.starts_with('*')
        });
    (last && !address.is_empty()).then_some(address)
}

/// The text of a `data:` address in base 64, or as it is written; `None` for other addresses, and for
/// what is broken.
#[must_use]
pub fn inline(address: &str) -> Option<String> {
    let (head, body) = address.strip_prefix("data:")?.split_once(',')?;
    if !head.ends_with(";base64") {
        return percent(body);
    }
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in body.trim_end_matches('=').bytes() {
        held = held << 6 | u32::from(digit(byte)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

fn percent(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend(parts.next()?.bytes());
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(part.get(2..)?.bytes());
    }
    String::from_utf8(bytes).ok()
}

/// What an address means in a file at an http or https address; `None` for other schemes.
#[must_use]
pub fn resolve(base: &str, address: &str) -> Option<String> {
    let (scheme, rest) = base.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let whole = match address {
        _ if address.starts_with("http://") || address.starts_with("https://") => {
            address.to_owned()
        }
        _ if address.starts_with("//") => format!("{scheme}:{address}"),
        _ if address.starts_with('/') => format!("{scheme}://{host}{address}"),
        _ if address.split(['/', '?', '#']).next().is_some_and(|first| first.contains(':')) => {
            return None;
        }
        _ => {
            let path = rest.get(host.len()..)?.split(['?', '#']).next()?;
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{scheme}://{host}{folder}/{address}")
        }
    };
    let allowed = scheme == "http" || scheme == "https";
    allowed.then(|| straight(&whole))
}

/// Without `.` and `..` in its path.
fn straight(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let (path, query) = rest.split_at(end);
    let mut parts: Vec<&str> = Vec::new();
    for (at, part) in path.split('/').enumerate() {
        match part {
            "." if at > 0 => {}
            ".." if at > 0 => parts.truncate(parts.len().saturating_sub(1).max(1)),
            _ => parts.push(part),
        }
    }
    format!("{scheme}://{}{query}", parts.join("/"))
}
