use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::cloudflare::tests::{
    Script, ScriptedOutcome, account, answer, document, failure, html, not_enabled, raw, refusal, success, timed_out,
    unreachable, with, zone,
};
use crate::cloudflare::{
    AnswerFailure, BaseUrl, CertificateFailure, Credentials, Policy, ProxyFailure, Reader, Revocation, TlsFailure,
    Writer,
};

async fn error_of_read(outcome: ScriptedOutcome) -> Error {
    Reader::new(Script::new([outcome]), Policy::once()).organization(&account()).await.unwrap_err()
}

async fn error_of_write(outcome: ScriptedOutcome) -> Error {
    let writer = Writer::new(Script::new([outcome]), Policy::once());
    writer.update_organization(&account(), &document()).await.unwrap_err().into_error()
}

/// The first words of each hint.
fn starts(error: &Error) -> Vec<String> {
    error.hints().iter().map(|hint| hint.split_whitespace().take(4).collect::<Vec<_>>().join(" ")).collect()
}

#[tokio::test]
async fn an_error_keeps_all_messages_of_the_api() {
    let errors = json!([
        {"code": 12062, "message": "access.api.error.invalid_org_config", "source": {"pointer": "/mfa_config"},
         "error_chain": [{"message": "invalid mfa authenticator type"}]},
        {"code": "7", "message": "and more.", "documentation_url": "https://developers.cloudflare.com/", "source": {"pointer": "/name"}}
    ]);
    let error = error_of_write(answer(400, &json!({"success": false, "errors": errors}))).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Refused, Some(400)));
    assert_eq!(error.pointers().collect::<Vec<_>>(), ["/mfa_config", "/name"]);
    assert!(error.has_code("12062") && error.has_code("7") && error.has_slug("invalid_org_config"));
    insta::assert_snapshot!(error, @"PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations was refused with status 400: access.api.error.invalid_org_config (code 12062): invalid mfa authenticator type, at /mfa_config; and more (code 7), at /name, see https://developers.cloudflare.com/ (cf-ray 8f1e2d3c4b5a6978-FRA)");
}

#[tokio::test]
async fn a_missing_permission_is_named_for_the_operation_with_its_old_and_new_name() {
    for code in [10000, 9109] {
        let read = error_of_read(refusal(403, code, "Authentication error")).await;
        let hints = read.hints().join("\n");
        assert!(hints.contains("\"Access: Organizations, Identity Providers, and Groups Read\""), "{hints}");
        assert!(hints.contains("\"Access: Organizations Read\""), "{hints}");
        let write = error_of_write(refusal(403, code, "Authentication error")).await;
        let hints = write.hints().join("\n");
        assert!(hints.contains("\"Access: Organizations, Identity Providers, and Groups Write\""), "{hints}");
        assert!(hints.contains("\"Access: Organizations Write\"") && hints.contains("\"Edit\""), "{hints}");
        assert_eq!((read.kind(), write.kind()), (ErrorKind::Authentication, ErrorKind::Authentication));
    }
}

#[tokio::test]
async fn a_missing_organization_has_another_hint_than_a_missing_permission() {
    let error = error_of_write(not_enabled(403)).await;
    assert_eq!(error.kind(), ErrorKind::Refused);
    let hints = error.hints().join("\n");
    assert!(hints.starts_with("Zero Trust is not enabled") && !hints.contains("permission"), "{hints}");
}

