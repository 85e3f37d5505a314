//! The emulated API: good enough to trust tests on, and to try the program without an account.
//!
//! The core is a state machine without I/O ([`Sandbox`]): an HTTP request goes in, an [`Answer`] comes out. What it refuses
//! and how it answers is read from the table of settings, so a new setting needs nothing here. Whatever is unsettled
//! about the real API is a switch of the [`Personality`]; what goes wrong on the way is a [`Fault`] in a script.
//!
//! - `state`, `store`, `seed`: what it remembers, the file that holds it, what it starts with
//! - `personality`, `named`, `fault`, `hostile`: how it behaves, and when it misbehaves
//! - `api`, `route`, `auth`, `exchange`, `envelope`: requests and answers
//! - `documents`: reads, updates and creations; `fields`, `rules`, `write`, `render`: what they are made of
//! - `late`: writes that take effect after their connection is gone
//! - `instance`: one sandbox that several callers share, in memory or in a file
//! - `transport`, `server`: the two ways to it, in the same process or through a loopback socket
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

mod api;
mod auth;
mod cuttable;
mod documents;
mod envelope;
mod exchange;
mod fault;
mod fields;
mod hostile;
mod instance;
mod late;
mod named;
mod near;
mod openapi;
pub mod personality;
mod render;
mod route;
mod rules;
mod seed;
mod server;
mod state;
mod store;
mod transport;
mod write;

#[cfg(test)]
mod tests;

pub use api::Sandbox;
pub use exchange::{Answer, Delivery, RecordedRequest};
pub use fault::{BodyFormat, Fault, FaultEndpoint, FaultError, Trouble};
pub use hostile::{Concurrent, Hostile, Moment, UnknownValues};
pub use instance::Instance;
pub use openapi::openapi;
pub use personality::{Personality, PersonalityError};
pub use seed::state as seeded;
pub use server::{Running, Server, ServerError};
pub use state::{
    Account, Adopt, CLOCK_START, FORMAT, Grant, Owner, PendingWrite, Permission, StaleDocument, State, TokenStatus,
    Tokens,
};
pub use store::{Store, StoreError};
pub use transport::{BASE_URL, SandboxTransport};
