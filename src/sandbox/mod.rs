//! The emulated API, for tests and for trying the program without an account.
//!
//! The core is a state machine without I/O ([`Sandbox`]): it turns an HTTP request into an [`Answer`]. Validation and
//! answers are derived from the table of settings, so a new setting needs no change here. Behaviour that Cloudflare has
//! not documented is a switch of the [`Personality`]; failures are a script of [`Fault`]s.
//!
//! - `state`, `account_state`, `residence`, `visit`: the state, that of one account, and access to one account
//! - `store`, `seed`: the file of the state, and the initial state
//! - `generated`, `generated_content`: any number of accounts whose names and states follow from a seed
//! - `personality`, `named`, `fault`, `fault_syntax`, `hostile`: undocumented behaviour, failures, and violations of the contract
//! - `quota`: the budget of requests
//! - `api`, `route`, `auth`, `exchange`, `envelope`: requests and answers
//! - `documents`: reads, updates and creations, with `fields`, `rules`, `write` and `render` as their parts
//! - `logged`, `audit_log`, `audit_page`: the log of all writes, and how it is read; `edit`: edits in the dashboard
//! - `late`: writes that are applied after their connection is closed
//! - `instance`: a sandbox that several callers share, in memory or in a file
//! - `transport`, `server`: access in the same process, or through a loopback socket
//!
//! ```
//! use serde_json::json;
//! use zerodrift::sandbox::{Personality, Sandbox, SandboxTransport, State};
//!
//! let state = State::with_organization(json!({"name": "Widget Corps", "auth_domain": "widget.cloudflareaccess.com"}));
//! let personality: Personality = "put=merge,durations=rewritten".parse()?;
//! let transport = SandboxTransport::new(Sandbox::new(state, personality));
//! # let _ = transport;
//! # Ok::<(), zerodrift::sandbox::PersonalityError>(())
//! ```

mod account_state;
mod api;
mod audit_log;
mod audit_page;
mod auth;
mod cuttable;
mod documents;
mod edit;
mod envelope;
mod exchange;
mod fault;
mod fault_syntax;
mod fields;
mod generated;
mod generated_content;
mod hostile;
mod instance;
mod late;
mod logged;
mod named;
mod near;
mod openapi;
pub mod personality;
mod quota;
mod render;
mod residence;
mod route;
mod rules;
mod seed;
mod server;
mod state;
mod store;
mod transport;
mod visit;
mod write;

#[cfg(test)]
mod tests;

pub use account_state::{Account, AccountState, StaleDocument};
pub use api::Sandbox;
pub use exchange::{Answer, Delivery, RecordedRequest};
pub use fault::{AffectedRequests, BodyFormat, Fault, FaultEndpoint, FaultKind};
pub use fault_syntax::FaultError;
pub use generated::{GeneratedOrganization, GeneratedSet};
pub use generated_content::{BASE_FILE, base_manifest};
pub use hostile::{Concurrent, Hostile, Moment, UnknownValues};
pub use instance::Instance;
pub use logged::{LoggedActor, LoggedWrite};
pub use openapi::openapi;
pub use personality::{Personality, PersonalityError};
pub use seed::state as seeded;
pub use server::{Server, ServerError};
pub use state::{Adopt, CLOCK_START, FORMAT, Grant, Owner, PendingWrite, Permission, State, TokenStatus, Tokens};
pub use store::{Store, StoreError};
pub use transport::{BASE_URL, SandboxTransport};
