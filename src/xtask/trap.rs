//! Makes Rust's panics in a WebAssembly file plain traps, which is what the browser sees of them
//! anyway: nothing prints their texts there, and all that makes those texts would be loaded at every
//! wake of the worker. What says where they were in the source goes with them.
//!
//! Runs before wasm-opt, which then drops what nobody calls. Goes by the names of functions; in a
//! file without names nothing changes.

use std::ops::Range;

use crate::module::{
    CODE, CUSTOM, DATA, FUNCTIONS, IMPORTS, Input, block, imported, number, sections,
};

/// Functions of the standard library that never return, by the beginnings of their names.
const PANICS: [&str; 11] = [
    "core::panicking::",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_already",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
];

/// Texts of the standard library and of wasm-bindgen that only panics say, and nobody else might.
const TEXTS: [&str; 24] = [
    "slice index starts at ",
    "index out of bounds: the len is ",
    " but the index is ",
    "range start index ",
    "range end index ",
    " out of range for slice of length ",
    "copy_from_slice: source slice length (",
    ") does not match destination slice length (",
    "insertion index (is ",
    "removal index (is ",
    "swap_remove index (is ",
    ") should be <= len (is ",
    ") should be < len (is ",
    "a formatting trait implementation returned an error when the underlying stream did not",
    "attempt to divide by zero",
    "`async fn` resumed after completion",
    "RefCell already mutably borrowed",
    "RefCell already borrowed",
    "Lazy instance has previously been poisoned",
    "assertion failed: self.is_char_boundary(new_len)",
    "overflow in Duration::new",
    "overflow when adding durations",
    "attempt to join into collection with len > usize::MAX",
    "window size must be non-zero",
];

/// A function's body without locals: `unreachable end`.
const TRAP: [u8; 3] = [0, 0x00, 0x0b];

/// The module with its panics cut to traps. `None` when it is not one that we can read.
pub(crate) fn cut(module: &[u8]) -> Option<Vec<u8>> {
    let sections = sections(module)?;
    let content = |id| sections.iter().find(|(found, _)| *found == id).map(|(_, content)| *content);
    let imported = content(IMPORTS).map_or(Some(0), imported)?;
    let mut panics = Vec::new();
    for (_, content) in sections.iter().filter(|(id, _)| *id == CUSTOM) {
        let mut content = Input(content);
        if content.block()? == b"name" {
            panics = named(content)?;
        }
    }
    let mut output = module.get(..8)?.to_vec();
    for (id, content) in sections {
        output.push(id);
        match id {
            CODE => block(&bodies(content, imported, &panics)?, &mut output),
            DATA if !panics.is_empty() => block(&silent(placeless(content)?), &mut output),
            _ => block(content, &mut output),
        }
    }
    Some(output)
}

/// Indices of the functions that panic.
fn named(mut section: Input<'_>) -> Option<Vec<u32>> {
    let mut panics = Vec::new();
    while !section.0.is_empty() {
        let kind = section.byte()?;
        let mut names = Input(section.block()?);
        if kind != FUNCTIONS {
            continue;
        }
        for _ in 0..names.number()? {
            let (index, name) = (names.number()?, String::from_utf8_lossy(names.block()?));
            if panicking(&name) {
                panics.push(index);
            }
        }
    }
    Some(panics)
}

/// Whether a function panics: `core[c5930c85a12de822]::panicking::panic_fmt`.
fn panicking(name: &str) -> bool {
    let (krate, rest) = name.split_once("::").unwrap_or((name, ""));
    let krate = krate.split('[').next().unwrap_or_default();
    let name = format!("{krate}::{rest}");
    PANICS.iter().any(|panic| name.starts_with(panic))
}

fn bodies(section: &[u8], imported: u32, panics: &[u32]) -> Option<Vec<u8>> {
    let mut input = Input(section);
    let count = input.number()?;
    let mut output = Vec::new();
    number(count, &mut output);
    for index in imported..imported + count {
        let body = input.block()?;
        block(if panics.contains(&index) { &TRAP } else { body }, &mut output);
    }
    Some(output)
}

