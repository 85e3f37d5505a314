use super::*;
use serde_json::json;

fn live(before: Json, after: Json) -> String {
    StaleReason::Live(Difference { path: "organization.name".to_owned(), before, after }).to_string()
}

#[test]
fn a_reason_shows_both_values_without_terminal_commands() {
    assert_eq!(
        live(json!("a\u{202e}"), Json::Null),
        r#"organization.name: planned with "a\u{202e}"; the live state now has no value"#
    );
    assert_eq!(
        live(json!([1, 2]), json!(false)),
        "organization.name: planned with [1,2]; the live state now has false"
    );
}

#[test]
fn a_digest_approves_from_its_time_until_it_expires() {
    let time = |seconds| Timestamp::from_second(seconds).unwrap();
    let made = 1_795_000_000;
    let digest = format!("sha256:{}{made:08x}", "a".repeat(56));
    let (week, hour) = (Duration::from_secs(604_800), Duration::from_secs(3600));
    for (now, max_age, expected) in [
        (made, week, None),
        (made + 604_799, week, None),
        (made + 604_800, week, Some("expired at")),
        (made + 3600, hour, Some("expired at")),
        (made - 300, hour, None),
        (made - 301, hour, Some("the clocks of the two machines differ")),
        (made, Duration::from_nanos(1), None),
        (made + 1_000_000_000, Duration::MAX, None),
    ] {
        match (stale_digest(&digest, time(now), max_age), expected) {
            (None, None) => {}
            (Some(stale), Some(part)) => assert!(stale.to_string().contains(part), "{now}: {stale}"),
            (found, _) => panic!("{now}, {max_age:?}: {found:?}"),
        }
    }
    for text in ["", "sha256:00", "no digest", &digest[7..]] {
        assert!(stale_digest(text, time(made), week).is_some(), "{text}: a digest without a time has expired");
    }
}

#[test]
fn long_values_are_cut_to_where_they_differ() {
    let (one, two) = ("x".repeat(1000) + "one", "x".repeat(1000) + "two");
    let text = live(json!(one), json!(two));
    assert!(text.contains("xxone\"") && text.contains("xxtwo\""), "{text}");
    assert!(text.len() < 200, "{text}");
    let text = live(json!("y".repeat(1000)), json!("x"));
    assert!(text.contains("yyy…; the live state now has \"x\""), "{text}");
}
