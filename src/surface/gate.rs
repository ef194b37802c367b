//! Lets one of a kind run at a time: whoever comes meanwhile makes it run once more afterwards.

/// A gate before work that is asked for more often than it need be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    busy: bool,
    again: bool,
}

impl Gate {
    /// Whether to begin. If not, the one at work will go on for us.
    pub fn enter(&mut self) -> bool {
        self.again = self.busy;
        !std::mem::replace(&mut self.busy, true)
    }

    /// Whether to do it once more, because somebody came meanwhile.
    pub fn leave(&mut self) -> bool {
        self.busy = std::mem::take(&mut self.again);
        self.busy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_come_meanwhile_it_runs_once_more() {
        let mut gate = Gate::default();
        assert!(gate.enter());
        assert!(!gate.enter() && !gate.enter());
        assert!(gate.leave(), "once more");
        assert!(!gate.leave());
        assert!(gate.enter(), "and open again");
    }
}
