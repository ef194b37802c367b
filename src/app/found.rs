//! What the trace store lists beside this browser's requests, and what it does not, in words.

use bridge::Listing;
use surface::moment;

/// What a reader of the list has to know about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caveat {
    /// One or more sentences; empty where there is nothing to say.
    pub text: String,
    /// Whether something went wrong.
    pub wrong: bool,
}

impl Caveat {
    /// Of what a store listed, for a reader so many minutes east of UTC.
    #[must_use]
    pub fn of(listing: &Listing, zone: i32) -> Self {
        let Listing { requests, more, since, trouble } = listing;
        let wrong = !trouble.is_empty();
        let mut said = Vec::new();
        if wrong {
            let what = match requests.len() {
                0 => "Only this browser's requests are shown",
                _ => "Not all that the trace store has is shown",
            };
            said.push(format!("{what}: {}.", trouble.join("; ")));
        }
        if let Some(since) = since {
            let since = moment::second(*since, zone);
            said.push(format!("The trace store was asked for what began after {since} alone."));
        }
        if *more {
            said.push("The trace store has more than is shown: choose a shorter time.".to_owned());
        }
        Self { text: said.join(" "), wrong }
    }

    /// Where the store could not be asked at all.
    #[must_use]
    pub fn failed(trouble: String) -> Self {
        Self::of(&Listing { trouble: vec![trouble], ..Listing::default() }, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::Timestamp;

    #[test]
    fn what_the_store_did_not_tell_is_said() {
        assert_eq!(Caveat::of(&Listing::default(), 0), Caveat::default());

        let silent = "nothing answers at http://a.test".to_owned();
        let failed = Caveat::failed(silent);
        assert!(failed.wrong);
        let said = "Only this browser's requests are shown: nothing answers at http://a.test.";
        assert_eq!(failed.text, said);

        let since = Some(Timestamp::from_nanos(1_795_220_600_000_000_000));
        let short = Caveat::of(&Listing { more: true, since, ..Listing::default() }, 60);
        assert!(!short.wrong);
        assert_eq!(
            short.text,
            "The trace store was asked for what began after 2026-11-21 01:23:20 alone. \
             The trace store has more than is shown: choose a shorter time."
        );
    }
}
