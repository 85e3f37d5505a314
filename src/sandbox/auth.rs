//! Authentication and permissions.

use serde_json::{Value as Json, json};

use super::envelope::ApiError;
use super::state::{Grant, Owner, Permission, State, TokenStatus, Tokens};
use crate::cloudflare::{Request, header};

impl Permission {
    /// Whether a credential with this permission may send a request that needs another one.
    fn covers(self, needed: Self) -> bool {
        self == Self::Write || needed == Self::Read || self == needed
    }
}

/// The credential of a request: a token, or a key with an email address.
struct Credential<'a> {
    secret: &'a str,
    email: Option<&'a str>,
}

/// Checks that a request's credential has the permission it needs.
pub(super) fn authorize(state: &State, call: &Request, needed: Permission) -> Result<(), ApiError> {
    let credential = read(call)?;
    let allowed = match &state.tokens {
        Tokens::Any => true,
        Tokens::Listed(grants) => grant(grants, &credential)
            .is_some_and(|grant| grant.status == TokenStatus::Active && grant.permission.covers(needed)),
    };
    if allowed { Ok(()) } else { Err(ApiError::new(403, 10000, "Authentication error")) }
}

/// Returns the result of a token verification. Each endpoint knows only the tokens of its kind of owner.
pub(super) fn verify(state: &State, call: &Request, owner: Owner) -> Result<Json, ApiError> {
    let credential = read(call)?;
    let status = match &state.tokens {
        Tokens::Any => Some(TokenStatus::Active),
        Tokens::Listed(grants) => {
            grant(grants, &credential).filter(|grant| grant.owner == owner).map(|grant| grant.status)
        }
    };
    let status = status.ok_or_else(|| ApiError::new(401, 1000, "Invalid API Token"))?;
    Ok(json!({"id": "5a4d0c6be3f84c1d9a7e2b1f00c0ffee", "status": status}))
}

fn grant<'a>(grants: &'a [Grant], credential: &Credential<'_>) -> Option<&'a Grant> {
    grants.iter().find(|grant| grant.token == credential.secret && grant.email.as_deref() == credential.email)
}

fn read(call: &Request) -> Result<Credential<'_>, ApiError> {
    if let Some(text) = header(call.headers(), "authorization") {
        let token = text.strip_prefix("Bearer ").filter(|token| is_well_formed(token));
        let secret = token.ok_or_else(|| malformed(6111, "Invalid format for Authorization header"))?;
        return Ok(Credential { secret, email: None });
    }
    if header(call.headers(), "x-auth-email").is_none() && header(call.headers(), "x-auth-key").is_none() {
        // Reported in public answers to requests without credentials.
        return Err(ApiError::new(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers"));
    }
    let email = header(call.headers(), "x-auth-email").filter(|email| email.contains('@'));
    let email = email.ok_or_else(|| malformed(6102, "Invalid format for X-Auth-Email header"))?;
    let key = header(call.headers(), "x-auth-key").filter(|key| is_well_formed(key));
    let secret = key.ok_or_else(|| malformed(6103, "Invalid format for X-Auth-Key header"))?;
    Ok(Credential { secret, email: Some(email) })
}

fn is_well_formed(secret: &str) -> bool {
    !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn malformed(code: u32, reason: &str) -> ApiError {
    ApiError::new(400, 6003, "Invalid request headers").because(Some(code), reason)
}
