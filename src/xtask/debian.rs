//! Installs Debian's packages, where there is an `apt-get` and the right to use it. Never removes
//! one, never asks for a password.

use crate::child::{Child, which};
use crate::failure::{Failure, Result};
use crate::screen::Step;

/// Installs packages. The error says what to type where we may not.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let by_hand = format!("sudo apt-get install {}", packages.join(" "));
    if which("apt-get").is_none() {
        return Err(Failure::new("this system has no apt-get"));
    }
    if !root() && Child::new("sudo").args(["-n", "true"]).ask().is_none() {
        return Err(Failure::new(format!("only an administrator may: {by_hand}")));
    }
    let mut step = Step::begin(format!("apt-get install {}", packages[0]));
    // Lists that are missing name no package, and old ones an old browser, which is another browser:
    // Chromium 148 wakes no worker for what one tab asks for. Where none can be fetched, those have to do.
    let _lists_may_be_old = privileged(&["update"]).watch(&mut step)?.ok;
    let report = apt(packages).watch(&mut step)?;
    if report.ok {
        step.done(&packages.join(" "));
        return Ok(());
    }
    step.missed("there may be another way");
    Err(Failure::new(format!("{by_hand}\nfailed. It said:\n{}", report.tail())))
}

fn apt(packages: &[&str]) -> Child {
    // Without --no-remove, a Rust from Debian would silently be exchanged for another.
    let fixed = ["install", "--yes", "--no-install-recommends", "--no-remove"];
    privileged(&[&fixed, packages].concat())
}

fn privileged(args: &[&str]) -> Child {
    let child = if root() {
        Child::new("apt-get")
    } else {
        Child::new("sudo").args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
    };
    child.args(args).env("DEBIAN_FRONTEND", "noninteractive")
}

fn root() -> bool {
    Child::new("id").args(["-u"]).ask().is_some_and(|id| id == "0")
}
