//! Where a page comes from: scheme, host and port of a URL that the browser has normalised.
//!
//! Not a general URL parser: the browser has parsed the address already, and only http and https
//! can be traced.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An http or https origin (RFC 6454).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// Whether the scheme is https.
    pub secure: bool,
    /// Host, lower case; an IPv6 address keeps its brackets.
    pub host: String,
    /// Port, where it is not the scheme's own.
    pub port: Option<u16>,
}

/// Why a page cannot be traced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginError {
    /// The address is not http or https.
    Scheme(String),
    /// There is no host, or the port is not a number.
    Host,
    /// The browser keeps extensions away from this host.
    Store(String),
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme(scheme) => write!(
                f,
                "This is a {scheme}: page. Only http: and https: pages make requests that can be traced."
            ),
            Self::Host => write!(f, "This page's address has no host to trace."),
            Self::Store(host) => {
                write!(f, "Browsers keep extensions away from their own stores, such as {host}.")
            }
        }
    }
}

impl std::error::Error for OriginError {}

/// Hosts on which browsers run no extension.
const STORES: [&str; 3] =
    ["chromewebstore.google.com", "addons.mozilla.org", "microsoftedge.microsoft.com"];

impl Origin {
    /// Reads the origin of a URL.
    ///
    /// # Errors
    /// When the page cannot be traced; the error is worded for the user.
    pub fn of(url: &str) -> Result<Self, OriginError> {
        let (scheme, rest) = url.split_once(':').unwrap_or(("", url));
        let secure = match scheme {
            "http" => false,
            "https" => true,
            _ => return Err(OriginError::Scheme(scheme.chars().take(40).collect())),
        };
        let rest = rest.strip_prefix("//").ok_or(OriginError::Host)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        // A colon inside brackets belongs to an IPv6 address.
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, Some(port.parse().map_err(|_| OriginError::Host)?))
            }
            _ => (place, None),
        };
        if host.is_empty() {
            return Err(OriginError::Host);
        }
        if STORES.contains(&host) {
            return Err(OriginError::Store(host.to_owned()));
        }
        let own = if secure { 443 } else { 80 };
        let port = port.filter(|port| *port != own);
        Ok(Self { secure, host: host.to_ascii_lowercase(), port })
    }

    /// The browser's match pattern for the whole host, as permissions and scripts are granted.
    #[must_use]
    pub fn pattern(&self) -> String {
        format!("{}://{}/*", self.scheme(), self.host)
    }

    /// Domains that may be the registrable one of its host, the shortest first; none for an address
    /// and for a name of one label. Which of them it is, the browser knows.
    pub fn domains(&self) -> impl Iterator<Item = &str> {
        let host = self.host.as_str();
        let number = host.starts_with('[') || host.ends_with(|last: char| last.is_ascii_digit());
        let dots = host.rmatch_indices('.').filter_map(|(at, _)| host.get(at + 1..));
        dots.chain(host.split_once('.').map(|_| host)).filter(move |_| !number)
    }

    fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_unusual_port() {
        let text = |url: &str| Origin::of(url).unwrap().to_string();
        assert_eq!(text("http://127.0.0.1:4400/checkout?x=1"), "http://127.0.0.1:4400");
        assert_eq!(text("https://Example.com:443"), "https://example.com");
        assert_eq!(text("http://me:secret@[::1]:8080/#a@b:c"), "http://[::1]:8080");
        assert_eq!(text("http://[::1]/"), "http://[::1]");
        assert_eq!(Origin::of("http://a.test:81/x").unwrap().pattern(), "http://a.test/*");
    }

    #[test]
    fn the_domains_of_a_host_come_shortest_first_and_an_address_has_none() {
        let of = |url: &str| Origin::of(url).unwrap();
        let shop = of("https://shop.a.co.uk/");
        assert_eq!(shop.domains().collect::<Vec<_>>(), ["uk", "co.uk", "a.co.uk", "shop.a.co.uk"]);
        for url in ["http://127.0.0.1:1/", "http://[::1]/", "http://localhost/"] {
            assert_eq!(of(url).domains().count(), 0, "{url}");
        }
    }

    #[test]
    fn pages_that_cannot_be_traced_say_why() {
        let error = |url: &str| Origin::of(url).unwrap_err();
        assert_eq!(error("chrome://settings"), OriginError::Scheme("chrome".to_owned()));
        assert_eq!(error("about:blank"), OriginError::Scheme("about".to_owned()));
        assert_eq!(error(""), OriginError::Scheme(String::new()));
        assert_eq!(error("http://"), OriginError::Host);
        assert_eq!(error("http://a:99999/"), OriginError::Host);
        assert!(matches!(error("https://addons.mozilla.org/x"), OriginError::Store(_)));
    }
}
