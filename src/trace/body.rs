//! What the user allows to be read of requests' bodies, site by site. Nothing, unless it is listed.
//!
//! Owns the lines in which that is set. A line goes to its site's documents as it is, where the body
//! script reads it; here it is read for the options, and for what is stored.
//!
//! ```text
//! https://shop.test fields=product,quantity response operation
//! ```

use std::fmt;
use std::str::FromStr;

use crate::origin::Origin;
use crate::record::{Body, Record};
use crate::redact;
use crate::state::within;

/// Longest line, bytes: it goes out in a header.
const LONGEST: usize = 1_000;
/// Sites, at most: each takes a registration of a script.
pub const MOST_SITES: usize = 50;

/// A site, and what is read of its Server Actions and GraphQL requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// It.
    pub origin: Origin,
    /// Whether the names of an action's fields are recorded.
    pub fields: bool,
    /// Fields whose values are, too.
    pub listed: Vec<String>,
    /// Whether an action's response is recorded.
    pub response: bool,
    /// Whether a GraphQL operation's name is read from the body.
    pub operation: bool,
}

/// Why a line is no site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SiteError {
    /// It does not begin with an origin.
    Origin {
        /// What it begins with.
        found: String,
    },
    /// A word of it means nothing.
    Word {
        /// It.
        found: String,
    },
    /// A field is listed whose value is never recorded.
    Secret {
        /// It.
        found: String,
    },
    /// It is too long.
    Long {
        /// Bytes in it.
        found: usize,
    },
}

impl fmt::Display for SiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin { found } => {
                write!(f, "begins with {found:?}, wanted an origin such as https://shop.example")
            }
            Self::Word { found } => {
                write!(f, "has {found:?}, wanted fields, response or operation")
            }
            Self::Secret { found } => {
                write!(f, "lists {found:?}, wanted no secret: its value is never recorded")
            }
            Self::Long { found } => write!(f, "has {found} bytes, wanted at most {LONGEST}"),
        }
    }
}

impl std::error::Error for SiteError {}

impl FromStr for Site {
    type Err = SiteError;

    fn from_str(line: &str) -> Result<Self, SiteError> {
        if line.len() > LONGEST {
            return Err(SiteError::Long { found: line.len() });
        }
        let short = |word: &str| word.chars().take(60).collect();
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        // The script compares it with the document's own, letter by letter.
        let origin = Origin::of(first).ok().filter(|origin| origin.to_string() == first);
        let origin = origin.ok_or_else(|| SiteError::Origin { found: short(first) })?;
        let (fields, listed, response, operation) = (false, Vec::new(), false, false);
        let mut site = Self { origin, fields, listed, response, operation };
        for word in words {
            match word.split_once('=').unwrap_or((word, "")) {
                ("fields", names) => {
                    site.fields = true;
                    let names = names.split(',').filter(|name| !name.is_empty());
                    site.listed.extend(names.map(str::to_owned));
                }
                ("response", "") => site.response = true,
                ("operation", "") => site.operation = true,
                _ => return Err(SiteError::Word { found: short(word) }),
            }
        }
        Ok(site)
    }
}

/// Whether a line is a site, and lists no field whose value is never recorded.
///
/// # Errors
/// Why it is none.
pub fn check(line: &str) -> Result<(), SiteError> {
    let site: Site = line.parse()?;
    match site.listed.into_iter().find(|name| redact::secret(name)) {
        Some(found) => Err(SiteError::Secret { found }),
        None => Ok(()),
    }
}

impl Site {
    /// What may be kept of a record from a page of this origin: of a body, what its site's line says,
    /// and nothing where there is none. A page can forge what the script states, and one that was
    /// opened before a change knows the old line.
    #[must_use]
    pub fn admit(sites: &[Self], origin: &Origin, record: Record) -> Option<Record> {
        let Record::Body(body) = record else { return Some(record) };
        let site = sites.iter().find(|site| site.origin == *origin)?;
        Some(Record::Body(Box::new(site.keep(*body))))
    }

    fn keep(&self, mut body: Body) -> Body {
        let listed = |name: &str| self.listed.iter().any(|listed| listed == name);
        body.fields.retain(|_| self.fields);
        for field in &mut body.fields {
            field.value = field.value.take().filter(|_| listed(&field.name));
        }
        if !self.response {
            body.response.clear();
        }
        if !self.operation {
            body.operation.clear();
        }
        body
    }
}

