//! What is typed in the options, what is in force, and what is wrong between them.
//!
//! Plain state: it is told what was typed and stored, and says what to draw and what may be saved.
//! Only what is right is saved; what is wrong stays typed, and the old setting holds.

mod stores;

use std::collections::BTreeMap;
use std::mem;

use backend::stores::Stores;
use trace::settings::RedactionSettings;

use crate::check::{Problem, problems, regex};
use crate::chosen::Chosen;
use crate::field::{self, Field, Group, Kind};
use crate::file::Imported;

pub use stores::{Change, Learned, MOST_HEADERS};

/// The options as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What is in force.
    pub saved: Chosen,
    /// Whether it was read; before, nothing may be changed.
    pub ready: bool,
    /// Why the settings that are kept cannot be read.
    pub trouble: Option<String>,
    /// What happened last, to be read out.
    pub news: String,
    /// Whether that is not what was wished for.
    pub failed: bool,
    /// What was wrong with the last file, each on a line.
    pub refusals: Vec<String>,
    /// What the last file took away, each on a line.
    pub lost: Vec<String>,
    /// What the worker learned of stores and destinations.
    pub learned: Learned,
    /// What is typed and not saved.
    typed: BTreeMap<&'static str, String>,
    /// What is wrong with it.
    wrong: BTreeMap<&'static str, Problem>,
    /// Stores and destinations as they are typed; `None` as they are kept.
    typed_stores: Option<Stores>,
}

impl Draft {
    /// Takes in what is kept.
    pub fn load(&mut self, kept: Result<Chosen, String>) {
        self.ready = true;
        match kept {
            Ok(chosen) => self.keep(chosen),
            Err(reason) => self.trouble = Some(reason),
        }
    }

    /// Takes in what is kept now.
    fn keep(&mut self, mut chosen: Chosen) {
        self.keep_stores(mem::take(&mut chosen.stores));
        let stores = mem::take(&mut self.saved.stores);
        (self.saved, self.trouble) = (Chosen { stores, ..chosen }, None);
    }

    /// What stands in a field.
    #[must_use]
    pub fn text(&self, field: &Field) -> String {
        self.typed.get(field.key).cloned().unwrap_or_else(|| (field.get)(&self.saved))
    }

