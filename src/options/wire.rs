//! Wires the pages to the browser: asks, listens, keeps, and tells the plain state what came.
//! Decides nothing; every text that a user reads comes from elsewhere.

pub mod options;
mod stores;
pub mod trust;
