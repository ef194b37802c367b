//! GraphQL operations, by what stands outside of bodies: the URL of a request that gets, and the
//! headers that clients set.

use super::query::parameter;
use super::{Badges, CALL_LIMIT, Framework, Marks, cut};
use crate::attribute::key;
use crate::waterfall::path;

/// Headers that carry an operation's name: Apollo's clients', and what others agreed on.
const HEADERS: [&str; 2] = ["x-apollo-operation-name", "x-graphql-operation-name"];
/// Operations (GraphQL, section 2.3).
const KINDS: [&str; 3] = ["query", "mutation", "subscription"];
/// The media type of responses, which nothing else has (GraphQL over HTTP).
const MEDIA: &str = "application/graphql-response+json";

/// An operation, as far as it is known.
#[derive(Debug, Default, PartialEq, Eq)]
struct Operation {
    /// One of [`KINDS`]; empty where it is not known.
    kind: &'static str,
    /// Empty where it has none, or none that is known.
    name: String,
}

/// Reads a request's operation, where it is one.
pub(super) fn read(
    method: &str,
    url: &str,
    (marks, body): (Marks<'_>, &str),
    found: &mut Framework,
) {
    let (said, name) = body.split_once(' ').unwrap_or((body, ""));
    let said = KINDS.into_iter().find(|kind| *kind == said);
    let document = parameter(url, "query").filter(|text| parse(text, "").is_some());
    let id = persisted(url);
    let headers = HEADERS.iter().map(|header| marks.get(header).to_owned());
    let named = parameter(url, "operationName").into_iter().chain([name.to_owned()]);
    let stated = headers.chain(named).find(|name| is_name(name));
    let place = path(url).trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let known = document.is_some() || stated.is_some() || id.is_some() || said.is_some();
    if !known
        && !matches!(place, "graphql" | "gql")
        && !marks.get("content-type").starts_with(MEDIA)
    {
        return;
    }
    found.badges |= Badges::GRAPHQL;
    let stated = stated.unwrap_or_default();
    let parsed = document.and_then(|text| parse(&text, &stated)).unwrap_or_default();
    // GraphQL over HTTP: what is got is a query.
    let kind = match (parsed.kind, said) {
        ("", Some(said)) => said,
        ("", None) if known && method == "GET" => "query",
        (kind, _) => kind,
    };
    let name = if stated.is_empty() { parsed.name } else { stated };
    let name = cut(&name, CALL_LIMIT);
    found.note(key::GRAPHQL_OPERATION_NAME, name);
    found.note(key::GRAPHQL_OPERATION_TYPE, kind);
    let id = id.unwrap_or_default();
    found.note(key::GRAPHQL_DOCUMENT_ID, &id);
    let short = cut(id.rsplit(':').next().unwrap_or_default(), 8);
    found.call = match (kind, name) {
        (_, "") if !short.is_empty() => format!("persisted {short}"),
        ("", name) => name.to_owned(),
        (kind, "") => kind.to_owned(),
        (kind, name) => format!("{kind} {name}"),
    };
    if !found.call.is_empty() {
        found.name = format!("GraphQL {}", found.call);
    }
}

/// As [`super::operation`].
pub(super) fn operation(document: &str, name: &str) -> String {
    let name = if is_name(name) { name } else { "" };
    match parse(document, name) {
        Some(parsed) if name.is_empty() => format!("{} {}", parsed.kind, parsed.name),
        Some(parsed) => format!("{} {name}", parsed.kind),
        None if name.is_empty() => String::new(),
        None => format!(" {name}"),
    }
}

/// The id of a persisted document: Apollo's hash in `extensions`, or `documentId` (GraphQL over
/// HTTP, appendix A).
fn persisted(url: &str) -> Option<String> {
    let hash = parameter(url, "extensions").and_then(|text| {
        let (_, rest) = text.split_once("\"sha256Hash\"")?;
        let value = rest.trim_start_matches([':', ' ', '"']);
        Some(value.split('"').next().unwrap_or_default().to_owned())
    });
    let id = hash.or_else(|| parameter(url, "documentId"))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":_-.".contains(&byte);
    (!id.is_empty() && id.len() <= 128 && id.bytes().all(plain)).then_some(id)
}

/// Whether it is a name (GraphQL, section 2.1.9), and not what scripts write where there is none.
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !text.is_empty()
        && !matches!(text, "undefined" | "null" | "true")
        && text.bytes().all(plain)
        && !text.starts_with(|letter: char| letter.is_ascii_digit())
}

