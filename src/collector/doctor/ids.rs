//! Throws the dice for one examination.

use ring::rand::{SecureRandom as _, SystemRandom};
use trace::context::PageContext;
use trace::{SessionId, SpanId, TraceId};

/// Names of what is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ids {
    /// Of the page that asks the server.
    pub(super) page: PageContext,
    /// Of its session.
    pub(super) session: SessionId,
    /// Of the span that the store gets: a trace of its own.
    pub(super) trace: TraceId,
    /// As above.
    pub(super) span: SpanId,
}

impl Ids {
    /// Draws them. `None` when there is no chance in this machine.
    pub(super) fn draw() -> Option<Self> {
        Some(Self {
            page: mint(PageContext::mint)?,
            session: mint(SessionId::mint)?,
            trace: mint(TraceId::mint)?,
            span: mint(SpanId::mint)?,
        })
    }
}

/// Draws until there is something.
fn mint<const N: usize, T>(made: impl Fn([u8; N]) -> Option<T>) -> Option<T> {
    let dice = SystemRandom::new();
    loop {
        let mut entropy = [0; N];
        dice.fill(&mut entropy).ok()?;
        if let Some(made) = made(entropy) {
            return Some(made);
        }
    }
}
