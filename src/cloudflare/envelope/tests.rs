use serde_json::json;

use super::*;

fn parse(value: &Json) -> Envelope {
    Envelope::parse(value.to_string().as_bytes()).unwrap()
}

#[test]
fn an_error_keeps_its_code_chain_pointer_and_url() {
    let envelope = parse(&json!({
        "success": false, "messages": [], "result": null,
        "errors": [{
            "code": 12062, "message": "access.api.error.invalid_org_config",
            "documentation_url": "https://developers.cloudflare.com/x",
            "source": {"pointer": "/mfa_config/allowed_authenticators/0"},
            "error_chain": [{"message": "invalid mfa authenticator type"}, {"code": 7, "message": "ssh_piv_key"}]
        }]
    }));
    let error = &envelope.errors[0];
    assert!(error.has_code("12062") && error.has_code("7") && !error.has_code("1"));
    assert_eq!(error.slug(), Some("invalid_org_config"));
    assert_eq!(error.pointer.as_deref(), Some("/mfa_config/allowed_authenticators/0"));
    insta::assert_snapshot!(error, @"access.api.error.invalid_org_config (code 12062): invalid mfa authenticator type: ssh_piv_key (code 7), at /mfa_config/allowed_authenticators/0, see https://developers.cloudflare.com/x");
}

#[test]
fn a_code_may_be_a_number_a_string_or_missing() {
    for (code, expected) in
        [(json!(9999), Some("9999")), (json!("9999"), Some("9999")), (json!(null), None), (json!([1]), Some("[1]"))]
    {
        let envelope = parse(&json!({"success": false, "errors": [{"code": code, "message": "no"}]}));
        assert_eq!(envelope.errors[0].code.as_deref(), expected);
    }
}

#[test]
fn members_with_unexpected_types_do_not_fail() {
    let odd = [
        json!({"success": "true", "result": {}}),
        json!({"success": 1, "result": {}}),
        json!({"success": false, "errors": "nope", "messages": 7}),
        json!({"success": false, "errors": {"code": 1}}),
        json!({"success": false, "errors": [null, 1, "text", [], {"message": {"a": 1}, "source": "x", "error_chain": "y"}]}),
        json!({"success": false, "errors": [{"error_chain": [null, 3, {"code": "6103"}]}]}),
    ];
    for value in odd {
        let envelope = parse(&value);
        for error in envelope.errors {
            assert!(!error.to_string().is_empty(), "{value}");
        }
    }
}

#[test]
fn an_answer_without_success_is_one_if_it_has_a_result_and_no_errors() {
    let table = [
        (json!({"success": true}), true),
        (json!({"success": true, "result": null}), true),
        (json!({"success": true, "errors": [{"code": 1000, "message": "message"}], "result": {}}), true),
        (json!({"success": "true", "result": {}}), true),
        (json!({"result": {}}), true),
        (json!({"result": false}), true),
        (json!({"result": null}), false),
        (json!({"result": {}, "errors": [{"code": 1}]}), false),
        (json!({"success": false, "result": {}}), false),
        (json!({"success": "false", "result": {}}), false),
        (json!({"errors": [{"code": 1}]}), false),
    ];
    for (value, expected) in table {
        assert_eq!(parse(&value).is_success(), expected, "{value}");
    }
}

#[test]
fn only_code_9999_and_its_slug_mean_that_there_is_no_organization() {
    let table = [
        (json!({"success": false, "errors": [{"code": 9999, "message": "x"}]}), true),
        (json!({"success": false, "errors": [{"code": "9999"}]}), true),
        (
            json!({"success": false, "errors": [{"message": "access.api.error.not_enabled: Access is not enabled."}]}),
            true,
        ),
        (json!({"success": false, "errors": [{"code": 10000, "message": "Authentication error"}]}), false),
        (json!({"success": false, "errors": [{"code": 7003, "message": "see access.api.error.not_enabled"}]}), false),
        (json!({"success": false, "errors": [{"code": 1, "error_chain": [{"code": 9999}]}]}), false),
        (json!({"success": true, "result": null}), false),
    ];
    for (value, expected) in table {
        assert_eq!(parse(&value).errors.iter().any(ApiMessage::is_not_enabled), expected, "{value}");
    }
}

#[test]
fn a_body_that_is_not_an_envelope_is_described() {
    let table: [(&[u8], &str); 8] = [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"<html>502</html>", "HTML"),
        (b"{\"success\":tr", "truncated"),
        (b"upstream connect error", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[1]", "not an object"),
        (b"{\"hello\":1}", "not an answer of the API"),
    ];
    for (body, expected) in table {
        let problem = Envelope::parse(body).unwrap_err();
        assert!(problem.contains(expected), "{problem}");
    }
}

#[test]
fn deep_nesting_is_rejected_without_a_stack_overflow() {
    let body = format!("{{\"result\":{}", "[".repeat(200_000));
    assert!(Envelope::parse(body.as_bytes()).is_err());
}

proptest::proptest! {
    #[test]
    fn no_body_causes_a_panic(text in r#"[\[\]{}:,"0-9a-z\\. ]{0,60}"#, bytes: Vec<u8>) {
        let _ = Envelope::parse(&bytes);
        let _ = Envelope::parse(text.as_bytes());
        let _ = Envelope::parse(format!(r#"{{"success":false,"errors":[{text}]}}"#).as_bytes());
    }
}

#[test]
fn control_characters_in_a_message_are_escaped() {
    let envelope =
        parse(&json!({"success": false, "errors": [{"code": "1\u{1b}", "message": "a\u{1b}[2J\nb\u{202e}"}]}));
    assert_eq!(envelope.errors[0].to_string(), r"a\u{1b}[2J\u{a}b\u{202e} (code 1\u{1b})");
}
