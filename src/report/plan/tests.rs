use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::super::{ColorLevel, drift};
use super::*;
use crate::plan::Consent;
use crate::plan::tests::samples::{busy, change, consented, create, in_sync, unmanaged, with_origins};

fn plain() -> Style {
    Style::plain(100)
}

#[test]
fn a_plan_with_all_kinds_of_changes_is_rendered() {
    assert_snapshot!("plan_busy", text(&busy(), &plain()));
}

#[test]
fn a_plan_with_a_base_shows_conflicts_then_drift_then_its_own_changes() {
    assert_snapshot!("plan_with_origins", text(&with_origins(), &plain()));
    assert_snapshot!("drift_with_origins", drift::text(&with_origins(), &plain()));
}

#[test]
fn a_plan_is_wrapped_in_a_narrow_terminal() {
    assert_snapshot!("plan_busy_narrow", text(&busy(), &Style::plain(72)));
}

#[test]
fn a_plan_in_true_colour_shows_colour_values() {
    let style = Style { color: ColorLevel::TrueColor, width: 100 };
    let text = text(&busy(), &style);
    assert!(text.contains("\u{1b}[38;2;197;237;27m■\u{1b}[0m #c5ed1b\n"), "{text}");
}

#[test]
fn colour_changes_only_the_marks_of_words() {
    let coloured = text(&busy(), &Style { color: ColorLevel::Ansi, width: 100 });
    let stripped = crate::report::tests::hostile::without_sgr(&coloured);
    let plain = text(&busy(), &plain()).replace("[-", "").replace("-]", "").replace("{+", "").replace("+}", "");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&stripped), words(&plain));
}

#[test]
fn a_plan_in_sync_is_short() {
    assert_snapshot!("plan_in_sync", text(&in_sync(), &plain()));
}

#[test]
fn a_plan_of_a_creation_states_it() {
    assert_snapshot!("plan_create", text(&create(), &plain()));
}

#[test]
fn drift_shows_the_live_value_first() {
    assert_snapshot!("drift_busy", drift::text(&busy(), &plain()));
}

#[test]
fn no_drift_and_a_missing_organization_are_summarized() {
    assert_eq!(drift::summary(&in_sync()), "No drift: 3 declared settings match; 2 live settings are not managed.");
    assert_eq!(
        drift::summary(&create()),
        "Drift: account 699d98642c564d2e855e9661899b7252 has no Zero Trust organization, but org.yaml declares one."
    );
}

#[test]
fn a_change_of_the_auth_domain_shows_all_risks() {
    let plan = Plan { changes: vec![busy().changes[0].clone()], ..busy() };
    let text = text(&plan, &Style::plain(1000));
    for risk in ["dashboard SSO must be off", "redirect URIs", "free for anyone to claim"] {
        assert!(text.contains(risk), "{risk} is missing in {text}");
    }
}

#[test]
fn the_offered_consent_can_be_pasted() {
    let text = text(&busy(), &plain());
    let start = text.find("\nallow:\n").unwrap() + 1;
    let block = &text[start..start + text[start..].find("\n\n").unwrap() + 1];
    let read: Json = serde_yaml::from_str(block).unwrap();
    assert_eq!(
        read["allow"],
        json!([{
            "setting": "organization.auth_domain", "to": "gadget.cloudflareaccess.com",
            "reason": "why this is wanted, and who agreed",
        }])
    );
}

#[test]
fn summaries_count_guards_by_consent() {
    let guarded = change("organization.deny_unmatched_requests", Json::Null, json!(true));
    let given = consented(guarded.clone(), Consent::Flag);
    let one_put = vec![busy().writes[0].clone()];
    let summary_of = |changes| summary(&Plan { changes, writes: one_put.clone(), ..busy() });
    let id = "account 699d98642c564d2e855e9661899b7252";
    assert_eq!(
        summary_of(vec![guarded.clone()]),
        format!("Plan: 1 setting of {id} would change (1 guarded, no consent yet), with one PUT.")
    );
    assert_eq!(
        summary_of(vec![given.clone()]),
        format!("Plan: 1 setting of {id} would change (1 guarded, with consent), with one PUT.")
    );
    assert_eq!(
        summary_of(vec![guarded, given]),
        format!("Plan: 2 settings of {id} would change (2 guarded, 1 without consent), with one PUT.")
    );
}

#[test]
fn a_creation_lists_the_settings_that_it_checks_afterwards() {
    let declared_empty = vec![change("organization.strict_service_token_auth", Json::Null, Json::Null)];
    let text = text(&Plan { declared_empty, ..create() }, &plain());
    assert!(
        text.contains("organization.strict_service_token_auth is declared as empty: after the creation, apply would")
    );
}

#[test]
fn unmanaged_settings_beyond_the_limit_are_counted() {
    let unmanaged = (0..32).map(|number| unmanaged(&format!("organization.x{number}"), json!(1), false)).collect();
    let text = text(&Plan { unmanaged, ..in_sync() }, &plain());
    assert!(text.contains("… and 12 more, see --format json"), "{text}");
    assert!(!text.contains("organization.x20"));
}

#[test]
fn only_added_elements_of_a_reordered_set_are_shown() {
    let zones = "organization.deny_unmatched_requests_exempted_zone_names";
    let plan = Plan {
        changes: vec![change(zones, json!(["b.example", "a.example"]), json!(["a.example", "c.example", "b.example"]))],
        ..busy()
    };
    assert!(text(&plan, &plain()).contains("      +c.example  (keeps a.example, b.example)\n"));
}
