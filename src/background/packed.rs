//! State as text for the extension's storage, which takes JSON only: a version, then Postcard's
//! bytes in hex.
//!
//! Postcard and not JSON, because reading JSON names every field of every type, and the worker
//! pays for its size at every wake (measured: 30 kB of WebAssembly for the state alone).

use serde::Serialize;
use serde::de::DeserializeOwned;
use webext::Error;
use webext::storage::{self, Area};

/// Version of what is packed. A state of another version is left alone: tabs and rules do not
/// outlive an update, and the session cookie is looked at afresh.
const VERSION: &str = "1:";

/// Reads what is kept under a key. `None` when nothing is, or it is of another version.
pub(crate) async fn load<T: DeserializeOwned>(area: Area, key: &str) -> Result<Option<T>, Error> {
    let text: Option<String> = storage::load(area, key).await?;
    Ok(text.and_then(|text| unpack(&text)))
}

/// Keeps a value under a key.
pub(crate) async fn store<T: Serialize>(area: Area, key: &str, ours: &T) -> Result<(), Error> {
    storage::store(area, key, &pack(ours)).await
}

fn pack<T: Serialize>(ours: &T) -> String {
    // Writing to memory fails only for types that Postcard cannot express; the test has them all.
    let bytes = postcard::to_allocvec(ours).unwrap_or_default();
    let mut text = String::with_capacity(VERSION.len() + bytes.len() * 2);
    text.push_str(VERSION);
    for byte in bytes {
        text.extend(
            [byte >> 4, byte & 15].map(|half| char::from(b"0123456789abcdef"[usize::from(half)])),
        );
    }
    text
}

fn unpack<T: DeserializeOwned>(text: &str) -> Option<T> {
    let digits = text.strip_prefix(VERSION)?.as_bytes();
    let half = |digit: u8| char::from(digit).to_digit(16).and_then(|half| u8::try_from(half).ok());
    let byte = |pair: &[u8]| Some(half(*pair.first()?)? << 4 | half(*pair.get(1)?)?);
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    postcard::from_bytes(&bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::origin::Origin;
    use trace::session::Event;
    use trace::state::State;
    use trace::{Timestamp, TraceContext};

    #[test]
    fn a_state_with_everything_in_it_comes_back_as_it_was() {
        let mut state = State::default();
        let mut drawn = 0;
        let mut step = |state: &mut State, event| {
            state.step(event, Timestamp::from_nanos(1_795_218_972_339_697_001), &mut || {
                drawn += 1;
                std::array::from_fn(|at| drawn + u8::try_from(at).unwrap())
            });
        };
        let url = "http://a.test:81/x".to_owned();
        let origin = Origin::of(&url).unwrap();
        step(&mut state, Event::Start { tab: 1, origin, peers: vec![2] });
        for tab in [1, 2] {
            let armed = state.tabs.get(&tab).unwrap().next.clone().unwrap();
            let context: TraceContext = armed.context.request();
            let method = "GET".to_owned();
            step(&mut state, Event::Sent { tab, url: url.clone(), method, context });
        }
        step(&mut state, Event::Committed { tab: 1, url });
        assert!(state.page(1).is_some() && !state.pending.is_empty());
        assert_eq!(unpack::<State>(&pack(&state)), Some(state));
    }

    #[test]
    fn another_version_and_rubbish_are_nothing() {
        assert_eq!(unpack::<State>(&pack(&State::default()).replacen("1:", "2:", 1)), None);
        for rubbish in ["", "1:", "1:0", "1:zz", "1:ffffffffffffffffffff", "1:é"] {
            assert_eq!(unpack::<State>(rubbish), None, "{rubbish}");
        }
    }
}
