//! A sandbox in its own process, and a command with an isolated environment.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The program in a folder, with only `HOME` in its environment.
pub fn hermetic(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zerodrift"));
    command.env_clear().env("HOME", folder).current_dir(folder).stdin(Stdio::null());
    command
}

/// A sandbox with the state `state.json` in a folder. It ends with the test.
pub struct SandboxServer {
    child: Child,
    pub base_url: String,
}

impl SandboxServer {
    /// Starts it with some faults, and waits until it prints its address.
    pub fn start(folder: &Path, faults: &[&str]) -> Self {
        let mut command = hermetic(folder);
        command.args(["sandbox", "--state", "state.json"]);
        for fault in faults {
            command.args(["--fault", fault]);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let first = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
        let base_url = first.split_once('=').unwrap().1.to_owned();
        Self { child, base_url }
    }
}

impl Drop for SandboxServer {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
