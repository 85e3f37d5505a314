//! Which side changed since the base.

use super::*;

const DURATION: &str = "organization.session_duration";

fn setting(path: &str) -> Setting {
    *Model::current().setting(path).unwrap()
}

/// A plan of `story` with the origin of each change, given a base that declares these settings.
fn labelled(story: &Story, base: Option<&[(&str, Json)]>) -> Plan {
    let base = base.map(|declared| {
        declared.iter().fold(given_live(json!({})), |base, (path, value)| base.wants(path, value.clone())).manifest
    });
    let mut plan = story.plan();
    let input = Input {
        model: &story.model,
        manifest: &story.manifest,
        target: &plan.target.clone(),
        api: &plan.api.clone(),
        live: &story.live,
        allow: &story.allow,
    };
    plan.compare_with_base(&input, "origin/main", base.as_ref());
    plan
}

fn origins(plan: &Plan) -> Vec<(&str, Origin)> {
    plan.changes.iter().map(|change| (change.setting.path, change.origin.unwrap())).collect()
}

#[test]
fn every_row_of_the_table() {
    let of = |base: Option<&str>, live: &str, file: &str| {
        origin(&setting(DURATION), base.map(Json::from).as_ref(), Some(&json!(live)), &json!(file))
    };
    assert_eq!(of(Some("12h"), "12h", "24h"), Some(Origin::File), "the file changed");
    assert_eq!(of(Some("12h"), "24h", "12h"), Some(Origin::Live), "the live state changed");
    assert_eq!(of(Some("12h"), "24h", "48h"), Some(Origin::Both), "both changed, to different values");
    assert_eq!(of(Some("12h"), "24h", "24h"), None, "both changed, to the same value");
    assert_eq!(of(Some("12h"), "12h", "12h"), None, "nothing changed");
    assert_eq!(of(None, "12h", "24h"), Some(Origin::File), "newly managed");
    assert_eq!(of(None, "24h", "24h"), None, "newly managed, with the live value");
}

/// Every combination of absent, unset and two values, each value in two spellings.
#[test]
fn the_origin_depends_on_meaning_alone_and_agrees_with_the_table_everywhere() {
    let setting = setting(DURATION);
    let values =
        [None, Some(json!(null)), Some(json!("")), Some(json!("24h")), Some(json!("1440m")), Some(json!("12h"))];
    let same = |one: Option<&Json>, two: Option<&Json>| setting.same(one, two);
    for base in &values {
        for live in &values {
            for file in values.iter().flatten() {
                let (base, live) = (base.as_ref(), live.as_ref());
                let equal = (same(base, live), same(base, Some(file)), same(live, Some(file)));
                let expected = match (base, equal) {
                    (_, (.., true)) => None,
                    (None, _) | (Some(_), (true, false, false)) => Some(Origin::File),
                    (Some(_), (false, true, false)) => Some(Origin::Live),
                    (Some(_), (false, false, false)) => Some(Origin::Both),
                    (Some(_), (true, true, false)) => unreachable!("equality is transitive"),
                };
                assert_eq!(origin(&setting, base, live, file), expected, "{base:?} {live:?} {file}");
            }
        }
    }
}

#[test]
fn one_plan_shows_all_three_origins_and_what_is_no_longer_managed() {
    let story = given_live(json!({"name": "Dashboard", "session_duration": "12h", "auth_domain": "b.example"}))
        .wants("organization.name", json!("Widget"))
        .wants(DURATION, json!("24h"))
        .wants("organization.auth_domain", json!("c.example"));
    let base = [
        ("organization.name", json!("Widget")),
        (DURATION, json!("720m")),
        ("organization.auth_domain", json!("a.example")),
        ("organization.is_ui_read_only", json!(true)),
    ];
    let plan = labelled(&story, Some(&base));
    let expected =
        [("organization.name", Origin::Live), ("organization.auth_domain", Origin::Both), (DURATION, Origin::File)];
    let mut found = origins(&plan);
    found.sort_by_key(|(path, _)| expected.iter().position(|(known, _)| known == path));
    assert_eq!(found, expected);
    let no_longer: Vec<_> = plan.base.unwrap().no_longer_managed.iter().map(|setting| setting.path).collect();
    assert_eq!(no_longer, ["organization.is_ui_read_only"]);
}

#[test]
fn without_the_file_in_the_base_everything_is_newly_managed() {
    let story = given_live(json!({"session_duration": "12h"})).wants(DURATION, json!("24h"));
    assert_eq!(origins(&labelled(&story, None)), [(DURATION, Origin::File)]);
}

/// The members of a group have no value while its switch is off, in the base as in the live state.
#[test]
fn a_value_behind_a_switch_has_the_origin_of_the_switch() {
    let path = |name: &str| format!("organization.service_token_inactivity.{name}");
    let (enabled, days, action) = (path("enabled"), path("inactivity_threshold_days"), path("action"));
    let base =
        |on: bool| [(enabled.as_str(), json!(on)), (days.as_str(), json!(90)), (action.as_str(), json!("disable"))];
    let hidden = json!({"enabled": false, "inactivity_threshold_days": 90, "action": "disable"});
    let live = || given_live(json!({"service_token_inactivity": hidden})).wants(&enabled, json!(true));
    let all = |story: Story| story.wants(&days, json!(90)).wants(&action, json!("disable"));

    let turned_on = labelled(&all(live()), Some(&base(false)));
    assert_eq!(turned_on.count(Origin::File), 3, "the file turns the switch on");
    let turned_off = labelled(&all(live()), Some(&base(true)));
    assert_eq!(turned_off.count(Origin::Live), 3, "somebody turned the switch off");
    let activated = labelled(&live(), Some(&base(false)[..1]));
    assert_eq!((activated.changes.len(), activated.count(Origin::File)), (3, 3), "undeclared values follow the switch");
}

#[test]
fn the_base_changes_neither_the_digest_nor_the_writes() {
    let story = given_live(json!({"session_duration": "12h"})).wants(DURATION, json!("24h"));
    let (plain, labelled) = (story.plan(), labelled(&story, Some(&[(DURATION, json!("24h"))])));
    assert_eq!(labelled.count(Origin::Live), 1);
    let without = |mut plan: Plan| {
        plan.stamp(Timestamp::from_second(1_800_000_000).unwrap());
        plan.base = None;
        plan.changes.iter_mut().for_each(|change| change.origin = None);
        plan
    };
    assert_eq!(without(labelled), without(plain));
}
