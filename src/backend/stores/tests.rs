use super::*;
use crate::credential::{Credentials, Header, Secret};
use trace::json;

fn destination(slot: u8, endpoint: &str) -> Destination {
    Destination { slot, endpoint: endpoint.to_owned(), ..Destination::default() }
}

fn access() -> Access {
    let value = Secret("hunter2".to_owned());
    Access {
        credentials: Credentials::Bearer { token: value.clone() },
        headers: vec![Header { name: "x-team".to_owned(), value }],
        tenant: "a".to_owned(),
    }
}

fn stores() -> Stores {
    let asked = Asked { hint: Hint::Tempo, grafana: "P21".to_owned(), access: access() };
    let packed = Destination {
        form: Form::Json,
        packed: true,
        access: access(),
        ..destination(3, "https://b.test/otlp")
    };
    Stores { asked, sent: vec![destination(0, "http://a.test:4318"), packed] }
}

#[test]
fn without_a_list_spans_go_to_the_store_that_is_asked() {
    let alone = Stores { asked: stores().asked, ..Stores::default() };
    assert_eq!(alone.destinations(""), []);
    let made = Destination { access: access(), ..destination(0, "http://a.test") };
    assert_eq!(alone.destinations("http://a.test"), [made]);
    assert_eq!(stores().destinations("http://a.test"), stores().sent);
    assert_eq!(stores().destinations(""), stores().sent, "they need no store to be asked");
}

#[test]
fn each_destination_has_a_bit_of_its_own() {
    assert_eq!(stores().sent.iter().map(Destination::bit).collect::<Vec<_>>(), [1, 8]);
    assert_eq!(destination(8, "").bit(), 0);
    assert_eq!(stores().free_slot(), Some(1));
    let full = Stores {
        sent: (0..SLOTS).map(|slot| destination(slot, "http://a")).collect(),
        ..Stores::default()
    };
    assert_eq!(full.free_slot(), None);
    assert_eq!(full.check(), []);
}

#[test]
fn what_is_kept_comes_back_and_what_an_earlier_version_kept_has_defaults() {
    for stores in [stores(), Stores::default()] {
        let text = json::write(&stores);
        assert_eq!(json::read::<Stores>(&text).as_ref(), Ok(&stores), "{text}");
    }
    assert_eq!(json::read("{}"), Ok(Stores::default()));
    let one: Stores = json::read(r#"{"sent":[{"slot":2,"endpoint":"http://a"}]}"#).unwrap();
    assert_eq!(one.sent, [destination(2, "http://a")]);
}

#[test]
fn nothing_that_is_printed_has_a_secret() {
    let said = format!("{:?}", stores());
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn each_flaw_says_where_what_was_found_and_what_was_wanted() {
    assert_eq!(stores().check(), []);
    let mut bad = stores();
    bad.asked.grafana = "a/b".to_owned();
    bad.asked.access.tenant = "\n".to_owned();
    bad.sent[0].access.credentials = Credentials::Bearer { token: Secret::default() };
    bad.sent[1].slot = 9;
    bad.sent.push(destination(0, "http://c.test"));
    bad.sent.push(destination(4, ""));
    let said: Vec<_> = bad.check().iter().map(ToString::to_string).collect();
    let wanted = [
        "that is no data source's UID, wanted up to 40 letters, digits, - and _",
        "the tenant has a line break at character 1, wanted letters, digits and signs, without spaces",
        "destination 1: the token is empty, wanted one",
        "destination 2: its slot is 9, wanted one below 8",
        "destination 3: it has the slot of destination 1, wanted one of its own",
        "destination 4: there is no address, wanted one",
    ];
    assert_eq!(said, wanted);
}

#[test]
fn an_address_is_a_plain_base_url() {
    let said = |address: &str| check_address(address).map_err(|flaw| flaw.to_string());
    assert_eq!(said("https://api.honeycomb.test:443/otlp"), Ok(()));
    for (address, wanted) in [
        ("localhost:4318", "it begins with “localhost:4318”, wanted http:// or https://"),
        ("http://h/{trace}", "a brace at character 10, wanted a URL without placeholders"),
        ("http://u:p@h", "it has a user name or password, wanted a URL without them"),
        (
            "http://h/?a",
            "it has a query or a fragment, wanted a base URL, to which paths are added",
        ),
    ] {
        assert_eq!(said(address), Err(wanted.to_owned()));
    }
}
