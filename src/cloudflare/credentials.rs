//! Credentials: an API token, or an e-mail address with a global API key.

use std::fmt;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

/// The header of the e-mail address that belongs to a global key.
const EMAIL: HeaderName = HeaderName::from_static("x-auth-email");
/// The header of a global key.
const KEY: HeaderName = HeaderName::from_static("x-auth-key");

/// The credentials of a client: an API token, or the older pair of an e-mail address and a global API key.
///
/// The constructors trim and check them, and `Debug` does not show them. The fields are private, so unchecked credentials
/// cannot be constructed:
///
/// ```compile_fail,E0423
/// let unchecked = zerodrift::cloudflare::Credentials(String::from("two words").into());
/// ```
///
/// The crate `secrecy` overwrites their memory on drop. The headers of the HTTP client hold a copy, which lives as long as the
/// client and is not overwritten.
#[derive(Clone)]
pub struct Credentials {
    parts: Parts,
    variable: Option<String>,
}

#[derive(Clone)]
enum Parts {
    /// An API token, of a user or an account.
    Token(SecretString),
    /// The e-mail address of a user and their global API key, which has all permissions of the user.
    Key { email: SecretString, key: SecretString },
}

/// Why credentials cannot be used. No message shows any part of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// It is empty.
    #[error("the {0} is empty")]
    Empty(Secret),
    /// It is a header value instead of a token.
    #[error("the {0} starts with `Bearer `, which is part of the header, not of the token")]
    Bearer(Secret),
    /// It is in quotation marks.
    #[error("the {0} is in quotation marks, which are not part of it")]
    Quoted(Secret),
    /// It contains a space, tab or line break.
    #[error("the {0} contains a space or line break")]
    Whitespace(Secret),
    /// It is a global API key instead of an API token.
    #[error(
        "the API token is a global API key: CLOUDFLARE_API_TOKEN and --token-file accept a token; a key belongs in CLOUDFLARE_API_KEY"
    )]
    KeyAsToken,
    /// It is an API token instead of a global API key.
    #[error(
        "the global API key is an API token: CLOUDFLARE_API_KEY accepts a key; a token belongs in CLOUDFLARE_API_TOKEN"
    )]
    TokenAsKey,
    /// It contains a control character, or a character outside ASCII.
    #[error(
        "the {0} contains a character that is not allowed in a header, such as a control character or an accented letter"
    )]
    Character(Secret),
}

/// The part of the credentials that an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// The API token.
    Token,
    /// The global API key.
    Key,
    /// The e-mail address of the global API key.
    Email,
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token => "API token",
            Self::Key => "global API key",
            Self::Email => "e-mail address of the global API key",
        })
    }
}

impl CredentialsError {
    /// Returns what to do about the error.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Empty(_) => {
                "set CLOUDFLARE_API_TOKEN, name a file with --token-file, or set CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL"
            }
            Self::Bearer(_) => "remove `Bearer `; zerodrift adds it",
            Self::Quoted(_) => "remove the quotation marks; they are shell syntax, not part of the value",
            Self::Whitespace(_) => "copy it again as one line; only a line break at the end is allowed",
            Self::KeyAsToken => {
                "create an API token with only the permissions that zerodrift needs, and set it in CLOUDFLARE_API_TOKEN"
            }
            Self::TokenAsKey => "set it in CLOUDFLARE_API_TOKEN, and unset CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL",
            Self::Character(_) => "copy it again from the dashboard, as plain text",
        }
    }
}

impl Credentials {
    /// Checks an API token, and trims white space around it, such as the line break at the end of a file.
    ///
    /// # Errors
    /// Returns a [`CredentialsError`] if the token is empty, starts with `Bearer `, is in quotation marks, contains a character
    /// that is not allowed, or is a global API key.
    pub fn token(text: &str) -> Result<Self, CredentialsError> {
        Ok(Self::from(Parts::Token(clean(text, Secret::Token)?)))
    }

