//! Where the keyboard leads in a list of rows.

/// What a key means in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the row above.
    Up,
    /// To the row below.
    Down,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// Into the row: unfold it, or go to its first child.
    In,
    /// Out of the row: fold it, or go to its parent.
    Out,
    /// Show the row's details.
    Open,
    /// Show them no longer.
    Close,
}

impl Step {
    /// What a key means, by its name in UI Events (`KeyboardEvent.key`).
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            "PageUp" => Self::PageUp,
            "PageDown" => Self::PageDown,
            "Home" => Self::First,
            "End" => Self::Last,
            "ArrowRight" => Self::In,
            "ArrowLeft" => Self::Out,
            "Enter" | " " => Self::Open,
            "Escape" => Self::Close,
            _ => return None,
        })
    }

    /// The place it leads to from `at`, in a list of `length` rows of which `page` fill a screen.
    /// `None` when it leads nowhere: the list is empty, or the step is not along it.
    #[must_use]
    pub fn along(self, at: Option<usize>, length: usize, page: usize) -> Option<usize> {
        let last = length.checked_sub(1)?;
        let Some(at) = at else {
            // Without a place, any step along the list enters it at the near end.
            return match self {
                Self::Up | Self::PageUp | Self::Last => Some(last),
                Self::Down | Self::PageDown | Self::First => Some(0),
                _ => None,
            };
        };
        Some(match self {
            Self::Up => at.saturating_sub(1),
            Self::Down => at.saturating_add(1).min(last),
            Self::PageUp => at.saturating_sub(page.max(1)),
            Self::PageDown => at.saturating_add(page.max(1)).min(last),
            Self::First => 0,
            Self::Last => last,
            Self::In | Self::Out | Self::Open | Self::Close => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stay_within_the_list() {
        assert_eq!(Step::Down.along(Some(3), 5, 10), Some(4));
        assert_eq!(Step::Down.along(Some(4), 5, 10), Some(4));
        assert_eq!(Step::Up.along(Some(0), 5, 10), Some(0));
        assert_eq!(Step::PageDown.along(Some(1), 50, 10), Some(11));
        assert_eq!(Step::PageUp.along(Some(1), 50, 0), Some(0));
        assert_eq!(Step::Last.along(Some(1), 50, 10), Some(49));
        assert_eq!(Step::Down.along(Some(99), 5, 10), Some(4), "the list has shrunk");
        assert_eq!(Step::Up.along(None, 0, 10), None);
        assert_eq!(Step::In.along(Some(1), 5, 10), None);
    }

    #[test]
    fn the_first_key_enters_the_list() {
        assert_eq!(Step::Down.along(None, 5, 10), Some(0));
        assert_eq!(Step::Up.along(None, 5, 10), Some(4));
        assert_eq!(Step::Open.along(None, 5, 10), None);
    }

    #[test]
    fn other_keys_are_the_browser_s() {
        assert_eq!(Step::of("ArrowLeft"), Some(Step::Out));
        assert_eq!(Step::of("Tab"), None);
    }
}
