//! What those who offer several runs of a page know as well as those who carry them out.

/// Why a page that a form led to is not run.
pub const POSTED: &str = "This page is the answer to a form (POST): each run would send the form \
                          again. Open the page by its address, and run that.";

/// How many times one can have a page run.
pub const TIMES: [usize; 3] = [3, 5, 10];

/// The size of the window in which a course is driven: it must not cover the page, which paints
/// nothing when nobody can see it.
pub const WINDOW: (i32, i32) = (900, 640);
