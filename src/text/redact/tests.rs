use proptest::prelude::*;

use super::*;

const TOKEN: &str = "zdT0ken-that-must-never-be-seen_7391";
const PASSWORD: &str = "p@ss/w\"rd&<%>";

fn redactor() -> Redactor {
    let redactor = Redactor::default();
    redactor.learn(TOKEN);
    redactor.learn_login("proxy-user", "p%40ss%2Fw%22rd%26%3C%25%3E");
    redactor
}

fn each(text: &str, spell: impl Fn(u8) -> String) -> String {
    text.bytes().map(spell).collect()
}

/// All encodings in which a text may be repeated.
fn encodings(secret: &str) -> Vec<(&'static str, String)> {
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE};
    let json = serde_json::to_string(secret).unwrap();
    let html = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let percent = each(secret, |byte| format!("%{byte:02X}"));
    let base64 = |text: &str| STANDARD.encode(text);
    vec![
        ("plain", secret.to_owned()),
        ("upper case", secret.to_ascii_uppercase()),
        ("lower case", secret.to_ascii_lowercase()),
        ("percent", percent.clone()),
        ("percent in lower case", each(secret, |byte| format!("%{byte:02x}"))),
        ("percent twice", percent.replace('%', "%25")),
        ("percent where needed", url::form_urlencoded::byte_serialize(secret.as_bytes()).collect()),
        ("json", json.trim_matches('"').to_owned()),
        ("json by numbers", each(secret, |byte| format!("\\u{byte:04x}"))),
        ("json with slashes", json.trim_matches('"').replace('/', "\\/")),
        ("debug", format!("{secret:?}").trim_matches('"').to_owned()),
        ("html", html(secret)),
        ("html by numbers", each(secret, |byte| format!("&#{byte};"))),
        ("html by hexadecimal numbers", each(secret, |byte| format!("&#x{byte:x};"))),
        ("html in json", serde_json::to_string(&html(secret)).unwrap().trim_matches('"').to_owned()),
        ("base64", base64(secret)),
        ("base64 of a login", base64(&format!("proxy-user:{secret}"))),
        ("base64 of a header", base64(&format!("Bearer {secret}"))),
        ("base64 among others", base64(&format!("{{\"a\":\"{secret}\",\"b\":1}}"))),
        ("base64 for urls", URL_SAFE.encode(format!("??>{secret}~~"))),
        ("base64 without padding", STANDARD_NO_PAD.encode(secret)),
        (
            "base64 with percent",
            base64(&format!("??>{secret}")).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
        ),
    ]
}

#[test]
fn every_encoding_of_a_credential_is_redacted() {
    let redactor = redactor();
    for secret in [TOKEN, PASSWORD] {
        for (how, encoded) in encodings(secret) {
            for text in
                [encoded.clone(), format!("\"{encoded}\""), format!("x {encoded} y"), format!("{encoded}\n{encoded}")]
            {
                let shown = redactor.redact(&text);
                assert!(shown.contains(REDACTED), "{how}: {text} became {shown}");
                assert!(!shown.contains(&encoded), "{how}: {shown}");
                assert!(redactor.finds(&text), "{how}");
                let rest = shown.replace(REDACTED, "").replace(['"', 'x', 'y', ' ', '\n'], "");
                assert!(rest.len() < 8, "{how}: {shown}");
            }
        }
    }
}

#[test]
fn a_part_of_a_token_in_a_cut_text_is_redacted() {
    let redactor = redactor();
    for at in 9..TOKEN.len() {
        let start = redactor.redact(&format!("a {}…", &TOKEN[..at])).into_owned();
        let end = redactor.redact(&format!("…{} z", &TOKEN[TOKEN.len() - at..])).into_owned();
        assert!(!start.contains(&TOKEN[..9]) && !end.contains(&TOKEN[TOKEN.len() - 9..]), "{start} {end}");
    }
}

#[test]
fn ordinary_words_are_redacted_together_with_distinctive_parts() {
    let shown = redactor().redact("…T0ken-that-must-never-be-se…").into_owned();
    assert_eq!(shown, "…(redacted)…");
}

#[test]
fn other_text_is_kept_and_borrowed() {
    let redactor = redactor();
    for text in
        ["", "plan: 3 settings would change", "\\u{41} %41 &amp; <!-- -->", "that must never be seen", "\u{e9}%C3%A9"]
    {
        assert!(matches!(redactor.redact(text), Cow::Borrowed(same) if same == text), "{text}");
        assert!(!redactor.finds(text));
    }
    assert!(matches!(Redactor::default().redact(TOKEN), Cow::Borrowed(_)));
}

#[test]
fn short_values_are_not_redacted() {
    let redactor = Redactor::default();
    redactor.learn("sandbox");
    redactor.learn_login("plan", "plan");
    redactor.learn_login("nobody", "");
    assert_eq!(redactor.redact("sandbox plan nobody"), "sandbox plan nobody");
    assert_eq!(redactor.redact("http://plan:plan@proxy.example"), "http://(redacted)@proxy.example");
}

#[test]
fn a_credential_of_ordinary_words_is_redacted_only_as_a_whole() {
    let redactor = Redactor::default();
    redactor.learn_login("u", "correct-horse-battery");
    assert_eq!(redactor.redact("a correct-horse runs"), "a correct-horse runs");
    assert_eq!(redactor.redact("a correct-horse-battery runs"), "a (redacted) runs");
}

#[test]
fn clones_share_their_credentials() {
    let redactor = Redactor::default();
    let clone = redactor.clone();
    redactor.learn(TOKEN);
    assert_eq!(clone.redact(TOKEN), REDACTED);
    assert_eq!(format!("{clone:?}"), "Redactor");
}

proptest! {
    /// For any credential in any context, no encoding of it remains.
    #[test]
    fn no_credential_remains(
        secret in "[!-~]{12,44}",
        before in "[A-Z]{0,5} ?\\PC{0,8}",
        behind in "\\PC{0,8}",
        which in 0..22_usize,
    ) {
        let redactor = Redactor::default();
        redactor.learn(&secret);
        let (how, encoded) = encodings(&secret).swap_remove(which);
        let text = format!("{before} {encoded} {behind}");
        let shown = redactor.redact(&text);
        prop_assert!(!shown.contains(&encoded), "{}: {} in {}", how, encoded, shown);
        prop_assert!(shown.contains(REDACTED), "{}: {}", how, shown);
    }

    #[test]
    fn redaction_is_idempotent(text in "\\PC{0,80}") {
        let redactor = redactor();
        let once = redactor.redact(&text).into_owned();
        prop_assert_eq!(redactor.redact(&once), once.as_str());
    }
}
