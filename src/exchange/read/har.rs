//! HAR 1.2, the network log that every browser saves: a page is a root, a request a client span with
//! its phases as events. A request that carried a trace context has a link to that trace.

use std::collections::BTreeMap;
use std::sync::Arc;

use trace::attribute::{Attributes, key};
use trace::json::{Broken, float};
use trace::span::{Dropped, Event, Link};
use trace::{Kind, Resource, Scope, Span, SpanId, Status, Timestamp, TraceId, waterfall};

use super::{Found, Read, Reader, Shared};
use crate::{id, moment};

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

/// A HAR text.
#[derive(Debug, Default)]
pub(crate) struct Har {
    levels: Vec<Level>,
    begun: bool,
    pages: BTreeMap<String, Page>,
    maker: Attributes,
    resource: Shared<Resource>,
    scope: Arc<Scope>,
    seed: u64,
    count: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Top,
    Log,
    Entries,
}

/// A page, and how far its requests reach.
#[derive(Clone, Debug, Default)]
struct Page {
    title: String,
    start: u64,
    end: u64,
}

impl Page {
    /// Reaches from here to there, too. What has no time says nothing.
    fn reach(&mut self, start: u64, end: u64) {
        if start > 0 {
            self.start = if self.start == 0 { start } else { self.start.min(start) };
            self.end = self.end.max(end);
        }
    }
}

impl Read for Har {
    fn advance(&mut self, reader: &mut Reader<'_>, found: &mut Found) -> Result<bool, Broken> {
        match self.levels.last() {
            None if self.begun => return Ok(self.page(found)),
            None => {
                (self.begun, self.seed) = (true, reader.seed());
                self.scope = Arc::new(Scope { name: "har".to_owned(), ..Scope::default() });
                if reader.object()? {
                    self.levels.push(Level::Top);
                }
            }
            Some(Level::Entries) => self.entry(reader, found)?,
            Some(level) => self.log(reader, *level == Level::Top)?,
        }
        Ok(false)
    }

    /// Gives the pages of the requests that were whole.
    fn salvage(&mut self, _: &mut Reader<'_>) -> bool {
        self.levels.clear();
        true
    }
}

impl Har {
    fn log(&mut self, reader: &mut Reader<'_>, outside: bool) -> Result<(), Broken> {
        let Some(key) = reader.cursor.key()? else {
            self.levels.pop();
            return Ok(());
        };
        match &*key {
            "log" if outside => {
                if reader.object()? {
                    self.levels.push(Level::Log);
                }
            }
            "entries" if !outside => {
                if reader.list()? {
                    self.levels.push(Level::Entries);
                }
            }
            "pages" if !outside => reader.each(|reader| self.described(reader))?,
            "browser" | "creator" if !outside => self.made_by(reader)?,
            _ => reader.cursor.skip()?,
        }
        Ok(())
    }

    /// Who wrote the log; a browser comes before a mere creator.
    fn made_by(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        reader.fields(|reader, name| {
            let text = reader.string()?;
            if name == "name" && !text.is_empty() {
                self.maker.insert(key::SERVICE_NAME.to_owned(), text.into());
            }
            Ok(())
        })?;
        Ok(())
    }

    fn described(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        let (mut name, mut title, mut start, mut load) = (String::new(), String::new(), 0, 0);
        reader.fields(|reader, key| {
            match key {
                "id" => name = reader.string()?,
                "title" => title = reader.string()?,
                "startedDateTime" => start = moment::date(&reader.words()?).unwrap_or_default(),
                "pageTimings" => {
                    reader.fields(|reader, key| {
                        let after = reader.nanos(6)?.unwrap_or_default();
                        load = if key == "onLoad" { after } else { load };
                        Ok(())
                    })?;
                }
                _ => reader.cursor.skip()?,
            }
            Ok(())
        })?;
        let page = self.pages.entry(name).or_default();
        page.title = title;
        page.reach(start, start.saturating_add(load));
        Ok(())
    }

    fn entry(&mut self, reader: &mut Reader<'_>, found: &mut Found) -> Result<(), Broken> {
        if !reader.cursor.item()? {
            self.levels.pop();
            return Ok(());
        }
        let mut entry = Entry::default();
        if !reader.fields(|reader, key| entry.field(reader, key))? {
            found.rejected.add(otlp::Reason::Garbled);
            return Ok(());
        }
        self.count += 1;
        let mut span = entry.span(self.trace(), id::made(self.seed, self.count));
        (span.resource, span.scope) = (self.resource(), Arc::clone(&self.scope));
        span.parent = Some(self.root(&entry.page));
        let page = self.pages.entry(entry.page).or_default();
        page.reach(span.start.nanos(), span.end.nanos());
        found.spans.push(span);
        Ok(())
    }

    /// The root of one page. Whether there is no other.
    fn page(&mut self, found: &mut Found) -> bool {
        let Some((name, page)) = self.pages.pop_first() else { return true };
        let title = match &*page.title {
            "" => "requests without a page".to_owned(),
            url if url.contains("://") => format!("page {}", waterfall::path(url)),
            title => title.to_owned(),
        };
        let mut attributes = Attributes::new();
        if page.title.contains("://") {
            attributes.insert(key::URL_FULL.to_owned(), page.title.into());
        }
        let mut span = blank(self.trace(), self.root(&name), title, attributes);
        span.start = Timestamp::from_nanos(page.start);
        span.end = Timestamp::from_nanos(page.end);
        (span.resource, span.scope) = (self.resource(), Arc::clone(&self.scope));
        found.spans.push(span);
        false
    }

    fn trace(&self) -> TraceId {
        id::made_trace(self.seed)
    }

    fn root(&self, page: &str) -> SpanId {
        id::made(self.seed, id::hash(page.as_bytes()))
    }

    fn resource(&mut self) -> Arc<Resource> {
        let mut attributes = self.maker.clone();
        let name = attributes.entry(key::SERVICE_NAME.to_owned()).or_insert_with(|| "HAR".into());
        // Columns tell a browser by this; whoever saves a log is one.
        let name = name.clone();
        attributes.insert(key::BROWSER_BRANDS.to_owned(), name);
        self.resource.one(Resource { attributes, ..Resource::default() })
    }
}

fn blank(trace: TraceId, id: SpanId, name: String, attributes: Attributes) -> Span {
    Span {
        trace,
        id,
        parent: None,
        state: String::new(),
        flags: 0,
        name,
        kind: Kind::Internal,
        start: Timestamp::default(),
        end: Timestamp::default(),
        attributes,
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: Dropped::default(),
        resource: Arc::default(),
        scope: Arc::default(),
    }
}

/// A request while its fields come in.
#[derive(Default)]
struct Entry {
    page: String,
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
    fn field(&mut self, reader: &mut Reader<'_>, key: &str) -> Result<(), Broken> {
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

    fn span(&mut self, trace: TraceId, own: SpanId) -> Span {
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
                let (time, name) = (Timestamp::from_nanos(at), (*name).to_owned());
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
