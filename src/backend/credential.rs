//! What a store wants to know of whoever asks: put onto requests to its own origin and no others.
//!
//! Kept by the shell in the browser's local storage, beside the settings and not among them, so that
//! files of settings hold no secrets. `Debug` prints none.

use std::fmt;

use otlp::json::base64;
use serde::{Deserialize, Serialize};
use trace::origin::Origin;

use crate::Request;
use crate::store::{Ask, Redirects};

/// The header by which Tempo and other stores of several tenants tell them apart.
const TENANT: &str = "x-scope-orgid";

/// Where Grafana asks its data sources for others.
pub(crate) const PROXY: &str = "/api/datasources/proxy/uid/";

/// A text that is not shown.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "secret" })
    }
}

/// How a store knows who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase")]
pub enum Credentials {
    /// It does not.
    #[default]
    None,
    /// By name and password (RFC 7617), as Grafana Cloud does.
    Basic {
        /// The name; it has no colon.
        user: String,
        /// The password.
        password: Secret,
    },
    /// By a token (RFC 6750), as Grafana's service accounts.
    Bearer {
        /// The token.
        token: Secret,
    },
}

/// A header that goes with every request, such as a vendor's own for its key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name, in whatever case.
    pub name: String,
    /// Its value.
    pub value: Secret,
}

/// All that goes to a store with every request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// Who asks.
    pub credentials: Credentials,
    /// Headers besides; each name once.
    pub headers: Vec<Header>,
    /// For which tenant (`X-Scope-OrgID`); empty for none.
    pub tenant: String,
}

/// Why credentials cannot be sent. Says no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Something has no text.
    Empty {
        /// What.
        what: &'static str,
    },
    /// Something has a character that cannot be sent there.
    Character {
        /// What.
        what: &'static str,
        /// Of what kind: a secret's own letters are not repeated.
        found: &'static str,
        /// Where it stands, counted from 1.
        at: usize,
        /// What may stand there.
        wanted: &'static str,
    },
    /// A header is set by the browser, or by us.
    Taken {
        /// Its name.
        name: String,
    },
    /// A header is there twice, or beside credentials that are the same header.
    Twice {
        /// Its name.
        name: String,
    },
    /// There are too many headers.
    Many {
        /// How many.
        found: usize,
    },
    /// A data source's name in Grafana has something else than letters, digits, `-` and `_`.
    Source,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { what } => write!(f, "the {what} is empty, wanted one"),
            Self::Character { what, found, at, wanted } => {
                write!(f, "the {what} has {found} at character {at}, wanted {wanted}")
            }
            Self::Taken { name } if name == TENANT => {
                write!(f, "{name} is what Tenant is for, wanted another header")
            }
            Self::Taken { name } => {
                write!(f, "{name} is set by the browser, wanted another header")
            }
            Self::Twice { name } => write!(f, "{name} is there twice, wanted each header once"),
            Self::Many { found } => {
                write!(f, "there are {found} headers, wanted at most {MOST_HEADERS}")
            }
            Self::Source => f.write_str(
                "that is no data source's UID, wanted up to 40 letters, digits, - and _",
            ),
        }
    }
}

impl std::error::Error for Flaw {}

/// More headers than this are none that anybody set.
const MOST_HEADERS: usize = 20;
const AUTHORIZATION: &str = "authorization";

/// Headers that `fetch` does not let anybody set (Fetch, forbidden request-header), and ours.
const TAKEN: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    TENANT,
];

impl Access {
    /// Whether all of it can be sent.
    ///
    /// # Errors
    /// What cannot.
    pub fn check(&self) -> Result<(), Flaw> {
        // Tempo's and Loki's have no space either, and one that is not seen leads to nobody's data.
        each("tenant", &self.tenant, "letters, digits and signs, without spaces", |at, letter| {
            letter == ' ' || strange(at, letter, &self.tenant)
        })?;
        match &self.credentials {
            Credentials::None => Ok(()),
            // A colon ends the name. Both are UTF-8 in base64, so most other letters will do.
            Credentials::Basic { user, password } => {
                const NAME: &str = "one without colons and control characters";
                const PASSWORD: &str = "one without control characters";
                if user.is_empty() {
                    return Err(Flaw::Empty { what: "name" });
                }
                each("name", user, NAME, |_, letter| letter == ':' || letter.is_control())?;
                each("password", &password.0, PASSWORD, |_, letter| letter.is_control())
            }
            Credentials::Bearer { token } => filled("token", &token.0),
        }?;
        if self.headers.len() > MOST_HEADERS {
            return Err(Flaw::Many { found: self.headers.len() });
        }
        let mut known = Vec::new();
        if self.credentials != Credentials::None {
            known.push(AUTHORIZATION.to_owned());
        }
        for Header { name, value } in &self.headers {
            let name = header(name)?;
            filled("header's value", &value.0)?;
            if known.contains(&name) {
                return Err(Flaw::Twice { name });
            }
            known.push(name);
        }
        Ok(())
    }