    /// Whether a field differs from its default.
    #[must_use]
    pub fn changed(&self, field: &Field) -> bool {
        self.text(field) != field.default()
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn problem(&self, field: &Field) -> Option<String> {
        self.wrong.get(field.key).map(Problem::text)
    }

    /// Takes in what is typed.
    pub fn type_in(&mut self, field: &'static Field, text: String) {
        self.news.clear();
        self.wrong.remove(field.key);
        if let Err(problem) = self.with(field, &text) {
            self.wrong.insert(field.key, problem);
        }
        self.typed.insert(field.key, text);
    }

    /// The settings with a text in a field.
    fn with(&self, field: &Field, text: &str) -> Result<Chosen, Problem> {
        let mut settings = self.saved.clone();
        if !(field.set)(&mut settings, text) {
            let wanted = if field.kind == Kind::Number { "a whole number" } else { "another" };
            let found = if text.is_empty() { "nothing".to_owned() } else { format!("{text:?}") };
            return Err(Problem::new(field.key, found, wanted));
        }
        let wrong = problems(&settings).into_iter().find(|problem| problem.field == field.key);
        wrong.map_or(Ok(settings), Err)
    }

    /// What is redacted by what is typed, saved or not.
    #[must_use]
    pub fn redaction(&self) -> RedactionSettings {
        let mut settings = self.saved.clone();
        for field in Group::Redaction.fields() {
            if let Some(text) = self.typed.get(field.key) {
                (field.set)(&mut settings, text);
            }
        }
        settings.settings.redaction
    }

    /// What may be saved of a field: typed, right, and not in force yet.
    #[must_use]
    pub fn due(&self, field: &Field) -> Option<String> {
        let text = self.typed.get(field.key).filter(|_| self.ready)?;
        let settings = self.with(field, text).ok()?;
        let due = !self.wrong.contains_key(field.key) && settings != self.saved;
        due.then(|| text.clone())
    }

    /// Regular expressions in a text of a field that become the browser's, for it to judge.
    #[must_use]
    pub fn expressions(field: &Field, text: &str) -> Vec<String> {
        if field.key != "targets" {
            return Vec::new();
        }
        text.lines().filter_map(|line| regex(line.trim())).map(str::to_owned).collect()
    }

    /// Takes in that the browser refuses what is typed; unless something else is typed by now.
    pub fn refuse(&mut self, field: &'static Field, text: &str, problem: Problem) {
        if self.typed.get(field.key).is_some_and(|typed| typed == text) {
            self.wrong.insert(field.key, problem);
        }
    }

    /// Takes in that a field's text was saved, or why not.
    pub fn settled(&mut self, field: &'static Field, text: &str, done: Result<Chosen, String>) {
        match done {
            Ok(chosen) => {
                self.keep(chosen);
                self.say(Ok(format!("Saved: {}", field.label)));
                if self.typed.get(field.key).is_some_and(|typed| typed == text) {
                    self.typed.remove(field.key);
                }
            }
            Err(reason) => self.say(Err(format!("Not saved: {reason}"))),
        }
    }

    /// Says what happened, `Err` where it is not what was wished for.
    pub fn say(&mut self, done: Result<String, String>) {
        self.failed = done.is_err();
        self.news = done.unwrap_or_else(|reason| reason);
    }

    /// Takes in a file's settings, which were saved, or all that is wrong with it.
    pub fn imported(&mut self, done: Result<Imported, Vec<String>>) {
        self.refusals.clear();
        self.lost.clear();
        match done {
            Ok(imported) => {
                self.say(Ok(imported.news()));
                self.typed_stores = None;
                self.keep(imported.chosen);
                self.lost = imported.lost;
                self.typed.clear();
                self.wrong.clear();
            }
            Err(refusals) => {
                let news = "Nothing was imported, and every setting is as it was.";
                self.say(Err(news.to_owned()));
                self.refusals = refusals;
            }
        }
    }

    /// The fields that a search finds.
    #[must_use]
    pub fn found(search: &str) -> Vec<&'static Field> {
        field::all().filter(|field| field.matches(search)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::settings::Settings;

    fn limited(limit: u64) -> Chosen {
        Chosen { settings: Settings { limit, ..Settings::default() }, ..Chosen::default() }
    }

    fn draft() -> Draft {
        let mut draft = Draft::default();
        draft.load(Ok(Chosen::default()));
        draft
    }

    fn field(key: &str) -> &'static Field {
        Field::of(key).unwrap()
    }

    #[test]
    fn what_is_right_may_be_saved_and_what_is_wrong_stays_typed() {
        let mut draft = draft();
        let store = field("store");
        draft.type_in(store, "http://127.0.0.1:9".to_owned());
        assert_eq!(draft.due(store).as_deref(), Some("http://127.0.0.1:9"));
        draft.type_in(store, "127.0.0.1:9".to_owned());
        assert_eq!(draft.due(store), None);
        assert_eq!(draft.text(store), "127.0.0.1:9");
        let wrong = draft.problem(store).unwrap();
        assert_eq!(wrong, "Not saved: it begins with “127.0.0.1:9”, wanted http:// or https://.");
        assert_eq!(draft.saved, Chosen::default());
    }

    #[test]
    fn what_is_in_force_is_not_saved_again() {
        let mut draft = draft();
        let store = field("store");
        draft.type_in(store, format!(" {} ", store.default()));
        assert_eq!(draft.due(store), None);
    }

    #[test]
    fn saving_is_said_and_what_was_typed_meanwhile_stays() {
        let mut draft = draft();
        let limit = field("limit");
        draft.type_in(limit, "7".to_owned());
        let saved = limited(7);
        draft.settled(limit, "7", Ok(saved.clone()));
        assert_eq!((draft.news.as_str(), &draft.saved), ("Saved: Spans a month", &saved));
        assert!(draft.changed(limit));
        draft.type_in(limit, "70".to_owned());
        draft.settled(limit, "7", Ok(saved));
        assert_eq!(draft.text(limit), "70");
        draft.settled(limit, "70", Err("no room".to_owned()));
        assert_eq!((draft.news.as_str(), draft.failed), ("Not saved: no room", true));
    }

    #[test]
    fn a_number_that_is_none_says_what_was_typed() {
        let mut draft = draft();
        for (text, said) in [("x", "\"x\""), ("", "nothing"), ("-1", "\"-1\"")] {
            draft.type_in(field("ending.minutes"), text.to_owned());
            let wrong = draft.problem(field("ending.minutes"));
            assert_eq!(wrong, Some(format!("Not saved: {said}, wanted a whole number.")));
        }
    }

    #[test]
    fn the_browsers_refusal_holds_for_the_text_that_it_was_asked_about() {
        let mut draft = draft();
        let targets = field("targets");
        draft.type_in(targets, "/(/".to_owned());
        assert_eq!(Draft::expressions(targets, "https://x\n /(/ "), ["("]);
        let problem = || crate::check::refused("(", "syntaxError");
        draft.refuse(targets, "/(/", problem());
        assert!(draft.problem(targets).unwrap().contains("not one that the browser can read"));
        assert_eq!(draft.due(targets), None);
        draft.type_in(targets, "/(a)/".to_owned());
        draft.refuse(targets, "/(/", problem());
        assert_eq!(draft.problem(targets), None);
    }

    #[test]
    fn rubbish_that_is_kept_is_said_until_something_is_saved() {
        let mut draft = Draft::default();
        draft.load(Err("store is a number, wanted a text".to_owned()));
        assert_eq!(draft.saved, Chosen::default());
        assert!(draft.trouble.is_some());
        draft.settled(field("limit"), "7", Ok(Chosen::default()));
        assert_eq!(draft.trouble, None);
    }

    #[test]
    fn a_bad_file_changes_nothing_and_a_good_one_all_that_was_typed() {
        let mut draft = draft();
        draft.type_in(field("limit"), "x".to_owned());
        draft.imported(Err(vec!["limit: 0, wanted more".to_owned()]));
        assert_eq!((draft.saved.settings.limit, draft.refusals.len()), (1_000_000, 1));
        assert_eq!(draft.text(field("limit")), "x");
        let lost = vec!["The trace store's token: removed.".to_owned()];
        let imported =
            Imported { chosen: limited(7), count: 1, ignored: vec![], lost: lost.clone() };
        draft.imported(Ok(imported));
        assert_eq!((draft.text(field("limit")), draft.refusals.len()), ("7".to_owned(), 0));
        assert_eq!((draft.news.as_str(), &draft.lost), ("Imported 1 setting", &lost));
        assert_eq!(draft.problem(field("limit")), None);
    }
}
