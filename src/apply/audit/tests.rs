use super::*;
use crate::live::{Live, Slot};
use crate::plan::{Input, plan};
use crate::settings::{Endpoint, Model, Target};

fn refused_plan(name: &str) -> Plan {
    let source = crate::diagnostics::Source {
        name: name.to_owned(),
        text: "organization: {name: New, auth_domain: new.cloudflareaccess.com}".to_owned(),
    };
    let manifest = crate::manifest::parse(Model::current(), &source).manifest.unwrap();
    let fields = json!({"name": "Widget", "auth_domain": "old.cloudflareaccess.com"}).as_object().unwrap().clone();
    let document = crate::live::Document::new(Endpoint::Organization, fields);
    let live = Live { organization: Slot::Present(document), doh: Slot::NotRead };
    let target = Target::account("699d98642c564d2e855e9661899b7252").unwrap();
    let api = "https://api.cloudflare.com/client/v4";
    plan(&Input { model: Model::current(), manifest: &manifest, target: &target, api, live: &live, allow: &[] })
}

fn record<'a>(plan: &'a Plan, actor: &'a Actor, ended: Ended<'a>) -> AuditRecord<'a> {
    let action = AuditedAction::Changes { plan, backup: None };
    let (target, api) = (&plan.target, plan.api.as_str());
    AuditRecord { at: Timestamp::UNIX_EPOCH, started_at: None, command: "apply", actor, target, api, action, ended }
}

#[test]
fn lines_are_appended_and_earlier_lines_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let log = AuditLog::at(folder.path().join("below/audit.jsonl"));
    let (plan, actor) = (refused_plan("org.yaml"), Actor::default());
    log.append(&record(&plan, &actor, Ended::Unchanged(FailureKind::Guard, "no consent"))).unwrap();
    let first = std::fs::read_to_string(log.path()).unwrap();
    log.append(&record(&plan, &actor, Ended::Unknown(FailureKind::Interrupted, "interrupted"))).unwrap();
    let both = std::fs::read_to_string(log.path()).unwrap();
    assert!(both.starts_with(&first) && both.lines().count() == 2, "{both}");
}

#[test]
fn a_guard_is_recorded_with_its_consent() {
    let (mut plan, actor) = (refused_plan("org.yaml"), Actor::default());
    let guard = |plan: &Plan| {
        let line = line(&record(plan, &actor, Ended::Unchanged(FailureKind::Guard, "no")));
        line["changes"].as_array().unwrap().iter().find(|change| !change["guard"].is_null()).unwrap().clone()
    };
    assert_eq!(guard(&plan)["setting"], "organization.auth_domain");
    assert_eq!(guard(&plan)["guard"]["allowed_by"], Json::Null);
    for change in &mut plan.changes {
        if let Some(state) = &mut change.guard {
            state.allowed_by = Some(crate::plan::Consent::Prompt);
        }
    }
    assert_eq!(guard(&plan)["guard"]["allowed_by"], "prompt");
}

#[test]
fn unknown_results_are_recorded_as_unknown() {
    let (plan, actor) = (refused_plan("org.yaml"), Actor::default());
    let line = |ended| line(&record(&plan, &actor, ended));
    let abandoned = line(Ended::Unknown(FailureKind::Interrupted, "interrupted"));
    assert_eq!((&abandoned["outcome"], &abandoned["known"]), (&"failed".into(), &"unknown".into()));
    assert_eq!(abandoned["writes"], Json::Null, "unknown is not the same as none");
    assert_eq!(abandoned["actor"], json!({"name": null, "from": null, "run": null}));
    let moved = line(Ended::Unchanged(FailureKind::Conflict, "the live state changed"));
    assert_eq!((&moved["outcome"], &moved["known"]), (&"conflict".into(), &"as_before".into()));
    assert_eq!(moved["writes"], json!([]));
    let started = line(Ended::Started);
    assert_eq!((&started["outcome"], &started["known"]), (&"started".into(), &"unknown".into()));
    assert_eq!((&started["writes"], &started["error"]), (&Json::Null, &Json::Null));
    let unsent = line(Ended::Unchanged(FailureKind::Interrupted, "interrupted"));
    assert_eq!((&unsent["outcome"], &unsent["known"]), (&"failed".into(), &"as_before".into()));
    assert_eq!(unsent["writes"], json!([]));
}

#[test]
fn every_failure_has_the_same_outcome_as_in_json() {
    let (plan, actor) = (refused_plan("org.yaml"), Actor::default());
    for kind in FailureKind::ALL {
        for ended in [Ended::Unchanged(kind, "why"), Ended::Unknown(kind, "why")] {
            let line = line(&record(&plan, &actor, ended));
            assert_eq!((&line["outcome"], &line["error"]), (&json!(kind.end()), &"why".into()), "{kind}");
        }
    }
}

/// A name cannot start a new line or contain a terminal escape.
#[test]
fn untrusted_text_stays_in_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let log = AuditLog::at(folder.path().join("audit.jsonl"));
    let hostile = "org\n{\"outcome\": \"applied\"}\u{9b}2J\u{202e}.yaml";
    let actor = Actor { name: Some(hostile.to_owned()), from: Some("USER"), run: None };
    let plan = refused_plan(hostile);
    log.append(&record(&plan, &actor, Ended::Unchanged(FailureKind::Guard, hostile))).unwrap();
    let text = std::fs::read_to_string(log.path()).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert!(!text.contains(['\u{9b}', '\u{202e}']), "{text}");
    let line: Json = serde_json::from_str(&text).unwrap();
    assert_eq!((&line["actor"]["name"], &line["error"]), (&hostile.into(), &hostile.into()));
}
