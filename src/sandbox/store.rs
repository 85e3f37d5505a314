//! The state file. It is read for each request, so that it can be edited while the sandbox runs, and written atomically.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::seed;
use super::state::State;
use crate::files::{self, FileAccess};

/// The maximum size of a state file in bytes. It may contain several live documents, indented.
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
    #[error("cannot read the sandbox state {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The file is not a valid state. It is not changed.
    #[error(
        "cannot read the sandbox state {path}: line {line}, column {column}: {reason}; fix it, or delete it to start again"
    )]
    Invalid {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// The file cannot be written. It is not changed.
    #[error("cannot write the sandbox state {path}: {source}")]
    Write {
        /// The file.
        path: String,
        /// The error of the operating system.
        source: std::io::Error,
    },
}

impl Store {
    /// Opens a state file. Creates it with the seeded state if it does not exist.
    ///
    /// # Errors
    /// Returns an error if the file is invalid, or cannot be read or created.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Self::open_or(path, || seed::state_at(Timestamp::now()))
    }

    /// Opens a state file. Creates it with a given state if it does not exist.
    ///
    /// # Errors
    /// Returns the errors of [`Store::open`].
    pub fn open_or(path: impl Into<PathBuf>, initial: impl FnOnce() -> State) -> Result<Self, StoreError> {
        let store = Self { path: path.into() };
        // Fail now rather than after the first answers, if the file cannot be written.
        files::check_output(&store.path).map_err(|source| StoreError::Write { path: store.shown(), source })?;
        match store.load() {
            Err(StoreError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => store.save(&initial())?,
            other => drop(other?),
        }
        Ok(store)
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the state.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not a valid state. The message names line and column.
    pub fn load(&self) -> Result<State, StoreError> {
        let text =
            files::read(&self.path, LARGEST).map_err(|source| StoreError::Read { path: self.shown(), source })?;
        State::from_text(&text).map_err(|error| StoreError::Invalid {
            path: self.shown(),
            line: error.line(),
            column: error.column(),
            reason: without_position(&error),
        })
    }

    /// Writes the state atomically. The file keeps its mode and owner.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written. It is then unchanged.
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

/// Returns the message without the position at its end, which is a separate field of the error.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]).to_owned()
}
