//! What a surface's address asks for: the view, the tab, the trace.
//!
//! Parsed once, here; everything in it may have been typed by hand.

use std::fmt;
use std::str::FromStr;

use trace::id::IdError;
use trace::{SpanId, TraceId};

use crate::board::Board;
use crate::column::{Column, Columns};
use crate::query::Query;

/// A surface's address, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// What to show.
    pub view: View,
    /// The tab it is about; `None` when the browser is to be asked.
    pub tab: Option<i32>,
}

/// The surfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// The toolbar button's popup.
    Popup,
    /// The devtools panel.
    Panel,
    /// The dashboard's Logs: traced requests, with filters.
    Logs(Query),
    /// Another tab of the dashboard.
    Board(Board),
    /// Files that are dropped or chosen.
    File,
    /// One trace in a tab of its own.
    Dashboard {
        /// The trace.
        trace: TraceId,
        /// The span to select.
        span: Option<SpanId>,
    },
    /// Two traces side by side.
    Compare {
        /// The first; `None` while it is to be chosen.
        a: Option<TraceId>,
        /// The second.
        b: Option<TraceId>,
    },
    /// Several traces of one page.
    Series(Series),
}

/// Several traces of one page: those that are there, or those that are to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// The tab that is to be run.
    pub tab: Option<i32>,
    /// How often.
    pub times: Option<usize>,
    /// The traces that are there, in their order.
    pub traces: Vec<TraceId>,
    /// Those of them that do not count.
    pub without: Vec<TraceId>,
}

/// More runs than this are no series that a person asked for.
const MOST_RUNS: usize = 20;

/// Why an address cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// There is no such view.
    View(String),
    /// The tab is not a number.
    Tab(String),
    /// A number of runs that is none, or too large.
    Times(String),
    /// A dashboard without a trace.
    NoTrace,
    /// The dashboard has no such tab.
    Board(String),
    /// A tab without something that belongs to it.
    Missing(&'static str),
    /// There is no such column.
    Column(String),
    /// There is no such stretch of time in Logs.
    Last(String),
    /// An id that no session can have.
    Session(String),
    /// There is no such part of a session.
    Only(String),
    /// There is no such period.
    Period(String),
    /// A moment, of this name, that is no number.
    Moment(&'static str, String),
    /// A period that ends before it begins.
    Range(String),
    /// An id is not one.
    Id {
        /// `trace`, `span` or `session`.
        name: &'static str,
        /// What is wrong with it.
        error: IdError,
    },
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::View(_) => {
                write!(
                    f,
                    "The address names an unknown view, wanted popup, panel, dashboard, file, compare, series, options or trust"
                )?;
            }
            Self::Tab(_) => write!(f, "The address has a tab that is no number")?,
            Self::Times(_) => {
                write!(f, "The address has a bad number of runs, wanted 1 to {MOST_RUNS}")?;
            }
            Self::NoTrace => {
                write!(f, "The address names no trace, wanted trace= and 32 hex digits")?;
            }
            Self::Board(_) => write!(
                f,
                "The address names an unknown tab, wanted logs, sessions, session, pages, errors, error, api, route or usage"
            )?,
            Self::Missing(name) => write!(f, "The address names no {name}, wanted {name}=")?,
            Self::Session(_) => write!(
                f,
                "The address has a bad session, wanted up to 200 characters without blanks, as Session List shows them"
            )?,
            Self::Only(_) => write!(
                f,
                "The address wants an unknown part of the session, wanted show= and all, errors, calls, failures or slow"
            )?,
            Self::Period(_) => write!(
                f,
                "The address has an unknown period, wanted last= and 1h, 24h, 7d, 30d or all"
            )?,
            Self::Column(_) => {
                let words = Columns::all().map(Column::word).collect::<Vec<_>>().join(", ");
                write!(f, "The address names an unknown column, wanted {words}")?;
            }
            Self::Last(_) => write!(
                f,
                "The address has an unknown period, wanted last= and 15m, 1h, 24h, 7d, 30d or all"
            )?,
            Self::Moment(name, _) => {
                write!(f, "The address has a bad {name}, wanted milliseconds since 1970")?;
            }
            Self::Range(_) => write!(
                f,
                "The address has a period that ends before it begins, wanted since= before until="
            )?,
            Self::Id { name, error } => write!(f, "The address has a bad {name}: {error}")?,
        }
        match self {
            Self::View(text)
            | Self::Tab(text)
            | Self::Times(text)
            | Self::Board(text)
            | Self::Column(text)
            | Self::Last(text)
            | Self::Session(text)
            | Self::Only(text)
            | Self::Period(text)
            | Self::Moment(_, text)
            | Self::Range(text) => write!(f, ": {text}"),
            Self::NoTrace | Self::Missing(_) | Self::Id { .. } => Ok(()),
        }
    }
}

