//! Traces beside each other: two of them span by span, and several of one page with what varies.
//!
//! Owns what is shown of a comparison and how it is drawn. What is the same span in two traces is
//! `trace::compare`'s to say; reading traces and running pages is `wire`'s.

pub mod choice;
pub mod course;
pub mod difference;
pub mod duel;
pub mod grid;
pub mod loaded;
pub mod many;
pub mod naming;
pub mod outline;
pub mod pair;
pub mod runs;
pub mod series;
pub mod versus;

#[cfg(test)]
mod tests;
