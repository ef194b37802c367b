//! Walks an OTLP protobuf message a few spans at a time. Nothing is copied: the message lies in the
//! sheet's arena, and the sheet notes where each span begins.
//!
//! Keeps what is whole: a message that is cut short gives all spans before the cut, and one that is
//! garbled in a part gives those of the others.

use std::ops::Range;
use std::sync::Arc;

use trace::Scope;

use super::SPAN;
use crate::raw::Head;
use crate::sheet::{Lies, Sheet};
use crate::wire::{Field, Fields};
use crate::{Error, Reason};

/// A walk through one message.
#[derive(Debug)]
pub(crate) struct Walk {
    /// The block that it lies in, by its address; `None` when there was no room for it.
    block: Option<u32>,
    size: usize,
    at: usize,
    resource: Option<ResourceSpans>,
    scope: Option<ScopeSpans>,
    error: Option<Error>,
}

/// The resource whose spans are being read.
#[derive(Debug)]
struct ResourceSpans {
    end: usize,
    owner: Result<u32, Reason>,
}

/// The scope whose spans are being read.
#[derive(Debug)]
struct ScopeSpans {
    end: usize,
    owner: Result<u32, Reason>,
    scope: Arc<Scope>,
}

/// What stands at a place of the message.
enum Next {
    End,
    /// A message of this number, and where its content lies. `cut` says that it should go on.
    Message {
        number: u64,
        content: Range<usize>,
        cut: bool,
    },
    /// Something else that ends here.
    Other(usize),
    Garbled,
}

impl Walk {
    /// Gives the message to the sheet and stands at its beginning.
    pub(crate) fn begin(message: Vec<u8>, sheet: &mut Sheet) -> Self {
        let size = message.len();
        let block = sheet.arena.adopt(message);
        let error = block.is_none().then_some(Error::Large { size });
        Self { block, size, at: 0, resource: None, scope: None, error }
    }

    /// Why it could not be read to its end.
    pub(crate) fn error(&self) -> Option<Error> {
        self.error.clone()
    }