/// The lines whose sites are at a host, or at any below a domain: a document learns of no other.
#[must_use]
pub fn lines(lines: &[String], host: &str, domain: &str) -> String {
    let mut found = String::new();
    for line in lines {
        let own = |it: &str| it == host || (!domain.is_empty() && within(it, domain));
        if site_host(line).is_some_and(|it| own(&it)) {
            found.push_str(if found.is_empty() { "" } else { "\n" });
            found.push_str(line);
        }
    }
    found
}

/// The host of a line's site.
pub(crate) fn site_host(line: &str) -> Option<String> {
    let origin = line.split(' ').next().unwrap_or_default();
    Origin::of(origin).ok().map(|origin| origin.host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    const LINE: &str = "https://shop.test fields=product,quantity response operation";

    fn site(line: &str) -> Site {
        line.parse().unwrap()
    }

    fn body(text: &str) -> Record {
        Record::parse(text).unwrap()
    }

    #[test]
    fn a_line_says_what_is_read_on_its_site() {
        let all = site(LINE);
        assert_eq!(all.origin.host, "shop.test");
        assert_eq!(all.listed, ["product", "quantity"]);
        assert!(all.fields && all.response && all.operation);
        let names = site("http://a.test:81 fields");
        assert!(names.fields && names.listed.is_empty() && !names.response && !names.operation);
    }

    #[test]
    fn what_is_no_site_is_said_with_what_was_found_and_wanted() {
        let said = |line: &str| check(line).unwrap_err().to_string();
        assert_eq!(
            said("shop.test fields"),
            "begins with \"shop.test\", wanted an origin such as https://shop.example"
        );
        for line in ["", "https://shop.test/", "https://Shop.test", "https://shop.test:443 fields"]
        {
            assert!(said(line).starts_with("begins with "), "{line}");
        }
        assert_eq!(
            said("https://shop.test all"),
            "has \"all\", wanted fields, response or operation"
        );
        assert_eq!(
            said("https://shop.test fields=a,user_password"),
            "lists \"user_password\", wanted no secret: its value is never recorded"
        );
        assert!(
            said(&format!("https://shop.test fields={}", "a".repeat(1_000))).contains("at most")
        );
    }

    #[test]
    fn only_what_the_pages_own_line_allows_is_kept() {
        let text = "{\"kind\":\"body\",\"at\":1,\"until\":2,\"url\":\"https://shop.test/a\",\"fields\":\
            \"\\u001eproduct\\u001f7\\u001ecard\\u001f4111\",\"operation\":\"query A\",\"response\":\"ok\"}";
        let at = |line: &str, page: &str| {
            Site::admit(&[site(line)], &Origin::of(page).unwrap(), body(text))
                .map(|it| json::write(&it))
        };
        let kept = at(LINE, "https://shop.test/x").unwrap();
        assert!(kept.contains("product\\u001f7\\u001ecard\"") && !kept.contains("4111"), "{kept}");
        assert!(kept.contains("query A") && kept.contains("\"ok\""), "{kept}");
        let kept = at("https://shop.test", "https://shop.test/x").unwrap();
        assert!(!["product", "query A", "ok"].iter().any(|it| kept.contains(it)), "{kept}");
        assert_eq!(at(LINE, "https://other.test/"), None);
        assert_eq!(at(LINE, "http://shop.test/"), None);
        let other = body("{\"kind\":\"hidden\",\"at\":5}");
        let page = Origin::of("https://other.test/").unwrap();
        assert_eq!(Site::admit(&[], &page, other.clone()), Some(other));
    }

    #[test]
    fn a_document_learns_of_its_own_site_alone() {
        let all = ["https://shop.test fields", "http://shop.test:81", "https://a.b.test", "x"];
        let all = all.map(str::to_owned);
        assert_eq!(lines(&all, "shop.test", ""), "https://shop.test fields\nhttp://shop.test:81");
        assert_eq!(lines(&all, "b.test", ""), "");
        assert_eq!(lines(&all, "b.test", "b.test"), "https://a.b.test");
    }
}
