use serde_json::json;

use super::*;
use crate::cloudflare::Policy;
use crate::cloudflare::tests::{ACCOUNT, Script, account, raw, refusal, zone};

fn search(pages: usize) -> LogSearch {
    LogSearch { since: "2026-10-28T00:00:00Z".parse().unwrap(), before: "2026-11-27T00:00:00Z".parse().unwrap(), pages }
}

fn page(entries: &[Json], info: Json) -> Result<crate::cloudflare::Response, crate::cloudflare::TransportError> {
    Ok(raw(200, json!({"success": true, "result": entries, "result_info": info}).to_string()))
}

fn entry(email: &str) -> Json {
    json!({
        "account": {"id": ACCOUNT},
        "action": {"time": "2026-11-20T14:03:00Z", "result": "success"},
        "actor": {"email": email, "context": "dash", "type": "user"},
        "raw": {
            "method": "PUT",
            "status_code": 200,
            "uri": format!("/client/v4/accounts/{ACCOUNT}/access/organizations"),
            "cf_ray_id": "89c15f2e00000000",
        },
        "resource": {"request": {"session_duration": "8h"}},
    })
}

async fn trail(script: &std::sync::Arc<Script>, pages: usize) -> AuditTrail {
    Reader::new(script.clone(), Policy::once()).audit_trail(&account(), search(pages)).await
}

fn emails(trail: &AuditTrail) -> Vec<&str> {
    trail.entries.iter().filter_map(|entry| entry.actor.email.as_deref()).collect()
}

#[tokio::test]
async fn pages_follow_both_forms_of_the_cursor_with_one_get_each() {
    let script = Script::new([
        page(&[entry("a@example.com")], json!({"cursors": {"after": "x&limit=9"}})),
        page(&[entry("b@example.com")], json!({"cursor": "y"})),
        page(&[entry("c@example.com")], json!({"cursors": {"after": ""}, "cursor": null})),
    ]);
    let trail = trail(&script, 9).await;
    assert!(matches!(trail.end, LogEnd::Complete));
    assert_eq!((emails(&trail), trail.read), (vec!["a@example.com", "b@example.com", "c@example.com"], 3));
    let queries: Vec<_> = script.requests().iter().map(|sent| sent.request.uri().query().unwrap().to_owned()).collect();
    let first = "since=2026-10-28T00%3A00%3A00Z&before=2026-11-27T00%3A00%3A00Z&direction=desc&limit=100";
    assert_eq!(queries, [first.to_owned(), format!("{first}&cursor=x%26limit%3D9"), format!("{first}&cursor=y")]);
    assert_eq!(script.lines(), vec![format!("GET /accounts/{ACCOUNT}/logs/audit"); 3]);
}

#[tokio::test]
async fn the_number_of_pages_is_bounded() {
    let more = || page(&[entry("a@example.com")], json!({"cursor": "x"}));
    let script = Script::new([more(), page(&[entry("b@example.com")], json!({"cursor": "y"}))]);
    let trail = trail(&script, 2).await;
    assert!(matches!(trail.end, LogEnd::Bound));
    assert_eq!(emails(&trail).len(), 2);
}

#[tokio::test]
async fn a_cursor_that_does_not_advance_ends_the_search() {
    let same = || page(&[entry("a@example.com")], json!({"cursor": "x"}));
    let script = Script::new([same(), same()]);
    assert!(matches!(trail(&script, 9).await.end, LogEnd::Complete));
    let script = Script::new([page(&[], json!({"cursor": "x"}))]);
    assert!(matches!(trail(&script, 9).await.end, LogEnd::Complete));
}

#[tokio::test]
async fn a_failure_keeps_what_was_read_before_it() {
    let script = Script::new([page(&[entry("a@example.com")], json!({"cursor": "x"})), refusal(403, 10000, "no")]);
    let cut = trail(&script, 9).await;
    assert_eq!(emails(&cut), ["a@example.com"]);
    let LogEnd::Failed(error) = cut.end else { panic!("not a failure") };
    assert_eq!(error.hints(), ["give the token the account permission \"Account Settings Read\""]);
    for result in [json!(null), json!({}), json!("x")] {
        let body = json!({"success": true, "result": result});
        let script = Script::new([Ok(raw(200, body.to_string()))]);
        assert!(matches!(trail(&script, 9).await.end, LogEnd::Failed(_)), "{body}");
    }
}

