//! A request's body that lies in several pieces, which nobody puts together.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// The pieces that are still to be sent.
#[derive(Debug)]
pub(super) struct Parts {
    left: VecDeque<Bytes>,
}

impl Parts {
    pub(super) fn of(parts: impl IntoIterator<Item = Bytes>) -> Self {
        Self { left: parts.into_iter().filter(|part| !part.is_empty()).collect() }
    }
}

impl Body for Parts {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.left.pop_front().map(|part| Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    /// Its length is known, so the other side reads it in the header and not piece by piece.
    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.iter().map(|part| part.len() as u64).sum())
    }
}
