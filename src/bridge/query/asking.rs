//! Answers in the making, for whoever may not be long at anything.

use trace::digest::CallRow;

use super::calls::{ByRoute, OfRoute, Wanted};
use super::{Answer, Call, Question, Rows, answer};

/// An answer in the making. What takes longest of all, which is to fold the address of each call, is
/// done some calls at a time; the rest at its end.
///
/// ```text
/// while !asking.step(1_024) { … }
/// let answer = asking.end();
/// ```
pub struct Asking<'a> {
    rows: &'a Rows,
    question: &'a Question,
    /// The calls that are still to be looked at.
    left: &'a [CallRow],
    made: Made<'a>,
}

/// What there is of the answer.
enum Made<'a> {
    Calls(ByRoute<'a>),
    Route(OfRoute<'a>),
    Nothing,
}

impl<'a> Asking<'a> {
    /// Begins to answer a question out of all rows.
    #[must_use]
    pub fn begin(rows: &'a Rows, question: &'a Question) -> Self {
        let calls = rows.calls.as_slice();
        let (left, made) = match question {
            Question::Calls { range, rules } => {
                (calls, Made::Calls(ByRoute::of(calls, *range, rules)))
            }
            Question::Route { range, rules, method, route, failed } => {
                let wanted = Wanted { method, route, failed: *failed };
                (calls, Made::Route(OfRoute::of(calls.len(), *range, rules, wanted)))
            }
            _ => (&[][..], Made::Nothing),
        };
        Self { rows, question, left, made }
    }

    /// Looks at so many more calls. Whether all were looked at.
    pub fn step(&mut self, count: usize) -> bool {
        let (some, left) = self.left.split_at(count.min(self.left.len()));
        self.left = left;
        for call in some.iter().map(Call::from) {
            match &mut self.made {
                Made::Calls(made) => made.offer(call),
                Made::Route(made) => made.offer(call),
                Made::Nothing => {}
            }
        }
        self.left.is_empty()
    }

    /// The answer, with all that was not looked at yet.
    #[must_use]
    pub fn end(mut self) -> Answer {
        self.step(usize::MAX);
        match self.made {
            Made::Calls(made) => Answer::Calls(made.end()),
            Made::Route(made) => Answer::Route(made.end()),
            Made::Nothing => answer(self.rows, self.question),
        }
    }
}
