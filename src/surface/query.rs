//! What of the traced requests is asked for: the filters of Logs, as they stand in its address.
//!
//! Knows no request; `logs` applies it. Whatever the user sets there is written back, so that an
//! address can be kept, sent and gone back to.

use std::fmt::Write as _;

use trace::filter::words;
use trace::{SessionId, SpanId, TraceId};

use crate::address::{AddressError, id};
use crate::column::Columns;
use crate::range::Range;

/// The filters, and what is open beside the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Whose requests.
    pub session: Wanted,
    /// Only requests that have traces.
    pub traces: bool,
    /// Only requests that this browser made.
    pub mine: bool,
    /// Only requests that pass this filter (`trace::filter`), as it was typed.
    pub filter: String,
    /// Only requests that began in this time.
    pub range: Range,
    /// The columns that are shown; `None` for those that the reader has chosen before.
    pub columns: Option<Columns>,
    /// The trace that is open beside the list, and the span chosen in it.
    pub open: Option<(TraceId, Option<SpanId>)>,
}

/// Which session's requests are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// All sessions', and those of single page traces.
    #[default]
    All,
    /// Those of the last session of an origin, else of the last one of all; becomes its id once the
    /// journal has been read.
    Last {
        /// Scheme, host and port; may be empty.
        origin: String,
    },
    /// One session's.
    Of(SessionId),
}

impl Wanted {
    /// The session, if it is known which.
    #[must_use]
    pub const fn id(&self) -> Option<SessionId> {
        match self {
            Self::Of(id) => Some(*id),
            Self::All | Self::Last { .. } => None,
        }
    }
}

impl Query {
    /// Reads the filters from an address' parameters.
    ///
    /// # Errors
    /// When an id, a moment or a column is none.
    pub fn read(param: impl Fn(&str) -> Option<String>) -> Result<Self, AddressError> {
        let session = match param("session").as_deref() {
            None | Some("") => Wanted::All,
            Some("last") => Wanted::Last { origin: param("origin").unwrap_or_default() },
            Some(_) => id(&param, "session")?.map_or(Wanted::All, Wanted::Of),
        };
        let on = |name: &str| param(name).as_deref() == Some("on");
        let span = id(&param, "span")?;
        Ok(Self {
            session,
            traces: on("traces"),
            mine: on("mine"),
            // Words were looked for before there was a language.
            filter: param("filter")
                .or_else(|| param("q").map(|text| words(&text)))
                .unwrap_or_default(),
            range: Range::read(&param)?,
            columns: param("columns").map(|text| Columns::read(&text)).transpose()?,
            open: id(&param, "trace")?.map(|trace| (trace, span)),
        })
    }

    /// The address of Logs with these filters.
    #[must_use]
    pub fn address(&self) -> String {
        let mut address = "app.html?view=dashboard&tab=logs".to_owned();
        match &self.session {
            Wanted::All => {}
            Wanted::Last { origin } => {
                address.push_str("&session=last&origin=");
                address.push_str(&encode(origin));
            }
            Wanted::Of(id) => add(&mut address, "session", &id.to_string()),
        }
        for (name, _) in [("traces", self.traces), ("mine", self.mine)].iter().filter(|(_, on)| *on)
        {
            add(&mut address, name, "on");
        }
        if !self.filter.is_empty() {
            add(&mut address, "filter", &encode(&self.filter));
        }
        for (name, value) in self.range.parameters() {
            add(&mut address, name, &value);
        }
        if let Some(columns) = &self.columns {
            add(&mut address, "columns", &columns.text());
        }
        if let Some((trace, span)) = self.open {
            add(&mut address, "trace", &trace.to_string());
            if let Some(span) = span {
                add(&mut address, "span", &span.to_string());
            }
        }
        address
    }
}

fn add(address: &mut String, name: &str, value: &str) {
    for part in ["&", name, "=", value] {
        address.push_str(part);
    }
}

/// A text as it may stand in an address (RFC 3986, section 2.1).
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            // Writing into a text cannot fail.
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> Result<Query, AddressError> {
        Query::read(|name| {
            let (_, query) = address.split_once('?')?;
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        })
    }

    const SESSION: &str = "0af7651916cd43dd8448eb211c80319c";

    #[test]
    fn an_address_without_filters_asks_for_everything() {
        assert_eq!(read("app.html?view=dashboard&tab=logs"), Ok(Query::default()));
        assert_eq!(Query::default().address(), "app.html?view=dashboard&tab=logs");
    }

    #[test]
    fn filters_read_back_as_they_were_written() {
        let query = Query {
            session: Wanted::Of(SESSION.parse().unwrap()),
            traces: true,
            mine: true,
            filter: "orders".to_owned(),
            range: Range::between(Some(5), Some(9)),
            columns: Columns::read("time,path").ok(),
            open: Some((
                "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap(),
                "00f067aa0ba902b7".parse().ok(),
            )),
        };
        assert_eq!(read(&query.address()), Ok(query.clone()));
        assert!(
            query
                .address()
                .contains(&format!("&session={SESSION}&traces=on&mine=on&filter=orders&since=5"))
        );
    }

    #[test]
    fn a_text_that_an_address_cannot_hold_is_encoded() {
        let query = Query { filter: "a&b=ü #".to_owned(), ..Query::default() };
        assert!(query.address().ends_with("&filter=a%26b%3D%C3%BC%20%23"));
    }

    #[test]
    fn the_words_of_an_older_address_are_looked_for_as_they_stand() {
        let filter = |query: &str| read(&format!("app.html?{query}")).unwrap().filter;
        assert_eq!(filter("q=post order"), "post order");
        assert_eq!(filter("q=a:b"), "\"a:b\"");
        assert_eq!(filter("q=old&filter=status:5xx"), "status:5xx");
    }

    #[test]
    fn a_bad_session_is_said() {
        let said = read("app.html?session=xyz").unwrap_err().to_string();
        assert!(said.starts_with("The address has a bad session: "), "{said}");
        let last = read("app.html?session=last&origin=http://a.test").unwrap();
        assert_eq!(last.session, Wanted::Last { origin: "http://a.test".to_owned() });
    }
}
