//! Header values with gaps: `{traceId}` and its like, filled with a context. `{this|that}` is one of
//! two words: the first where the context is sampled.

use crate::context::SAMPLED;
use crate::{SessionId, SpanId, TraceContext};

/// What goes into the gaps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filling {
    /// The context.
    pub context: TraceContext,
    /// The session, in one.
    pub session: Option<SessionId>,
    /// Trace, span and the choice between words are left open, for the recorder to fill: `{from-to}`
    /// is that part of the request's `traceparent`, `{from#to}` the same in decimal. No other text can
    /// be taken for these, since [`super::Custom`] refuses gaps that it does not know.
    pub open: bool,
}

impl Filling {
    /// Fills a template. A name that is not known is left as it stands.
    pub(super) fn fill(&self, template: &str) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let known =
                after.split_once('}').and_then(|(name, tail)| Some((self.word(name)?, tail)));
            rest = match known {
                Some((word, tail)) => {
                    text.push_str(&word);
                    tail
                }
                None => {
                    text.push('{');
                    after
                }
            };
        }
        text.push_str(rest);
        text
    }

    fn word(&self, name: &str) -> Option<String> {
        if self.open { self.gap(name) } else { self.value(name) }
    }

    /// What the recorder fills.
    fn gap(&self, name: &str) -> Option<String> {
        let gap = match name {
            "traceId" => "{3-35}",
            "traceTime" => "{3-11}",
            "traceRest" => "{11-35}",
            "traceHigh" => "{3-19}",
            "traceLow" => "{19#35}",
            "spanId" => "{36-52}",
            "spanNumber" => "{36#52}",
            "flags" => {
                let flags = self.context.flags;
                return Some(format!("{{{:02x}|{:02x}}}", flags | SAMPLED, flags & !SAMPLED));
            }
            _ if name.contains('|') => return choice(name).map(|_| format!("{{{name}}}")),
            _ => return self.value(name),
        };
        Some(gap.to_owned())
    }

    fn value(&self, name: &str) -> Option<String> {
        let TraceContext { trace, span, flags } = self.context;
        let id = trace.to_string();
        Some(match name {
            "traceId" => id,
            // AWS X-Ray writes an id in two parts: its ids begin with the time.
            "traceTime" => id.get(..8)?.to_owned(),
            "traceRest" => id.get(8..)?.to_owned(),
            // Datadog writes it in two halves, the low one in decimal.
            "traceHigh" => id.get(..16)?.to_owned(),
            "traceLow" => u64::from_str_radix(id.get(16..)?, 16).ok()?.to_string(),
            "spanId" => span.to_string(),
            "spanNumber" => number(span).to_string(),
            "flags" => format!("{flags:02x}"),
            "sessionId" => self.session.map(|session| session.to_string()).unwrap_or_default(),
            _ => {
                let (sampled, not) = choice(name)?;
                if self.context.sampled() { sampled } else { not }.to_owned()
            }
        })
    }
}

/// The words of `this|that`. Only our own profiles have such: see [`super::Custom`].
fn choice(gap: &str) -> Option<(&str, &str)> {
    gap.split_once('|')
}

/// A span's id as a number, as Datadog and Google write it.
fn number(span: SpanId) -> u64 {
    u64::from_be_bytes(*span.as_bytes())
}
