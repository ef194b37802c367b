//! Reads an OTLP/JSON text into a sheet, a few spans at a time.
//!
//! Owns the levels around the spans, as a stack, so that the reading can stop behind any span and
//! go on later. A text that breaks off keeps all that was whole before.

use std::sync::Arc;

use trace::json::{Broken, Mark};
use trace::{Resource, Scope};

use super::carry::Carry;
use super::read::Reader;
use crate::feed::SPAN;
use crate::sheet::Sheet;
use crate::{Error, Reason};

/// A text that is being read.
#[derive(Debug)]
pub(crate) struct Text {
    /// Given back once they are read.
    bytes: Vec<u8>,
    size: usize,
    mark: Mark,
    levels: Vec<Level>,
    of: Owner,
    error: Option<Error>,
}

/// What the place in the text is in, from outside in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// One object after the other.
    File,
    /// A list of such objects.
    Messages,
    /// `{"resourceSpans"}` and its kind; the second one lies in the first.
    Top(bool),
    /// A list of resources, and one of them.
    Resources,
    Resource,
    /// A list of scopes, and one of them.
    Scopes,
    Scope,
    /// A list of spans.
    Spans,
}

/// To whom the spans belong that are being read. What is said of it after them counts, too.
#[derive(Debug, Default)]
struct Owner {
    resource: Arc<Resource>,
    /// The resource's number, until it changes: it may be long, and its scopes many.
    resource_number: Option<u32>,
    resource_flaw: Option<Reason>,
    scope: Arc<Scope>,
    scope_flaw: Option<Reason>,
    /// Its number, until it changes.
    number: Option<Result<u32, Reason>>,
    /// Where the spans of this resource's scopes begin, and which scopes they are.
    stretches: Vec<(usize, Arc<Scope>)>,
    /// Whether the resource changed after there were spans of it.
    late: bool,
}

impl Text {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self {
            size: bytes.len(),
            bytes,
            mark: Mark::default(),
            levels: vec![Level::File],
            of: Owner::default(),
            error: None,
        }
    }

    /// Why it could not be read to its end.
    pub(crate) fn error(&self) -> Option<Error> {
        self.error.clone()
    }

    /// Bytes that were read, and all of them.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.mark.at(), self.size)
    }

    /// Goes on for as many units of work, of which a small span is [`SPAN`]. Whether it is done.
    pub(crate) fn step(&mut self, sheet: &mut Sheet, mut budget: usize) -> bool {
        let bytes = std::mem::take(&mut self.bytes);
        let mut reader = Reader::at(&bytes, self.mark);
        let mut done = false;
        while budget > 0 && !done {
            let from = reader.cursor.mark().at();
            let cost = if self.levels.last() == Some(&Level::Spans) { SPAN } else { 1 };
            done = match self.advance(&mut reader, sheet) {
                Ok(done) => done,
                Err(Broken) => {
                    self.error = Some(reader.cursor.error().into());
                    self.of.close(sheet);
                    true
                }
            };
            let read = reader.cursor.mark().at() - from;
            budget = budget.saturating_sub(cost + read / 64);
        }
        self.mark = reader.cursor.mark();
        if !done {
            self.bytes = bytes;
        }
        done
    }

    /// Reads one name or one item. Whether the text is at its end.
    fn advance(&mut self, reader: &mut Reader<'_>, sheet: &mut Sheet) -> Result<bool, Broken> {
        match self.levels.last() {
            None | Some(Level::File) => return self.file(reader),
            Some(Level::Messages) => drop(self.item(reader, Level::Top(true))?),
            Some(Level::Top(outermost)) => self.top(reader, *outermost)?,
            Some(Level::Resources) => {
                if self.item(reader, Level::Resource)? {
                    self.of = Owner::default();
                }
            }
            Some(Level::Resource) => self.resource(reader, sheet)?,
            Some(Level::Scopes) => {
                if self.item(reader, Level::Scope)? {
                    self.of.begin_scope(sheet);
                }
            }
            Some(Level::Scope) => self.scope(reader, sheet)?,
            Some(Level::Spans) => self.span(reader, sheet)?,
        }
        Ok(false)
    }

    fn file(&mut self, reader: &mut Reader<'_>) -> Result<bool, Broken> {
        // The first object must be there, others may.
        if self.mark != Mark::default() && reader.cursor.finished() {
            return Ok(true);
        }
        let level = match () {
            () if reader.cursor.at_object() => Level::Top(true),
            () if reader.cursor.at_list() => Level::Messages,
            () => return Err(reader.cursor.wanted("an object")),
        };
        if level == Level::Messages {
            reader.opened_list()?
        } else {
            reader.object()?
        };
        self.mark = reader.cursor.mark();
        self.levels.push(level);
        Ok(false)
    }

    /// Goes into the next item of a list, or out of it. Whether one was entered.
    fn item(&mut self, reader: &mut Reader<'_>, level: Level) -> Result<bool, Broken> {
        if !reader.cursor.item()? {
            self.levels.pop();
            return Ok(false);
        }
        let entered = reader.object()?;
        if entered {
            self.levels.push(level);
        }
        Ok(entered)
    }

    /// Goes into a list.
    fn list(&mut self, reader: &mut Reader<'_>, level: Level) -> Result<(), Broken> {
        if reader.opened_list()? {
            self.levels.push(level);
        }
        Ok(())
    }

    fn top(&mut self, reader: &mut Reader<'_>, outermost: bool) -> Result<(), Broken> {
        let Some(key) = reader.key()? else {
            self.levels.pop();
            return Ok(());
        };
        match &*key {
            "resourceSpans" | "resource_spans" | "batches" => {
                self.list(reader, Level::Resources)?;
            }
            "result" | "trace" if outermost => {
                if reader.object()? {
                    self.levels.push(Level::Top(false));
                }
            }
            _ => reader.cursor.skip()?,
        }
        Ok(())
    }

    fn resource(&mut self, reader: &mut Reader<'_>, sheet: &mut Sheet) -> Result<(), Broken> {
        let Some(key) = reader.key()? else {
            self.levels.pop();
            self.of.close(sheet);
            return Ok(());
        };
        reader.unflawed();
        let resource = Arc::make_mut(&mut self.of.resource);
        match &*key {
            "resource" => resource.attributes = reader.resource()?,
            "schemaUrl" | "schema_url" => resource.schema = reader.text()?,
            "scopeSpans" | "scope_spans" => return self.list(reader, Level::Scopes),
            _ => return reader.cursor.skip(),
        }
        self.of.resource_flaw =
            self.of.resource_flaw.or(reader.unflawed().map(|_| Reason::Resource));
        (self.of.number, self.of.resource_number) = (None, None);
        self.of.late |= !self.of.stretches.is_empty();
        Ok(())
    }

    fn scope(&mut self, reader: &mut Reader<'_>, sheet: &mut Sheet) -> Result<(), Broken> {
        let Some(key) = reader.key()? else {
            self.levels.pop();
            self.of.end_scope(sheet);
            return Ok(());
        };
        reader.unflawed();
        let scope = Arc::make_mut(&mut self.of.scope);
        match &*key {
            "scope" => reader.scope(scope)?,
            "schemaUrl" | "schema_url" => scope.schema = reader.text()?,
            "spans" => return self.list(reader, Level::Spans),
            _ => return reader.cursor.skip(),
        }
        self.of.scope_flaw = self.of.scope_flaw.or(reader.unflawed().map(|_| Reason::Scope));
        self.of.number = None;
        Ok(())
    }

    fn span(&mut self, reader: &mut Reader<'_>, sheet: &mut Sheet) -> Result<(), Broken> {
        if !reader.cursor.item()? {
            self.levels.pop();
            return Ok(());
        }
        reader.unflawed();
        let owner = self.of.number(sheet);
        let Some((place, begin)) = sheet.arena.begin() else {
            self.error.get_or_insert(Error::Large { size: self.size });
            return reader.cursor.skip();
        };
        let mut carry = Carry { reader, out: &mut sheet.arena.open };
        let carried = carry.span();
        let flaw = carry.reader.unflawed();
        let carried = match carried {
            Ok(carried) => carried,
            Err(Broken) => {
                sheet.arena.forget(begin);
                return Err(Broken);
            }
        };
        let entry = owner.and_then(|owner| flaw.map_or_else(|| carried.entry(owner), Err));
        sheet.arena.end(begin);
        let kept = match entry {
            Ok(entry) => sheet.enter(&entry, place),
            Err(reason) => {
                sheet.reject(reason);
                false
            }
        };
        if !kept {
            sheet.arena.forget(begin);
        }
        Ok(())
    }
}

