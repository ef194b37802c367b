//! One rule, and what a segment of a path is.

use super::USUAL;

/// What is folded becomes this.
pub(super) const ID: &str = ":id";
/// Longest rule, bytes.
const LONGEST: usize = 512;

/// What a segment is that is folded without being asked for; in the order of [`USUAL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Uuid,
    Hex,
    Ulid,
    Date,
}

const KINDS: [Kind; 5] = [Kind::Number, Kind::Uuid, Kind::Hex, Kind::Ulid, Kind::Date];

impl Kind {
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let known = KINDS.into_iter().zip(USUAL).find(|(_, (known, _))| *known == name);
        known.map(|(kind, _)| kind).ok_or_else(|| {
            let names = USUAL.map(|(name, _)| name).join(", ");
            format!(
                "there is no usual rule to turn off of this name, wanted one of {names}: {}",
                short(name)
            )
        })
    }

    /// What a segment is; `None` for a word.
    pub(super) fn of(segment: &str) -> Option<Self> {
        let bytes = segment.as_bytes();
        let all = |test: fn(&u8) -> bool| !bytes.is_empty() && bytes.iter().all(test);
        let any = |test: fn(&u8) -> bool| bytes.iter().any(test);
        if all(u8::is_ascii_digit) {
            return Some(Self::Number);
        }
        // Asked first for their lengths: nearly all segments are words.
        if bytes.len() == 36 && groups(segment, &[8, 4, 4, 4, 12], u8::is_ascii_hexdigit) {
            return Some(Self::Uuid);
        }
        if bytes.len() == 10 && groups(segment, &[4, 2, 2], u8::is_ascii_digit) {
            return Some(Self::Date);
        }
        let figure = any(u8::is_ascii_digit);
        if figure && bytes.len() >= 8 && all(u8::is_ascii_hexdigit) {
            return Some(Self::Hex);
        }
        let mixed = figure && any(u8::is_ascii_alphabetic) && all(u8::is_ascii_alphanumeric);
        (mixed && (20..=64).contains(&bytes.len())).then_some(Self::Ulid)
    }
}

/// Whether a text is groups of so many digits, with hyphens between them.
fn groups(text: &str, sizes: &[usize], digit: fn(&u8) -> bool) -> bool {
    let mut groups = text.split('-');
    let fit = sizes.iter().all(|size| {
        groups
            .next()
            .is_some_and(|group| group.len() == *size && group.as_bytes().iter().all(digit))
    });
    fit && groups.next().is_none()
}

/// Whether a segment of a server's route is a variable, as frameworks write them: `:id`, `{id}`,
/// `<int:id>`, `[id]`, `*`.
pub(super) fn variable(segment: &str) -> bool {
    segment.starts_with([':', '{', '<', '[', '*'])
}

/// A segment of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// As it stands.
    Word(String),
    /// Any one, and what it becomes.
    Any(String),
}

/// A path that is folded in its own way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// Its host; empty for all.
    host: String,
    parts: Vec<Part>,
    /// Whether any rest may follow.
    rest: bool,
}

impl Path {
    pub(super) fn parse(line: &str) -> Result<Self, String> {
        if line.len() > LONGEST {
            return Err(format!("it has {} bytes, wanted at most {LONGEST}", line.len()));
        }
        let bare = line.split_once("://").map_or(line, |(_, rest)| rest);
        let Some(slash) = bare.find('/') else {
            let wanted =
                "wanted a path such as /orders/*, or a usual rule to turn off such as -date";
            return Err(format!("there is no / in it, {wanted}: {}", short(line)));
        };
        let (host, path) = bare.split_at(slash);
        if host.contains('*') {
            return Err(format!(
                "there is a * in its host, wanted a whole host or none: {}",
                short(line)
            ));
        }
        if path.contains(['?', '#']) {
            return Err(format!("there is a ? or # in it, wanted a path alone: {}", short(line)));
        }
        let path = path.trim_matches('/');
        let (mut parts, mut rest) = (Vec::new(), false);
        for segment in path.split('/').filter(|_| !path.is_empty()) {
            if rest {
                return Err(format!("something follows **, wanted it at the end: {}", short(line)));
            }
            match segment {
                "" => {
                    return Err(format!("a segment is empty, wanted a name or *: {}", short(line)));
                }
                "**" => rest = true,
                "*" => parts.push(Part::Any(ID.to_owned())),
                name if name.starts_with(':') && name.len() > 1 => {
                    parts.push(Part::Any(name.to_owned()));
                }
                name if name.contains('*') || name == ":" => {
                    let wanted = "wanted * for a whole segment, or a name";
                    return Err(format!("a segment is {}, {wanted}: {}", short(name), short(line)));
                }
                name => parts.push(Part::Word(name.to_owned())),
            }
        }
        Ok(Self { host: host.to_ascii_lowercase(), parts, rest })
    }

    /// Whether it is about a path.
    pub(super) fn fits(&self, host: &str, segments: &[&str]) -> bool {
        let segments = if segments == [""] { &[] } else { segments };
        let length =
            segments.len() == self.parts.len() || (self.rest && segments.len() > self.parts.len());
        length
            && (self.host.is_empty() || self.host.eq_ignore_ascii_case(host))
            && self.parts.iter().zip(segments).all(|(part, segment)| match part {
                Part::Word(word) => word == segment,
                Part::Any(_) => !segment.is_empty(),
            })
    }

    /// The segments of a path that it is about, folded.
    pub(super) fn fold<'a>(&'a self, segments: &[&'a str]) -> impl Iterator<Item = &'a str> {
        let rest = self.rest && segments.len() > self.parts.len();
        let empty = self.parts.is_empty() && !rest;
        let parts = self.parts.iter().map(|part| match part {
            Part::Word(word) | Part::Any(word) => word.as_str(),
        });
        parts.chain(rest.then_some("**")).chain(empty.then_some(""))
    }
}

/// The beginning of what was found.
fn short(text: &str) -> &str {
    &text[..text.floor_char_boundary(60)]
}
