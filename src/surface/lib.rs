//! What all surfaces share, whichever module draws them: the mark, lamps, wall time, what is open,
//! long work in steps.
//!
//! Only what two of `app`, `view`, `options` and `dashboard` use is here; what one of them draws alone is in that one.

pub mod address;
pub mod board;
pub mod candidate;
pub mod column;
pub mod copy;
pub mod course;
pub mod cursor;
pub mod door;
#[cfg(feature = "ssr")]
pub mod draw;
pub mod field;
pub mod framework;
pub mod gate;
pub mod held;
pub mod lamp;
pub mod mark;
pub mod moment;
pub mod naming;
pub mod nav;
pub mod page;
pub mod paused;
pub mod period;
pub mod query;
pub mod range;
pub mod reader;
#[cfg(feature = "ssr")]
pub mod sample;
pub mod scroller;
pub mod standing;
pub mod status;
pub mod steps;
pub mod typing;
pub mod viewport;
pub mod window;
