//! Which hosts the extension has spoken with, for the user to see: what it asked, since when, how
//! often. Only what it asked for itself; what pages ask for is theirs.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Hosts and purposes that are kept, at most; beyond, the one that was used longest ago goes.
const MOST: usize = 64;

/// What a request of ours is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// To send spans.
    Send,
    /// To ask for a trace.
    Ask,
    /// To test the connection, as the user wished.
    Test,
}

/// A host that was spoken with, for one purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
    pub count: u32,
}

/// Every contact, in the order in which they were first made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contacts {
    /// Those that are kept.
    pub list: Vec<Contact>,
    /// How many had to go.
    pub gone: u32,
}

impl Contacts {
    /// Notes a request that is about to be made.
    pub fn note(&mut self, url: &str, purpose: Purpose, now: Timestamp) {
        let (host, now) = (host(url), now.millis());
        let known =
            self.list.iter_mut().find(|known| known.host == host && known.purpose == purpose);
        if let Some(known) = known {
            known.last = now;
            known.count = known.count.saturating_add(1);
            return;
        }
        if self.list.len() >= MOST {
            self.drop_oldest();
        }
        self.list.push(Contact { host: host.to_owned(), purpose, first: now, last: now, count: 1 });
    }

    fn drop_oldest(&mut self) {
        let oldest = self.list.iter().map(|contact| contact.last).min();
        if let Some(at) = self.list.iter().position(|contact| Some(contact.last) == oldest) {
            self.list.remove(at);
            self.gone = self.gone.saturating_add(1);
        }
    }
}

/// A URL up to its path.
fn host(url: &str) -> &str {
    let begin = url.find("://").map_or(0, |at| at + 3);
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
    fn each_host_and_purpose_has_one_entry_with_its_times() {
        let mut contacts = Contacts::default();
        contacts.note("http://127.0.0.1:4318/v1/traces", Purpose::Send, at(10));
        contacts.note("http://127.0.0.1:4318/api/v3/traces/1", Purpose::Ask, at(20));
        contacts.note("http://127.0.0.1:4318/v1/traces", Purpose::Send, at(30));
        let host = "http://127.0.0.1:4318".to_owned();
        let sent =
            Contact { host: host.clone(), purpose: Purpose::Send, first: 10, last: 30, count: 2 };
        let asked = Contact { host, purpose: Purpose::Ask, first: 20, last: 20, count: 1 };
        assert_eq!(contacts, Contacts { list: vec![sent, asked], gone: 0 });
    }

    #[test]
    fn a_host_is_the_url_up_to_its_path() {
        for url in ["https://x.test", "https://x.test/", "https://x.test?a=/", "https://x.test#/"] {
            assert_eq!(host(url), "https://x.test");
        }
        assert_eq!(host(""), "");
    }

    #[test]
    fn what_was_used_longest_ago_makes_room_and_is_counted() {
        let mut contacts = Contacts::default();
        for number in 0..MOST as u64 {
            contacts.note(&format!("http://h{number}/"), Purpose::Ask, at(number));
        }
        contacts.note("http://h0/", Purpose::Ask, at(1_000));
        contacts.note("http://new/", Purpose::Ask, at(1_001));
        assert_eq!((contacts.list.len(), contacts.gone), (MOST, 1));
        assert_eq!(contacts.list[0].host, "http://h0");
        assert_eq!(contacts.list[1].host, "http://h2");
    }
}
