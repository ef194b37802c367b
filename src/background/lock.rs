//! A lock that is taken in the order in which it was asked for, so that events are handled in the
//! order in which the browser sent them; who is urgent comes before all who are not. For one
//! thread: who has it may wait with it.

use std::cell::{Cell, RefCell, RefMut};
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// A value for one at a time.
#[derive(Debug, Default)]
pub(crate) struct Lock<T> {
    value: RefCell<T>,
    /// Who waits, by number: who is urgent, then the others, first come first.
    waiting: RefCell<Vec<(u64, bool, Waker)>>,
    count: Cell<u64>,
}

impl<T> Lock<T> {
    /// Waits for its turn.
    pub(crate) fn lock(&self) -> Turn<'_, T> {
        self.turn(false)
    }

    /// Waits for its turn, which comes before that of all who are not urgent.
    pub(crate) fn turn(&self, urgent: bool) -> Turn<'_, T> {
        self.count.set(self.count.get() + 1);
        Turn { lock: self, number: self.count.get(), urgent }
    }

    /// Whether somebody has it, or waits for it.
    pub(crate) fn taken(&self) -> bool {
        self.value.try_borrow_mut().is_err() || !self.waiting.borrow().is_empty()
    }

    fn wake(&self) {
        if let Some((.., first)) = self.waiting.borrow().first() {
            first.wake_by_ref();
        }
    }
}

/// A place among those who wait.
pub(crate) struct Turn<'a, T> {
    lock: &'a Lock<T>,
    number: u64,
    urgent: bool,
}

impl<'a, T> Future for Turn<'a, T> {
    type Output = Held<'a, T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Held<'a, T>> {
        let Turn { lock, number, urgent } = *self;
        let mut waiting = lock.waiting.borrow_mut();
        let place = waiting.iter().position(|(other, ..)| *other == number);
        let behind = |(_, other, _): &(u64, bool, Waker)| urgent && !*other;
        let end = waiting.len();
        let at = place.or_else(|| waiting.iter().position(behind)).unwrap_or(end);
        if at == 0
            && let Ok(value) = lock.value.try_borrow_mut()
        {
            return Poll::Ready(Held { value, lock });
        }
        let entry = (number, urgent, context.waker().clone());
        match place {
            Some(at) => waiting[at] = entry,
            None => waiting.insert(at, entry),
        }
        Poll::Pending
    }
}

/// Who has had his turn, or gives it up, makes room for the next.
impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        self.lock.waiting.borrow_mut().retain(|(number, ..)| *number != self.number);
        self.lock.wake();
    }
}

/// The value, until dropped.
pub(crate) struct Held<'a, T> {
    value: RefMut<'a, T>,
    lock: &'a Lock<T>,
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Held<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Drop for Held<'_, T> {
    fn drop(&mut self) {
        self.lock.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    #[test]
    fn turns_come_in_the_order_in_which_they_were_asked_for() {
        let context = &mut Context::from_waker(Waker::noop());
        let lock = Lock::<Vec<u8>>::default();
        let (mut first, mut second) = (pin!(lock.lock()), pin!(lock.lock()));
        let Poll::Ready(mut held) = first.as_mut().poll(context) else { panic!("it was free") };
        held.push(1);
        assert!(second.as_mut().poll(context).is_pending());
        drop(held);
        // It is free, but not for one who comes later.
        assert!(pin!(lock.lock()).poll(context).is_pending());
        let Poll::Ready(held) = second.as_mut().poll(context) else { panic!("its turn") };
        assert_eq!(*held, [1]);
    }

    #[test]
    fn who_is_urgent_comes_before_those_who_are_not() {
        let context = &mut Context::from_waker(Waker::noop());
        let lock = Lock::<u8>::default();
        let Poll::Ready(held) = pin!(lock.lock()).poll(context) else { panic!("it was free") };
        let (mut patient, mut urgent) = (pin!(lock.lock()), pin!(lock.turn(true)));
        assert!(patient.as_mut().poll(context).is_pending());
        assert!(urgent.as_mut().poll(context).is_pending());
        assert!(lock.taken());
        drop(held);
        assert!(lock.taken(), "for those who wait");
        assert!(patient.as_mut().poll(context).is_pending());
        assert!(urgent.as_mut().poll(context).is_ready());
    }

    #[test]
    fn one_who_gives_up_holds_nobody_up() {
        let context = &mut Context::from_waker(Waker::noop());
        let lock = Lock::<u8>::default();
        let Poll::Ready(held) = pin!(lock.lock()).poll(context) else { panic!("it was free") };
        let (mut second, mut third) = (Box::pin(lock.lock()), Box::pin(lock.lock()));
        assert!(second.as_mut().poll(context).is_pending());
        assert!(third.as_mut().poll(context).is_pending());
        drop(held);
        drop(second);
        assert!(third.as_mut().poll(context).is_ready());
    }
}
