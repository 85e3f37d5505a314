//! The client that reads. It has no method that writes, and nothing turns it into one that has.

use std::pin::pin;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::error::{Call, ConfigError, Error, ErrorKind};
use super::exchange::{Answered, Exchange};
use super::probe::{TokenCheck, TokenOwner};
use super::request;
use super::retry::Policy;
use super::transport::Transport;
use crate::json::JsonText;
use crate::live::{Document, DocumentError, Live, Slot};
use crate::settings::{Endpoint, Scope, Target, is_blank};

/// Reads organizations: each method sends GET requests and nothing else.
///
/// A plan holds this type and no [`Writer`](super::Writer), so that it cannot write by mistake:
///
/// ```compile_fail,E0599
/// # async fn plan(reader: zerodrift::cloudflare::Reader, target: zerodrift::settings::Target) {
/// reader.update_organization(&target, &serde_json::Map::new()).await;
/// # }
/// ```
#[derive(Clone)]
pub struct Reader {
    exchange: Exchange,
}

impl Reader {
    /// A reader on a transport.
    pub fn new(transport: Arc<dyn Transport>, policy: Policy) -> Self {
        Self { exchange: Exchange::new(transport, policy) }
    }

    /// The base URL that it reads from.
    pub fn base_url(&self) -> &str {
        self.exchange.base_url()
    }

    /// Reads the organization object.
    ///
    /// [`Slot::Absent`] only where the API says "not enabled" (code 9999 or its message), whatever the status. A 404, a null result or another
    /// 403 says nothing about the organization.
    ///
    /// # Errors
    /// Whatever keeps the object from being read, the cases above included.
    pub async fn organization(&self, target: &Target) -> Result<Slot, Error> {
        let Some(answered) = absent(self.exchange.call(&request::get(target)).await)? else { return Ok(Slot::Absent) };
        let document = document(&answered, Endpoint::Organization)?;
        // An organization has an auth_domain at the least. An empty one is no base for a write.
        match document.filter(|document| !document.fields.is_empty()) {
            Some(document) => Ok(Slot::Present(document)),
            None => Err(mismatch(answered.call, answered.envelope.result.as_ref(), "an organization")),
        }
    }

    /// Reads the DoH object. Nothing, null and every other way of being empty is a document without fields: nobody ever configured it.
    ///
    /// # Errors
    /// If the target is a zone, and whatever keeps the object from being read.
    pub async fn doh(&self, target: &Target) -> Result<Slot, Error> {
        if target.scope == Scope::Zone {
            return Err(ConfigError::NoDohInZones.into());
        }
        let asked = request::get_doh(target);
        let Some(answered) = absent(self.exchange.call(&asked).await)? else { return Ok(Slot::Absent) };
        if let Some(document) = document(&answered, Endpoint::Doh)? {
            return Ok(Slot::Present(document));
        }
        let result = answered.envelope.result;
        if result.as_ref().is_none_or(|result| is_blank(&result.view())) {
            return Ok(Slot::Present(Document::new(Endpoint::Doh, Map::new())));
        }
        Err(mismatch(answered.call, result.as_ref(), "the DoH settings"))
    }

    /// Reads these endpoints at once, each with one GET. The others stay [`Slot::NotRead`].
    ///
    /// # Errors
    /// The first error in the order of [`Endpoint::ALL`], so that the same failure always reads the same; and at once an answer
    /// that asks to come back later than the run may take.
    pub async fn live(&self, target: &Target, endpoints: &[Endpoint]) -> Result<Live, Error> {
        let (organization, doh) = self.at_once(target, endpoints).await?;
        Ok(Live { organization, doh: doh? })
    }

    /// Reads the organization and its DoH settings at once. Where the organization is readable and the API refuses the DoH settings
    /// (400, 403 or 404: no permission, or no such settings in this account), they stay [`Slot::NotRead`], and the refusal is returned.
    ///
    /// # Errors
    /// Any other error, in the order of [`Endpoint::ALL`].
    pub async fn live_where_readable(&self, target: &Target) -> Result<(Live, Option<Error>), Error> {
        let (organization, doh) = self.at_once(target, &Endpoint::ALL).await?;
        match doh {
            Ok(doh) => Ok((Live { organization, doh }, None)),
            Err(error) if matches!(error.status(), Some(400 | 403 | 404)) => {
                Ok((Live { organization, doh: Slot::NotRead }, Some(error)))
            }
            Err(error) => Err(error),
        }
    }

