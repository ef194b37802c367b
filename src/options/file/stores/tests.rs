use backend::credential::{Credentials, Secret};
use trace::settings::Settings;

use super::super::{export, import};
use super::*;

fn token(text: &str) -> Access {
    let token = Secret(text.to_owned());
    Access { credentials: Credentials::Bearer { token }, ..Access::default() }
}

fn chosen() -> Chosen {
    let asked =
        stores::Asked { hint: Hint::Tempo, grafana: "abc".to_owned(), access: token("hush") };
    let sent = |slot, endpoint: &str, access| Destination {
        slot,
        endpoint: endpoint.to_owned(),
        form: Form::Json,
        packed: true,
        access,
    };
    let sent =
        vec![sent(3, "http://a:4318", token("mum")), sent(1, "http://b:4318", token("\"e\\"))];
    let settings = Settings { store: "http://tempo:3200".to_owned(), ..Settings::default() };
    Chosen { settings, stores: Stores { asked, sent }, ..Chosen::default() }
}

fn said(stores: &str) -> String {
    let file = format!(
        "{{\"tracelight\":\"settings\",\"version\":1,\"settings\":{{}},\"stores\":{stores}}}"
    );
    let problems = import(&file, &Chosen::default()).unwrap_err();
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[test]
fn what_is_exported_with_secrets_is_imported_elsewhere() {
    let imported = import(&export(&chosen(), true), &Chosen::default()).unwrap().chosen;
    assert_eq!(imported.stores.asked, chosen().stores.asked);
    let ours = imported.stores.sent.into_iter();
    for (slot, (ours, theirs)) in (0..).zip(ours.zip(chosen().stores.sent)) {
        assert_eq!(ours, Destination { slot, ..theirs });
    }
}

#[test]
fn a_file_without_secrets_has_none_and_takes_none_away() {
    let text = export(&chosen(), false);
    assert!(!text.contains("hush") && !text.contains("mum") && !text.contains("access"), "{text}");
    let lines = "  \"stores\": {\n    \"asked\": {\"hint\":\"Tempo\",\"grafana\":\"abc\"},\n    \"sent\": [\n      {\"endpoint\":\"http://a:4318\",\"form\":\"Json\",\"packed\":true},\n";
    assert!(text.contains(lines), "{text}");
    assert_eq!(import(&text, &chosen()).unwrap().chosen, chosen());
}

#[test]
fn secrets_stay_with_the_address_that_they_were_given_for() {
    let text = export(&chosen(), false);
    let theirs = text.replace("http://tempo", "https://evil").replace("http://a:", "http://evil:");
    let stores = import(&theirs, &chosen()).unwrap().chosen.stores;
    assert_eq!(stores.asked.access, Access::default());
    assert_eq!((stores.sent[0].slot, &stores.sent[0].access), (0, &Access::default()));
    assert_eq!(stores.sent[1], chosen().stores.sent[1]);
    let old =
        "{\"tracelight\":\"settings\",\"version\":1,\"settings\":{\"store\":\"http://evil\"}}";
    let stores = import(old, &chosen()).unwrap().chosen.stores;
    assert_eq!((stores.asked.access, stores.sent), (Access::default(), chosen().stores.sent));
}

#[test]
fn what_is_wrong_is_said_with_where() {
    let sent = |endpoint: &str| format!("{{\"endpoint\":\"{endpoint}\"}}");
    assert_eq!(
        said(&format!("{{\"sent\":[{}]}}", sent("a:1"))),
        "stores: destination 1: it begins with “a:1”, wanted http:// or https://"
    );
    let nine = vec![sent("http://a"); 9].join(",");
    assert_eq!(said(&format!("{{\"sent\":[{nine}]}}")), "stores: 9 destinations, wanted at most 8");
    assert!(said("7").starts_with("stores: "), "{}", said("7"));
    assert!(said(r#"{"asked":{"grafana":"a/b"}}"#).contains("wanted up to 40 letters"));
}
