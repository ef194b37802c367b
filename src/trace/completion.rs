//! Decides how far a page trace is, when to ask the store again, and what the toast says of it.
//!
//! Knows neither store nor page: the shell tells what it saw and at what time, and asks what
//! follows. A trace is complete when the document's server span is there, no parent is missing,
//! and nothing new came for [`QUIET`]; where no store is asked, when the browser's side is.
//!
//! ```text
//!            whole and quiet
//!   waiting ────────────────▶ complete ──▶ listening for late spans ──▶ over for good
//!      │ patience ends           ▲                                           ▲
//!      └────────▶ timed out ─────┴───────────── still listening ─────────────┘
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Timestamp, quantity};

/// How long nothing new may come before a trace counts as complete.
pub const QUIET: Duration = Duration::from_millis(1_500);
/// How long the store is asked before the wait is given up.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How long after the wait the store is still asked for late spans: servers that send in batches
/// and retry do so for minutes.
pub const LATE: Duration = Duration::from_secs(300);
/// How long the toast of a complete trace stays.
pub const SHOWN: Duration = Duration::from_secs(30);
/// Pause before the second question; each pause is half as long again as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// No pause is longer, so that the numbers in the toast keep moving.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Shortest and longest pause between questions for late spans; a quarter of the time since the
/// wait ended lies between them.
const LATE_PAUSES: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];

/// How far a page trace is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "phase", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Progress {
    /// The context is being armed; the page is about to reload.
    Reloading,
    /// The context is armed; the request has not been seen.
    Armed,
    /// The request left with our context.
    Requested,
    /// The store is asked.
    Waiting {
        /// Since the wait began.
        millis: u64,
        /// Spans so far, both sides.
        spans: u32,
        /// What is missing, for the user.
        wanting: String,
    },
    /// Nothing is missing.
    Complete {
        /// Spans of both sides.
        spans: u32,
        /// Spans that failed.
        errors: u32,
        /// From the first start to the last end, milliseconds.
        millis: u64,
        /// Who was late.
        late: Vec<Late>,
        /// Whether a store was asked for the server's side.
        asked: bool,
    },
    /// Nothing is waited for: the user's rules leave the document out.
    Spared {
        /// Which, for the user.
        reason: String,
    },
    /// The wait was given up.
    TimedOut {
        /// Why, for the user.
        reason: String,
        /// Spans that did come.
        spans: u32,
        /// Who was late.
        late: Vec<Late>,
    },
}

/// Spans of one service that came when the wait was over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// Its name.
    pub service: String,
    /// How many.
    pub spans: u32,
}

impl Progress {
    /// Whether nothing more is expected.
    #[must_use]
    pub const fn over(&self) -> bool {
        matches!(self, Self::Complete { .. } | Self::TimedOut { .. } | Self::Spared { .. })
    }

    /// One line for the user: what is happening.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Reloading => "Reloading with tracing on",
            Self::Armed => "Armed, waiting for the request",
            Self::Requested => "Request sent with trace context",
            Self::Waiting { .. } => "Waiting for spans",
            Self::Complete { asked: true, .. } => "Trace complete",
            Self::Complete { .. } => "Browser side complete",
            Self::Spared { .. } => "Not traced",
            Self::TimedOut { .. } => "Timed out",
        }
    }

    /// Numbers and reasons for the user; empty where there are none.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Reloading | Self::Armed | Self::Requested => String::new(),
            Self::Waiting { millis, spans, wanting } => {
                let spans = quantity::count(u64::from(*spans), "span");
                format!("{} s, {spans}, {wanting}", millis / 1_000)
            }
            Self::Complete { spans, errors, millis, late, asked } => {
                let spans = quantity::count(u64::from(*spans), "span");
                let errors = quantity::count(u64::from(*errors), "error");
                let time = quantity::duration(Duration::from_millis(*millis));
                let alone = if *asked { "" } else { UNASKED };
                format!("{spans}, {errors}, {time}{}{alone}", news(late))
            }
            Self::Spared { reason } => reason.clone(),
            Self::TimedOut { reason, spans, late } => {
                let spans = quantity::count(u64::from(*spans), "span");
                format!("{reason} ({spans}{})", news(late))
            }
        }
    }
}

