//! The doctor: names what keeps the first dark lamp of a ladder dark, and what to do about it.
//!
//! One table of causes. What is not certain is said to be likely, and nothing is guessed from
//! anything but the evidence on the ladder.

use crate::ladder::{Asked, Ladder, Lamp, Way};

/// Why a request is not traced from end to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The extension may not touch the host.
    NoPermission,
    /// The user's sampling rules leave the request out.
    Unwanted,
    /// The user excluded the path.
    Excluded,
    /// The request left without the header.
    RuleMissed,
    /// The request left with somebody else's header.
    Overwritten,
    /// The header was on the request and not on what it was redirected to.
    Stripped,
    /// The browser's cache answered.
    FromCache,
    /// The page's service worker answered.
    FromWorker,
    /// No response came.
    NoResponse,
    /// The server made a trace of its own.
    NewTrace,
    /// The server says that it does not record the trace.
    Unsampled,
    /// Neither the server nor the store knows of the trace.
    NotJoined,
    /// The server took the context, and the store has no such trace (404).
    StoreAbsent,
    /// The server took the context, and the store has only what the browser sent.
    ServerAbsent,
    /// The store wants to know who asks (401).
    StoreLocked,
    /// The store knows who asks and refuses (403).
    StoreForbidden,
    /// The store wants to be left alone for a while (429, 502, 503, 504).
    StoreBusy,
    /// The store answers with another error.
    StoreFailed,
    /// Nothing answers at the store's address.
    StoreSilent,
    /// What answers there is not a trace store, by what it says.
    StoreGarbled,
    /// The store sends us to another address, which is not the user's word.
    StoreMoved,
    /// The store has more of the trace than is read.
    StoreLarge,
    /// Server spans are there, but none is the document request's child.
    RootMissing,
    /// Spans name parents that are not there.
    ParentsMissing,
    /// The page never finished loading.
    StillLoading,
    /// The server's clock is not the browser's.
    ClockOff,
}

/// A cause, and how sure of it we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The lamp that it keeps dark; `None` for a remark on a trace that is whole.
    pub lamp: Option<Lamp>,
    /// The cause.
    pub cause: Cause,
    /// Whether the evidence leaves no other.
    pub certain: bool,
}

impl Cause {
    /// One line for the user: what is the matter.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::NoPermission => "Tracelight has no permission for this host",
            Self::Unwanted => "Not sampled, by your sampling rules",
            Self::Excluded => "Excluded: your settings let nothing of ours go to this path",
            Self::RuleMissed => "The request left without trace context",
            Self::Overwritten => "The request left with another trace context than ours",
            Self::Stripped => "A redirect took the request where no trace context goes",
            Self::FromCache => "The browser's cache answered, not the server",
            Self::FromWorker => "The page's service worker answered, not the server",
            Self::NoResponse => "The server did not answer",
            Self::NewTrace => "The server made a new trace id",
            Self::Unsampled => "The server does not record this trace (flag 00)",
            Self::NotJoined => "The server did not join the trace",
            Self::StoreAbsent => "The trace store has no such trace (404)",
            Self::ServerAbsent => "The trace store has no spans of the server",
            Self::StoreLocked => "The trace store wants a login (401)",
            Self::StoreForbidden => "The trace store forbids asking (403)",
            Self::StoreBusy => "The trace store is too busy to answer",
            Self::StoreFailed => "The trace store fails",
            Self::StoreSilent => "The trace store cannot be reached",
            Self::StoreGarbled => "The trace store's answer cannot be read",
            Self::StoreMoved => "The trace store sends us to another address",
            Self::StoreLarge => "The trace store's answer is too large",
            Self::RootMissing => "The server's first span is missing",
            Self::ParentsMissing => "Spans name parents that are not there",
            Self::StillLoading => "The page has not finished loading",
            Self::ClockOff => "The server's clock is off",
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::NoPermission => {
                "Open the popup on a page of this host and permit it, then trace it again."
            }
            Self::Unwanted => {
                "Run Page Trace is always sampled. The options say which rule an address meets."
            }
            Self::Excluded => {
                "Take the path off the excluded ones in the options. The trace store's own dashboard \
                 is never traced."
            }
            Self::RuleMissed => {
                "Another extension or the page's service worker made or changed the request. \
                 Reload, or try with other extensions off."
            }
            Self::Overwritten => {
                "Another extension or the page's service worker sets traceparent itself. \
                 Its trace id is in the evidence."
            }
            Self::Stripped => {
                "Context goes to the hosts that you trace and to no other. Start at the address \
                 where the redirect ends, or add its origin to the session's scope."
            }
            Self::FromCache => "Reload the page: then the server is asked again.",
            Self::FromWorker => {
                "Hold Shift while reloading, or switch on \"Bypass for network\" for service \
                 workers in the developer tools."
            }
            Self::NoResponse => "See in the browser's network log whether the server is up.",
            Self::NewTrace => {
                "A proxy or the server starts its own traces. Its trace is shown instead. Let it \
                 trust the incoming traceparent to have one trace."
            }
            Self::Unsampled => {
                "The server's sampler decides by itself. Set it to a parent-based one, such as \
                 OTEL_TRACES_SAMPLER=parentbased_always_on."
            }
            Self::NotJoined => {
                "It may not be instrumented, ignore traceparent, or send its spans elsewhere. \
                 Check that it propagates W3C trace context and exports to the store in the options."
            }
            Self::StoreAbsent | Self::ServerAbsent => {
                "The server took the context, so its spans went elsewhere or were dropped on the \
                 way. Compare its exporter's address with the store in the options."
            }
            Self::StoreLocked => {
                "It wants to know who asks: set its credentials in the options, or others where they are wrong."
            }
            Self::StoreForbidden => {
                "It does not let us read traces, or lets no extension ask. Test the connection in the \
                 options."
            }
            Self::StoreBusy => {
                "It is asked again when it wants to be. A proxy before it may say so too."
            }
            Self::StoreFailed => "See the store's own log; it is asked again meanwhile.",
            Self::StoreSilent => {
                "Start it, or set its address in the options. It is asked again meanwhile."
            }
            Self::StoreGarbled => {
                "The address may lead to something else. It must be the store's query address; \
                 test the connection in the options."
            }
            Self::StoreMoved => {
                "Set the address where it really is in the options, https where it wants that: nothing is \
                 believed, and no credentials are sent, at an address that you did not name."
            }
            Self::StoreLarge => {
                "Tracelight reads 64 MB of one trace. Open it in the store itself, or have less of it recorded."
            }
            Self::RootMissing => {
                "Something between browser and server joined the trace and does not send its \
                 spans, or the server's first span was dropped."
            }
            Self::ParentsMissing => {
                "A service on the way does not send its spans to this store, or they are still to come."
            }
            Self::StillLoading => {
                "Let the page load to its end; what never ends keeps the trace open."
            }
            Self::ClockOff => {
                "Spans of this server stand beside their request in the waterfall. Set its clock by NTP."
            }
        }
    }
}

