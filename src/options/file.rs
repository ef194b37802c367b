//! Settings as a file: JSON with a version, for export and import.
//!
//! Import is all or nothing: a file with one bad setting changes none, and a group of settings that
//! is no object is a bad setting. What a file does not name stays as it is, so a secret that was
//! left out is not lost.

mod stores;

use trace::json::{self, Node, SyntaxError};
use trace::quantity;

use crate::check::{Problem, problems};
use crate::chosen::Chosen;
use crate::field::{self, Field, Kind};

/// Version of the file's form. What later versions add may mean what we cannot know.
pub const VERSION: u64 = 1;
/// What the file says that it is.
const OURS: &str = "settings";
/// Bytes of a file, at most; ours have two thousand.
const LARGEST: usize = 1_000_000;
/// What stands for the file itself in problems.
const FILE: &str = "the file";

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What is chosen, with what the file changes.
    pub chosen: Chosen,
    /// How many settings the file names.
    pub count: usize,
    /// Names in it that we do not know.
    pub ignored: Vec<String>,
    /// What was given for a host and is gone, each in a sentence that says why.
    pub lost: Vec<String>,
}

impl Imported {
    /// What happened, for the user.
    #[must_use]
    pub fn news(&self) -> String {
        let done = format!("Imported {}", quantity::count(self.count as u64, "setting"));
        match self.ignored.join(", ") {
            unknown if unknown.is_empty() => done,
            unknown => format!("{done}; unknown here and left out: {unknown}"),
        }
    }
}

/// Writes a file. Secrets are left out unless they are asked for.
#[must_use]
pub fn export(chosen: &Chosen, secrets: bool) -> String {
    let shown = field::all().filter(|field| secrets || field.kind != Kind::Secret);
    let mut alone = Vec::new();
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for field in shown {
        let value = value(field, &(field.get)(chosen));
        let Some((group, name)) = field.key.split_once('.') else {
            alone.push(format!("    \"{}\": {value}", field.key));
            continue;
        };
        if groups.last().is_none_or(|(last, _)| *last != group) {
            groups.push((group, Vec::new()));
        }
        if let Some((_, members)) = groups.last_mut() {
            members.push(format!("      \"{name}\": {value}"));
        }
    }
    for (group, members) in groups {
        alone.push(format!("    \"{group}\": {{\n{}\n    }}", members.join(",\n")));
    }
    let settings = alone.join(",\n");
    format!(
        "{{\n  \"tracelight\": \"{OURS}\",\n  \"version\": {VERSION},\n  \"settings\": {{\n{settings}\n  }},\n  \"{}\": {}\n}}\n",
        stores::NAME,
        stores::write(&chosen.stores, secrets),
    )
}

fn value(field: &Field, text: &str) -> String {
    match field.kind {
        Kind::Switch | Kind::Number => text.to_owned(),
        Kind::List => {
            let items: Vec<_> = text.lines().map(json::write).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Text | Kind::Secret | Kind::Choice(_) => json::write(text),
    }
}

/// Reads a file over the settings that there are.
///
/// # Errors
/// Everything that is wrong with it.
pub fn import(text: &str, now: &Chosen) -> Result<Imported, Vec<Problem>> {
    let whole = |found: String, wanted: &str| vec![Problem::new(FILE, found, wanted)];
    if text.len() > LARGEST {
        return Err(whole(format!("it has {} bytes", text.len()), "at most 1000000"));
    }
    let node = Node::parse(text).map_err(|error| vec![broken(text, error)])?;
    if node.field("tracelight").and_then(Node::text) != Some(OURS) {
        let found = format!("{} that is not Tracelight's", node.kind());
        return Err(whole(found, "an export of Tracelight's settings"));
    }
    match node.field("version") {
        Some(Node::Number(digits)) if *digits == VERSION.to_string() => {}
        Some(Node::Number(digits)) => {
            let found = format!("version {digits}, of a later Tracelight");
            return Err(whole(found, &format!("version {VERSION}")));
        }
        other => {
            let found = format!("version is {}", other.map_or("missing", Node::kind));
            return Err(whole(found, &format!("the number {VERSION}")));
        }
    }
    match node.field("settings") {
        Some(settings @ Node::Object(_)) => read(settings, text, now),
        other => {
            let found = format!("settings is {}", other.map_or("missing", Node::kind));
            Err(whole(found, "an object"))
        }
    }
}

/// Where the text broke off, for a person with an editor.
fn broken(text: &str, error: SyntaxError) -> Problem {
    let (at, wanted) = match error {
        SyntaxError::Wanted { at, wanted } => (at, wanted.to_owned()),
        SyntaxError::Deep { at, limit } => (at, format!("at most {limit} levels")),
    };
    let before = text.get(..at.min(text.len())).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
    let found = match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some(letter) => format!("{letter:?} at line {line}, character {column}"),
        None => format!("its end at line {line}, character {column}"),
    };
    Problem::new(FILE, found, wanted)
}