/// What is said of a trace that has no server side because nobody is asked for it.
const UNASKED: &str = ". No trace store is set, so the server side is not asked for.";

/// `, +3 spans from billing`; empty where nobody was late.
fn news(late: &[Late]) -> String {
    let one = |late: &Late| {
        let spans = quantity::count(u64::from(late.spans), "span");
        let service = if late.service.is_empty() { "a nameless service" } else { &late.service };
        format!(", +{spans} from {service}")
    };
    late.iter().map(one).collect()
}

/// What can be seen of a trace at one moment: browser side and server side together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    /// Spans, each counted once.
    pub spans: u32,
    /// Spans that failed.
    pub errors: u32,
    /// From the first start to the last end.
    pub length: Duration,
    /// Whether a span is there whose parent is the document request.
    pub joined: bool,
    /// Parents that are named but not there.
    pub missing: u32,
    /// Whether the browser's side is whole: the page's load event is over.
    pub loaded: bool,
    /// Whether no store is set, so that the browser's side is all there will be.
    pub alone: bool,
}

impl Sight {
    /// Whether nothing is missing.
    const fn whole(&self) -> bool {
        self.loaded && (self.alone || self.joined && self.missing == 0)
    }
}

fn whole_millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The wait for one page trace. Plain data, so that it survives the death of the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    since: Timestamp,
    grown: Timestamp,
    asked: u32,
    sight: Sight,
    trouble: Option<String>,
    cause: Option<String>,
    completed: Option<Timestamp>,
    expired: bool,
    late: Vec<Late>,
}

impl Watch {
    /// Begins to wait.
    #[must_use]
    pub fn begin(now: Timestamp) -> Self {
        Self {
            since: now,
            grown: now,
            asked: 0,
            sight: Sight::default(),
            trouble: None,
            cause: None,
            completed: None,
            expired: false,
            late: Vec::new(),
        }
    }

    /// When the wait began.
    #[must_use]
    pub const fn since(&self) -> Timestamp {
        self.since
    }

    /// When the wait ended, well or not.
    fn ended(&self) -> Option<Timestamp> {
        self.completed.or_else(|| self.expired.then(|| self.since.plus(PATIENCE)))
    }

    /// Spans that can be seen.
    #[must_use]
    pub const fn spans(&self) -> u32 {
        self.sight.spans
    }

    /// Whether a span that comes now is late, by its start: it began while it was waited for. One
    /// that began after that belongs to something that a `live` page did later.
    #[must_use]
    pub fn late(&self, start: Timestamp, live: bool) -> bool {
        self.ended().is_some_and(|ended| !live || start < ended)
    }

    /// Counts a span of a service that came late.
    pub fn count_late(&mut self, service: &str) {
        match self.late.iter_mut().find(|late| late.service == service) {
            Some(late) => late.spans = late.spans.saturating_add(1),
            None => self.late.push(Late { service: service.to_owned(), spans: 1 }),
        }
    }

    /// Notes what the doctor names as the cause of what is missing.
    pub fn blame(&mut self, cause: Option<String>) {
        self.cause = cause;
    }

    /// Takes in what can be seen now.
    pub fn see(&mut self, now: Timestamp, sight: Sight) {
        if sight.spans != self.sight.spans || sight.missing != self.sight.missing {
            self.grown = now;
        }
        self.sight = sight;
        self.settle(now);
    }

    /// Notes that the store was asked, and why it did not answer; an earlier trouble is over.
    pub fn answered(&mut self, trouble: Option<String>) {
        self.asked = self.asked.saturating_add(1);
        self.trouble = trouble;
    }

    /// Whether a toast still has something to say: a trace that is complete has for [`SHOWN`] after
    /// the last news of it, so that the page below can be used. What failed stays to be read.
    #[must_use]
    pub fn fresh(&self, now: Timestamp) -> bool {
        self.completed.is_none_or(|at| now.since(at.max(self.grown)) < SHOWN)
    }

