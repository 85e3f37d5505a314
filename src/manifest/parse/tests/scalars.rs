//! Scalars keep their source text.

use super::*;

/// A number that the parser computed may lose digits, overflow or change its spelling: `1e999` is not `.inf`.
#[test]
fn a_scalar_keeps_its_source_text_or_is_rejected() {
    for raw in
        ["1e999", "12345e6789", ".inf", "-.Inf", ".NAN", "0123", "0xFFFFFFFFFFFFFFFFFFFF", "1.10", "1_000", "12:30"]
    {
        for text in [
            format!("organization:\n  name: {raw}\n"),
            format!("organization: {{name: {raw}}}\n"),
            format!("organization:\n  name:\n    {raw}\n"),
        ] {
            assert_source_text(&text, raw);
        }
    }
    let id = "1234567890123456789012345678e999";
    let manifest = clean(&format!("account_id: {id}\norganization:\n  session_duration: 24h\n"));
    assert_eq!(manifest.target.unwrap().id.as_str(), id);
    let quoted = clean("organization:\n  name: '1e999'\n  login_design:\n    header_text: >-\n      0123\n");
    assert_eq!(
        values(&quoted),
        [("organization.name", json!("1e999")), ("organization.login_design.header_text", json!("0123"))]
    );
}

#[track_caller]
fn assert_source_text(text: &str, raw: &str) {
    let parsed = parse(Model::current(), &source(text));
    let declared = parsed.manifest.and_then(|manifest| Some(manifest.declared("organization.name")?.value.clone()));
    assert!(declared.is_none_or(|value| value == json!(raw)), "{text}");
    let fixes: Vec<&str> =
        parsed.findings.iter().filter_map(|one| Some(one.fix.as_ref()?.replacement.as_str())).collect();
    assert!(fixes.iter().all(|fix| fix.contains(raw)), "{text}: {fixes:?}");
}

proptest! {
    #[test]
    fn no_plain_scalar_is_written_from_a_computed_number(raw in "[-+.]{0,2}[0-9a-fxoXO_]{0,6}[.eE:]{0,2}[-+0-9nNiIfFaA]{1,5}") {
        assert_source_text(&format!("organization:\n  name: {raw}\n"), &raw);
    }
}

#[test]
fn a_comment_after_a_null_is_reported_only_if_it_looks_like_a_colour() {
    let colored = |comment: &str| rules(&format!("organization:\n  login_design:\n    text_color: {comment}\n"));
    assert_eq!(colored("#c5ed1b"), ["unquoted-color"]);
    assert_eq!(colored("#FFF"), ["unquoted-color"]);
    for plain in ["# unset", "null # fff", "null #fff", "#unset", "~ #fff"] {
        assert_eq!(colored(plain), [""; 0], "{plain}");
    }
    assert_eq!(rules("organization:\n  session_duration: #fff\n"), [""; 0]);
}
