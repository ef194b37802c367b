//! What a page says of its own measure, as attributes.

use crate::attribute::{Attributes, Value};
use crate::json::{self, Node};

/// Attributes taken from one detail.
const MOST: usize = 32;
/// Longest name of one, bytes.
const NAME: usize = 128;
/// Longest text of one, bytes.
const TEXT: usize = 1024;
/// Names that are ours alone.
const OURS: &str = "tracelight.";
/// The member under which Chrome's performance panel is told what to show (User Timing, devtools
/// extensibility).
const DEVTOOLS: &str = "devtools";
/// What stands there as pairs of name and value.
const PROPERTIES: &str = "properties";

/// Puts what a detail says into attributes: its members that are text, number or truth, under their
/// names. What is there already stays: a page cannot take the place of what the browser tells.
pub(super) fn describe(attributes: &mut Attributes, detail: &str) {
    let Ok(node) = Node::parse(detail) else { return };
    let Node::Object(members) = &node else { return take(attributes, "detail", &node) };
    let room = attributes.len() + MOST;
    for (name, node) in members {
        match node {
            Node::Object(shown) if name == DEVTOOLS => show(attributes, shown, room),
            _ if attributes.len() < room => take(attributes, name, node),
            _ => {}
        }
    }
}

/// What is meant for the performance panel: its own words under `devtools.`, and the author's
/// properties under their names.
fn show(attributes: &mut Attributes, shown: &[(std::borrow::Cow<'_, str>, Node<'_>)], room: usize) {
    for (name, node) in shown {
        match node {
            Node::List(pairs) if name == PROPERTIES => {
                for pair in pairs {
                    if let Node::List(pair) = pair
                        && let [Node::Text(name), value] = &pair[..]
                        && attributes.len() < room
                    {
                        take(attributes, name, value);
                    }
                }
            }
            _ if attributes.len() < room => {
                take(attributes, &format!("{DEVTOOLS}.{}", snake(name)), node);
            }
            _ => {}
        }
    }
}

/// `trackGroup` as attributes are written: `track_group`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn take(attributes: &mut Attributes, name: &str, node: &Node<'_>) {
    let value = match node {
        Node::Text(text) => Value::from(&text[..text.floor_char_boundary(TEXT)]),
        Node::Bool(truth) => Value::from(*truth),
        Node::Number(digits) => match (digits.parse::<i64>(), json::float(digits)) {
            (Ok(whole), _) => Value::from(whole),
            (_, Some(number)) if number.is_finite() => Value::from(number),
            _ => return,
        },
        Node::Null | Node::List(_) | Node::Object(_) => return,
    };
    let free = !attributes.contains_key(name) && !name.starts_with(OURS);
    if free && !name.is_empty() && name.len() <= NAME {
        attributes.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(detail: &str) -> Vec<String> {
        let mut attributes = Attributes::from([("session.id".to_owned(), "ours".into())]);
        describe(&mut attributes, detail);
        attributes.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn members_that_are_one_value_become_attributes_and_nothing_is_taken_from_us() {
        let detail = r#"{"order.id":7,"paid":true,"ratio":0.5,"who":"Ann","list":[1],"deep":{"a":1},
            "none":null,"session.id":"theirs","tracelight.x":1,"":1,"huge":1e999}"#;
        assert_eq!(
            described(detail),
            ["order.id=7", "paid=true", "ratio=0.5", "session.id=ours", "who=Ann"]
        );
        assert_eq!(described("\"text\""), ["detail=text", "session.id=ours"]);
        assert_eq!(described("{"), ["session.id=ours"]);
    }

    #[test]
    fn what_is_meant_for_the_performance_panel_is_understood() {
        let detail = r#"{"devtools":{"dataType":"track-entry","track":"Cart","trackGroup":"Shop",
            "properties":[["items","3"],["total",9.5],[1,2],"x"]},"own":1}"#;
        assert_eq!(
            described(detail),
            [
                "devtools.data_type=track-entry",
                "devtools.track=Cart",
                "devtools.track_group=Shop",
                "items=3",
                "own=1",
                "session.id=ours",
                "total=9.5"
            ]
        );
    }

    #[test]
    fn a_detail_of_a_thousand_members_gives_a_few() {
        let members: Vec<_> = (0..900).map(|at| format!("\"k{at}\":{at}")).collect();
        assert_eq!(described(&format!("{{{}}}", members.join(","))).len(), 1 + MOST);
    }
}
