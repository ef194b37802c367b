//! Looks at a page: takes its facts in, makes spans of them, meets them with what the store has,
//! and writes what changed into the journal.

use std::mem;

use bridge::{Look, Looked};
use trace::assemble::User;
use trace::completion::{Progress, Sight, Watch};
use trace::ladder::Ladder;
use trace::redact::Redaction;
use trace::request::{Api, TracedRequest};
use trace::state::{Page, Soft};
use trace::unseen::Unseen;
use trace::{Timestamp, TraceId, doctor};
use webext::journal::RequestRow;
use webext::{Error, Journal, clock, settings, spawn};

use crate::Recording;
use crate::page::Recorded;
use crate::who;

impl Recording {
    /// Looks at a page.
    pub(crate) async fn look(&self, look: Look) -> Looked {
        let Look { mut page, mut facts, wires, alone, write, kept } = look;
        let trace = page.context.trace;
        page.ladder = mem::take(&mut page.ladder).heard();
        self.pages.borrow_mut().retain(|trace, _| kept.contains(trace));
        self.others.borrow_mut().retain(|trace, _| kept.contains(trace));
        self.alive.replace(kept.iter().copied().chain([trace]).collect());
        let mut looked = Looked::default();
        let done = match self.journal().await {
            Ok(journal) => {
                let journal = &*journal;
                let mut recorded = self.take(journal, &page).await;
                let shared = page.shared.map(|shared| shared.trace);
                recorded.foreign = kept;
                recorded.foreign.retain(|other| *other != trace && Some(*other) != shared);
                let found = self.found.borrow_mut().remove(&trace).unwrap_or_default();
                let redaction = self.redaction().await;
                let choices = who::choices().await;
                if !facts.is_empty() {
                    facts.extend(who::ask(&page, &choices, &mut recorded.said).await);
                }
                let user = who::user(&choices, &redaction);
                let unseen = read(&wires, &page, &redaction).await;
                let mut work = Work {
                    journal,
                    page: &mut page,
                    recorded: &mut recorded,
                    redaction: &redaction,
                    user,
                    alone,
                };
                // What is found again when the store is asked again need not be kept meanwhile.
                let (mut news, mut kept) = ((unseen.clone(), found), Some(unseen));
                let done = loop {
                    let done = work.run(&facts, news.0, news.1, write, &mut looked).await;
                    let full = done.as_ref().is_err_and(Error::full);
                    let Some(unseen) = kept.take().filter(|_| full) else { break done };
                    if !self.free().await {
                        break done;
                    }
                    news = (unseen, Vec::new());
                };
                // A target that cannot be taken off stays on the list.
                let _judged = self.judge(recorded.met(&page)).await;
                self.others.borrow_mut().insert(trace, asked(&page, &recorded));
                self.count(recorded.metered()).await;
                self.pages.borrow_mut().insert(trace, recorded);
                done
            }
            Err(error) => Err(error),
        };
        spawn(async { Self::get().tidy().await });
        looked.trouble = done.err().map(|error| error.to_string());
        looked.softs = page.softs;
        looked.awaits = page.awaits;
        Looked { watch: Some(page.watch), ladder: page.ladder, soft: page.soft, ..looked }
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
        // A search and a reader may want the same trace at the same time, and each chunk has its place.
        let _turn = self.keeping.wait().await;
        // What is found of a page of the worker's is taken in by the next look at it.
        if self.alive.borrow().contains(&trace) {
            return false;
        }
        let found = self.found.borrow_mut().remove(&trace).unwrap_or_default();
        let Ok(journal) = self.journal().await else { return false };
        let Ok(mut recorded) = Recorded::recall(&journal, trace).await else { return false };
        // A request of a page that is a trace of its own lies with the page.
        if recorded.know(&journal, trace).await.is_err() {
            return false;
        }
        let redaction = self.redaction().await;
        let more = recorded.absorb(&journal, trace, found, &redaction, |_| false).await;
        self.count(recorded.metered()).await;
        more.is_ok_and(|(more, _)| more)
    }
}

/// Reads the requests that only the network events tell of.
async fn read(wires: &[String], page: &Page, redaction: &Redaction) -> Vec<Unseen> {
    if wires.is_empty() {
        return Vec::new();
    }
    // Which headers carry a context is the user's to say; the defaults are read where nobody can.
    let settings = settings::load().await.unwrap_or_default();
    let read = |wire: &String| {
        let unseen = Unseen::read(wire, &settings.triggers, page.context)?;
        Some(redaction.unseen(unseen))
    };
    wires.iter().filter_map(read).collect()
}

/// The traces to ask for besides the page's own.
fn asked(page: &Page, recorded: &Recorded) -> Vec<TraceId> {
    let mut asked = recorded.kin().asked(page.context.trace);
    let soft = page.soft.as_ref().filter(|soft| !soft.watch.progress(clock::now()).over());
    asked.extend(soft.map(|soft| soft.context.trace).filter(|trace| !asked.contains(trace)));
    asked
}

