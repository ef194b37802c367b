//! Takes bodies in, unpacks them, and stops as soon as one is too large: what is refused was never
//! held.

use std::io::{self, Write};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use flate2::write::MultiGzDecoder;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout;

use crate::fault::Fault;

/// As much as one request may send. SDKs send some hundred kilobytes.
pub(crate) const MAX_SENT: usize = 16 << 20;

/// As much as it may unpack to (the OTLP specification's advice for receivers).
pub(crate) const MAX_UNPACKED: usize = 64 << 20;

/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of a refused body is read and thrown away. A client that still sends does not look for
/// the answer, and would see a broken connection instead of the reason.
const DISCARDED: usize = 64 << 20;

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Not at all.
    Plain,
    /// With gzip.
    Gzip,
}

impl Packing {
    /// Reads a `content-encoding` or `grpc-encoding`; `None` for one that we do not know.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Plain),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            _ => None,
        }
    }
}

/// Takes a whole body in, unpacked.
///
/// # Errors
/// When it is too large, comes too slowly, breaks off, or cannot be unpacked.
pub(crate) async fn take(mut body: Incoming, packing: Packing) -> Result<Bytes, Fault> {
    let announced = body.size_hint().lower();
    if announced > MAX_SENT as u64 {
        discard(&mut body).await;
        return Err(too_large("body", MAX_SENT));
    }
    let taken = match packing {
        Packing::Plain => timeout(PATIENCE, gather(&mut body, MAX_SENT)).await,
        Packing::Gzip => timeout(PATIENCE, unpack(&mut body)).await,
    };
    let taken = taken.unwrap_or_else(|_| Err(late()));
    if taken.as_ref().is_err_and(|fault| fault.status == hyper::StatusCode::PAYLOAD_TOO_LARGE) {
        discard(&mut body).await;
    }
    taken
}

/// Takes in a body of so many bytes at most, as it comes.
///
/// # Errors
/// When it is larger, comes too slowly, or breaks off.
pub(crate) async fn take_small(mut body: Incoming, most: usize) -> Result<Bytes, Fault> {
    let taken = timeout(PATIENCE, gather(&mut body, most)).await.unwrap_or_else(|_| Err(late()));
    if taken.is_err() {
        discard(&mut body).await;
    }
    taken
}

fn late() -> Fault {
    Fault::late(format!("body did not come within {} s", PATIENCE.as_secs()))
}

fn too_large(what: &str, limit: usize) -> Fault {
    match limit >> 20 {
        0 => Fault::too_large(format!("{what} is larger than {} KiB", limit >> 10)),
        size => Fault::too_large(format!("{what} is larger than {size} MiB")),
    }
}

async fn chunk(body: &mut Incoming) -> Result<Option<Bytes>, Fault> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Fault::malformed(format!("body broke off: {error}")))?;
        if let Ok(chunk) = frame.into_data() {
            return Ok(Some(chunk));
        }
    }
    Ok(None)
}

async fn gather(body: &mut Incoming, most: usize) -> Result<Bytes, Fault> {
    let Some(first) = chunk(body).await? else { return Ok(Bytes::new()) };
    if first.len() > most {
        return Err(too_large("body", most));
    }
    let mut whole = BytesMut::new();
    let Some(second) = chunk(body).await? else { return Ok(first) };
    whole.reserve(usize::try_from(body.size_hint().lower()).unwrap_or(0).min(most));
    whole.extend_from_slice(&first);
    let mut next = Some(second);
    while let Some(chunk_of) = next {
        if whole.len() + chunk_of.len() > most {
            return Err(too_large("body", most));
        }
        whole.extend_from_slice(&chunk_of);
        next = chunk(body).await?;
    }
    Ok(whole.freeze())
}

async fn unpack(body: &mut Incoming) -> Result<Bytes, Fault> {
    let mut unpacker = Unpacker::new();
    let mut sent = 0;
    while let Some(chunk) = chunk(body).await? {
        sent += chunk.len();
        if sent > MAX_SENT {
            return Err(too_large("body", MAX_SENT));
        }
        unpacker.add(&chunk)?;
    }
    unpacker.finish()
}

/// Unpacks a message that is already here, within the same limit.
///
/// # Errors
/// When it is too large or not gzip.
pub(crate) fn unpack_all(packed: &[u8]) -> Result<Bytes, Fault> {
    let mut unpacker = Unpacker::new();
    unpacker.add(packed)?;
    unpacker.finish()
}

async fn discard(body: &mut Incoming) {
    let mut left = DISCARDED;
    let drain = async {
        while let Ok(Some(chunk)) = chunk(body).await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                return;
            }
        }
    };
    // However it ends, the answer is the same.
    let _ = timeout(PATIENCE, drain).await;
}

/// Gunzips piece by piece into at most [`MAX_UNPACKED`] bytes.
struct Unpacker(MultiGzDecoder<Bounded>);

impl Unpacker {
    fn new() -> Self {
        Self(MultiGzDecoder::new(Bounded::default()))
    }

    fn add(&mut self, packed: &[u8]) -> Result<(), Fault> {
        let result = self.0.write_all(packed);
        result.map_err(|error| self.fault(&error))
    }

    fn finish(mut self) -> Result<Bytes, Fault> {
        if let Err(error) = self.0.try_finish() {
            return Err(self.fault(&error));
        }
        Ok(std::mem::take(&mut self.0.get_mut().bytes).into())
    }

    fn fault(&self, error: &io::Error) -> Fault {
        match self.0.get_ref().full {
            true => too_large("unpacked body", MAX_UNPACKED),
            false => Fault::malformed(format!("body is not gzip: {error}")),
        }
    }
}

/// A buffer that refuses to grow past the limit.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    full: bool,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + more.len() > MAX_UNPACKED {
            self.full = true;
            return Err(io::Error::other("full"));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
