//! How a surface may follow a trace in the store.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the module that speaks with trace stores answers to who wants to follow a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase")]
pub enum Pass {
    /// This may be asked, once; it is noted.
    Go(Way),
    /// The store does not answer now.
    Later,
    /// There is nothing to follow.
    Never,
    /// Something another version says.
    #[serde(other)]
    Unknown,
}

/// A request with all that the store wants to know of who asks. It goes to the store's own origin, and
/// must not be redirected.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Way {
    /// Where to.
    pub url: String,
    /// Headers. They hold secrets.
    pub headers: Vec<(String, String)>,
    /// Whether spans come, or only word that there are more: what the user denies is taken out where the
    /// journal is written.
    pub spans: bool,
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        write!(f, "Way {{ {}, {names:?}, spans: {} }}", self.url, self.spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::json;

    #[test]
    fn a_way_goes_over_whole_and_shows_no_secret() {
        let header = ("authorization".to_owned(), "Bearer hush".to_owned());
        let way = Way { url: "http://h/x".to_owned(), headers: vec![header], spans: true };
        let text = json::write(&Pass::Go(way.clone()));
        assert_eq!(json::read(&text), Ok(Pass::Go(way.clone())));
        assert!(!format!("{way:?}").contains("hush"));
        assert_eq!(json::read(r#"{"kind":"done"}"#), Ok(Pass::Unknown));
    }
}
