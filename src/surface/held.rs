//! A filter as it stands in its field: the text, what of it holds while it is typed, and what is wrong
//! with it.

use trace::filter::{Flaw, Language, Query};

/// A filter in its field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// As typed.
    pub text: String,
    /// What holds; `None` lets everything through.
    pub query: Option<Query>,
    /// Why the text is no filter.
    pub flaw: Option<Flaw>,
    /// The last text that was one.
    good: String,
}

impl Held {
    /// A filter that is there from the beginning, as an address has it.
    #[must_use]
    pub fn of(text: String, language: &Language) -> Self {
        let mut held = Self::default();
        held.take(text, language);
        held
    }

    /// Takes in what the field says. While that is no filter, what stands before the flaw holds, or
    /// else the last one that was.
    pub fn take(&mut self, text: String, language: &Language) {
        let read = |text: &str| Query::parse(text, language);
        let (query, flaw) = match read(&text) {
            Ok(query) => {
                self.good.clone_from(&text);
                (Some(query), None)
            }
            Err(flaw) => {
                let whole = sound(&text, &flaw).and_then(|part| read(part).ok());
                (whole.or_else(|| read(&self.good).ok()), Some(flaw))
            }
        };
        (self.text, self.flaw) = (text, flaw);
        self.query = query.filter(|query| !query.is_empty());
    }
}

/// The whole conditions before a flaw. What is half typed filters nothing yet: the name of a field,
/// until its value is there, would be looked for as a text.
fn sound<'a>(text: &'a str, flaw: &Flaw) -> Option<&'a str> {
    let before = text.get(..flaw.range.start)?;
    let end = before.trim_end().rfind(' ').unwrap_or_default();
    before.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::filter::SPANS;

    #[test]
    fn what_stands_before_a_flaw_holds() {
        let sound = |text| sound(text, &Query::parse(text, &SPANS).unwrap_err()).unwrap();
        assert_eq!(sound("error:true duration>soon"), "error:true");
        assert_eq!(sound("error:true duration>"), "error:true");
        assert_eq!(sound("service:"), "");
        assert_eq!(sound("ä ö:"), "ä");
    }

    #[test]
    fn a_filter_holds_until_the_next_one_is_whole() {
        let mut held = Held::of("error:true".to_owned(), &SPANS);
        let holds = |held: &Held| held.query.as_ref().map(ToString::to_string);
        assert_eq!((holds(&held).as_deref(), &held.flaw), (Some("error:true"), &None));
        held.take("error:true or (".to_owned(), &SPANS);
        assert!(held.flaw.is_some());
        assert_eq!(holds(&held).as_deref(), Some("error:true"), "the last one that was whole");
        held.take("  ".to_owned(), &SPANS);
        assert_eq!((holds(&held), &held.flaw), (None, &None), "no text lets everything through");
    }
}
