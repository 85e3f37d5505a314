//! Who last wrote the live value of a setting, as far as the account's audit log shows it.

use jiff::Timestamp;

/// The write that explains the live value of a setting. All texts are personal data and untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// How sure the explanation is.
    pub confidence: Confidence,
    /// Who wrote it: an email address, or else the kind and id of the actor; `None` if the log does not say.
    pub actor: Option<String>,
    /// How it was written.
    pub means: Means,
    /// The name of the API token that wrote it.
    pub token_name: Option<String>,
    /// When it was written.
    pub time: Option<Timestamp>,
    /// The ray id of the write.
    pub ray: Option<String>,
}

/// How sure the explanation of a live value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The write contains the setting with the value that is live.
    Setting,
    /// The write was the last one of the object; the log does not record which settings it changed.
    Object,
}

/// How a value was written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Means {
    /// With zerodrift.
    Zerodrift,
    /// In the dashboard.
    Dashboard,
    /// With an API token.
    ApiToken,
    /// With an API key.
    ApiKey,
    /// With an OAuth client.
    Oauth,
    /// In another way, or in one that the log does not state.
    Other,
}
