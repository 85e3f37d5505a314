//! A hermetic environment for the binary: only the variables that a test sets, and its own home and working folder.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value as Json;

/// The account of the example.
pub(crate) const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

/// A token that no output may show.
pub(crate) const TOKEN: &str = "hunter2-0123456789abcdefghijklmnopqrstuv";

/// The example that the README starts with.
pub(crate) const EXAMPLE: &str = include_str!("../../examples/org.yaml");

/// A folder with a home, and the variables that the program sees.
pub(crate) struct TestEnv {
    folder: tempfile::TempDir,
    variables: BTreeMap<String, String>,
}

impl TestEnv {
    /// An empty working folder.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("home")).unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        let home = folder.path().join("home").display().to_string();
        let variables = [("HOME", home.as_str()), ("COLUMNS", "100"), ("TZ", "UTC"), ("LANG", "C.UTF-8")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { folder, variables }
    }

    /// A working folder with the example as `org.yaml`.
    pub(crate) fn with_example() -> Self {
        Self::with_manifest(EXAMPLE)
    }

    /// A working folder with this `org.yaml`.
    pub(crate) fn with_manifest(text: &str) -> Self {
        let env = Self::new();
        env.write("org.yaml", text);
        env
    }

    /// Sets a variable.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A file in the working folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Replaces a text in a file, which must contain it.
    pub(crate) fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} does not contain {from}:\n{text}");
        self.write(name, &text.replace(from, to));
    }

    /// Creates the sandbox's state `state.json` with one read, and returns its text.
    pub(crate) fn seed(&self) -> String {
        let exported = self.run(&format!("export --sandbox=state.json --account-id {ACCOUNT}"));
        assert_eq!(exported.code, Some(0), "{exported}");
        self.read("state.json")
    }

    /// Prepares the program with these arguments, which are split at spaces, without starting it.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zerodrift"));
        command.args(arguments.split_whitespace()).env_clear().envs(&self.variables).current_dir(self.path(""));
        command
    }

    /// Runs the program without a terminal and with empty standard input.
    #[must_use = "a run that nobody looks at proves nothing"]
    pub(crate) fn run(&self, arguments: &str) -> CommandOutput {
        self.run_with_input(arguments, "")
    }

    /// Runs the program with this standard input.
    #[must_use = "a run that nobody looks at proves nothing"]
    pub(crate) fn run_with_input(&self, arguments: &str, input: &str) -> CommandOutput {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that does not read its input closes the pipe, which is not an error.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        self.finish(child)
    }

    /// Waits for a child of this environment, and returns its output.
    #[must_use = "a run that nobody looks at proves nothing"]
    pub(crate) fn finish(&self, child: Child) -> CommandOutput {
        let output = child.wait_with_output().unwrap();
        CommandOutput {
            document: String::from_utf8(output.stdout.clone()).unwrap(),
            stdout: self.scrub(&String::from_utf8(output.stdout).unwrap()),
            stderr: self.scrub(&String::from_utf8(output.stderr).unwrap()),
            code: output.status.code(),
        }
    }

    /// Replaces what differs from run to run: the folder, ports, fingerprints.
    pub(crate) fn scrub(&self, text: &str) -> String {
        // The word that ends a fence on GitHub is a hash of what it encloses.
        let word = text.split_once("::stop-commands::").and_then(|(_, rest)| rest.lines().next()).unwrap_or("\0");
        let text = text.replace(word, "[WORD]");
        let text = text.replace(&self.folder.path().display().to_string(), "[FOLDER]");
        let text = after(&text, "127.0.0.1:", "[PORT]", |character| character.is_ascii_digit());
        let text = after(&text, "zerodrift/backups/", "[BACKUP]", |character| {
            !character.is_whitespace() && !matches!(character, '"' | '`')
        });
        let text = after(&text, "sha256:", "[DIGEST]", |character| character.is_ascii_hexdigit());
        let is_time = |character: char| character.is_ascii_digit() || "-:TZ".contains(character);
        let text = after(&text, "alid until ", "[TIME]", is_time);
        let text = after(&text, "(until ", "[TIME]", is_time);
        after(&text, "<dt>Digest valid until</dt><dd>", "[TIME]", is_time)
    }
}

/// Replaces what follows a marker.
fn after(text: &str, marker: &str, hole: &str, belongs: impl Fn(char) -> bool) -> String {
    let mut pieces = text.split(marker);
    let mut scrubbed = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = piece.trim_start_matches(&belongs);
        let hole = if rest.len() < piece.len() { hole } else { "" };
        scrubbed.push_str(&format!("{marker}{hole}{rest}"));
    }
    scrubbed
}

/// The streams and the exit code of a run, for one snapshot.
pub(crate) struct CommandOutput {
    /// Standard output, unchanged.
    pub(crate) document: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The exit code; absent if a signal ended it.
    pub(crate) code: Option<i32>,
}

impl CommandOutput {
    /// Standard output, which must be exactly one JSON document.
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.document).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// Asserts the exit code, and shows all output if it is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Asserts that standard error contains these texts, ignoring line breaks.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        let said = unwrapped(&self.stderr);
        for part in parts {
            assert!(said.contains(part), "standard error does not contain `{part}`: {self}");
        }
        self
    }

    /// Asserts that standard output contains these texts, ignoring line breaks.
    #[track_caller]
    pub(crate) fn shows(self, parts: &[&str]) -> Self {
        let shown = unwrapped(&self.stdout);
        for part in parts {
            assert!(shown.contains(part), "standard output does not show `{part}`: {self}");
        }
        self
    }
}

/// A text on one line, with one space between words.
pub(crate) fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for CommandOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "------- stderr -------\n{}", self.stderr)?;
        }
        match self.code {
            Some(code) => writeln!(f, "[exit status: {code}]"),
            None => writeln!(f, "[ended by a signal]"),
        }
    }
}

/// `zerodrift sandbox` as a separate process. Dropping it ends the process.
pub(crate) struct SandboxProcess {
    child: Child,
    pub(crate) base_url: String,
}

impl SandboxProcess {
    /// Starts it with the state file `state.json`.
    pub(crate) fn start(env: &TestEnv, arguments: &str) -> Self {
        Self::serve(env, &format!("--state state.json {arguments}"))
    }

    /// Starts it, and waits until it prints its address.
    pub(crate) fn serve(env: &TestEnv, arguments: &str) -> Self {
        let mut command = env.command(&format!("sandbox {arguments}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().expect("the sandbox says where it is").unwrap();
        let base_url = first.strip_prefix("export CLOUDFLARE_BASE_URL=").expect("a line for the shell").to_owned();
        Self { child, base_url }
    }
}

impl Drop for SandboxProcess {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
