//! Reads single parameters out of a URL's query.

/// Longest value that is decoded, bytes.
const LIMIT: usize = 8 * 1024;

/// The decoded value of a parameter; `None` where it is not there.
pub(super) fn parameter(url: &str, name: &str) -> Option<String> {
    let query = url.split('#').next()?.split_once('?')?.1;
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(other, _)| *other == name)?;
    Some(decode(super::cut(value, LIMIT)))
}

/// Undoes what forms do to a value (URL standard, application/x-www-form-urlencoded).
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let coded = (*byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let value = coded.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(value.unwrap_or(if *byte == b'+' { b' ' } else { *byte }));
        at += if value.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_decoded_whatever_stands_in_it() {
        let value = |query: &str| parameter(&format!("https://a.test/x?{query}#z?q=no"), "q");
        assert_eq!(value("a=1&q=query+%7B%0A%7d").as_deref(), Some("query {\n}"));
        assert_eq!(value("q").as_deref(), Some(""));
        assert_eq!(value("qq=1"), None);
        assert_eq!(value("q=%").as_deref(), Some("%"));
        assert_eq!(value("q=%é%ff").as_deref(), Some("%é\u{fffd}"));
        assert_eq!(parameter("/x", "q"), None);
    }
}
