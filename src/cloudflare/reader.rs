//! The client that reads. It has no method that writes, and cannot be converted to a client that has one.

use std::pin::pin;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::error::{Call, ConfigError, Error, ErrorKind};
use super::exchange::{Answered, Exchange};
use super::pace::Pace;
use super::probe::{TokenCheck, TokenOwner};
use super::request;
use super::retry::Policy;
use super::transport::Transport;
use crate::json::JsonText;
use crate::live::{Document, DocumentError, Live, Slot};
use crate::settings::{Endpoint, Scope, Target, is_blank};

/// Reads organizations. All methods send only GET requests.
///
/// A plan has a `Reader` and not a [`Writer`](super::Writer), so it cannot write by mistake:
///
/// ```compile_fail,E0599
/// # async fn plan(reader: zerodrift::cloudflare::Reader, target: zerodrift::settings::Target) {
/// reader.update_organization(&target, &serde_json::Map::new()).await;
/// # }
/// ```
#[derive(Clone)]
pub struct Reader {
    pub(super) exchange: Exchange,
}

impl Reader {
    /// Creates a reader that uses a transport.
    pub fn new(transport: Arc<dyn Transport>, policy: Policy) -> Self {
        Self { exchange: Exchange::new(transport, policy) }
    }

    /// Returns it with a share in the budget of the process: a request waits until the budget allows it.
    #[must_use]
    pub fn paced(self, pace: &Pace) -> Self {
        Self { exchange: self.exchange.paced(pace) }
    }

    /// Returns the base URL that it reads from.
    pub fn base_url(&self) -> &str {
        self.exchange.base_url()
    }

    /// Reads the organization object.
    ///
    /// Returns [`Slot::Absent`] only if the API answers "not enabled" (code 9999 or its message), with any status. A 404, a null
    /// result or any other 403 does not prove that there is no organization.
    ///
    /// # Errors
    /// Returns an [`Error`] if the object cannot be read, including the cases above.
    pub async fn organization(&self, target: &Target) -> Result<Slot, Error> {
        let Some(answered) = absent(self.exchange.call(&request::get(target)).await)? else { return Ok(Slot::Absent) };
        let document = document(&answered, Endpoint::Organization)?;
        // Every organization has an auth_domain. A write based on an empty document could lose settings.
        match document.filter(|document| !document.fields.is_empty()) {
            Some(document) => Ok(Slot::Present(document)),
            None => Err(mismatch(answered.call, answered.envelope.result.as_ref(), "an organization")),
        }
    }

    /// Reads the DoH object. A missing, null or empty result is a document without fields: DoH was never configured.
    ///
    /// # Errors
    /// Returns an [`Error`] if the target is a zone, or if the object cannot be read.
    pub async fn doh(&self, target: &Target) -> Result<Slot, Error> {
        if target.scope == Scope::Zone {
            return Err(ConfigError::NoDohInZones.into());
        }
        let request = request::get_doh(target);
        let Some(answered) = absent(self.exchange.call(&request).await)? else { return Ok(Slot::Absent) };
        if let Some(document) = document(&answered, Endpoint::Doh)? {
            return Ok(Slot::Present(document));
        }
        let result = answered.envelope.result;
        if result.as_ref().is_none_or(|result| is_blank(&result.view())) {
            return Ok(Slot::Present(Document::new(Endpoint::Doh, Map::new())));
        }
        Err(mismatch(answered.call, result.as_ref(), "the DoH settings"))
    }

    /// Reads these endpoints concurrently, each with one GET. The others are [`Slot::NotRead`].
    ///
    /// # Errors
    /// Returns the first [`Error`] in the order of [`Endpoint::ALL`], so that the result is deterministic. An answer that asks to
    /// wait longer than the run may take is returned immediately.
    pub async fn live(&self, target: &Target, endpoints: &[Endpoint]) -> Result<Live, Error> {
        let (organization, doh) = self.concurrently(target, endpoints).await?;
        Ok(Live { organization, doh: doh? })
    }

