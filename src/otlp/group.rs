//! Sorts spans under their resource and scope, as OTLP nests them, in the order of first
//! appearance.

use std::sync::Arc;

use trace::span::{Resource, Scope, Span};
use trace::table::Table;

use crate::proto::{resource_key, scope_key};

/// A resource with the scopes that are under it.
pub(crate) struct Owner<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) scopes: Vec<(&'a Scope, Vec<&'a Span>)>,
}

/// Groups by value, so that equal resources of different origin come together. Values are
/// compared once for each pair of addresses, not once for each span.
pub(crate) fn by_owner<'a>(spans: impl IntoIterator<Item = &'a Span>) -> Vec<Owner<'a>> {
    let mut owners = Vec::new();
    let mut by_address = Table::default();
    let mut by_value = Table::default();
    for span in spans {
        let address = (Arc::as_ptr(&span.resource).addr(), Arc::as_ptr(&span.scope).addr());
        let known = by_address.get(&address).copied();
        let (owner, scope) = known.unwrap_or_else(|| place(span, &mut owners, &mut by_value));
        if known.is_none() {
            by_address.insert(address, (owner, scope));
        }
        owners[owner].scopes[scope].1.push(span);
    }
    owners
}

/// Where a span belongs, by the values of its resource and scope.
fn place<'a>(
    span: &'a Span,
    owners: &mut Vec<Owner<'a>>,
    by_value: &mut Table<(Option<usize>, Vec<u8>), usize>,
) -> (usize, usize) {
    let mut find = |key, next| match by_value.get(&key) {
        Some(at) => *at,
        None => {
            by_value.insert(key, next);
            next
        }
    };
    let owner = find((None, resource_key(&span.resource)), owners.len());
    if owner == owners.len() {
        owners.push(Owner { resource: &span.resource, scopes: Vec::new() });
    }
    let scopes = &mut owners[owner].scopes;
    let scope = find((Some(owner), scope_key(&span.scope)), scopes.len());
    if scope == scopes.len() {
        scopes.push((&span.scope, Vec::new()));
    }
    (owner, scope)
}
