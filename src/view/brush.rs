//! What a drag on the minimap does to the window of time.

use surface::window::{LEAST, Stretch, Window};

/// Shares of the trace that a drag has to go before it means a new window: a click is none.
const SLACK: f64 = 0.004;

/// What was taken hold of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drag {
    /// The window's beginning.
    From,
    /// Its end.
    To,
    /// All of it, so far from its beginning.
    Whole(u64),
    /// None of it: a new window begins here, given as a share of the trace.
    New(f64),
}

impl Drag {
    /// What a pointer takes hold of at a share of the trace, where edges are so wide.
    #[must_use]
    pub fn begin(stretch: Stretch, at: f64, edge: f64) -> Self {
        let all = whole(stretch);
        let (from, to) = (all.place(stretch.from), all.place(stretch.to));
        let (left, right) = ((at - from).abs(), (at - to).abs());
        let moment = all.moment(at);
        if left.min(right) <= edge && stretch.width() < stretch.length {
            if left <= right { Self::From } else { Self::To }
        } else if stretch.width() < stretch.length && (from..=to).contains(&at) {
            Self::Whole(moment.saturating_sub(stretch.from))
        } else {
            Self::New(at)
        }
    }

    /// The window once the pointer is at another share of the trace; `None` while that is a click.
    #[must_use]
    pub fn to(self, stretch: Stretch, at: f64) -> Option<Window> {
        let all = whole(stretch);
        let moment = all.moment(at);
        let window = match self {
            Self::From => stretch.between(moment.min(stretch.to.saturating_sub(LEAST)), stretch.to),
            Self::To => stretch.between(stretch.from, moment.max(stretch.from + LEAST)),
            Self::Whole(grip) => {
                let from = moment.saturating_sub(grip);
                let from = from.min(stretch.length.saturating_sub(stretch.width()));
                stretch.between(from, from + stretch.width())
            }
            Self::New(from) if (at - from).abs() < SLACK => return None,
            Self::New(from) => stretch.between(all.moment(from), moment),
        };
        Some(window)
    }

    /// The window after a click, where it was no drag: it comes to where the click was.
    #[must_use]
    pub fn click(self, stretch: Stretch) -> Option<Window> {
        let Self::New(at) = self else { return None };
        let half = stretch.width() / 2;
        let from = whole(stretch).moment(at).saturating_sub(half);
        let from = from.min(stretch.length.saturating_sub(stretch.width()));
        let apart = stretch.width() < stretch.length;
        apart.then(|| stretch.between(from, from + stretch.width()))
    }
}

/// The trace from its start to its end.
#[must_use]
pub fn whole(stretch: Stretch) -> Stretch {
    Window::WHOLE.within(stretch.length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: u64 = 1_000_000;

    fn stretch(from: u64, to: u64) -> Stretch {
        Window { from, to }.within(LENGTH)
    }

    fn drag(from: Stretch, start: f64, end: f64) -> Option<Window> {
        Drag::begin(from, start, 0.01).to(from, end)
    }

    fn window(from: u64, to: u64) -> Option<Window> {
        Some(Window { from, to })
    }

    #[test]
    fn a_drag_over_the_whole_makes_a_window_in_either_direction() {
        let all = Window::WHOLE.within(LENGTH);
        assert_eq!(drag(all, 0.25, 0.5), window(250_000, 500_000));
        assert_eq!(drag(all, 0.5, 0.25), window(250_000, 500_000));
        assert_eq!(drag(all, 0.0, 0.5), window(0, 500_000), "the trace's edge is no handle");
        assert_eq!(drag(all, 0.5, 0.501), None, "a click");
        assert_eq!(Drag::begin(all, 0.5, 0.01).click(all), None);
    }

    #[test]
    fn edges_and_the_whole_window_can_be_taken_hold_of() {
        let it = stretch(250_000, 500_000);
        assert_eq!(drag(it, 0.251, 0.125), window(125_000, 500_000));
        assert_eq!(drag(it, 0.5, 0.75), window(250_000, 750_000));
        assert_eq!(drag(it, 0.375, 0.5), window(375_000, 625_000));
        assert_eq!(drag(it, 0.375, 1.0), window(750_000, 1_000_000), "it stops at the end");
        assert_eq!(drag(it, 0.25, 0.9), window(499_000, 500_000), "edges do not cross");
    }

    #[test]
    fn a_click_beside_the_window_brings_it_there() {
        let it = stretch(250_000, 500_000);
        assert_eq!(Drag::begin(it, 0.75, 0.01).click(it), window(625_000, 875_000));
        assert_eq!(Drag::begin(it, 1.0, 0.01).click(it), window(750_000, 1_000_000));
        assert_eq!(Drag::begin(it, 0.3, 0.01).click(it), None, "a click on it");
    }
}
