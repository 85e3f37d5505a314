//! The JSON document of `revoke-user`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{OrganizationEntry, VERSION_PATTERN};
use crate::cloudflare::Revocation;
#[cfg(any(feature = "cli", test))]
use crate::settings::Target;

/// The output of revoke-user with --format json. Within format version 1, fields are only added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "revocation document of zerodrift")]
#[non_exhaustive]
pub struct RevocationDocument {
    /// The version of this format.
    #[schemars(regex(pattern = VERSION_PATTERN))]
    pub format_version: String,
    /// The version of the program that wrote the document.
    pub zerodrift: String,
    /// The organization.
    pub target: OrganizationEntry,
    /// The e-mail address of the user.
    pub email: String,
    /// The user's ID. Absent if the request named none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub user_uid: Option<String>,
    /// Whether the API confirms that tokens were revoked.
    pub revoked: bool,
    /// Whether the sessions of the user's devices were revoked too.
    pub devices: bool,
    /// Whether the user must sign in to WARP again.
    pub warp_session_reauth: bool,
}

impl RevocationDocument {
    /// Returns what was requested.
    pub fn request(&self) -> Revocation {
        let Self { email, user_uid, devices, warp_session_reauth, .. } = self;
        Revocation {
            email: email.clone(),
            user_uid: user_uid.clone(),
            devices: Some(*devices),
            warp_session_reauth: Some(*warp_session_reauth),
        }
    }
}

/// Returns the document of a confirmed revocation.
#[cfg(any(feature = "cli", test))]
pub(crate) fn revocation_document(target: &Target, revocation: &Revocation) -> RevocationDocument {
    let Revocation { email, user_uid, devices, warp_session_reauth } = revocation;
    RevocationDocument {
        format_version: crate::live::FORMAT_VERSION.to_owned(),
        zerodrift: crate::live::ZERODRIFT.to_owned(),
        target: target.into(),
        email: email.clone(),
        user_uid: user_uid.clone(),
        revoked: true,
        devices: devices.unwrap_or_default(),
        warp_session_reauth: warp_session_reauth.unwrap_or_default(),
    }
}
