//! Takes secrets out of what a page stated, before anything is stored.
//!
//! Owns which names are secret and what stays of a URL. Works on text as it stands, never through
//! a URL parser: a secret in an address that no parser accepts is still a secret.

use crate::record::{Navigation, Record, Resource};

/// What stands where a secret was (semantic conventions, `url.full`).
const REDACTED: &str = "REDACTED";
/// Ends a text that was cut at its limit; no URL that a browser wrote contains it.
pub(crate) const CUT: char = '…';

/// Parameters that are secret by their whole name, written as [`plain`] leaves them. With the
/// parts below they cover the semantic conventions' list for `url.full`.
const NAMES: [&str; 19] = [
    "accesskey",
    "assertion",
    "auth",
    "authorization",
    "awsaccesskeyid",
    "code",
    "jws",
    "jwt",
    "key",
    "otp",
    "pass",
    "pin",
    "pwd",
    "samlrequest",
    "samlresponse",
    "sid",
    "sig",
    "subscriptionkey",
    "ticket",
];

/// Parts that make any name secret: `csrf_token`, `client_secret`, `PHPSESSID`, `X-Amz-Signature`.
const PARTS: [&str; 7] = ["token", "secret", "passw", "signature", "credential", "apikey", "sessi"];

/// Where a part first stands in a text. The standard library's search, made for long texts, is 3 kB
/// of WebAssembly.
fn find(text: &str, part: &str) -> Option<usize> {
    text.as_bytes().windows(part.len()).position(|window| window == part.as_bytes())
}

/// A name without what spellings differ in: case, percent-encoding, dashes, underscores.
fn plain(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut plain = String::with_capacity(name.len());
    let mut at = 0;
    while at < bytes.len() {
        let coded = (bytes[at] == b'%').then(|| name.get(at + 1..at + 3)).flatten();
        let decoded = coded.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        at += if decoded.is_some() { 3 } else { 1 };
        let byte = decoded.unwrap_or(bytes[at - 1]);
        if byte.is_ascii_alphanumeric() {
            plain.push(char::from(byte.to_ascii_lowercase()));
        }
    }
    plain
}

/// Whether a parameter of this name holds a secret.
fn secret(name: &str) -> bool {
    let name = plain(name);
    NAMES.contains(&name.as_str()) || PARTS.iter().any(|part| find(&name, part).is_some())
}

/// Whether a value is a JSON Web Token, whatever its parameter is called (RFC 7519: base64url of
/// `{"` first, two dots).
fn token(value: &str) -> bool {
    value.starts_with("eyJ") && value.split('.').count() == 3
}

/// Copies `name=value` pairs, each secret value replaced.
fn pairs(text: &str, separator: char, to: &mut String) {
    for (at, pair) in text.split(separator).enumerate() {
        if at > 0 {
            to.push(separator);
        }
        match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && (secret(name) || token(value)) => {
                to.push_str(name);
                to.push('=');
                to.push_str(REDACTED);
            }
            _ => to.push_str(pair),
        }
    }
}

/// Copies scheme, authority and path: no user, and no `;jsessionid=` in a path segment.
fn address(text: &str, to: &mut String) {
    let after = find(text, "//").map_or(0, |at| at + 2);
    let (scheme, rest) = text.split_at_checked(after).unwrap_or(("", text));
    to.push_str(scheme);
    let end = if after == 0 { 0 } else { rest.find(['/', '\\']).unwrap_or(rest.len()) };
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    match authority.rsplit_once('@') {
        Some((_, host)) => {
            to.push_str("REDACTED:REDACTED@");
            to.push_str(host);
        }
        None => to.push_str(authority),
    }
    for (at, segment) in path.split('/').enumerate() {
        if at > 0 {
            to.push('/');
        }
        pairs(segment, ';', to);
    }
}

/// A URL without credentials: no user and password, no value of a parameter that is secret by its
/// name or is a token, in query, fragment or path. A `data:` URL keeps its media type only. The
/// rest stays byte for byte, and redacting twice changes nothing more.
#[must_use]
pub fn url(text: &str) -> String {
    if let Some(content) = text.strip_prefix("data:") {
        let media = content.split([',', CUT]).next().unwrap_or_default();
        return format!("data:{media},{CUT}");
    }
    let whole = text.strip_suffix(CUT);
    let (rest, fragment) = halves(whole.unwrap_or(text), '#');
    let (head, query) = halves(rest, '?');
    let mut clean = String::with_capacity(text.len());
    address(head, &mut clean);
    if let Some(query) = query {
        clean.push('?');
        pairs(query, '&', &mut clean);
    }
    if let Some(fragment) = fragment {
        clean.push('#');
        // `#access_token=…` of OAuth's implicit flow, `#/route?token=…` of client-side routers.
        let (route, query) = halves(fragment, '?');
        pairs(route, '&', &mut clean);
        if let Some(query) = query {
            clean.push('?');
            pairs(query, '&', &mut clean);
        }
    }
    clean.extend(whole.map(|_| CUT));
    clean
}

