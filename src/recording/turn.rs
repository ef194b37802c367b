//! Lets one of a kind work at a time: whoever waits is woken when the one before is done.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// A turn that one has at a time.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    taken: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

/// The turn, until dropped.
#[derive(Debug)]
pub(crate) struct Held<'a>(&'a Turn);

impl Turn {
    /// The turn, if nobody has it.
    pub(crate) fn take(&self) -> Option<Held<'_>> {
        (!self.taken.replace(true)).then(|| Held(self))
    }

    /// Waits for the turn.
    pub(crate) async fn wait(&self) -> Held<'_> {
        poll_fn(|context| match self.take() {
            Some(held) => Poll::Ready(held),
            None => {
                self.waiting.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.taken.set(false);
        // Taken out first: who is woken may wait again.
        let waiting = self.0.waiting.take();
        waiting.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::{Context, Wake};

    use super::*;

    #[derive(Default)]
    struct Counter(AtomicU32);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn who_waits_is_asked_again_once_the_turn_is_free_and_not_before() {
        let counter = Arc::new(Counter::default());
        let waker = Waker::from(Arc::clone(&counter));
        let mut context = Context::from_waker(&waker);
        let turn = Turn::default();
        let first = turn.take().unwrap();
        assert!(turn.take().is_none());
        let (mut second, mut third) = (pin!(turn.wait()), pin!(turn.wait()));
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert!(third.as_mut().poll(&mut context).is_pending());
        assert_eq!(counter.0.load(Ordering::SeqCst), 0);
        drop(first);
        assert_eq!(counter.0.load(Ordering::SeqCst), 2);
        let Poll::Ready(held) = second.as_mut().poll(&mut context) else { panic!("it is free") };
        assert!(third.as_mut().poll(&mut context).is_pending(), "one at a time");
        drop(held);
        assert!(third.as_mut().poll(&mut context).is_ready());
    }
}
