//! To whom spans are handed on, as flags and the environment name them.

use std::net::SocketAddr;

use backend::credential::{Access, Header, Secret};
use backend::outbox::Form;
use backend::stores::{Destination, SLOTS};

use crate::{Error, forward};

/// The header that is a setting of its own.
const TENANT: &str = "x-scope-orgid";

/// Reads a destination: its address, headers as `Name: value`, and headers as OpenTelemetry's own
/// variable has them (`name=value,name=value`, with per cent signs for what is special).
///
/// # Errors
/// What was found and what was wanted; no value of a header is in it.
pub fn read(
    url: &str,
    headers: &[&str],
    variable: &str,
    packed: bool,
) -> Result<Destination, String> {
    let mut access = Access::default();
    for line in headers {
        let (name, value) =
            line.split_once(':').ok_or("a --forward-header has no colon, wanted 'Name: value'")?;
        put(&mut access, name.trim(), value.trim().to_owned());
    }
    for pair in variable.split(',').filter(|pair| !pair.trim().is_empty()) {
        let (name, value) = pair
            .split_once('=')
            .ok_or("a pair in TRACELIGHT_FORWARD_HEADERS has no =, wanted name=value,name=value")?;
        put(&mut access, name.trim(), unescaped(value.trim())?);
    }
    let endpoint = url.trim().trim_end_matches('/').to_owned();
    let destination = Destination { slot: 0, endpoint, form: Form::Protobuf, packed, access };
    destination.check().map_err(|why| why.to_string())?;
    Ok(destination)
}

fn put(access: &mut Access, name: &str, value: String) {
    if name.eq_ignore_ascii_case(TENANT) {
        access.tenant = value;
    } else {
        access.headers.push(Header { name: name.to_owned(), value: Secret(value) });
    }
}

/// `%20` is a space, and a plus is a plus.
fn unescaped(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
    for part in parts {
        let digits = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(digits.ok_or("a % in a header's value has no two hex digits behind it")?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).map_err(|_| "a header's value is no UTF-8".to_owned())
}

/// The addresses of all of them.
///
/// # Errors
/// When one is none to hand spans to, is there twice, or is our own.
pub(crate) async fn check(
    destinations: &[Destination],
    own: [SocketAddr; 2],
) -> Result<Vec<String>, Error> {
    let mut endpoints: Vec<String> = Vec::with_capacity(destinations.len());
    for destination in destinations {
        let endpoint = destination.endpoint.clone();
        let wrong = |reason: String| Error::Destination { reason, endpoint: endpoint.clone() };
        destination.check().map_err(|why| wrong(why.to_string()))?;
        if endpoints.contains(&endpoint) {
            return Err(wrong("it is there twice, wanted each once".to_owned()));
        }
        if endpoints.len() == usize::from(SLOTS) {
            return Err(wrong(format!("it is one too many, wanted at most {SLOTS}")));
        }
        if forward::is_own(&endpoint, own).await {
            return Err(wrong("it is this collector itself, wanted another".to_owned()));
        }
        endpoints.push(endpoint);
    }
    Ok(endpoints)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(url: &str, headers: &[&str], variable: &str) -> String {
        read(url, headers, variable, false).unwrap_err()
    }

    #[test]
    fn headers_come_from_both_and_the_tenant_is_one_of_them() {
        let found = read(
            "https://tempo.example/otlp/",
            &["X-Scope-OrgID: 7", "X-Key:a b"],
            "authorization=Basic%20dTpw%3D, x-other=1+1",
            true,
        )
        .unwrap();
        assert_eq!((&*found.endpoint, found.packed), ("https://tempo.example/otlp", true));
        assert_eq!(found.access.tenant, "7");
        let headers = found.access.headers.iter().map(|it| (&*it.name, &*it.value.0));
        assert_eq!(
            headers.collect::<Vec<_>>(),
            [("X-Key", "a b"), ("authorization", "Basic dTpw="), ("x-other", "1+1")]
        );
        assert!(!format!("{found:?}").contains("dTpw"), "no secret is printed");
    }

    #[test]
    fn what_cannot_be_is_refused_in_words_without_the_secret() {
        assert!(wrong("tempo.example:4318", &[], "").contains("http"));
        assert!(wrong("https://u:secret@tempo.example", &[], "").contains("user name"));
        assert!(wrong("http://h/?key=secret", &[], "").contains("query"));
        assert!(wrong("http://h", &["secret"], "").contains("wanted 'Name: value'"));
        assert!(wrong("http://h", &["Host: secret"], "").contains("host"));
        assert!(wrong("http://h", &[], "secret").contains("wanted name=value"));
        assert!(wrong("http://h", &[], "a=secret%2").contains("two hex digits"));
        for text in [wrong("http://h", &["secret"], ""), wrong("http://h", &[], "a=secret%0a")] {
            assert!(!text.contains("secret"), "{text}");
        }
    }

    #[tokio::test]
    async fn our_own_address_is_refused_by_whatever_name() {
        let own = [([127, 0, 0, 1], 4318).into(), ([0, 0, 0, 0], 4317).into()];
        let to = |endpoint: &str| {
            [Destination { endpoint: endpoint.to_owned(), ..Destination::default() }]
        };
        for endpoint in
            ["http://127.0.0.1:4318", "http://localhost:4318/v1/traces", "http://127.0.0.2:4317"]
        {
            let error = check(&to(endpoint), own).await.unwrap_err().to_string();
            assert!(error.contains("this collector itself"), "{error}");
        }
        for endpoint in
            ["http://127.0.0.1:4319", "https://127.0.0.1", "http://nowhere.invalid:4318"]
        {
            assert_eq!(check(&to(endpoint), own).await.unwrap(), [endpoint]);
        }
    }
}
