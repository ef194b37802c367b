//! The collector as a program.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracelight-collector"));
    command.args(["--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"]);
    command
}

/// A running program; killed when a test fails.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) ready: String,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::within(arguments, &[])
    }

    /// One in an environment.
    pub(crate) fn within(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = command();
        command.args(arguments).envs(environment.iter().copied());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut ready).unwrap();
        Self { child, ready }
    }

    pub(crate) fn http(&self) -> &str {
        let (_, rest) = self.ready.split_once("http=").unwrap();
        rest.split(' ').next().unwrap()
    }

    #[cfg(unix)]
    pub(crate) fn signal(&mut self, name: &str) -> bool {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
        self.child.wait().unwrap().success()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
