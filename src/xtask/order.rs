//! Puts the functions of a WebAssembly file beside those that they are like. What compresses it sees
//! the last 32 KiB only, and the compiler's order is by crate: a tenth of what repeats is too far
//! away to be found.
//!
//! Runs after wasm-opt, and gives each function its place for a name: wasm-opt can order by names,
//! and drops them then.

use std::collections::{BTreeMap, HashMap};

use crate::module::{CODE, CUSTOM, FUNCTIONS, IMPORTS, Input, block, imported, number, sections};

/// Bytes that two functions have in common at least, to be alike.
const ALIKE: usize = 5;
/// What more functions than these have says nothing of any.
const COMMON: usize = 200;
/// How many functions before count, and how much less each than the one behind it.
const BEFORE: usize = 16;
const FADES: f64 = 0.9;

/// The module with its functions named by the places where they should be. `None` when it is not
/// one that we can read.
pub(crate) fn place(module: &[u8]) -> Option<Vec<u8>> {
    let sections = sections(module)?;
    let content = |id| sections.iter().find(|(found, _)| *found == id).map(|(_, content)| *content);
    let imported = content(IMPORTS).map_or(Some(0), imported)?;
    let mut code = Input(content(CODE)?);
    let count = code.number()?;
    let bodies = (0..count).map(|_| code.block()).collect::<Option<Vec<_>>>()?;
    let mut names = BTreeMap::new();
    for (place, function) in order(&bodies).into_iter().enumerate() {
        names.insert(imported + u32::try_from(function).ok()?, format!("{place:06}"));
    }
    let mut list = Vec::new();
    number(count, &mut list);
    for (index, name) in names {
        number(index, &mut list);
        block(name.as_bytes(), &mut list);
    }
    let mut named = b"\x04name".to_vec();
    named.push(FUNCTIONS);
    block(&list, &mut named);
    let mut output = module.get(..8)?.to_vec();
    let unnamed = |(id, content): &&(u8, &[u8])| *id != CUSTOM || !content.starts_with(b"\x04name");
    for (id, content) in sections.iter().filter(unnamed) {
        output.push(*id);
        block(content, &mut output);
    }
    output.push(CUSTOM);
    block(&named, &mut output);
    Some(output)
}

/// The largest first, then always the one that has most in common with the last ones.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let parts: Vec<Vec<&[u8]>> = bodies.iter().map(|body| parts(body)).collect();
    let mut holders: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (function, parts) in parts.iter().enumerate() {
        parts.iter().for_each(|part| holders.entry(part).or_default().push(function));
    }
    holders.retain(|_, holders| (2..COMMON).contains(&holders.len()));
    let weights = || std::iter::successors(Some(1.0), |weight| Some(weight * FADES)).take(BEFORE);
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    left.sort_by_key(|function| bodies[*function].len());
    let mut order: Vec<usize> = Vec::with_capacity(bodies.len());
    while !left.is_empty() {
        let mut likeness = vec![0.0; bodies.len()];
        for (last, weight) in order.iter().rev().zip(weights()) {
            for holders in parts[*last].iter().filter_map(|part| holders.get(part)) {
                let rare = weight / size(holders.len());
                holders.iter().for_each(|holder| likeness[*holder] += rare);
            }
        }
        // A long function has something in common with each.
        let alike =
            |function: usize| likeness[function] / (size(parts[function].len()) + 20.0).powf(0.7);
        let best = (0..left.len()).max_by(|a, b| alike(left[*a]).total_cmp(&alike(left[*b])));
        order.push(left.remove(best.unwrap_or_default()));
    }
    order
}

/// All runs of bytes of a body, each once.
fn parts(body: &[u8]) -> Vec<&[u8]> {
    let mut parts: Vec<&[u8]> = body.windows(ALIKE).collect();
    parts.sort_unstable();
    parts.dedup();
    parts
}

#[allow(clippy::cast_precision_loss, reason = "no file has as many as 2^53")]
const fn size(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_stands_beside_the_one_that_it_is_like() {
        let bodies: [&[u8]; 4] = [b"pay the shop", b"0123456789", b"pay the shops", b"0123456788"];
        assert_eq!(order(&bodies), [2, 0, 3, 1]);
    }

    #[test]
    fn each_function_gets_its_place_for_a_name() {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend([1, 4, 1, 0x60, 0, 0]); // types: one, without anything
        module.extend([3, 3, 2, 0, 0]); // functions
        module.extend([10, 10, 2, 3, 0, 0x01, 0x0b, 4, 0, 0x01, 0x01, 0x0b]);
        let placed = place(&module).unwrap();
        let names = b"\x04name\x01\x11\x02\0\x06000001\x01\x06000000";
        assert!(placed.ends_with(names), "{placed:x?}");
        assert_eq!(place(b"text"), None);
    }
}
