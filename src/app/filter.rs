//! Which traced requests are shown: by session, by text, and by the two switches of Logs.

use trace::SessionId;
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
    /// Each word of this stands somewhere in it.
    pub text: String,
}

impl Filter {
    /// Whether a request is shown; `mine` when this browser made it.
    #[must_use]
    pub fn passes(&self, request: &TracedRequest, mine: bool) -> bool {
        let session = self.session.is_none() || request.session == self.session;
        let traced = !self.traces || request.spans > 0;
        session && traced && (mine || !self.mine) && self.says(request)
    }

    fn says(&self, request: &TracedRequest) -> bool {
        if self.text.trim().is_empty() {
            return true;
        }
        let status = request.status.map(|status| status.to_string()).unwrap_or_default();
        let session = request.session.map(|id| id.to_string()).unwrap_or_default();
        let TracedRequest { method, url, service, error, trace, call, .. } = request;
        let badges: Vec<&str> = request.badges.iter().map(|badge| badge.word).collect();
        let badges = badges.join(" ");
        let error = error.as_deref().unwrap_or_default();
        let all =
            format!("{method} {url} {status} {service} {error} {trace} {session} {call} {badges}");
        let all = all.to_lowercase();
        self.text.to_lowercase().split_whitespace().all(|word| all.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;

    fn passes(change: impl Fn(&mut Filter)) -> Vec<bool> {
        let mut filter = Filter::default();
        change(&mut filter);
        sample::requests().iter().map(|request| filter.passes(request, false)).collect()
    }

    #[test]
    fn words_are_looked_for_in_all_that_a_line_says() {
        assert_eq!(passes(|filter| filter.text = "  ".to_owned()), [true, true, true]);
        assert_eq!(passes(|filter| filter.text = "POST".to_owned()), [false, true, false]);
        assert_eq!(passes(|filter| filter.text = "500 orders".to_owned()), [false, true, false]);
        assert_eq!(passes(|filter| filter.text = "pricing.ex".to_owned()), [false, false, true]);
        let trace = sample::trace_id().to_string();
        assert_eq!(passes(|filter| filter.text.clone_from(&trace)), [true, true, true]);
    }

    #[test]
    fn switches_and_session_narrow_it_further() {
        assert_eq!(passes(|filter| filter.mine = true), [false, false, false]);
        let mut request = sample::requests().remove(0);
        let filter = Filter { traces: true, session: request.session, ..Filter::default() };
        assert!(filter.passes(&request, true));
        request.spans = 0;
        assert!(!filter.passes(&request, true));
        (request.spans, request.session) = (1, None);
        assert!(!filter.passes(&request, true));
    }
}