    /// Bytes that were read, and all of them.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.at, self.size)
    }

    /// Goes on for as many units of work, of which a small span is [`SPAN`]. Whether it is done.
    pub(crate) fn step(
        &mut self,
        sheet: &mut Sheet,
        mut budget: usize,
        keep: &mut dyn FnMut(&Head<'_>, &str) -> bool,
    ) -> bool {
        let Some(block) = self.block else { return true };
        while budget > 0 {
            let from = self.at;
            let cost = if let Some(scope) = self.scope.take() {
                self.scope_spans(sheet, block, scope, keep)
            } else if let Some(resource) = self.resource.take() {
                self.resource_spans(sheet, block, resource)
            } else if self.top(sheet, block) {
                1
            } else {
                return true;
            };
            budget = budget.saturating_sub(cost.saturating_add((self.at - from) / 64));
        }
        false
    }

    /// A field of the whole message. Whether there was one.
    fn top(&mut self, sheet: &mut Sheet, block: u32) -> bool {
        let bytes = sheet.arena.block(block);
        match next(bytes, self.at..self.size) {
            Next::End => return false,
            Next::Garbled => {
                self.broken(self.at);
                self.at = self.size;
            }
            Next::Other(end) => self.at = end,
            Next::Message { number: 1, content, cut } => {
                self.cut(cut);
                let (message, schema) = owner(&bytes[content.clone()]);
                let (message, schema) = (message.to_vec(), schema.to_vec());
                let owner = sheet.resource_message(&message, &schema);
                self.at = content.start;
                self.resource = Some(ResourceSpans { end: content.end, owner });
            }
            Next::Message { content, cut, .. } => {
                self.cut(cut);
                self.at = content.end;
            }
        }
        true
    }

    fn resource_spans(&mut self, sheet: &mut Sheet, block: u32, within: ResourceSpans) -> usize {
        let bytes = sheet.arena.block(block);
        match next(bytes, self.at..within.end) {
            Next::End => return 1,
            Next::Garbled => {
                self.broken(self.at);
                self.at = within.end;
                return 1;
            }
            Next::Other(end) => self.at = end,
            Next::Message { number: 2, content, cut } => {
                self.cut(cut);
                let (message, schema) = owner(&bytes[content.clone()]);
                let (message, schema) = (message.to_vec(), schema.to_vec());
                let scope = sheet.scope_message(&message, &schema);
                self.scope = Some(scope_spans(sheet, content.end, within.owner, scope));
                self.at = content.start;
            }
            Next::Message { content, cut, .. } => {
                self.cut(cut);
                self.at = content.end;
            }
        }
        self.resource = Some(within);
        1
    }

    fn scope_spans(
        &mut self,
        sheet: &mut Sheet,
        block: u32,
        within: ScopeSpans,
        keep: &mut dyn FnMut(&Head<'_>, &str) -> bool,
    ) -> usize {
        let bytes = sheet.arena.block(block);
        match next(bytes, self.at..within.end) {
            Next::End => return 1,
            Next::Garbled => {
                self.broken(self.at);
                self.at = within.end;
                return 1;
            }
            Next::Message { cut: true, .. } => {
                self.cut(true);
                self.at = within.end;
                return 1;
            }
            Next::Other(end) => self.at = end,
            Next::Message { number: 2, content, .. } => {
                let from = content.start - length_size(bytes, self.at, &content);
                within.span(sheet, Lies { block, from }, keep);
                self.at = content.end;
                self.scope = Some(within);
                return SPAN;
            }
            Next::Message { content, .. } => self.at = content.end,
        }
        self.scope = Some(within);
        1
    }

    fn cut(&mut self, cut: bool) {
        if cut {
            self.broken(self.at);
        }
    }

    /// Notes the first place that could not be read.
    fn broken(&mut self, at: usize) {
        self.error.get_or_insert(Error::Protobuf { at });
    }
}

impl ScopeSpans {
    fn span(&self, sheet: &mut Sheet, lies: Lies, keep: &mut dyn FnMut(&Head<'_>, &str) -> bool) {
        match self.owner {
            Err(reason) => sheet.reject(reason),
            Ok(owner) => {
                let mut keep = |head: &Head<'_>| keep(head, &self.scope.name);
                sheet.enter_message(lies, owner, &mut keep);
            }
        }
    }
}

fn scope_spans(
    sheet: &mut Sheet,
    end: usize,
    resource: Result<u32, Reason>,
    scope: Result<u32, Reason>,
) -> ScopeSpans {
    let of = scope.ok().and_then(|scope| sheet.columns().by().scopes().get(scope as usize));
    let of = of.map(Arc::clone).unwrap_or_default();
    let owner = resource.and_then(|resource| Ok((resource, scope?)));
    let owner = owner.map(|(resource, scope)| sheet.pair(resource, scope));
    ScopeSpans { end, owner, scope: of }
}

/// The field at the beginning of a range.
fn next(bytes: &[u8], range: Range<usize>) -> Next {
    let (from, end) = (range.start, range.end);
    let part = bytes.get(range).unwrap_or_default();
    let mut fields = Fields::new(part);
    match fields.next() {
        None => Next::End,
        Some(Ok((number, Field::Bytes(content)))) => {
            let end = end - fields.rest().len();
            Next::Message { number, content: end - content.len()..end, cut: false }
        }
        Some(Ok(_)) => Next::Other(end - fields.rest().len()),
        Some(Err(_)) => match Fields::cut(part) {
            Some((number, begin)) => {
                Next::Message { number, content: from + begin..end, cut: true }
            }
            None => Next::Garbled,
        },
    }
}

/// How many bytes a content's length takes, which stands before it and behind the tag. Of either,
/// some writers make more bytes than they need.
fn length_size(bytes: &[u8], tag: usize, content: &Range<usize>) -> usize {
    let head = bytes.get(tag..content.start).unwrap_or_default();
    let tag = head.iter().position(|byte| byte & 0x80 == 0).map_or(0, |last| last + 1);
    head.len() - tag
}

/// Resource or scope of a message, and its schema. Looked for before the spans are read, because
/// fields may come in any order.
fn owner(message: &[u8]) -> (&[u8], &[u8]) {
    let (mut owner, mut schema): (&[u8], &[u8]) = (&[], &[]);
    for field in Fields::new(message).map_while(Result::ok) {
        match field {
            (1, Field::Bytes(message)) => owner = message,
            (3, Field::Bytes(words)) => schema = words,
            _ => {}
        }
    }
    (owner, schema)
}