impl Owner {
    fn begin_scope(&mut self, sheet: &Sheet) {
        (self.scope, self.scope_flaw, self.number) = (Arc::default(), None, None);
        self.stretches.push((sheet.len(), Arc::default()));
    }

    /// The number of resource with scope, or why their spans cannot be kept.
    fn number(&mut self, sheet: &mut Sheet) -> Result<u32, Reason> {
        if let Some(number) = self.number {
            return number;
        }
        let number = match self.resource_flaw.or(self.scope_flaw) {
            None => Ok(self.pair(sheet, &Arc::clone(&self.scope))),
            Some(reason) => Err(reason),
        };
        self.number = Some(number);
        number
    }

    fn pair(&mut self, sheet: &mut Sheet, scope: &Arc<Scope>) -> u32 {
        let resource = self.resource_number.unwrap_or_else(|| sheet.resource(&self.resource));
        self.resource_number = Some(resource);
        let scope = sheet.scope(scope);
        sheet.pair(resource, scope)
    }

    /// Gives the scope's spans to what was said of it in the end.
    fn end_scope(&mut self, sheet: &mut Sheet) {
        let of = Arc::clone(&self.scope);
        let Some((from, scope)) = self.stretches.last_mut() else { return };
        scope.clone_from(&of);
        // Spans are here already; what is wrong with a scope that came after them takes none away.
        let stretch = *from..sheet.len();
        if self.number.is_none() && !stretch.is_empty() {
            let owner = self.pair(sheet, &of);
            sheet.columns_mut().reown(stretch, owner);
        }
    }

    /// Gives the resource's spans to what was said of it in the end.
    fn close(&mut self, sheet: &mut Sheet) {
        if !std::mem::take(&mut self.late) {
            return;
        }
        let mut end = sheet.len();
        for (from, scope) in std::mem::take(&mut self.stretches).into_iter().rev() {
            let owner = self.pair(sheet, &scope);
            sheet.columns_mut().reown(from..end, owner);
            end = from;
        }
    }
}
