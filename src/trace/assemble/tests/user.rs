//! Whose pages they are: by the options, and by the page itself.

use super::*;
use crate::record::Document;

fn named(page_says: &str, softs: bool) -> Vec<(Option<String>, Option<String>)> {
    let user = User { name: "Ada".to_owned(), id: "u1".to_owned() };
    let page = Page { user, ..page() };
    let said = Document { user: page_says.to_owned(), ..Document::default() };
    let mut records = vec![Record::Document(Box::default()), Record::Document(Box::new(said))];
    if softs {
        let text = r#"{"kind":"page","at":9,"url":"http://shop.test/b",
            "context":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"}"#;
        records.push(Record::parse(text).unwrap());
    }
    let made = assemble(&page, &records, &[]);
    let text = |span: &Span, key| span.text(key).map(str::to_owned);
    let roots = made.spans.iter().filter(|span| span.name == PAGE_LOAD || span.name == SOFT);
    roots.map(|span| (text(span, key::USER_NAME), text(span, key::USER_ID))).collect()
}

#[test]
fn the_options_say_whose_page_it_is_unless_the_page_does() {
    let ours = |id: &str| (Some("Ada".to_owned()), Some(id.to_owned()));
    assert_eq!(named("", true), [ours("u1"), ours("u1")]);
    assert_eq!(named("u2", true), [ours("u2"), ours("u2")]);
}

#[test]
fn nobody_is_named_where_nothing_is_said_and_only_roots_name_anybody() {
    let made = assemble(&page(), &[], &[]);
    assert!(made.spans.iter().all(|span| span.text(key::USER_ID).is_none()));
    let page = Page { user: User { id: "u1".to_owned(), ..User::default() }, ..page() };
    let made = assemble(&page, &[], &[]);
    let named = made.spans.iter().filter(|span| span.text(key::USER_ID).is_some());
    assert_eq!(named.map(|span| span.name.as_str()).collect::<Vec<_>>(), [PAGE_LOAD]);
}
