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
    let imported = import(&theirs, &chosen()).unwrap();
    assert_eq!(
        imported.lost,
        [
            "The trace store's token: removed. What was given for http://tempo:3200 is not sent to https://evil:3200; type in what that one wants.",
            "Destination http://a:4318 with its token: removed. The file does not list it.",
        ]
    );
    let stores = imported.chosen.stores;
    assert_eq!(stores.asked.access, Access::default());
    assert_eq!((stores.sent[0].slot, &stores.sent[0].access), (0, &Access::default()));
    assert_eq!(stores.sent[1], chosen().stores.sent[1]);
    let old =
        "{\"tracelight\":\"settings\",\"version\":1,\"settings\":{\"store\":\"http://evil\"}}";
    let imported = import(old, &chosen()).unwrap();
    assert_eq!(imported.lost.len(), 1);
    let stores = imported.chosen.stores;
    assert_eq!((stores.asked.access, stores.sent), (Access::default(), chosen().stores.sent));
}

#[test]
fn the_same_origin_keeps_what_was_given_for_it() {
    let text = export(&chosen(), false);
    let moved = text.replace("http://tempo:3200", "http://TEMPO:3200/below");
    let moved = moved.replace("http://a:4318", "http://a:4318/v1/traces");
    let imported = import(&moved, &chosen()).unwrap();
    let stores = imported.chosen.stores;
    assert_eq!((&stores.asked, imported.lost), (&chosen().stores.asked, vec![]));
    let given =
        |all: &Stores| all.sent.iter().map(|it| (it.slot, it.access.clone())).collect::<Vec<_>>();
    assert_eq!(given(&stores), given(&chosen().stores));
}

#[test]
fn destinations_at_one_address_stay_apart() {
    let mut now = chosen();
    now.stores.sent[1].endpoint = now.stores.sent[0].endpoint.clone();
    let text = export(&now, false);
    assert_eq!(import(&text, &now).unwrap().chosen, now);
    // One of them moves to another host, and takes nothing along.
    let moved = text.replacen("http://a:4318", "http://c:4318", 1);
    let imported = import(&moved, &now).unwrap();
    let [one, other] = &*imported.chosen.stores.sent else { panic!("two destinations") };
    assert_eq!((&one.access, one.slot), (&Access::default(), 0));
    assert_eq!(other, &now.stores.sent[1]);
    assert_eq!(
        imported.lost,
        ["Destination http://a:4318 with its token: removed. The file does not list it."]
    );
}

#[test]
fn every_slot_is_given_once_where_all_are_taken() {
    let mut now = chosen();
    now.stores.sent = (0..SLOTS)
        .map(|slot| Destination {
            slot,
            endpoint: format!("http://h{slot}"),
            ..Destination::default()
        })
        .collect();
    let text = export(&now, false).replace("http://h0", "http://new");
    let imported = import(&text, &now).unwrap();
    let slots: Vec<u8> = imported.chosen.stores.sent.iter().map(|it| it.slot).collect();
    assert_eq!(slots, (0..SLOTS).collect::<Vec<_>>());
    assert_eq!(imported.lost, ["Destination http://h0: removed. The file does not list it."]);
}

#[test]
fn what_is_lost_is_named_without_a_word_of_it() {
    let mut now = chosen();
    let value = Secret("hush".to_owned());
    now.stores.asked.access = Access {
        credentials: Credentials::Basic { user: "ada".to_owned(), password: value.clone() },
        headers: vec![backend::credential::Header { name: "x-key".to_owned(), value }; 2],
        tenant: "team".to_owned(),
    };
    now.stores.asked.access.headers[1].name = "x-other".to_owned();
    let text = export(&now, false).replace("http://tempo:3200", "");
    assert_eq!(
        import(&text, &now).unwrap().lost,
        [
            "The trace store's name and password, tenant, 2 headers: removed. The file sets no store."
        ]
    );
    now.stores.asked.access = Access::default();
    assert_eq!(import(&text, &now).unwrap().lost, [""; 0], "nothing was given");
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
