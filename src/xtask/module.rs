//! Reads and writes WebAssembly's binary format, as far as our tools touch it.

// Of the sections of a module (WebAssembly Core Specification 2.0, 5.5).
pub(crate) const CUSTOM: u8 = 0;
pub(crate) const IMPORTS: u8 = 2;
pub(crate) const CODE: u8 = 10;
pub(crate) const DATA: u8 = 11;
/// Of the subsections of the custom section `name`: functions by index.
pub(crate) const FUNCTIONS: u8 = 1;

/// The sections, each with its kind. `None` of a file that is no module.
pub(crate) fn sections(module: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut input = Input(module.get(8..)?);
    let mut sections = Vec::new();
    while !input.0.is_empty() {
        sections.push((input.byte()?, input.block()?));
    }
    Some(sections)
}

/// How many functions are imported: they come first in the count of functions.
pub(crate) fn imported(section: &[u8]) -> Option<u32> {
    let mut input = Input(section);
    let mut functions = 0;
    for _ in 0..input.number()? {
        input.block()?;
        input.block()?;
        functions += u32::from(input.skip_import()? == 0);
    }
    Some(functions)
}

/// What is not read yet.
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    /// The next byte.
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number in LEB128.
    pub(crate) fn number(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// Bytes with their count before them.
    pub(crate) fn block(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (block, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(block)
    }

    /// The kind and the type of an import; returns the kind: 0 for a function.
    pub(crate) fn skip_import(&mut self) -> Option<u8> {
        let kind = self.byte()?;
        if kind == 0 {
            self.number()?;
        } else {
            self.skip_type(kind)?;
        }
        Some(kind)
    }

    /// The type of an imported table, memory or global.
    fn skip_type(&mut self, kind: u8) -> Option<()> {
        if kind != 2 {
            self.byte()?; // the type of what is in it
        }
        let flags = self.number()?;
        if kind != 3 {
            self.number()?;
            if flags & 1 == 1 {
                self.number()?;
            }
        }
        Some(())
    }
}

/// Writes a number in LEB128.
pub(crate) fn number(mut number: u32, output: &mut Vec<u8>) {
    while number > 0x7f {
        output.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    output.push(number.to_le_bytes()[0]);
}

/// Writes bytes with their count before them.
pub(crate) fn block(bytes: &[u8], output: &mut Vec<u8>) {
    // A file of 4 GB is none that a browser would load.
    number(u32::try_from(bytes.len()).unwrap_or(u32::MAX), output);
    output.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_size_come_back() {
        for wanted in [0, 127, 128, 16_384, u32::MAX] {
            let mut bytes = Vec::new();
            number(wanted, &mut bytes);
            assert_eq!(Input(&bytes).number(), Some(wanted));
        }
    }
}
