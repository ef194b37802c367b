//! Answers in the making, for whoever may not be long at anything.

use trace::digest::CallRow;

use super::calls::{ByRoute, OfRoute, Wanted};
use super::{Answer, Call, CallList, Question, Rows, Shelves, whole};

/// An answer in the making. What takes longest of all, which is to fold the address of each call, is
/// done some calls at a time; the rest at its beginning and end.
///
/// ```text
/// while !asking.step(1_024) { … }
/// let answer = asking.end();
/// ```
pub struct Asking<'a> {
    /// The calls that are still to be looked at.
    left: &'a [CallRow],
    made: Made<'a>,
}

/// What there is of the answer.
pub(super) enum Made<'a> {
    Calls(ByRoute<'a>),
    Route(OfRoute<'a>),
    Whole(Answer),
}

impl<'a> Made<'a> {
    /// All of an answer but what each call adds to it.
    pub(super) fn begin<C: CallList + ?Sized>(
        rows: Shelves<'a, C>,
        question: &'a Question,
    ) -> Self {
        match question {
            Question::Calls { range, rules } => Self::Calls(ByRoute::of(rows.calls, *range, rules)),
            Question::Route { range, rules, method, route, failed } => {
                let wanted = Wanted { method, route, failed: *failed };
                Self::Route(OfRoute::of(rows.calls.count(), *range, rules, wanted))
            }
            _ => Self::Whole(whole(rows, question)),
        }
    }

    /// Whether each call is to be looked at.
    pub(super) const fn wants_calls(&self) -> bool {
        !matches!(self, Self::Whole(_))
    }

    pub(super) fn offer(&mut self, call: Call<'a>) {
        match self {
            Self::Calls(made) => made.offer(call),
            Self::Route(made) => made.offer(call),
            Self::Whole(_) => {}
        }
    }

    pub(super) fn end(self) -> Answer {
        match self {
            Self::Calls(made) => Answer::Calls(made.end()),
            Self::Route(made) => Answer::Route(made.end()),
            Self::Whole(answer) => answer,
        }
    }
}

impl<'a> Asking<'a> {
    /// Begins to answer a question out of all rows.
    #[must_use]
    pub fn begin(rows: &'a Rows, question: &'a Question) -> Self {
        let made = Made::begin(Shelves::from(rows), question);
        let left = if made.wants_calls() { &*rows.calls } else { &[] };
        Self { left, made }
    }

    /// Looks at so many more calls. Whether all were looked at.
    pub fn step(&mut self, count: usize) -> bool {
        let (some, left) = self.left.split_at(count.min(self.left.len()));
        self.left = left;
        some.iter().for_each(|call| self.made.offer(Call::from(call)));
        self.left.is_empty()
    }

    /// The answer, with all that was not looked at yet.
    #[must_use]
    pub fn end(mut self) -> Answer {
        self.step(usize::MAX);
        self.made.end()
    }
}
