//! Organizations that a seed determines.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::cloudflare::{Policy, Reader};
use crate::diagnostics::Source;
use crate::live::{Live, Slot};
use crate::manifest::{compose, parse, parse_parent};
use crate::plan::{Input, plan};
use crate::settings::{Model, Target, TargetId};

fn set(organizations: u32, seed: u32, drifted: u32) -> GeneratedSet {
    GeneratedSet { organizations, seed, drifted }
}

fn ids(set: GeneratedSet) -> BTreeSet<String> {
    set.organizations().map(|organization| organization.target().id.to_string()).collect()
}

fn path(target: &Target) -> String {
    format!("/accounts/{}/access/organizations", target.id)
}

/// Reads the organization through the API, under a personality.
fn live(organization: GeneratedOrganization, set: GeneratedSet, personality: Personality) -> Live {
    let transport = SandboxTransport::new(Sandbox::new(State::with_generated(set), personality));
    let reader = Reader::new(Arc::new(transport), Policy::default());
    let read = async { reader.organization(&organization.target()).await.unwrap() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    Live { organization: runtime.block_on(read), doh: Slot::NotRead }
}

/// Returns the settings whose live value differs from the manifest, which must have no findings.
fn changes(organization: GeneratedOrganization, live: &Live) -> Vec<String> {
    let model = Model::current();
    let source = |name: &str, text: String| Source { name: name.to_owned(), text };
    let base = parse_parent(model, &source(BASE_FILE, base_manifest())).manifest.unwrap();
    let child = parse(model, &source(&organization.file_name(), organization.manifest())).manifest.unwrap();
    let composed = compose(model, &child, &[base]);
    assert_eq!(composed.findings, []);
    let manifest = composed.manifest.unwrap();
    assert_eq!(manifest.target, Some(organization.target()));
    let target = organization.target();
    let plan = plan(&Input { model, manifest: &manifest, target: &target, api: BASE_URL, live, allow: &[] });
    assert_eq!(plan.findings, []);
    assert!(plan.changes.iter().all(|change| change.guard.is_none()), "{:?}", plan.changes);
    plan.changes.iter().map(|change| change.setting.path.to_owned()).collect()
}

#[test]
fn the_same_seed_gives_the_same_organizations_on_every_computer() {
    let mut manifests = set(100, 0, 0).organizations().map(GeneratedOrganization::manifest);
    let longest = manifests.find(|text| text.contains("session_duration") && text.contains("footer_text")).unwrap();
    insta::assert_snapshot!(base_manifest() + "---\n" + &longest, @r##"
    # The common settings of all organizations.
    organization:
      session_duration: 24h
      user_seat_expiration_inactive_time: 2190h
      is_ui_read_only: true
      login_design:
        background_color: "#f4f1ea"
        text_color: "#1b1b1b"
        footer_text: "Need help? Call 4242."
      mfa_config:
        allowed_authenticators: [totp, security_key]
        session_duration: 24h
    ---
    account_id: e3c11d6fafc0d2c0d85fb20312940255
    extends: _base.yaml
    organization:
      auth_domain: summit-clinic-00012.cloudflareaccess.com
      name: Summit Clinic 00012
      login_design:
        header_text: Summit Clinic
        footer_text: "Need help? Write to it@summit-clinic.example."
      session_duration: 8h
    "##);
}

#[test]
fn the_number_of_organizations_changes_none_of_them() {
    let larger: Vec<_> = set(50, 7, 0).organizations().map(GeneratedOrganization::manifest).collect();
    let smaller: Vec<_> = set(20, 7, 0).organizations().map(GeneratedOrganization::manifest).collect();
    assert_eq!(smaller, larger[..20]);
}

#[test]
fn ids_and_names_are_distinct_and_differ_between_seeds() {
    let all = set(10_000, 1, 0);
    assert_eq!(ids(all).len(), 10_000);
    assert_eq!(all.organizations().map(GeneratedOrganization::name).collect::<BTreeSet<_>>().len(), 10_000);
    assert!(ids(all).is_disjoint(&ids(set(10_000, 2, 0))));
}

proptest! {
    #[test]
    fn an_id_leads_to_its_organization_and_no_other_id_does(
        seed: u32, organizations in 1_u32.., index: prop::sample::Index, bit in 0_usize..128,
    ) {
        let set = set(organizations, seed, 0);
        // The last ones of a large set, without counting to them.
        let index = index.index(organizations as usize);
        let organization = set.nth(index as u32).unwrap();
        let target = organization.target();
        prop_assert_eq!(set.find(&target), Some(organization));
        let mut other = target.id.bytes();
        other[bit / 8] ^= 1 << (bit % 8);
        let other = Target { id: TargetId::from_bytes(other), ..target };
        prop_assert_eq!(set.find(&other), None);
    }

    #[test]
    fn as_many_organizations_drift_as_the_set_says(organizations in 1_u32..400, seed: u32, drifted in 0_u32..500) {
        let found = set(organizations, seed, drifted).organizations().filter(|one| one.is_drifted()).count();
        prop_assert_eq!(found, drifted.min(organizations) as usize);
    }

    #[test]
    fn an_organization_is_in_sync_with_its_manifest_unless_it_drifted(seed: u32, index in 0_u32..20, number: u64) {
        let set = set(20, seed, 10);
        let organization = set.nth(index).unwrap();
        let live = live(organization, set, Personality::nth(number));
        let changes = changes(organization, &live);
        prop_assert_eq!(changes.len(), usize::from(organization.is_drifted()), "{:?}", changes);
    }
}

#[test]
fn the_whole_set_has_no_other_accounts() {
    let set = set(3, 5, 0);
    let beyond = GeneratedSet { organizations: 4, ..set }.organizations().last().unwrap().target();
    let zone = Target::zone(set.nth(0).unwrap().target().id.as_str()).unwrap();
    let mut sandbox = Sandbox::from_state(State::with_generated(set));
    for target in [beyond, zone, Target::account(ACCOUNT).unwrap()] {
        let path = target.path(crate::settings::Endpoint::Organization);
        let (status, refused) = send(&mut sandbox, "GET", &path, None);
        assert_eq!((status, &refused["errors"][0]["code"]), (403, &json!(9109)), "{path}");
    }
}

#[test]
fn only_a_write_makes_an_organization_part_of_the_state() {
    let set = set(10_000, 5, 0);
    let [read, written] = [17, 4_711].map(|index| set.nth(index).unwrap());
    let mut sandbox = Sandbox::from_state(State::with_generated(set));
    assert_eq!(send(&mut sandbox, "GET", &path(&read.target()), None).1["result"]["name"], read.name());
    assert_eq!(*sandbox.state(), State::with_generated(set));

    let body = json!({"auth_domain": "widget.cloudflareaccess.com", "name": "Widget Corps"});
    assert_eq!(send(&mut sandbox, "PUT", &path(&written.target()), Some(body)).0, 200);
    let text = sandbox.state().to_text().unwrap();
    let mut again = Sandbox::from_state(State::from_text(text.as_bytes()).unwrap());
    assert_eq!(again.state().accounts.keys().collect::<Vec<_>>(), [&format!("accounts/{}", written.target().id)]);
    let result = |sandbox: &mut Sandbox, target| send(sandbox, "GET", &path(&target), None).1["result"].clone();
    let changed = result(&mut again, written.target());
    assert_eq!((&changed["name"], &changed["is_ui_read_only"]), (&json!("Widget Corps"), &Json::Null));
    assert_eq!(result(&mut again, read.target())["name"], read.name());
}

#[test]
fn a_state_file_needs_only_the_number_of_organizations() {
    let state = State::from_text(br#"{"sandbox": 1, "adopt": "listed", "generated": {"organizations": 3}}"#).unwrap();
    assert_eq!(state, State::with_generated(set(3, 0, 0)));
}