    /// Puts it onto a request, if that goes to the origin of the store's address, and if it can be
    /// sent. Whether something was put, so that the request must not be redirected.
    pub fn put(&self, address: &str, request: &mut Request) -> bool {
        let own = Origin::of(address).is_ok_and(|own| Origin::of(&request.url) == Ok(own));
        if !own || self.check().is_err() {
            return false;
        }
        let mut put = |name: &str, value: String| {
            request.headers.retain(|(known, _)| known != name);
            request.headers.push((name.to_owned(), value));
        };
        match &self.credentials {
            Credentials::None => {}
            Credentials::Basic { user, password } => {
                let mut value = "Basic ".to_owned();
                base64::encode(format!("{user}:{}", password.0).as_bytes(), &mut value);
                put(AUTHORIZATION, value);
            }
            Credentials::Bearer { token } => put(AUTHORIZATION, format!("Bearer {}", token.0)),
        }
        for Header { name, value } in &self.headers {
            put(&name.to_ascii_lowercase(), value.0.clone());
        }
        if !self.tenant.is_empty() {
            put(TENANT, self.tenant.clone());
        }
        *self != Self::default()
    }

    /// Puts it onto what a shell is to send, which then may follow no redirect.
    #[must_use]
    pub fn sign(&self, address: &str, mut ask: Ask) -> Ask {
        if self.put(address, &mut ask.request) {
            ask.redirects = Redirects::Refuse;
        }
        ask
    }
}

/// The address of a store behind Grafana, which asks its data source for us. `uid` is the data
/// source's, as its page in Grafana has it in the address.
///
/// # Errors
/// When that is no UID.
pub fn grafana(address: &str, uid: &str) -> Result<String, Flaw> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !(1..=40).contains(&uid.len()) || !uid.bytes().all(plain) {
        return Err(Flaw::Source);
    }
    let address = address.trim().trim_end_matches('/');
    Ok(format!("{address}{PROXY}{uid}"))
}

/// A header's name: a token (RFC 9110, 5.6.2) that nobody else sets.
/// In lower case.
fn header(name: &str) -> Result<String, Flaw> {
    const WHAT: &str = "header's name";
    if name.is_empty() {
        return Err(Flaw::Empty { what: WHAT });
    }
    let token = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
    each(WHAT, name, "letters, digits and hyphens", |_, letter| !token(letter))?;
    let small = name.to_ascii_lowercase();
    let kept = small.starts_with("proxy-") || small.starts_with("sec-");
    if kept || TAKEN.contains(&&*small) {
        return Err(Flaw::Taken { name: small });
    }
    Ok(small)
}

fn filled(what: &'static str, text: &str) -> Result<(), Flaw> {
    if text.is_empty() { Err(Flaw::Empty { what }) } else { value(what, text) }
}

/// A header's value: visible ASCII, with spaces inside. A line break would begin another header.
fn value(what: &'static str, text: &str) -> Result<(), Flaw> {
    each(what, text, "visible ASCII, with spaces inside only", |at, letter| {
        strange(at, letter, text)
    })
}

/// Whether a letter may not stand where it does in a header's value.
fn strange(at: usize, letter: char, text: &str) -> bool {
    let ends = at == 0 || at + 1 == text.chars().count();
    !matches!(letter, ' '..='~') || letter == ' ' && ends
}

/// Looks at every letter of a text.
fn each(
    what: &'static str,
    text: &str,
    wanted: &'static str,
    bad: impl Fn(usize, char) -> bool,
) -> Result<(), Flaw> {
    match text.chars().enumerate().find(|(at, letter)| bad(*at, *letter)) {
        Some((at, letter)) => {
            Err(Flaw::Character { what, found: kind(letter), at: at + 1, wanted })
        }
        None => Ok(()),
    }
}

/// What a letter is, without saying which.
const fn kind(letter: char) -> &'static str {
    match letter {
        '\n' | '\r' => "a line break",
        '\t' => "a tab",
        ' ' => "a space",
        ':' => "a colon",
        '!'..='~' => "a sign",
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => "a control character",
        _ => "a letter outside ASCII",
    }
}

#[cfg(test)]
mod tests;
