use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;

use super::*;
use crate::cloudflare::tests::{
    ACCOUNT, Script, account, answer, document, failure, html, lost, not_enabled, raw, refusal, success, timed_out,
    unreachable, with, zone,
};
use crate::cloudflare::{ErrorKind, Reached, StopReason, TokenState, TransportErrorKind};

fn reader(script: &Arc<Script>) -> Reader {
    Reader::new(script.clone(), Policy::default())
}

/// The organization that a reader returns for one answer.
async fn organization_from(
    outcome: Result<crate::cloudflare::Response, crate::cloudflare::TransportError>,
) -> Result<Slot, Error> {
    Reader::new(Script::new([outcome]), Policy::once()).organization(&account()).await
}

#[tokio::test]
async fn an_organization_is_read_with_one_get_and_unchanged() {
    let result = r#"{"name":"W","auth_domain":"w.cloudflareaccess.com","next_month":{"limit":1.10},"big":123456789012345678901}"#;
    let body = format!(r#"{{"success":true,"errors":[],"messages":[],"result":{result}}}"#);
    let script = Script::new([Ok(raw(200, body))]);
    let slot = reader(&script).organization(&account()).await.unwrap();
    assert_eq!(serde_json::to_string(&slot.document().unwrap().fields).unwrap(), result);
    assert_eq!(script.lines(), [format!("GET /accounts/{ACCOUNT}/access/organizations")]);
    assert!(script.requests()[0].request.body().is_empty());
}

#[tokio::test]
async fn the_live_state_takes_one_get_per_requested_endpoint() {
    let table: [(&[Endpoint], &[&str]); 4] = [
        (&[], &[]),
        (&[Endpoint::Organization], &[""]),
        (&[Endpoint::Doh], &["/doh"]),
        (&Endpoint::ALL, &["", "/doh"]),
    ];
    for (endpoints, paths) in table {
        let script = Script::new(endpoints.iter().map(|_| success(&json!({"name": "W"}))));
        let live = reader(&script).live(&account(), endpoints).await.unwrap();
        let expected: Vec<_> =
            paths.iter().map(|path| format!("GET /accounts/{ACCOUNT}/access/organizations{path}")).collect();
        assert_eq!(script.lines(), expected);
        for endpoint in Endpoint::ALL {
            assert_eq!(live.document(endpoint).is_some(), endpoints.contains(&endpoint));
            assert_eq!(*live.slot(endpoint) == Slot::NotRead, !endpoints.contains(&endpoint));
        }
    }
}

/// A transport that answers only after both requests have arrived.
struct ConcurrentOnly(tokio::sync::Barrier);

impl Transport for ConcurrentOnly {
    fn send<'a>(&'a self, _: &'a crate::cloudflare::Request, _: Duration) -> crate::cloudflare::Sending<'a> {
        Box::pin(async {
            self.0.wait().await;
            success(&json!({"name": "W"}))
        })
    }

    fn base_url(&self) -> &'static str {
        "https://api.example"
    }
}

#[tokio::test(start_paused = true)]
async fn both_endpoints_are_read_concurrently() {
    let reader = Reader::new(Arc::new(ConcurrentOnly(tokio::sync::Barrier::new(2))), Policy::default());
    let target = account();
    let read = tokio::time::timeout(Duration::from_secs(60), reader.live(&target, &Endpoint::ALL));
    assert!(read.await.expect("one read waited for the other").is_ok());
}

#[tokio::test]
async fn not_enabled_means_absent_with_any_status() {
    for status in [200, 400, 403, 404] {
        assert_eq!(organization_from(not_enabled(status)).await.unwrap(), Slot::Absent, "{status}");
        let script = Script::new([not_enabled(status)]);
        assert_eq!(reader(&script).doh(&account()).await.unwrap(), Slot::Absent, "{status}");
    }
    let slug = refusal(403, 1, "access.api.error.not_enabled");
    assert_eq!(organization_from(slug).await.unwrap(), Slot::Absent);
}

