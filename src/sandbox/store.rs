//! The state file: read anew for each request, so that it can be edited while the sandbox runs; written whole or not at all.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::seed;
use super::state::State;
use crate::files::{self, FileAccess};

/// The largest state that is read, in bytes. It holds live documents several times, laid out for people.
const LARGEST: u64 = 64 * 1024 * 1024;

/// A state file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    path: PathBuf,
}

/// Why a state file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file cannot be read.
    #[error("cannot read the sandbox's state {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file holds something else. It is left as it is.
    #[error(
        "the sandbox's state {path} is broken at line {line}, column {column}: {reason}; mend it, or delete it to start anew"
    )]
    Broken {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The file cannot be written. What was there before is still there.
    #[error("cannot write the sandbox's state {path}: {source}")]
    Write {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Store {
    /// Opens a state file, and makes one with the seeded state where there is none.
    ///
    /// # Errors
    /// If the file is broken, which leaves it as it is, or if it cannot be read or made.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Self::open_or(path, seed::state)
    }

    /// Opens a state file, and makes one with this state where there is none.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_or(path: impl Into<PathBuf>, initial: impl FnOnce() -> State) -> Result<Self, StoreError> {
        let store = Self { path: path.into() };
        // Before anything is answered from a file that could not be written later.
        files::check_output(&store.path).map_err(|source| StoreError::Write { path: store.shown(), source })?;
        match store.load() {
            Err(StoreError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => store.save(&initial())?,
            other => drop(other?),
        }
        Ok(store)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the state.
    ///
    /// # Errors
    /// If the file cannot be read, or is no state; the message names line and column.
    pub fn load(&self) -> Result<State, StoreError> {
        let text =
            files::read(&self.path, LARGEST).map_err(|source| StoreError::Read { path: self.shown(), source })?;
        State::from_text(&text).map_err(|error| StoreError::Broken {
            path: self.shown(),
            line: error.line(),
            column: error.column(),
            reason: without_position(&error),
        })
    }

    /// Writes the state, whole or not at all, so that nobody ever reads half of it. The file keeps its mode and owner.
    ///
    /// # Errors
    /// If the file cannot be written; the old one is then still there.
    pub fn save(&self, state: &State) -> Result<(), StoreError> {
        self.replace(state).map_err(|source| StoreError::Write { path: self.shown(), source })
    }

    fn replace(&self, state: &State) -> std::io::Result<()> {
        files::replace(&self.path, state.to_text()?.as_bytes(), FileAccess::Umask, &[])
    }

    fn shown(&self) -> String {
        crate::text::path(&self.path)
    }
}

/// The message without the position at its end, which the error names in a field of its own.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]).to_owned()
}
