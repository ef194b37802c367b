//! Which traced requests are shown: by session, by what is typed, and by the two switches of Logs.

use trace::SessionId;
use trace::filter::Query;
use trace::request::TracedRequest;

/// What a request must be to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this session; `None` for any and none.
    pub session: Option<SessionId>,
    /// With a trace: at least one span of it is known.
    pub traces: bool,
    /// Made by this browser.
    pub mine: bool,
    /// Begun since then and before then, milliseconds since 1970.
    pub range: (Option<u64>, Option<u64>),
    /// Let through by this; `None` lets all through. What it lets through is asked for all requests
    /// at once.
    pub query: Option<Query>,
}

impl Filter {
    /// Whether another lets the same through, but for when that began.
    #[must_use]
    pub fn alike(&self, other: &Self) -> bool {
        self.query == other.query
            && (self.session, self.traces, self.mine) == (other.session, other.traces, other.mine)
    }

    /// Whether a request is of the session that is asked for.
    #[must_use]
    pub fn of_session(&self, request: &TracedRequest) -> bool {
        self.session.is_none() || request.session == self.session
    }

    /// Whether the switches let a request through; `mine` when this browser made it.
    #[must_use]
    pub fn switched(&self, request: &TracedRequest, mine: bool) -> bool {
        (!self.traces || request.spans > 0) && (mine || !self.mine)
    }

    /// Why requests of the session may be missing, in words; `None` while nothing keeps any away.
    #[must_use]
    pub fn keeps(&self) -> Option<String> {
        let all = [
            (self.query.is_some(), "matches the filter"),
            (self.traces, "has a trace"),
            (self.mine, "was made by this browser"),
            (self.range != (None, None), "began in that time"),
        ];
        let words: Vec<&str> = all.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
        let (last, others) = words.split_last()?;
        Some(match others {
            [] => (*last).to_owned(),
            _ => format!("{} and {last}", others.join(", ")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;
    use trace::filter::REQUESTS;

    #[test]
    fn switches_and_session_narrow_the_list() {
        let mut request = sample::requests().remove(0);
        let mine = Filter { mine: true, ..Filter::default() };
        assert!(!mine.switched(&request, false) && mine.switched(&request, true));
        let filter = Filter { traces: true, session: request.session, ..Filter::default() };
        assert!(filter.of_session(&request) && filter.switched(&request, false));
        (request.spans, request.session) = (0, None);
        assert!(!filter.of_session(&request) && !filter.switched(&request, false));
    }

    #[test]
    fn what_keeps_requests_away_is_said() {
        let mut filter = Filter::default();
        assert_eq!(filter.keeps(), None);
        filter.traces = true;
        assert_eq!(filter.keeps().unwrap(), "has a trace");
        filter.mine = true;
        filter.query = Query::parse("error:true", &REQUESTS).ok();
        let all = "matches the filter, has a trace and was made by this browser";
        assert_eq!(filter.keeps().unwrap(), all);
        let range = Filter { range: (Some(5), None), ..Filter::default() };
        assert_eq!(range.keeps().unwrap(), "began in that time");
        assert!(range.alike(&Filter::default()) && !range.alike(&filter));
    }
}
