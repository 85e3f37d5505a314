//! What the digest of a plan covers.

use super::*;

#[test]
fn the_digest_covers_the_writes_and_not_fields_that_change_by_themselves() {
    let story =
        |live: Json, wanted: &str| given_live(live).wants("organization.session_duration", json!(wanted)).plan().digest;
    let base = story(json!({"session_duration": "12h", "updated_at": "1"}), "24h");
    assert_eq!(base, story(json!({"updated_at": "2", "session_duration": "12h", "login_design": {}}), "24h"));
    assert_ne!(base, story(json!({"session_duration": "12h", "updated_at": "1"}), "25h"));
    assert_ne!(base, story(json!({"session_duration": "12h", "name": "Widget"}), "24h"));
}

#[test]
fn a_digest_contains_its_time_and_matches_one_plan_at_one_time() {
    let story = given_live(json!({"session_duration": "12h"})).wants("organization.session_duration", json!("24h"));
    let other = given_live(json!({"session_duration": "13h"})).wants("organization.session_duration", json!("24h"));
    let mut seen = std::collections::BTreeSet::new();
    for seconds in [0, 1, 1_795_000_000, 1_795_000_001, i64::from(u32::MAX)] {
        let made_at = Timestamp::from_second(seconds).unwrap();
        let (mut plan, mut again) = (story.plan(), story.plan());
        plan.stamp(made_at);
        assert_eq!(digest_time(&plan.digest), Some(made_at));
        assert!(seen.insert(plan.digest[..63].to_owned()), "the hash covers the time");
        assert!(again.recognize(&plan.digest) && again.digest == plan.digest);
        assert!(!other.plan().recognize(&plan.digest));
        for index in 7..plan.digest.len() {
            let digit = if plan.digest.as_bytes()[index] == b'0' { "1" } else { "0" };
            let mut edited = plan.digest.clone();
            edited.replace_range(index..=index, digit);
            assert!(!story.plan().recognize(&edited), "{edited}");
        }
    }
    assert_eq!(story.plan().expires_at(), None, "a plan without a time approves nothing");
    let mut ancient = story.plan();
    ancient.stamp(Timestamp::MIN);
    assert_eq!(digest_time(&ancient.digest), Some(Timestamp::UNIX_EPOCH));
}
