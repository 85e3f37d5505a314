//! Routes: the resource of each path.

use super::envelope::ApiError;
use super::state::Owner;
use crate::cloudflare::Request;
use crate::settings::{Endpoint, Scope, Target};

/// The prefix of all paths of the API.
pub(super) const BASE_PATH: &str = "/client/v4";

/// The resource of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ApiResource {
    /// An object that holds settings.
    Settings(Endpoint),
    /// The revocation of a user's sessions.
    RevokeUser,
    /// The verification of a token.
    Verify(Owner),
    /// The audit log of an account.
    AuditLog,
}

/// A resolved path.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Route {
    pub(super) resource: ApiResource,
    /// The account or zone; `None` for a user.
    pub(super) target: Option<Target>,
}

/// Returns the part of a path below the base URL.
pub(super) fn below_base(path: &str) -> &str {
    path.strip_prefix(BASE_PATH).unwrap_or(path)
}

/// Returns the resource of a path, for any method and account.
pub(super) fn resource_of(path: &str) -> Option<ApiResource> {
    let path = path.strip_prefix(BASE_PATH)?;
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match segments[..] {
        ["user", "tokens", "verify"] => Some(ApiResource::Verify(Owner::User)),
        [plural, _, ref rest @ ..] => resource(scope(plural)?, rest),
        _ => None,
    }
}

/// Returns the route of a request.
pub(super) fn read(call: &Request) -> Result<Route, ApiError> {
    let no_route = || ApiError::no_route(below_base(call.uri().path()));
    let resource = resource_of(call.uri().path()).ok_or_else(no_route)?;
    let mut segments = below_base(call.uri().path()).split('/').skip(1);
    let target = match segments.next().and_then(scope) {
        Some(scope) => {
            let id = segments.next().and_then(|id| id.parse().ok()).ok_or_else(no_route)?;
            Some(Target { scope, id })
        }
        // A user has no target.
        None => None,
    };
    match (resource, call.method().as_str()) {
        (ApiResource::Verify(_) | ApiResource::AuditLog, "GET")
        | (ApiResource::RevokeUser, "POST")
        | (ApiResource::Settings(_), _) => Ok(Route { resource, target }),
        _ => Err(ApiError::wrong_method(call.method())),
    }
}

fn scope(plural: &str) -> Option<Scope> {
    [Scope::Account, Scope::Zone].into_iter().find(|scope| scope.plural() == plural)
}

fn resource(scope: Scope, rest: &[&str]) -> Option<ApiResource> {
    match (rest, scope) {
        (["access", "organizations"], _) => Some(ApiResource::Settings(Endpoint::Organization)),
        (["access", "organizations", "doh"], Scope::Account) => Some(ApiResource::Settings(Endpoint::Doh)),
        (["access", "organizations", "revoke_user"], _) => Some(ApiResource::RevokeUser),
        (["logs", "audit"], Scope::Account) => Some(ApiResource::AuditLog),
        (["tokens", "verify"], Scope::Account) => Some(ApiResource::Verify(Owner::Account)),
        _ => None,
    }
}
