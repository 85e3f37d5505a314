//! Backups before a write, and rollbacks after an apply.

use crate::common::{World, live_state, manifest_without_objections, personality, run, target, wanted};
use proptest::prelude::*;
use serde_json::{Map, Value as Json};
use zerodrift::apply::{Approved, End, Failure, FileError, Known, Options, apply};
use zerodrift::diagnostics::{Finding, Source};
use zerodrift::live::Live;
use zerodrift::manifest::restoring;
use zerodrift::sandbox::{Personality, State};
use zerodrift::settings::{Endpoint, Model, Unset};

const WANTED: &str = "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h\n";

#[tokio::test(start_paused = true)]
async fn if_the_backup_fails_no_write_is_sent() {
    let organization = serde_json::json!({"name": "Widget", "session_duration": "12h"});
    let world = World::of(State::with_organization(organization), Personality::default());
    let manifest = crate::common::manifest(WANTED);
    let (plan, live) = world.plan(&manifest).await;
    let approved = Approved::new(&plan, &live).unwrap();
    let keep = |_: &Live| {
        let source = std::io::Error::from(std::io::ErrorKind::StorageFull);
        Err(FileError { action: "write a backup in", path: "kept".into(), source })
    };
    let options = Options::keeping(Model::current(), &keep);
    let outcome = apply(&world.reader, &world.writer, approved, &options).await;
    assert!(matches!(outcome.failure, Some(Failure::Backup(_))), "{outcome:?}");
    assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Failed, Known::Unchanged, 0));
    assert_eq!(world.calls(), ["GET organization"]);
}

#[tokio::test(start_paused = true)]
async fn one_backup_is_made_before_the_first_of_several_writes() {
    let organization = serde_json::json!({
        "name": "Widget", "auth_domain": "widget.cloudflareaccess.com", "session_duration": "12h",
    });
    let state = State::with_organization(organization).and_doh(serde_json::json!({"doh_jwt_duration": "24h"}));
    let world = World::of(state, Personality::default());
    let manifest = crate::common::manifest(&format!("{WANTED}doh:\n  doh_jwt_duration: 48h\n"));
    let (plan, live) = world.plan(&manifest).await;
    let approved = Approved::new(&plan, &live).unwrap();
    let kept = std::sync::Mutex::new(Vec::new());
    let keep = |live: &Live| {
        kept.lock().unwrap().push((live.clone(), world.calls().len()));
        Ok(())
    };
    let outcome = apply(&world.reader, &world.writer, approved, &Options::keeping(Model::current(), &keep)).await;
    assert_eq!(outcome.end, End::Applied);
    assert_eq!(*kept.lock().unwrap(), [(live, 2)], "as read, after the two reads");
    let rays: Vec<bool> = outcome.calls.iter().map(|call| call.ray.is_some()).collect();
    assert_eq!(rays, [true, true], "one id for each write");
}

/// Applies, rolls back, and checks that every setting that a file can declare is restored. Returns whether both succeeded.
async fn apply_and_roll_back(
    state: State,
    sections: Map<String, Json>,
    how: Personality,
) -> Result<bool, TestCaseError> {
    let model = Model::current();
    let world = World::of(state, how);
    let before = world.reader.live(&target(), &Endpoint::ALL).await.unwrap();
    let manifest = manifest_without_objections(sections, Some(&before));
    let (_, outcome) = world.apply(&manifest).await;
    if outcome.end != End::Applied {
        return Ok(false);
    }
    let source = Source { name: "backup.json".to_owned(), text: String::new() };
    let back = restoring(model, &target(), &before, &source);
    let (plan, live) = world.plan(&back).await;
    if plan.findings.iter().any(Finding::is_error) {
        return Ok(false);
    }
    let approved = Approved::new(&plan, &live).unwrap();
    let outcome = apply(&world.reader, &world.writer, approved, &Options::without_backup(model)).await;
    if outcome.end == End::Failed {
        // Some personalities refuse a necessary write, such as one that unsets a setting. Then nothing changes.
        prop_assert!(matches!(outcome.known, Known::Unchanged | Known::Partly), "{:?}", outcome);
        return Ok(false);
    }
    let after = world.reader.live(&target(), &Endpoint::ALL).await.unwrap();
    for setting in model.settings().iter().filter(|setting| setting.is_writable()) {
        let value = |live: &Live| live.document(setting.endpoint()).unwrap().canonical(model, setting);
        // A setting that was unset and cannot be unset keeps its new value: the name, the DoH duration.
        if !value(&before).is_null() || !matches!(setting.unset, Unset::Never(_)) {
            prop_assert_eq!(value(&after), value(&before), "{}", setting.path);
        }
    }
    Ok(true)
}

#[test]
fn a_rollback_restores_every_setting_that_can_be_declared() {
    let config = ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let cases = (live_state(), wanted(), personality());
    let rolled_back = std::cell::Cell::new(0);
    runner
        .run(&cases, |(state, sections, how)| {
            let done = run(apply_and_roll_back(state, sections, how))?;
            rolled_back.set(rolled_back.get() + usize::from(done));
            Ok(())
        })
        .unwrap();
    assert!(rolled_back.get() > 100, "too few rollbacks: {}", rolled_back.get());
}
