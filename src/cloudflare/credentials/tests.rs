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
fn white_space_at_the_end_of_a_token_is_trimmed() {
    for end in ["\n", "\r\n", " ", "\n\n"] {
        let headers = Credentials::token(&format!("{TOKEN}{end}")).unwrap().headers().unwrap();
        assert_eq!(headers[AUTHORIZATION], format!("Bearer {TOKEN}"));
    }
}

#[test]
fn a_badly_pasted_token_is_rejected_with_its_problem_and_without_the_secret() {
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
        let output = format!("{error} {error:?} {}", error.hint());
        assert!(!output.contains("SEC") && !output.contains("RET"), "{output}");
    }
}

#[test]
fn a_key_instead_of_a_token_and_a_token_instead_of_a_key_are_rejected() {
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
        let message = error.to_string();
        assert!(message.contains("CLOUDFLARE_API_TOKEN") && message.contains("CLOUDFLARE_API_KEY"), "{message}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?} {:?}", Credentials::token(TOKEN), Credentials::key("user@example.com", "S3CRET"));
    assert!(!shown.contains(TOKEN) && !shown.contains("S3CRET") && !shown.contains("user@example.com"), "{shown}");
}
