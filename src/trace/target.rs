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
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty, wanted the beginning of a URL or a /regular expression/",
            Self::Slash => "it begins with / and does not end with /, as a regular expression does",
            Self::Scheme => "it has no http:// or https:// and host at its beginning",
        })
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
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() {
        return Err(TargetError::Scheme);
    }
    // A host that is not followed by anything must end there: `https://api.test` is not meant for
    // `https://api.test.evil.test`.
    let end = match host == rest {
        true if host.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']')) => "/",
        true => "(?::[0-9]+)?/",
        false => "",
    };
    Ok(format!("^{}{end}", escape(text)))
}

/// The regular expression of all documents of a host, on any port and with either scheme.
#[must_use]
pub fn host(host: &str) -> String {
    format!("^https?://(?:[^/?#@]*@)?{}(?::[0-9]+)?/", escape(host))
}

/// A text as a regular expression that means itself.
fn escape(text: &str) -> String {
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
        ] {
            assert_eq!(pattern(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_host_is_that_host_only() {
        assert_eq!(host("a.test"), "^https?://(?:[^/?#@]*@)?a\\.test(?::[0-9]+)?/");
    }
}