/// The data without the places in the source where a panic would be: zeros, which wasm-opt leaves
/// out. `Location` is a pointer to the file's name, its length, the line and the column.
fn placeless(section: &[u8]) -> Option<Vec<u8>> {
    let segments = segments(section)?;
    let mut output = section.to_vec();
    let mut names = Vec::new();
    for (address, range) in &segments {
        let aligned = range.start + (4 - (*address as usize % 4)) % 4;
        for at in (aligned..range.end.saturating_sub(15)).step_by(4) {
            let word = |index: usize| {
                let bytes = section.get(at + 4 * index..at + 4 * index + 4)?;
                Some(u32::from_le_bytes(bytes.try_into().ok()?))
            };
            let (name, length, line, column) = (word(0)?, word(1)?, word(2)?, word(3)?);
            if !(5..200).contains(&length) || !(1..100_000).contains(&line) || column > 1_000 {
                continue;
            }
            let named = segments.iter().find_map(|(start, range)| {
                let begin = range.start + usize::try_from(name.checked_sub(*start)?).ok()?;
                let end = begin + usize::try_from(length).ok()?;
                (end <= range.end && section[begin..end].ends_with(b".rs")).then_some(begin..end)
            });
            if let Some(named) = named {
                output[at..at + 16].fill(0);
                names.push(named);
            }
        }
    }
    names.into_iter().for_each(|name| output[name].fill(0));
    Some(output)
}

/// The data with zeros for the texts of panics.
fn silent(mut section: Vec<u8>) -> Vec<u8> {
    for text in TEXTS.map(str::as_bytes) {
        let found = |section: &[u8]| section.windows(text.len()).position(|part| part == text);
        while let Some(at) = found(&section) {
            section[at..at + text.len()].fill(0);
        }
    }
    section
}

/// The segments of the data: where each is in memory, and where in the section.
fn segments(section: &[u8]) -> Option<Vec<(u32, Range<usize>)>> {
    let mut input = Input(section);
    let mut segments = Vec::new();
    for _ in 0..input.number()? {
        // Of the memory there is, at a constant; the compiler makes no others.
        let (0, 0x41) = (input.number()?, input.byte()?) else { return None };
        let (address, 0x0b) = (input.number()?, input.byte()?) else { return None };
        let length = input.block()?.len();
        let end = section.len() - input.0.len();
        segments.push((address, end - length..end));
    }
    Some(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two functions without parameters, each with the body `nop end`.
    fn module(names: [&str; 2]) -> Vec<u8> {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend([1, 4, 1, 0x60, 0, 0]); // types: one, without anything
        module.extend([3, 3, 2, 0, 0]); // functions
        module.extend([10, 9, 2, 3, 0, 0x01, 0x0b, 3, 0, 0x01, 0x0b]);
        let mut functions = vec![2];
        for (index, name) in (0..).zip(names) {
            functions.push(index);
            block(name.as_bytes(), &mut functions);
        }
        let mut content = b"\x04name\x01".to_vec();
        block(&functions, &mut content);
        module.push(0);
        block(&content, &mut module);
        module
    }

    #[test]
    fn a_panic_becomes_a_trap_and_the_rest_stays() {
        let whole = module(["shop::pay", "core[c5930c85a12de822]::panicking::panic_fmt"]);
        let cut = cut(&whole).unwrap();
        assert_eq!(cut.len(), whole.len());
        let code = [10, 9, 2, 3, 0, 0x01, 0x0b, 3, 0, 0x00, 0x0b];
        assert!(cut.windows(code.len()).any(|part| part == code), "{cut:x?}");
    }

    #[test]
    fn where_a_panic_was_is_forgotten_and_other_data_stays() {
        // At 1024: a name, the place of a panic in it, and a number.
        let mut data = b"src/a.rskept".to_vec();
        for word in [1024_u32, 8, 7, 5, 9] {
            data.extend(word.to_le_bytes());
        }
        let mut section = vec![1, 0, 0x41, 0x80, 0x08, 0x0b];
        block(&data, &mut section);
        let mut wanted = section.clone();
        let first = wanted.len() - data.len();
        wanted[first..first + 8].fill(0);
        wanted[first + 12..first + 28].fill(0);
        assert_eq!(placeless(&section), Some(wanted));
    }

    #[test]
    fn what_only_a_panic_says_is_forgotten_wherever_it_is() {
        let said = silent(b"pay RefCell already borrowed, index".to_vec());
        assert_eq!(said, [b"pay ".as_slice(), &[0; 24], b", index"].concat());
    }

    #[test]
    fn what_is_only_called_alike_stays() {
        let whole = module(["core::panic::Location::file", "shop::core::panicking::calm"]);
        assert_eq!(cut(&whole), Some(whole));
    }

    #[test]
    fn a_file_that_is_no_module_is_left_to_others() {
        assert_eq!(cut(b"\0asm\x01\0\0\0\x0a\x7f"), None);
        assert_eq!(cut(b"text"), None);
    }
}
