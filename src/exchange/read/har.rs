//! HAR 1.2, the network log that every browser saves: a page is a root, a request a client span with
//! its phases as events. A request that carried a trace context has a link to that trace.

mod entry;

use std::collections::BTreeMap;
use std::sync::Arc;

use trace::attribute::{Attributes, key};
use trace::json::Broken;
use trace::span::Dropped;
use trace::{Kind, Resource, Scope, Span, SpanId, Status, Timestamp, TraceId, waterfall};

use super::{Found, Read, Reader, Shared};
use crate::{id, moment};
use entry::Entry;

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
        attributes.insert_new(key::SERVICE_NAME, "HAR");
        // Columns tell a browser by this; whoever saves a log is one.
        let name = attributes[key::SERVICE_NAME].clone();
        attributes.insert(key::BROWSER_BRANDS, name);
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
