//! Who recorded the spans of a trace: each resource and each scope once.

use std::sync::Arc;

use super::{Pool, Words};
use crate::attribute::{Value, key};
use crate::{Resource, Scope};

/// A resource with a scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// Index of its resource among [`Owners::resources`].
    pub resource: u32,
    /// Index of its scope among [`Owners::scopes`].
    pub scope: u32,
    /// The word for its service.
    pub service: u32,
    /// The word for the library that recorded it (`telemetry.sdk.name`).
    pub library: u32,
    /// Whether its resource describes a browser.
    pub browser: bool,
}

/// All who recorded spans. Each is told by a key, bytes that are equal where it is: comparing
/// attributes would cost a look at all of them.
#[derive(Clone, Debug, Default)]
pub struct Owners {
    all: Vec<Owner>,
    resources: Vec<Arc<Resource>>,
    scopes: Vec<Arc<Scope>>,
    resource_keys: Pool,
    scope_keys: Pool,
    pairs: Pool,
}

impl Owners {
    /// The number of a resource, by a key that is not empty.
    pub fn resource(&mut self, key: &[u8], make: impl FnOnce() -> Arc<Resource>) -> u32 {
        number(&mut self.resource_keys, key, &mut self.resources, make)
    }

    /// The number of a scope, by a key that is not empty.
    pub fn scope(&mut self, key: &[u8], make: impl FnOnce() -> Arc<Scope>) -> u32 {
        number(&mut self.scope_keys, key, &mut self.scopes, make)
    }

    /// The number of a resource with a scope.
    pub fn pair(&mut self, resource: u32, scope: u32, words: &mut Words) -> u32 {
        let key = (u64::from(resource) << 32 | u64::from(scope)).to_be_bytes();
        let Self { all, resources, pairs, .. } = self;
        number(pairs, &key, all, || {
            let of = resources.get(resource as usize).map(AsRef::as_ref);
            let text = |name: &str| {
                let value = of.and_then(|of| of.attributes.get(name));
                value.and_then(Value::as_text).unwrap_or_default()
            };
            Owner {
                resource,
                scope,
                service: words.intern(text(key::SERVICE_NAME)),
                library: words.intern(text(key::TELEMETRY_SDK_NAME)),
                browser: of.is_some_and(browser),
            }
        })
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, number: u32) -> Owner {
        self.all.get(number as usize).copied().unwrap_or_default()
    }

    /// All of them, by number.
    #[must_use]
    pub fn all(&self) -> &[Owner] {
        &self.all
    }

    /// All resources.
    #[must_use]
    pub fn resources(&self) -> &[Arc<Resource>] {
        &self.resources
    }

    /// All scopes.
    #[must_use]
    pub fn scopes(&self) -> &[Arc<Scope>] {
        &self.scopes
    }
}

/// The place in a list of what a key names; it is added where the key is new.
fn number<T>(keys: &mut Pool, key: &[u8], all: &mut Vec<T>, make: impl FnOnce() -> T) -> u32 {
    // Number 0 is that of no bytes, which are no key.
    let number = keys.intern(key).saturating_sub(1);
    if number as usize == all.len() {
        all.push(make());
    }
    number
}

/// Whether a resource describes a browser (semantic conventions, `browser.*`).
fn browser(resource: &Resource) -> bool {
    let mut names = resource.attributes.keys();
    names.any(|name| name.starts_with("browser.") || name == key::USER_AGENT_ORIGINAL)
}