#[tokio::test]
async fn any_other_failure_is_an_error_and_not_absent() {
    let table = [
        (refusal(404, 7003, "Could not route to /accounts/x"), ErrorKind::NotFound),
        (refusal(404, 12106, "not found"), ErrorKind::NotFound),
        (refusal(403, 10000, "Authentication error"), ErrorKind::Authentication),
        (refusal(403, 9109, "Unauthorized to access requested resource"), ErrorKind::Authentication),
        (refusal(401, 1000, "Invalid API Token"), ErrorKind::Authentication),
        (refusal(400, 6003, "Invalid request headers"), ErrorKind::Authentication),
        (refusal(400, 12130, "access.api.error.invalid_request: no"), ErrorKind::Refused),
        (refusal(200, 12130, "success is false"), ErrorKind::Refused),
        (success(&json!(null)), ErrorKind::Decode),
        (success(&json!({})), ErrorKind::Decode),
        (success(&json!([{"name": "W"}])), ErrorKind::Decode),
        (answer(200, &json!({"success": true})), ErrorKind::Decode),
        (answer(404, &json!({"success": true, "result": {"name": "W"}})), ErrorKind::Decode),
        (html(200), ErrorKind::Decode),
        (html(403), ErrorKind::Decode),
        (html(502), ErrorKind::Server),
        (html(429), ErrorKind::RateLimited),
        (Ok(raw(200, "")), ErrorKind::Decode),
        (Ok(raw(200, "{\"success\":true,\"resu")), ErrorKind::Decode),
        (refusal(429, 971, "Please wait"), ErrorKind::RateLimited),
        (refusal(500, 1, "access.api.error.internal_server_error"), ErrorKind::Server),
        (with(html(302), "location", "https://login.example/x"), ErrorKind::Transport),
        (unreachable(), ErrorKind::Transport),
        (lost(), ErrorKind::Transport),
        (timed_out(), ErrorKind::Timeout),
    ];
    for (outcome, kind) in table {
        let shown = format!("{outcome:?}");
        let error = organization_from(outcome).await.expect_err(&shown);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!error.hints().is_empty() || kind == ErrorKind::Refused, "{error}");
    }
}

