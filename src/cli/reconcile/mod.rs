//! From a manifest to a verified write: what `plan`, `drift`, `apply` and `rollback` share.
//!
//! - `planning`: manifest, target and live state → plan; `decisions`: its reasons, for the log
//! - `comparison`: the result of `plan` and `drift`
//! - `prepared`: what an apply needs of one organization; `apply_set`: several organizations in one apply
//! - `selection`: the manifests of a run of several; `compare_set`: each of them compared on its own
//! - `saved`: saved plans and digests
//! - `approval`: consent and approval at a prompt
//! - `carry_out`: an approved plan → writes and their verification
//! - `history`: backups and the audit log

pub(crate) mod apply_set;
pub(crate) mod approval;
pub(crate) mod carry_out;
pub(crate) mod compare_set;
pub(crate) mod comparison;
mod decisions;
pub(crate) mod history;
pub(crate) mod planning;
pub(crate) mod prepared;
pub(crate) mod saved;
pub(crate) mod selection;
pub(crate) mod who;
