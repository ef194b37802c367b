//! Looks at a page: takes its facts in, makes spans of them, meets them with what the store has,
//! and writes what changed into the journal.

use bridge::{Look, Looked};
use trace::completion::Progress;
use trace::meter::Meter;
use trace::redact::Redaction;
use trace::state::Page;
use trace::{Timestamp, TraceId, doctor};
use webext::journal::RequestRow;
use webext::storage::{self, Area};
use webext::{Error, Journal, clock};

use crate::Recording;
use crate::page::Recorded;

/// Key of the month's meter in local storage, where surfaces read it.
const METER: &str = "meter";

impl Recording {
    /// Looks at a page.
    pub(crate) async fn look(&self, look: Look) -> Looked {
        let Look { mut page, facts, alone, write, kept, .. } = look;
        let trace = page.context.trace;
        self.pages.borrow_mut().retain(|trace, _| kept.contains(trace));
        self.others.borrow_mut().retain(|trace, _| kept.contains(trace));
        let mut looked = Looked::default();
        let done = match self.journal().await {
            Ok(journal) => {
                let mut recorded = self.take(journal, &page).await;
                let found = self.found.borrow_mut().remove(&trace).unwrap_or_default();
                let redaction = self.redaction().await;
                let work = Work {
                    journal,
                    page: &mut page,
                    recorded: &mut recorded,
                    redaction: &redaction,
                    alone,
                };
                let done = work.run(&facts, found, write, &mut looked).await;
                self.others.borrow_mut().insert(trace, recorded.others().to_vec());
                self.count(recorded.metered()).await;
                self.pages.borrow_mut().insert(trace, recorded);
                done
            }
            Err(error) => Err(error),
        };
        looked.trouble = done.err().map(|error| error.to_string());
        Looked { watch: Some(page.watch), ladder: page.ladder, ..looked }
    }

    /// Takes a page out of memory, or reads it back from the journal.
    async fn take(&self, journal: &Journal, page: &Page) -> Recorded {
        let trace = page.context.trace;
        let known = self.pages.borrow_mut().remove(&trace);
        match known {
            Some(recorded) => recorded,
            // What cannot be read begins anew: facts that come are kept beside what is there.
            None => Recorded::load(journal, trace).await.unwrap_or_default(),
        }
    }

    /// Keeps what the store has of a trace that is no page of the worker's: one of long ago, or of
    /// others, that somebody looks at. Whether any of it was new.
    pub(crate) async fn keep(&self, trace: TraceId) -> bool {
        let found = self.found.borrow_mut().remove(&trace).unwrap_or_default();
        let Ok(journal) = self.journal().await else { return false };
        let Ok(mut recorded) = Recorded::recall(journal, trace).await else { return false };
        let redaction = self.redaction().await;
        let new = recorded.absorb(journal, trace, found, &redaction, |_| false).await;
        self.count(recorded.metered()).await;
        new.is_ok_and(|(new, _)| new > 0)
    }

    /// Adds to the month's meter.
    async fn count(&self, spans: u32) {
        if spans == 0 {
            return;
        }
        let known = *self.meter.borrow();
        let mut meter: Meter = match known {
            Some(meter) => meter,
            None => storage::load(Area::Local, METER).await.ok().flatten().unwrap_or_default(),
        };
        meter.add(clock::now(), spans);
        self.meter.replace(Some(meter));
        // A meter that cannot be stored is one that counts less: no reason to record less.
        let _counted = storage::store(Area::Local, METER, &meter).await;
    }
}

/// One look at one page.
struct Work<'a> {
    journal: &'a Journal,
    page: &'a mut Page,
    recorded: &'a mut Recorded,
    redaction: &'a Redaction,
    alone: bool,
}

impl Work<'_> {
    async fn run(
        self,
        facts: &[String],
        found: Vec<trace::Span>,
        write: bool,
        looked: &mut Looked,
    ) -> Result<(), Error> {
        let Self { journal, page, recorded, redaction, alone } = self;
        let trace = page.context.trace;
        let known = recorded.count();
        // Not acknowledged when it cannot be stored: the relay keeps the batch and sends it again.
        looked.tally = Some(recorded.add(journal, trace, facts, redaction).await?);
        looked.met = recorded.met(known, page);
        let late = |start| page.watch.late(start, page.live);
        let (new, services) = recorded.absorb(journal, trace, found, redaction, late).await?;
        services.iter().for_each(|service| page.watch.count_late(service));
        let mut requests = recorded.assemble(page, redaction);
        see(page, recorded, alone, clock::now());
        let lit = recorded.climb(&mut requests, page);
        looked.grew = new > 0;
        looked.settled = recorded.settled();
        looked.requests = u32::try_from(requests.len()).unwrap_or(u32::MAX);
        looked.changed = looked.grew || lit;
        if write || looked.changed || !facts.is_empty() {
            let over = recorded.settled() || page.closed;
            looked.waiting = recorded.write(journal, trace, over, !alone).await?;
            let tab = page.tab;
            let rows = requests.into_iter().map(|request| RequestRow { tab, request });
            journal.put_requests(&rows.collect::<Vec<_>>()).await?;
        }
        Ok(())
    }
}

/// Lets a page's watch and ladder see what is there now.
fn see(page: &mut Page, recorded: &Recorded, alone: bool, now: Timestamp) {
    let server = recorded.server();
    let end = page.wire.end.unwrap_or(Timestamp::from_nanos(u64::MAX));
    page.ladder.meet(page.context.document, (page.wire.start, end), server);
    page.ladder.spans = u32::try_from(server.len()).unwrap_or(u32::MAX);
    let sight = recorded.sight(page, alone);
    page.ladder.missing = sight.missing;
    page.watch.see(now, sight);
    let progress = page.watch.progress(now);
    page.ladder.over = progress.over();
    page.ladder.complete = matches!(progress, Progress::Complete { .. });
    let finding = doctor::diagnose(&page.ladder).filter(|finding| finding.lamp.is_some());
    page.watch.blame(finding.map(|finding| finding.cause.title().to_owned()));
}
