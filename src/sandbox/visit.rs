//! Access to the accounts of a sandbox, one at a time.

use super::account_state::AccountState;
use super::api::Sandbox;
use super::envelope::ApiError;
use super::residence::Residence;
use super::state::Adopt;
use crate::settings::Target;

impl Sandbox {
    /// Runs an action on one account or zone. During the action, its state is in the fields of the sandbox's state.
    ///
    /// # Errors
    /// Returns the answer of the API to an unknown account if it does not exist. The action does not run then.
    pub(super) fn visit<T>(&mut self, target: &Target, action: impl FnOnce(&mut Self) -> T) -> Result<T, ApiError> {
        let unknown = || ApiError::new(403, 9109, "Unauthorized to access requested resource");
        match self.state.residence(target).ok_or_else(unknown)? {
            Residence::First => Ok(self.visit_first(action)),
            Residence::Listed(key) => {
                let mut account = self.state.accounts.remove(&key).unwrap_or_default();
                self.state.swap_first(&mut account);
                let result = action(self);
                self.state.swap_first(&mut account);
                self.state.accounts.insert(key, account);
                Ok(result)
            }
            Residence::Generated(key, organization) => Ok(self.visit_unwritten(key, organization.state(), action)),
            Residence::Unwritten(key) => Ok(self.visit_unwritten(key, self.state.unwritten(), action)),
        }
    }

    /// Runs an action on an account or zone that was never written, and lists it if its state changes.
    fn visit_unwritten<T>(&mut self, key: String, before: AccountState, action: impl FnOnce(&mut Self) -> T) -> T {
        let mut account = before.clone();
        self.state.swap_first(&mut account);
        let result = action(self);
        self.state.swap_first(&mut account);
        // An account that is only read needs no memory.
        if account != before {
            self.state.accounts.insert(key, account);
        }
        result
    }

    /// Runs an action on the first account or zone. Keeps its state before the first change, with which all others start.
    fn visit_first<T>(&mut self, action: impl FnOnce(&mut Self) -> T) -> T {
        if self.state.adopt != Adopt::Any || self.state.initial.is_some() {
            return action(self);
        }
        let before = self.state.first();
        let result = action(self);
        if self.state.first() != before {
            self.state.initial = Some(Box::new(before));
        }
        result
    }
}