#[tokio::test]
async fn every_known_refusal_has_its_hint() {
    let table = [
        (401, 1000, "Invalid API Token", "the token is unknown"),
        (400, 6003, "Invalid request headers", "the credentials are malformed:"),
        (404, 7003, "Could not route to", "the API does not"),
        (400, 11004, "access.api.error.invalid_auth_domain", "write auth_domain as a"),
        (400, 1, "access.api.error.auth_domain_not_available", "another organization has this"),
        (400, 12062, "access.api.error.invalid_org_config", "the API refuses a"),
        (400, 12106, "access.api.error.auth_domain_cannot_be_updated_dash_sso", "auth_domain cannot change while"),
        (400, 12130, "access.api.error.invalid_request: no", "the API refuses a"),
        (409, 1, "access.api.error.conflict: busy", "another change of the"),
        (429, 971, "Please wait", "wait five minutes and"),
        (429, 10429, "Rate limited", "wait five minutes and"),
        (429, 10100, "More than 1200 requests", "wait five minutes and"),
        (401, 1, "no", "check the credentials: a"),
        (403, 1, "no", "give the token the"),
        (404, 1, "no", "check account_id or zone_id,"),
        (500, 1, "no", "the API failed: see"),
    ];
    for (status, code, message, expected) in table {
        let error = error_of_write(refusal(status, code, message)).await;
        let first = starts(&error).first().cloned().unwrap_or_default();
        assert!(first.starts_with(expected), "{error}: {first}");
    }
    assert!(error_of_write(refusal(400, 1, "something new")).await.hints().is_empty());
}

/// The error of every operation for this answer.
async fn every_operation(outcome: impl Fn() -> ScriptedOutcome) -> Vec<Error> {
    let reader = |outcomes: Vec<ScriptedOutcome>| Reader::new(Script::new(outcomes), Policy::once());
    let writer = || Writer::new(Script::new([outcome()]), Policy::once());
    let revocation = Revocation::of("user@example.com");
    vec![
        reader(vec![outcome()]).organization(&account()).await.unwrap_err(),
        reader(vec![outcome()]).doh(&account()).await.unwrap_err(),
        reader(vec![outcome(), outcome()]).verify_token(&account()).await.unwrap_err(),
        writer().create_organization(&account(), &document()).await.unwrap_err().into_error(),
        writer().update_organization(&account(), &document()).await.unwrap_err().into_error(),
        writer().update_doh(&account(), &document()).await.unwrap_err().into_error(),
        writer().revoke_user(&account(), &revocation).await.unwrap_err().into_error(),
    ]
}

/// Words of hints, each with the operations that may have them.
const WORDS_OF_OPERATIONS: &[(&str, &[Operation])] = &[
    ("allow_authenticate_via_warp", &[Operation::CreateOrganization, Operation::UpdateOrganization]),
    ("auth_domain", &[Operation::CreateOrganization, Operation::UpdateOrganization]),
    ("--omit", &[Operation::CreateOrganization, Operation::UpdateOrganization]),
    ("rejects a value", &[Operation::CreateOrganization, Operation::UpdateOrganization, Operation::UpdateDoh]),
    ("same settings", &[Operation::CreateOrganization, Operation::UpdateOrganization, Operation::UpdateDoh]),
    ("--email", &[Operation::RevokeUser]),
    ("doh", &[Operation::ReadDoh, Operation::UpdateDoh]),
    (
        " Write\"",
        &[Operation::CreateOrganization, Operation::UpdateOrganization, Operation::UpdateDoh, Operation::RevokeUser],
    ),
    (" Read\"", &[Operation::ReadOrganization, Operation::ReadDoh]),
];

