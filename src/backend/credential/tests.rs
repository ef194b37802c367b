use super::*;
use crate::store::{Dialect, Store};
use trace::json;

const STORE: &str = "https://tempo.test:3200/tempo";

fn all() -> Vec<Access> {
    let secret = || Secret("hunter2".to_owned());
    [
        Credentials::Basic { user: "12345".to_owned(), password: secret() },
        Credentials::Bearer { token: secret() },
        Credentials::None,
    ]
    .into_iter()
    .map(|credentials| {
        let headers = match &credentials {
            Credentials::None => vec![header("X-Api-Key", "hunter2"), header("x-team", "hunter2")],
            _ => Vec::new(),
        };
        Access { credentials, headers, tenant: "team-a".to_owned() }
    })
    .collect()
}

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: Secret(value.to_owned()) }
}

fn ask() -> Ask {
    let id = "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap();
    Store::new(STORE, Dialect::TempoV2).trace(id)
}

#[test]
fn each_kind_is_its_header() {
    let put = |access: &Access| {
        let headers = access.sign(STORE, ask()).request.headers;
        headers.into_iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>()
    };
    let wanted: [&[&str]; 3] = [
        &["authorization: Basic MTIzNDU6aHVudGVyMg=="],
        &["authorization: Bearer hunter2"],
        &["x-api-key: hunter2", "x-team: hunter2"],
    ];
    for (access, wanted) in all().iter().zip(wanted) {
        let wanted = [&["accept: application/protobuf"], wanted, &["x-scope-orgid: team-a"]];
        assert_eq!(put(access), wanted.concat());
    }
    assert_eq!(put(&Access::default()), ["accept: application/protobuf"]);
}

#[test]
fn with_secrets_no_redirect_is_followed() {
    for access in all() {
        let ask = access.sign(STORE, ask());
        assert_eq!(ask.redirects, Redirects::Refuse);
        assert!(ask.may_follow("https://tempo.test:3200/elsewhere"));
        assert!(!ask.may_follow("https://evil.test:3200/tempo"));
        assert!(!ask.may_follow("http://tempo.test:3200/tempo"), "nor to plain text");
    }
    let ask = Access::default().sign(STORE, ask());
    assert!(ask.redirects == Redirects::Follow && ask.may_follow("https://evil.test/"));
}

#[test]
fn another_origin_gets_nothing() {
    for url in [
        "http://tempo.test:3200/tempo",
        "https://tempo.test/tempo",
        "https://tempo.test.evil.test:3200/",
        "https://tempo.test:3200@evil.test/",
        "javascript:alert(1)",
        "",
    ] {
        for access in all() {
            let mut request = ask().request;
            request.url = url.to_owned();
            let before = request.clone();
            assert!(!access.put(STORE, &mut request), "{url}");
            assert_eq!(request, before, "{url}");
        }
    }
    let mut upper = ask().request;
    upper.url = "https://TEMPO.test:3200/tempo".to_owned();
    assert!(all()[0].put(STORE, &mut upper), "hosts have no case");
}

#[test]
fn nothing_that_is_printed_has_a_secret() {
    for access in all() {
        let said = format!("{access:?}");
        assert!(!said.contains("hunter2") && said.contains("secret"), "{said}");
        let mut bad = access.clone();
        let break_it = |secret: &mut Secret| secret.0.push('\n');
        match &mut bad.credentials {
            Credentials::Bearer { token } => break_it(token),
            Credentials::None => break_it(&mut bad.headers[1].value),
            Credentials::Basic { .. } => continue,
        }
        let flaw = bad.check().unwrap_err();
        assert!(!format!("{flaw} {flaw:?}").contains("hunter2"));
        let mut request = ask().request;
        assert!(!bad.put(STORE, &mut request), "a header cannot be broken out of");
    }
    assert_eq!(format!("{:?}", Secret::default()), "none");
}