    /// Lets time pass: quiet may complete the trace, patience may end.
    pub fn settle(&mut self, now: Timestamp) {
        let quiet = now.since(self.grown) >= QUIET;
        if self.completed.is_none() && self.sight.whole() && quiet {
            self.completed = Some(now);
        }
        // A trace that becomes whole after its time was up is complete after all.
        self.expired = self.completed.is_none() && now.since(self.since) >= PATIENCE;
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self, now: Timestamp) -> Progress {
        let Sight { spans, errors, length, alone, .. } = self.sight;
        let late = self.late.clone();
        if self.completed.is_some() {
            let millis = whole_millis(length);
            return Progress::Complete { spans, errors, millis, late, asked: !alone };
        }
        if self.expired {
            let reason = self.cause.clone().unwrap_or_else(|| self.wanting());
            return Progress::TimedOut { reason, spans, late };
        }
        Progress::Waiting {
            millis: whole_millis(now.since(self.since)),
            spans,
            wanting: self.wanting(),
        }
    }

    /// What is missing, in the order in which it usually arrives.
    fn wanting(&self) -> String {
        if let Some(trouble) = &self.trouble {
            return trouble.clone();
        }
        if !self.sight.loaded {
            return "the page is still loading".to_owned();
        }
        if self.sight.whole() {
            return "checking that nothing more comes".to_owned();
        }
        if !self.sight.joined {
            return "no server span for the document yet".to_owned();
        }
        let parents = quantity::count(u64::from(self.sight.missing), "parent");
        format!("{parents} named by spans but not there")
    }

