//! How sending to a destination goes, in words: what it took, what waits, what was given up.

use backend::outbox::Account;
use surface::moment;
use trace::quantity;

/// What there is to say, a line each. Times are shown in a zone so many minutes east of UTC.
#[must_use]
pub fn lines(account: &Account, zone: i32) -> Vec<String> {
    let Account { pace, drops, said, took, spans, .. } = account;
    let took = took.map(|at| {
        let count = quantity::count(*spans, "span");
        format!("Last taken: {}; {count} in all", moment::second(at, zone))
    });
    let waits = (pace.failures > 0).then(|| {
        let until = moment::second(pace.not_before, zone);
        let failures = quantity::count(u64::from(pace.failures), "failure");
        format!("Waiting until {until}, after {failures}")
    });
    let said = (!said.is_empty()).then(|| format!("Last said: {said}"));
    let lost = (drops.count() > 0).then(|| drops.to_string());
    [took, waits, said, lost].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use backend::outbox::{Pace, Why};
    use trace::Timestamp;

    #[test]
    fn what_there_is_to_say_is_said() {
        assert_eq!(lines(&Account::default(), 0), [""; 0]);
        let at = Timestamp::from_millis(1_795_271_002_123.0);
        let mut account = Account { took: Some(at), spans: 1_234, ..Account::default() };
        account.pace = Pace { failures: 2, not_before: at };
        account.said = "nothing answers at http://h:1".to_owned();
        account.drops.add(Why::Rejected, 5);
        account.drops.add(Why::Full, 2);
        assert_eq!(
            lines(&account, 60),
            [
                "Last taken: 2026-11-21 15:23:22; 1234 spans in all",
                "Waiting until 2026-11-21 15:23:22, after 2 failures",
                "Last said: nothing answers at http://h:1",
                "7 spans dropped: 2 because too much waited, 5 rejected by the store",
            ]
        );
    }
}
