//! Who asks: an API token, or an e-mail address and a global key. Checked before use, never shown.

use std::fmt;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

/// The header of the e-mail address that belongs to a global key.
const EMAIL: HeaderName = HeaderName::from_static("x-auth-email");
/// The header of a global key.
const KEY: HeaderName = HeaderName::from_static("x-auth-key");

/// Who asks. Secrets are not shown by `Debug`, and are wiped when dropped.
#[derive(Clone)]
pub enum Credentials {
    /// An API token, of a user or an account.
    Token(SecretString),
    /// The older way: a user's e-mail address and global API key. It may do everything that the user may.
    Key {
        /// The user's e-mail address.
        email: String,
        /// The global API key.
        key: SecretString,
    },
}

/// Why credentials cannot be used. No message shows them, not even in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// There is nothing in it.
    #[error("the {0} is empty")]
    Empty(Secret),
    /// A header was pasted instead of a token.
    #[error("the {0} starts with `Bearer `, which belongs to the header and not to the token")]
    Bearer(Secret),
    /// It is wrapped in quotation marks.
    #[error("the {0} is wrapped in quotation marks, which are not a part of it")]
    Quoted(Secret),
    /// A space, tab or line break inside.
    #[error("the {0} has a space or line break inside")]
    Whitespace(Secret),
    /// A control character, or one outside ASCII.
    #[error("the {0} has a character that no header can carry, such as a control character or a letter with an accent")]
    Character(Secret),
}

/// Which part of the credentials is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// The API token.
    Token,
    /// The global API key.
    Key,
    /// The e-mail address of the key.
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
    /// What to do about it.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Empty(_) => {
                "set CLOUDFLARE_API_TOKEN, or name a file with --token-file, or set CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL"
            }
            Self::Bearer(_) => "take `Bearer ` out; the client adds it",
            Self::Quoted(_) => "take the quotation marks out; a shell needs them, the value does not",
            Self::Whitespace(_) => {
                "copy it again, in one line; a line break at the end of a file is fine, one inside is not"
            }
            Self::Character(_) => "copy it again from the dashboard, as plain text",
        }
    }
}

impl Credentials {
    /// An API token. White space around it, such as a file's last line break, is taken off.
    ///
    /// # Errors
    /// If it is empty, starts with `Bearer `, is in quotation marks, or has characters inside that no token has.
    pub fn token(text: &str) -> Result<Self, CredentialsError> {
        Ok(Self::Token(clean(text, Secret::Token)?.into()))
    }

    /// An e-mail address and global API key. White space around them is taken off.
    ///
    /// # Errors
    /// As for [`Credentials::token`], for either of the two.
    pub fn key(email: &str, key: &str) -> Result<Self, CredentialsError> {
        let email = clean(email, Secret::Email)?.to_owned();
        Ok(Self::Key { email, key: clean(key, Secret::Key)?.into() })
    }

    /// The headers that carry them, marked as sensitive.
    pub(super) fn headers(&self) -> Result<HeaderMap, CredentialsError> {
        match self {
            Self::Token(token) => {
                let token = clean(token.expose_secret(), Secret::Token)?;
                let value = sensitive(&format!("Bearer {token}"), Secret::Token)?;
                Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
            }
            Self::Key { email, key } => {
                let email = sensitive(clean(email, Secret::Email)?, Secret::Email)?;
                let key = sensitive(clean(key.expose_secret(), Secret::Key)?, Secret::Key)?;
                Ok(HeaderMap::from_iter([(EMAIL, email), (KEY, key)]))
            }
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Credentials::Token([REDACTED])",
            Self::Key { email: _, key: _ } => "Credentials::Key([REDACTED])",
        })
    }
}

fn clean(text: &str, secret: Secret) -> Result<&str, CredentialsError> {
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
    Ok(text)
}

fn sensitive(text: &str, secret: Secret) -> Result<HeaderValue, CredentialsError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| CredentialsError::Character(secret))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";

    #[test]
    fn a_token_becomes_one_sensitive_header() {
        let headers = Credentials::token(TOKEN).unwrap().headers().unwrap();
        assert_eq!(headers.len(), 1);
        assert_eq!(headers[AUTHORIZATION], format!("Bearer {TOKEN}"));
        assert!(headers[AUTHORIZATION].is_sensitive());
    }

    #[test]
    fn a_key_becomes_two_sensitive_headers() {
        let headers =
            Credentials::key("user@example.com\n", "144c9defac04969c7bfad8efaa8ea194\r\n").unwrap().headers().unwrap();
        assert_eq!(headers.len(), 2);
        assert_eq!(headers[EMAIL], "user@example.com");
        assert_eq!(headers[KEY], "144c9defac04969c7bfad8efaa8ea194");
        assert!(headers.values().all(HeaderValue::is_sensitive));
    }

    #[test]
    fn the_last_line_break_of_a_token_file_is_taken_off() {
        for end in ["\n", "\r\n", " ", "\n\n"] {
            let headers = Credentials::token(&format!("{TOKEN}{end}")).unwrap().headers().unwrap();
            assert_eq!(headers[AUTHORIZATION], format!("Bearer {TOKEN}"));
        }
    }

    #[test]
    fn each_mistake_of_pasting_is_named_and_the_secret_is_not() {
        let table = [
            ("", CredentialsError::Empty(Secret::Token)),
            (" \n", CredentialsError::Empty(Secret::Token)),
            ("Bearer SECRET", CredentialsError::Bearer(Secret::Token)),
            ("bearer SECRET", CredentialsError::Bearer(Secret::Token)),
            ("\"SECRET\"", CredentialsError::Quoted(Secret::Token)),
            ("'SECRET'", CredentialsError::Quoted(Secret::Token)),
            ("SEC RET", CredentialsError::Whitespace(Secret::Token)),
            ("SEC\nRET", CredentialsError::Whitespace(Secret::Token)),
            ("SEC\r\nX-Other: RET", CredentialsError::Whitespace(Secret::Token)),
            ("SECR\u{c9}T", CredentialsError::Character(Secret::Token)),
            ("SEC\u{0}RET", CredentialsError::Character(Secret::Token)),
            ("\u{feff}SECRET", CredentialsError::Character(Secret::Token)),
        ];
        for (text, expected) in table {
            let error = Credentials::token(text).unwrap_err();
            assert_eq!(error, expected);
            let told = format!("{error} {error:?} {}", error.hint());
            assert!(!told.contains("SEC") && !told.contains("RET"), "{told}");
        }
    }

    #[test]
    fn credentials_that_skipped_the_check_are_checked_before_they_are_sent() {
        let token = Credentials::Token("SEC\nRET".to_owned().into());
        assert_eq!(token.headers().unwrap_err(), CredentialsError::Whitespace(Secret::Token));
        let key = Credentials::Key { email: String::new(), key: "k".to_owned().into() };
        assert_eq!(key.headers().unwrap_err(), CredentialsError::Empty(Secret::Email));
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?} {:?}", Credentials::token(TOKEN), Credentials::key("user@example.com", TOKEN));
        assert!(!shown.contains(TOKEN) && !shown.contains("user@example.com"), "{shown}");
    }
}
