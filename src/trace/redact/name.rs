//! Which names stand for secrets: of parameters, headers, attributes and fields.

use std::fmt;

/// Names that are secret as a whole, written as [`plain`] leaves them. With the parts below they
/// cover the semantic conventions' list for `url.full`.
pub(super) const NAMES: [&str; 20] = [
    "accesskey",
    "assertion",
    "auth",
    "authorization",
    "awsaccesskeyid",
    "code",
    "cookie",
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

/// Of those above, what people also write for something else: `error code: 404`, `key: Enter`,
/// `session: expired`.
const WORDS: [&str; 7] = ["assertion", "auth", "code", "key", "pass", "pin", "ticket"];

/// Why a line is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// It has a character that no name has.
    Letter {
        /// It.
        found: char,
    },
    /// It has no letter and no digit.
    Empty,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Letter { found } => write!(f, "has {found:?}")?,
            Self::Empty => f.write_str("has no letter and no digit")?,
        }
        f.write_str(", wanted a header, parameter or attribute, perhaps with * at its end")
    }
}

impl std::error::Error for NameError {}

/// A name without what spellings differ in: case, percent-encoding, dashes, underscores.
pub(super) fn plain(name: &str) -> String {
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

/// Where a part first stands in a text. The standard library's search, made for long texts, is 3 kB
/// of WebAssembly.
pub(super) fn find(text: &str, part: &str) -> Option<usize> {
    text.as_bytes().windows(part.len()).position(|window| window == part.as_bytes())
}

/// The names that are secret: ours, and those that the user adds.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    denied: Vec<Denied>,
}

/// A name that the user denies.
#[derive(Clone, Debug)]
struct Denied {
    plain: String,
    /// Whether it stands for all names that begin so: it ended with `*`.
    open: bool,
}

impl Names {
    /// Only ours.
    pub(super) const OURS: Self = Self { denied: Vec::new() };

    /// Ours and these.
    pub(super) fn with(denied: &[String]) -> Self {
        let denied = denied.iter().map(|name| {
            let name = name.trim();
            Denied { plain: plain(name), open: name.ends_with('*') }
        });
        Self { denied: denied.filter(|name| !name.plain.is_empty()).collect() }
    }

    /// Whether the user denies none.
    pub(super) const fn none(&self) -> bool {
        self.denied.is_empty()
    }

    /// Whether the user denies a name, or the last part of it: `authorization` is meant by
    /// `http.request.header.authorization` too.
    pub(super) fn denies(&self, name: &str) -> bool {
        if self.none() {
            return false;
        }
        let (whole, last) = (plain(name), plain(name.rsplit('.').next().unwrap_or_default()));
        self.denied.iter().any(|Denied { plain, open }| match open {
            true => whole.starts_with(plain),
            false => whole == *plain || last == *plain,
        })
    }

    /// Whether a parameter, a header or a field of this name holds a secret.
    pub(super) fn secret(&self, name: &str) -> bool {
        self.denies(name) || ours(&plain(name))
    }

    /// Whether a name in running text is that of a secret.
    pub(super) fn said(&self, name: &str) -> bool {
        let last = name.rsplit(['.', '[']).next().unwrap_or_default();
        let words = plain(last);
        let session = |it: &str| find(it, "sessi").is_some() && !it.ends_with("id");
        let said = |it: &str| ours(it) && !WORDS.contains(&it) && !session(it);
        self.denies(name) || said(&words) || said(&plain(name))
    }
}

fn ours(plain: &str) -> bool {
    NAMES.contains(&plain) || PARTS.iter().any(|part| find(plain, part).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_secret_in_every_spelling() {
        let secrets = "X-Amz-Credential X-Amz-Security-Token AWSAccessKeyId Signature sig token \
            id_token refresh_token ACCESS-TOKEN api_key apikey x-api-key key client_secret \
            password new_passwd pwd code session session_id sid PHPSESSID auth jwt %74oken \
            user[password] otp SAMLResponse _csrf_token Authorization Set-Cookie2token Cookie";
        for name in secrets.split_whitespace() {
            assert!(Names::OURS.secret(name), "{name}");
        }
        for name in "page q keyword country design inside passenger monkey %7 %zz %".split(' ') {
            assert!(!Names::OURS.secret(name), "{name}");
        }
    }

    #[test]
    fn a_word_in_running_text_is_no_secrets_name() {
        for name in ["password", "access_token", "user.apiKey", "PHPSESSID", "Authorization"] {
            assert!(Names::OURS.said(name), "{name}");
        }
        for name in ["code", "key", "session", "sessionStorage", "pass", "error.code"] {
            assert!(!Names::OURS.said(name), "{name}");
        }
    }

    #[test]
    fn what_the_user_denies_is_met_whole_by_its_last_part_or_by_its_beginning() {
        let names = Names::with(&["X-Tenant".into(), "user.*".into(), " ".into(), "*".into()]);
        for name in ["x-tenant", "x_tenant", "http.request.header.x-tenant", "user.id", "User.Mail"]
        {
            assert!(names.secret(name) && names.said(name), "{name}");
        }
        for name in ["tenant", "x-tenant.other", "my.user", ""] {
            assert!(!names.denies(name), "{name}");
        }
    }
}
