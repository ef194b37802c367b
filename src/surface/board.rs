//! What a tab of the dashboard other than Logs is asked for, as it stands in its address.
//!
//! Everything in it may have been typed by hand. Whatever the user sets in a tab is written back, so
//! that an address can be kept, sent and gone back to.

use bridge::query::SessionFilter;

use crate::address::AddressError;
use crate::period::Period;
use crate::query::encode;

/// A tab, and the time that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// Which.
    pub tab: Tab,
    /// When what it shows happened.
    pub period: Period,
}

/// The tabs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The sessions that pass a filter, whose range stays empty here.
    Sessions(Box<SessionFilter>),
    /// One session.
    Session {
        /// Its id, as its spans have it: other tracers' ids have other forms.
        session: String,
        /// What of its pages is shown.
        only: Only,
    },
    /// Page Speed.
    Pages,
    /// JS Errors.
    Errors,
    /// The errors of one fingerprint.
    Error {
        /// It.
        fingerprint: String,
    },
    /// API.
    Api,
    /// The calls of one route.
    Route {
        /// Request method.
        method: String,
        /// Host and route.
        route: String,
        /// Only those that failed.
        failed: bool,
    },
    /// Usage.
    Usage,
}

/// What of a session's pages is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Only {
    /// All of it.
    #[default]
    All,
    /// Script errors.
    Errors,
    /// API calls.
    Calls,
    /// Calls that failed.
    Failures,
    /// Loads that were slow.
    Slow,
}

impl Only {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::All, Self::Errors, Self::Calls, Self::Failures, Self::Slow];

    /// What it is called in an address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Errors => "errors",
            Self::Calls => "calls",
            Self::Failures => "failures",
            Self::Slow => "slow",
        }
    }
}

/// More characters than a session's id has in any tracer.
const LONGEST_SESSION: usize = 200;

impl Tab {
    fn read(param: &impl Fn(&str) -> Option<String>) -> Result<Self, AddressError> {
        let text = |name: &str| param(name).unwrap_or_default().trim().to_owned();
        let needed = |name: &'static str| match text(name) {
            none if none.is_empty() => Err(AddressError::Missing(name)),
            text => Ok(text),
        };
        Ok(match text("tab").as_str() {
            "sessions" => Self::Sessions(Box::new(SessionFilter {
                range: None,
                user: text("user"),
                session: text("session"),
                ip: text("ip"),
                url: text("url"),
                browser: text("browser"),
                version: text("version"),
                connection: text("connection"),
                region: text("region"),
            })),
            "session" => {
                let (session, only) = (session(needed("session")?)?, text("show"));
                let found = Only::ALL.into_iter().find(|known| known.name() == only);
                let only = match found {
                    Some(only) => only,
                    None if only.is_empty() => Only::All,
                    None => return Err(AddressError::Only(only)),
                };
                Self::Session { session, only }
            }
            "pages" => Self::Pages,
            "errors" => Self::Errors,
            "error" => Self::Error { fingerprint: needed("fingerprint")? },
            "api" => Self::Api,
            "route" => Self::Route {
                method: needed("method")?,
                route: needed("route")?,
                failed: text("failed") == "on",
            },
            "usage" => Self::Usage,
            other => return Err(AddressError::Board(other.to_owned())),
        })
    }

    /// What it is called in an address.
    const fn name(&self) -> &'static str {
        match self {
            Self::Sessions(_) => "sessions",
            Self::Session { .. } => "session",
            Self::Pages => "pages",
            Self::Errors => "errors",
            Self::Error { .. } => "error",
            Self::Api => "api",
            Self::Route { .. } => "route",
            Self::Usage => "usage",
        }
    }

    /// What else is in its address; what is empty is not.
    fn parts(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Sessions(filter) => vec![
                ("user", &filter.user),
                ("session", &filter.session),
                ("ip", &filter.ip),
                ("url", &filter.url),
                ("browser", &filter.browser),
                ("version", &filter.version),
                ("connection", &filter.connection),
                ("region", &filter.region),
            ],
            Self::Session { session, only: Only::All } => vec![("session", session)],
            Self::Session { session, only } => vec![("session", session), ("show", only.name())],
            Self::Error { fingerprint } => vec![("fingerprint", fingerprint)],
            Self::Route { method, route, failed } => {
                let failed = if *failed { "on" } else { "" };
                vec![("method", method), ("route", route), ("failed", failed)]
            }
            Self::Pages | Self::Errors | Self::Api | Self::Usage => Vec::new(),
        }
    }
}

/// A session's id, if it can be one.
fn session(text: String) -> Result<String, AddressError> {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    if text.chars().count() > LONGEST_SESSION || text.contains(odd) {
        return Err(AddressError::Session(text));
    }
    Ok(text)
}

impl Board {
    /// A tab with the usual period.
    #[must_use]
    pub fn of(tab: Tab) -> Self {
        Self { tab, period: Period::default() }
    }

    /// Reads a tab from an address' parameters.
    ///
    /// # Errors
    /// When there is no such tab, or something that belongs to it is malformed or missing.
    pub fn read(param: &impl Fn(&str) -> Option<String>) -> Result<Self, AddressError> {
        Ok(Self { tab: Tab::read(param)?, period: Period::read(param)? })
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        let mut address = format!("app.html?view=dashboard&tab={}", self.tab.name());
        for (name, value) in self.tab.parts() {
            if !value.is_empty() {
                address.push_str(&format!("&{name}={}", encode(value)));
            }
        }
        address.push_str(&self.period.part());
        address
    }
}

/// The address of a session's details.
#[must_use]
pub fn of_session(session: &str) -> String {
    Board::of(Tab::Session { session: session.to_owned(), only: Only::All }).address()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Board, String> {
        let decode = |text: &str| text.replace("%20", " ").replace("%2F", "/").replace("%26", "&");
        let of = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| decode(value))
        };
        Board::read(&of).map_err(|error| error.to_string())
    }

    #[test]
    fn every_tab_reads_back_as_it_was_written() {
        let filter = SessionFilter {
            user: "Ada & co".to_owned(),
            region: "Berlin".to_owned(),
            session: "0af7".to_owned(),
            ..SessionFilter::default()
        };
        let session = |only| Tab::Session { session: "a-b_1".to_owned(), only };
        let route = Tab::Route {
            method: "GET".to_owned(),
            route: "shop.example/orders".to_owned(),
            failed: true,
        };
        let tabs = [
            Tab::Sessions(Box::new(filter)),
            session(Only::All),
            session(Only::Failures),
            Tab::Pages,
            Tab::Errors,
            Tab::Error { fingerprint: "12ab".to_owned() },
            Tab::Api,
            route,
            Tab::Usage,
        ];
        for tab in tabs {
            let board = Board { tab, period: Period::Day };
            let address = board.address();
            assert_eq!(read(address.strip_prefix("app.html?").unwrap()), Ok(board), "{address}");
        }
    }

    #[test]
    fn a_bad_tab_says_what_was_found_and_what_was_wanted() {
        let said = |query: &str| read(query).unwrap_err();
        assert!(said("tab=sesions").ends_with("api, route or usage: sesions"));
        assert_eq!(said("tab=session"), "The address names no session, wanted session=");
        assert_eq!(said("tab=route&method=GET"), "The address names no route, wanted route=");
        assert!(said("tab=session&session=a%20b").contains("bad session"));
        assert!(said(&format!("tab=session&session={}", "x".repeat(201))).contains("bad session"));
        assert!(said("tab=session&session=a&show=none").ends_with("failures or slow: none"));
    }
}
