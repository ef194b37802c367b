//! What a store says of an error, cut to what fits a line: of JSON its message, of a page its title,
//! of anything else the first line.

use trace::json::{Broken, Cursor, Opened, Scalar};

use crate::{Reply, SAID};

/// As much of a page as is looked at for its title.
const HEAD: usize = 4096;

/// Why, in the store's words.
pub(crate) fn reason(reply: &Reply) -> String {
    let body = reply.body.trim_ascii_start();
    let text = match body.first() {
        Some(b'{') => message(body).unwrap_or_else(|| reply.said()),
        Some(b'<') => title(body),
        _ => reply.said(),
    };
    let line = text.split_whitespace().map(clean).collect::<Vec<_>>().join(" ");
    match line.chars().take(SAID).collect::<String>() {
        line if line.is_empty() => "nothing more".to_owned(),
        line => line,
    }
}

/// What a surface must not be given: marks that turn its lines around, and other controls.
fn clean(word: &str) -> String {
    let bad = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    word.chars().filter(|letter| !bad(*letter)).collect()
}

/// A page's title.
fn title(body: &[u8]) -> String {
    let head = String::from_utf8_lossy(body.get(..HEAD).unwrap_or(body)).into_owned();
    let small = head.to_ascii_lowercase();
    let found = || {
        let from = small.find("<title")?;
        let from = from + small.get(from..)?.find('>')? + 1;
        let to = from + small.get(from..)?.find("</")?;
        head.get(from..to).map(str::trim).filter(|title| !title.is_empty())
    };
    found().map_or_else(|| "a page without a title".to_owned(), |title| format!("“{title}”"))
}

/// The first message of the forms that stores give: Jaeger's older `errors[].msg`.
fn message(body: &[u8]) -> Option<String> {
    let mut cursor = Cursor::new(body);
    errors(&mut cursor).ok().flatten()
}

fn errors(cursor: &mut Cursor<'_>) -> Result<Option<String>, Broken> {
    if cursor.object()? != Opened::Yes {
        return Ok(None);
    }
    while let Some(key) = cursor.key()? {
        if key != "errors" || !cursor.at_list() {
            cursor.skip()?;
            continue;
        }
        cursor.list()?;
        while cursor.item()? {
            if cursor.object()? != Opened::Yes {
                continue;
            }
            while let Some(key) = cursor.key()? {
                if key == "msg"
                    && let Scalar::Text(text) = cursor.scalar()?
                {
                    return Ok(Some(text.into_owned()));
                }
                if key != "msg" {
                    cursor.skip()?;
                }
            }
        }
    }
    Ok(None)
}
