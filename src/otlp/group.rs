//! Sorts spans under their resource and scope, as OTLP nests them, in the order of first
//! appearance.

use std::collections::BTreeMap;
use std::sync::Arc;

use trace::span::{Resource, Scope, Span};

use crate::proto::{resource_key, scope_key};

/// A resource with the scopes that are under it.
pub(crate) struct Owner<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) scopes: Vec<(&'a Scope, Vec<&'a Span>)>,
}

/// Groups by value, so that equal resources of different origin come together. Values are
/// compared once for each pair of addresses, not once for each span.
pub(crate) fn by_owner<'a>(spans: impl IntoIterator<Item = &'a Span>) -> Vec<Owner<'a>> {
    let mut owners: Vec<Owner<'a>> = Vec::new();
    let mut by_address = BTreeMap::new();
    let mut by_resource = BTreeMap::new();
    let mut by_scope = BTreeMap::new();
    for span in spans {
        let address = (Arc::as_ptr(&span.resource).addr(), Arc::as_ptr(&span.scope).addr());
        let (owner, scope) = *by_address.entry(address).or_insert_with(|| {
            let owner = *by_resource.entry(resource_key(&span.resource)).or_insert_with(|| {
                owners.push(Owner { resource: &span.resource, scopes: Vec::new() });
                owners.len() - 1
            });
            let scopes = &mut owners[owner].scopes;
            let scope = *by_scope.entry((owner, scope_key(&span.scope))).or_insert_with(|| {
                scopes.push((&span.scope, Vec::new()));
                scopes.len() - 1
            });
            (owner, scope)
        });
        owners[owner].scopes[scope].1.push(span);
    }
    owners
}
