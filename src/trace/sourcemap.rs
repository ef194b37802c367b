//! Source maps (ECMA-426): where what a browser ran stands in what people wrote.
//!
//! A map comes from a server that may be broken or hostile: its size, the number of its mappings and
//! the depth of its sections are limited, and what points nowhere is left out. Lines and columns are
//! counted from 1, as stacks have them; columns in UTF-16, as engines and maps count them.

mod address;
mod vlq;

use std::fmt;

use serde::Deserialize;

use crate::json;
use crate::order::{both, sort_by_rank};

pub use address::{inline, mentioned, resolve};

/// The largest map that is read, bytes.
pub const LARGEST: usize = 64 * 1024 * 1024;
/// The most mappings that are kept: at 24 bytes each.
const MOST: usize = 3_000_000;
/// Stands for no source and no name.
const NONE: u32 = u32::MAX;

/// A map, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    sources: Vec<Source>,
    names: Vec<String>,
    /// In order of line and column.
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Source {
    name: String,
    content: Option<String>,
}

/// One mapping; lines and columns from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    line: u32,
    column: u32,
    source: u32,
    at: u32,
    place: u32,
    name: u32,
}

/// A place in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The source, as the map names it.
    pub source: &'a str,
    /// Its line, from 1.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
    /// What stands there was called this; empty where the map does not say.
    pub name: &'a str,
    /// The whole source, where the map has it.
    pub content: Option<&'a str>,
}

/// Why a map cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapError {
    /// It has so many bytes.
    Large(usize),
    /// It is not JSON, or its fields are of other kinds.
    Json(String),
    /// Its version is not 3.
    Version(u32),
    /// It has more mappings than are kept.
    Many,
    /// Its mappings are broken at this byte.
    Mappings(usize),
    /// A section has sections, or lies elsewhere.
    Section,
    /// A line or column beyond what a file can have.
    Far,
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Large(bytes) => write!(f, "the map has {bytes} bytes, wanted at most {LARGEST}"),
            Self::Json(error) => write!(f, "the map is not JSON of a source map: {error}"),
            Self::Version(version) => write!(f, "the map has version {version}, wanted 3"),
            Self::Many => write!(f, "the map has more mappings than {MOST}"),
            Self::Mappings(at) => write!(f, "the map's mappings are broken at byte {at}"),
            Self::Section => write!(f, "the map has sections within sections, or elsewhere"),
            Self::Far => write!(f, "the map names a line or column that no file has"),
        }
    }
}

impl std::error::Error for MapError {}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Raw {
    version: u32,
    source_root: Option<String>,
    sources: Vec<Option<String>>,
    sources_content: Vec<Option<String>>,
    names: Vec<String>,
    mappings: String,
    sections: Vec<Section>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Section {
    offset: Offset,
    map: Option<Part>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Offset {
    line: u32,
    column: u32,
}

/// A section's map, which has no sections.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Part {
    source_root: Option<String>,
    sources: Vec<Option<String>>,
    sources_content: Vec<Option<String>>,
    names: Vec<String>,
    mappings: String,
    sections: Option<Vec<Offset>>,
}

impl SourceMap {
    /// Reads a map.
    ///
    /// # Errors
    /// When it is too large, no map, or its mappings are broken.
    pub fn parse(text: &str) -> Result<Self, MapError> {
        if text.len() > LARGEST {
            return Err(MapError::Large(text.len()));
        }
        // Servers may put a line before JSON that no script can read (ECMA-426, section 10.1).
        let text = match text.strip_prefix(")]}'") {
            Some(rest) => rest.split_once('\n').map_or("", |(_, json)| json),
            None => text,
        };
        let raw: Raw = json::read(text).map_err(|error| MapError::Json(error.to_string()))?;
        if raw.version != 3 {
            return Err(MapError::Version(raw.version));
        }
        let mut map = Self::default();
        let Raw { source_root, sources, sources_content, names, mappings, sections, .. } = raw;
        let whole = Part { source_root, sources, sources_content, names, mappings, sections: None };
        map.take(whole, Offset::default())?;
        for Section { offset, map: part } in sections {
            let part = part.filter(|part| part.sections.is_none()).ok_or(MapError::Section)?;
            map.take(part, offset)?;
        }
        sort_by_rank(&mut map.segments, |segment| both(segment.line, segment.column));
        Ok(map)
    }

    /// Takes in a map, or a section's.
    fn take(&mut self, part: Part, from: Offset) -> Result<(), MapError> {
        let number = |count: usize| u32::try_from(count).map_err(|_| MapError::Many);
        let (first, first_name) = (number(self.sources.len())?, number(self.names.len())?);
        let root = part.source_root.unwrap_or_default();
        let slash = if root.is_empty() || root.ends_with('/') { "" } else { "/" };
        let mut contents = part.sources_content.into_iter();
        for name in part.sources {
            let name = name.map(|name| format!("{root}{slash}{name}")).unwrap_or_default();
            self.sources.push(Source { name, content: contents.next().flatten() });
        }
        self.names.extend(part.names);
        let (sources, names) =
            (number(self.sources.len())? - first, number(self.names.len())? - first_name);
        let bounded = |index: i64, count: u32, first: u32| {
            u32::try_from(index).ok().filter(|index| *index < count).map_or(NONE, |it| first + it)
        };
        let mut reader = vlq::Reader::new(&part.mappings);
        while let Some(found) = reader.next()? {
            if self.segments.len() >= MOST {
                return Err(MapError::Many);
            }
            let shift = if found.line == 0 { from.column } else { 0 };
            let far = |number: Option<u32>| number.ok_or(MapError::Far);
            let placed = |number: i64| u32::try_from(number).map_err(|_| MapError::Far);
            let source = found.source.map_or(NONE, |it| bounded(it, sources, first));
            self.segments.push(Segment {
                line: far(found.line.checked_add(from.line))?,
                column: far(placed(found.column)?.checked_add(shift))?,
                source,
                at: if source == NONE { 0 } else { placed(found.at)? },
                place: if source == NONE { 0 } else { placed(found.place)? },
                name: found.name.map_or(NONE, |it| bounded(it, names, first_name)),
            });
        }
        Ok(())
    }

    /// What stands at a line and column of what the browser ran, both from 1. `None` where the map says
    /// nothing.
    #[must_use]
    pub fn at(&self, line: u32, column: u32) -> Option<Place<'_>> {
        let (line, column) = (line.checked_sub(1)?, column.saturating_sub(1));
        let behind =
            self.segments.partition_point(|it| both(it.line, it.column) <= both(line, column));
        let found = self.segments[..behind].last().filter(|it| it.line == line)?;
        let source = self.sources.get(usize::try_from(found.source).ok()?)?;
        let name = usize::try_from(found.name).ok().and_then(|at| self.names.get(at));
        Some(Place {
            source: &source.name,
            line: found.at.saturating_add(1),
            column: found.place.saturating_add(1),
            name: name.map_or("", String::as_str),
            content: source.content.as_deref(),
        })
    }
}

/// The lines of a source around one of them, with their numbers; both from 1.
#[must_use]
pub fn excerpt(content: &str, line: u32, around: u32) -> Vec<(u32, &str)> {
    let first = line.saturating_sub(around).max(1);
    let skip = usize::try_from(first - 1).unwrap_or(usize::MAX);
    let lines = content.lines().skip(skip);
    (first..=line.saturating_add(around)).zip(lines).collect()
}

#[cfg(test)]
mod tests;
