//! Who asks: an API token, or an e-mail address and a global key. Checked once, when they are made, and never shown.

use std::fmt;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

/// The header of the e-mail address that belongs to a global key.
const EMAIL: HeaderName = HeaderName::from_static("x-auth-email");
/// The header of a global key.
const KEY: HeaderName = HeaderName::from_static("x-auth-key");

/// The credentials of a client: an API token, or the older pair of an e-mail address and a global API key.
///
/// They are cleaned and checked once, when they are made, and `Debug` shows nothing of them. The fields are private, so unchecked
/// credentials do not exist:
///
/// ```compile_fail,E0423
/// let unchecked = zerodrift::cloudflare::Credentials(String::from("two words").into());
/// ```
///
/// The crate `secrecy` overwrites their memory when they are dropped. The headers that the HTTP client makes of them are a copy that
/// lives as long as the client and is not overwritten.
#[derive(Clone)]
pub struct Credentials(Parts);

#[derive(Clone)]
enum Parts {
    /// An API token, of a user or an account.
    Token(SecretString),
    /// A user's e-mail address and global API key, which has all permissions of the user.
    Key { email: SecretString, key: SecretString },
}

/// Why credentials cannot be used. No message shows them, not even in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
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
    /// A global API key where an API token belongs.
    #[error(
        "the API token is a global API key: CLOUDFLARE_API_TOKEN and --token-file take a token, and a key belongs in CLOUDFLARE_API_KEY"
    )]
    KeyAsToken,
    /// An API token where the global API key belongs.
    #[error(
        "the global API key is an API token: CLOUDFLARE_API_KEY takes a key, and a token belongs in CLOUDFLARE_API_TOKEN"
    )]
    TokenAsKey,
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
            Self::KeyAsToken => {
                "better than moving the key, make an API token with the permissions of this tool alone and set it in CLOUDFLARE_API_TOKEN"
            }
            Self::TokenAsKey => {
                "move it: set CLOUDFLARE_API_TOKEN to it, and unset CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL"
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
        Ok(Self(Parts::Token(clean(text, Secret::Token)?)))
    }

    /// An e-mail address and global API key. White space around them is taken off.
    ///
    /// # Errors
    /// As for [`Credentials::token`], for either of the two.
    pub fn key(email: &str, key: &str) -> Result<Self, CredentialsError> {
        Ok(Self(Parts::Key { email: clean(email, Secret::Email)?, key: clean(key, Secret::Key)? }))
    }

    /// Whether it is an API token, which the API can verify, and not a global key.
    pub fn is_token(&self) -> bool {
        matches!(self.0, Parts::Token(_))
    }

    /// The token or the key. The e-mail address is not a secret.
    pub fn secret(&self) -> &SecretString {
        match &self.0 {
            Parts::Token(secret) | Parts::Key { email: _, key: secret } => secret,
        }
    }

    /// The headers that carry them, marked as sensitive. No other code makes such headers.
    pub(crate) fn headers(&self) -> Result<HeaderMap, CredentialsError> {
        match &self.0 {
            Parts::Token(token) => {
                // Allocated once and overwritten when dropped, as the token itself.
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

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_token() { "Credentials(token [REDACTED])" } else { "Credentials(key [REDACTED])" })
    }
}

/// The text without white space around it, if it can be what it should be.
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

/// Whether a secret has the form of a global key: `cfk_` since 2026, before that 37 hexadecimal digits in lower case. Later keys without
/// a prefix had up to 45 digits, but 40 of them might be a token.
///
/// <https://developers.cloudflare.com/fundamentals/api/get-started/token-formats>
fn is_key(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    text.starts_with("cfk_") || (text.len() == 37 && text.bytes().all(is_digit))
}

/// Whether a secret has the form of a token, of a user (`cfut_`) or an account (`cfat_`); before 2026 both had 40 characters of the
/// alphabet of Base64 in URLs. A key has no letter in upper case.
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
    fn a_key_in_place_of_a_token_and_the_reverse_are_found_by_their_forms() {
        const OLD_KEY: &str = "0123456789abcdef0123456789abcdef01234";
        let key = |key: &str| Credentials::key("user@example.com", key).map(drop);
        for text in ["cfk_S3CRETS3CRET", OLD_KEY, " cfk_S3CRET\n"] {
            assert_eq!(Credentials::token(text).unwrap_err(), CredentialsError::KeyAsToken, "{text}");
            assert!(key(text).is_ok(), "{text}");
        }
        for text in ["cfut_S3CRETS3CRET", "cfat_S3CRETS3CRET\r\n", TOKEN] {
            assert_eq!(key(text).unwrap_err(), CredentialsError::TokenAsKey, "{text}");
            assert!(Credentials::token(text).is_ok(), "{text}");
        }
        // 40 digits in lower case may be either.
        let either = "0123456789abcdef0123456789abcdef01234567";
        assert!(Credentials::token(either).is_ok() && key(either).is_ok());
        for error in [CredentialsError::KeyAsToken, CredentialsError::TokenAsKey] {
            let told = error.to_string();
            assert!(told.contains("CLOUDFLARE_API_TOKEN") && told.contains("CLOUDFLARE_API_KEY"), "{told}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?} {:?}", Credentials::token(TOKEN), Credentials::key("user@example.com", "S3CRET"));
        assert!(!shown.contains(TOKEN) && !shown.contains("S3CRET") && !shown.contains("user@example.com"), "{shown}");
    }
}
