//! State as text for the extension's storage: a version, then JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;
use trace::json;

/// Version of what is packed. A state of another version is left alone: tabs and rules do not
/// outlive an update, and the session cookie is looked at afresh.
const VERSION: &str = "1:";

/// Packs a value.
pub(crate) fn pack<T: Serialize>(ours: &T) -> String {
    format!("{VERSION}{}", json::write(ours))
}

/// Unpacks what was kept. `None` when nothing was, or it is of another version.
pub(crate) fn unpack<T: DeserializeOwned>(kept: Option<String>) -> Option<T> {
    json::read(kept?.strip_prefix(VERSION)?).ok()
}

/// Unpacks a list. Earlier versions kept its entries with a key each.
pub(crate) fn entries<T: DeserializeOwned>(kept: Option<String>) -> Option<Vec<T>> {
    json::read_values(kept?.strip_prefix(VERSION)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::origin::Origin;
    use trace::session::{Asked, Event, Open};
    use trace::state::{Plan, Session, State};
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
        let peer = Open { tab: 2, url: url.clone(), store: Some(String::new()) };
        step(&mut state, Event::Start { tab: 1, origin, plan: Plan::default(), open: vec![peer] });
        for tab in [1, 2] {
            let armed = state.tabs.get(&tab).unwrap().next.clone().unwrap();
            let context: TraceContext = armed.context.request();
            let (request, method) = (format!("n{tab}"), "GET".to_owned());
            step(
                &mut state,
                Event::Sent(Asked { tab, request, url: url.clone(), method, context }),
            );
        }
        step(&mut state, Event::Committed { tab: 1, url });
        assert!(state.page(1).is_some() && !state.pending.is_empty());
        assert_eq!(unpack(Some(pack(&state))), Some(state));
    }

    #[test]
    fn sessions_of_an_earlier_release_are_read() {
        let session = r#"{"id":"7f3c2a1b9d8e4f60a1b2c3d4e5f60718","origin":{"secure":false,
            "host":"a.test","port":null},"since":"1795218972339697001","pages":3,"spare":null}"#;
        let keyed = entries::<Session>(Some(format!(r#"1:[["a.test",{session}]]"#))).unwrap();
        assert_eq!((keyed.len(), keyed[0].pages), (1, 3));
        assert_eq!(entries(Some(pack(&keyed))), Some(keyed));
        assert_eq!(entries::<Session>(Some("1:[7]".to_owned())), None);
    }

    #[test]
    fn another_version_and_rubbish_are_nothing() {
        assert_eq!(unpack::<State>(Some(pack(&State::default()).replacen("1:", "2:", 1))), None);
        for rubbish in ["", "1:", "1:{", "1:null", "{}", "1:{\"tabs\":7}"] {
            assert_eq!(unpack::<State>(Some(rubbish.to_owned())), None, "{rubbish}");
        }
    }
}
