//! Packs spans of a sheet up again, as OTLP protobuf: for a file, for another module, for a sheet of
//! one trace among many. Each span's message goes over as it is; nothing is built.

use std::cmp::Ordering;

use super::Sheet;
use crate::proto;
use crate::wire::Out;
use trace::order;

impl Sheet {
    /// These spans, by their places: a `TracesData`. Those of one resource and scope stand together,
    /// otherwise they keep their order. Several such messages one after the other are one.
    #[must_use]
    pub fn pack(&self, places: impl IntoIterator<Item = usize>) -> Vec<u8> {
        let columns = self.columns();
        let owner = |at: &usize| {
            let owner = columns.owner_of(*at);
            (owner.resource, owner.scope)
        };
        let mut places: Vec<usize> = places.into_iter().filter(|at| *at < self.len()).collect();
        order::sort_by_rank(&mut places, |at| order::both(owner(at).0, owner(at).1));
        let mut out = Out::default();
        for spans in places.chunk_by(|a, b| owner(a).0 == owner(b).0) {
            out.message(1, |out| self.pack_resource(out, spans));
        }
        out.bytes
    }

    /// The places of all spans in the order in which they are packed: whoever packs them in this
    /// order, all at once or a few at a time, knows in which order they come out.
    #[must_use]
    pub fn packing(&self) -> Vec<usize> {
        let owner = |at: usize| {
            let owner = self.columns().owner_of(at);
            order::both(owner.resource, owner.scope)
        };
        order::order(self.len(), &owner, &|_, _| Ordering::Equal)
    }

    /// Spans of one resource.
    fn pack_resource(&self, out: &mut Out, spans: &[usize]) {
        let (columns, by) = (self.columns(), self.columns().by());
        let Some(first) = spans.first().map(|at| columns.owner_of(*at)) else { return };
        let Some(resource) = by.resources().get(first.resource as usize) else { return };
        out.message(1, |out| proto::write_resource(out, resource));
        let scope = |at: &usize| columns.owner_of(*at).scope;
        for spans in spans.chunk_by(|a, b| scope(a) == scope(b)) {
            let Some(of) = by.scopes().get(scope(&spans[0]) as usize) else { continue };
            out.message(2, |out| {
                out.message(1, |out| proto::write_scope(out, of));
                spans.iter().for_each(|at| out.always_bytes(2, self.message(*at)));
                out.bytes(3, of.schema.as_bytes());
            });
        }
        out.bytes(3, resource.schema.as_bytes());
    }
}
