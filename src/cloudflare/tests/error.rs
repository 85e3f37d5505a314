use proptest::prelude::*;
use serde_json::json;

use super::super::testing::{
    Script, account, answer, document, failure, html, not_enabled, raw, refusal, success, timed_out, unreachable, with,
    zone,
};
use super::super::{BaseUrl, Credentials, Policy, Reader, Response, Writer};
use super::*;

type Outcome = Result<Response, TransportError>;

async fn reading(outcome: Outcome) -> Error {
    Reader::new(Script::new([outcome]), Policy::once()).organization(&account()).await.unwrap_err()
}

async fn writing(outcome: Outcome) -> Error {
    let writer = Writer::new(Script::new([outcome]), Policy::once());
    writer.update_organization(&account(), &document()).await.unwrap_err().into_error()
}

/// The first words of each hint.
fn starts(error: &Error) -> Vec<String> {
    error.hints().iter().map(|hint| hint.split_whitespace().take(4).collect::<Vec<_>>().join(" ")).collect()
}

#[tokio::test]
async fn an_error_keeps_everything_that_the_api_said() {
    let errors = json!([
        {"code": 12062, "message": "access.api.error.invalid_org_config", "source": {"pointer": "/mfa_config"},
         "error_chain": [{"message": "invalid mfa authenticator type"}]},
        {"code": "7", "message": "and more.", "documentation_url": "https://developers.cloudflare.com/", "source": {"pointer": "/name"}}
    ]);
    let error = writing(answer(400, &json!({"success": false, "errors": errors}))).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Refused, Some(400)));
    assert_eq!(error.pointers().collect::<Vec<_>>(), ["/mfa_config", "/name"]);
    assert!(error.has_code("12062") && error.has_code("7") && error.has_slug("invalid_org_config"));
    insta::assert_snapshot!(error, @"PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations was refused with status 400: access.api.error.invalid_org_config (code 12062): invalid mfa authenticator type, at /mfa_config; and more (code 7), at /name, see https://developers.cloudflare.com/ (cf-ray 8f1e2d3c4b5a6978-FRA)");
}

#[tokio::test]
async fn a20_a_missing_permission_is_named_in_both_generations_and_by_what_was_tried() {
    for code in [10000, 9109] {
        let read = reading(refusal(403, code, "Authentication error")).await;
        let hints = read.hints().join("\n");
        assert!(hints.contains("\"Access: Organizations, Identity Providers, and Groups Read\""), "{hints}");
        assert!(hints.contains("\"Access: Organizations Read\""), "{hints}");
        let write = writing(refusal(403, code, "Authentication error")).await;
        let hints = write.hints().join("\n");
        assert!(hints.contains("\"Access: Organizations, Identity Providers, and Groups Write\""), "{hints}");
        assert!(hints.contains("\"Access: Organizations Write\"") && hints.contains("\"Edit\""), "{hints}");
        assert_eq!((read.kind(), write.kind()), (ErrorKind::Authentication, ErrorKind::Authentication));
    }
}

#[tokio::test]
async fn a20_no_organization_is_told_differently_from_no_permission() {
    let error = writing(not_enabled(403)).await;
    assert_eq!(error.kind(), ErrorKind::Refused);
    let hints = error.hints().join("\n");
    assert!(hints.starts_with("Zero Trust is not enabled") && !hints.contains("permission"), "{hints}");
}

#[tokio::test]
async fn every_known_refusal_has_its_own_next_step() {
    let table = [
        (401, 1000, "Invalid API Token", "the token is unknown"),
        (400, 6003, "Invalid request headers", "the credentials are malformed:"),
        (404, 7003, "Could not route to", "the id leads nowhere:"),
        (400, 11004, "access.api.error.invalid_auth_domain", "auth_domain has to be"),
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
        let error = writing(refusal(status, code, message)).await;
        let first = starts(&error).first().cloned().unwrap_or_default();
        assert!(first.starts_with(expected), "{error}: {first}");
    }
    assert!(writing(refusal(400, 1, "something new")).await.hints().is_empty());
}

#[tokio::test]
async fn the_chain_behind_malformed_headers_says_which_header_it_is() {
    for (code, variable) in [(6102, "CLOUDFLARE_EMAIL"), (6103, "CLOUDFLARE_API_KEY")] {
        let body = json!({"success": false, "errors": [{"code": 6003, "message": "Invalid request headers", "error_chain": [{"code": code, "message": "Invalid format"}]}]});
        let error = reading(answer(400, &body)).await;
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert!(error.hints()[0].starts_with(variable), "{:?}", error.hints());
    }
}

