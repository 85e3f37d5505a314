//! A sandbox that several callers share, in memory or in a state file.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value as Json;
use tokio::time::Instant;

use super::api::Sandbox;
use super::exchange::{Answer, RecordedRequest};
use super::fault::Fault;
use super::personality::Personality;
use super::quota::Quota;
use super::state::State;
use super::store::{Store, StoreError};
use crate::cloudflare::{Rate, Request};
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
    /// The budget of requests, if there is one.
    quota: Option<Quota>,
}

impl From<Sandbox> for Instance {
    /// Creates an instance that keeps its state in memory.
    fn from(sandbox: Sandbox) -> Self {
        Self::of(sandbox, None)
    }
}

impl TryFrom<Store> for Instance {
    type Error = StoreError;

    /// Creates an instance that keeps its state in a file.
    fn try_from(store: Store) -> Result<Self, StoreError> {
        let sandbox = Sandbox::from_state(store.load()?);
        Ok(Self::of(sandbox, Some(store)))
    }
}

impl Instance {
    fn of(sandbox: Sandbox, store: Option<Store>) -> Self {
        Self(Arc::new(Mutex::new(Inner { sandbox, store, personality: None, quota: None })))
    }

    /// Sets a personality that replaces that of the state, and faults that apply before those of the state. Neither is
    /// written to a state file.
    #[must_use]
    pub fn with_overrides(self, personality: Option<Personality>, faults: Vec<Fault>) -> Self {
        self.with(|inner| {
            inner.personality = personality;
            inner.sandbox.set_script(faults);
        });
        self
    }

    /// Sets a budget of requests, which the `Ratelimit` headers report. A request beyond it is answered with 429, and so is
    /// every further one for the time of the rate.
    #[must_use]
    pub fn with_budget(self, rate: Rate) -> Self {
        self.with(|inner| inner.quota = Some(Quota::new(rate, Instant::now())));
        self
    }

    /// Stops recording requests, so that the memory does not grow with their number. [`calls`](Self::calls) is empty then.
    #[must_use]
    pub fn without_recording(self) -> Self {
        self.with(|inner| inner.sandbox.stop_recording());
        self
    }

    /// Answers one request. Reads the state file before, and writes it if the state changed.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is invalid, or cannot be written.
    pub fn handle(&self, call: &Request) -> Result<Answer, StoreError> {
        self.with(|inner| {
            let personality = inner.personality;
            let charge = inner.quota.as_mut().map(|quota| quota.charge(Instant::now()));
            inner.update(|sandbox| {
                let own = sandbox.state().personality;
                sandbox.state_mut().personality = personality.unwrap_or(own);
                let answer = sandbox.handle_charged(call, charge);
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
