//! Several accounts in one sandbox.

use super::*;
use crate::settings::{Model, Target};

fn organizations_of(account: &str) -> String {
    format!("/accounts/{account}/access/organizations")
}

fn name_of(sandbox: &mut Sandbox, account: &str) -> Json {
    send(sandbox, "GET", &organizations_of(account), None).1["result"]["name"].clone()
}

fn rename(sandbox: &mut Sandbox, account: &str, name: &str) -> u16 {
    let body = json!({"auth_domain": "widget.cloudflareaccess.com", "name": name});
    send(sandbox, "PUT", &organizations_of(account), Some(body)).0
}

fn account(id: &str) -> Target {
    Target::account(id).unwrap()
}

fn named(name: &str) -> AccountState {
    State::with_organization(json!({"name": name, "auth_domain": "widget.cloudflareaccess.com"})).first()
}

#[test]
fn a_write_to_one_account_does_not_change_another() {
    // Whichever account is used first, and whether the other was read before.
    for (first, second, is_read) in [(ACCOUNT, OTHER, false), (ACCOUNT, OTHER, true), (OTHER, ACCOUNT, false)] {
        let mut sandbox = Sandbox::from_state(seeded());
        let before = name_of(&mut sandbox, first);
        if is_read {
            assert_eq!(name_of(&mut sandbox, second), before);
        }
        assert_eq!(rename(&mut sandbox, first, "Production"), 200);
        assert_eq!(name_of(&mut sandbox, second), before, "an account starts with the state before the first write");
        assert_eq!(rename(&mut sandbox, second, "Staging"), 200);
        assert_eq!(name_of(&mut sandbox, first), "Production");
        assert_eq!(name_of(&mut sandbox, second), "Staging");
    }
}

#[test]
fn an_account_and_a_zone_with_one_id_are_different() {
    let mut sandbox = Sandbox::from_state(seeded());
    rename(&mut sandbox, ACCOUNT, "Production");
    let zone = send(&mut sandbox, "GET", &format!("/zones/{ACCOUNT}/access/organizations"), None).1;
    assert_eq!(zone["result"]["name"], "Widget Corps Internal Applications");
}

#[test]
fn an_account_that_is_only_read_is_not_kept() {
    let mut sandbox = Sandbox::from_state(seeded());
    name_of(&mut sandbox, ACCOUNT);
    name_of(&mut sandbox, OTHER);
    assert_eq!(*sandbox.state(), State { target: Some(account(ACCOUNT)), ..seeded() });
    rename(&mut sandbox, OTHER, "Staging");
    assert_eq!(sandbox.state().accounts.keys().collect::<Vec<_>>(), [&format!("accounts/{OTHER}")]);
}

#[test]
fn listed_accounts_exist_and_others_are_refused() {
    let state = State::default().and_account(&account(ACCOUNT), named("Staging"));
    let mut sandbox = Sandbox::from_state(state.and_account(&account(OTHER), named("Production")));
    assert_eq!(name_of(&mut sandbox, ACCOUNT), "Staging");
    assert_eq!(name_of(&mut sandbox, OTHER), "Production");
    let (status, refused) = send(&mut sandbox, "GET", &organizations_of(&"0".repeat(32)), None);
    assert_eq!((status, &refused["errors"][0]["code"]), (403, &json!(9109)));
    assert_eq!(sandbox.state().target, None);
}

#[test]
fn each_account_has_its_own_audit_log() {
    let mut sandbox = Sandbox::from_state(seeded());
    rename(&mut sandbox, ACCOUNT, "Production");
    rename(&mut sandbox, OTHER, "Staging");
    rename(&mut sandbox, OTHER, "Acceptance");
    let writes = |id: &str| sandbox.state().account_state(&account(id)).unwrap().audit_log.len();
    let before = seeded().audit_log.len();
    assert_eq!((writes(ACCOUNT), writes(OTHER)), (before + 1, before + 2));
}

#[test]
fn a_request_for_an_unknown_account_is_not_logged() {
    let mut sandbox = Sandbox::from_state(State::default().and_account(&account(ACCOUNT), named("Staging")));
    let before = sandbox.state().clone();
    assert_eq!(rename(&mut sandbox, OTHER, "Staging"), 403);
    assert_eq!(*sandbox.state(), before);
}

#[test]
fn a_write_that_is_applied_later_changes_the_account_of_its_request() {
    let mut sandbox = Sandbox::from_state(State { faults: vec!["PUT:lands+1".parse().unwrap()], ..seeded() });
    name_of(&mut sandbox, ACCOUNT);
    rename(&mut sandbox, OTHER, "Staging");
    assert_eq!(name_of(&mut sandbox, ACCOUNT), "Widget Corps Internal Applications");
    assert_eq!(name_of(&mut sandbox, OTHER), "Staging");
}

#[test]
fn a_late_read_back_concerns_one_account() {
    let mut sandbox = Sandbox::new(seeded(), "read_back=late".parse().unwrap());
    rename(&mut sandbox, ACCOUNT, "Production");
    rename(&mut sandbox, OTHER, "Staging");
    for id in [ACCOUNT, OTHER, OTHER, ACCOUNT] {
        assert_eq!(name_of(&mut sandbox, id), "Widget Corps Internal Applications");
    }
    assert_eq!(name_of(&mut sandbox, OTHER), "Staging");
}

#[test]
fn an_edit_names_its_account() {
    let edits = [(*Model::current().setting("organization.name").unwrap(), json!("Staging"))];
    let mut sandbox = Sandbox::from_state(seeded());
    name_of(&mut sandbox, ACCOUNT);
    sandbox.edit(Some(&account(OTHER)), &edits, "alice@example.com").unwrap();
    assert_eq!(name_of(&mut sandbox, OTHER), "Staging");
    assert_eq!(name_of(&mut sandbox, ACCOUNT), "Widget Corps Internal Applications");

    let mut listed = Sandbox::from_state(State::default().and_account(&account(ACCOUNT), named("Production")));
    let error = listed.edit(None, &edits, "alice@example.com").unwrap_err();
    assert_eq!(error, "the sandbox has several accounts; name one");
    let error = listed.edit(Some(&account(OTHER)), &edits, "alice@example.com").unwrap_err();
    assert_eq!(error, format!("account {OTHER} does not exist"));
}

#[test]
fn a_fault_of_one_account_does_not_affect_the_others() {
    for from_command_line in [false, true] {
        let faults: Vec<Fault> = vec![format!("{OTHER}=GET:500@all").parse().unwrap()];
        let mut sandbox = Sandbox::from_state(seeded());
        if from_command_line {
            sandbox.set_script(faults);
        } else {
            sandbox.state_mut().faults = faults;
        }
        let mut status = |id: &str| send(&mut sandbox, "GET", &organizations_of(id), None).0;
        // A retry fails as well.
        assert_eq!([OTHER, ACCOUNT, OTHER, ACCOUNT].map(&mut status), [500, 200, 500, 200]);
        assert_eq!(send(&mut sandbox, "GET", "/user/tokens/verify", None).0, 200);
        assert_eq!(rename(&mut sandbox, OTHER, "Staging"), 200);
    }
}