fn halves(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(head, tail)| (head, Some(tail)))
}

/// A record without secrets, ready to be stored.
#[must_use]
pub fn record(mut record: Record) -> Record {
    for address in addresses(&mut record) {
        *address = url(address);
    }
    record
}

/// The addresses in a record.
fn addresses(record: &mut Record) -> Vec<&mut String> {
    match record {
        Record::Document(it) => vec![&mut it.url, &mut it.referrer],
        Record::Navigation(it) => {
            let Navigation { timing, .. } = it.as_mut();
            vec![&mut timing.name]
        }
        Record::Resource(it) => {
            let Resource { timing, .. } = it.as_mut();
            vec![&mut timing.name]
        }
        Record::Request(it) => vec![&mut it.url],
        Record::Error(it) => vec![&mut it.url],
        Record::Broken(it) => vec![&mut it.url],
        Record::Vital(it) => vec![&mut it.attribution.url],
        Record::Frame(it) => it.scripts.iter_mut().map(|script| &mut script.source_url).collect(),
        Record::Page(it) => vec![&mut it.url],
        Record::Paint(_)
        | Record::Hidden(_)
        | Record::Operation(_)
        | Record::Task(_)
        | Record::Measure(_)
        | Record::Turn(_)
        | Record::Gap(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_go_and_the_rest_stays_byte_for_byte() {
        let cases = [
            (
                "https://shop.test/a?page=2&sort=price#top",
                "https://shop.test/a?page=2&sort=price#top",
            ),
            ("https://me:hunter2@shop.test/", "https://REDACTED:REDACTED@shop.test/"),
            ("https://a@b@shop.test/", "https://REDACTED:REDACTED@shop.test/"),
            ("http://shop.test/x@y?mail=a@b", "http://shop.test/x@y?mail=a@b"),
            ("/a?q=1&token=abc&x", "/a?q=1&token=REDACTED&x"),
            ("/cb?code=4%2F0A&state=9", "/cb?code=REDACTED&state=9"),
            ("/s3?X-Amz-Signature=ab&X-Amz-Date=1", "/s3?X-Amz-Signature=REDACTED&X-Amz-Date=1"),
            ("/gs?X-Goog-Signature=ab&sig=cd", "/gs?X-Goog-Signature=REDACTED&sig=REDACTED"),
            ("/a#access_token=ab&expires_in=9", "/a#access_token=REDACTED&expires_in=9"),
            ("/a#/reset?key=ab&step=2", "/a#/reset?key=REDACTED&step=2"),
            ("/a;jsessionid=AB12/b;v=1", "/a;jsessionid=REDACTED/b;v=1"),
            ("/a?next=eyJhbGciOi.eyJzdWIi.c2ln", "/a?next=REDACTED"),
            ("/a?token=", "/a?token="),
            ("data:text/plain;base64,c2VjcmV0", "data:text/plain;base64,…"),
        ];
        for (given, wanted) in cases {
            assert_eq!(url(given), wanted, "{given}");
        }
    }

    #[test]
    fn names_are_secret_in_every_spelling() {
        let secrets = "X-Amz-Credential X-Amz-Security-Token AWSAccessKeyId Signature sig token \
            id_token refresh_token ACCESS-TOKEN api_key apikey x-api-key key client_secret \
            password new_passwd pwd code session session_id sid PHPSESSID auth jwt %74oken \
            user[password] otp SAMLResponse _csrf_token";
        for name in secrets.split_whitespace() {
            assert!(secret(name), "{name}");
        }
        for name in "page q keyword country design inside passenger monkey %7 %zz %".split(' ') {
            assert!(!secret(name), "{name}");
        }
    }

    #[test]
    fn a_cut_url_stays_marked_as_cut() {
        assert_eq!(
            url("https://shop.test/?a=1&token=ab…"),
            "https://shop.test/?a=1&token=REDACTED…"
        );
        assert_eq!(url("https://shop.test/long…"), "https://shop.test/long…");
    }

    proptest! {
        #[test]
        fn redacting_twice_changes_nothing_more(text in "[a-z:/?#&=@;.%… tokenéJ]{0,80}") {
            let once = url(&text);
            prop_assert_eq!(url(&once), once);
        }

        #[test]
        fn a_secret_never_survives(
            name in prop::sample::select(&NAMES[..]),
            before in "[a-z=&]{0,9}",
            place in prop::sample::select(&["?", "#", "#/r?", "?a=b&", "#x=1&", "?#"][..]),
        ) {
            let clean = url(&format!("https://shop.test/{before}{place}{name}=SQUEAMISH"));
            prop_assert!(!clean.contains("SQUEAMISH"), "{}", clean);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,80}") {
            let _ = url(&text);
        }
    }
}
