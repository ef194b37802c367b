//! URLs without credentials. Works on text as it stands, never through a URL parser: a secret in an
//! address that no parser accepts is still a secret.

use std::borrow::Cow;

use super::name::{Names, find};
use super::{CUT, REDACTED};

/// Whether a value is a JSON Web Token, whatever its parameter is called (RFC 7519: base64url of
/// `{"` first, two dots).
fn token(value: &str) -> bool {
    value.starts_with("eyJ") && value.split('.').count() == 3
}

/// Copies `name=value` pairs, each secret value replaced.
fn pairs(text: &str, separator: char, names: &Names, to: &mut String) {
    for (at, pair) in text.split(separator).enumerate() {
        if at > 0 {
            to.push(separator);
        }
        match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && (names.secret(name) || token(value)) => {
                to.push_str(name);
                to.push('=');
                to.push_str(REDACTED);
            }
            _ => to.push_str(pair),
        }
    }
}

/// Copies scheme, authority and path: no user, and no `;jsessionid=` in a path segment.
fn address(text: &str, names: &Names, to: &mut String) {
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
        pairs(segment, ';', names, to);
    }
}

/// A URL without credentials: no user and password, no value of a parameter that is secret by its
/// name or is a token, in query, fragment or path. A `data:` URL keeps its media type only. The
/// rest stays byte for byte, and redacting twice changes nothing more.
pub(super) fn clean(text: &str, names: &Names) -> String {
    if let Some(content) = text.strip_prefix("data:") {
        let media = content.split([',', CUT]).next().unwrap_or_default();
        return format!("data:{media},{CUT}");
    }
    let whole = text.strip_suffix(CUT);
    let (rest, fragment) = halves(whole.unwrap_or(text), '#');
    let (head, query) = halves(rest, '?');
    let mut clean = String::with_capacity(text.len());
    address(head, names, &mut clean);
    if let Some(query) = query {
        clean.push('?');
        pairs(query, '&', names, &mut clean);
    }
    if let Some(fragment) = fragment {
        clean.push('#');
        // `#access_token=…` of OAuth's implicit flow, `#/route?token=…` of client-side routers.
        let (route, query) = halves(fragment, '?');
        pairs(route, '&', names, &mut clean);
        if let Some(query) = query {
            clean.push('?');
            pairs(query, '&', names, &mut clean);
        }
    }
    clean.extend(whole.map(|_| CUT));
    clean
}

/// A form's content, as it is written into a body (`a=1&token=x`), without credentials.
pub(super) fn form(text: &str, names: &Names) -> String {
    let mut clean = String::with_capacity(text.len());
    let separator = if text.contains('&') { '&' } else { ';' };
    pairs(text, separator, names, &mut clean);
    clean
}

fn halves(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(head, tail)| (head, Some(tail)))
}

/// An address inside another's parameter, where its separators are percent-encoded
/// (`?next=%2Fa%3Ftoken%3Dx`): its secret values are replaced too.
pub(super) fn nested(text: &str, names: &Names) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let bytes = rest.as_bytes();
        let ended = (0..bytes.len()).find_map(|at| Some((at, separator(&bytes[at..])?)));
        let (end, length) = ended.unwrap_or((bytes.len(), 0));
        // Separators are ASCII, so there is a character's border on both sides.
        piece(rest.get(..end).unwrap_or_default(), names, &mut clean);
        clean.push_str(rest.get(end..end + length).unwrap_or_default());
        rest = rest.get(end + length..).unwrap_or_default();
    }
    clean
}

/// A text that was cut where an address may still have had its user's name and password goes
/// without them.
pub(super) fn severed(text: &str) -> Cow<'_, str> {
    let slashes = |whole: &str| whole.as_bytes().windows(2).rposition(|pair| pair == b"//");
    let whole = text.strip_suffix(CUT);
    let cut = whole.and_then(|whole| whole.split_at_checked(slashes(whole)? + 2));
    let Some((head, tail)) = cut else { return Cow::Borrowed(text) };
    if !tail.contains(':') || tail.contains(['/', '?', '#', '@', ' ']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{head}{REDACTED}{CUT}"))
}

/// How long the separator is with which a text begins, as it stands or encoded.
fn separator(text: &[u8]) -> Option<usize> {
    match text {
        [b'&' | b'?' | b'=' | b'#' | b';', ..] => Some(1),
        [b'%', b'2', b'3' | b'6', ..] | [b'%', b'3', b'b' | b'B' | b'f' | b'F', ..] => Some(3),
        _ => None,
    }
}

/// Copies what may be `name%3Dvalue`.
fn piece(text: &str, names: &Names, to: &mut String) {
    let at = text.as_bytes().windows(3).position(|it| matches!(it, b"%3D" | b"%3d"));
    let split =
        at.and_then(|at| Some((text.get(..at)?, text.get(at..at + 3)?, text.get(at + 3..)?)));
    match split {
        Some((name, equals, value)) if !value.is_empty() && names.secret(name) => {
            to.push_str(name);
            to.push_str(equals);
            to.push_str(REDACTED);
            to.extend(value.ends_with(CUT).then_some(CUT));
        }
        _ => to.push_str(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> String {
        clean(text, &Names::OURS)
    }

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
    fn a_cut_url_stays_marked_as_cut() {
        assert_eq!(
            url("https://shop.test/?a=1&token=ab…"),
            "https://shop.test/?a=1&token=REDACTED…"
        );
        assert_eq!(url("https://shop.test/long…"), "https://shop.test/long…");
    }

    #[test]
    fn what_the_user_denies_goes_too() {
        let names = Names::with(&["tenant".to_owned()]);
        assert_eq!(clean("/a?tenant=7&q=1", &names), "/a?tenant=REDACTED&q=1");
    }

    #[test]
    fn an_address_in_an_address_has_no_secret_either() {
        for (given, wanted) in [
            (
                "/in?next=%2Fa%3Fq%3D1%26token%3Dabc%26z%3D2",
                "/in?next=%2Fa%3Fq%3D1%26token%3DREDACTED%26z%3D2",
            ),
            ("/in?next=%2fa%3ftoken%3dabc&b=1", "/in?next=%2fa%3ftoken%3dREDACTED&b=1"),
            ("/in?next=token%3Dab…", "/in?next=token%3DREDACTED…"),
            ("/in?q=a%3Db%3D", "/in?q=a%3Db%3D"),
            ("%3D", "%3D"),
        ] {
            let once = nested(given, &Names::OURS);
            assert_eq!(once, wanted, "{given}");
            assert_eq!(nested(&once, &Names::OURS), wanted, "{given}");
        }
    }
}