#[test]
fn what_cannot_be_sent_says_why() {
    let said =
        |credentials| Access { credentials, ..Access::default() }.check().unwrap_err().to_string();
    let value = || Secret("v".to_owned());
    let with = |headers: Vec<Header>| Access { headers, ..Access::default() };
    let one = |name: &str| with(vec![header(name, "v")]).check().unwrap_err().to_string();
    assert_eq!(one("Cookie"), "cookie is set by the browser, wanted another header");
    assert_eq!(one("Sec-X"), "sec-x is set by the browser, wanted another header");
    assert_eq!(one("X-Scope-OrgID"), "x-scope-orgid is what Tenant is for, wanted another header");
    assert_eq!(
        one("a b"),
        "the header's name has a space at character 2, wanted letters, digits and hyphens"
    );
    assert_eq!(one(""), "the header's name is empty, wanted one");
    let twice = with(vec![header("x-a", "1"), header("X-A", "2")]).check().unwrap_err();
    assert_eq!(twice.to_string(), "x-a is there twice, wanted each header once");
    let both = Access {
        credentials: Credentials::Bearer { token: value() },
        ..with(vec![header("Authorization", "v")])
    };
    assert_eq!(both.check(), Err(Flaw::Twice { name: "authorization".to_owned() }));
    assert_eq!(with(vec![header("Authorization", "v")]).check(), Ok(()));
    let many = with(vec![header("x", "v"); 21]).check().unwrap_err();
    assert_eq!(many.to_string(), "there are 21 headers, wanted at most 20");
    assert_eq!(
        said(Credentials::Bearer { token: Secret::default() }),
        "the token is empty, wanted one"
    );
}

#[test]
fn a_character_that_cannot_be_sent_is_named_by_its_kind_and_place() {
    let basic = |user: &str, password: &str| Access {
        credentials: Credentials::Basic {
            user: user.to_owned(),
            password: Secret(password.to_owned()),
        },
        ..Access::default()
    };
    let bearer = |token: &str| Access {
        credentials: Credentials::Bearer { token: Secret(token.to_owned()) },
        ..Access::default()
    };
    let with = |value: &str| Access { headers: vec![header("x", value)], ..Access::default() };
    let tenant = |tenant: &str| Access { tenant: tenant.to_owned(), ..Access::default() };
    const LINE: &str = "wanted visible ASCII, with spaces inside only";
    for (access, found, wanted) in [
        (bearer("abc\r"), "the token has a line break at character 4", LINE),
        (bearer("a\tb"), "the token has a tab at character 2", LINE),
        (bearer(" a"), "the token has a space at character 1", LINE),
        (with("a\nb: c"), "the header's value has a line break at character 2", LINE),
        (with("caf\u{e9}"), "the header's value has a letter outside ASCII at character 4", LINE),
        (with("a\0"), "the header's value has a control character at character 2", LINE),
        (
            tenant("team a"),
            "the tenant has a space at character 5",
            "wanted letters, digits and signs, without spaces",
        ),
        (
            tenant("a\r\nx: y"),
            "the tenant has a line break at character 2",
            "wanted letters, digits and signs, without spaces",
        ),
        (
            basic("a:b", "v"),
            "the name has a colon at character 2",
            "wanted one without colons and control characters",
        ),
        (
            basic("a", "b\n"),
            "the password has a line break at character 2",
            "wanted one without control characters",
        ),
    ] {
        let said = access.check().unwrap_err().to_string();
        assert_eq!(said, format!("{found}, {wanted}"));
    }
    for good in [with("a b"), tenant("a|b"), basic("\u{e9} ", "\u{e9} "), bearer("a==")] {
        assert_eq!(good.check(), Ok(()), "{good:?}");
    }
}

#[test]
fn credentials_come_back_from_where_they_are_kept() {
    for access in all().into_iter().chain([Access::default()]) {
        let text = json::write(&access);
        assert_eq!(json::read::<Access>(&text).as_ref(), Ok(&access), "{text}");
    }
}

#[test]
fn a_data_source_of_grafana_is_a_path_below_it() {
    let wanted = "https://g.test/x/api/datasources/proxy/uid/P214_b-5";
    assert_eq!(grafana("https://g.test/x/", "P214_b-5").as_deref(), Ok(wanted));
    for uid in ["", "a/../b", "a?b", "é", &"x".repeat(41)] {
        assert_eq!(grafana("https://g.test", uid), Err(Flaw::Source), "{uid}");
    }
}
