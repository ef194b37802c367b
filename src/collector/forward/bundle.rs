//! What a request carries: parcels, out of memory where they are at hand and else out of the database,
//! or a part of one that is too large.

use std::io::{self, Write as _};
use std::sync::Arc;

use backend::outbox::{self, Cut, Form, Load, Why};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::task::spawn_blocking;

use super::Fresh;
use crate::store::{Reader, Slice};

/// What a request carries.
#[derive(Debug, Default)]
pub(super) struct Bundle {
    /// The body, piece by piece.
    pub(super) parts: Vec<Bytes>,
    /// What it weighs: no spans, nothing to send.
    pub(super) load: Load,
    /// Spans that it should carry and does not.
    pub(super) lost: Vec<(Why, u64)>,
    /// Where more of the parcel is left: how many of its spans are done with after this.
    pub(super) next: Option<u32>,
}

/// How it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dress {
    pub(super) form: Form,
    pub(super) packed: bool,
}

/// Puts parcels together, or of the first of them a part.
pub(super) async fn make(
    reader: &Arc<Reader>,
    parcels: Vec<Fresh>,
    cut: Option<Cut>,
    dress: Dress,
) -> Result<Bundle, String> {
    let plain = matches!(dress, Dress { form: Form::Protobuf, packed: false });
    if plain && cut.is_none() && parcels.iter().all(|it| it.bodies.is_some()) {
        return Ok(at_hand(&parcels));
    }
    let reader = Arc::clone(reader);
    let made = spawn_blocking(move || {
        let bundle = match (cut, parcels.first()) {
            (Some(cut), Some(first)) => part(&reader, first.no, cut),
            _ => whole(&reader, &parcels),
        };
        dressed(bundle.map_err(|error| error.to_string())?, dress)
            .map_err(|error| error.to_string())
    });
    made.await.map_err(|error| error.to_string())?
}

/// Parcels whose spans are here; others count for nothing.
fn at_hand(parcels: &[Fresh]) -> Bundle {
    let here = || parcels.iter().filter_map(|it| Some((it.waiting, it.bodies.as_ref()?)));
    let load = Load {
        spans: here().map(|(waiting, _)| u64::from(waiting.spans)).sum(),
        bytes: here().map(|(waiting, _)| waiting.bytes).sum(),
    };
    let parts = here().flat_map(|(_, bodies)| bodies).cloned().collect();
    Bundle { parts, load, ..Bundle::default() }
}

fn whole(reader: &Reader, parcels: &[Fresh]) -> Result<Bundle, crate::StoreError> {
    let mut bundle = at_hand(parcels);
    let away = || parcels.iter().filter(|it| it.bodies.is_none());
    let numbers: Vec<i64> = away().map(|it| it.no).collect();
    if !numbers.is_empty() {
        let wanted: u64 = away().map(|it| u64::from(it.waiting.spans)).sum();
        let (message, spans) = reader.unpack(&numbers)?;
        bundle.load.spans += spans;
        bundle.load.bytes += away().map(|it| it.waiting.bytes).sum::<usize>();
        bundle.lost.push((Why::Removed, wanted.saturating_sub(spans)));
        bundle.parts.push(message.into());
    }
    Ok(bundle)
}

fn part(reader: &Reader, no: i64, cut: Cut) -> Result<Bundle, crate::StoreError> {
    let Slice { message, spans, bytes, passed, more } = reader.slice(no, cut)?;
    Ok(Bundle {
        parts: vec![message.into()],
        load: Load { spans, bytes },
        lost: vec![(Why::Removed, u64::from(passed).saturating_sub(spans))],
        next: more.then(|| cut.done.saturating_add(passed)),
    })
}

/// The same in another form, and packed.
fn dressed(mut bundle: Bundle, Dress { form, packed }: Dress) -> io::Result<Bundle> {
    if form == Form::Json {
        let (text, spans) = outbox::to_json(bundle.parts.iter().map(|part| &**part));
        bundle.lost.push((Why::Garbled, bundle.load.spans.saturating_sub(spans)));
        bundle.load.spans = spans;
        bundle.parts = vec![text.into()];
    }
    if packed {
        let bytes = bundle.parts.iter().map(Bytes::len).sum::<usize>();
        let mut packer = GzEncoder::new(Vec::with_capacity(bytes / 4), Compression::fast());
        bundle.parts.iter().try_for_each(|part| packer.write_all(part))?;
        bundle.parts = vec![packer.finish()?.into()];
    }
    Ok(bundle)
}
