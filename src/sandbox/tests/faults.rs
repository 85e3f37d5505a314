//! Every fault in the same process and through a socket, and its effect on the state.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use http::HeaderValue;

use super::*;
use crate::cloudflare::{Reached, Request, Transport, TransportErrorKind};

const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const SOON: Duration = Duration::from_secs(30);

fn scripted(fault: &str) -> Sandbox {
    let mut sandbox = sandbox("");
    sandbox.state_mut().faults = vec![fault.parse().unwrap()];
    sandbox
}

fn new_body() -> Json {
    json!({"auth_domain": "widget.cloudflareaccess.com", "session_duration": "12h"})
}

fn is_applied(instance: &Instance) -> bool {
    instance.state().unwrap().organization.unwrap()["session_duration"] == "12h"
}

fn request() -> Request {
    http::Request::put(organizations()).body(new_body().to_string().into_bytes()).unwrap()
}

/// The outcome of a request for a client.
#[derive(Debug, PartialEq)]
enum Exchanged {
    Answer(u16, Vec<u8>),
    Lost(Reached, bool),
}

async fn in_process(transport: &SandboxTransport) -> Exchanged {
    match transport.send(&request(), SOON).await {
        Ok(response) => Exchanged::Answer(response.status().as_u16(), response.into_body()),
        Err(error) => Exchanged::Lost(error.reached, error.kind == TransportErrorKind::Timeout),
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Sends the request through a socket. For a hanging answer, waits only until the server has received the request.
async fn through_socket(running: &Server) -> Exchanged {
    let url = format!("{}{}", running.base_url(), organizations());
    let exchange = async {
        let request = client().put(url).bearer_auth("sesame").body(new_body().to_string());
        let response = request.send().await?;
        let status = response.status().as_u16();
        Ok::<_, reqwest::Error>(Exchanged::Answer(status, response.bytes().await?.to_vec()))
    };
    let hanging = async {
        while running.sandbox().calls().last().is_none_or(|seen| seen.delivery != Delivery::Hang) {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        seen = exchange => seen.unwrap_or(Exchanged::Lost(Reached::Unknown, false)),
        () = hanging => Exchanged::Lost(Reached::Unknown, true),
    }
}

/// Each fault, the outcome for a client, and whether the write is applied.
fn table() -> Vec<(&'static str, Exchanged, bool)> {
    let lost = || Exchanged::Lost(Reached::Unknown, false);
    let failure = |code: u32, message: &str| {
        let errors = json!([{"code": code, "message": message}]);
        json!({"success": false, "errors": errors, "messages": [], "result": null}).to_string().into_bytes()
    };
    let page = |status: u16| {
        let text = format!(
            "<!DOCTYPE html><html><head><title>{status}</title></head><body>This is not the API.</body></html>"
        );
        Exchanged::Answer(status, text.into_bytes())
    };
    let internal = |status| Exchanged::Answer(status, failure(10001, "access.api.error.internal_server_error"));
    let throttled = || Exchanged::Answer(429, failure(971, "Please wait and consider throttling your request speed"));
    let wrong_type = json!({"success": true, "errors": [], "messages": [], "result": ["an organization is an object"]});
    vec![
        ("PUT:429", throttled(), false),
        ("PUT:429+7", throttled(), false),
        ("PUT:500", internal(500), false),
        ("PUT:502-html", page(502), false),
        ("PUT:503", internal(503), false),
        ("PUT:520-html", page(520), false),
        ("PUT:html", page(200), false),
        ("PUT:truncated", lost(), true),
        ("PUT:reset-before", lost(), false),
        ("PUT:reset-after", lost(), true),
        ("PUT:hang", Exchanged::Lost(Reached::Unknown, true), false),
        ("PUT:hang-after", Exchanged::Lost(Reached::Unknown, true), true),
        ("PUT:failed-after", internal(500), true),
        ("PUT:not-json", Exchanged::Answer(200, b"{\"success\": tru".to_vec()), true),
        ("PUT:empty-body", Exchanged::Answer(200, Vec::new()), true),
        ("PUT:wrong-type", Exchanged::Answer(200, wrong_type.to_string().into_bytes()), true),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_fault_in_the_same_process() {
    for (fault, expected, applied) in table() {
        let transport = SandboxTransport::new(scripted(fault));
        assert_eq!(in_process(&transport).await, expected, "{fault}");
        assert_eq!(is_applied(transport.sandbox()), applied, "{fault}");
        assert!(matches!(in_process(&transport).await, Exchanged::Answer(200, _)), "{fault} applies once");
        assert!(is_applied(transport.sandbox()), "{fault}");
    }
}

#[tokio::test]
async fn every_fault_through_a_socket() {
    for (fault, expected, applied) in table() {
        let running = Server::start(scripted(fault), LOOPBACK).await.unwrap();
        assert_eq!(through_socket(&running).await, expected, "{fault}");
        assert_eq!(is_applied(running.sandbox()), applied, "{fault}");
        running.stop().await;
    }
}

#[tokio::test]
async fn without_a_connection_the_server_is_not_reached() {
    let transport = SandboxTransport::new(scripted("PUT:unreachable"));
    assert_eq!(in_process(&transport).await, Exchanged::Lost(Reached::Nothing, false));
    assert!(!is_applied(transport.sandbox()));
}

#[tokio::test]
async fn the_server_survives_a_cut_connection() {
    let running = Server::start(scripted("PUT:truncated"), LOOPBACK).await.unwrap();
    assert_eq!(through_socket(&running).await, Exchanged::Lost(Reached::Unknown, false));
    assert!(matches!(through_socket(&running).await, Exchanged::Answer(200, _)));
    running.stop().await;
}

#[tokio::test]
async fn a_truncated_answer_has_a_complete_head_and_half_a_body() {
    let running = Server::start(scripted("GET:truncated"), LOOPBACK).await.unwrap();
    let url = format!("{}{}", running.base_url(), organizations());
    let mut response = client().get(url).bearer_auth("sesame").send().await.unwrap();
    let promised = response.content_length().unwrap();
    let first = response.chunk().await.unwrap().unwrap();
    assert_eq!(first.len() as u64, promised / 2);
    assert!(response.chunk().await.is_err());
    running.stop().await;
}

#[tokio::test]
async fn a_throttled_answer_has_retry_after() {
    let transport = SandboxTransport::new(scripted("*:429+7"));
    let response = transport.send(&request(), SOON).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &HeaderValue::from(7)));
    assert_eq!(response.headers()["ratelimit"], "\"default\";r=0;t=7");
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_arrives_after_its_time_or_the_time_limit() {
    for (delay, limit, expected, is_answered) in [(2, 30, 2, true), (30, 30, 30, false), (40, 30, 30, false)] {
        let transport = SandboxTransport::new(scripted(&format!("PUT:slow+{delay}s")));
        let begun = tokio::time::Instant::now();
        let answer = transport.send(&request(), Duration::from_secs(limit)).await;
        assert_eq!(answer.is_ok_and(|answer| answer.status() == 200), is_answered, "{delay}");
        assert_eq!(begun.elapsed().as_secs(), expected, "{delay}");
        assert!(is_applied(transport.sandbox()), "{delay}");
    }
}

#[tokio::test]
async fn a_slow_answer_delays_neither_those_of_other_accounts_nor_the_end_of_the_server() {
    let slow = format!("{OTHER}=GET:slow+1h");
    let state = State { faults: vec![slow.parse().unwrap()], ..seeded() };
    let running = Server::start(Sandbox::from_state(state), LOOPBACK).await.unwrap();
    let read = |account: &str| {
        let url = format!("{}/accounts/{account}/access/organizations", running.base_url());
        client().get(url).bearer_auth("sesame").send()
    };
    let waiting = tokio::spawn(read(OTHER));
    while running.sandbox().calls().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(read(ACCOUNT).await.unwrap().status(), 200);
    running.stop().await;
    assert!(waiting.await.unwrap().is_err(), "the connection is closed");
}

#[tokio::test]
async fn the_server_answers_as_the_state_machine_does() {
    let running = Server::start(sandbox(""), LOOPBACK).await.unwrap();
    assert!(running.base_url().starts_with("http://127.0.0.1:"));
    assert!(running.base_url().ends_with("/client/v4"));
    let url = format!("{}{}?devices=true", running.base_url(), organizations());
    let response = client().get(url).bearer_auth("sesame").send().await.unwrap();
    assert_eq!(response.headers()["cf-ray"], "8f00000000000001-SBX");
    assert_eq!(response.headers()["content-type"], "application/json");
    let body: Json = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!(body["result"], get(&mut sandbox("")));
    assert_eq!(running.sandbox().calls()[0].query, "devices=true");
    running.stop().await;
}

#[tokio::test]
async fn the_server_refuses_other_addresses_than_loopback() {
    let everywhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
    let error = Server::start(sandbox(""), everywhere).await.unwrap_err();
    assert!(matches!(error, ServerError::NotLoopback(_)), "{error}");
}

#[tokio::test]
async fn an_invalid_state_file_is_reported_in_process_and_by_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let instance = Instance::try_from(Store::open(&path).unwrap()).unwrap();
    std::fs::write(&path, "{").unwrap();
    let error = SandboxTransport::new(instance.clone()).send(&request(), SOON).await.unwrap_err();
    assert_eq!(error.reached, Reached::Nothing);
    assert!(error.message.contains("state.json: line 1"), "{error}");
    let running = Server::start(instance, LOOPBACK).await.unwrap();
    let Exchanged::Answer(500, body) = through_socket(&running).await else { panic!("no answer from the server") };
    assert!(String::from_utf8(body).unwrap().contains("state.json: line 1"));
    running.stop().await;
}

#[tokio::test]
async fn a_transport_works_with_and_without_a_token() {
    let mut listed = sandbox("");
    listed.state_mut().tokens = Tokens::Listed(vec![Grant {
        token: "sesame".to_owned(),
        email: None,
        permission: Permission::Write,
        owner: Owner::User,
        status: TokenStatus::Active,
    }]);
    let status = async |transport: SandboxTransport| transport.send(&request(), SOON).await.unwrap().status();
    assert_eq!(status(SandboxTransport::new(sandbox(""))).await, 200);
    assert_eq!(status(SandboxTransport::new(listed.clone())).await, 403);
    assert_eq!(status(SandboxTransport::new(listed).with_token("sesame")).await, 200);
}

#[test]
fn a_fault_has_the_code_of_its_status() {
    let mut sandbox = sandbox("");
    for (fault, code) in [
        ("GET:400", 12062),
        ("GET:401", 1000),
        ("GET:403", 10000),
        ("GET:404", 7003),
        ("GET:409", 12130),
        ("GET:429+5", 971),
        ("GET:500", 10001),
    ] {
        sandbox.state_mut().faults = vec![fault.parse().unwrap()];
        let answer = sandbox.handle(&call("GET", &organizations(), None));
        let body: Json = serde_json::from_slice(answer.http.body()).unwrap();
        assert_eq!(body["errors"][0]["code"], code, "{fault}");
    }
}

#[test]
fn an_unsupported_method_is_answered_with_the_supported_ones() {
    for (switches, method, path, allowed) in [
        ("", "DELETE", organizations(), "GET, POST, PUT"),
        ("patch=accepted", "DELETE", organizations(), "GET, PATCH, POST, PUT"),
        ("", "POST", doh(), "GET, PUT"),
        ("", "GET", organizations() + "/revoke_user", "POST"),
    ] {
        let answer = sandbox(switches).handle(&call(method, &path, None));
        assert_eq!(answer.http.status(), 405, "{method} {path}");
        assert_eq!(answer.http.headers()["allow"], allowed, "{method} {path}");
    }
}
