//! What leaves with a trace that is handed to somebody: also of servers' spans what is a secret by its
//! name or its look is taken out, because who reads it is not who recorded it.

use std::sync::Arc;

use super::{REDACTED, Redaction};
use crate::attribute::{Attributes, Value, key};
use crate::{Resource, Scope, Span, Status};

/// Our own session's ids, which are secret by their names alone: they were drawn for the trace, and
/// open nothing.
const OURS: [&str; 2] = [key::SESSION_ID, key::SESSION_PREVIOUS_ID];

/// Is told of each text that changes: where it stands, before, after.
pub type Note<'a> = dyn FnMut(&str, &str, &str) + 'a;

impl Redaction {
    /// Takes secrets out of spans, and tells of each.
    pub fn share(&self, spans: &mut [Span], note: &mut Note<'_>) {
        let mut resources: Vec<(Arc<Resource>, Arc<Resource>)> = Vec::new();
        let mut scopes: Vec<(Arc<Scope>, Arc<Scope>)> = Vec::new();
        for span in spans {
            self.shared_text("name", &mut span.name, note);
            if let Status::Error(message) = &mut span.status {
                self.shared_text("status", message, note);
            }
            self.shared_attributes(&mut span.attributes, note);
            for event in &mut span.events {
                self.shared_text("event", event.name.to_mut(), note);
                self.shared_attributes(&mut event.attributes, note);
            }
            span.links
                .iter_mut()
                .for_each(|link| self.shared_attributes(&mut link.attributes, note));
            span.resource = kept(&mut resources, &span.resource, |resource| {
                self.shared_attributes(&mut resource.attributes, note);
            });
            span.scope = kept(&mut scopes, &span.scope, |scope| {
                self.shared_attributes(&mut scope.attributes, note);
            });
        }
    }

    fn shared_text(&self, place: &str, text: &mut String, note: &mut Note<'_>) {
        if let Some(after) = self.shared(text) {
            note(place, text, &after);
            *text = after;
        }
    }

    fn shared_attributes(&self, attributes: &mut Attributes, note: &mut Note<'_>) {
        for (name, value) in attributes.iter_mut() {
            let ours = OURS.contains(&name) && !self.names.denies(name);
            if !ours {
                self.shared_value(name, name, value, note);
            }
        }
    }

    /// `place` is the attribute's name, `name` that of the part of it.
    fn shared_value(&self, place: &str, name: &str, value: &mut Value, note: &mut Note<'_>) {
        let plain = matches!(value, Value::Empty | Value::Bool(_));
        if !plain && (self.names.said(name) || self.names.denies(name)) {
            note(place, &value.to_string(), REDACTED);
            *value = REDACTED.into();
            return;
        }
        match value {
            Value::Text(text) => self.shared_text(place, text, note),
            // Nested no deeper than what OTLP's readers take.
            Value::List(values) => {
                values.iter_mut().for_each(|value| self.shared_value(place, "", value, note));
            }
            Value::Map(map) => {
                map.iter_mut()
                    .for_each(|(name, value)| self.shared_value(place, name, value, note));
            }
            _ => {}
        }
    }

    /// A text without secrets; `None` where it has none.
    fn shared(&self, text: &str) -> Option<String> {
        let alone = !text.contains(char::is_whitespace) && super::name::find(text, "://").is_some();
        let after = if alone { self.url(text) } else { self.text(text) };
        (after != text).then_some(after)
    }
}

/// What became of a part that spans share; made once for each.
fn kept<T: Clone + PartialEq>(
    known: &mut Vec<(Arc<T>, Arc<T>)>,
    part: &Arc<T>,
    change: impl FnOnce(&mut T),
) -> Arc<T> {
    /// So many are remembered: a trace has few services, a hostile one as many as spans.
    const MOST: usize = 64;
    if let Some((_, after)) = known.iter().find(|(before, _)| Arc::ptr_eq(before, part)) {
        return Arc::clone(after);
    }
    let mut changed = T::clone(part);
    change(&mut changed);
    let after = if changed == **part { Arc::clone(part) } else { Arc::new(changed) };
    if known.len() == MOST {
        known.clear();
    }
    known.push((Arc::clone(part), Arc::clone(&after)));
    after
}
