//! Where the messages of spans lie: in blocks of bytes, of which some came whole and one is being
//! written. Blocks rather than one list, so that growing copies nothing and asks for no twice as
//! much; what came as a file stays where it is.

use crate::wire::{Fields, Out};

/// A block that is written into is left for a new one at this size.
const BLOCK: usize = 1 << 20;
/// What a message may take beyond that before the block moves.
const SLACK: usize = 1 << 14;

/// Bytes by address. An address counts through all blocks; 32 bits of it are as many as
/// WebAssembly has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arena {
    blocks: Vec<Vec<u8>>,
    /// The address of each block's first byte.
    begins: Vec<u32>,
    /// The address behind all that is sealed.
    sealed: u32,
    /// The block that is being written, behind all others.
    pub(crate) open: Out,
}

impl Arena {
    /// Takes in bytes as they are: the address of the first. `None` when there are more than
    /// addresses.
    pub(crate) fn adopt(&mut self, bytes: Vec<u8>) -> Option<u32> {
        self.seal()?;
        let address = self.sealed;
        self.sealed = address.checked_add(u32::try_from(bytes.len()).ok()?)?;
        self.blocks.push(bytes);
        self.begins.push(address);
        Some(address)
    }

    /// Gives the block up that was adopted last.
    pub(crate) fn disown(&mut self) {
        if self.open.bytes.is_empty()
            && let Some(begin) = self.begins.pop()
        {
            self.blocks.pop();
            self.sealed = begin;
        }
    }

    /// Closes the block that is being written.
    fn seal(&mut self) -> Option<()> {
        let bytes = std::mem::take(&mut self.open.bytes);
        if !bytes.is_empty() {
            self.begins.push(self.sealed);
            self.sealed = self.sealed.checked_add(u32::try_from(bytes.len()).ok()?)?;
            self.blocks.push(bytes);
        }
        Some(())
    }

    /// Begins a message: its address, and what [`end`](Self::end) wants.
    pub(crate) fn begin(&mut self) -> Option<(u32, usize)> {
        if self.open.bytes.len() >= BLOCK {
            self.seal()?;
        }
        if self.open.bytes.capacity() == 0 {
            self.open.bytes.reserve_exact(if self.blocks.is_empty() {
                SLACK
            } else {
                BLOCK + SLACK
            });
        }
        let address = self.sealed.checked_add(u32::try_from(self.open.bytes.len()).ok()?)?;
        Some((address, self.open.begin_length()))
    }

    /// Ends the message.
    pub(crate) fn end(&mut self, begin: usize) {
        self.open.end(begin);
    }

    /// Takes a message back that was begun, and all behind it.
    pub(crate) fn forget(&mut self, begin: usize) {
        self.open.bytes.truncate(begin);
    }

    /// The message whose length stands at an address; empty when there is none.
    pub(crate) fn message(&self, address: u32) -> &[u8] {
        let after = self.begins.partition_point(|begin| *begin <= address);
        let (block, begin) = match after.checked_sub(1) {
            _ if address >= self.sealed => (&self.open.bytes, self.sealed),
            Some(at) => (&self.blocks[at], self.begins[at]),
            None => return &[],
        };
        let bytes = block.get((address - begin) as usize..).unwrap_or_default();
        Fields::new(bytes).prefixed().unwrap_or_default()
    }

    /// A block that was adopted at an address.
    pub(crate) fn block(&self, address: u32) -> &[u8] {
        let at = self.begins.binary_search(&address).ok();
        at.and_then(|at| self.blocks.get(at)).map_or(&[], Vec::as_slice)
    }

    /// All bytes that it keeps.
    pub(crate) fn size(&self) -> usize {
        self.blocks.iter().map(Vec::capacity).sum::<usize>() + self.open.bytes.capacity()
    }
}
