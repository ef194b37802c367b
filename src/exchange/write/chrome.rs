//! Chrome's trace events, as <https://ui.perfetto.dev> and `chrome://tracing` open them: a service is
//! a process, spans that overlap lie in lanes side by side, attributes are arguments. Arrows lead
//! from a caller to what it called in another service.

use otlp::Sheet;
use trace::Span;
use trace::attribute::Attributes;
use trace::columns::{Columns, Flags};

use super::json::Out;
use super::lanes::lanes;
use crate::read::{BASE, OF, PARENT, SPAN, TRACE};
use crate::tag;

/// All spans as Chrome's trace events.
#[must_use]
pub fn chrome(sheet: &Sheet) -> String {
    let columns = sheet.columns();
    let timed = (0..columns.len()).filter(|at| !columns.flags[*at].has(Flags::UNTIMED));
    let base = timed.map(|at| columns.starts[at]).min().unwrap_or_default();
    let page = Page { base, lanes: lanes(columns), columns };
    let mut out = Out::default();
    out.object(|out| {
        out.words("displayTimeUnit", "ms");
        out.key("otherData");
        out.object(|out| out.plain(BASE, format_args!("\"{base}\"")));
        out.key("traceEvents");
        out.text.push('[');
        page.processes(out);
        for at in 0..sheet.len() {
            if let Some(span) = sheet.span(at) {
                page.span(out, at, span);
            }
        }
        out.text.push(']');
    });
    out.text
}

/// What all events have in common.
struct Page<'a> {
    /// The moment that is 0 in the file.
    base: u64,
    lanes: Vec<u32>,
    columns: &'a Columns,
}

impl Page<'_> {
    fn processes(&self, out: &mut Out) {
        for (at, resource) in self.columns.by().resources().iter().enumerate() {
            event(out, "M", "process_name", |out| {
                out.plain("pid", format_args!("{}", at + 1));
                out.key("args");
                let name = match resource.service() {
                    "" => "unknown service",
                    name => name,
                };
                out.object(|out| out.words("name", name));
            });
        }
    }

    fn span(&self, out: &mut Out, at: usize, mut span: Span) {
        let mut arguments = std::mem::take(&mut span.attributes);
        tag::put(span.kind, &span.status, &span.scope, &span.state, &mut arguments);
        let mut put = |name: &str, id: String| arguments.insert(name.to_owned(), id.into());
        put(TRACE, span.trace.to_string());
        put(SPAN, span.id.to_string());
        if let Some(parent) = span.parent {
            put(PARENT, parent.to_string());
        }
        event(out, "X", &span.name, |out| {
            out.words("cat", if span.failed() { "span,error" } else { "span" });
            self.place(out, at, span.start.nanos());
            out.plain("dur", format_args!("{}", Micros(self.columns.lengths[at])));
            out.key("args");
            attributes(out, &arguments);
        });
        for moment in &span.events {
            let mut arguments = moment.attributes.clone();
            arguments.insert(OF.to_owned(), span.id.to_string().into());
            event(out, "i", &moment.name, |out| {
                out.words("s", "t");
                self.place(out, at, moment.time.nanos());
                out.key("args");
                attributes(out, &arguments);
            });
        }
        self.arrow(out, at);
    }

    /// From a caller in another service to this span.
    fn arrow(&self, out: &mut Out, at: usize) {
        let resource = |at: usize| self.columns.owner_of(at).resource;
        let caller = self.columns.parent(at).and_then(|id| self.columns.find(id));
        let Some(caller) = caller.filter(|caller| resource(*caller) != resource(at)) else {
            return;
        };
        let start = self.columns.starts[at];
        // An arrow must begin within its slice.
        let from = start.clamp(self.columns.starts[caller], self.columns.end(caller));
        for (phase, end, time) in [("s", caller, from), ("f", at, start)] {
            event(out, phase, "calls", |out| {
                out.words("cat", "calls");
                // Places in the file: ids may come twice.
                out.plain("id", format_args!("{at}"));
                if phase == "f" {
                    out.words("bp", "e");
                }
                self.place(out, end, time);
            });
        }
    }

    fn place(&self, out: &mut Out, at: usize, time: u64) {
        out.plain("pid", format_args!("{}", self.columns.owner_of(at).resource + 1));
        out.plain("tid", format_args!("{}", self.lanes[at] + 1));
        out.plain("ts", format_args!("{}", Micros(time.saturating_sub(self.base))));
    }
}

fn event(out: &mut Out, phase: &str, name: &str, write: impl FnOnce(&mut Out)) {
    out.next('[');
    out.object(|out| {
        out.words("ph", phase);
        out.words("name", name);
        write(out);
    });
}

fn attributes(out: &mut Out, all: &Attributes) {
    out.object(|out| {
        for (name, value) in all {
            out.key(name);
            out.value(value);
        }
    });
}

/// Nanoseconds as microseconds, exactly.
struct Micros(u64);

impl std::fmt::Display for Micros {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 % 1_000 {
            0 => write!(f, "{}", self.0 / 1_000),
            rest => write!(f, "{}.{rest:03}", self.0 / 1_000),
        }
    }
}
