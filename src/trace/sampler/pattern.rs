//! Texts with stars that a URL, its path or its beginning is compared with, and the regular
//! expressions that say the same to the browser's rules and to the recorder.
//!
//! Not regular expressions themselves: what is left of a text with stars once an origin is taken off
//! can be written down, so that a rule reaches just what fits both an origin and a pattern.

use crate::target::escape;

/// Stands for any characters.
const ANY: char = '\0';
/// Stands for any characters of a path.
const PATH: char = '\u{1}';
/// Stands for any characters of a scheme, or of a host with its port.
const PLACE: char = '\u{2}';
/// What comes before a path.
const ORIGIN: &str = "\u{2}//\u{2}";

/// What URLs are compared with: alternatives, each of which a URL may begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<String>);

/// A class as a regular expression has it; `None` for a letter that means itself.
const fn class(letter: char) -> Option<&'static str> {
    match letter {
        ANY => Some(".*"),
        PATH => Some("[^?#]*"),
        PLACE => Some("[^/?#]*"),
        _ => None,
    }
}

const fn admits(class: char, letter: char) -> bool {
    match class {
        ANY => true,
        PATH => !matches!(letter, '?' | '#'),
        _ => !matches!(letter, '/' | '?' | '#'),
    }
}

impl Pattern {
    /// URLs that hold a text.
    #[must_use]
    pub fn url(text: &str) -> Self {
        Self::of([starred(&format!("*{text}"), ANY)])
    }

    /// URLs whose path holds a text.
    #[must_use]
    pub fn path(text: &str) -> Self {
        let text = starred(text, PATH);
        let below = format!("{ORIGIN}/{PATH}{text}");
        // Its slash may be the path's first.
        let first = text.starts_with('/').then(|| format!("{ORIGIN}{text}"));
        Self::of(first.into_iter().chain([below]))
    }

    /// URLs that begin with a text; one that begins with a slash is the beginning of a path.
    #[must_use]
    pub fn begins(text: &str) -> Self {
        let origin = if text.starts_with('/') { ORIGIN } else { "" };
        Self::of([format!("{origin}{}", starred(text, ANY))])
    }

    /// What a class at its end admits may follow anyway.
    fn of(ways: impl IntoIterator<Item = String>) -> Self {
        let open = |letter| class(letter).is_some();
        Self(ways.into_iter().map(|way| way.trim_end_matches(open).to_owned()).collect())
    }

    /// Whether a URL fits.
    #[must_use]
    pub fn fits(&self, url: &str) -> bool {
        self.after(url).all()
    }

    /// Whether everything fits.
    #[must_use]
    pub fn all(&self) -> bool {
        self.0.iter().any(String::is_empty)
    }

    /// Whether nothing fits.
    #[must_use]
    pub fn none(&self) -> bool {
        self.0.is_empty()
    }

    /// What must follow a text so that both together fit.
    #[must_use]
    pub fn after(&self, text: &str) -> Self {
        let mut ways: Vec<&str> = self.0.iter().map(String::as_str).collect();
        for letter in text.chars() {
            let mut next = Vec::new();
            for way in ways {
                step(way, letter, &mut next);
            }
            ways = next;
        }
        Self(ways.into_iter().map(str::to_owned).collect())
    }

    /// A regular expression (RE2's syntax, and JavaScript's) of what it fits, from where it begins.
    #[must_use]
    pub fn regex(&self) -> String {
        let ways: Vec<String> = self.0.iter().map(|way| regex(way)).collect();
        match &*ways {
            [way] => way.clone(),
            _ => format!("(?:{})", ways.join("|")),
        }
    }
}

/// What of a way may follow once it met a letter. A class takes the letter and stays, or is over.
fn step<'a>(mut way: &'a str, letter: char, next: &mut Vec<&'a str>) {
    let mut push = |way| {
        if !next.contains(&way) {
            next.push(way);
        }
    };
    if way.is_empty() {
        push(way);
    }
    while let Some(first) = way.chars().next() {
        let rest = way.get(first.len_utf8()..).unwrap_or_default();
        if class(first).is_none() {
            if first == letter {
                push(rest);
            }
            return;
        }
        if admits(first, letter) {
            push(way);
        }
        way = rest;
    }
}

/// A text whose stars stand for a class.
fn starred(text: &str, class: char) -> String {
    text.replace('*', class.encode_utf8(&mut [0; 4]))
}

fn regex(way: &str) -> String {
    let mut regex = String::new();
    for letter in way.chars() {
        match class(letter) {
            Some(class) => regex.push_str(class),
            None => regex.push_str(&escape(letter.encode_utf8(&mut [0; 4]))),
        }
    }
    regex
}
