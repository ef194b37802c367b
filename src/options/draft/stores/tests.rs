use backend::credential::{Access, Credentials, Secret};

use super::*;
use crate::chosen::Chosen;

fn at(slot: u8, endpoint: &str) -> Destination {
    Destination { slot, endpoint: endpoint.to_owned(), ..Destination::default() }
}

fn draft(sent: Vec<Destination>) -> Draft {
    let mut draft = Draft::default();
    let stores = Stores { sent, ..Stores::default() };
    draft.load(Ok(Chosen { stores, ..Chosen::default() }));
    draft
}

fn put(draft: &mut Draft, party: Party, part: Part, text: &str) {
    draft.change(party, Change::Put(part, text.to_owned()));
}

#[test]
fn a_destination_is_saved_once_all_of_it_is_right() {
    let mut draft = draft(Vec::new());
    draft.add();
    assert_eq!(draft.stores_due(), None);
    let one = Party::Sent(0);
    put(&mut draft, one, Part::Endpoint, " http://a:4318 ");
    put(&mut draft, one, Part::Credentials, "bearer");
    assert_eq!(draft.stores_due(), None, "the token is empty");
    put(&mut draft, one, Part::Token, "hush");
    let due = draft.stores_due().unwrap();
    let token = Credentials::Bearer { token: Secret("hush".to_owned()) };
    let access = Access { credentials: token, ..Access::default() };
    assert_eq!(due.sent, [Destination { access, ..at(0, "http://a:4318") }]);
    draft.keep_stores(due);
    assert_eq!(draft.stores_due(), None);
    put(&mut draft, one, Part::Endpoint, "a:4318");
    assert_eq!(draft.stores_due(), None, "what is kept holds");
}

#[test]
fn what_is_wrong_with_one_keeps_no_other_from_being_saved() {
    let mut draft = draft(vec![at(0, "http://a"), at(1, "http://b")]);
    put(&mut draft, Party::Sent(0), Part::Endpoint, "ftp://a");
    put(&mut draft, Party::Sent(1), Part::Form, "json");
    put(&mut draft, Party::Asked, Part::Grafana, "no uid");
    put(&mut draft, Party::Asked, Part::Tenant, "team");
    let due = draft.stores_due().unwrap();
    assert_eq!(due.sent[0], at(0, "http://a"));
    assert_eq!(due.sent[1].form, backend::outbox::Form::Json);
    assert_eq!(due.asked, Stores::default().asked);
    draft.keep_stores(due);
    assert_eq!(Party::Sent(0).text(draft.stores(), Part::Endpoint), "ftp://a", "it stays typed");
}

#[test]
fn a_free_slot_is_taken_and_there_are_eight() {
    let mut draft = draft(vec![at(0, "http://a"), at(1, "http://b")]);
    draft.remove(0);
    assert_eq!(draft.stores_due().unwrap().sent, [at(1, "http://b")]);
    for _ in 0..10 {
        draft.add();
    }
    let slots: Vec<_> = draft.stores().sent.iter().map(|it| it.slot).collect();
    assert_eq!(slots, [1, 0, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn headers_come_and_go() {
    let mut draft = draft(vec![at(3, "http://a")]);
    let party = Party::Sent(3);
    for (at, name) in [(0, "x-a"), (1, "x-b")] {
        draft.change(party, Change::AddHeader);
        put(&mut draft, party, Part::Name(at), name);
        put(&mut draft, party, Part::Value(at), "1");
    }
    draft.change(party, Change::RemoveHeader(0));
    draft.change(party, Change::RemoveHeader(7));
    let due = draft.stores_due().unwrap();
    let names: Vec<_> = due.sent[0].access.headers.iter().map(|it| &*it.name).collect();
    assert_eq!(names, ["x-b"]);
}

#[test]
fn what_another_page_saves_leaves_what_is_typed_here() {
    let mut draft = draft(vec![at(0, "http://a"), at(1, "http://b"), at(2, "http://c")]);
    put(&mut draft, Party::Sent(1), Part::Endpoint, "ftp://b");
    draft.remove(2);
    let sent = vec![at(0, "http://a2"), at(1, "http://b2"), at(2, "http://c"), at(3, "http://d")];
    draft.keep_stores(Stores { sent, ..Stores::default() });
    let typed: Vec<_> = draft.stores().sent.iter().map(|it| &*it.endpoint).collect();
    assert_eq!(typed, ["http://a2", "ftp://b", "http://d"]);
    draft.keep_stores(Stores::default());
    let typed: Vec<_> = draft.stores().sent.iter().map(|it| &*it.endpoint).collect();
    assert_eq!(typed, ["ftp://b"]);
}