fn read(node: &Node<'_>, text: &str, now: &Chosen) -> Result<Imported, Vec<Problem>> {
    let mut imported =
        Imported { chosen: now.clone(), count: 0, ignored: Vec::new(), lost: Vec::new() };
    let mut wrong = Vec::new();
    for (path, node) in leaves(node) {
        match Field::of(&path) {
            None if grouped(&path) => {
                wrong.push(Problem::new(&path, found(node), "an object of settings"));
            }
            None => imported.ignored.push(path),
            Some(field) => {
                imported.count += 1;
                match put(field, node, &mut imported.chosen) {
                    Ok(()) => {}
                    Err(problem) => wrong.push(problem),
                }
            }
        }
    }
    wrong.extend(problems(&imported.chosen));
    match stores::read(text, &imported.chosen, now) {
        Ok(stores::Read { stores, lost }) => {
            (imported.chosen.stores, imported.lost) = (stores, lost);
        }
        Err(flaws) => wrong.extend(flaws),
    }
    if wrong.is_empty() { Ok(imported) } else { Err(wrong) }
}

/// Whether settings are grouped under a name.
fn grouped(name: &str) -> bool {
    field::all().any(|field| field.key.split_once('.').is_some_and(|(group, _)| group == name))
}

/// Every value with its path; a group's are those of its object. A group that is none has itself.
fn leaves<'a>(node: &'a Node<'a>) -> Vec<(String, &'a Node<'a>)> {
    let Node::Object(fields) = node else { return Vec::new() };
    let mut all = Vec::new();
    for (name, node) in fields {
        match node {
            Node::Object(inner) if grouped(name) => {
                all.extend(inner.iter().map(|(part, node)| (format!("{name}.{part}"), node)));
            }
            _ => all.push((name.to_string(), node)),
        }
    }
    all
}

fn put(field: &Field, node: &Node<'_>, chosen: &mut Chosen) -> Result<(), Problem> {
    let (text, wanted) = match field.kind {
        Kind::Switch => (switch(node), "true or false"),
        Kind::Number => (number(node), "a whole number"),
        Kind::List => (list(node), "a list of texts, each one line"),
        Kind::Text | Kind::Secret => (line(node), "a text of one line"),
        Kind::Choice(_) => (line(node), "one of its words"),
    };
    let done = text.as_ref().is_some_and(|text| (field.set)(chosen, text));
    if done { Ok(()) } else { Err(Problem::new(field.key, found(node), wanted)) }
}

