use super::*;

fn stores() -> Stores {
    let sent = vec![Destination { slot: 5, ..Destination::default() }];
    Stores { sent, ..Stores::default() }
}

#[test]
fn every_part_of_a_party_is_a_text() {
    let (mut all, sent) = (stores(), Party::Sent(5));
    sent.access_mut(&mut all).unwrap().headers.push(Header::default());
    for (party, part, text) in [
        (sent, Part::Endpoint, "http://a:4318"),
        (sent, Part::Form, "json"),
        (sent, Part::Packed, "true"),
        (sent, Part::Credentials, "basic"),
        (sent, Part::User, "ada"),
        (sent, Part::Password, " hush "),
        (sent, Part::Tenant, "team"),
        (sent, Part::Name(0), "x-key"),
        (sent, Part::Value(0), "7"),
        (Party::Asked, Part::Hint, "zipkin"),
        (Party::Asked, Part::Grafana, "abc"),
        (Party::Asked, Part::Credentials, "bearer"),
        (Party::Asked, Part::Token, "hush"),
    ] {
        assert_ne!(party.text(&all, part), text);
        party.set(&mut all, part, text);
        assert_eq!(party.text(&all, part), text, "{part:?}");
        assert_eq!(party.flaw(&all, part), None, "{part:?}");
    }
    assert!(sent.sound(&all) && Party::Asked.sound(&all));
}

#[test]
fn what_a_party_has_not_is_empty_and_stays_so() {
    let mut all = stores();
    for (party, part) in [
        (Party::Asked, Part::Endpoint),
        (Party::Asked, Part::User),
        (Party::Asked, Part::Name(0)),
        (Party::Sent(5), Part::Token),
        (Party::Sent(4), Part::Tenant),
    ] {
        party.set(&mut all, part, "x");
        assert_eq!(party.text(&all, part), "");
    }
    Party::Asked.set(&mut all, Part::Hint, "morse");
    Party::Sent(5).set(&mut all, Part::Packed, "yes");
    assert_eq!(all, stores());
}

#[test]
fn what_is_wrong_is_said_at_its_part() {
    let (mut all, sent) = (stores(), Party::Sent(5));
    let headers = ["x-a", "X-A", "cookie", "x b", "x-c"].map(|name| Header {
        name: name.to_owned(),
        value: Secret(if name == "x-c" { "\u{e9}" } else { "1" }.to_owned()),
    });
    sent.access_mut(&mut all).unwrap().headers = headers.to_vec();
    for (part, text, said) in [
        (
            Part::Endpoint,
            "",
            "Not saved yet: there is no address, wanted the URL of an OTLP receiver.",
        ),
        (
            Part::Endpoint,
            "ftp://a",
            "Not saved: it begins with “ftp://a”, wanted http:// or https://.",
        ),
        (
            Part::Tenant,
            "a\u{e9}",
            "Not saved: the tenant has a letter outside ASCII at character 2, wanted letters, digits and signs, without spaces.",
        ),
        (Part::Credentials, "basic", ""),
        (Part::User, "", "Not saved yet: the name is empty, wanted one."),
        (
            Part::User,
            "a:b",
            "Not saved: the name has a colon at character 2, wanted one without colons and control characters.",
        ),
        (Part::Credentials, "bearer", ""),
        (Part::Token, "", "Not saved yet: the token is empty, wanted one."),
        (Part::Name(0), "x-a", ""),
        (Part::Name(1), "X-A", "Not saved: x-a is there twice, wanted each header once."),
        (
            Part::Name(2),
            "cookie",
            "Not saved: cookie is set by the browser, wanted another header.",
        ),
        (
            Part::Name(3),
            "x b",
            "Not saved: the header's name has a space at character 2, wanted letters, digits and hyphens.",
        ),
        (Part::Value(3), "1", ""),
        (Part::Name(4), "x-c", ""),
        (
            Part::Value(4),
            "\u{e9}",
            "Not saved: the header's value has a letter outside ASCII at character 1, wanted visible ASCII, with spaces inside only.",
        ),
        (
            Part::Name(1),
            "Authorization",
            "Not saved: authorization is there twice, wanted each header once.",
        ),
    ] {
        sent.set(&mut all, part, text);
        assert_eq!(sent.flaw(&all, part).unwrap_or_default(), said, "{part:?} {text}");
    }
    Party::Asked.set(&mut all, Part::Grafana, "a/b");
    let said = Party::Asked.flaw(&all, Part::Grafana).unwrap();
    assert!(said.contains("no data source's UID, wanted"), "{said}");
    assert!(!sent.sound(&all) && !Party::Asked.sound(&all));
}
