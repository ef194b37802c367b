//! The rows: what is kept of a page, a call and an error. What has no value is not written.

use serde::{Deserialize, Serialize};

use super::pack::{Pack, Packer, Unpacker, shape};
use crate::{SpanId, Timestamp, TraceId};

/// Whether a field has nothing to say.
fn plain<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What a call ended with that its page aborted.
const ABORTED: &str = "AbortError";

impl CallRow {
    /// Whether its page aborted it before there was an answer: what was asked for was not wanted any
    /// more, which says nothing of who was asked.
    #[must_use]
    pub fn aborted(&self) -> bool {
        aborted(self.status, &self.error)
    }

    /// Whether it failed.
    #[must_use]
    pub fn failed(&self) -> bool {
        failed(self.status, &self.error)
    }
}

/// Whether a call of this status and error failed.
#[must_use]
pub fn failed(status: Option<u16>, error: &str) -> bool {
    !error.is_empty() && !aborted(status, error)
}

fn aborted(status: Option<u16>, error: &str) -> bool {
    status.is_none() && error == ABORTED
}

/// Structs of which a field without a value is neither written nor wanted, and which can be packed.
macro_rules! rows {
    ($($(#[$about:meta])* pub struct $name:ident {
        $($(#[$what:meta])* pub $field:ident: $kind:ty,)*
    })*) => {
        $($(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($(#[$what])* #[serde(skip_serializing_if = "plain")] pub $field: $kind,)*
        }

        impl Pack for $name {
            const SHAPE: u32 = {
                let mut hash = 0x811c_9dc5;
                $(hash = shape(
                    concat!(stringify!($field), ":", stringify!($kind), ","),
                    hash ^ <$kind as Pack>::SHAPE,
                );)*
                hash
            };

            fn pack(&self, into: &mut Packer) {
                $(self.$field.pack(into);)*
            }

            fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
                Some(Self { $($field: Pack::unpack(from)?,)* })
            }
        })*
    };
}

rows! {
    /// A page that was shown. Texts are empty where nobody says.
    pub struct PageRow {
        /// Its trace; `None` only in a row that is not filled.
        pub trace: Option<TraceId>,
        /// Its root span.
        pub span: Option<SpanId>,
        /// `session.id`, as the span has it: other tracers' ids have other forms.
        pub session: String,
        /// When it was asked for.
        pub start: Timestamp,
        /// How long its load took, milliseconds.
        pub millis: f64,
        /// Its address, redacted.
        pub url: String,
        /// Whether it is a page within a document.
        pub soft: bool,
        /// `user.name`, `enduser.id` where that alone is said.
        pub user_name: String,
        /// `user.id`, else `enduser.id`.
        pub user_id: String,
        /// The browser's name: `Chrome`.
        pub browser: String,
        /// Its version.
        pub version: String,
        /// Its operating system.
        pub system: String,
        /// `Mobile` or `Desktop`.
        pub device: String,
        /// The kind of connection: `4g`.
        pub connection: String,
        /// `client.address`, as a server's span of this page tells it.
        pub ip: String,
        /// Country, region and city, by a server's `geo.` attributes.
        pub region: String,
        /// The document's status.
        pub status: Option<u16>,
        /// The service that answered the document.
        pub service: String,
        /// `deployment.environment.name` of that service.
        pub environment: String,
        /// Its vitals.
        pub vitals: Vitals,
        /// Where its load's time went.
        pub phases: Phases,
        /// Spans of its trace, both sides; of several pages in one trace the first has them.
        pub spans: u32,
        /// What the user did in it.
        pub acts: u32,
        /// Facts of it that were lost, by its own count.
        pub lost: u32,
    }

    /// Web Vitals of a page: milliseconds, of CLS a score; `None` where it was not told.
    #[derive(Copy)]
    pub struct Vitals {
        /// Largest Contentful Paint.
        pub lcp: Option<f64>,
        /// Interaction to Next Paint.
        pub inp: Option<f64>,
        /// Cumulative Layout Shift.
        pub cls: Option<f64>,
        /// First Contentful Paint.
        pub fcp: Option<f64>,
        /// Time to First Byte.
        pub ttfb: Option<f64>,
    }

    /// Where the time of a document's load went, milliseconds each; 0 where it has no such phase.
    #[derive(Copy)]
    pub struct Phases {
        /// Redirects.
        pub redirect: f64,
        /// Looking the name up.
        pub dns: f64,
        /// Connecting, without TLS.
        pub connect: f64,
        /// TLS.
        pub tls: f64,
        /// From the request to the first byte.
        pub wait: f64,
        /// From the first byte to the last.
        pub download: f64,
        /// From the last byte to the DOM's end.
        pub dom: f64,
        /// The load event.
        pub load: f64,
    }

    /// A request that a script made: with `fetch`, with `XMLHttpRequest`.
    pub struct CallRow {
        /// Its trace; `None` only in a row that is not filled.
        pub trace: Option<TraceId>,
        /// Its client span.
        pub span: Option<SpanId>,
        /// The trace of the page that made it, its own or the one that it links to.
        pub page: Option<TraceId>,
        /// `session.id`.
        pub session: String,
        /// When it was sent.
        pub start: Timestamp,
        /// How long it took, milliseconds.
        pub millis: f64,
        /// Request method, upper case.
        pub method: String,
        /// Its address, redacted.
        pub url: String,
        /// Response status; `None` where none came.
        pub status: Option<u16>,
        /// Why it failed; empty where it did not.
        pub error: String,
        /// The service that answered.
        pub service: String,
        /// The route that the server matched, where it says one.
        pub route: String,
        /// Spans of its trace, both sides, where that is no page's: the first call has them.
        pub spans: u32,
        /// Whether only the network events tell of it, and the recorder may in another trace.
        pub unseen: bool,
    }

    /// Script errors that are the same to a person, in one page.
    pub struct ErrorRow {
        /// The page's trace; `None` only in a row that is not filled.
        pub trace: Option<TraceId>,
        /// The span that tells of it.
        pub span: Option<SpanId>,
        /// `session.id`.
        pub session: String,
        /// When it was thrown first.
        pub start: Timestamp,
        /// Names errors that are the same (`trace::fingerprint`).
        pub fingerprint: String,
        /// Class of the exception.
        pub class: String,
        /// What it says.
        pub message: String,
        /// The script that threw it.
        pub file: String,
        /// Line in it; 0 where that is not known.
        pub line: u32,
        /// Column in that.
        pub column: u32,
        /// How often it was thrown in this page.
        pub count: u32,
        /// The page's address.
        pub url: String,
        /// The browser's name.
        pub browser: String,
        /// Its version.
        pub version: String,
    }
}
