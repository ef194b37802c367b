//! The tab of sessions: looks for them, lists them.

pub mod drawn;
pub mod keep;
pub mod list;
pub mod search;
pub mod view;
