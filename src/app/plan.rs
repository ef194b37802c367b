//! How far a session is to reach and when it ends, as the popup lets one choose before Start.

use bridge::Plan;
use trace::quantity;
use trace::settings::{Ending, Scope, Settings};

/// What is chosen, and what there is to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// As it is set in the options.
    default: Plan,
    /// As it is chosen for the next session.
    chosen: Plan,
}

/// How far sessions can reach.
const SCOPES: [Scope; 2] = [Scope::Host, Scope::Site];

/// When sessions can end: minutes, requests, with the panel.
const ENDINGS: [(u32, u32, bool); 5] =
    [(0, 0, false), (15, 0, false), (60, 0, false), (0, 100, false), (0, 0, true)];

impl Choice {
    /// The choice that the settings make.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let plan = Plan { scope: settings.scope, ending: settings.ending };
        Self { default: plan.clone(), chosen: plan }
    }

    /// What is said to the background: nothing, where all is as it is set.
    #[must_use]
    pub fn plan(&self) -> Option<Plan> {
        (self.chosen != self.default).then(|| self.chosen.clone())
    }

    /// The scopes, in words, and whether each is chosen.
    #[must_use]
    pub fn scopes(&self) -> Vec<(&'static str, bool)> {
        let name = |scope| match scope {
            Scope::Host => "this host",
            Scope::Site => "this site and its subdomains",
        };
        SCOPES.iter().map(|scope| (name(*scope), *scope == self.chosen.scope)).collect()
    }

    /// Chooses a scope by its place.
    pub fn reach(&mut self, at: usize) {
        self.chosen.scope = SCOPES.get(at).copied().unwrap_or_default();
    }

    /// The endings, in words, and whether each is chosen.
    #[must_use]
    pub fn endings(&self) -> Vec<(String, bool)> {
        let all = self.all_endings();
        all.iter().map(|ending| (ending_name(*ending), *ending == self.chosen.ending)).collect()
    }

    /// Chooses an ending by its place.
    pub fn end(&mut self, at: usize) {
        self.chosen.ending = self.all_endings().get(at).copied().unwrap_or_default();
    }

    /// The usual endings, and the one of the settings where it is none of them.
    fn all_endings(&self) -> Vec<Ending> {
        let usual = ENDINGS.map(|(minutes, requests, panel)| Ending { minutes, requests, panel });
        let mut all = usual.to_vec();
        if !all.contains(&self.default.ending) {
            all.push(self.default.ending);
        }
        all
    }
}

/// An ending in words.
#[must_use]
pub fn ending_name(ending: Ending) -> String {
    let mut parts = Vec::new();
    if ending.minutes > 0 {
        parts.push(format!("after {}", quantity::count(ending.minutes.into(), "minute")));
    }
    if ending.requests > 0 {
        parts.push(format!("after {}", quantity::count(ending.requests.into(), "request")));
    }
    if ending.panel {
        parts.push("with the panel".to_owned());
    }
    if parts.is_empty() { "when I stop it".to_owned() } else { parts.join(" or ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_where_all_is_as_it_is_set() {
        let mut choice = Choice::of(&Settings::default());
        assert_eq!(choice.plan(), None);
        choice.end(1);
        let ending = Ending { minutes: 15, ..Ending::default() };
        assert_eq!(choice.plan(), Some(Plan { scope: Scope::Host, ending }));
        choice.end(0);
        choice.reach(1);
        assert_eq!(choice.plan().map(|plan| plan.scope), Some(Scope::Site));
        choice.reach(9);
        assert_eq!(choice.plan(), None, "a place that is not there is the default");
    }

    #[test]
    fn an_ending_of_the_settings_own_can_be_chosen_too() {
        let ending = Ending { minutes: 7, requests: 1, panel: true };
        let choice = Choice::of(&Settings { ending, ..Settings::default() });
        let name = "after 7 minutes or after 1 request or with the panel".to_owned();
        assert_eq!(choice.endings().last(), Some(&(name, true)));
        assert_eq!(Choice::default().endings()[0], ("when I stop it".to_owned(), true));
    }
}
