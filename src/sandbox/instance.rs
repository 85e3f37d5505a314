//! A sandbox in use: the pure state machine, shared, with or without a file behind it.

use std::sync::{Arc, Mutex, PoisonError};

use super::api::Sandbox;
use super::exchange::{Answer, RecordedRequest};
use super::fault::Fault;
use super::personality::Personality;
use super::state::State;
use super::store::{Store, StoreError};
use crate::cloudflare::Request;

/// A sandbox that several callers share. Clones are the same sandbox.
#[derive(Debug, Clone)]
pub struct Instance(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    sandbox: Sandbox,
    store: Option<Store>,
    /// How it behaves in place of what its state says.
    personality: Option<Personality>,
}

impl From<Sandbox> for Instance {
    /// A sandbox that lives in memory.
    fn from(sandbox: Sandbox) -> Self {
        Self(Arc::new(Mutex::new(Inner { sandbox, store: None, personality: None })))
    }
}

impl TryFrom<Store> for Instance {
    type Error = StoreError;

    /// A sandbox that lives in a file.
    fn try_from(store: Store) -> Result<Self, StoreError> {
        Self::armed(store, None, Vec::new())
    }
}

impl Instance {
    /// A sandbox that lives in a file and, as long as it lives, behaves in another way than the file says: with another
    /// personality, and with faults before those of the file. The file does not keep either.
    ///
    /// # Errors
    /// If the file cannot be read, or is broken.
    pub fn armed(store: Store, personality: Option<Personality>, faults: Vec<Fault>) -> Result<Self, StoreError> {
        let sandbox = Sandbox::from_state(store.load()?).with_script(faults);
        Ok(Self(Arc::new(Mutex::new(Inner { sandbox, store: Some(store), personality }))))
    }

    /// Answers one request. With a file: reads it first, and writes it when something changed.
    ///
    /// # Errors
    /// If the file cannot be read, or is broken, or cannot be written.
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

    /// Every request so far, in order.
    pub fn calls(&self) -> Vec<RecordedRequest> {
        self.with(|inner| inner.sandbox.calls().to_vec())
    }

    /// Every request so far that asked for a change.
    pub fn writes(&self) -> Vec<RecordedRequest> {
        self.with(|inner| inner.sandbox.writes().cloned().collect())
    }

    /// What the sandbox remembers.
    ///
    /// # Errors
    /// If its file cannot be read, or is broken.
    pub fn state(&self) -> Result<State, StoreError> {
        self.with(|inner| {
            inner.reload()?;
            Ok(inner.sandbox.state().clone())
        })
    }

    /// Changes what the sandbox remembers, behind everyone's back.
    ///
    /// # Errors
    /// If its file cannot be read, or is broken, or cannot be written.
    pub fn change(&self, change: impl FnOnce(&mut State)) -> Result<(), StoreError> {
        self.with(|inner| inner.update(|sandbox| change(sandbox.state_mut())))
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Inner) -> T) -> T {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    /// Uses the sandbox with what the file says now. A use that changes nothing, as most reads, leaves the file alone.
    fn update<T>(&mut self, use_it: impl FnOnce(&mut Sandbox) -> T) -> Result<T, StoreError> {
        self.reload()?;
        let before = self.store.is_some().then(|| self.sandbox.state().clone());
        let result = use_it(&mut self.sandbox);
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
