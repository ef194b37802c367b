//! What the main thread did: user operations, the page's own measures, long frames and tasks, each
//! a span in the innermost operation or measure around it.

use crate::attribute::key;
use crate::record::{Frame, Measure, Script, Task};
use crate::{Event, PageMillis, Span, SpanId};

use super::act::Acts;
use super::facts::Facts;
use super::fault::Faults;
use super::nest::{Interval, nest};
use super::pair::Pairs;
use super::part::QUIET;
use super::{Tracer, detail, network, put, put_text};

/// Name of the span of a frame, as its entry has it.
const FRAME: &str = "long-animation-frame";
/// Name of the span of a task, as OpenTelemetry's instrumentation has it.
const TASK: &str = "longtask";
/// What a measure without a name is called.
const MEASURE: &str = "measure";

/// Something that the main thread did.
enum Piece<'a> {
    Measure(&'a Measure),
    Frame(&'a Frame),
    Task(&'a Task),
}

impl Piece<'_> {
    fn time(&self) -> (PageMillis, PageMillis) {
        let (start, duration) = match self {
            Self::Measure(it) => (it.start_time, it.duration),
            Self::Frame(it) => (it.start_time, it.duration),
            Self::Task(it) => (it.start_time, it.duration),
        };
        (start, PageMillis(start.0 + duration.0))
    }

    fn name(&self) -> &str {
        match self {
            Self::Measure(it) if it.name.is_empty() => MEASURE,
            Self::Measure(it) => &it.name,
            Self::Frame(_) => FRAME,
            Self::Task(_) => TASK,
        }
    }
}

impl<'a> Tracer<'a> {
    /// What the main thread did. A page trace by itself covers the load and nothing after it: a page may
    /// work for ever, and its trace is to be complete.
    fn pieces(&self, facts: &Facts<'a>) -> Vec<Piece<'a>> {
        let loaded = facts.navigation.filter(|_| self.page.session.is_none());
        let last = loaded.map_or(f64::INFINITY, |navigation| {
            let settled = self.parts.settled(0, &facts.resources).0;
            navigation.load_event_end.0.max(settled) + QUIET
        });
        let measures = facts.measures.iter().map(|it| Piece::Measure(it));
        let frames = facts.frames.iter().map(|it| Piece::Frame(it));
        let tasks = facts.tasks.iter().map(|it| Piece::Task(it));
        let all = measures.chain(frames).chain(tasks);
        all.filter(|piece| piece.time().0.0 <= last).collect()
    }

    /// The operations, with what followed from them.
    pub(super) fn operations(&mut self, facts: &Facts<'a>, pairs: &Pairs) -> Acts<'a> {
        let mut acts = self.acts(&facts.operations);
        for (request, resource) in facts.requests.iter().zip(&pairs.resources) {
            // By the browser's word: a page can say anything of a request.
            if let Some(resource) = resource {
                acts.caused(request.start, facts.resources[*resource].timing.response_end);
            }
        }
        for (start, end) in self.pieces(facts).iter().map(Piece::time) {
            acts.caused(start, end);
        }
        facts.softs.iter().for_each(|soft| acts.caused(soft.at, soft.at));
        acts
    }

    /// The spans of all of it, with the errors that were thrown meanwhile. Errors of each page are
    /// in `faults`, for its root.
    pub(super) fn work(
        &mut self,
        facts: &Facts<'a>,
        acts: &Acts<'a>,
        faults: &mut Faults<'a>,
    ) -> Vec<Span> {
        let pieces = self.pieces(facts);
        let ids = self.piece_ids(&pieces);
        let intervals = self.intervals(facts, acts, &pieces);
        let around = nest(&intervals);
        let thrown = acts.0.len() + pieces.len();
        for (error, around) in facts.errors.iter().zip(&around[thrown..]) {
            let root = Faults::root(self.parts.at(error.at));
            let inner = around.iter().map(|at| Faults::inner(*at));
            faults.throw(std::iter::once(root).chain(inner), error);
        }
        let operations = acts.0.iter().map(|act| self.operation(act));
        let worked = pieces.iter().zip(&ids).map(|(piece, id)| self.piece(piece, *id));
        let mut spans: Vec<Span> = operations.chain(worked).collect();
        for at in 0..spans.len() {
            // An operation is of the user, whatever the page measures meanwhile.
            let parent = around[at].filter(|_| at >= acts.0.len()).map(|around| spans[around].id);
            let span = &mut spans[at];
            span.parent = parent.or(span.parent);
            faults.blame(Faults::inner(at), span, self.page.clock);
        }
        spans
    }

    fn piece_ids(&mut self, pieces: &[Piece<'_>]) -> Vec<SpanId> {
        let ids = pieces.iter().map(|piece| {
            let start = piece.time().0;
            let trace = self.parts.get(self.parts.at(start)).trace;
            self.ids.derive(trace, piece.name(), start)
        });
        ids.collect()
    }

    /// Operations, then pieces, then errors.
    fn intervals(&self, facts: &Facts<'_>, acts: &Acts<'_>, pieces: &[Piece<'_>]) -> Vec<Interval> {
        let operations = acts.0.iter().map(|act| {
            let (part, start, end) = (act.part, act.start().0, act.reach());
            Interval { part, start, end, holds: true }
        });
        let worked = pieces.iter().map(|piece| {
            let (start, end) = piece.time();
            let holds = matches!(piece, Piece::Measure(_));
            Interval { part: self.parts.at(start), start: start.0, end: end.0, holds }
        });
        let errors = facts.errors.iter().map(|error| {
            let (part, at) = (self.parts.at(error.at), error.at.0);
            Interval { part, start: at, end: at, holds: false }
        });
        operations.chain(worked).chain(errors).collect()
    }

    fn piece(&self, piece: &Piece<'_>, id: SpanId) -> Span {
        let time = piece.time();
        let mut span = self.inner(self.parts.at(time.0), id, time);
        piece.name().clone_into(&mut span.name);
        match piece {
            Piece::Measure(measure) => detail::describe(&mut span.attributes, &measure.detail),
            Piece::Task(task) => put_text(&mut span.attributes, key::LONGTASK_NAME, &task.name),
            Piece::Frame(frame) => self.frame(&mut span, frame),
        }
        span
    }

    /// Tells of a frame, with what ran in it; on the span itself, the script that ran longest.
    fn frame(&self, span: &mut Span, frame: &Frame) {
        let attributes = &mut span.attributes;
        put(attributes, key::BLOCKING, frame.blocking_duration.0);
        let forced: f64 =
            frame.scripts.iter().map(|it| it.forced_style_and_layout_duration.0).sum();
        if forced > 0.0 {
            put(attributes, key::FORCED_LAYOUT, forced);
        }
        let longest = frame.scripts.iter().max_by(|a, b| a.duration.0.total_cmp(&b.duration.0));
        if let Some(script) = longest {
            describe(attributes, script);
        }
        span.events = frame.scripts.iter().map(|script| self.script(script)).collect();
    }

    fn script(&self, script: &Script) -> Event {
        let mut event = network::event("script", self.page.clock.at(script.start_time));
        describe(&mut event.attributes, script);
        event
    }
}

fn describe(attributes: &mut crate::Attributes, script: &Script) {
    put_text(attributes, key::CODE_FILE, &script.source_url);
    put_text(attributes, key::CODE_FUNCTION, &script.source_function_name);
    put_text(attributes, key::INVOKER, &script.invoker);
    put_text(attributes, key::INVOKER_TYPE, &script.invoker_type);
    put(attributes, key::SCRIPT_DURATION, script.duration.0);
}