    /// The organization, and what became of reading the DoH settings meanwhile.
    async fn at_once(&self, target: &Target, endpoints: &[Endpoint]) -> Result<(Slot, Result<Slot, Error>), Error> {
        let mut organization = pin!(self.wanted(target, Endpoint::Organization, endpoints));
        let mut doh = pin!(self.wanted(target, Endpoint::Doh, endpoints));
        tokio::select! {
            biased;
            // Nothing that the other one says can come before this error.
            organization = &mut organization => Ok((organization?, doh.await)),
            // The API asks to come back later than this run may take; that ends the run now, whatever the other request waits for.
            doh = &mut doh => match doh {
                Err(error) if error.asks_to_wait() => Err(error),
                doh => Ok((organization.await?, doh)),
            },
        }
    }

    async fn wanted(&self, target: &Target, endpoint: Endpoint, endpoints: &[Endpoint]) -> Result<Slot, Error> {
        if !endpoints.contains(&endpoint) {
            return Ok(Slot::NotRead);
        }
        match endpoint {
            Endpoint::Organization => self.organization(target).await,
            Endpoint::Doh => self.doh(target).await,
        }
    }

    /// Asks what the token is: as a token of the account first, then as a token of a user.
    ///
    /// The account's endpoint comes first because the user's answers an account's token with code 1000, as if it were wrong. An active token need
    /// not have the permissions that it takes. Global keys cannot be checked like this.
    ///
    /// # Errors
    /// If neither endpoint knows the token, or none could be asked.
    pub async fn verify_token(&self, target: &Target) -> Result<TokenCheck, Error> {
        if target.scope == Scope::Account {
            match self.exchange.call(&request::verify_account_token(&target.id)).await {
                Ok(answered) => return checked(answered, TokenOwner::Account),
                Err(error) if may_be_a_users(&error) => {}
                Err(error) => return Err(error),
            }
        }
        checked(self.exchange.call(&request::verify_user_token()).await?, TokenOwner::User)
    }
}

/// Whether the account's endpoint says that it does not know the token, and not that it has no time or cannot be reached.
fn may_be_a_users(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Authentication | ErrorKind::NotFound | ErrorKind::Refused)
}

fn checked(answered: Answered, owner: TokenOwner) -> Result<TokenCheck, Error> {
    match answered.envelope.result.as_ref().map(JsonText::view) {
        Some(Json::Object(fields)) => Ok(TokenCheck::read(owner, &fields, answered.server_time)),
        _ => Err(mismatch(answered.call, answered.envelope.result.as_ref(), "a token's status")),
    }
}

/// The document that was asked for; nothing where the result is something else than an object.
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

/// The answer, or nothing where the API says that there is no organization.
fn absent(outcome: Result<Answered, Error>) -> Result<Option<Answered>, Error> {
    match outcome {
        Ok(answered) => Ok(Some(answered)),
        Err(error) if error.is_not_enabled() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The error of a success whose result is something else.
pub(super) fn mismatch(call: Call, result: Option<&JsonText>, wanted: &'static str) -> Error {
    Error::Result { call: Box::new(call), found: shape(result), wanted }
}

/// What a result is, in words.
fn shape(result: Option<&JsonText>) -> &'static str {
    match result.map(|result| (result.as_str().as_bytes().first(), result)) {
        None => "missing",
        Some((Some(b'n'), _)) => "null",
        Some((Some(b't' | b'f'), _)) => "a boolean",
        Some((Some(b'"'), _)) => "a text",
        Some((Some(b'['), _)) => "a list",
        Some((Some(b'{'), result)) if result.view() == Json::Object(Map::new()) => "an empty object",
        Some((Some(b'{'), _)) => "an object",
        Some(_) => "a number",
    }
}

#[cfg(test)]
#[path = "tests/reader.rs"]
mod tests;
