//! Reads the parameters of Jaeger's query API, version 3. Both spellings are known: camelCase, and
//! the older snake_case.
//!
//! Jaeger demands a time range and some of its stores a service; ours can do without.

use std::borrow::Cow;
use std::collections::BTreeMap;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use trace::{Timestamp, TraceId};

use crate::fault::Fault;
use crate::quantity;
use crate::store::Search;

/// How many traces are found when the query does not say (Jaeger's default), and at most.
const DEPTH: usize = 100;
const MAX_DEPTH: usize = 1500;

/// Reads the parameters of a search.
///
/// # Errors
/// When a value cannot be read; the message names the parameter.
pub(crate) fn search(query: &str) -> Result<Search, Fault> {
    let mut search = Search { limit: DEPTH, ..Search::default() };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let Some(name) = name.strip_prefix("query.") else { continue };
        if value.is_empty() {
            continue;
        }
        read(&mut search, name, value).map_err(|wrong| {
            Fault::malformed(format!("malformed parameter query.{name}: {wrong}"))
        })?;
    }
    Ok(search)
}

fn read(search: &mut Search, name: &str, value: Cow<'_, str>) -> Result<(), String> {
    let duration = || quantity::duration(&value).map_err(|error| error.to_string()).map(Some);
    match name {
        "serviceName" | "service_name" => search.service = Some(value.into_owned()),
        "operationName" | "operation_name" => search.operation = Some(value.into_owned()),
        "startTimeMin" | "start_time_min" => search.from = Some(moment(&value)?),
        "startTimeMax" | "start_time_max" => search.to = Some(moment(&value)?),
        "durationMin" | "duration_min" => search.shortest = duration()?,
        "durationMax" | "duration_max" => search.longest = duration()?,
        "attributes" => search.attributes = attributes(&value)?,
        "searchDepth" | "search_depth" | "numTraces" | "num_traces" => {
            let depth: usize = value
                .parse()
                .map_err(|_| format!("found \"{value}\", wanted a number of traces"))?;
            search.limit = depth.clamp(1, MAX_DEPTH);
        }
        _ => {}
    }
    Ok(())
}

/// A time as RFC 3339. What lies outside the years that nanoseconds of 64 bits reach is moved to
/// their end.
fn moment(text: &str) -> Result<Timestamp, String> {
    let wanted = || format!("found \"{text}\", wanted a time such as 2026-11-20T08:30:00Z");
    let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| wanted())?;
    let nanos = time.unix_timestamp_nanos().clamp(0, i128::from(u64::MAX));
    Ok(Timestamp::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
}

/// A JSON object of names and values; values that are no text count as they are written.
fn attributes(text: &str) -> Result<BTreeMap<String, String>, String> {
    let wanted =
        |found: &str| format!("found {found}, wanted an object such as {{\"key\":\"value\"}}");
    let object: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|error| wanted(&error.to_string()))?;
    let plain = |value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(object.into_iter().map(|(name, value)| (name, plain(value))).collect())
}

/// Reads a trace id of up to 32 hex digits; Jaeger leaves leading zeros out.
///
/// # Errors
/// When it is no trace id.
pub(crate) fn trace_id(text: &str) -> Result<TraceId, Fault> {
    format!("{text:0>32}")
        .parse()
        .map_err(|error| Fault::malformed(format!("malformed parameter trace_id: {error}")))
}

/// The value of a plain parameter, the first under any of the names.
pub(crate) fn parameter(query: &str, names: &[&str]) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| names.contains(&&**name))
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn both_spellings_of_every_parameter_are_known() {
        let camel = search(
            "query.serviceName=shop&query.operationName=GET%20%2F&query.startTimeMin=2026-11-20T08:30:00.5Z\
             &query.startTimeMax=2026-11-20T09:30:00%2B01:00&query.durationMin=1.5ms&query.durationMax=2s\
             &query.attributes=%7B%22session.id%22%3A%22abc%22%2C%22n%22%3A5%7D&query.searchDepth=7&x=y",
        );
        let snake = search(
            "query.service_name=shop&query.operation_name=GET+/&query.start_time_min=2026-11-20T08:30:00.5Z\
             &query.start_time_max=2026-11-20T08:30:00Z&query.duration_min=1500us&query.duration_max=2s\
             &query.attributes=%7B%22session.id%22%3A%22abc%22%2C%22n%22%3A5%7D&query.num_traces=7",
        );
        assert_eq!(camel, snake);
        let wanted = camel.unwrap();
        assert_eq!(wanted.operation.as_deref(), Some("GET /"));
        assert_eq!(wanted.shortest, Some(Duration::from_micros(1500)));
        assert_eq!(wanted.attributes["n"], "5");
        assert_eq!(wanted.limit, 7);
        assert_eq!(search("").unwrap().limit, DEPTH);
    }

    #[test]
    fn a_value_that_cannot_be_read_is_named() {
        let message = |query: &str| search(query).unwrap_err().message;
        assert_eq!(
            message("query.startTimeMin=yesterday"),
            "malformed parameter query.startTimeMin: found \"yesterday\", wanted a time such as 2026-11-20T08:30:00Z"
        );
        assert!(message("query.durationMin=5").contains("query.durationMin"));
        assert!(message("query.attributes=a:b").contains("query.attributes"));
        assert!(message("query.searchDepth=-1").contains("query.searchDepth"));
    }

    #[test]
    fn trace_ids_may_lack_leading_zeros_and_nothing_else() {
        assert_eq!(trace_id("a1b2").unwrap().to_string(), format!("{:0>32}", "a1b2"));
        for bad in ["", "0", "xyz", "00000000000000000000000000000000", &"a".repeat(33), "a é"] {
            assert!(trace_id(bad).is_err(), "{bad}");
        }
    }
}
