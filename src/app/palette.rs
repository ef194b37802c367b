//! The field at the top of the popup: which verbs answer to what is typed.

use bridge::Verb;

/// The verbs that answer to a text, in the order in which they are offered. Every word of it must
/// begin a word of the verb's name, or of what else it may be called.
#[must_use]
pub fn hits(text: &str, offers: &[Verb]) -> Vec<Verb> {
    let text = text.to_lowercase();
    let answers = |verb: &&Verb| {
        let names = format!("{} {}", verb.label().to_lowercase(), aliases(**verb));
        text.split_whitespace().all(|typed| names.split(' ').any(|name| name.starts_with(typed)))
    };
    offers.iter().filter(answers).copied().collect()
}

/// What else a verb may be called. All are about tracing, whether their name says so or not.
const fn aliases(verb: Verb) -> &'static str {
    match verb {
        Verb::Start => "begin record on",
        Verb::Run => "tracing reload once",
        Verb::View => "tracing open show waterfall",
        Verb::ViewSession => "tracing open show logs requests",
        Verb::Stop => "end finish off",
        Verb::Restart => "new again",
        Verb::ViewPrevious => "tracing open show history last logs",
        Verb::Cancel => "tracing stop abort page trace",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERS: [Verb; 3] = [Verb::Start, Verb::Run, Verb::ViewPrevious];

    #[test]
    fn words_may_be_cut_short_and_stand_in_any_order() {
        assert_eq!(hits("", &OFFERS), OFFERS);
        assert_eq!(hits("tracing", &OFFERS), OFFERS, "as the product's user searches for it");
        assert_eq!(hits("Ses STA", &OFFERS), [Verb::Start]);
        assert_eq!(hits("history", &OFFERS), [Verb::ViewPrevious]);
        assert_eq!(hits("trace  run", &OFFERS), [Verb::Run]);
    }

    #[test]
    fn what_is_not_offered_is_not_found() {
        assert_eq!(hits("stop", &OFFERS), []);
        assert_eq!(hits("racing", &OFFERS), [], "a word is typed from its beginning");
    }
}
