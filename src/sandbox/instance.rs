//! A sandbox that several callers share, in memory or in a state file.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value as Json;

use super::api::Sandbox;
use super::exchange::{Answer, RecordedRequest};
use super::fault::Fault;
use super::personality::Personality;
use super::state::State;
use super::store::{Store, StoreError};
use crate::cloudflare::Request;
use crate::settings::{Setting, Target};

/// A sandbox that several callers share. Clones are the same sandbox.
#[derive(Debug, Clone)]
pub struct Instance(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    sandbox: Sandbox,
    store: Option<Store>,
    /// The personality that replaces that of the state.
    personality: Option<Personality>,
}

impl From<Sandbox> for Instance {
    /// Creates an instance that keeps its state in memory.
    fn from(sandbox: Sandbox) -> Self {
        Self(Arc::new(Mutex::new(Inner { sandbox, store: None, personality: None })))
    }
}

impl TryFrom<Store> for Instance {
    type Error = StoreError;

    /// Creates an instance that keeps its state in a file.
    fn try_from(store: Store) -> Result<Self, StoreError> {
        Self::with_overrides(store, None, Vec::new())
    }
}

impl Instance {
    /// Creates an instance that keeps its state in a file, with a personality that replaces that of the file and faults
    /// that apply before those of the file. Neither is written to the file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is invalid.
    pub fn with_overrides(
        store: Store,
        personality: Option<Personality>,
        faults: Vec<Fault>,
    ) -> Result<Self, StoreError> {
        let sandbox = Sandbox::from_state(store.load()?).with_script(faults);
        Ok(Self(Arc::new(Mutex::new(Inner { sandbox, store: Some(store), personality }))))
    }

    /// Answers one request. Reads the state file before, and writes it if the state changed.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is invalid, or cannot be written.
    pub fn handle(&self, call: &Request) -> Result<Answer, StoreError> {
        self.with(|inner| {
            let personality = inner.personality;
            inner.update(|sandbox| {
                let own = sandbox.state().personality;
                sandbox.state_mut().personality = personality.unwrap_or(own);
                let answer = sandbox.handle(call);
                sandbox.state_mut().personality = own;
                answer
            })
        })
    }

    /// Returns all requests so far, in order.
    pub fn calls(&self) -> Vec<RecordedRequest> {
        self.with(|inner| inner.sandbox.calls().to_vec())
    }

    /// Returns all write requests so far, in order.
    pub fn writes(&self) -> Vec<RecordedRequest> {
        self.with(|inner| inner.sandbox.writes().cloned().collect())
    }

    /// Returns the current state.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is invalid.
    pub fn state(&self) -> Result<State, StoreError> {
        self.with(|inner| {
            inner.reload()?;
            Ok(inner.sandbox.state().clone())
        })
    }

    /// Changes the state without a request.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is invalid, or cannot be written.
    pub fn change(&self, change: impl FnOnce(&mut State)) -> Result<(), StoreError> {
        self.with(|inner| inner.update(|sandbox| change(sandbox.state_mut())))
    }

    /// Changes settings as a person does in the dashboard. See [`Sandbox::edit`], which returns the inner error.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is invalid, or cannot be written.
    pub fn edit(
        &self,
        target: Option<&Target>,
        settings: &[(Setting, Json)],
        email: &str,
    ) -> Result<Result<(), String>, StoreError> {
        self.with(|inner| inner.update(|sandbox| sandbox.edit(target, settings, email)))
    }

    fn with<T>(&self, action: impl FnOnce(&mut Inner) -> T) -> T {
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    /// Runs an action on the sandbox with the current content of the file. Writes the file only if the state changed.
    fn update<T>(&mut self, action: impl FnOnce(&mut Sandbox) -> T) -> Result<T, StoreError> {
        self.reload()?;
        let before = self.store.is_some().then(|| self.sandbox.state().clone());
        // A state file is used over days, so its audit log has real times.
        self.sandbox.set_time(self.store.is_some().then(Timestamp::now));
        let result = action(&mut self.sandbox);
        match (&self.store, before) {
            (Some(store), Some(before)) if before != *self.sandbox.state() => store.save(self.sandbox.state())?,
            _ => {}
        }
        Ok(result)
    }

    fn reload(&mut self) -> Result<(), StoreError> {
        if let Some(store) = &self.store {
            *self.sandbox.state_mut() = store.load()?;
        }
        Ok(())
    }
}
