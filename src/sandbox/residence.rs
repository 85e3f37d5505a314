//! Where the state of an account or zone is.

use super::account_state::{AccountState, key};
use super::generated::GeneratedOrganization;
use super::state::{Adopt, State};
use crate::settings::Target;

/// Where the state of an account or zone is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Residence {
    /// In the fields of [`State`].
    First,
    /// In [`State::accounts`], under this key.
    Listed(String),
    /// Nowhere: it was never written, and is generated. The key is that under which it will be listed.
    Generated(String, GeneratedOrganization),
    /// Nowhere: it was never written. The key is that under which it will be listed.
    Unwritten(String),
}

impl State {
    /// Returns the state of an account or zone, as requests read it; `None` if it does not exist.
    pub fn account_state(&self, target: &Target) -> Option<AccountState> {
        Some(match self.residence(target)? {
            Residence::First => self.first(),
            Residence::Listed(key) => self.accounts.get(&key)?.clone(),
            Residence::Generated(_, organization) => organization.state(),
            Residence::Unwritten(_) => self.unwritten(),
        })
    }

    /// Returns where the state of an account or zone is; `None` if it does not exist.
    pub(super) fn residence(&self, target: &Target) -> Option<Residence> {
        let key = key(target);
        if self.target.as_ref() == Some(target) {
            Some(Residence::First)
        } else if self.accounts.contains_key(&key) {
            Some(Residence::Listed(key))
        } else if let Some(organization) = self.generated.and_then(|set| set.find(target)) {
            Some(Residence::Generated(key, organization))
        } else if self.target.is_none() && self.adopt != Adopt::Listed {
            Some(Residence::First)
        } else {
            (self.adopt == Adopt::Any).then_some(Residence::Unwritten(key))
        }
    }

    /// Returns the state of an account or zone that was never written.
    pub(super) fn unwritten(&self) -> AccountState {
        self.initial.as_deref().cloned().unwrap_or_else(|| self.first())
    }

    /// Returns the state of the first account or zone.
    pub(super) fn first(&self) -> AccountState {
        AccountState {
            organization: self.organization.clone(),
            doh: self.doh.clone(),
            account: self.account.clone(),
            stale: self.stale.clone(),
            audit_log: self.audit_log.clone(),
        }
    }

    /// Exchanges the state of the first account or zone for another.
    pub(super) fn swap_first(&mut self, other: &mut AccountState) {
        let AccountState { organization, doh, account, stale, audit_log } = other;
        std::mem::swap(&mut self.organization, organization);
        std::mem::swap(&mut self.doh, doh);
        std::mem::swap(&mut self.account, account);
        std::mem::swap(&mut self.stale, stale);
        std::mem::swap(&mut self.audit_log, audit_log);
    }
}
