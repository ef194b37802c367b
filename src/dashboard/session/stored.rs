//! What the trace store has of a session, asked for by a button: its traces with what their spans
//! say, what was found and what may be missing, in words.

use std::time::Duration;

use bridge::Findings;
use leptos::prelude::*;
use surface::lamp::Tone;
use surface::moment;
use surface::standing::Standing;
use surface::status::State;
use trace::seen::Seen;
use trace::{Span, Timestamp, TraceId, order, quantity};

use crate::figure::text;
use crate::link;
use crate::sorted::{number, plain, words};

/// What is told before anything was asked for.
const OFFER: &str = "Traces of this session that the store has and this browser has not: other browsers' \
                     and servers'. They are found by session.id, and kept in the journal. Search of most \
                     stores lags by half a minute.";
/// What no store can tell.
const LIMITS: &str = "A store has spans and no more: pages, users and errors are shown above where the \
                      browser's spans are among them, and traces whose spans do not say session.id are \
                      not found.";

/// What is told where nothing says when the session was.
const RECENT: &str = "This browser does not know when the session was: the last 167 hours were searched, \
                      because some stores refuse more.";

/// How the search stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stage {
    /// It was not asked for.
    #[default]
    Offered,
    /// It cannot be: why.
    Barred(&'static str),
    /// The store is asked.
    Asking,
    /// What it had is read: so many traces of so many.
    Reading(usize, usize),
    /// It failed as a whole: why.
    Failed(String),
    /// It is over.
    Over(Findings),
}

/// A search, and what it found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stored {
    /// How it stands.
    pub stage: Stage,
    /// Whether it is not known when the session was, so that the store is asked for the last days.
    pub recent: bool,
    /// Its traces, the last first.
    pub lines: Vec<Line>,
}

/// A trace of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// It.
    pub trace: TraceId,
    /// Whether this browser did not know all of it.
    pub new: bool,
    /// When it began.
    pub start: Timestamp,
    /// Who began it; may be empty.
    pub service: String,
    /// With what.
    pub name: String,
    /// Its spans.
    pub spans: usize,
    /// Those that failed.
    pub errors: usize,
}

impl Line {
    /// A trace in a line; `None` where nothing of it is here.
    #[must_use]
    pub fn of(trace: TraceId, new: bool, spans: &[Span]) -> Option<Self> {
        let here = Seen::of(spans);
        let root = |span: &&Span| !span.parent.is_some_and(|id| here.contains(span.trace, id));
        let root = spans.iter().filter(root).min_by_key(|span| span.start);
        let root = root.or_else(|| spans.first())?;
        Some(Self {
            trace,
            new,
            start: root.start,
            service: root.service().to_owned(),
            name: root.name.clone(),
            spans: spans.len(),
            errors: spans.iter().filter(|span| span.failed()).count(),
        })
    }
}

impl Stored {
    /// Whether something is under way.
    #[must_use]
    pub const fn busy(&self) -> bool {
        matches!(self.stage, Stage::Asking | Stage::Reading(..))
    }

    /// Puts a trace in its place.
    pub fn put(&mut self, line: Line) {
        self.lines.retain(|known| known.trace != line.trace);
        self.lines.push(line);
        order::sort_by_rank(&mut self.lines, |line| !line.start.nanos());
    }

    /// How it stands, in words.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let (tone, title, detail) = match &self.stage {
            Stage::Offered => (Tone::Idle, "Not asked yet", OFFER.to_owned()),
            Stage::Barred(why) => {
                (Tone::Idle, "The trace store cannot be asked", (*why).to_owned())
            }
            Stage::Asking => {
                (Tone::Busy, "Asking the trace store", "This may take a minute.".to_owned())
            }
            Stage::Reading(read, of) => {
                let of = quantity::count(*of as u64, "trace");
                (Tone::Busy, "Reading what it has", format!("{read} of {of}."))
            }
            Stage::Failed(why) => (Tone::Bad, "The search failed", format!("{why}. Try again.")),
            Stage::Over(found) => return self.over(found),
        };
        Standing::new(tone, title, detail)
    }

    fn over(&self, found: &Findings) -> Standing {
        let mut said: Vec<String> = found.trouble.iter().map(|why| format!("{why}.")).collect();
        if found.rejected > 0 {
            said.push(format!("{} could not be read.", quantity::count(found.rejected, "span")));
        }
        if found.more {
            said.push("There may be more: the store gives no more at once.".to_owned());
        }
        if let Some(again) = found.again {
            let again = quantity::duration(Duration::from_secs(again.as_secs().max(1)));
            said.push(format!(
                "What came just now may be missing, because search lags: ask again in {again}."
            ));
        }
        let count = quantity::count(found.traces.len() as u64, "trace");
        let (tone, title) = match (found.traces.len(), found.trouble.is_empty()) {
            (0, true) => (Tone::Idle, "The trace store has no trace of this session".to_owned()),
            (0, false) => (Tone::Bad, "The trace store could not be searched".to_owned()),
            (_, true) => (Tone::Good, format!("The trace store has {count}")),
            (_, false) => (Tone::Warn, format!("{count} found, and not all was answered")),
        };
        if !found.traces.is_empty() {
            said.insert(
                0,
                match found.grew.len() {
                    0 => "This browser had all of it.".to_owned(),
                    new => format!(
                        "Of {}, this browser did not have all.",
                        quantity::grouped(new as u64)
                    ),
                },
            );
        }
        if self.recent {
            said.push(RECENT.to_owned());
        }
        said.push(LIMITS.to_owned());
        Standing::new(tone, &title, said.join(" "))
    }
}

