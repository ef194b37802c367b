//! What the trust page says: the reasons of permissions, and what was found, in words.

use bridge::SetKind;
use bridge::SetView;
use trace::contact::{Contact, Purpose};
use trace::quantity;

/// What the extension may do, has done and keeps, as it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The browser's names of its permissions.
    pub permissions: Vec<String>,
    /// Match patterns of the sites that it may act on.
    pub origins: Vec<String>,
    /// What the background says that it has set.
    pub set: Vec<SetView>,
    /// Header rules that the browser says it has of ours; `None` where it does not say.
    pub rules: Option<usize>,
    /// Scripts that the browser says it has of ours.
    pub scripts: Option<usize>,
    /// Whom it has spoken with, the last at the end.
    pub contacts: Vec<Contact>,
    /// Traced requests in the journal; `None` where it cannot be read.
    pub requests: Option<usize>,
    /// What happened last.
    pub news: String,
}

impl Account {
    /// What the browser itself says is set.
    #[must_use]
    pub fn held(&self) -> String {
        let count = |number: Option<usize>, unit| match number {
            Some(number) => quantity::count(number as u64, unit),
            None => format!("an unknown number of {unit}s"),
        };
        let (rules, scripts) =
            (count(self.rules, "header rule"), count(self.scripts, "script registration"));
        format!("The browser itself says: {rules} and {scripts} of Tracelight's.")
    }

    /// How much is recorded.
    #[must_use]
    pub fn kept(&self) -> String {
        match self.requests {
            Some(0) => "No traced request is recorded in this browser.".to_owned(),
            Some(number) => {
                let requests = quantity::count(number as u64, "traced request");
                format!("This browser holds {requests}, with their spans.")
            }
            None => "What this browser holds cannot be read just now.".to_owned(),
        }
    }
}

/// What is recorded and where it goes, sentence by sentence.
pub const RECORDED: [&str; 6] = [
    "Of traced pages only: address, method, status, size and times of the page, of what it loads \
     and of what its scripts ask for; where its reader came from; when it first painted and was \
     left, with its vitals, long frames and measures; script errors with their stacks; that an \
     element was clicked, submitted or changed, by its role and name; browser, device, language and \
     window size. No bodies and nothing that is typed, but for what you name in the options.",
    "On sites that the options name for it: names of the fields of Server Actions, with the values of \
     those that you list; the beginning of their responses; names of GraphQL operations. Each of these \
     is off until you switch it on for a site.",
    "Credentials, and what the options name besides, are replaced before anything is kept. Of the \
     servers' spans only what the options name is.",
    "It is kept with the servers' spans of the same traces in the extension's own database in this \
     browser, until you remove it here or remove the extension.",
    "The browser's spans go to the store that is set in the options, and nowhere else. With no \
     store set, none leaves this browser.",
    "The sites that you trace get the ids of traces and session, in headers and in the session's \
     cookie.",
];

/// Why the extension has a permission.
#[must_use]
pub fn reason(permission: &str) -> &'static str {
    match permission {
        "activeTab" => "Knows the address of the tab whose icon you click.",
        "alarms" => "Wakes it to send what waits and to end sessions in time.",
        "contextMenus" => "Shows its verbs in the icon's menu.",
        "cookies" => "Sets the trace cookie on sites that you allow, and sees when it is gone.",
        "declarativeNetRequest" | "declarativeNetRequestWithHostAccess" => {
            "Puts trace headers on requests to sites that you allow."
        }
        "notifications" => "Tells that a trace is complete where the page cannot show it.",
        "scripting" => "Puts the recorder into pages of a traced site.",
        "storage" => "Keeps settings, sessions and whom it has contacted in this browser.",
        "tabs" => "Knows which tab shows which page, and loads it again to trace it.",
        "unlimitedStorage" => "Keeps recorded traces even when they are many.",
        "webNavigation" => "Knows when a tab goes to another page, which gets a trace of its own.",
        "webRequest" => {
            "Sees which headers really left and came back, and requests that pages cannot see. It \
             blocks nothing."
        }
        "devtools" => "Shows its panel in the developer tools.",
        _ => "Not explained here. Please report that.",
    }
}

/// What a request of ours was for.
#[must_use]
pub const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Send => "to send spans",
        Purpose::Ask => "to ask for a trace",
        Purpose::Test => "to test the connection",
        Purpose::Map => "to read source maps",
    }
}

/// What is set.
#[must_use]
pub const fn kind(kind: SetKind) -> &'static str {
    match kind {
        SetKind::Cookie => "Cookie",
        SetKind::Rule => "Header rule for",
        SetKind::Script => "Recorder on",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_of_the_manifest_is_explained() {
        let manifest = include_str!("../../../manifest.json");
        let (_, list) = manifest.split_once("\"permissions\": [").unwrap();
        let (list, _) = list.split_once(']').unwrap();
        for name in list.split(',').map(|name| name.trim().trim_matches('"')) {
            assert!(!reason(name).starts_with("Not explained"), "{name}");
        }
        assert!(reason("history").starts_with("Not explained"));
    }

    #[test]
    fn what_is_found_is_said_in_numbers() {
        let account =
            Account { rules: Some(2), scripts: None, requests: Some(1), ..Account::default() };
        assert_eq!(
            account.held(),
            "The browser itself says: 2 header rules and an unknown number of script registrations of Tracelight's."
        );
        assert_eq!(account.kept(), "This browser holds 1 traced request, with their spans.");
        assert!(Account::default().kept().contains("cannot be read"));
    }
}