    /// When to ask the store again; `None` when the wait is over for good.
    #[must_use]
    pub fn pause(&self, now: Timestamp) -> Option<Duration> {
        if let Some(ended) = self.ended() {
            // What the page asks for later has spans of its own to wait for.
            let past = now.since(ended.max(self.grown));
            let [shortest, longest] = LATE_PAUSES;
            let listening = past < LATE && !self.sight.alone;
            return listening.then(|| (past / 4).clamp(shortest, longest));
        }
        let grown = (0..self.asked.min(20)).fold(FIRST_PAUSE, |pause, _| pause + pause / 2);
        Some(grown.min(LONGEST_PAUSE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(number: f64) -> Timestamp {
        Timestamp::from_millis(1e12 + number * 1e3)
    }

    fn whole(spans: u32) -> Sight {
        Sight {
            spans,
            errors: 1,
            length: Duration::from_millis(420),
            joined: true,
            missing: 0,
            loaded: true,
            alone: false,
        }
    }

    #[test]
    fn a_whole_trace_is_complete_after_a_quiet_moment() {
        let mut watch = Watch::begin(second(0.0));
        watch.see(second(1.0), whole(9));
        assert!(matches!(watch.progress(second(1.0)), Progress::Waiting { spans: 9, .. }));
        watch.see(second(2.0), whole(12));
        watch.see(second(3.4), whole(12));
        assert!(!watch.progress(second(3.4)).over(), "it grew 1.4 s ago");
        watch.see(second(3.5), whole(12));
        let progress = watch.progress(second(3.5));
        assert_eq!(progress.title(), "Trace complete");
        assert_eq!(progress.detail(), "12 spans, 1 error, 420 ms");
    }

    #[test]
    fn what_is_missing_is_named_first_things_first() {
        let mut watch = Watch::begin(second(0.0));
        let detail = |watch: &Watch| watch.progress(second(3.2)).detail();
        watch.see(second(1.0), Sight { loaded: false, ..whole(3) });
        assert_eq!(detail(&watch), "3 s, 3 spans, the page is still loading");
        watch.see(second(3.0), Sight { joined: false, ..whole(3) });
        assert_eq!(detail(&watch), "3 s, 3 spans, no server span for the document yet");
        watch.see(second(3.1), Sight { missing: 2, ..whole(3) });
        assert_eq!(detail(&watch), "3 s, 3 spans, 2 parents named by spans but not there");
        watch.answered(Some("nothing listens at 127.0.0.1:4318".to_owned()));
        assert_eq!(detail(&watch), "3 s, 3 spans, nothing listens at 127.0.0.1:4318");
    }

    #[test]
    fn patience_ends_with_a_reason_and_a_late_arrival_still_completes() {
        let mut watch = Watch::begin(second(0.0));
        watch.see(second(1.0), Sight { joined: false, ..whole(3) });
        watch.settle(second(59.9));
        assert!(!watch.progress(second(59.9)).over());
        watch.settle(second(60.0));
        let progress = watch.progress(second(60.0));
        assert_eq!(progress.title(), "Timed out");
        assert_eq!(progress.detail(), "no server span for the document yet (3 spans)");
        watch.blame(Some("the server ignores traceparent".to_owned()));
        let progress = watch.progress(second(60.0));
        assert_eq!(progress.detail(), "the server ignores traceparent (3 spans)");
        watch.see(second(70.0), whole(8));
        watch.settle(second(72.0));
        assert_eq!(watch.progress(second(72.0)).title(), "Trace complete");
    }

    #[test]
    fn late_spans_are_counted_by_service() {
        let mut watch = Watch::begin(second(0.0));
        watch.see(second(1.0), whole(8));
        assert!(!watch.late(second(0.5), false), "it is still waited for");
        watch.settle(second(3.0));
        assert!(watch.late(second(0.5), true));
        assert!(!watch.late(second(9.0), true), "the page asked for it later");
        assert!(watch.late(second(9.0), false), "the page asks for nothing any more");
        for service in ["billing", "", "billing"] {
            watch.count_late(service);
        }
        watch.see(second(9.0), whole(11));
        let said =
            "11 spans, 1 error, 420 ms, +2 spans from billing, +1 span from a nameless service";
        assert_eq!(watch.progress(second(9.0)).detail(), said);
    }

    #[test]
    fn the_toast_of_a_complete_trace_goes_and_late_spans_bring_it_back() {
        let mut watch = Watch::begin(second(0.0));
        watch.see(second(1.0), whole(8));
        watch.settle(second(3.0));
        assert!(watch.fresh(second(32.0)) && !watch.fresh(second(33.0)));
        watch.see(second(40.0), whole(9));
        assert!(watch.fresh(second(69.0)) && !watch.fresh(second(70.0)));
        let mut failed = Watch::begin(second(0.0));
        failed.settle(second(60.0));
        assert!(failed.fresh(second(600.0)), "a reason is there until it is read");
    }

    #[test]
    fn a_trace_that_timed_out_still_listens_and_says_who_was_late() {
        let mut watch = Watch::begin(second(0.0));
        watch.see(second(1.0), Sight { joined: false, ..whole(3) });
        watch.settle(second(60.0));
        watch.count_late("billing");
        watch.see(second(80.0), Sight { joined: false, ..whole(4) });
        let said = "no server span for the document yet (4 spans, +1 span from billing)";
        assert_eq!(watch.progress(second(80.0)).detail(), said);
    }

    #[test]
    fn without_a_store_the_browsers_side_is_all_and_that_is_said() {
        let alone = Sight { joined: false, alone: true, ..whole(7) };
        let mut watch = Watch::begin(second(0.0));
        watch.see(second(1.0), Sight { loaded: false, ..alone.clone() });
        assert_eq!(watch.progress(second(1.0)).detail(), "1 s, 7 spans, the page is still loading");
        watch.see(second(2.0), alone);
        watch.settle(second(3.6));
        let progress = watch.progress(second(3.6));
        assert_eq!(progress.title(), "Browser side complete");
        assert_eq!(
            progress.detail(),
            "7 spans, 1 error, 420 ms. No trace store is set, so the server side is not asked for."
        );
        assert_eq!(watch.pause(second(3.6)), None, "nobody is asked");
    }

    #[test]
    fn the_store_is_asked_less_often_for_late_spans_and_at_last_no_more() {
        let mut watch = Watch::begin(second(0.0));
        watch.see(second(1.0), whole(8));
        watch.settle(second(3.0));
        let pause = |at: f64| watch.pause(second(at)).map(|pause| pause.as_secs());
        assert_eq!([3.0, 43.0, 203.0, 302.0].map(pause), [5, 10, 30, 30].map(Some));
        assert_eq!(pause(303.0), None);
    }

    #[test]
    fn pauses_grow_from_a_tenth_of_a_second_to_two_seconds() {
        let mut watch = Watch::begin(second(0.0));
        let mut pauses = Vec::new();
        for _ in 0..12 {
            pauses.push(watch.pause(second(0.0)).unwrap().as_millis());
            watch.answered(None);
        }
        assert_eq!(pauses[..4], [100, 150, 225, 337]);
        assert_eq!(pauses[11], 2_000);
    }
}