/// One look at one page.
struct Work<'a> {
    journal: &'a Journal,
    page: &'a mut Page,
    recorded: &'a mut Recorded,
    redaction: &'a Redaction,
    user: User,
    alone: bool,
}

impl Work<'_> {
    /// Once it failed it may be tried again: what is stored is not stored twice, and its tally stays.
    async fn run(
        &mut self,
        facts: &[String],
        unseen: Vec<Unseen>,
        found: Vec<trace::Span>,
        write: bool,
        looked: &mut Looked,
    ) -> Result<(), Error> {
        let Self { journal, page, recorded, redaction, user, alone } = self;
        let (user, alone) = (user.clone(), *alone);
        let trace = page.context.trace;
        let news = !facts.is_empty() || !unseen.is_empty();
        // Not acknowledged when it cannot be stored: the relay keeps the batch and sends it again.
        if looked.tally.is_none() {
            looked.tally = Some(recorded.add(journal, page, facts, unseen, redaction).await?);
        }
        let mut requests = recorded.assemble(page, redaction, user);
        let late = |start| page.watch.late(start, page.live);
        let (more, services) = recorded.absorb(journal, trace, found, redaction, late).await?;
        services.iter().for_each(|service| page.watch.count_late(service));
        see(page, recorded, alone, clock::now());
        let changed = recorded.climb(&mut requests, page);
        see_soft(page, recorded, &requests, alone, clock::now());
        page.awaits = recorded.kin().awaits() && !alone;
        looked.grew = more;
        looked.settled = recorded.settled();
        let traced = requests.iter().filter(|request| request.api != Api::Page).count();
        looked.requests = u32::try_from(traced).unwrap_or(u32::MAX);
        looked.gaps = recorded.gaps();
        looked.changed = looked.grew || !changed.is_empty();
        if write || looked.changed || news {
            let over = recorded.settled() || page.closed;
            // Where nobody can say who wants them, they wait for the first: what has no mark is never sent.
            let wanted = settings::destinations().await.unwrap_or(1);
            looked.waiting += recorded.write(journal, page, over, wanted).await?;
            let tab = page.tab;
            let rows = changed.iter().map(|request| RequestRow { tab, request: request.clone() });
            journal.put_requests(trace, &rows.collect::<Vec<_>>()).await?;
            recorded.wrote(changed);
        }
        Ok(())
    }
}

/// Lets a page's watch and ladder see what is there now.
fn see(page: &mut Page, recorded: &Recorded, alone: bool, now: Timestamp) {
    let server = recorded.server();
    let ours = |trace| !recorded.kin().is_apart(trace);
    let end = page.wire.end.unwrap_or(Timestamp::from_nanos(u64::MAX));
    page.ladder.meet(page.context.document, (page.wire.start, end), server);
    let found = server.iter().filter(|span| ours(span.trace)).count();
    page.ladder.spans = u32::try_from(found).unwrap_or(u32::MAX);
    let loaded = recorded.settled() || page.closed;
    let sight = recorded.sight(&ours, page.ladder.ahead == 0);
    let sight = Sight { joined: page.ladder.joined, loaded, alone, ..sight };
    page.ladder.missing = sight.missing;
    page.watch.see(now, sight);
    let progress = page.watch.progress(now);
    page.ladder.over = progress.over();
    page.ladder.complete = matches!(progress, Progress::Complete { .. });
    let finding = doctor::diagnose(&page.ladder).filter(|finding| finding.lamp.is_some());
    page.watch.blame(finding.map(|finding| finding.cause.title().to_owned()));
}

/// Lets the watch of the page within the document see what is there now. A page trace by itself covers
/// the load and nothing after it.
fn see_soft(
    page: &mut Page,
    recorded: &Recorded,
    requests: &[TracedRequest],
    alone: bool,
    now: Timestamp,
) {
    let (Some((context, url)), Some(_)) = (recorded.soft(), page.session) else { return };
    page.softs = recorded.softs();
    let theirs =
        || requests.iter().filter(|it| it.trace == context.trace && it.ladder.armed.is_some());
    let first = theirs().next();
    let known = page.soft.take().filter(|soft| soft.context.trace == context.trace);
    let mut watch = known.map_or_else(|| Watch::begin(now), |soft| soft.watch);
    let sight = recorded.sight(&|trace| trace == context.trace, true);
    let joined = theirs().all(|request| request.ladder.joined);
    watch.see(now, Sight { joined, loaded: true, alone, ..sight });
    let (method, ladder) = match first {
        Some(request) => (request.method.clone(), request.ladder.clone()),
        None => (String::new(), Ladder::default()),
    };
    page.soft = Some(Soft { context, url, watch, method, ladder });
}
