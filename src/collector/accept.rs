//! Which of our two forms a client would rather have (RFC 9110, 12.5.1).

use hyper::header::{ACCEPT, HeaderMap};

use crate::reply::Form;

/// The form to answer in: protobuf where `Accept` names it and likes it at least as well as JSON.
pub(crate) fn form(headers: &HeaderMap) -> Form {
    let (mut proto, mut json) = (0, 0);
    for value in headers.get_all(ACCEPT) {
        for range in value.to_str().unwrap_or_default().split(',') {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1000, thousandths);
            match &*media {
                "application/x-protobuf" | "application/protobuf" => proto = proto.max(weight),
                "application/json" | "application/*" | "*/*" => json = json.max(weight),
                _ => {}
            }
        }
    }
    if proto > 0 && proto >= json { Form::Proto } else { Form::Json }
}

/// A weight between 0 and 1 as a whole number; what cannot be read counts as 0.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    match (whole, format!("{fraction:0<3}").parse::<u16>()) {
        ("1", _) => 1000,
        ("0", Ok(weight)) => weight.min(1000),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Form {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        form(&headers)
    }

    #[test]
    fn protobuf_is_given_to_those_who_like_it_best() {
        assert_eq!(chosen("application/x-protobuf, application/json;q=0.9"), Form::Proto);
        assert_eq!(chosen("application/json;q=0.5, application/protobuf;q=0.50"), Form::Proto);
        assert_eq!(chosen("application/x-protobuf;q=0.1, */*"), Form::Json);
        assert_eq!(chosen("application/x-protobuf;q=0"), Form::Json);
        assert_eq!(chosen("application/x-protobuf;q=much"), Form::Json);
        assert_eq!(chosen("text/html, */*;q=0.8"), Form::Json);
        assert_eq!(form(&HeaderMap::new()), Form::Json);
    }
}
