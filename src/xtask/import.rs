//! Gives what a WebAssembly file imports short names. wasm-bindgen's have a hash each, which nothing
//! compresses, and both sides of a name are files that we build.

use crate::module::{IMPORTS, Input, block, number, sections};

/// The module and its script with the functions that one imports from the other renamed. `None` when
/// it is not a module that we can read.
pub(crate) fn shorten(module: &[u8], script: &str) -> Option<(Vec<u8>, String)> {
    let mut output = module.get(..8)?.to_vec();
    let mut script = script.to_owned();
    for (id, content) in sections(module)? {
        output.push(id);
        if id == IMPORTS {
            block(&rename(content, &mut script)?, &mut output);
        } else {
            block(content, &mut output);
        }
    }
    Some((output, script))
}

/// A section of imports, each named by its place.
fn rename(section: &[u8], script: &mut String) -> Option<Vec<u8>> {
    let mut input = Input(section);
    let count = input.number()?;
    let mut output = Vec::new();
    number(count, &mut output);
    for place in 0..count {
        block(input.block()?, &mut output);
        let name = std::str::from_utf8(input.block()?).ok()?;
        let short = format!("i{place}");
        *script = replace(script, name, &short);
        block(short.as_bytes(), &mut output);
        let all = input.0;
        input.skip_import()?;
        output.extend_from_slice(all.get(..all.len() - input.0.len())?);
    }
    Some(output)
}

/// Replaces a name where it stands alone.
fn replace(script: &str, name: &str, short: &str) -> String {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut replaced = String::with_capacity(script.len());
    let mut rest = script;
    while let Some((before, after)) = rest.split_once(name) {
        let alone = !before.ends_with(part) && !after.starts_with(part);
        replaced.push_str(before);
        replaced.push_str(if alone { short } else { name });
        rest = after;
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_an_import_have_its_short_name() {
        let mut section = Vec::new();
        number(2, &mut section);
        for (name, kind) in [("__wbg_now_41e9", [0, 7]), ("__wbg_now_41e9ee", [0, 0x7f])] {
            block(b"./x.js", &mut section);
            block(name.as_bytes(), &mut section);
            section.extend(kind);
        }
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.push(IMPORTS);
        block(&section, &mut module);
        let script = "{__wbg_now_41e9: a, __wbg_now_41e9ee: b, my__wbg_now_41e9: c}";
        let (module, script) = shorten(&module, script).unwrap();
        assert_eq!(script, "{i0: a, i1: b, my__wbg_now_41e9: c}");
        let wanted = b"\0asm\x01\0\0\0\x02\x19\x02\x06./x.js\x02i0\0\x07\x06./x.js\x02i1\0\x7f";
        assert_eq!(module, wanted);
        assert_eq!(shorten(b"text", ""), None);
    }
}
