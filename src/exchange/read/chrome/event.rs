//! What the first walk looks at in a trace event.

use std::borrow::Cow;

use trace::json::Broken;

use super::OF;
use crate::read::Reader;

/// A trace event at a glance.
#[derive(Default)]
pub(super) struct Event<'a> {
    pub(super) phase: Cow<'a, str>,
    pub(super) category: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
    pub(super) process: Cow<'a, str>,
    pub(super) thread: Cow<'a, str>,
    pub(super) id: Cow<'a, str>,
    pub(super) start: Option<u64>,
    pub(super) length: Option<u64>,
    /// `args.name` of a metadata event.
    pub(super) said: Cow<'a, str>,
    /// The span that it is an event of, where our own writer says so.
    pub(super) of: Cow<'a, str>,
    /// `args.data.requestId` of a network event.
    pub(super) request: Cow<'a, str>,
}

impl<'a> Event<'a> {
    pub(super) fn glance(&mut self, reader: &mut Reader<'a>, key: &str) -> Result<(), Broken> {
        match key {
            "ph" => self.phase = reader.words()?,
            "cat" => self.category = reader.words()?,
            "name" => self.name = reader.words()?,
            "pid" => self.process = reader.words()?,
            "tid" => self.thread = reader.words()?,
            "id" => self.id = reader.words()?,
            "id2" => {
                reader.fields(|reader, _| reader.words().map(|id| self.id = id))?;
            }
            "ts" => self.start = reader.nanos(3)?,
            "dur" => self.length = reader.nanos(3)?,
            "args" => {
                reader.fields(|reader, key| self.argument(reader, key))?;
            }
            _ => reader.cursor.skip()?,
        }
        Ok(())
    }

    fn argument(&mut self, reader: &mut Reader<'a>, key: &str) -> Result<(), Broken> {
        match key {
            "name" => self.said = reader.words()?,
            OF => self.of = reader.words()?,
            "data" => {
                reader.fields(|reader, key| match key {
                    "requestId" => reader.words().map(|id| self.request = id),
                    _ => reader.cursor.skip(),
                })?;
            }
            _ => reader.cursor.skip()?,
        }
        Ok(())
    }

    /// Whether one of its categories is this.
    pub(super) fn is_of(&self, category: &str) -> bool {
        self.category.split(',').any(|of| of == category)
    }

    /// Whether only a browser writes such events.
    pub(super) fn is_browsers(&self) -> bool {
        const BEGINNINGS: [&str; 5] =
            ["devtools.timeline", "blink", "disabled-by-default-", "cc", "toplevel"];
        self.category.split(',').any(|of| {
            BEGINNINGS.iter().any(|beginning| {
                let rest = of.strip_prefix(beginning);
                rest.is_some_and(|rest| {
                    rest.is_empty() || rest.starts_with('.') || beginning.ends_with('-')
                })
            })
        })
    }
}
