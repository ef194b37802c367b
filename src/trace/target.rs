//! Origins of the user's own choice that get a page's context: each a text that the URL begins
//! with, or a regular expression between slashes. Both become one that the browser's rules take.
//!
//! Whether the browser takes it is the browser's to say.

use std::fmt;

/// Why a text names no target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetError {
    /// It is empty.
    Empty,
    /// It begins with a slash and does not end with one.
    Slash,
    /// It does not begin with `http://` or `https://` and a host.
    Scheme,
    /// It has a character that no URL has when the browser's rules see it: white space, a control
    /// character, or one that is percent-encoded there.
    Letter {
        /// It.
        found: char,
    },
    /// Its host has a character that no host has.
    Host {
        /// It.
        found: char,
    },
    /// Its port is not a number up to 65535.
    Port,
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => {
                f.write_str("is empty, wanted the beginning of a URL, or /a regular expression/")
            }
            Self::Slash => f.write_str(
                "begins a regular expression that does not end, wanted a slash at its end",
            ),
            Self::Scheme => f.write_str(
                "does not begin with http:// or https:// and a host, wanted the beginning of such \
                 a URL, or /a regular expression/",
            ),
            Self::Letter { found } => {
                write!(f, "has {found:?}, which is in no URL, wanted it percent-encoded")
            }
            Self::Host { found } => {
                write!(f, "has {found:?} in its host, wanted a to z, digits, hyphens and dots")
            }
            Self::Port => f.write_str("has no port after its colon, wanted a number up to 65535"),
        }
    }
}

impl std::error::Error for TargetError {}

/// The regular expression (RE2) of a target.
///
/// # Errors
/// When the text names none.
pub fn pattern(text: &str) -> Result<String, TargetError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TargetError::Empty);
    }
    if let Some(rest) = text.strip_prefix('/') {
        let inner = rest.strip_suffix('/').ok_or(TargetError::Slash)?;
        return if inner.is_empty() { Err(TargetError::Empty) } else { Ok(inner.to_owned()) };
    }
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let rest = rest.ok_or(TargetError::Scheme)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        // A colon inside brackets belongs to an IPv6 address.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    check_host(host)?;
    if port.is_some_and(|port| port.starts_with('+') || port.parse::<u16>().is_err()) {
        return Err(TargetError::Port);
    }
    if let Some(found) = text.chars().find(|letter| !letter.is_ascii_graphic()) {
        return Err(TargetError::Letter { found });
    }
    // A host that is not followed by anything must end there: `https://api.test` is not meant for
    // `https://api.test.evil.test`.
    let end = match port {
        _ if authority != rest => "",
        Some(_) => "/",
        None => "(?::[0-9]+)?/",
    };
    Ok(format!("^{}{end}", escape(text)))
}

/// What all URLs of a target begin with; `None` of a regular expression.
#[must_use]
pub fn beginning(text: &str) -> Option<String> {
    let text = text.trim();
    let (_, rest) = text.split_once("://").filter(|_| !text.starts_with('/'))?;
    let end = if rest.contains(['/', '?', '#']) { "" } else { "/" };
    Some(format!("{text}{end}"))
}

/// Checks the characters of a host as it stands in the URLs that the browser's rules see: a name of
/// other letters is there in its form that begins with `xn--`.
fn check_host(host: &str) -> Result<(), TargetError> {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let text = address.unwrap_or(host);
    if text.is_empty() {
        return Err(TargetError::Scheme);
    }
    let known = |letter: &char| match address {
        Some(_) => letter.is_ascii_hexdigit() || matches!(letter, ':' | '.'),
        None => letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_'),
    };
    match text.chars().find(|letter| !known(letter)) {
        Some(found) => Err(TargetError::Host { found }),
        None => Ok(()),
    }
}

/// The regular expression of all documents of a host, on any port and with either scheme.
#[must_use]
pub fn host(host: &str) -> String {
    format!("^https?://(?:[^/?#@]*@)?{}(?::[0-9]+)?/", escape(host))
}

/// The regular expression of all documents of the hosts below one.
#[must_use]
pub fn below(host: &str) -> String {
    format!("^https?://[^/?#]*\\.{}(?::[0-9]+)?/", escape(host))
}

/// A text as a regular expression that means itself.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if letter.is_ascii_punctuation() && !matches!(letter, '/' | ':' | '_' | '-') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_alone_ends_where_it_ends() {
        assert_eq!(pattern("https://api.test"), Ok("^https://api\\.test(?::[0-9]+)?/".to_owned()));
        assert_eq!(pattern("http://a.test:81"), Ok("^http://a\\.test:81/".to_owned()));
        assert_eq!(pattern("http://[::1]"), Ok("^http://\\[::1\\](?::[0-9]+)?/".to_owned()));
        assert_eq!(pattern(" https://a.test/v1 "), Ok("^https://a\\.test/v1".to_owned()));
    }

    #[test]
    fn what_stands_between_slashes_is_taken_as_it_is() {
        assert_eq!(pattern("/^https:.*\\/api/"), Ok("^https:.*\\/api".to_owned()));
    }

    #[test]
    fn what_names_nothing_says_what_was_wanted() {
        for (text, error) in [
            ("", TargetError::Empty),
            ("//", TargetError::Empty),
            ("/x", TargetError::Slash),
            ("api.test", TargetError::Scheme),
            ("https:///x", TargetError::Scheme),
            ("https://:80", TargetError::Scheme),
            ("http://[]", TargetError::Scheme),
        ] {
            assert_eq!(pattern(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_host_has_only_characters_of_hosts_and_a_port_only_digits() {
        for (text, found) in [
            ("http://a b", ' '),
            ("http://a\tb/x", '\t'),
            ("https://*.a.test", '*'),
            ("https://u@a.test/", '@'),
            ("https://a\\b", '\\'),
            ("https://ü.test", 'ü'),
            ("http://[::g]", 'g'),
            ("http://[::1", '['),
            ("http://a:b:80", ':'),
        ] {
            assert_eq!(pattern(text), Err(TargetError::Host { found }), "{text}");
        }
        for text in ["http://a:", "http://a:b", "http://a:+8", "http://a:65536/x"] {
            assert_eq!(pattern(text), Err(TargetError::Port), "{text}");
        }
        for text in
            ["http://[fe80::1.2.3.4]:81/", "https://my_host-1.test?a", "http://xn--tda.test"]
        {
            assert!(pattern(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_no_url_has_is_in_no_target_but_may_be_in_an_expression() {
        for (text, found) in
            [("http://a/b c", ' '), ("http://a/\u{7f}", '\u{7f}'), ("http://a/?\u{a0}x", '\u{a0}')]
        {
            assert_eq!(pattern(text), Err(TargetError::Letter { found }), "{text}");
        }
        assert_eq!(pattern("/a b/"), Ok("a b".to_owned()));
    }

    #[test]
    fn a_host_is_that_host_only() {
        assert_eq!(host("a.test"), "^https?://(?:[^/?#@]*@)?a\\.test(?::[0-9]+)?/");
    }
}
