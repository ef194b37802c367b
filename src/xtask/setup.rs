//! Makes sure that all is there that a command needs, and installs what is not. Looks only, and
//! says nothing, when nothing is missing.

use std::path::{Path, PathBuf};

use crate::child::Child;
use crate::failure::Result;
use crate::screen::took;
use crate::tool::{self, Tool};
use crate::toolchain::{self, Toolchain};
use crate::{browser, kit, node};

/// What it takes to make WebAssembly.
pub(crate) struct Wasm {
    /// The compiler.
    pub(crate) toolchain: Toolchain,
    trunk: PathBuf,
    bindgen: PathBuf,
    /// `wasm-opt`. Always the one among the packages of tests/: Debian's 108 writes a table that
    /// cannot grow, so that wasm-bindgen's glue fails at its first line.
    pub(crate) optimiser: PathBuf,
}

impl Wasm {
    /// Makes a program find the compiler and the tools.
    pub(crate) fn dress(&self, child: Child) -> Child {
        let mut folders = vec![self.trunk.clone(), self.bindgen.clone()];
        folders.extend(self.toolchain.folders());
        self.toolchain.dress(child).path(&folders)
    }
}

/// `cargo xtask setup`: everything, and what there is.
pub(crate) fn run() -> Result<()> {
    let begun = std::time::Instant::now();
    let wasm = wasm()?;
    let node = node()?;
    let browser = browser()?;
    let kit = kit::folder()?;
    println!("wasm32 library  {}", wasm.toolchain.version);
    println!("trunk           {}", wasm.trunk.display());
    println!("wasm-bindgen    {}", wasm.bindgen.display());
    println!("wasm-opt        {}", wasm.optimiser.display());
    println!("node            {node}");
    println!("browser         {}", browser.display());
    println!("servers' SDKs   {}", kit.display());
    println!("Everything is here ({}).", took(begun.elapsed()));
    Ok(())
}

/// What `build` needs.
pub(crate) fn wasm() -> Result<Wasm> {
    let toolchain = library()?;
    let tools = [tool::trunk(), tool::bindgen()?];
    let found = tools.each_ref().map(Tool::find);
    let compiled = found.contains(&None);
    let mut folders = Vec::new();
    for (tool, found) in tools.iter().zip(found) {
        folders.push(found.map_or_else(|| tool.install(), Ok)?);
    }
    if compiled {
        tool::sweep()?;
    }
    let bindgen = folders.pop().unwrap_or_default();
    let trunk = folders.pop().unwrap_or_default();
    packages()?;
    Ok(Wasm { toolchain, trunk, bindgen, optimiser: node::program("wasm-opt") })
}

/// The wasm32 library alone, for lints.
pub(crate) fn library() -> Result<Toolchain> {
    if let Some(toolchain) = toolchain::find() {
        return Ok(toolchain);
    }
    let toolchain = toolchain::install()?;
    tool::sweep()?;
    Ok(toolchain)
}

/// Node alone, for the recorder's tests.
pub(crate) fn node() -> Result<String> {
    node::find().map_or_else(node::install, Ok)
}

/// The packages of tests/.
pub(crate) fn packages() -> Result<()> {
    node()?;
    let folder = Path::new("tests");
    if node::packages_fit(folder) { Ok(()) } else { node::install_packages(folder) }
}

/// A browser to test in, and what drives it.
pub(crate) fn browser() -> Result<PathBuf> {
    packages()?;
    browser::find().map_or_else(browser::install, Ok)
}
