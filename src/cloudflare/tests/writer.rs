use serde_json::json;

use super::*;
use crate::cloudflare::script::{
    ACCOUNT, Script, account, answer, document, html, lost, not_enabled, raw, refusal, success, timed_out, unreachable,
    with, zone,
};
use crate::cloudflare::{ErrorKind, Response, TransportError};

fn writer(script: &Arc<Script>) -> Writer {
    Writer::new(script.clone(), Policy::default())
}

/// What a PUT comes to when this is the answer, and how many requests it took.
async fn update(outcomes: Vec<Result<Response, TransportError>>) -> (Result<Written, WriteError>, usize) {
    let script = Script::new(outcomes);
    let written = writer(&script).update_organization(&account(), &document()).await;
    (written, script.asked().len())
}

#[tokio::test]
async fn each_write_is_one_request_with_the_body_as_given() {
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
    assert!(script.asked().iter().all(|asked| asked.request.body() == JsonText::from(&body).to_string().as_bytes()));
}

#[tokio::test]
async fn a_write_that_is_reported_as_done_needs_no_result() {
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
async fn the_ids_of_an_answer_are_kept_for_the_audit_record() {
    let (written, _) = update(vec![with(success(&json!({})), "cf-auditlog-id", "0191")]).await;
    let call = written.unwrap().call;
    assert_eq!((call.audit_id.as_deref(), call.ray.as_deref()), (Some("0191"), Some("8f1e2d3c4b5a6978-FRA")));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_with_or_without_json_is_final_and_is_sent_once() {
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
async fn whatever_leaves_a_doubt_is_uncertain_and_is_never_sent_twice() {
    for outcome in [
        refusal(500, 1, "access.api.error.internal_server_error"),
        refusal(502, 1, "no"),
        with(refusal(503, 1, "no"), "retry-after", "1"),
        refusal(408, 1, "request timeout"),
        refusal(499, 1, "client went away"),
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
async fn a_rate_limited_write_is_sent_again_after_the_wait_that_was_asked_for() {
    let limited = || with(refusal(429, 971, "Please wait"), "ratelimit", "\"default\";r=0;t=40");
    let script = Script::new([limited(), with(html(429), "retry-after", "20"), success(&json!({}))]);
    writer(&script).update_organization(&account(), &document()).await.unwrap();
    assert_eq!(script.waits(), [40_000, 20_000]);
}

#[tokio::test(start_paused = true)]
async fn whoever_sends_a_write_decides_after_each_wait_whether_it_is_sent_again() {
    let script = Script::new([html(429), html(429), success(&json!({}))]);
    let (writer, request) = (writer(&script), request::update(&account(), &document()));
    let mut attempts = writer.attempts(&request);
    assert!(matches!(attempts.next().await, Step::Again(_)));
    assert!(matches!(attempts.next().await, Step::Again(_)));
    let error = attempts.give_up().unwrap_err();
    assert_eq!((error.error().status(), error.is_uncertain()), (Some(429), false), "the last outcome stands");
    assert_eq!(script.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_reached_nobody_is_sent_again_and_an_uncertain_one_after_it_is_not() {
    let (written, requests) = update(vec![unreachable(), unreachable(), success(&json!({}))]).await;
    assert!(written.is_ok());
    assert_eq!(requests, 3);
    let (written, requests) = update(vec![unreachable(), lost()]).await;
    assert!(written.unwrap_err().is_uncertain());
    assert_eq!(requests, 2);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_never_got_through_was_refused() {
    for outcome in [unreachable, || refusal(429, 10100, "More than 1200 requests"), || html(429)] {
        let (written, requests) = update((0..5).map(|_| outcome()).collect()).await;
        assert!(!written.unwrap_err().is_uncertain());
        assert_eq!(requests, 5);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_is_not_begun_after_the_deadline() {
    let script = Script::new([]);
    let policy = Policy::default().deadline_in(std::time::Duration::ZERO);
    let error = Writer::new(script.clone(), policy).update_organization(&account(), &document()).await.unwrap_err();
    assert_eq!((error.is_uncertain(), error.error().kind()), (false, ErrorKind::Timeout));
}

#[tokio::test]
async fn a_zone_has_no_doh_to_write() {
    let script = Script::new([]);
    let error = writer(&script).update_doh(&zone(), &document()).await.unwrap_err();
    assert_eq!((error.is_uncertain(), error.into_error().kind()), (false, ErrorKind::Config));
    assert!(script.lines().is_empty());
}

#[tokio::test]
async fn a_revocation_returns_what_the_api_says() {
    for revoked in [true, false] {
        let script = Script::new([answer(200, &json!({"success": true, "result": revoked}))]);
        let outcome = writer(&script).revoke_user(&account(), &Revocation::of("user@example.com")).await;
        assert_eq!(outcome.unwrap(), revoked);
        assert_eq!(script.lines(), [format!("POST /accounts/{ACCOUNT}/access/organizations/revoke_user")]);
    }
}

#[tokio::test]
async fn a_revocation_without_a_yes_or_no_is_uncertain() {
    for result in [json!(null), json!({}), json!("true")] {
        let script = Script::new([answer(200, &json!({"success": true, "result": result}))]);
        let error = writer(&script).revoke_user(&account(), &Revocation::of("user@example.com")).await.unwrap_err();
        assert!(error.is_uncertain(), "{error}");
    }
}

#[tokio::test]
async fn an_uncertain_error_says_that_it_is() {
    let (written, _) = update(vec![lost()]).await;
    insta::assert_snapshot!(written.unwrap_err(), @"it is not known whether the API acted: PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations got no whole answer: the connection to api.example:443 was lost: reset by peer");
}
