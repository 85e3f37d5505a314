use serde_json::json;

use super::*;
use crate::cloudflare::tests::{
    ACCOUNT, Script, account, answer, document, html, lost, not_enabled, raw, refusal, success, timed_out, unreachable,
    with, zone,
};
use crate::cloudflare::{ErrorKind, Response, TransportError};

fn writer(script: &Arc<Script>) -> Writer {
    Writer::new(script.clone(), Policy::default())
}

/// The outcome of a PUT with these answers, and the number of requests.
async fn update(outcomes: Vec<Result<Response, TransportError>>) -> (Result<Written, WriteError>, usize) {
    let script = Script::new(outcomes);
    let written = writer(&script).update_organization(&account(), &document()).await;
    (written, script.requests().len())
}

#[tokio::test]
async fn each_write_is_one_request_with_an_unchanged_body() {
    let script = Script::new((0..3).map(|_| answer(201, &json!({"success": true, "result": {"name": "W"}}))));
    let (writer, target, body) = (writer(&script), account(), document());
    writer.create_organization(&target, &body).await.unwrap();
    writer.update_organization(&target, &body).await.unwrap();
    let written = writer.update_doh(&target, &body).await.unwrap();
    assert_eq!(written.result, json!({"name": "W"}));
    assert_eq!((written.call.status, written.call.attempts), (Some(201), 1));
    let organization = format!("/accounts/{ACCOUNT}/access/organizations");
    let expected = [format!("POST {organization}"), format!("PUT {organization}"), format!("PUT {organization}/doh")];
    assert_eq!(script.lines(), expected);
    assert!(
        script
            .requests()
            .iter()
            .all(|recorded| recorded.request.body() == JsonText::from(&body).to_string().as_bytes())
    );
}

#[tokio::test]
async fn a_successful_write_needs_no_result() {
    for body in [
        json!({"success": true}),
        json!({"success": true, "result": null}),
        json!({"success": true, "errors": [{"code": 1}]}),
    ] {
        let (written, requests) = update(vec![answer(200, &body)]).await;
        assert_eq!((written.unwrap().result, requests), (Json::Null, 1));
    }
}

#[tokio::test]
async fn the_ids_of_an_answer_are_returned() {
    let (written, _) = update(vec![with(success(&json!({})), "cf-auditlog-id", "0191")]).await;
    let call = written.unwrap().call;
    assert_eq!((call.audit_id.as_deref(), call.ray.as_deref()), (Some("0191"), Some("8f1e2d3c4b5a6978-FRA")));
}

