//! One request of a network log, as a span.

use trace::attribute::{Attributes, key};
use trace::json::{Broken, float};
use trace::span::{Event, Link};
use trace::{Kind, Span, SpanId, Status, Timestamp, TraceId, waterfall};

use super::blank;
use crate::moment;
use crate::read::Reader;

/// Phases of a request in their order, and the events at the beginning and the end of each, named
/// as Resource Timing does; of `connect`, TLS is a part.
const PHASES: [(&str, &str, &str); 6] = [
    ("blocked", "fetchStart", ""),
    ("dns", "domainLookupStart", "domainLookupEnd"),
    ("connect", "connectStart", "connectEnd"),
    ("send", "requestStart", ""),
    ("wait", "", "responseStart"),
    ("receive", "", "responseEnd"),
];

/// A request while its fields come in.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) page: String,
    start: u64,
    length: Option<u64>,
    phases: [Option<u64>; 6],
    method: String,
    url: String,
    protocol: String,
    status: i64,
    error: String,
    context: Option<(TraceId, SpanId)>,
    attributes: Attributes,
}

impl Entry {
    pub(super) fn field(&mut self, reader: &mut Reader<'_>, key: &str) -> Result<(), Broken> {
        match key {
            "pageref" => self.page = reader.string()?,
            "startedDateTime" => self.start = moment::date(&reader.words()?).unwrap_or_default(),
            "time" => self.length = reader.nanos(6)?,
            "request" => self.request(reader)?,
            "response" => self.response(reader)?,
            "timings" => {
                reader.fields(|reader, key| {
                    let nanos = reader.nanos(6)?;
                    if let Some(at) = PHASES.iter().position(|phase| phase.0 == key) {
                        self.phases[at] = nanos;
                    }
                    Ok(())
                })?;
            }
            "serverIPAddress" => self.text("network.peer.address", reader)?,
            "_resourceType" => self.text(key::INITIATOR_TYPE, reader)?,
            "_error" => self.error = reader.string()?,
            _ => reader.cursor.skip()?,
        }
        Ok(())
    }

    fn request(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        reader.fields(|reader, key| {
            match key {
                "method" => self.method = reader.string()?.to_ascii_uppercase(),
                "url" => self.url = reader.string()?,
                "headers" => reader.each(|reader| self.header(reader))?,
                _ => reader.cursor.skip()?,
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Only the trace context: a saved log has credentials in its headers.
    fn header(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        let (mut name, mut value) = (String::new(), String::new());
        reader.fields(|reader, key| {
            match key {
                "name" => name = reader.string()?,
                "value" => value = reader.string()?,
                _ => reader.cursor.skip()?,
            }
            Ok(())
        })?;
        if name.eq_ignore_ascii_case("traceparent") {
            let mut parts = value.trim().split('-').skip(1);
            let ids = parts.next().zip(parts.next());
            self.context = ids.and_then(|(trace, span)| trace.parse().ok().zip(span.parse().ok()));
        }
        Ok(())
    }

    fn response(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        reader.fields(|reader, key| {
            match key {
                "status" => self.status = whole(&reader.words()?).unwrap_or_default(),
                "httpVersion" => self.protocol = reader.string()?,
                "bodySize" => self.size(key::HTTP_RESPONSE_BODY_SIZE, reader)?,
                "_transferSize" => self.size(key::TRANSFER_SIZE, reader)?,
                "_error" => self.error = reader.string()?,
                "content" => {
                    reader.fields(|reader, key| match key {
                        "size" => self.size(key::DECODED_BODY_SIZE, reader),
                        "mimeType" => self.text("http.response.header.content-type", reader),
                        _ => reader.cursor.skip(),
                    })?;
                }
                _ => reader.cursor.skip()?,
            }
            Ok(())
        })?;
        Ok(())
    }

    fn text(&mut self, name: &str, reader: &mut Reader<'_>) -> Result<(), Broken> {
        let text = reader.string()?;
        if !text.is_empty() {
            self.attributes.insert(name.to_owned(), text.into());
        }
        Ok(())
    }

    /// A size; -1 stands for one that is not known.
    fn size(&mut self, name: &str, reader: &mut Reader<'_>) -> Result<(), Broken> {
        if let Some(size) = whole(&reader.words()?).filter(|size| *size >= 0) {
            self.attributes.insert(name.to_owned(), size.into());
        }
        Ok(())
    }

    pub(super) fn span(&mut self, trace: TraceId, own: SpanId) -> Span {
        let method = if self.method.is_empty() { "request" } else { &*self.method };
        let name = format!("{method} {}", waterfall::path(&self.url));
        self.describe();
        let mut span = blank(trace, own, name, std::mem::take(&mut self.attributes));
        span.kind = Kind::Client;
        span.status = self.outcome();
        let sum = self.phases.iter().flatten().fold(0_u64, |sum, it| sum.saturating_add(*it));
        let length = self.length.unwrap_or(sum);
        span.start = Timestamp::from_nanos(self.start);
        span.end = Timestamp::from_nanos(self.start.saturating_add(length));
        span.events = self.events();
        span.links.extend(self.context.take().map(|(trace, span)| Link {
            trace,
            span,
            state: String::new(),
            flags: 0,
            attributes: Attributes::new(),
        }));
        span
    }

    fn describe(&mut self) {
        let version = self.protocol.rsplit(['/', 'h']).next().unwrap_or_default().to_owned();
        let said = [
            (key::HTTP_REQUEST_METHOD, self.method.clone()),
            (key::URL_FULL, self.url.clone()),
            (key::NETWORK_PROTOCOL_VERSION, version),
        ];
        for (name, text) in said.into_iter().filter(|(_, text)| !text.is_empty()) {
            self.attributes.insert(name.to_owned(), text.into());
        }
        if self.status > 0 {
            let name = key::HTTP_RESPONSE_STATUS_CODE.to_owned();
            self.attributes.insert(name, self.status.into());
        }
    }

    fn outcome(&self) -> Status {
        match (&*self.error, self.status) {
            ("", status) if status >= 400 => Status::Error(String::new()),
            ("", _) => Status::Unset,
            (error, _) => Status::Error(error.to_owned()),
        }
    }

    /// Where each phase began and ended.
    fn events(&self) -> Vec<Event> {
        let mut at = self.start;
        let mut events = Vec::new();
        for ((_, begin, end), phase) in PHASES.iter().zip(self.phases) {
            let Some(length) = phase.filter(|_| self.start > 0) else { continue };
            let until = at.saturating_add(length);
            for (name, at) in [(begin, at), (end, until)].into_iter().filter(|it| !it.0.is_empty())
            {
                let (time, name) = (Timestamp::from_nanos(at), (*name).into());
                events.push(Event { time, name, attributes: Attributes::new() });
            }
            at = until;
        }
        events
    }
}

/// A whole number, perhaps written with a fraction.
#[allow(clippy::cast_possible_truncation, reason = "a float cast saturates")]
fn whole(digits: &str) -> Option<i64> {
    digits.parse().ok().or_else(|| float(digits).map(|number| number as i64))
}
