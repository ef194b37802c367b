//! What all surfaces share, whichever module draws them: the mark, lamps, wall time, what is open,
//! long work in steps.
//!
//! Only what both `app` and `options` use is here; what one of them draws alone is in that one.

#[cfg(feature = "ssr")]
pub mod draw;
pub mod lamp;
pub mod mark;
pub mod moment;
pub mod page;
pub mod paused;
pub mod steps;
