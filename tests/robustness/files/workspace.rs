//! A folder with a manifest, the state of a sandbox, and special files.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A manifest that differs from the sandbox's first state in one setting.
pub(crate) const MANIFEST: &str =
    "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h\n";

/// A manifest with something to fix.
pub(crate) const FIXABLE: &str = "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  is_ui_read_only: no\n";

/// The same, fixed.
pub(crate) const FIXED: &str =
    "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  is_ui_read_only: false\n";

pub(crate) struct Workspace {
    folder: tempfile::TempDir,
}

/// The exit code and output of a run.
pub(crate) struct RunOutput {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        let workspace = Self { folder: tempfile::tempdir().unwrap() };
        workspace.write("org.yaml", MANIFEST);
        assert_eq!(workspace.run("plan --sandbox=state.json").code, Some(0), "the first plan creates the state");
        workspace
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn secret(&self, name: &str) {
        self.write(name, "hunter2-0123456789abcdefghijklmnopqrstuv");
        self.chmod(name, 0o600);
    }

    pub(crate) fn chmod(&self, name: &str, mode: u32) {
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn mode(&self, name: &str) -> u32 {
        self.path(name).metadata().unwrap().permissions().mode() & 0o7777
    }

    /// The sorted names in a folder.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let names = std::fs::read_dir(self.path(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Asserts that no temporary file is left.
    pub(crate) fn assert_no_temporary_files(&self) {
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let name = entry.file_name().into_string().unwrap();
                assert!(!name.starts_with(".zerodrift-"), "{} was left behind", entry.path().display());
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                }
            }
        }
    }

    /// Creates one special file of each kind, and returns their names.
    pub(crate) fn special(&self) -> Vec<String> {
        std::fs::create_dir(self.path("folder")).unwrap();
        assert!(Command::new("mkfifo").arg(self.path("fifo")).status().unwrap().success());
        symlink("fifo", self.path("to-fifo")).unwrap();
        symlink("/dev/zero", self.path("to-zero")).unwrap();
        std::os::unix::net::UnixListener::bind(self.path("socket")).unwrap();
        let names = ["folder", "fifo", "socket", "to-fifo", "to-zero"].map(str::to_owned);
        names.into_iter().chain([self.device("zero", "5"), self.device("null", "3")]).collect()
    }

    /// A device. Root gets a copy, because a faulty program could replace the device of the system.
    fn device(&self, name: &str, minor: &str) -> String {
        let mut mknod = Command::new("mknod");
        let made = mknod.arg(self.path(name)).args(["c", "1", minor]).stderr(Stdio::null()).status();
        if made.is_ok_and(|status| status.success()) { name.to_owned() } else { format!("/dev/{name}") }
    }

    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zerodrift"));
        command.args(arguments.split_whitespace());
        self.prepare(command)
    }

    /// A script in which `$Z` is the program.
    pub(crate) fn script(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let mut command = self.prepare(command);
        command.env("Z", env!("CARGO_BIN_EXE_zerodrift")).env("PATH", std::env::var_os("PATH").unwrap());
        command
    }

    fn prepare(&self, mut command: Command) -> Command {
        command.env_clear().env("HOME", self.path("home")).env("COLUMNS", "160").current_dir(self.folder.path());
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> RunOutput {
        ended(&mut self.command(arguments))
    }
}

pub(crate) fn ended(command: &mut Command) -> RunOutput {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    RunOutput { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}