    /// Checks an e-mail address and a global API key, and trims white space around them.
    ///
    /// # Errors
    /// Returns a [`CredentialsError`] in the same cases as [`Credentials::token`], or if the key is an API token.
    pub fn key(email: &str, key: &str) -> Result<Self, CredentialsError> {
        Ok(Self::from(Parts::Key { email: clean(email, Secret::Email)?, key: clean(key, Secret::Key)? }))
    }

    /// Adds the name of the environment variable that holds them, for the hints of errors.
    #[must_use]
    pub fn of_variable(self, name: impl Into<String>) -> Self {
        Self { variable: Some(name.into()), ..self }
    }

    /// Returns the name of the environment variable that holds them, if it is known.
    pub fn variable(&self) -> Option<&str> {
        self.variable.as_deref()
    }

    /// Whether this is an API token, which the API can verify.
    pub fn is_token(&self) -> bool {
        matches!(self.parts, Parts::Token(_))
    }

    /// Returns the token or the key. The e-mail address is not a secret.
    pub fn secret(&self) -> &SecretString {
        match &self.parts {
            Parts::Token(secret) | Parts::Key { email: _, key: secret } => secret,
        }
    }

    /// Returns the request headers, marked as sensitive. No other code creates them.
    pub(crate) fn headers(&self) -> Result<HeaderMap, CredentialsError> {
        match &self.parts {
            Parts::Token(token) => {
                // One allocation, overwritten on drop like the token itself.
                let bearer = SecretString::from(["Bearer ", token.expose_secret()].concat());
                Ok(HeaderMap::from_iter([(AUTHORIZATION, sensitive(&bearer, Secret::Token)?)]))
            }
            Parts::Key { email, key } => Ok(HeaderMap::from_iter([
                (EMAIL, sensitive(email, Secret::Email)?),
                (KEY, sensitive(key, Secret::Key)?),
            ])),
        }
    }
}

impl From<Parts> for Credentials {
    fn from(parts: Parts) -> Self {
        Self { parts, variable: None }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_token() { "Credentials(token [REDACTED])" } else { "Credentials(key [REDACTED])" })
    }
}

/// Trims and checks a secret.
fn clean(text: &str, secret: Secret) -> Result<SecretString, CredentialsError> {
    let text = text.trim();
    let first_word = text.split_ascii_whitespace().next().unwrap_or_default();
    if text.is_empty() {
        return Err(CredentialsError::Empty(secret));
    }
    if first_word.eq_ignore_ascii_case("bearer") {
        return Err(CredentialsError::Bearer(secret));
    }
    if text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']) {
        return Err(CredentialsError::Quoted(secret));
    }
    if text.contains(char::is_whitespace) {
        return Err(CredentialsError::Whitespace(secret));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(CredentialsError::Character(secret));
    }
    match secret {
        Secret::Token if is_key(text) => Err(CredentialsError::KeyAsToken),
        Secret::Key if is_token(text) => Err(CredentialsError::TokenAsKey),
        Secret::Token | Secret::Key | Secret::Email => Ok(text.into()),
    }
}

/// Whether a secret has the format of a global key: the prefix `cfk_` since 2026, before that 37 hexadecimal digits in lower case.
/// Some keys without a prefix have up to 45 digits, but 40 digits may also be a token.
///
/// <https://developers.cloudflare.com/fundamentals/api/get-started/token-formats>
fn is_key(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    text.starts_with("cfk_") || (text.len() == 37 && text.bytes().all(is_digit))
}

/// Whether a secret has the format of a token: the prefix `cfut_` (user) or `cfat_` (account) since 2026, before that 40 characters
/// of the URL-safe Base64 alphabet. A key has no upper-case letters.
fn is_token(text: &str) -> bool {
    let in_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let old = text.len() == 40 && text.bytes().all(in_alphabet) && text.bytes().any(|byte| byte.is_ascii_uppercase());
    text.starts_with("cfut_") || text.starts_with("cfat_") || old
}

fn sensitive(text: &SecretString, secret: Secret) -> Result<HeaderValue, CredentialsError> {
    let mut value = HeaderValue::from_str(text.expose_secret()).map_err(|_| CredentialsError::Character(secret))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests;
