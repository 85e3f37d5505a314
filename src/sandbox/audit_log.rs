//! The audit log of the account: every write of the organization, and who sent it.

use http::Method;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::api::{Handled, Sandbox};
use super::envelope;
use super::logged::{LoggedActor, LoggedWrite};
use super::route::{self, ApiResource};
use super::state::instant;
use crate::cloudflare::{Request, header};

/// The number of entries that the log keeps. Older ones are removed.
const KEPT: usize = 200;

impl Sandbox {
    /// Sets the time of the next entries of the audit log. Without it, their time is that of the sandbox's clock.
    pub(super) fn set_time(&mut self, now: Option<Timestamp>) {
        self.now = now;
    }

    /// Returns the time of a new entry, to the second, in RFC 3339.
    pub(super) fn log_time(&self) -> String {
        let now = self.now.and_then(|now| Timestamp::from_second(now.as_second()).ok());
        now.map_or_else(|| instant(self.state.clock), |now| now.to_string())
    }

    /// Returns the ray id of the current request. The clock makes it differ from those of earlier runs.
    pub(super) fn ray(&self) -> String {
        let writes = u64::try_from(self.state.clock).unwrap_or_default() << 20;
        format!("{:016x}", 0x8f00_0000_0000_0001_u64.wrapping_add(writes).wrapping_add(self.handled))
    }

    /// Returns the entry of a request without its outcome; `None` for a read.
    pub(super) fn draft(&self, call: &Request) -> Option<LoggedWrite> {
        let path = call.uri().path();
        let is_logged = matches!(route::resource_of(path), Some(ApiResource::Settings(_) | ApiResource::RevokeUser));
        if call.method() == Method::GET || !is_logged {
            return None;
        }
        Some(LoggedWrite {
            method: call.method().to_string(),
            path: path.splitn(6, '/').last().map(|rest| format!("/{rest}")).unwrap_or_default(),
            ray: self.ray(),
            user_agent: header(call.headers(), "user-agent").unwrap_or_default().to_owned(),
            actor: actor(call),
            request: String::from_utf8_lossy(call.body()).into_owned(),
            ..LoggedWrite::default()
        })
    }

    /// Adds an entry with the outcome of its request.
    pub(super) fn log_outcome(&mut self, draft: LoggedWrite, outcome: &Handled) {
        let (status, response) = match outcome {
            Ok((status, body)) => (*status, body.get("result").map(Json::to_string).unwrap_or_default()),
            Err(refusals) => (refusals.first().map_or(500, |one| one.status), envelope::failure(refusals).to_string()),
        };
        self.log(LoggedWrite { status, response, ..draft });
    }

    /// Adds an entry with the present time, and a ray id if it has none.
    pub(super) fn log(&mut self, entry: LoggedWrite) {
        // The ray id of a write that no request of this API caused.
        let ray =
            || format!("{:016x}", 0x9a00_0000_0000_0000_u64 + u64::try_from(self.state.clock).unwrap_or_default());
        let ray = if entry.ray.is_empty() { ray() } else { entry.ray };
        let entry = LoggedWrite { time: self.log_time(), ray, ..entry };
        self.state.audit_log.push(entry);
        let surplus = self.state.audit_log.len().saturating_sub(KEPT);
        self.state.audit_log.drain(..surplus);
    }
}

/// Returns the actor of a request: the user of an API key, or the token that the sandbox accepts.
fn actor(call: &Request) -> LoggedActor {
    let (email, context, token_name) = match header(call.headers(), "x-auth-email") {
        Some(email) => (email, "api_key", ""),
        None => ("deploy@widget.example", "api_token", "zerodrift apply"),
    };
    LoggedActor { email: email.to_owned(), context: context.to_owned(), token_name: token_name.to_owned() }
}
