//! Makes the unpacked extension: Trunk's site beside what is in extension/ and the manifest.

use std::path::{Path, PathBuf};

use crate::child::Child;
use crate::command::Plan;
use crate::failure::{Failure, Result};
use crate::{files, manifest, node, setup, site};

const SOURCE: &str = "extension";
/// How terser is called. All parts of a script share one scope, which nobody else sees; web-vitals'
/// private fields begin with `_`.
const SHRINK: &[&str] = &[
    "--ecma",
    "2022",
    "--enclose",
    "--compress",
    "passes=4,pure_getters,unsafe_arrows",
    "--mangle",
    "--mangle-props",
    "regex=/^_./",
];
/// What is called at every start of a page, V8 compiles at once where the script says so: of the
/// relay it is most, and to find each out by itself took 2 ms.
const EAGER: &[&str] = &["--format", "preamble='//# allFunctionsCalledOnLoad'"];
const LOCK: &str = "target/wasm/extension.lock";

/// The scripts that run in traced pages, each with what it is made of. What runs in the same world
/// is one script: it is loaded at once and shrinks better. The recorder's parts wait for requests.
const PAGE_SCRIPTS: &[(&str, &[&str], &[&str])] = &[
    ("recorder.js", &["recorder.js"], &[]),
    ("relay.js", &["witness.js", "toast.js", "relay.js"], EAGER),
    ("meta.js", &["meta.js"], &[]),
    ("body.js", &["body.js"], &[]),
];
/// The one that uses a package, and how it is made one script with what it uses of that.
const BUNDLED: &str = "witness.js";
const BUNDLE: &str = "tests/rollup.config.mjs";
/// The package's licence goes where its code goes.
const LICENCE: (&str, &str) = ("tests/node_modules/web-vitals/LICENSE", "web-vitals.txt");

/// `cargo xtask build`.
pub(crate) fn build_for_user(plan: &Plan) -> Result<()> {
    let folder = Path::new("dist").join(plan.browser.name());
    build(plan, &folder)?;
    println!("{}", folder.display());
    Ok(())
}

/// The extension for demo and tests. It has access to every local site, so it is kept apart from
/// the one in dist/, which somebody may load into the browser they live in.
pub(crate) fn build_for_tests() -> Result<PathBuf> {
    // Browsers take every name below `localhost` for this machine.
    let local = ["http://127.0.0.1/*", "*://*.localhost/*", "ws://127.0.0.1/*"].map(str::to_owned);
    let plan = Plan { host_access: local.to_vec(), ..Plan::default() };
    let folder = PathBuf::from("target/extension/chrome");
    build(&plan, &folder)?;
    folder.canonicalize().map_err(|error| Failure::file("find", &folder, &error))
}

fn build(plan: &Plan, folder: &Path) -> Result<()> {
    let wasm = setup::wasm()?;
    // Two builds at the same time would mix their files.
    let _alone = files::lock(Path::new(LOCK))?;
    site::make(&wasm)?;
    let fresh = folder.with_extension("new");
    files::remove(&fresh)?;
    files::copy(Path::new(site::FOLDER), &fresh, &[])?;
    files::copy(Path::new(SOURCE), &fresh, &["app.html"])?;
    shrink_scripts(&fresh)?;
    let (licence, name) = (Path::new(LICENCE.0), LICENCE.1);
    std::fs::copy(licence, fresh.join(name))
        .map_err(|error| Failure::file("copy", licence, &error))?;
    manifest::write(plan, &fresh.join("manifest.json"))?;
    // At the end and at once: a browser may be running with the old one.
    files::replace(folder, &fresh)
}

/// Takes comments, white space and long names out of what every traced page has to parse.
fn shrink_scripts(folder: &Path) -> Result<()> {
    let rollup =
        Child::new(node::program("rollup")).args(["--silent", "--config", BUNDLE, "--file"]);
    rollup.args([folder.join(BUNDLED)]).run("bundle web-vitals")?;
    for (script, parts, how) in PAGE_SCRIPTS {
        let parts = parts.iter().map(|part| folder.join(part));
        let terser = Child::new(node::program("terser")).args(parts.clone());
        let terser = terser.args(SHRINK).args(*how).args(["--output"]).args([folder.join(script)]);
        terser.run(&format!("shrink {script}"))?;
        parts.filter(|part| !part.ends_with(script)).try_for_each(|part| files::remove(&part))?;
    }
    Ok(())
}