impl std::error::Error for AddressError {}

impl Address {
    /// Reads an address by its query parameters.
    ///
    /// # Errors
    /// When the view is unknown, an id or the tab is malformed, or the dashboard has no trace.
    pub fn read(param: impl Fn(&str) -> Option<String>) -> Result<Self, AddressError> {
        let logs = param("view").as_deref() == Some("dashboard")
            && param("tab").as_deref() == Some("logs");
        if logs {
            return Ok(Self { view: View::Logs(Query::read(param)?), tab: None });
        }
        let board = param("view").as_deref() == Some("dashboard") && param("trace").is_none();
        if board && param("tab").is_some() {
            return Ok(Self { view: View::Board(Board::read(&param)?), tab: None });
        }
        let tab = param("tab").map(|text| text.parse().map_err(|_| AddressError::Tab(text)));
        let view = match param("view").as_deref() {
            None | Some("popup") => View::Popup,
            Some("panel") => View::Panel,
            Some("file") => View::File,
            Some("dashboard") => View::Dashboard {
                trace: id(&param, "trace")?.ok_or(AddressError::NoTrace)?,
                span: id(&param, "span")?,
            },
            Some("compare") => View::Compare { a: id(&param, "a")?, b: id(&param, "b")? },
            Some("series") => View::Series(Series {
                tab: tab.clone().transpose()?,
                times: times(&param)?,
                traces: ids(&param, "traces")?,
                without: ids(&param, "without")?,
            }),
            Some(other) => return Err(AddressError::View(other.to_owned())),
        };
        Ok(Self { view, tab: tab.transpose()? })
    }
}

/// An id among an address' parameters.
pub(crate) fn id<I: FromStr<Err = IdError>>(
    param: &impl Fn(&str) -> Option<String>,
    name: &'static str,
) -> Result<Option<I>, AddressError> {
    let id = param(name).map(|text| text.trim().parse());
    id.transpose().map_err(|error| AddressError::Id { name, error })
}

/// How often a tab is to be run.
fn times(param: &impl Fn(&str) -> Option<String>) -> Result<Option<usize>, AddressError> {
    let Some(text) = param("times") else { return Ok(None) };
    let times = text.parse().ok().filter(|times| (1..=MOST_RUNS).contains(times));
    times.map(Some).ok_or(AddressError::Times(text))
}

/// Ids with commas between them, each once.
fn ids(
    param: &impl Fn(&str) -> Option<String>,
    name: &'static str,
) -> Result<Vec<TraceId>, AddressError> {
    let mut all = Vec::new();
    for text in param(name).unwrap_or_default().split(',').filter(|text| !text.trim().is_empty()) {
        let id = text.trim().parse().map_err(|error| AddressError::Id { name, error })?;
        if !all.contains(&id) && all.len() < MOST_RUNS {
            all.push(id);
        }
    }
    Ok(all)
}

