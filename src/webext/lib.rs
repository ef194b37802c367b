//! The browser, as typed Rust: the only crate where JavaScript values live.
//!
//! Every function wraps one thing that the browser does and names it when it fails. Nothing here
//! decides anything. It compiles for every target, so that the crates above can be tested
//! natively; it works in a browser's extension only.

#![allow(
    unsafe_code,
    reason = "wasm-bindgen's `extern` blocks expand to unsafe glue; none is written by hand"
)]

pub mod action;
pub mod alarms;
mod call;
pub mod canvas;
pub mod clock;
pub mod contact;
pub mod cookies;
pub mod crypto;
mod database;
pub mod devtools;
pub mod disk;
pub mod error;
pub mod files;
pub mod gzip;
pub mod journal;
mod js;
pub mod listening;
mod lock;
pub mod menus;
pub mod message;
pub mod net;
pub mod notification;
pub mod page;
pub mod permissions;
pub mod port;
pub mod recording;
pub mod rules;
pub mod scripts;
pub mod settings;
pub mod source;
pub mod storage;
pub mod tabs;
pub mod timeline;
pub mod traffic;
pub mod view;
mod work;

pub use error::Error;
pub use journal::{Journal, RequestRow};
pub use listening::Listening;
pub use work::{drawn, rest, spawn};