#[tokio::test(start_paused = true)]
async fn a_refused_write_is_not_repeated() {
    for outcome in [
        refusal(400, 12062, "access.api.error.invalid_org_config"),
        refusal(400, 11004, "access.api.error.invalid_auth_domain"),
        refusal(401, 1000, "Invalid API Token"),
        refusal(403, 10000, "Authentication error"),
        not_enabled(403),
        refusal(404, 7003, "Could not route"),
        refusal(405, 1, "no"),
        refusal(409, 1, "access.api.error.conflict: another change"),
        refusal(413, 1, "no"),
        refusal(422, 1, "no"),
        html(400),
        html(403),
        html(413),
        Ok(raw(400, "{}")),
        Ok(raw(409, "")),
        answer(400, &json!({"success": true, "result": {}})),
    ] {
        let (written, requests) = update(vec![outcome]).await;
        let error = written.unwrap_err();
        assert!(!error.is_uncertain(), "{error}");
        assert_eq!(requests, 1, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_uncertain_write_is_not_repeated() {
    for outcome in [
        refusal(500, 1, "access.api.error.internal_server_error"),
        refusal(502, 1, "no"),
        with(refusal(503, 1, "no"), "retry-after", "1"),
        refusal(408, 1, "request timeout"),
        refusal(499, 1, "client disconnected"),
        answer(200, &json!({"success": false, "errors": [{"code": 12062}]})),
        html(200),
        html(408),
        html(502),
        html(504),
        Ok(raw(200, "")),
        Ok(raw(204, "")),
        Ok(raw(200, "{\"success\":true,\"resu")),
        with(html(302), "location", "https://login.example/"),
        with(html(303), "location", "https://api.example/done"),
        lost(),
        timed_out(),
    ] {
        let shown = format!("{outcome:?}");
        let (written, requests) = update(vec![outcome]).await;
        assert!(written.expect_err(&shown).is_uncertain(), "{shown}");
        assert_eq!(requests, 1, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_limited_write_is_repeated_after_the_requested_wait() {
    let limited = || with(refusal(429, 971, "Please wait"), "ratelimit", "\"default\";r=0;t=40");
    let script = Script::new([limited(), with(html(429), "retry-after", "20"), success(&json!({}))]);
    writer(&script).update_organization(&account(), &document()).await.unwrap();
    assert_eq!(script.waits(), [40_000, 20_000]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_can_stop_after_any_attempt_of_a_write() {
    let script = Script::new([html(429), html(429), success(&json!({}))]);
    let (writer, request) = (writer(&script), request::update(&account(), &document()));
    let mut attempts = writer.attempts(&request);
    assert!(matches!(attempts.next(writer.turn().await).await, std::ops::ControlFlow::Continue(_)));
    assert!(matches!(attempts.next(writer.turn().await).await, std::ops::ControlFlow::Continue(_)));
    let error = attempts.give_up().unwrap_err();
    assert_eq!((error.error().status(), error.is_uncertain()), (Some(429), false), "the last outcome is returned");
    assert_eq!(script.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_write_is_repeated_while_the_server_is_unreachable_and_not_after_a_lost_connection() {
    let (written, requests) = update(vec![unreachable(), unreachable(), success(&json!({}))]).await;
    assert!(written.is_ok());
    assert_eq!(requests, 3);
    let (written, requests) = update(vec![unreachable(), lost()]).await;
    assert!(written.unwrap_err().is_uncertain());
    assert_eq!(requests, 2);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_the_server_never_processed_is_refused() {
    for outcome in [unreachable, || refusal(429, 10100, "More than 1200 requests"), || html(429)] {
        let (written, requests) = update((0..5).map(|_| outcome()).collect()).await;
        assert!(!written.unwrap_err().is_uncertain());
        assert_eq!(requests, 5);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_is_not_sent_after_the_deadline() {
    let script = Script::new([]);
    let policy = Policy::default().deadline_in(std::time::Duration::ZERO);
    let error = Writer::new(script.clone(), policy).update_organization(&account(), &document()).await.unwrap_err();
    assert_eq!((error.is_uncertain(), error.error().kind()), (false, ErrorKind::Timeout));
}

#[tokio::test]
async fn a_doh_write_in_a_zone_is_rejected_without_a_request() {
    let script = Script::new([]);
    let error = writer(&script).update_doh(&zone(), &document()).await.unwrap_err();
    assert_eq!((error.is_uncertain(), error.into_error().kind()), (false, ErrorKind::Config));
    assert!(script.lines().is_empty());
}

#[tokio::test]
async fn a_revocation_returns_the_result_of_the_api() {
    for revoked in [true, false] {
        let script = Script::new([answer(200, &json!({"success": true, "result": revoked}))]);
        let outcome = writer(&script).revoke_user(&account(), &Revocation::of("user@example.com")).await;
        assert_eq!(outcome.unwrap(), revoked);
        assert_eq!(script.lines(), [format!("POST /accounts/{ACCOUNT}/access/organizations/revoke_user")]);
    }
}

#[tokio::test]
async fn a_revocation_without_a_boolean_result_is_uncertain() {
    for result in [json!(null), json!({}), json!("true")] {
        let script = Script::new([answer(200, &json!({"success": true, "result": result}))]);
        let error = writer(&script).revoke_user(&account(), &Revocation::of("user@example.com")).await.unwrap_err();
        assert!(error.is_uncertain(), "{error}");
    }
}

#[tokio::test]
async fn an_uncertain_error_says_that_the_outcome_is_unknown() {
    let (written, _) = update(vec![lost()]).await;
    insta::assert_snapshot!(written.unwrap_err(), @"it is not known whether the API acted: PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations got no complete answer: the connection to api.example:443 was lost: reset by peer");
}