#[tokio::test]
async fn an_empty_doh_result_is_a_document_without_fields() {
    for body in [
        json!({"success": true}),
        json!({"success": true, "result": null}),
        json!({"success": true, "result": {}}),
        json!({"success": true, "result": []}),
        json!({"success": true, "result": ""}),
    ] {
        let script = Script::new([answer(200, &body)]);
        let slot = reader(&script).doh(&account()).await.unwrap();
        assert!(slot.document().unwrap().fields.is_empty(), "{body}");
    }
    let script = Script::new([success(&json!("24h"))]);
    assert_eq!(reader(&script).doh(&account()).await.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn doh_in_a_zone_is_rejected_without_a_request() {
    let script = Script::new([]);
    let error = reader(&script).doh(&zone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(script.lines().is_empty());
}

#[tokio::test]
async fn a_success_with_errors_is_a_success() {
    let sample = json!({
        "success": true, "result": document(),
        "errors": [{"code": 1000, "message": "message"}], "messages": [{"code": 1000, "message": "message"}]
    });
    assert!(organization_from(answer(201, &sample)).await.unwrap().document().is_some());
    assert!(organization_from(answer(200, &json!({"result": document()}))).await.unwrap().document().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_until_it_succeeds() {
    let limited = with(refusal(429, 971, "Please wait"), "retry-after", "17");
    let access = refusal(500, 1, "access.api.error.internal_server_error");
    let script = Script::new([limited, access, lost(), unreachable(), success(&json!(document()))]);
    assert!(reader(&script).organization(&account()).await.unwrap().document().is_some());
    assert_eq!(script.requests().len(), 5);
    assert_eq!(script.waits()[0], 17_000);
}

#[tokio::test(start_paused = true)]
async fn each_retry_is_announced_before_its_wait() {
    let limited = with(refusal(429, 971, "Please wait"), "retry-after", "17");
    let script = Script::new([limited, lost(), success(&json!(document()))]);
    reader(&script).organization(&account()).await.unwrap();
    let (requests, retries) = (script.requests(), script.retries());
    assert_eq!(retries.len(), 2);
    for (number, (at, event)) in retries.iter().enumerate() {
        assert_eq!(*at, requests[number].at, "announced after the answer, without a wait");
        assert_eq!(event.elapsed, requests[number].at - requests[0].at);
        let waited = requests[number + 1].at - requests[number].at;
        assert_eq!(waited.as_millis().abs_diff(event.wait.as_millis()) / 2, 0, "{waited:?} is not {event:?}");
    }
    let shown: Vec<_> = retries.iter().map(|(_, event)| (&*event.reason, event.is_answer, event.attempt)).collect();
    let lost = "the connection to api.example:443 was lost: reset by peer";
    assert_eq!(shown, [("429 Too Many Requests", true, 2), (lost, false, 3)]);
    assert!(retries.iter().all(|(_, event)| event.attempts == Policy::default().attempts));
}

#[tokio::test(start_paused = true)]
async fn a_final_outcome_announces_no_retry() {
    for outcome in [success(&json!(document())), refusal(403, 10000, "Authentication error")] {
        let script = Script::new([outcome]);
        let _ = reader(&script).organization(&account()).await;
        assert_eq!(script.retries(), []);
    }
    let script = Script::new((0..5).map(|_| html(502)));
    let _ = reader(&script).organization(&account()).await;
    assert_eq!(script.retries().len(), 4, "the fifth attempt is the last one");
}

#[tokio::test(start_paused = true)]
async fn a_failed_read_says_how_many_attempts_it_took() {
    let script = Script::new((0..5).map(|_| html(502)));
    let error = reader(&script).organization(&account()).await.unwrap_err();
    assert_eq!(error.call().unwrap().attempts, 5);
    insta::assert_snapshot!(error, @r"GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations was answered with status 502, but the body is HTML, not JSON, so another server answered instead of the API: `<html>\u{d}\u{a}<title>Bad gateway\u{1b}[2J</title></html>` (after 5 attempts; cf-ray 8f1e2d3c4b5a6978-FRA)");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_repeated() {
    for outcome in [refusal(403, 10000, "Authentication error"), refusal(404, 7003, "no"), html(200), not_enabled(403)]
    {
        let script = Script::new([outcome]);
        let _ = reader(&script).organization(&account()).await;
        assert_eq!(script.lines().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_requested_wait_past_the_deadline_is_an_error_that_names_the_wait() {
    let script = Script::new([with(refusal(429, 10429, "Rate limited"), "retry-after", "300")]);
    let policy = Policy::default().deadline_in(Duration::from_secs(60));
    let error = Reader::new(script.clone(), policy).organization(&account()).await.unwrap_err();
    assert_eq!(script.lines().len(), 1);
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    let StopReason::Wait { wait, until: Some(until) } = error.call().unwrap().stop else { panic!("{error:?}") };
    assert_eq!(wait, Duration::from_secs(300));
    let until = jiff::Timestamp::try_from(until).unwrap().strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    insta::assert_snapshot!(error.to_string().replace(&until, "DATE"), @"GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations was refused with status 429: Rate limited (code 10429) (the API asks to wait 5 min, until DATE, which is longer than this run may take; cf-ray 8f1e2d3c4b5a6978-FRA)");
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_a_request_ends_at_the_deadline() {
    let script = Script::new([success(&json!(document()))]);
    let policy = Policy::default().timeout(Duration::from_secs(30)).deadline_in(Duration::from_secs(10));
    tokio::time::advance(Duration::from_secs(4)).await;
    Reader::new(script.clone(), policy).organization(&account()).await.unwrap();
    assert_eq!(script.requests()[0].timeout, Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_the_deadline() {
    let script = Script::new([]);
    let policy = Policy::default().deadline_in(Duration::ZERO);
    let error = Reader::new(script.clone(), policy).organization(&account()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(script.lines().is_empty());
}

#[tokio::test]
async fn an_account_token_is_verified_with_one_request() {
    let result = json!({"id": "f267", "status": "active", "expires_on": "2027-01-01T00:00:00Z"});
    let script = Script::new([with(success(&result), "date", "Sun, 22 Nov 2026 12:00:00 GMT")]);
    let check = reader(&script).verify_token(&account()).await.unwrap();
    let expected = TokenCheck {
        owner: TokenOwner::Account,
        id: Some("f267".to_owned()),
        state: TokenState::Active,
        expires_on: Some("2027-01-01T00:00:00Z".to_owned()),
        not_before: None,
        server_time: Some(UNIX_EPOCH + Duration::from_secs(1_795_348_800)),
    };
    assert_eq!(check, expected);
    assert_eq!(script.lines(), [format!("GET /accounts/{ACCOUNT}/tokens/verify")]);
}

#[tokio::test]
async fn refused_doh_settings_do_not_fail_the_read_of_the_organization() {
    for (status, code) in [(403, 10000), (403, 9109), (404, 7003), (400, 12130)] {
        let script = Script::new([success(&json!(document())), refusal(status, code, "no")]);
        let (live, refused) = reader(&script).live_where_readable(&account()).await.unwrap();
        assert_eq!((live.organization.document().unwrap().fields.clone(), live.doh), (document(), Slot::NotRead));
        assert_eq!(refused.unwrap().status(), Some(status));
    }
    let both = Script::new([success(&json!(document())), success(&json!({"doh_jwt_duration": "24h"}))]);
    let (live, refused) = reader(&both).live_where_readable(&account()).await.unwrap();
    assert!(live.doh.document().is_some() && refused.is_none());
}

#[tokio::test]
async fn any_other_failure_of_doh_fails_the_whole_read() {
    for outcome in [refusal(401, 1000, "no"), refusal(429, 971, "wait"), refusal(500, 1, "no"), lost(), timed_out()] {
        let script = Script::new([success(&json!(document())), outcome]);
        let once = Reader::new(script.clone(), Policy::once());
        assert!(once.live_where_readable(&account()).await.is_err());
    }
    let neither = Script::new([refusal(403, 10000, "no"), refusal(403, 10000, "no")]);
    let error = reader(&neither).live_where_readable(&account()).await.unwrap_err();
    assert!(!error.call().unwrap().path.ends_with("/doh"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_requested_wait_past_the_deadline_ends_both_reads_immediately() {
    let rate_limited = || with(refusal(429, 971, "Please wait"), "retry-after", "600");
    for outcomes in [[rate_limited(), refusal(503, 1, "busy")], [refusal(503, 1, "busy"), rate_limited()]] {
        let script = Script::new(outcomes);
        let policy = Policy::default().deadline_in(Duration::from_secs(60));
        let began = tokio::time::Instant::now();
        let error = Reader::new(script.clone(), policy).live(&account(), &Endpoint::ALL).await.unwrap_err();
        assert!(error.asks_to_wait(), "{error}");
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}

#[tokio::test]
async fn a_token_unknown_to_the_account_is_verified_as_a_user_token() {
    let script = Script::new([refusal(401, 1000, "Invalid API Token"), success(&json!({"status": "disabled"}))]);
    let check = reader(&script).verify_token(&account()).await.unwrap();
    assert_eq!((check.owner, check.state), (TokenOwner::User, TokenState::Disabled));
    assert_eq!(
        script.lines(),
        [format!("GET /accounts/{ACCOUNT}/tokens/verify"), "GET /user/tokens/verify".to_owned()]
    );
}

#[tokio::test]
async fn a_token_for_a_zone_is_verified_as_a_user_token() {
    let script = Script::new([success(&json!({"status": "paused\u{1b}"}))]);
    let check = reader(&script).verify_token(&zone()).await.unwrap();
    assert_eq!(check.state.to_string(), r"paused\u{1b}");
    assert_eq!(script.lines(), ["GET /user/tokens/verify"]);
}

#[tokio::test]
async fn a_rate_limited_token_check_does_not_fall_back_to_the_user_endpoint() {
    let script = Script::new([refusal(429, 971, "Please wait")]);
    let error = Reader::new(script.clone(), Policy::once()).verify_token(&account()).await.unwrap_err();
    assert_eq!((error.kind(), script.lines().len()), (ErrorKind::RateLimited, 1));
}

#[tokio::test]
async fn an_unknown_token_and_an_unreachable_api_are_different_errors() {
    let unknown = Script::new([refusal(403, 10000, "no"), refusal(401, 1000, "Invalid API Token")]);
    assert_eq!(reader(&unknown).verify_token(&account()).await.unwrap_err().kind(), ErrorKind::Authentication);
    let down = Script::new([Err(failure(TransportErrorKind::Connect, Reached::Nothing, "no route"))]);
    let error = Reader::new(down.clone(), Policy::once()).verify_token(&account()).await.unwrap_err();
    assert_eq!((error.kind(), down.lines().len()), (ErrorKind::Transport, 1));
}

#[tokio::test]
async fn a_reader_sends_only_get_requests() {
    let script = Script::new((0..5).map(|_| success(&json!({"status": "active"}))));
    let reader = reader(&script);
    let target = account();
    reader.organization(&target).await.unwrap();
    reader.doh(&target).await.unwrap();
    reader.live(&target, &Endpoint::ALL).await.unwrap();
    reader.verify_token(&target).await.unwrap();
    assert_eq!(script.requests().len(), 5);
    assert!(
        script
            .requests()
            .iter()
            .all(|recorded| recorded.request.method() == http::Method::GET && recorded.request.body().is_empty())
    );
}
