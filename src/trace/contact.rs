//! Which hosts the extension has spoken with, for the user to see: what it asked, since when, how
//! often. Only what it asked for itself; what pages ask for is theirs.
//!
//! Kept as text, a line a host and purpose, in the order in which they were used last: the worker
//! changes one line at each request, and has no other use for them.

use crate::{Timestamp, json};

/// Bytes that are kept, about; beyond, the host that was used longest ago goes.
const LONGEST: usize = 8_000;

/// What a request of ours is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To send spans.
    Send,
    /// To ask for a trace.
    Ask,
    /// To test the connection, as the user wished.
    Test,
    /// To read source maps, as the user wished.
    Map,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Ask => "ask",
            Self::Test => "test",
            Self::Map => "map",
        }
    }
}

/// A host that was spoken with, for one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Scheme, host and port.
    pub host: String,
    /// What for.
    pub purpose: Purpose,
    /// The first time, milliseconds since the epoch.
    pub first: u64,
    /// The last time, milliseconds since the epoch.
    pub last: u64,
    /// How often.
    pub count: u64,
}

/// The lines after a request is made.
#[must_use]
pub fn note(lines: &str, url: &str, purpose: Purpose, now: Timestamp) -> String {
    let rest = || lines.split_once('\n').map_or("", |(_, rest)| rest);
    let lines = if lines.len() < LONGEST { lines } else { rest() };
    let key = format!(" {} {}", purpose.word(), host(url));
    let now = json::write(&now.millis());
    let (mut noted, mut first, mut count) = (String::new(), &*now, 0);
    for line in lines.split('\n') {
        match line.strip_suffix(&*key).map(past) {
            Some(Some(known)) => (first, count) = known,
            // Broken: it begins anew.
            Some(None) => {}
            None if line.is_empty() => {}
            None => noted.extend([line, "\n"]),
        }
    }
    let count = json::write(&(count + 1));
    noted.extend([first, " ", &now, " ", &count, &key]);
    noted
}

/// The first time and the count of a line's numbers.
fn past(numbers: &str) -> Option<(&str, u64)> {
    let mut numbers = numbers.split(' ');
    let first = numbers.next()?;
    let _is_one: u64 = first.parse().ok()?;
    Some((first, numbers.nth(1)?.parse().ok()?))
}

/// Reads the lines. One that is broken is left out.
#[must_use]
pub fn read(lines: &str) -> Vec<Contact> {
    lines.lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<Contact> {
    let mut words = line.splitn(5, ' ');
    let mut number = || words.next()?.parse().ok();
    let (first, last, count) = (number()?, number()?, number()?);
    let word = words.next()?;
    let all = [Purpose::Send, Purpose::Ask, Purpose::Test, Purpose::Map];
    let purpose = all.into_iter().find(|purpose| purpose.word() == word)?;
    Some(Contact { host: words.next()?.to_owned(), purpose, first, last, count })
}

/// A URL up to its path.
fn host(url: &str) -> &str {
    let scheme = url.split_once(':').filter(|(_, rest)| rest.starts_with("//"));
    let begin = scheme.map_or(0, |(scheme, _)| scheme.len() + 3);
    let end = url.bytes().skip(begin).position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    end.and_then(|end| url.get(..begin + end)).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_nanos(millis * 1_000_000)
    }

    #[test]
    fn each_host_and_purpose_has_one_line_with_its_times() {
        let mut lines = String::new();
        lines = note(&lines, "http://127.0.0.1:4318/v1/traces", Purpose::Send, at(10));
        lines = note(&lines, "http://127.0.0.1:4318/api/v3/traces/1", Purpose::Ask, at(20));
        lines = note(&lines, "http://127.0.0.1:4318/v1/traces", Purpose::Send, at(30));
        let host = "http://127.0.0.1:4318".to_owned();
        let asked =
            Contact { host: host.clone(), purpose: Purpose::Ask, first: 20, last: 20, count: 1 };
        let sent = Contact { host, purpose: Purpose::Send, first: 10, last: 30, count: 2 };
        assert_eq!(read(&lines), [asked, sent]);
    }

    #[test]
    fn a_host_is_the_url_up_to_its_path() {
        for url in ["https://x.test", "https://x.test/", "https://x.test?a=/", "https://x.test#/"] {
            assert_eq!(host(url), "https://x.test");
        }
        assert_eq!(host(""), "");
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let mut lines = String::new();
        for number in 1_000..2_000 {
            lines = note(&lines, &format!("http://h{number}/"), Purpose::Ask, at(number));
            assert!(lines.len() < LONGEST + 100);
        }
        let first = read(&lines)[0].host.clone();
        lines = note(&lines, &first, Purpose::Ask, at(3_000));
        let hosts: Vec<_> = read(&lines).into_iter().map(|contact| contact.host).collect();
        assert_eq!(hosts.last(), Some(&first));
        assert!(hosts.len() > 100 && hosts.contains(&"http://h1999".to_owned()));
    }

    #[test]
    fn rubbish_is_left_out_and_replaced() {
        let rubbish = "\n1 2\nx y z ask http://h\n1 2 3 eat http://h";
        assert_eq!(read(rubbish), []);
        let lines = note(rubbish, "http://h/", Purpose::Ask, at(7));
        let host = "http://h".to_owned();
        let fresh = Contact { host, purpose: Purpose::Ask, first: 7, last: 7, count: 1 };
        assert_eq!(read(&lines), [fresh]);
    }
}
