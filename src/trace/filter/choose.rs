//! Which values a filter wants of a field, and the filter with others: for menus that write into it.
//!
//! A menu speaks of one condition that holds for all rows: `field:a,b` on the top level, or `-field:*`
//! for those that have none. Whatever else somebody has typed stays as it is meant.

use super::{Language, Node, Op, Query, Term, Wanted};

/// What is chosen of a field where only rows without a value are wanted: no other value with it.
pub const NONE: &str = "-*";

/// Whether a node is the condition that a row has no value.
fn none(node: &Node, name: &str) -> bool {
    let Node::Not(node) = node else { return false };
    matches!(&**node, Node::Term(Term { field, op: Op::Has, values })
        if field == name && *values == [Wanted::Anything])
}

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
    if top(&query).iter().any(|node| none(node, field)) {
        return vec![NONE.to_owned()];
    }
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
    let has = |op, values| Node::Term(Term { field: field.to_owned(), op, values });
    let mut term = match values {
        [] => None,
        [value] if value == NONE => Some(Node::not(has(Op::Has, vec![Wanted::Anything]))),
        values => Some(has(op, values.iter().cloned().map(Wanted::Text).collect())),
    };
    let mut nodes = Vec::new();
    for node in query.as_ref().map(top).unwrap_or_default() {
        if of(node, field, op).is_some() || none(node, field) {
            // Where it stood before; a second one would narrow what was chosen.
            nodes.extend(term.take());
        } else {
            nodes.push(node.clone());
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
        assert_eq!(set("cart status:5xx x", "status", Op::Has, &[NONE]), "cart -status:* x");
        assert_eq!(set("-status:* cart", "status", Op::Has, &["4xx"]), "status:4xx cart");
        assert_eq!(set("-status:*", "status", Op::Has, &[]), "");
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
