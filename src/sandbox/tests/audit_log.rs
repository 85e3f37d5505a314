//! The audit log: what it contains, its pages, and its personalities.

use super::*;
use crate::settings::Model;

const PERIOD: &str = "since=2026-08-01&before=2026-10-01";

fn page(sandbox: &mut Sandbox, query: &str) -> Json {
    let (status, body) = send(sandbox, "GET", &format!("/accounts/{ACCOUNT}/logs/audit?{query}"), None);
    assert_eq!(status, 200, "{body}");
    body
}

fn actors(page: &Json) -> Vec<&str> {
    page["result"].as_array().unwrap().iter().map(|entry| entry["actor"]["email"].as_str().unwrap()).collect()
}

fn put(sandbox: &mut Sandbox, session: &str) -> u16 {
    let body = json!({"auth_domain": "widget.cloudflareaccess.com", "session_duration": session});
    send(sandbox, "PUT", &organizations(), Some(body)).0
}

#[test]
fn a_write_is_logged_with_its_sender_request_and_ray() {
    let mut sandbox = sandbox("");
    let body = json!({"auth_domain": "widget.cloudflareaccess.com", "name": "Widget Corps"});
    let mut request = call("PUT", &organizations(), Some(&body));
    request.headers_mut().insert("user-agent", "zerodrift/9.9.9".parse().unwrap());
    let answer = sandbox.handle(&request);
    let page = page(&mut sandbox, PERIOD);
    let entry = &page["result"][0];
    let ray = answer.http.headers()["cf-ray"].to_str().unwrap();
    assert_eq!(format!("{}-SBX", entry["raw"]["cf_ray_id"].as_str().unwrap()), ray);
    assert_eq!(entry["raw"]["user_agent"], "zerodrift/9.9.9");
    assert_eq!(entry["raw"]["uri"], format!("/client/v4{}", organizations()));
    assert_eq!(entry["actor"]["context"], "api_token");
    assert_eq!(entry["resource"]["request"], body);
    assert_eq!(entry["resource"]["response"]["name"], "Widget Corps");
    assert_eq!(entry["action"]["time"], "2026-09-01T08:00:01Z");
    assert_eq!(page["result"].as_array().unwrap().len(), 1);
}

#[test]
fn a_refused_write_is_logged_as_a_failure_and_a_read_is_not_logged() {
    let mut sandbox = sandbox("");
    get(&mut sandbox);
    assert_eq!(put(&mut sandbox, "soon"), 400);
    let page = page(&mut sandbox, PERIOD);
    let results: Vec<_> = page["result"].as_array().unwrap().iter().map(|entry| &entry["action"]["result"]).collect();
    assert_eq!(results, ["failure"]);
}

#[test]
fn a_write_that_is_applied_later_is_logged_when_it_is_applied() {
    let mut sandbox = sandbox("");
    sandbox.state_mut().faults = vec!["PUT:lands+2".parse().unwrap()];
    sandbox.handle(&call("PUT", &organizations(), Some(&json!({"auth_domain": "widget.cloudflareaccess.com"}))));
    assert_eq!(actors(&page(&mut sandbox, PERIOD)), [""; 0]);
    assert_eq!(actors(&page(&mut sandbox, PERIOD)), ["deploy@widget.example"]);
}

#[test]
fn pages_follow_the_cursor_in_both_of_its_forms() {
    for (switches, cursor) in [("", "/result_info/cursors/after"), ("audit_cursor=flat", "/result_info/cursor")] {
        let mut sandbox = Sandbox::new(seeded(), switches.parse().unwrap());
        let mut query = format!("{PERIOD}&limit=4");
        let first = page(&mut sandbox, &query);
        query += &format!("&cursor={}", first.pointer(cursor).unwrap().as_str().unwrap());
        let second = page(&mut sandbox, &query);
        assert_eq!(actors(&first), ["lena", "sam", "sam", "priya"].map(|name| format!("{name}@widget.example")));
        assert_eq!(actors(&second), ["deploy@widget.example", "priya@widget.example"]);
        assert_eq!(second.pointer(cursor).and_then(Json::as_str).unwrap_or_default(), "");
        let oldest = page(&mut sandbox, &format!("{PERIOD}&direction=asc&limit=1"));
        assert_eq!(actors(&oldest), ["priya@widget.example"]);
    }
}

#[test]
fn the_period_excludes_its_end() {
    let mut sandbox = Sandbox::from_state(seeded());
    let last = "2026-08-28T14:03:10Z";
    assert_eq!(actors(&page(&mut sandbox, &format!("since={last}&before=2026-10-01"))), ["lena@widget.example"]);
    assert_eq!(actors(&page(&mut sandbox, &format!("since=2026-08-28&before={last}"))), [""; 0]);
}

#[test]
fn an_invalid_query_is_refused() {
    for query in [
        "",
        "since=2026-08-01",
        "since=yesterday&before=2026-10-01",
        "since=2026-08-01T00:00:00&before=2026-10-01",
        "since=2026-08-01&before=2026-10-01&limit=0",
        "since=2026-08-01&before=2026-10-01&limit=101",
        "since=2026-08-01&before=2026-10-01&limit=+5",
        "since=2026-08-01&before=2026-10-01&direction=up",
        "since=2026-08-01&before=2026-10-01&cursor=x",
        "since=2026-08-01&since=2026-08-01&before=2026-10-01",
    ] {
        let mut sandbox = sandbox("");
        let (status, body) = send(&mut sandbox, "GET", &format!("/accounts/{ACCOUNT}/logs/audit?{query}"), None);
        assert_eq!(status, 400, "{query}: {body}");
    }
}

