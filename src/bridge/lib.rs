//! Messages between the extension's contexts: surfaces, background and the page's relay.
//!
//! Closed enums in a versioned envelope that tolerate the future. This crate knows what is said,
//! not how it travels (that is `webext`) nor what follows from it (that is `background`).
//! Bulk never travels here: a notice says that something grew, and the journal is read for it.

pub mod command;
pub mod consult;
pub mod envelope;
pub mod file;
pub mod follow;
pub mod listing;
pub mod notice;
pub mod page;
pub mod query;
pub mod task;
pub mod trial;
pub mod verb;

pub use command::{
    Command, EndedView, Plan, Reply, SessionView, SetKind, SetView, Site, TabView, TraceView,
};
pub use consult::{Consult, Findings};
pub use envelope::{Envelope, VERSION};
pub use listing::{Listing, Within};
pub use notice::Notice;
pub use page::{FromPage, ToPage, Toast};
pub use task::{Look, Looked, Sent, Tally, Task, Told};
pub use trace::sought::Wanted;
pub use trial::Trial;
pub use verb::Verb;