    /// Reads the organization and its DoH settings concurrently. If the API refuses only the DoH settings (400, 403 or 404: no
    /// permission, or no such settings in this account), they are [`Slot::NotRead`], and the refusal is returned as well.
    ///
    /// # Errors
    /// Returns any other [`Error`], in the order of [`Endpoint::ALL`].
    pub async fn live_where_readable(&self, target: &Target) -> Result<(Live, Option<Error>), Error> {
        let (organization, doh) = self.concurrently(target, &Endpoint::ALL).await?;
        match doh {
            Ok(doh) => Ok((Live { organization, doh }, None)),
            Err(error) if matches!(error.status(), Some(400 | 403 | 404)) => {
                Ok((Live { organization, doh: Slot::NotRead }, Some(error)))
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the organization, and the outcome of the concurrent read of the DoH settings.
    async fn concurrently(
        &self,
        target: &Target,
        endpoints: &[Endpoint],
    ) -> Result<(Slot, Result<Slot, Error>), Error> {
        let mut organization = pin!(self.read_if_listed(target, Endpoint::Organization, endpoints));
        let mut doh = pin!(self.read_if_listed(target, Endpoint::Doh, endpoints));
        tokio::select! {
            biased;
            // This error comes first in any case, so the other request need not finish.
            organization = &mut organization => Ok((organization?, doh.await)),
            // The API asks to wait longer than this run may take, so the other request need not finish.
            doh = &mut doh => match doh {
                Err(error) if error.asks_to_wait() => Err(error),
                doh => Ok((organization.await?, doh)),
            },
        }
    }

    async fn read_if_listed(&self, target: &Target, endpoint: Endpoint, endpoints: &[Endpoint]) -> Result<Slot, Error> {
        if !endpoints.contains(&endpoint) {
            return Ok(Slot::NotRead);
        }
        match endpoint {
            Endpoint::Organization => self.organization(target).await,
            Endpoint::Doh => self.doh(target).await,
        }
    }

    /// Verifies the token: first as an account token, then as a user token.
    ///
    /// The account endpoint comes first because the user endpoint answers an account token with code 1000, as if it were invalid.
    /// An active token may still lack permissions. Global keys cannot be verified.
    ///
    /// # Errors
    /// Returns an [`Error`] if neither endpoint knows the token, or if a request fails.
    pub async fn verify_token(&self, target: &Target) -> Result<TokenCheck, Error> {
        if target.scope == Scope::Account {
            match self.exchange.call(&request::verify_account_token(&target.id)).await {
                Ok(answered) => return checked(answered, TokenOwner::Account),
                Err(error) if may_be_user_token(&error) => {}
                Err(error) => return Err(error),
            }
        }
        checked(self.exchange.call(&request::verify_user_token()).await?, TokenOwner::User)
    }
}

/// Whether the account endpoint does not know the token, as opposed to a failed or rate-limited request.
fn may_be_user_token(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Authentication | ErrorKind::NotFound | ErrorKind::Refused)
}

fn checked(answered: Answered, owner: TokenOwner) -> Result<TokenCheck, Error> {
    match answered.envelope.result.as_ref().map(JsonText::view) {
        Some(Json::Object(fields)) => Ok(TokenCheck::read(owner, &fields, answered.server_time)),
        _ => Err(mismatch(answered.call, answered.envelope.result.as_ref(), "the status of a token")),
    }
}

/// Returns the document of an answer; `None` if the result is not an object.
fn document(answered: &Answered, endpoint: Endpoint) -> Result<Option<Document>, Error> {
    let Some(result) = &answered.envelope.result else { return Ok(None) };
    match Document::parse(endpoint, result) {
        Ok(document) => Ok(Some(document)),
        Err(DocumentError::NotAnObject) => Ok(None),
        Err(error) => {
            let problem = format!("the result cannot be used: {error}");
            Err(Error::Body { call: Box::new(answered.call.clone()), problem, excerpt: String::new() })
        }
    }
}

/// Returns the answer; `None` if the API says that there is no organization.
fn absent(outcome: Result<Answered, Error>) -> Result<Option<Answered>, Error> {
    match outcome {
        Ok(answered) => Ok(Some(answered)),
        Err(error) if error.is_not_enabled() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the error for a success with an unexpected result.
pub(super) fn mismatch(call: Call, result: Option<&JsonText>, expected: &'static str) -> Error {
    Error::Result { call: Box::new(call), found: shape(result), expected }
}

/// Describes the JSON type of a result.
fn shape(result: Option<&JsonText>) -> &'static str {
    match result.map(|result| (result.as_str().as_bytes().first(), result)) {
        None => "missing",
        Some((Some(b'n'), _)) => "null",
        Some((Some(b't' | b'f'), _)) => "a boolean",
        Some((Some(b'"'), _)) => "a string",
        Some((Some(b'['), _)) => "a list",
        Some((Some(b'{'), result)) if result.view() == Json::Object(Map::new()) => "an empty object",
        Some((Some(b'{'), _)) => "an object",
        Some(_) => "a number",
    }
}

#[cfg(test)]
mod tests;