/// The first dark lamp's cause; where none is dark, what is worth a remark.
#[must_use]
pub fn diagnose(ladder: &Ladder) -> Option<Finding> {
    let lamp = ladder.first_dark();
    let (cause, certain) = match lamp {
        Some(Lamp::Armed) => (Cause::NoPermission, true),
        Some(Lamp::Sent) => unsent(ladder),
        Some(Lamp::Acknowledged) => unanswered(ladder),
        Some(Lamp::Found) => (unfound(ladder), !ladder.barren()),
        Some(Lamp::Complete) => incomplete(ladder),
        None if ladder.excluded => (Cause::Excluded, true),
        None if ladder.unsampled() => (Cause::Unwanted, true),
        None if ladder.ahead != 0 => (Cause::ClockOff, true),
        None => return None,
    };
    Some(Finding { lamp, cause, certain })
}

fn unsent(ladder: &Ladder) -> (Cause, bool) {
    let other = ladder.hops.last().is_some_and(|hop| hop.context.is_some());
    match ladder.way {
        Way::Cache => (Cause::FromCache, true),
        // The page may have come from elsewhere that shows no request.
        Way::Worker => (Cause::FromWorker, !ladder.hops.is_empty()),
        // Browsers show what leaves only where we have permission.
        _ if ladder.hops.last().is_some_and(|hop| !hop.seen) => (Cause::NoPermission, true),
        _ if ladder.hops.len() > 1 => (Cause::Stripped, true),
        _ if other => (Cause::Overwritten, true),
        _ => (Cause::RuleMissed, true),
    }
}

fn unanswered(ladder: &Ladder) -> (Cause, bool) {
    match &ladder.answer {
        Some(answer) if answer.sampled == Some(false) => (Cause::Unsampled, true),
        Some(answer) if answer.trace.is_some() => (Cause::NewTrace, true),
        _ if ladder.way == Way::Failed => (Cause::NoResponse, true),
        _ => (Cause::NotJoined, false),
    }
}

fn unfound(ladder: &Ladder) -> Cause {
    match (ladder.asked, ladder.status) {
        (Asked::Silent, _) => Cause::StoreSilent,
        (Asked::Garbled, _) => Cause::StoreGarbled,
        (Asked::Refused, 401) => Cause::StoreLocked,
        (Asked::Refused, 403) => Cause::StoreForbidden,
        (Asked::Refused, 429 | 502..=504) => Cause::StoreBusy,
        (Asked::Refused, _) => Cause::StoreFailed,
        (Asked::Moved, _) => Cause::StoreMoved,
        (Asked::Large, _) => Cause::StoreLarge,
        (_, 404) => Cause::StoreAbsent,
        _ => Cause::ServerAbsent,
    }
}

fn incomplete(ladder: &Ladder) -> (Cause, bool) {
    match (ladder.joined, ladder.missing) {
        (false, _) => (Cause::RootMissing, true),
        (true, 0) => (Cause::StillLoading, true),
        (true, _) => (Cause::ParentsMissing, true),
    }
}

#[cfg(test)]
mod tests;