#[tokio::test]
async fn failures_on_the_way_have_next_steps_too() {
    let nothing = |message: &str| Err(failure(Reached::Nothing, false, message));
    let table = [
        (nothing(&format!("{}: no such host", hints::DNS)), "check the network and"),
        (nothing(&format!("{}: UnknownIssuer", hints::CERTIFICATE)), "behind TLS inspection"),
        (nothing(&format!("{}: handshake eof", hints::TLS)), "behind TLS inspection"),
        (nothing(&format!("{}: unauthorized", hints::PROXY)), "check HTTPS_PROXY and its"),
        (unreachable(), "check the network, the"),
        (timed_out(), "try again, or raise"),
        (with(html(302), "location", "https://login.example/"), "check CLOUDFLARE_BASE_URL and --base-url:"),
        (html(200), "something between here and"),
        (html(502), "the API failed: see"),
        (html(407), "the proxy wants credentials:"),
        (success(&json!(null)), "this is no sign"),
    ];
    for (outcome, expected) in table {
        let error = reading(outcome).await;
        assert!(starts(&error)[0].starts_with(expected), "{error}: {:?}", error.hints());
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_was_not_begun_can_be_allowed() {
    let limited = with(refusal(429, 971, "Please wait"), "retry-after", "300");
    let policy = Policy::default().deadline_in(std::time::Duration::from_secs(9));
    let error = Reader::new(Script::new([limited]), policy).organization(&account()).await.unwrap_err();
    assert!(error.hints().last().unwrap().contains("--deadline"), "{:?}", error.hints());
}

#[tokio::test]
async fn what_cannot_be_configured_says_what_can() {
    let errors = [
        ConfigError::from(Credentials::token("").unwrap_err()),
        BaseUrl::parse("http://api.cloudflare.com").unwrap_err(),
        ConfigError::Roots("no PEM".to_owned()),
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
async fn each_stage_says_what_happened_and_where() {
    let mut told = Vec::new();
    for outcome in [
        unreachable(),
        timed_out(),
        with(html(302), "location", "https://login.example/\u{1b}?next=secret"),
        with(html(302), "location", "/\u{1b}login"),
        html(302),
        success(&json!([])),
        answer(403, &json!({"success": false})),
        Ok(raw(200, "")),
    ] {
        told.push(reading(outcome).await.to_string().replace("/accounts/699d98642c564d2e855e9661899b7252/access", "…"));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    GET …/organizations did not reach the API: the connection failed: connection refused
    GET …/organizations got no whole answer: no whole answer came within 30 s
    GET …/organizations was answered with a redirect to login.example, which is not followed (cf-ray 8f1e2d3c4b5a6978-FRA)
    GET …/organizations was answered with a redirect to `/\u{1b}login`, which is not followed (cf-ray 8f1e2d3c4b5a6978-FRA)
    GET …/organizations was answered with a redirect to nowhere, which is not followed (cf-ray 8f1e2d3c4b5a6978-FRA)
    GET …/organizations was answered with status 200, but the result is a list where an organization was expected (cf-ray 8f1e2d3c4b5a6978-FRA)
    GET …/organizations was refused with status 403: no reason given (cf-ray 8f1e2d3c4b5a6978-FRA)
    GET …/organizations was answered with status 200, but the body is empty (cf-ray 8f1e2d3c4b5a6978-FRA)
    ");
}

#[test]
fn the_kinds_are_stable_words() {
    use ErrorKind::{Authentication, Config, Decode, NotFound, RateLimited, Refused, Server, Timeout, Transport};
    let all = [Authentication, NotFound, RateLimited, Refused, Server, Transport, Timeout, Decode, Config];
    insta::assert_snapshot!(all.map(ErrorKind::as_str).join(" "), @"authentication not_found rate_limited refused server transport timeout decode config");
}

proptest! {
    /// Law 9: whatever the API sends, in whatever status, no control character gets out, and nothing panics.
    #[test]
    fn no_answer_reaches_a_terminal_raw(status in 200_u16..600, text in any::<String>(), shape in 0_u8..4) {
        let body = match shape {
            0 => text.clone().into_bytes(),
            1 => json!({"success": false, "errors": [{"code": text, "message": text}]}).to_string().into_bytes(),
            2 => json!({"success": false, "errors": [{"source": {"pointer": text}, "documentation_url": text, "error_chain": [text]}]}).to_string().into_bytes(),
            _ => json!({"success": true, "errors": text, "result": text}).to_string().into_bytes(),
        };
        let headers = ["location", "cf-ray", "retry-after", "ratelimit", "date"].map(|name| (name.to_owned(), text.clone())).to_vec();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let error = runtime.block_on(reading(Ok(Response { status, headers, body })));
        let shown = format!("{error} {}", error.hints().join(" "));
        prop_assert!(!shown.chars().any(char::is_control), "{shown:?}");
    }
}
