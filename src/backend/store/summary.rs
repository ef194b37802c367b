//! What stores answer besides spans: traces in short, and names of services.

use trace::TraceId;
use trace::json::{Broken, Cursor, Opened, Scalar};

use super::Fault;

/// The ids of the traces in Tempo's answer to a search. They come as hex with leading zeros dropped.
pub(super) fn tempo(body: &[u8]) -> Result<Vec<TraceId>, Fault> {
    let mut ids = Vec::new();
    read(body, |cursor| {
        within(cursor, "traces", |cursor| {
            each(cursor, |cursor| {
                within(cursor, "traceID", |cursor| {
                    ids.extend(text(cursor)?.as_deref().and_then(id));
                    Ok(())
                })
            })
        })
    })?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Names of services: `{"services":[…]}` of Jaeger's version 3, `{"data":[…]}` of its older JSON, and
/// Zipkin's bare list.
pub(super) fn services(body: &[u8]) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    let mut take = |cursor: &mut Cursor<'_>| {
        each(cursor, |cursor| {
            names.extend(text(cursor)?.filter(|name| !name.is_empty()));
            Ok(())
        })
    };
    read(body, |cursor| {
        if cursor.at_list() {
            return take(cursor);
        }
        fields(cursor, |cursor, key| match key {
            "services" | "data" => take(cursor),
            _ => cursor.skip(),
        })
    })?;
    Ok(names)
}

/// A trace id as search answers have it: either case, and leading zeros may be missing.
pub(super) fn id(text: &str) -> Option<TraceId> {
    format!("{text:0>32}").parse().ok()
}

fn read(
    body: &[u8],
    walk: impl FnOnce(&mut Cursor<'_>) -> Result<(), Broken>,
) -> Result<(), Fault> {
    let mut cursor = Cursor::new(body);
    walk(&mut cursor).map_err(|Broken| Fault::Garbled(cursor.error().into()))
}

fn text(cursor: &mut Cursor<'_>) -> Result<Option<String>, Broken> {
    Ok(match cursor.scalar()? {
        Scalar::Text(text) => Some(text.into_owned()),
        _ => None,
    })
}

fn fields(
    cursor: &mut Cursor<'_>,
    mut read: impl FnMut(&mut Cursor<'_>, &str) -> Result<(), Broken>,
) -> Result<(), Broken> {
    if cursor.object()? == Opened::Yes {
        while let Some(key) = cursor.key()? {
            read(cursor, &key)?;
        }
    }
    Ok(())
}

fn within(
    cursor: &mut Cursor<'_>,
    name: &str,
    mut read: impl FnMut(&mut Cursor<'_>) -> Result<(), Broken>,
) -> Result<(), Broken> {
    fields(cursor, |cursor, key| if key == name { read(cursor) } else { cursor.skip() })
}

fn each(
    cursor: &mut Cursor<'_>,
    mut read: impl FnMut(&mut Cursor<'_>) -> Result<(), Broken>,
) -> Result<(), Broken> {
    if cursor.list()? == Opened::Yes {
        while cursor.item()? {
            read(cursor)?;
        }
    }
    Ok(())
}

/// The names in an object, and whether it is one at all: what an answer is known by.
pub(super) fn names(body: &[u8]) -> Option<Vec<String>> {
    let mut cursor = Cursor::new(body);
    if !cursor.at_object() {
        return None;
    }
    let mut names = Vec::new();
    fields(&mut cursor, |cursor, key| {
        names.push(key.to_owned());
        cursor.skip()
    })
    .ok()?;
    Some(names)
}
