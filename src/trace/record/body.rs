//! What the user allowed to be read of a request's body, as the body script saw it.

use std::mem;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{NAME_LIMIT, Texts, URL_LIMIT};
use crate::{PageMillis, framework};

/// Fields of one request, at most.
const MOST: usize = 64;
/// Longest value of a field, bytes.
const VALUE_LIMIT: usize = 1024;
/// Longest part of a response that is kept, bytes.
const RESPONSE_LIMIT: usize = 4 * 1024;
/// Begins a field, and stands between its name and its value: what ASCII has for this.
const FIELD: char = '\u{1e}';
const VALUE: char = '\u{1f}';

/// A part of what a script's request said, or was answered. One request may have several of these.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Body {
    /// When the page called `fetch`, and when that returned: its request began in between.
    pub at: PageMillis,
    /// The latter.
    pub until: PageMillis,
    /// The request's URL.
    pub url: String,
    /// Fields of a Server Action.
    #[serde(default, deserialize_with = "read", serialize_with = "write")]
    pub fields: Vec<Field>,
    /// A GraphQL operation: its kind, a space, its name. Either may be missing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub operation: String,
    /// The GraphQL document in which that is looked for. Never kept.
    #[serde(default, skip_serializing)]
    pub(crate) document: String,
    /// What the action answered.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub response: String,
}

/// A field of a form, or a member of what an action was called with.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value, where that may be known.
    pub value: Option<String>,
}

impl Body {
    /// Reads the operation out of its document, of which nothing else stays.
    pub(super) fn name(&mut self) {
        let document = mem::take(&mut self.document);
        if !self.operation.contains(' ') {
            self.operation = framework::operation(&document, &self.operation);
        }
    }

    pub(super) fn texts(&mut self) -> Texts<'_> {
        let whole = [
            (&mut self.url, URL_LIMIT),
            (&mut self.operation, NAME_LIMIT),
            (&mut self.response, RESPONSE_LIMIT),
        ];
        let fields = self.fields.iter_mut().flat_map(|Field { name, value }| {
            let value = value.as_mut().map(|value| (value, VALUE_LIMIT));
            [Some((name, NAME_LIMIT)), value].into_iter().flatten()
        });
        fields.chain(whole).collect()
    }
}

fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Field>, D::Error> {
    let text = String::deserialize(from)?;
    let field = |text: &str| match text.split_once(VALUE) {
        Some((name, value)) => Field { name: name.to_owned(), value: Some(value.to_owned()) },
        None => Field { name: text.to_owned(), value: None },
    };
    Ok(text.split(FIELD).skip(1).take(MOST).map(field).collect())
}

#[allow(clippy::ptr_arg, reason = "serde calls it with a reference to the field")]
fn write<S: Serializer>(fields: &Vec<Field>, to: S) -> Result<S::Ok, S::Error> {
    let mut text = String::new();
    for Field { name, value } in fields {
        text.push(FIELD);
        text.push_str(name);
        if let Some(value) = value {
            text.push(VALUE);
            text.push_str(value);
        }
    }
    to.serialize_str(&text)
}
