//! The examination: the request, the span, and then the store is asked for both until they are there
//! or it is clear that they will not be.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use backend::store::Fault;
use tokio::time::sleep;
use trace::completion::{Progress as Reached, Sight, Watch};
use trace::ladder::{Asked, Ladder, Lamp, Light, Way};
use trace::{Span, SpanId};

use super::flags::Flags;
use super::ids::Ids;
use super::inquiry::{Inquiry, Trouble};
use super::now;
use super::probe::{self, Probe};
use super::progress::Progress;
use super::report::{Report, Storage};
use super::visit::{self, Visit};
use crate::client::Client;

/// A store that only fails for so long is given up; one that is busy is not.
const DEAD: Duration = Duration::from_secs(5);
/// Between two questions once the usual pauses are used up.
const PAUSE: Duration = Duration::from_secs(2);

/// Examines.
pub(super) async fn examine(
    flags: &Flags,
    ids: &Ids,
    client: &Client,
    progress: &mut Progress,
) -> Report {
    progress.show("asking the server", "");
    let visit = visit::visit(client, flags, ids).await;
    progress.show("sending a span", "");
    let probe = probe::send(client, flags, ids).await;
    let mut report = Report {
        ids: *ids,
        visit,
        storage: None,
        probe,
        services: BTreeSet::new(),
        url: flags.url.clone(),
    };
    match Inquiry::new(client, flags) {
        Some(mut inquiry) => {
            let wait = flags.wait;
            let trouble = Vigil::new(&mut report, ids, wait).keep(&mut inquiry, progress).await;
            let (address, dialect) = (flags.store.clone(), inquiry.dialect());
            let trouble = trouble.map(|trouble| trouble.said);
            report.storage = Some(Storage { address, dialect, trouble });
        }
        None => report.visit.ladder.asked = Asked::Nobody,
    }
    report.visit.ladder.over = true;
    report
}

/// The wait for the server's spans, and for our own.
struct Vigil<'a> {
    report: &'a mut Report,
    ids: &'a Ids,
    wait: Duration,
    begun: Instant,
    watch: Watch,
    /// Since when the store only fails.
    failing: Option<Instant>,
}

impl<'a> Vigil<'a> {
    fn new(report: &'a mut Report, ids: &'a Ids, wait: Duration) -> Self {
        Self { report, ids, wait, begun: Instant::now(), watch: Watch::begin(now()), failing: None }
    }

    /// Asks until there is no more to ask. Why the store was of no use at the end.
    async fn keep(mut self, inquiry: &mut Inquiry<'_>, progress: &mut Progress) -> Option<Trouble> {
        loop {
            let trouble = self.round(inquiry).await.err();
            if let Some(trouble) = &trouble {
                let ladder = &mut self.report.visit.ladder;
                (ladder.asked, ladder.status) = trouble.fault.asked();
            }
            let dead = trouble.as_ref().is_some_and(|it| !matches!(it.fault, Fault::Busy { .. }));
            self.failing = dead.then(|| self.failing.unwrap_or_else(Instant::now));
            self.report.visit.ladder.at = now().millis();
            self.watch.answered(trouble.as_ref().map(|trouble| trouble.said.clone()));
            let reached = self.watch.progress(now());
            self.report.visit.ladder.complete = matches!(reached, Reached::Complete { .. });
            if self.done(&reached, trouble.as_ref()) {
                return trouble;
            }
            progress.show("waiting for spans", &self.wanting(&reached));
            let left = self.wait.saturating_sub(self.begun.elapsed());
            let pause = self.watch.pause(now()).unwrap_or(PAUSE).min(PAUSE);
            // What a busy store names is not undercut.
            let named = trouble.as_ref().and_then(|trouble| match trouble.fault {
                Fault::Busy { after, .. } => after,
                _ => None,
            });
            sleep(named.map_or(pause, |named| named.max(pause)).min(left)).await;
        }
    }

    fn done(&self, reached: &Reached, trouble: Option<&Trouble>) -> bool {
        let dead = self.failing.is_some_and(|since| since.elapsed() >= DEAD)
            || trouble
                .is_some_and(|trouble| trouble.fault.is_general() && !trouble.fault.is_passing());
        let settled = reached.over() || hopeless(&self.report.visit.ladder) && trouble.is_none();
        dead || self.begun.elapsed() >= self.wait || settled && self.returned()
    }

    /// Whether our own span is there, or will not be.
    fn returned(&self) -> bool {
        let probe = self.report.probe.as_ref();
        probe.is_none_or(|probe| probe.trouble.is_some() || probe.found.is_some())
    }

    /// What is waited for.
    fn wanting(&self, reached: &Reached) -> String {
        let whole = reached.over() || hopeless(&self.report.visit.ladder);
        if whole && !self.returned() {
            return "our own is not there yet".to_owned();
        }
        reached.detail()
    }

    /// Asks for both traces once.
    async fn round(&mut self, inquiry: &mut Inquiry<'_>) -> Result<(), Trouble> {
        if !self.returned()
            && let Some(Probe { trace, found, .. }) = &mut self.report.probe
        {
            let word = inquiry.trace(*trace).await?;
            let spans = word.spans.unwrap_or_default();
            if spans.iter().any(|span| span.id == self.ids.span) {
                *found = Some(self.begun.elapsed());
            }
        }
        let page = self.ids.page;
        let word = inquiry.trace(page.trace).await?;
        let asked = if word.spans.is_some() { Asked::Spans } else { Asked::Absent };
        let mut spans = word.spans.unwrap_or_default();
        if let Some(other) = self.report.visit.ladder.other() {
            spans.extend(inquiry.trace(other).await?.spans.unwrap_or_default());
        }
        // A store may have a span twice.
        let mut seen = BTreeSet::new();
        spans.retain(|span| seen.insert((span.trace, span.id)));
        let Visit { ladder, window, .. } = &mut self.report.visit;
        (ladder.asked, ladder.status) = (asked, word.status);
        ladder.meet(page.document, *window, &spans);
        ladder.spans = number(spans.len());
        ladder.missing = number(missing(&spans, [page.root, page.document]));
        let sight = Sight {
            spans: ladder.spans,
            errors: number(spans.iter().filter(|span| span.failed()).count()),
            joined: ladder.joined,
            missing: ladder.missing,
            loaded: true,
            ..Sight::default()
        };
        self.watch.see(now(), sight);
        self.report.services = spans.iter().map(|span| span.service().to_owned()).collect();
        Ok(())
    }
}

/// Whether no span can be expected of the server.
fn hopeless(ladder: &Ladder) -> bool {
    let unsampled = ladder.answer.as_ref().is_some_and(|answer| answer.sampled == Some(false));
    unsampled || ladder.way == Way::Failed || ladder.light(Lamp::Sent) == Light::Dark
}

/// How many parents are named and not there; what the page itself would have recorded is.
fn missing(spans: &[Span], own: [SpanId; 2]) -> usize {
    let there: BTreeSet<_> = spans.iter().map(|span| (span.trace, span.id)).collect();
    let parents = spans.iter().filter_map(|span| span.parent.map(|parent| (span.trace, parent)));
    let gone = parents.filter(|(trace, id)| !there.contains(&(*trace, *id)) && !own.contains(id));
    gone.collect::<BTreeSet<_>>().len()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