/// The section.
#[component]
pub fn InStore(
    /// The search.
    stored: RwSignal<Stored>,
    /// Begins it.
    on_find: Callback<()>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    let standing = Memo::new(move |_| stored.with(Stored::standing));
    let barred = move || stored.with(|it| matches!(it.stage, Stage::Barred(_)));
    let lines = Memo::new(move |_| stored.with(|it| it.lines.clone()));
    view! {
        <section class="block stored" aria-labelledby="stored">
            <h2 id="stored">"In the trace store"</h2>
            <State standing />
            <Show when=move || !barred()>
                <button
                    type="button"
                    class="verb"
                    disabled=move || stored.with(Stored::busy)
                    on:click=move |_| on_find.run(())
                >
                    "Find in the trace store"
                </button>
            </Show>
            {move || lines.with(|lines| (!lines.is_empty()).then(|| table(lines, zone)))}
        </section>
    }
    .into_any()
}

fn table(lines: &[Line], zone: i32) -> AnyView {
    let columns = [
        words("Time"),
        words("Service"),
        words("Name"),
        number("Spans"),
        number("Errors"),
        words("Here"),
    ];
    let lines = lines.iter().map(|line| {
        let time = link::moment(moment::second(line.start, zone), Some(line.trace), None);
        let class = if line.errors > 0 { "number bad" } else { "number" };
        view! {
            <tr>
                <td class="time">{time}</td>
                <td>{text(&line.service)}</td>
                <td class="route" title=line.name.clone()>{line.name.clone()}</td>
                <td class="number">{quantity::grouped(line.spans as u64)}</td>
                <td class=class>{quantity::grouped(line.errors as u64)}</td>
                <td>{if line.new { "new" } else { "known" }}</td>
            </tr>
        }
        .into_any()
    });
    view! {
        <div class="sheet" tabindex="0" role="region" aria-label="Traces in the store">
            <table aria-labelledby="stored">
                {plain(&columns)}
                <tbody>{lines.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use surface::sample;

    use super::*;

    fn said(stage: Stage) -> String {
        let standing = Stored { stage, ..Stored::default() }.standing();
        format!("{}: {}", standing.title, standing.detail)
    }

    fn over(change: impl FnOnce(&mut Findings)) -> String {
        let mut found = Findings::default();
        change(&mut found);
        said(Stage::Over(found))
    }

    #[test]
    fn a_trace_is_told_by_what_began_it() {
        let spans = sample::spans();
        let line = Line::of(spans[0].trace, true, &spans).unwrap();
        assert_eq!((&*line.service, &*line.name), ("browser", "page load"));
        assert_eq!((line.spans, line.errors), (6, 1));
        let line = Line::of(spans[0].trace, true, &spans[2..]).unwrap();
        assert_eq!(line.service, "shop", "of one whose beginning is not there, the first");
        assert_eq!(Line::of(spans[0].trace, true, &[]), None);
    }

    #[test]
    fn what_was_found_and_what_may_be_missing_is_said() {
        assert!(said(Stage::Offered).contains("lags by half a minute"));
        assert!(over(|_| {}).starts_with("The trace store has no trace of this session: "));
        let trace = sample::trace_id();
        let text = over(|found| {
            (found.traces, found.more) = (vec![trace], true);
            (found.again, found.rejected) = (Some(Duration::from_millis(30_500)), 3);
        });
        assert!(
            text.starts_with(
                "The trace store has 1 trace: This browser had all of it. 3 spans could not be \
             read. There may be more: the store gives no more at once. What came just now may be \
             missing, because search lags: ask again in 30 s. A store has spans"
            ),
            "{text}"
        );
        let text = over(|found| found.trouble.push("http://a.test: it answers 502".to_owned()));
        assert!(
            text.starts_with(
                "The trace store could not be searched: http://a.test: it answers 502."
            )
        );
        let stage = Stage::Over(Findings::default());
        assert!(!over(|_| {}).contains("hours"));
        let said = Stored { stage, recent: true, lines: Vec::new() }.standing().detail;
        assert!(said.contains("the last 167 hours were searched"), "{said}");
    }

    #[test]
    fn a_trace_that_is_found_again_takes_its_own_place() {
        let mut stored = Stored::default();
        let line = |at, number: u8| Line {
            trace: TraceId::mint([number; 16]).unwrap(),
            new: false,
            start: Timestamp::from_nanos(at),
            service: String::new(),
            name: String::new(),
            spans: 1,
            errors: 0,
        };
        [line(1, 1), line(9, 2), line(5, 3), line(7, 1)].into_iter().for_each(|it| stored.put(it));
        assert_eq!(stored.lines.iter().map(|it| it.start.nanos()).collect::<Vec<_>>(), [9, 7, 5]);
    }
}