#[tokio::test]
async fn a_hint_fits_the_operation() {
    let codes = [1, 971, 1000, 6003, 7003, 9103, 9106, 9109, 10000, 10001, 10405, 11004, 12062, 12106, 12130, 12132];
    let texts = [
        "why",
        "access.api.error.invalid_request: no",
        "access.api.error.invalid_org_config",
        "access.api.error.invalid_auth_domain",
        "access.api.error.auth_domain_not_available",
        "access.api.error.user_not_found",
        "access.api.error.conflict: busy",
    ];
    for status in [400, 401, 403, 404, 405, 409, 500] {
        for (code, text) in codes.iter().flat_map(|code| texts.iter().map(move |text| (*code, *text))) {
            for error in every_operation(|| refusal(status, code, text)).await {
                let operation = error.call().unwrap().operation;
                for hint in error.hints() {
                    for (word, operations) in WORDS_OF_OPERATIONS {
                        let fits = operations.contains(&operation) || !hint.contains(word);
                        assert!(fits, "{operation:?} {status} {code} {text}: {hint}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn only_a_revocation_has_a_hint_for_an_unknown_user() {
    for error in every_operation(|| refusal(404, 12130, "access.api.error.user_not_found")).await {
        let is_revocation = error.call().unwrap().operation == Operation::RevokeUser;
        assert_eq!(error.hints().concat().contains("--email"), is_revocation, "{error}: {:?}", error.hints());
    }
}

#[tokio::test]
async fn an_authentication_code_is_one_in_every_operation_and_4xx_status() {
    let codes = [
        (9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers", "no credentials reached"),
        (9103, "Unknown X-Auth-Key or X-Auth-Email", "the API key or the e-mail address"),
        (10405, "Method not allowed for this authentication scheme", "this request does not accept"),
        (10001, "Unable to authenticate request", "the API cannot authenticate"),
        (9109, "Cannot use the access token from location: 192.0.2.1", "the token is limited"),
        (9109, "Invalid access token", "the token is unknown, expired"),
    ];
    for (code, message, hint) in codes {
        for status in [400, 401, 403, 405] {
            for error in every_operation(|| refusal(status, code, message)).await {
                assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
                let hints = error.hints();
                assert!(hints.len() == 1 && hints[0].starts_with(hint), "{error}: {hints:?}");
            }
        }
    }
    let scope = error_of_read(refusal(403, 9109, "Unauthorized to access requested resource")).await;
    assert!(scope.hints()[0].contains("permission") && scope.hints()[1].contains("account or zone id"));
}

#[tokio::test]
async fn code_10001_is_an_authentication_failure_only_if_its_message_mentions_authentication() {
    let table = [
        ("Unable to authenticate request", true),
        ("unable to AUTHENTICATE request: no credentials", true),
        ("Authentication error", true),
        ("Content-Type must be application/json", false),
        ("Something went wrong", false),
        ("", false),
        // Access uses the same number for its own errors.
        ("access.api.error.internal_server_error", false),
        ("access.api.error.invalid_request: cannot authenticate", false),
    ];
    for (message, mentions_authentication) in table {
        for (status, otherwise) in [
            (400, ErrorKind::Refused),
            (403, ErrorKind::Authentication),
            (415, ErrorKind::Refused),
            (500, ErrorKind::Server),
            (503, ErrorKind::Server),
        ] {
            for error in every_operation(|| refusal(status, 10001, message)).await {
                let is_authentication = mentions_authentication && status < 500;
                let expected = if is_authentication { ErrorKind::Authentication } else { otherwise };
                assert_eq!(error.kind(), expected, "{error}");
                let hinted = error.hints().iter().any(|hint| hint.starts_with("the API cannot authenticate"));
                assert_eq!(hinted, is_authentication, "{error}: {:?}", error.hints());
            }
        }
    }
}

#[tokio::test]
async fn code_10001_and_a_mention_of_authentication_in_separate_messages_do_not_combine() {
    let errors = json!([
        {"code": 10001, "message": "Content-Type must be application/json"},
        {"code": 1, "message": "cannot authenticate"}
    ]);
    let error = error_of_read(answer(400, &json!({"success": false, "errors": errors}))).await;
    assert_eq!((error.kind(), error.hints()), (ErrorKind::Refused, vec![]));
}

#[tokio::test]
async fn a_hint_of_a_code_requires_a_status_that_agrees() {
    let credentials = [1000, 6003, 9103, 9106, 10405];
    let refusals = [7003, 11004, 12062, 12106, 12130, 12132];
    // The status, the codes, and whether the hint is only that of the status.
    let table: [(&[u16], &[u32], bool); 5] = [
        (&[400, 401, 403], &credentials, false),
        (&[429, 500, 502, 503], &credentials, true),
        (&[404, 409], &[1000], true),
        (&[400, 409], &refusals, false),
        (&[429, 500, 502, 503], &refusals, true),
    ];
    for (statuses, codes, is_only_status) in table {
        for (status, code) in statuses.iter().flat_map(|status| codes.iter().map(|code| (*status, *code))) {
            let with_code = error_of_write(refusal(status, code, "no")).await.hints();
            let without_code = error_of_write(refusal(status, 1, "no")).await.hints();
            assert_eq!(with_code == without_code, is_only_status, "{status} {code}: {with_code:?}");
        }
    }
}

#[tokio::test]
async fn a_server_error_has_no_hint_about_credentials() {
    for message in ["Invalid access token", "Cannot use the access token from location: 192.0.2.1", "Unauthorized"] {
        let error = error_of_read(refusal(500, 9109, message)).await;
        let hints = error.hints();
        assert_eq!(error.kind(), ErrorKind::Server);
        assert!(hints.len() == 1 && hints[0].starts_with("the API failed"), "{error}: {hints:?}");
    }
}

#[tokio::test]
async fn the_hint_for_malformed_headers_names_the_variable() {
    for (code, variable) in [(6102, "CLOUDFLARE_EMAIL"), (6103, "CLOUDFLARE_API_KEY")] {
        let body = json!({"success": false, "errors": [{"code": 6003, "message": "Invalid request headers", "error_chain": [{"code": code, "message": "Invalid format"}]}]});
        let error = error_of_read(answer(400, &body)).await;
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert!(error.hints()[0].starts_with(variable), "{:?}", error.hints());
    }
}

#[tokio::test]
async fn transport_failures_have_hints() {
    let nothing = |kind| Err(failure(kind, Reached::Nothing, "why"));
    use TransportErrorKind::{Answer, Certificate, Dns, Lost, Proxy, Tls};
    let table = [
        (nothing(Dns), "check the network and"),
        (nothing(Lost), "try again: a firewall"),
        (nothing(Certificate(CertificateFailure::Untrusted)), "behind TLS inspection"),
        (nothing(Certificate(CertificateFailure::Expired)), "check the clock of"),
        (nothing(Certificate(CertificateFailure::NotYetValid)), "check the clock of"),
        (nothing(Certificate(CertificateFailure::OtherName)), "check the host name"),
        (nothing(Certificate(CertificateFailure::NotForServers)), "ask the operator of"),
        (nothing(Certificate(CertificateFailure::NoRoots)), "install the package ca-certificates,"),
        (nothing(Tls(TlsFailure::Version)), "the server speaks only"),
        (nothing(Tls(TlsFailure::PlainText)), "check the port: an"),
        (nothing(Tls(TlsFailure::Refused)), "check that CLOUDFLARE_BASE_URL names"),
        (nothing(Tls(TlsFailure::Interrupted)), "try again: a firewall"),
        (nothing(Proxy(ProxyFailure::Unreachable)), "check the host and"),
        (nothing(Proxy(ProxyFailure::CredentialsMissing)), "add them to HTTPS_PROXY:"),
        (nothing(Proxy(ProxyFailure::CredentialsRefused)), "correct the user name"),
        (nothing(Proxy(ProxyFailure::Refused)), "check that HTTPS_PROXY names"),
        (nothing(Answer(AnswerFailure::TooLarge)), "a server between here"),
        (nothing(Answer(AnswerFailure::Truncated)), "try again; if the"),
        (unreachable(), "check the network, the"),
        (timed_out(), "try again, or raise"),
        (with(html(302), "location", "https://login.example/"), "check CLOUDFLARE_BASE_URL and --base-url:"),
        (html(200), "a server between here"),
        (html(502), "the API failed: see"),
        (html(407), "the proxy requires credentials:"),
        (success(&json!(null)), "this does not mean"),
    ];
    for (outcome, expected) in table {
        let error = error_of_read(outcome).await;
        assert!(starts(&error)[0].starts_with(expected), "{error}: {:?}", error.hints());
    }
}

#[tokio::test(start_paused = true)]
async fn a_requested_wait_past_the_deadline_has_a_hint_to_raise_it() {
    let limited = with(refusal(429, 971, "Please wait"), "retry-after", "300");
    let policy = Policy::default().deadline_in(std::time::Duration::from_secs(9));
    let error = Reader::new(Script::new([limited]), policy).organization(&account()).await.unwrap_err();
    assert!(error.hints().last().unwrap().contains("--deadline"), "{:?}", error.hints());
    let message = error.to_string();
    assert!(
        message.contains("the API asks to wait 5 min, until 2") && message.contains(" UTC, which is longer"),
        "{message}"
    );
}

#[tokio::test]
async fn every_config_error_has_one_hint() {
    let errors = [
        ConfigError::from(Credentials::token("").unwrap_err()),
        BaseUrl::parse("http://api.cloudflare.com").unwrap_err(),
        ConfigError::Roots("not PEM".to_owned()),
        ConfigError::Proxy { variable: "HTTPS_PROXY", problem: "has no host".to_owned() },
        ConfigError::NoDohInZones,
    ];
    for error in errors {
        let authentication = matches!(error, ConfigError::Credentials(_));
        let error = Error::from(error);
        assert_eq!(error.kind() == ErrorKind::Authentication, authentication);
        assert_eq!((error.hints().len(), error.status(), error.call()), (1, None, None));
    }
    let in_zone = Reader::new(Script::new([]), Policy::once()).doh(&zone()).await.unwrap_err();
    insta::assert_snapshot!(in_zone, @"DoH settings exist for accounts only, and the target is a zone");
}

#[tokio::test]
async fn each_stage_has_its_message() {
    let mut messages = Vec::new();
    for outcome in [
        unreachable(),
        timed_out(),
        with(html(302), "location", "https://login.example/\t?next=secret"),
        with(html(302), "location", "/\tlogin"),
        html(302),
        success(&json!([])),
        answer(403, &json!({"success": false})),
        Ok(raw(200, "")),
    ] {
        messages.push(
            error_of_read(outcome).await.to_string().replace("/accounts/699d98642c564d2e855e9661899b7252/access", "…"),
        );
    }
    insta::assert_snapshot!(messages.join("\n"), @r"
    GET …/organizations did not reach the API: cannot connect to api.example:443: connection refused
    GET …/organizations got no complete answer: no complete answer from api.example:443 within 30 s
    GET …/organizations was answered with a redirect to login.example, which is not followed (cf-ray 8f1e2d3c4b5a6978-FRA)
    GET …/organizations was answered with a redirect to `/\u{9}login`, which is not followed (cf-ray 8f1e2d3c4b5a6978-FRA)
    GET …/organizations was answered with a redirect to an unknown address, which is not followed (cf-ray 8f1e2d3c4b5a6978-FRA)
    GET …/organizations was answered with status 200, but the result is a list, not an organization (cf-ray 8f1e2d3c4b5a6978-FRA)
    GET …/organizations was refused with status 403: no reason given (cf-ray 8f1e2d3c4b5a6978-FRA)
    GET …/organizations was answered with status 200, but the body is empty (cf-ray 8f1e2d3c4b5a6978-FRA)
    ");
}

#[test]
fn the_identifiers_of_kinds_are_stable() {
    use ErrorKind::{Authentication, Config, Decode, NotFound, RateLimited, Refused, Server, Timeout, Transport};
    let all = [Authentication, NotFound, RateLimited, Refused, Server, Transport, Timeout, Decode, Config];
    insta::assert_snapshot!(all.map(ErrorKind::as_str).join(" "), @"authentication not_found rate_limited refused server transport timeout decode config");
}

proptest! {
    /// For any answer with any status, and without a panic.
    #[test]
    fn control_characters_of_an_answer_are_escaped(status in 200_u16..600, text in any::<String>(), shape in 0_u8..4) {
        let body = match shape {
            0 => text.clone().into_bytes(),
            1 => json!({"success": false, "errors": [{"code": text, "message": text}]}).to_string().into_bytes(),
            2 => json!({"success": false, "errors": [{"source": {"pointer": text}, "documentation_url": text, "error_chain": [text]}]}).to_string().into_bytes(),
            _ => json!({"success": true, "errors": text, "result": text}).to_string().into_bytes(),
        };
        let mut response = raw(status, body);
        // A value with a control character is not valid in a header, so no transport returns one.
        if let Ok(value) = http::HeaderValue::from_str(&text) {
            for name in ["location", "cf-ray", "retry-after", "ratelimit", "date"] {
                response.headers_mut().insert(name, value.clone());
            }
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let error = runtime.block_on(error_of_read(Ok(response)));
        let shown = format!("{error} {}", error.hints().join(" "));
        prop_assert!(!shown.chars().any(char::is_control), "{shown:?}");
    }
}
