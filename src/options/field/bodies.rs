//! Settings of what is read of requests' bodies.

use super::{Field, Group, Kind, field};

/// In the order of the page.
pub(super) const FIELDS: &[Field] = &[field(
    Group::Bodies,
    "bodies",
    Kind::List,
    list!(settings.bodies),
    [
        "Sites whose bodies are read",
        "Of requests that a traced page of the site makes with fetch. Fields: the names of what a \
         Next.js Server Action is called with; and the values of those fields that you list, never of \
         passwords and other secrets. Response: the first 4,096 characters that the action answers. \
         Operation: kind and name of a GraphQL request, where they stand only in its body. They become \
         attributes of the request's span, and go where spans go.",
        "https://shop.example",
    ],
)];
