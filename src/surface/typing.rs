//! What is typed into a filter: where the cursor stands, what may stand there, and how a choice is
//! taken. Knows no element: a cursor comes and goes as the browser counts it, in UTF-16.

use trace::filter::{Choice, Completion};

/// Choices that are shown, at most.
pub const MOST: usize = 12;

/// A filter under somebody's fingers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typing {
    text: String,
    /// In bytes.
    cursor: usize,
    offered: Completion,
    active: Option<usize>,
}

impl Typing {
    /// A text, and a cursor in it, in UTF-16.
    #[must_use]
    pub fn at(text: String, cursor: usize) -> Self {
        let mut units = 0;
        let before = text.char_indices().find(|(_, letter)| {
            let here = units >= cursor;
            units += letter.len_utf16();
            here
        });
        let cursor = before.map_or(text.len(), |(at, _)| at);
        Self { text, cursor, ..Self::default() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cursor, in bytes.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Takes in what may stand at the cursor. What stands there already is no choice.
    pub fn offer(&mut self, mut completion: Completion) {
        let there = self.text.get(completion.range.clone()).unwrap_or_default();
        completion.choices.retain(|choice| choice.text != there);
        (self.offered, self.active) = (completion, None);
    }

    /// The choices; none while the list is closed.
    #[must_use]
    pub fn choices(&self) -> &[Choice] {
        &self.offered.choices
    }

    /// Closes the list; whether it was open.
    pub fn close(&mut self) -> bool {
        self.active = None;
        !std::mem::take(&mut self.offered).choices.is_empty()
    }

    /// The choice that keys are on.
    #[must_use]
    pub fn active(&self) -> Option<usize> {
        self.active
    }

    /// Goes to the next choice or the one before, around the ends; whether there is any.
    pub fn step(&mut self, back: bool) -> bool {
        let length = self.choices().len();
        let Some(last) = length.checked_sub(1) else { return false };
        self.active = Some(match (self.active, back) {
            (None, false) => 0,
            (None, true) => last,
            (Some(at), false) => (at + 1) % length,
            (Some(at), true) => at.checked_sub(1).unwrap_or(last),
        });
        true
    }

    /// The choice that Tab takes: the one that keys are on, or the first once something is typed.
    #[must_use]
    pub fn likeliest(&self) -> Option<usize> {
        let begun = !self.offered.range.is_empty() && !self.choices().is_empty();
        self.active.or(begun.then_some(0))
    }

    /// The text with a choice in it, and the cursor behind that, in UTF-16. A space follows where
    /// the condition is whole.
    #[must_use]
    pub fn take(&self, at: usize) -> Option<(String, usize)> {
        let choice = self.choices().get(at)?;
        let range = &self.offered.range;
        let (before, after) = (self.text.get(..range.start)?, self.text.get(range.end..)?);
        let open = choice.text.ends_with(|last: char| ":=<>~".contains(last));
        let space = if open || after.starts_with([' ', ')', ',']) { "" } else { " " };
        let cursor = format!("{before}{}{space}", choice.text);
        let units = cursor.encode_utf16().count();
        Some((cursor + after, units))
    }
}

/// What a choice is, for who reads the list: what it means, and how many have it of what is filtered.
#[must_use]
pub fn explain(choice: &Choice, noun: &str) -> String {
    let count = choice.count.map(|count| trace::quantity::count(count as u64, noun));
    match (choice.about, count) {
        ("", count) => count.unwrap_or_default(),
        (about, None) => about.to_owned(),
        (about, Some(count)) => format!("{about}, {count}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typing(text: &str, range: std::ops::Range<usize>, choices: &[&str]) -> Typing {
        let choice = |text: &&str| Choice { text: (*text).to_owned(), about: "", count: None };
        let mut typing = Typing::at(text.to_owned(), usize::MAX);
        typing.offer(Completion { range, choices: choices.iter().map(choice).collect() });
        typing
    }

    #[test]
    fn a_cursor_is_counted_as_the_browser_counts() {
        let at = |cursor| Typing::at("ä😀b".to_owned(), cursor).cursor();
        assert_eq!([at(0), at(1), at(3), at(4), at(9)], [0, 2, 6, 7, 7]);
        let (text, cursor) = typing("😀 se", 5..7, &["service:"]).take(0).unwrap();
        assert_eq!((text.as_str(), cursor), ("😀 service:", 11));
    }

    #[test]
    fn a_whole_condition_is_followed_by_a_space_and_a_field_by_its_value() {
        let take = |text: &str, range, choice| typing(text, range, &[choice]).take(0).unwrap().0;
        assert_eq!(take("service:", 8..8, "shop"), "service:shop ");
        assert_eq!(take("ser", 0..3, "service:"), "service:");
        assert_eq!(take("(kind:cl) x", 6..8, "client"), "(kind:client) x");
        assert_eq!(typing("a", 0..1, &[]).take(0), None);
    }

    #[test]
    fn keys_go_around_the_list() {
        let mut typing = typing("s", 0..1, &["self>", "service:", "s"]);
        assert_eq!(typing.choices().len(), 2, "what is there already is no choice");
        assert_eq!((typing.active(), typing.likeliest()), (None, Some(0)));
        let mut steps = |back| {
            typing.step(back);
            typing.active()
        };
        assert_eq!([steps(true), steps(false), steps(false)], [Some(1), Some(0), Some(1)]);
        assert!(typing.close() && !typing.close() && !typing.step(false));
        assert_eq!(typing.likeliest(), None);
    }

    #[test]
    fn nothing_is_taken_unasked_where_nothing_is_typed() {
        assert_eq!(typing("error:", 6..6, &["true"]).likeliest(), None);
    }

    #[test]
    fn a_choice_says_what_it_is_and_how_often() {
        let choice = |about, count| explain(&Choice { text: String::new(), about, count }, "span");
        assert_eq!(choice("what it did", None), "what it did");
        assert_eq!(choice("attribute", Some(1)), "attribute, 1 span");
        assert_eq!(choice("", Some(12)), "12 spans");
        assert_eq!(choice("", None), "");
    }
}