/// What stands there, for a person who looks for it.
fn found(node: &Node<'_>) -> String {
    match node {
        Node::Text(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
        Node::Number(digits) => (*digits).to_owned(),
        other => other.kind().to_owned(),
    }
}

fn switch(node: &Node<'_>) -> Option<String> {
    if let Node::Bool(on) = node { Some(on.to_string()) } else { None }
}

fn number(node: &Node<'_>) -> Option<String> {
    if let Node::Number(digits) = node { Some((*digits).to_owned()) } else { None }
}

fn line(node: &Node<'_>) -> Option<String> {
    node.text().filter(|text| !text.contains(['\n', '\r'])).map(str::to_owned)
}

fn list(node: &Node<'_>) -> Option<String> {
    let Node::List(items) = node else { return None };
    let lines: Option<Vec<_>> = items.iter().map(line).collect();
    lines.map(|lines| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::choices::Limits;
    use trace::settings::{Scope, Settings};

    fn changed() -> Chosen {
        let mut settings =
            Settings { store: "https://store.example/%22x%22".to_owned(), ..Settings::default() };
        settings.triggers.b3_multi = true;
        settings.cookie.secret = "hush \"é\\".to_owned();
        settings.scope = Scope::Site;
        settings.targets = vec!["https://api.example".to_owned(), "/^https:\\/\\//".to_owned()];
        settings.ending.minutes = 15;
        settings.links.trace = "https://x.test/{traceId}".to_owned();
        let mut chosen = Chosen { settings, ..Chosen::default() };
        chosen.choices.user_name = "Ada \"é\\".to_owned();
        chosen.choices.limits = Limits::Sentry;
        chosen
    }

    fn said(text: &str) -> String {
        let problems = import(text, &Chosen::default()).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    fn file(settings: &str) -> String {
        format!("{{\"tracelight\":\"settings\",\"version\":1,\"settings\":{settings}}}")
    }

    #[test]
    fn what_is_exported_is_imported() {
        let imported = import(&export(&changed(), true), &Chosen::default()).unwrap();
        assert_eq!(
            imported,
            Imported {
                chosen: changed(),
                count: field::all().count(),
                ignored: vec![],
                lost: vec![]
            }
        );
    }

    #[test]
    fn a_file_reads_well() {
        let text = export(&changed(), false);
        let begin = "{\n  \"tracelight\": \"settings\",\n  \"version\": 1,\n  \"settings\": {\n    \"store\": \"https://store.example/%22x%22\",\n    \"answer\": \"\",";
        assert!(text.starts_with(begin), "{text}");
        assert!(text.contains("\n    \"triggers\": {\n      \"w3c\": true,\n"), "{text}");
        assert!(text.ends_with("    \"sent\": []\n  }\n}\n"), "{text}");
    }

    #[test]
    fn a_secret_leaves_only_when_it_is_asked_for_and_is_not_lost() {
        let text = export(&changed(), false);
        assert!(!text.contains("hush") && !text.contains("secret"));
        assert!(export(&changed(), true).contains("hush"));
        assert_eq!(import(&text, &changed()).unwrap().chosen, changed());
    }

    #[test]
    fn what_a_file_does_not_name_stays_and_what_we_do_not_know_is_named() {
        let text = file(r#"{"limit":5,"colour":"red","triggers":{"b3":true,"morse":true}}"#);
        let imported = import(&text, &changed()).unwrap();
        assert_eq!(
            (imported.chosen.settings.limit, imported.chosen.settings.triggers.b3),
            (5, true)
        );
        assert_eq!(imported.chosen.settings.scope, Scope::Site);
        assert_eq!(
            (imported.count, imported.ignored),
            (2, vec!["colour".to_owned(), "triggers.morse".to_owned()])
        );
    }

    #[test]
    fn a_file_that_is_cut_short_says_where() {
        let text = export(&changed(), true);
        let cut = &text[..text.find("\"limit\"").unwrap()];
        assert!(
            said(cut).starts_with("the file: its end at line 7, character 5, wanted "),
            "{}",
            said(cut)
        );
        assert!(said("").starts_with("the file: its end at line 1, character 1, wanted "));
        for at in 0..text.len() - 2 {
            assert!(import(text.get(..at).unwrap_or_default(), &changed()).is_err(), "{at}");
        }
    }

    #[test]
    fn a_file_of_another_make_or_version_is_refused() {
        assert_eq!(
            said("[]"),
            "the file: a list that is not Tracelight's, wanted an export of Tracelight's settings"
        );
        assert!(said(r#"{"version":1}"#).starts_with("the file: an object that is not"));
        let later = file("{}").replace("\"version\":1", "\"version\":2");
        assert_eq!(said(&later), "the file: version 2, of a later Tracelight, wanted version 1");
        let none = file("{}").replace("\"version\":1,", "");
        assert_eq!(said(&none), "the file: version is missing, wanted the number 1");
        assert_eq!(said(&file("7")), "the file: settings is a number, wanted an object");
        assert!(said(&"x".repeat(LARGEST + 1)).contains("1000001 bytes"));
    }

    #[test]
    fn values_of_another_kind_are_all_named() {
        let text = file(
            r#"{"store":7,"triggers":{"b3":"yes"},"limit":1.5,"targets":["a",1],"scope":"world","ending":null}"#,
        );
        assert_eq!(
            said(&text),
            "store: 7, wanted a text of one line; \
             triggers.b3: \"yes\", wanted true or false; \
             limit: 1.5, wanted a whole number; \
             targets: a list, wanted a list of texts, each one line; \
             scope: \"world\", wanted one of its words; \
             ending: null, wanted an object of settings"
        );
    }

    #[test]
    fn a_group_of_another_kind_is_an_error_and_not_unknown() {
        let text = file(
            r#"{"links":"javascript:alert(1)","triggers":5,"cookie":null,"ending":[],"limit":5}"#,
        );
        assert_eq!(
            said(&text),
            "links: \"javascript:alert(1)\", wanted an object of settings; \
             triggers: 5, wanted an object of settings; \
             cookie: null, wanted an object of settings; \
             ending: a list, wanted an object of settings"
        );
        assert!(said(&file(r#"{"store":{"url":"x"}}"#)).starts_with("store: an object, wanted "));
    }

    #[test]
    fn what_is_imported_is_checked_like_what_is_typed() {
        let text = file(r#"{"links":{"trace":"javascript:alert(1)"},"limit":0}"#);
        assert_eq!(
            said(&text),
            "limit: 0, wanted a whole number from 1 to 1000000000000; \
             links.trace: it begins with “javascript:alert(1)”, wanted http:// or https://"
        );
    }
}