/// The operation of a document: the one that is wanted by its name, else the first. `None` where
/// the text is no such document.
fn parse(text: &str, wanted: &str) -> Option<Operation> {
    let words = outermost(text);
    let operation = |at: usize| {
        let kind = KINDS.into_iter().find(|kind| *kind == words[at])?;
        let name = words.get(at + 1).filter(|word| is_name(word));
        Some(Operation { kind, name: name.map(|word| (*word).to_owned()).unwrap_or_default() })
    };
    let mut all = (0..words.len()).filter_map(operation);
    let anonymous = words.first() == Some(&"{") && text.trim_start().starts_with(['{', '#']);
    let first = words.first().is_some_and(|word| KINDS.contains(word) || *word == "fragment");
    if !(anonymous || first && words.contains(&"{")) {
        return None;
    }
    let named = all.clone().find(|one| !wanted.is_empty() && one.name == wanted);
    let query = Operation { kind: "query", name: String::new() };
    Some(named.or_else(|| all.next()).unwrap_or(query))
}

/// The words outside of all brackets, and each outermost `{`. Strings and comments, in which
/// brackets mean nothing, are left out.
fn outermost(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut depth, mut begin) = (0_usize, None);
    let mut skip = None;
    for (at, letter) in text.char_indices() {
        if let Some(end) = skip {
            skip = (letter != end).then_some(end);
            continue;
        }
        let inside = letter.is_ascii_alphanumeric() || letter == '_';
        match (begin, depth) {
            (None, 0) if inside => begin = Some(at),
            (Some(from), _) if !inside => {
                words.extend(text.get(from..at));
                begin = None;
            }
            _ => {}
        }
        match letter {
            '{' | '(' | '[' => {
                words.extend((letter == '{' && depth == 0).then_some("{"));
                depth += 1;
            }
            '}' | ')' | ']' => depth = depth.saturating_sub(1),
            '"' => skip = Some('"'),
            '#' => skip = Some('\n'),
            _ => {}
        }
    }
    words.extend(begin.and_then(|from| text.get(from..)));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, wanted: &str) -> Option<(&'static str, String)> {
        parse(text, wanted).map(|one| (one.kind, one.name))
    }

    #[test]
    fn a_document_names_its_operation() {
        let named = |kind, name: &str| Some((kind, name.to_owned()));
        assert_eq!(
            parsed("query GetCart($id: ID!) { cart(id: $id) { id } }", ""),
            named("query", "GetCart")
        );
        assert_eq!(parsed("{ cart { id } }", ""), named("query", ""));
        assert_eq!(parsed("mutation{pay}", ""), named("mutation", ""));
        let two = "fragment F on Cart { id } query A { a } mutation B @once { b(text: \"}{\") }";
        assert_eq!(parsed(two, ""), named("query", "A"));
        assert_eq!(parsed(two, "B"), named("mutation", "B"));
        assert_eq!(
            parsed("# query No {\nsubscription Ticks { tick }", ""),
            named("subscription", "Ticks")
        );
    }

    #[test]
    fn what_people_search_for_is_no_document() {
        for text in ["", "shoes", "query", "query letters", "how to {", "mutation rate", "é", "}{"]
        {
            assert_eq!(parsed(text, ""), None, "{text}");
        }
    }
}
