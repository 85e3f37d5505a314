//! The budget of requests.

use std::time::Duration;

use super::*;

/// The status of one read, and its headers: `Ratelimit`, `Ratelimit-Policy` and `Retry-After`.
fn read(instance: &Instance) -> (u16, [Option<String>; 3]) {
    let answer = instance.handle(&call("GET", &organizations(), None)).unwrap();
    let header = |name| answer.http.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    (answer.http.status().as_u16(), ["ratelimit", "ratelimit-policy", "retry-after"].map(header))
}

#[test]
fn without_a_budget_no_limits_are_reported() {
    assert_eq!(read(&Instance::from(sandbox(""))), (200, [None, None, None]));
}

#[tokio::test(start_paused = true)]
async fn a_budget_is_reported_and_refuses_what_is_beyond_it() {
    let instance = Instance::from(sandbox("")).with_budget("2/10s".parse().unwrap());
    let policy = || Some("\"default\";q=2;w=10".to_owned());
    let limit = |text: &str| Some(format!("\"default\";{text}"));
    assert_eq!(read(&instance), (200, [limit("r=1;t=10"), policy(), None]));
    tokio::time::advance(Duration::from_millis(3_500)).await;
    assert_eq!(read(&instance), (200, [limit("r=0;t=7"), policy(), None]));
    assert_eq!(read(&instance), (429, [limit("r=0;t=10"), policy(), Some("10".to_owned())]));
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(read(&instance), (200, [limit("r=1;t=10"), policy(), None]));
}

#[tokio::test(start_paused = true)]
async fn a_request_beyond_the_budget_has_no_effect_but_is_recorded() {
    let instance = Instance::from(sandbox("")).with_budget("1/10s".parse().unwrap());
    instance.change(|state| state.faults = vec!["PUT:500".parse().unwrap()]).unwrap();
    read(&instance);
    let before = instance.state().unwrap();
    let body = json!({"auth_domain": "widget.cloudflareaccess.com", "session_duration": "12h"});
    let refused = instance.handle(&call("PUT", &organizations(), Some(&body))).unwrap();
    let refused: Json = serde_json::from_slice(refused.http.body()).unwrap();
    assert_eq!((&refused["success"], &refused["errors"][0]["code"]), (&json!(false), &json!(971)));
    assert_eq!(instance.state().unwrap(), before);
    assert_eq!(instance.calls().iter().map(|call| call.status).collect::<Vec<_>>(), [200, 429]);
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_reports_a_budget_takes_precedence() {
    let instance = Instance::from(sandbox("")).with_budget("9/10s".parse().unwrap());
    instance.change(|state| state.faults = vec!["GET:429+7".parse().unwrap()]).unwrap();
    let (status, [limit, ..]) = read(&instance);
    assert_eq!((status, limit.as_deref()), (429, Some("\"default\";r=0;t=7")));
}

#[test]
fn requests_are_recorded_unless_that_is_turned_off() {
    let rays = |instance: Instance| {
        let ray = || instance.handle(&call("GET", &organizations(), None)).unwrap().http.headers()["cf-ray"].clone();
        ([ray(), ray()], instance.calls().len())
    };
    let (rays_of_recorded, recorded) = rays(Instance::from(sandbox("")));
    let (rays_of_others, others) = rays(Instance::from(sandbox("")).without_recording());
    assert_eq!((recorded, others), (2, 0));
    assert_eq!(rays_of_recorded, rays_of_others);
}
