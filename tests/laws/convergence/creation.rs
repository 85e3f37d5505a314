//! Properties of creations.

use super::{config, everything};
use crate::common::{World, live_state, manifest, manifest_of, manifest_without_objections, personality, run, wanted};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use zerodrift::apply::{End, Known};
use zerodrift::live::{Live, Slot};
use zerodrift::manifest::Manifest;
use zerodrift::plan::Action;
use zerodrift::sandbox::personality::{AbsentOrganization, PostExisting, UpdatedAt};
use zerodrift::sandbox::{Fault, Personality, State};
use zerodrift::settings::{Endpoint, Model, Setting};

/// The sections of a creation, with the settings that POST needs.
fn creating(mut sections: Map<String, Json>) -> Map<String, Json> {
    let fields = sections["organization"].as_object_mut().unwrap();
    fields.insert("name".to_owned(), json!("Widget"));
    fields.insert("auth_domain".to_owned(), json!("widget-corps.cloudflareaccess.com"));
    sections
}

fn nothing() -> Live {
    Live { organization: Slot::Absent, doh: Slot::Absent }
}

/// Whether a creation that meets this organization cannot be told from one that made it.
///
/// The POST has to merge, so that its values are there afterwards, and must not move `updated_at`, which would be later
/// than `created_at`. Every other value has to be one that a creation fills in, or one that the manifest overwrites without
/// a guard. Then nothing that can be read shows that the organization is older than the POST.
async fn looks_new(state: &State, manifest: &Manifest, personality: Personality) -> bool {
    if personality.post_existing != PostExisting::Merged || personality.updated_at != UpdatedAt::Stays {
        return false;
    }
    let live = everything(&World::of(state.clone(), personality)).await;
    let Some(document) = live.document(Endpoint::Organization) else { return false };
    let is_expected = |setting: &&Setting| {
        let found = document.canonical(Model::current(), setting);
        let filled_in = setting.canonical(serde_json::from_str(setting.created_with).ok().as_ref());
        let is_overwritten = manifest.declared(setting.path).is_some_and(|declared| {
            let is_empty = setting.is_empty(Some(&declared.value));
            is_empty || setting.in_create || setting.ranked_guards().next().is_none()
        });
        found.is_null() || found == filled_in || is_overwritten
    };
    let mut settings = Model::current().of(Endpoint::Organization).filter(|setting| setting.is_writable());
    settings.all(|setting| is_expected(&setting))
}

/// An organization exists, but the first `false_reads` reads return that there is none. The planned creation must not
/// change the organization.
async fn create_over_an_organization(
    state: State,
    sections: Map<String, Json>,
    personality: Personality,
    false_reads: usize,
) -> Result<(), TestCaseError> {
    let manifest = manifest_without_objections(creating(sections), Some(&nothing()));
    // With one false read no POST is sent, so the law holds for such an organization too.
    if false_reads > 1 && looks_new(&state, &manifest, personality).await {
        return Ok(());
    }
    let fault: Fault = "GET/organization:not-enabled".parse().unwrap();
    let world = World::of(State { faults: vec![fault; false_reads], ..state.clone() }, personality);
    let (plan, outcome) = world.apply(&manifest).await;
    prop_assert_eq!(plan.action, Action::Create);
    // If the read after a refused POST is false too, only the refusal is known.
    let unseen = false_reads > 2 && outcome.end == End::Failed;
    prop_assert!(outcome.end == End::Conflict || unseen, "{:#?}", outcome);
    prop_assert!(outcome.writes <= usize::from(false_reads > 1), "{:#?}", outcome);
    prop_assert!(!world.calls().iter().any(|call| call.starts_with("PUT")), "{:?}", world.calls());
    if false_reads == 1 || personality.post_existing != PostExisting::Merged {
        let now = world.state();
        prop_assert_eq!((now.organization, now.doh), (state.organization, state.doh), "nothing was written");
    }
    Ok(())
}

/// After a creation, all settings are as declared, including empty ones, or the outcome is a failure.
async fn create(sections: Map<String, Json>, personality: Personality) -> Result<(), TestCaseError> {
    let manifest = manifest_without_objections(creating(sections), Some(&nothing()));
    let world = World::of(State::default(), personality);
    let (_, outcome) = world.apply(&manifest).await;
    match outcome.end {
        End::Applied => {
            let (again, _) = world.plan(&manifest).await;
            prop_assert!(again.is_empty(), "everything is as declared: {:#?}", again.changes);
        }
        End::Failed => {
            prop_assert!(matches!(outcome.known, Known::Unchanged | Known::Partly), "{:?}", outcome);
        }
        _ => prop_assert!(false, "a creation without a concurrent write: {:#?}", outcome),
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn approving_a_creation_does_not_approve_an_update(state in live_state(), sections in wanted(), personality in personality(), false_reads in 1..4_usize) {
        run(create_over_an_organization(state, sections, personality, false_reads))?;
    }

    #[test]
    fn a_creation_verifies_settings_declared_as_empty(sections in wanted(), personality in personality()) {
        let personality = Personality { absent_organization: AbsentOrganization::NotEnabled, ..personality };
        run(create(sections, personality))?;
    }
}

/// The case that `approving_a_creation_does_not_approve_an_update` leaves out: after a merging POST, an organization without
/// values of its own looks like a new one, so the creation counts as applied. A later `updated_at` shows that it is not.
#[test]
fn an_existing_organization_with_only_default_values_is_taken_for_the_created_one() {
    let fields = json!({
        "name": "Theirs", "auth_domain": "theirs.cloudflareaccess.com", "session_duration": "24h",
        "created_at": "2024-03-11T09:12:45Z", "beta_flag": true,
    });
    let sections = json!({"organization": {"session_duration": "12h"}}).as_object().unwrap().clone();
    let manifest = manifest(&manifest_of(&creating(sections)));
    for (switch, passes) in [("updated_at=stays", true), ("updated_at=moves", false)] {
        let personality: Personality = format!("post_existing=merged,{switch}").parse().unwrap();
        let fault: Fault = "GET/organization:not-enabled".parse().unwrap();
        let state = State::with_organization(fields.clone());
        run(async {
            assert_eq!(looks_new(&state, &manifest, personality).await, passes, "{switch}");
            let world = World::of(State { faults: vec![fault; 2], ..state }, personality);
            let (plan, outcome) = world.apply(&manifest).await;
            assert_eq!((plan.action, outcome.writes), (Action::Create, 1), "{switch}: {outcome:#?}");
            let ended = if passes { (End::Applied, Known::Desired) } else { (End::Conflict, Known::Otherwise) };
            assert_eq!((outcome.end, outcome.known), ended, "{switch}: {outcome:#?}");
            let paths: Vec<&str> = outcome.mismatches.iter().map(|found| found.path.as_str()).collect();
            assert_eq!(paths.is_empty(), passes, "{switch}: {paths:?}");
        });
    }
}
