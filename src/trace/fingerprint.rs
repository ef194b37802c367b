//! Names errors that are the same to a person, so that a thousand of them are one with a count.
//!
//! The fingerprint is over the error's type, its message and the functions at the top of its
//! stack, each folded: numbers, ids and hashes vary from one throw to the next, and so do
//! lines and columns from one build to the next. Of the stack only
//! frames of the page's own origin count where there are any: a library that throws for many
//! callers would make them all one.

/// Frames that count.
const FRAMES: usize = 3;
/// Lines of a stack that are looked at.
const LINES: usize = 24;
/// Where FNV-1a of 64 bits begins.
const FNV: u64 = 0xcbf2_9ce4_8422_2325;

/// What is known of an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct Thrown<'a> {
    /// Its class.
    pub class: &'a str,
    /// What it says.
    pub message: &'a str,
    /// Where it was thrown, as the engine writes it.
    pub stack: &'a str,
    /// The script, where there is no stack.
    pub url: &'a str,
}

/// FNV-1a, taken on by more bytes.
fn fnv(hash: u64, bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The fingerprint of an error on a page of an origin (`https://shop.example`).
#[must_use]
pub fn fingerprint(thrown: Thrown<'_>, origin: &str) -> u64 {
    let take = |hash: u64, text: &str| fnv(fnv(hash, fold(text)), std::iter::once(0xff));
    let hash = take(take(FNV, thrown.class), thrown.message);
    let frames = || thrown.stack.lines().take(LINES).filter_map(frame);
    let own = |frame: &Frame<'_>| {
        frame.file.strip_prefix(origin).is_some_and(|rest| rest.starts_with('/'))
    };
    let mut kept: Vec<_> = frames().filter(own).take(FRAMES).collect();
    if kept.is_empty() {
        kept = frames().take(FRAMES).collect();
    }
    if kept.is_empty() {
        return take(hash, thrown.url);
    }
    kept.iter().fold(hash, |hash, frame| take(take(hash, frame.function), frame.file))
}

/// One line of a stack.
struct Frame<'a> {
    function: &'a str,
    /// Without query, line and column.
    file: &'a str,
}

/// Reads a line as engines write them: `at pay (https://…/a.js:1:2)`, `at https://…/a.js:1:2`,
/// `pay@https://…/a.js:1:2`. `None` for one that names no file.
fn frame(line: &str) -> Option<Frame<'_>> {
    let line = line.trim();
    let (function, place) = match line.strip_prefix("at ") {
        Some(rest) => match rest.rsplit_once(" (") {
            Some((function, place)) => (function, place.trim_end_matches(')')),
            None => ("", rest),
        },
        None => line.rsplit_once('@')?,
    };
    let function = function.strip_prefix("async ").unwrap_or(function);
    let file = place.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ':');
    let file = file.split(['?', '#']).next().unwrap_or_default();
    file.contains("://").then_some(Frame { function, file })
}

/// The bytes of a text in which every word with a digit in it is one `0`: `order 4711`, `#a3f9`,
/// `chunk-5c1e2f.js` are what varies.
fn fold(text: &str) -> impl Iterator<Item = u8> {
    let word = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.split_inclusive(move |letter| !word(letter)).flat_map(move |piece| {
        let bare = piece.trim_end_matches(move |letter| !word(letter));
        let varies = bare.bytes().any(|byte| byte.is_ascii_digit());
        let kept = if varies { "0" } else { bare };
        kept.bytes().chain(piece[bare.len()..].bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHOP: &str = "https://shop.test";

    fn of(message: &str, stack: &str) -> u64 {
        let class = "TypeError";
        fingerprint(Thrown { class, message, stack, url: "https://shop.test/a.js" }, SHOP)
    }

    #[test]
    fn numbers_ids_and_builds_do_not_tell_errors_apart() {
        let stack = "TypeError: x\n    at pay (https://shop.test/app-5c1e2f.js:1:2)";
        let other = "TypeError: x\n    at pay (https://shop.test/app-99aa00.js?v=2:80:41)";
        assert_eq!(of("order 4711 is gone", stack), of("order 9 is gone", other));
        assert_ne!(of("order is gone", stack), of("cart is gone", stack));
        assert_ne!(of("", stack), of("", &stack.replace("pay", "ship")));
    }

    #[test]
    fn engines_write_stacks_in_their_own_ways_and_mean_the_same() {
        let chromium =
            "Error: x\n    at pay (https://shop.test/a.js:1:2)\n    at https://shop.test/b.js:1:2";
        let firefox = "pay@https://shop.test/a.js:1:2\n@https://shop.test/b.js:3:4\n";
        assert_eq!(of("x", chromium), of("x", firefox));
    }

    #[test]
    fn own_frames_count_and_those_of_a_library_only_where_there_is_no_other() {
        let library = "Error\n    at throw (https://cdn.test/lib.js:1:2)\n";
        let one = format!("{library}    at pay (https://shop.test/a.js:1:2)");
        let other = format!("{library}    at ship (https://shop.test/a.js:1:2)");
        assert_ne!(of("x", &one), of("x", &other));
        assert_ne!(of("x", library), of("x", ""));
        assert_ne!(of("x", library), of("x", "Error\n    at other (https://cdn.test/lib.js:1:2)"));
        // Not the shop's, though its address begins like that.
        let near = one.replace("shop.test/", "shop.test.evil/");
        assert_ne!(of("x", &near), of("x", &one));
    }

    proptest! {
        #[test]
        fn no_text_panics(message in "\\PC{0,80}", stack in "[\\PC\n@( ]{0,200}") {
            let _ = of(&message, &stack);
        }
    }
}
