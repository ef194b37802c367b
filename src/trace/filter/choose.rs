//! Which values a filter wants of a field, and the filter with others: for menus that write into it.
//!
//! A menu speaks of one condition that holds for all rows: `field:a,b` on the top level. Whatever
//! else somebody has typed stays as it is meant.

use super::{Language, Node, Op, Query, Term, Wanted};

/// Whether a node is the condition that a menu speaks of.
fn of<'a>(node: &'a Node, field: &str, op: Op) -> Option<&'a Term> {
    match node {
        Node::Term(term) if term.field == field && term.op == op => Some(term),
        _ => None,
    }
}

/// The conditions that hold together.
fn top(query: &Query) -> &[Node] {
    match &query.top {
        Node::And(nodes) => nodes,
        node => std::slice::from_ref(node),
    }
}

/// The values that a filter wants of a field; none where it does not ask for it in this way.
#[must_use]
pub fn chosen(text: &str, field: &str, op: Op, language: &Language) -> Vec<String> {
    let Ok(query) = Query::parse(text, language) else { return Vec::new() };
    let term = top(&query).iter().find_map(|node| of(node, field, op));
    let texts = term.map(|term| term.values.iter().filter_map(text_of).collect());
    texts.unwrap_or_default()
}

fn text_of(value: &Wanted) -> Option<String> {
    match value {
        Wanted::Text(text) => Some(text.clone()),
        Wanted::Anything => None,
    }
}

/// A filter that wants these values of a field, and none of it where there are no values; as text. A
/// text that is no filter gives way.
#[must_use]
pub fn choose(text: &str, field: &str, op: Op, values: &[String], language: &Language) -> String {
    let query = Query::parse(text, language).ok();
    let values = values.iter().cloned().map(Wanted::Text).collect::<Vec<_>>();
    let mut term =
        (!values.is_empty()).then(|| Node::Term(Term { field: field.to_owned(), op, values }));
    let mut nodes = Vec::new();
    for node in query.as_ref().map(top).unwrap_or_default() {
        match of(node, field, op) {
            // Where it stood before; a second one would narrow what was chosen.
            Some(_) => nodes.extend(term.take()),
            None => nodes.push(node.clone()),
        }
    }
    nodes.extend(term);
    Node::and(nodes).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::REQUESTS;
    use super::*;

    fn set(text: &str, field: &str, op: Op, values: &[&str]) -> String {
        let values: Vec<String> = values.iter().map(|it| (*it).to_owned()).collect();
        let made = choose(text, field, op, &values, &REQUESTS);
        assert_eq!(chosen(&made, field, op, &REQUESTS), values, "{made} reads back");
        made
    }

    #[test]
    fn a_menu_writes_one_condition_and_leaves_the_others() {
        assert_eq!(set("", "status", Op::Has, &["5xx"]), "status:5xx");
        assert_eq!(
            set("cart status:5xx", "status", Op::Has, &["4xx", "5xx"]),
            "cart status:4xx,5xx"
        );
        assert_eq!(set("status:5xx cart", "status", Op::Has, &[]), "cart");
        assert_eq!(set("status:5xx", "status", Op::Has, &[]), "");
        assert_eq!(set("a or b", "method", Op::Has, &["GET"]), "(a or b) method:GET");
        assert_eq!(set("duration<5s", "duration", Op::More, &["1s"]), "duration<5s duration>1s");
        assert_eq!(set("status:", "method", Op::Has, &["PUT"]), "method:PUT");
        assert_eq!(set("", "host", Op::Is, &["a b", "[::1]:80"]), "host=\"a b\",\"[::1]:80\"");
    }

    #[test]
    fn what_a_menu_does_not_speak_of_is_not_chosen() {
        let of = |text: &str| chosen(text, "status", Op::Has, &REQUESTS);
        assert_eq!(of("-status:5xx"), [""; 0]);
        assert_eq!(of("status:5xx or cart"), [""; 0]);
        assert_eq!(of("status>400 status:2xx"), ["2xx"]);
        assert_eq!(of("status:*"), [""; 0]);
    }
}