#[tokio::test]
async fn nothing_is_requested_for_a_zone() {
    let script = Script::new([]);
    let trail = Reader::new(script, Policy::once()).audit_trail(&zone(), search(9)).await;
    assert_eq!(trail.read, 0);
}

/// Returns the entry with a member replaced; `null` removes it.
fn with(pointer: &str, value: Json) -> Json {
    let mut entry = entry("a@example.com");
    *entry.pointer_mut(pointer).unwrap() = value;
    entry
}

#[test]
fn only_successful_writes_of_this_organization_are_entries() {
    let other = "023e105f4ecef8ad9ca31a8372d0c353";
    for entry in [
        with("/account/id", other.into()),
        with("/raw/uri", format!("/client/v4/accounts/{other}/access/organizations").into()),
        with("/raw/uri", format!("/client/v4/accounts/{ACCOUNT}/access/organizations/revoke_user").into()),
        with("/raw/uri", format!("/client/v4/accounts/{ACCOUNT}/access/apps").into()),
        with("/raw/uri", Json::Null),
        with("/raw/method", "GET".into()),
        with("/raw/method", Json::Null),
        with("/raw/status_code", 302.into()),
        with("/raw/status_code", 400.into()),
        with("/raw/status_code", "500".into()),
        with("/action/result", "failure".into()),
        with("/action/result", "added_later".into()),
        json!({}),
        json!("text"),
        Json::Null,
    ] {
        assert_eq!(LogEntry::parse(&account(), &entry), None, "{entry}");
    }
}

#[test]
fn every_other_field_may_be_missing_or_have_another_type() {
    let whole = LogEntry::parse(&account(), &entry("a@example.com")).unwrap();
    assert_eq!(whole.actor.email.as_deref(), Some("a@example.com"));
    assert_eq!(whole.request, Some(json!({"session_duration": "8h"})));
    let pointers = ["/account", "/action", "/actor", "/raw/status_code", "/raw/cf_ray_id", "/resource"];
    for pointer in pointers {
        for value in [Json::Null, json!(7), json!([]), json!("")] {
            if pointer == "/raw/status_code" && value == 7 {
                continue;
            }
            let parsed = LogEntry::parse(&account(), &with(pointer, value.clone()));
            assert!(parsed.is_some(), "{pointer} {value}");
        }
    }
}

#[test]
fn paths_and_methods_have_any_prefix_query_and_case() {
    let path = format!("/accounts/{ACCOUNT}/access/organizations");
    for (uri, endpoint) in [
        (path.clone(), Endpoint::Organization),
        (format!("https://api.cloudflare.com/client/v4{path}?x=1"), Endpoint::Organization),
        (format!("/api/v4{path}/"), Endpoint::Organization),
        (format!("/client/v4{path}/doh"), Endpoint::Doh),
    ] {
        let parsed = LogEntry::parse(&account(), &with("/raw/uri", uri.clone().into())).unwrap();
        assert_eq!(parsed.endpoint, endpoint, "{uri}");
    }
    assert!(LogEntry::parse(&account(), &with("/raw/method", "patch".into())).is_some());
    assert!(LogEntry::parse(&account(), &with("/account/id", ACCOUNT.to_ascii_uppercase().into())).is_some());
}

#[test]
fn a_request_is_an_object_json_text_or_missing() {
    let request = |value: Json| LogEntry::parse(&account(), &with("/resource/request", value)).unwrap().request;
    assert_eq!(request(json!("{\"name\": \"W\"}")), Some(json!({"name": "W"})));
    for unusable in [json!("{"), json!("[1]"), json!(""), json!(1), json!([{}]), Json::Null] {
        assert_eq!(request(unusable.clone()), None, "{unusable}");
    }
}

proptest::proptest! {
    #[test]
    fn no_entry_makes_it_panic(text in r#"[\[\]{}:,"0-9a-z/\\. ]{0,80}"#) {
        let value: Json = serde_json::from_str(&text).unwrap_or_else(|_| text.clone().into());
        let _ = LogEntry::parse(&account(), &value);
        for pointer in ["/account/id", "/action/time", "/raw/uri", "/raw/method", "/resource/request", "/resource"] {
            let _ = LogEntry::parse(&account(), &with(pointer, value.clone()));
        }
    }
}
