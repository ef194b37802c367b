//! Which of a fixed set of elements draws which row, so that scrolling makes none and takes none away.
//!
//! Elements lie in a ring around the rows in view: one that leaves at one end is written anew for the
//! row that comes in at the other, and goes there in the document, since readers of all kinds go by
//! the document's order. Those that stay in view are left alone. After a leap all rows are others:
//! each element is written anew where it is.
//!
//! ```text
//! rows 0–3    slots 0 1 2 3
//! rows 2–5    slots 2 3 0 1     two go to the end
//! rows 90–93  slots 2 3 0 1     none goes
//! ```

/// Elements over rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ring {
    /// The first row.
    first: usize,
    /// How many rows, and elements.
    many: usize,
    /// The slot of the first row: it is the first in the document.
    turn: usize,
}

/// Elements that go from one end to the other in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carry {
    /// The first so many go behind the last.
    Down(usize),
    /// The last so many go before the first.
    Up(usize),
}

impl Ring {
    /// Lies over `many` rows from `first` on; says which elements go where in the document. Where
    /// there will be more or fewer elements, they are in the order of their slots before that.
    #[must_use]
    pub fn turn(self, first: usize, many: usize) -> (Self, Carry) {
        let turn = if many != self.many {
            0
        } else if first.abs_diff(self.first) < many {
            (self.turn + first + many - self.first) % many
        } else {
            self.turn
        };
        let down = (turn + self.many).saturating_sub(self.turn).checked_rem(self.many);
        let down = down.unwrap_or_default();
        let carry =
            if down <= self.many / 2 { Carry::Down(down) } else { Carry::Up(self.many - down) };
        (Self { first, many, turn }, carry)
    }

    /// The slot that is so far down in the document.
    #[must_use]
    pub fn slot(self, place: usize) -> usize {
        (self.turn + place).checked_rem(self.many).unwrap_or_default()
    }

    /// For each slot, which of the rows it draws, counted from the first.
    pub fn slots(self) -> impl Iterator<Item = usize> {
        (0..self.many).map(move |slot| (slot + self.many - self.turn) % self.many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows' numbers in the order of slots, and in the document's.
    fn drawn(ring: Ring) -> (Vec<usize>, Vec<usize>) {
        let slots: Vec<usize> = ring.slots().map(|at| ring.first + at).collect();
        let mut document = slots.clone();
        document.rotate_left(ring.turn);
        (slots, document)
    }

    #[test]
    fn rows_that_stay_keep_their_elements_and_the_document_has_all_in_order() {
        let (ring, carry) = Ring::default().turn(0, 5);
        assert_eq!((drawn(ring).0, carry), (vec![0, 1, 2, 3, 4], Carry::Down(0)));
        let (ring, carry) = ring.turn(2, 5);
        assert_eq!(
            (drawn(ring), carry),
            ((vec![5, 6, 2, 3, 4], vec![2, 3, 4, 5, 6]), Carry::Down(2))
        );
        let (ring, carry) = ring.turn(1, 5);
        assert_eq!(
            (drawn(ring), carry),
            ((vec![5, 1, 2, 3, 4], vec![1, 2, 3, 4, 5]), Carry::Up(1))
        );
        let (ring, carry) = ring.turn(5, 5);
        assert_eq!(drawn(ring).1, [5, 6, 7, 8, 9]);
        assert_eq!(carry, Carry::Up(1), "four down are one up");
    }

    #[test]
    fn a_leap_carries_nothing_and_other_sizes_begin_in_order() {
        let ring = Ring::default().turn(0, 4).0.turn(1, 4).0;
        let (ring, carry) = ring.turn(900, 4);
        assert_eq!((drawn(ring).1, carry), (vec![900, 901, 902, 903], Carry::Down(0)));
        let (ring, carry) = ring.turn(901, 6);
        assert_eq!((drawn(ring).0, carry), ((901..907).collect(), Carry::Up(1)));
        let (ring, _) = ring.turn(0, 0);
        assert_eq!(drawn(ring).0, Vec::<usize>::new());
        assert_eq!(ring.turn(0, 3).1, Carry::Down(0));
    }
}