/// The address of two traces side by side, as far as they are chosen.
#[must_use]
pub fn compare(a: Option<TraceId>, b: Option<TraceId>) -> String {
    let part = |name, id: Option<TraceId>| id.map(|id| format!("&{name}={id}")).unwrap_or_default();
    format!("app.html?view=compare{}{}", part("a", a), part("b", b))
}

/// The address of several traces of one page.
#[must_use]
pub fn series(series: &Series) -> String {
    let list = |name, ids: &[TraceId]| {
        let ids: Vec<String> = ids.iter().map(TraceId::to_string).collect();
        if ids.is_empty() { String::new() } else { format!("&{name}={}", ids.join(",")) }
    };
    let tab = series.tab.map(|tab| format!("&tab={tab}")).unwrap_or_default();
    let times = series.times.map(|times| format!("&times={times}")).unwrap_or_default();
    let (traces, without) = (list("traces", &series.traces), list("without", &series.without));
    format!("app.html?view=series{tab}{times}{traces}{without}")
}

/// The dashboard's address of a trace, and of a span in it.
#[must_use]
pub fn dashboard(trace: TraceId, span: Option<SpanId>) -> String {
    let span = span.map(|span| format!("&span={span}")).unwrap_or_default();
    format!("app.html?view=dashboard&trace={trace}{span}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Address, AddressError> {
        Address::read(|name| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        })
    }

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_view_a_tab_and_a_trace_are_read() {
        assert_eq!(read(""), Ok(Address { view: View::Popup, tab: None }));
        assert_eq!(read("view=panel&tab=7"), Ok(Address { view: View::Panel, tab: Some(7) }));
        assert_eq!(read("view=file"), Ok(Address { view: View::File, tab: None }));
        let (trace, span) = (TRACE.parse().unwrap(), "00f067aa0ba902b7".parse().ok());
        let query = dashboard(trace, span).replace("app.html?", "");
        assert_eq!(read(&query).unwrap().view, View::Dashboard { trace, span });
        let logs = read("view=dashboard&tab=logs&traces=on").unwrap().view;
        assert_eq!(logs, View::Logs(Query { traces: true, ..Query::default() }));
    }

    #[test]
    fn traces_side_by_side_have_an_address() {
        let [a, b] = [TRACE, "00000000000000000000000000000001"].map(|id| id.parse().ok());
        let of = |text: String| read(&text.replace("app.html?", "")).unwrap().view;
        assert_eq!(of(compare(a, b)), View::Compare { a, b });
        assert_eq!(of(compare(None, None)), View::Compare { a: None, b: None });
        let traces: Vec<TraceId> = [a, b].into_iter().flatten().collect();
        let without = vec![traces[1]];
        let all = Series { tab: None, times: None, traces, without };
        assert_eq!(of(series(&all)), View::Series(all));
        let run = Series { tab: Some(7), times: Some(5), ..Series::default() };
        assert_eq!(of(series(&run)), View::Series(run));
        let said = |query: &str| read(query).unwrap_err().to_string();
        assert!(said("view=series&tab=7&times=99").ends_with("wanted 1 to 20: 99"));
        assert!(said("view=series&traces=1,2").contains("bad traces"));
        assert!(said("view=compare&a=1").contains("bad a"));
    }

    #[test]
    fn a_bad_address_says_what_is_wrong_with_it() {
        let said = |query: &str| read(query).unwrap_err().to_string();
        assert_eq!(
            said("view=dashboard"),
            "The address names no trace, wanted trace= and 32 hex digits"
        );
        assert_eq!(
            said("view=dashboard&trace=abc"),
            "The address has a bad trace: id has 3 characters, wanted 32 hex digits"
        );
        assert_eq!(said("tab=x"), "The address has a tab that is no number: x");
        assert!(said("view=logs").ends_with("compare, series, options or trust: logs"));
        assert!(said(&format!("view=dashboard&trace={TRACE}&span=0")).contains("bad span"));
    }
}