#[test]
fn a_zone_has_no_audit_log_and_it_cannot_be_written() {
    let mut sandbox = sandbox("");
    assert_eq!(send(&mut sandbox, "GET", &format!("/zones/{ACCOUNT}/logs/audit?{PERIOD}"), None).0, 404);
    assert_eq!(send(&mut sandbox, "POST", &format!("/accounts/{ACCOUNT}/logs/audit?{PERIOD}"), None).0, 405);
}

#[test]
fn the_log_can_be_refused_missing_or_empty() {
    let path = format!("/accounts/{ACCOUNT}/logs/audit?{PERIOD}");
    for (switches, expected) in [("audit_log=refused", 403), ("audit_log=not_found", 404), ("audit_log=empty", 200)] {
        let mut sandbox = Sandbox::new(seeded(), switches.parse().unwrap());
        let (status, body) = send(&mut sandbox, "GET", &path, None);
        assert_eq!((status, body["result"] == json!([])), (expected, expected == 200), "{switches}");
    }
}

#[test]
fn requests_can_be_text_or_missing() {
    let newest = |switches: &str| {
        let mut sandbox = Sandbox::new(seeded(), switches.parse().unwrap());
        page(&mut sandbox, PERIOD)["result"][0]["resource"].get("request").cloned()
    };
    let request = json!({"login_design": {"background_color": "#f4f1ea"}});
    assert_eq!(newest(""), Some(request.clone()));
    assert_eq!(newest("audit_payload=text"), Some(request.to_string().into()));
    assert_eq!(newest("audit_payload=missing"), None);
}

#[test]
fn the_newest_entry_can_be_late() {
    let mut sandbox = Sandbox::new(seeded(), "audit_lag=newest".parse().unwrap());
    assert_eq!(actors(&page(&mut sandbox, PERIOD))[0], "sam@widget.example");
    put(&mut sandbox, "8h");
    assert_eq!(actors(&page(&mut sandbox, PERIOD))[0], "lena@widget.example");
}

#[test]
fn entries_of_others_can_be_between_or_before_those_of_the_organization() {
    let mut sandbox = Sandbox::new(seeded(), "audit_noise=others".parse().unwrap());
    let mixed = page(&mut sandbox, PERIOD);
    assert_eq!(actors(&mixed)[..3], ["somebody@other.example", "noc@widget.example", "lena@widget.example"]);
    assert_ne!(mixed["result"][0]["account"]["id"], ACCOUNT);
    let mut crowded = Sandbox::new(seeded(), "audit_noise=many".parse().unwrap());
    let last = page(&mut crowded, &format!("{PERIOD}&cursor=000009c4"));
    assert_eq!(actors(&last)[0], "lena@widget.example");
}

#[test]
fn an_edit_changes_the_settings_and_is_logged_as_a_write_in_the_dashboard() {
    let mut sandbox = Sandbox::from_state(seeded());
    let setting = |path: &str| *Model::current().setting(path).unwrap();
    let edits = [
        (setting("organization.session_duration"), json!("8h")),
        (setting("organization.login_design.header_text"), Json::Null),
        (setting("doh.doh_jwt_duration"), json!("12h")),
    ];
    sandbox.edit(None, &edits, "alice@example.com").unwrap();
    let organization = get(&mut sandbox);
    assert_eq!(organization["session_duration"], "8h");
    assert_eq!(organization["login_design"].get("header_text"), None);
    assert_eq!(organization["login_design"]["text_color"], "#1b1b1b");
    assert_eq!(organization["ai_controls_beta"]["mode"], "observe");
    assert_eq!(get_doh(&mut sandbox)["doh_jwt_duration"], "12h");
    let page = page(&mut sandbox, PERIOD);
    assert_eq!(actors(&page)[..3], ["alice@example.com", "alice@example.com", "lena@widget.example"]);
    assert_eq!(page["result"][0]["actor"]["context"], "dash");
    let request = &page["result"][1]["resource"]["request"];
    assert_eq!(request["session_duration"], "8h");
    assert_eq!(request.as_object().unwrap().len(), 2, "the settings of others are left out: {request}");
    assert_eq!(request["login_design"]["header_text"], Json::Null);
}

#[test]
fn a_refused_edit_changes_nothing() {
    let mut sandbox = Sandbox::from_state(seeded());
    let setting = |path: &str| *Model::current().setting(path).unwrap();
    let edits =
        [(setting("organization.session_duration"), json!("8h")), (setting("doh.doh_jwt_duration"), json!("soon"))];
    assert!(sandbox.edit(None, &edits, "alice@example.com").unwrap_err().contains("doh_jwt_duration"));
    assert_eq!(*sandbox.state(), seeded());
    let mut none = Sandbox::from_state(State::default());
    assert_eq!(none.edit(None, &edits, "alice@example.com").unwrap_err(), "the account has no Zero Trust organization");
}
