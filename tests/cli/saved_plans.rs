//! Saved plans and approval by digest, as stories of the command line: what was reviewed is what is applied.

use std::path::PathBuf;
use std::process::{Command, Output};

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::harness::unwrapped;

const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";
const OTHER: &str = "0123456789abcdef0123456789abcdef";
const SECRET: &str = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY";

/// A folder with a manifest and a sandbox.
struct Desk(tempfile::TempDir);

/// What a run said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Desk {
    fn new(manifest: &str) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.write("org.yaml", manifest);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_zerodrift"))
            .args(arguments)
            .arg("--sandbox=live.json")
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .env("CLOUDFLARE_API_TOKEN", SECRET)
            .output()
            .unwrap();
        let Output { status, stdout, stderr } = output;
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    /// Plans and saves.
    fn save(&self) {
        let said = self.run(&["plan", "--out", "plan.json"]);
        assert_eq!(said.code, 0, "{}", said.err);
    }

    fn plan(&self) -> Json {
        serde_json::from_str(&self.read("plan.json")).unwrap()
    }

    /// Somebody changes a setting of the emulated account behind our back.
    fn move_live(&self, key: &str, value: Json) {
        let mut state: Json = serde_json::from_str(&self.read("live.json")).unwrap();
        state["organization"][key] = value;
        self.write("live.json", &state.to_string());
    }

    fn live(&self, key: &str) -> Json {
        serde_json::from_str::<Json>(&self.read("live.json")).unwrap()["organization"][key].clone()
    }

    /// Applies the saved plan, which must be refused as a conflict without a write; the complaint.
    fn refused(&self, arguments: &[&str]) -> String {
        let before = self.read("live.json");
        let said = self.run(&[&["apply", "--plan", "plan.json"], arguments].concat());
        assert_eq!(said.code, 4, "{}{}", said.out, said.err);
        let organization = |text: &str| serde_json::from_str::<Json>(text).unwrap()["organization"].clone();
        assert_eq!(organization(&before), organization(&self.read("live.json")), "something was written");
        said.err
    }

    /// The same, for this reason.
    fn refused_with(&self, arguments: &[&str], reason: &str) {
        let complaint = self.refused(arguments);
        assert!(complaint.contains(reason), "{complaint}");
    }
}

fn longer_sessions() -> Desk {
    Desk::new(&format!("account_id: {ACCOUNT}\norganization:\n  session_duration: 24h\n"))
}

#[test]
fn a_reviewed_plan_is_applied_without_a_question() {
    let desk = longer_sessions();
    desk.save();
    let said = desk.run(&["apply", "--plan", "plan.json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("Applied: 1 setting"), "{}", said.out);
    assert_eq!(desk.live("session_duration"), "24h");
}

#[test]
fn saving_a_plan_says_how_to_apply_it_and_until_when() {
    let desk = longer_sessions();
    let said = desk.run(&["plan", "--out", "plan.json", "--expires-in", "2h"]);
    let expiry: Timestamp = desk.plan()["saved"]["expires_at"].as_str().unwrap().parse().unwrap();
    let hours = expiry.duration_since(Timestamp::now()).as_secs_f64() / 3600.0;
    assert!((1.9..=2.0).contains(&hours), "{expiry}");
    assert!(said.err.contains(&format!("valid until {expiry}")), "{}", said.err);
    assert!(said.err.contains("zerodrift apply --plan plan.json"), "{}", said.err);
    assert!(said.out.contains("Plan: 1 setting"), "{}", said.out);
}

#[test]
fn a_plan_that_was_applied_already_has_nothing_left_to_do() {
    let desk = longer_sessions();
    desk.save();
    desk.run(&["apply", "--plan", "plan.json"]);
    let again = desk.run(&["apply", "--plan", "plan.json", "--format", "json"]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.err.contains("plan.json is already applied: the live state is in sync"), "{}", again.err);
    let results: Json = serde_json::from_str(&again.out).unwrap();
    assert_eq!(results["results"][0]["outcome"], "in_sync");
    assert_eq!(results["results"][0]["writes"], 0);
}

#[test]
fn an_applied_plan_is_stale_once_something_else_moved_too() {
    let desk = longer_sessions();
    desk.save();
    desk.run(&["apply", "--plan", "plan.json"]);
    desk.move_live("name", json!("Gadget"));
    desk.refused_with(&[], "organization.name: planned with");
}

#[test]
fn a_live_state_that_moved_is_named_field_by_field_with_both_values() {
    let desk = longer_sessions();
    desk.save();
    desk.move_live("session_duration", json!("36h"));
    desk.move_live("name", json!("Gadget\u{1b}[2J"));
    desk.move_live("next_month", json!({"a": 1}));
    let complaint = desk.refused(&[]);
    let (_, complaint) = complaint.split_once("error: ").unwrap();
    insta::assert_snapshot!(complaint, @r#"
    nothing was written: plan.json is out of date
      organization.name: planned with "Widget Corps Internal Applications"; the live state now has
          "Gadget\u001b[2J"
      organization.next_month: planned with no value; the live state now has {"a":1}
      organization.session_duration: planned with "12h"; the live state now has "36h"
      hint: make a new plan with `zerodrift plan --out plan.json`, and have it reviewed
    "#);
}

#[test]
fn another_spelling_and_what_moves_by_itself_are_no_movement() {
    let desk = longer_sessions();
    desk.save();
    desk.move_live("session_duration", json!("720m"));
    desk.move_live("updated_at", json!("2031-01-01T00:00:00Z"));
    assert_eq!(desk.run(&["apply", "--plan", "plan.json"]).code, 0);
}

#[test]
fn an_edited_plan_is_refused_however_small_the_edit() {
    let desk = longer_sessions();
    desk.save();
    let whole = desk.read("plan.json");
    for (one, two) in
        [("\"24h\"", "\"25h\""), ("\"expires_at\": \"2", "\"expires_at\": \"3"), ("\"column\": 21", "\"column\": 22")]
    {
        assert!(whole.contains(one), "{one}");
        desk.write("plan.json", &whole.replacen(one, two, 1));
        desk.refused_with(&[], "edited after it was saved: the checksum does not match");
    }
    desk.write("plan.json", &serde_json::from_str::<Json>(&whole).unwrap().to_string());
    assert_eq!(desk.run(&["apply", "--plan", "plan.json"]).code, 0, "another layout of the same document is no edit");
}

#[test]
fn what_is_no_saved_plan_is_refused_with_the_reason() {
    let desk = longer_sessions();
    let printed = desk.run(&["plan", "--format", "json"]).out;
    for (text, reason) in [
        (printed.as_str(), "which adds no checksum; save a plan with `plan --out`"),
        ("{", "not a saved plan: EOF"),
        ("{}", "missing `format_version`"),
        (r#"{"format_version": "2.0"}"#, "unsupported format_version 2.0"),
        (r#"{"format_version": "1.0", "live": {}}"#, "missing `plans`"),
    ] {
        desk.write("plan.json", text);
        desk.refused_with(&[], reason);
    }
    std::fs::remove_file(desk.path("plan.json")).unwrap();
    assert_eq!(desk.run(&["apply", "--plan", "plan.json"]).code, 1);
}

#[test]
fn an_expired_plan_is_refused_before_anything_is_sent() {
    let desk = longer_sessions();
    desk.run(&["plan", "--out", "plan.json", "--expires-in", "1ns"]);
    let complaint = desk.refused(&[]);
    assert!(complaint.contains("expired at "), "{complaint}");
    assert!(!complaint.contains("sandbox:"), "{complaint}");
}

#[test]
fn a_plan_of_another_organization_is_refused() {
    let desk = Desk::new("organization:\n  session_duration: 24h\n");
    let said = desk.run(&["plan", "--out", "plan.json", "--account-id", ACCOUNT]);
    assert_eq!(said.code, 0, "{}", said.err);
    let complaint = desk.refused(&["--account-id", OTHER]);
    assert!(
        unwrapped(&complaint).contains(&format!("planned for account {ACCOUNT}; this run is for account {OTHER}")),
        "{complaint}"
    );
    assert_eq!(desk.run(&["apply", "--plan", "plan.json", "--account-id", ACCOUNT]).code, 0);
}

#[test]
fn a_plan_of_another_api_is_refused_before_anything_is_sent() {
    let desk = longer_sessions();
    desk.save();
    let output = Command::new(env!("CARGO_BIN_EXE_zerodrift"))
        // Nobody listens on port 9: a request would fail with exit code 1.
        .args(["apply", "--plan", "plan.json", "--base-url", "http://127.0.0.1:9/client/v4"])
        .current_dir(desk.0.path())
        .env_clear()
        .env("HOME", desk.0.path())
        .env("CLOUDFLARE_API_TOKEN", SECRET)
        .output()
        .unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{complaint}");
    assert!(
        complaint.contains("planned for the API sandbox; this run uses http://127.0.0.1:9/client/v4"),
        "{complaint}"
    );
}

#[test]
fn a_creation_can_be_reviewed_too_and_is_never_repeated() {
    let desk = Desk::new(&format!(
        "account_id: {ACCOUNT}\norganization:\n  name: Widget\n  auth_domain: widget.cloudflareaccess.com\n  session_duration: 24h\n"
    ));
    desk.save();
    let mut state: Json = serde_json::from_str(&desk.read("live.json")).unwrap();
    let seeded = state["organization"].take();
    desk.write("live.json", &state.to_string());
    desk.refused_with(&[], "organization: planned with \"present\"; the live state now has \"absent\"");

    desk.save();
    assert_eq!(desk.plan()["plans"][0]["action"], "create");
    assert_eq!(desk.run(&["apply", "--plan", "plan.json"]).code, 0);
    let again = desk.run(&["apply", "--plan", "plan.json"]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.err.contains("is already applied"), "{}", again.err);

    state["organization"] = seeded;
    desk.write("live.json", &state.to_string());
    desk.refused_with(&[], "organization: planned with \"absent\"; the live state now has \"present\"");
}

#[test]
fn a_changed_manifest_is_refused_and_what_it_declares_otherwise_is_named() {
    let desk = longer_sessions();
    desk.save();
    desk.write("org.yaml", &format!("account_id: {ACCOUNT}\norganization:\n  session_duration: 48h\n  name: null\n"));
    let broken = desk.refused(&[]);
    assert!(broken.contains("org.yaml changed after the plan was made and now has errors"), "{broken}");

    desk.write("org.yaml", &format!("account_id: {ACCOUNT}\norganization:\n  session_duration: 48h\n  name: Gadget\n"));
    let other = desk.refused(&[]);
    assert!(other.contains("organization.session_duration: planned with \"24h\"; the file now has \"48h\""), "{other}");
    assert!(other.contains("organization.name: planned with no value; the file now has \"Gadget\""), "{other}");

    desk.write("org.yaml", &format!("account_id: {ACCOUNT} # ours\norganization:\n  session_duration: 24h\n"));
    let comment = desk.refused(&[]);
    assert!(
        comment.contains("org.yaml changed after the plan was made, but only in comments, layout or consents"),
        "{comment}"
    );
    assert!(!comment.contains("the file now has"), "{comment}");
}

#[test]
fn the_manifest_may_lie_elsewhere_by_the_time_of_the_apply() {
    let desk = longer_sessions();
    desk.save();
    std::fs::rename(desk.path("org.yaml"), desk.path("moved.yaml")).unwrap();
    assert_eq!(desk.run(&["apply", "--plan", "plan.json"]).code, 1);
    assert_eq!(desk.run(&["apply", "--plan", "plan.json", "moved.yaml"]).code, 0);
}

#[test]
fn consent_is_given_when_the_plan_is_made_and_travels_with_it() {
    let manifest = format!("account_id: {ACCOUNT}\norganization:\n  auth_domain: gadget.cloudflareaccess.com\n");
    let desk = Desk::new(&manifest);
    desk.save();
    let refused = desk.run(&["apply", "--plan", "plan.json"]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    assert!(refused.err.contains("with `plan --allow`, and save the plan again"), "{}", refused.err);
    assert_eq!(desk.live("auth_domain"), "widget.cloudflareaccess.com");
    assert_eq!(desk.run(&["apply", "--plan", "plan.json", "--allow", "auth_domain"]).code, 64);

    desk.run(&["plan", "--out", "plan.json", "--allow", "auth_domain"]);
    let applied = desk.run(&["apply", "--plan", "plan.json"]);
    assert_eq!(applied.code, 0, "{}", applied.err);
    assert_eq!(desk.live("auth_domain"), "gadget.cloudflareaccess.com");
    let again = desk.run(&["apply", "--plan", "plan.json"]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(!again.out.contains("--allow"), "{}", again.out);
}

#[test]
fn a_digest_approves_exactly_the_plan_that_has_it() {
    let desk = longer_sessions();
    let printed: Json = serde_json::from_str(&desk.run(&["plan", "--format", "json"]).out).unwrap();
    let digest = printed["plans"][0]["digest"].as_str().unwrap();

    desk.move_live("name", json!("Gadget"));
    let other = desk.run(&["apply", "--expect", digest]);
    assert_eq!(other.code, 4);
    assert!(other.out.contains("session_duration"), "the plan of now is shown: {}", other.out);
    let now: Json = serde_json::from_str(&desk.run(&["plan", "--format", "json"]).out).unwrap();
    let now = now["plans"][0]["digest"].as_str().unwrap();
    assert!(other.err.contains(&format!("approved: {digest}")), "{}", other.err);
    assert!(other.err.contains("now:      sha256:"), "{}", other.err);
    assert_eq!(desk.live("session_duration"), "12h");

    let as_json = desk.run(&["apply", "--expect", digest, "--format", "json"]);
    let results: Json = serde_json::from_str(&as_json.out).unwrap();
    assert_eq!((as_json.code, &results["results"][0]["outcome"]), (4, &json!("conflict")));

    assert_eq!(desk.run(&["apply", "--expect", now]).code, 0);
    assert_eq!(desk.live("session_duration"), "24h");
    let again = desk.run(&["apply", "--expect", now]);
    assert_eq!(again.code, 0, "a pipeline that is repeated ends well: {}", again.err);
}

/// The digest of the plan of now.
fn digest_of(desk: &Desk) -> String {
    let printed: Json = serde_json::from_str(&desk.run(&["plan", "--format", "json"]).out).unwrap();
    printed["plans"][0]["digest"].as_str().unwrap().to_owned()
}

#[test]
fn a_digest_approves_for_a_while_even_if_the_live_state_went_away_and_came_back() {
    let desk = longer_sessions();
    let digest = digest_of(&desk);
    desk.move_live("session_duration", json!("1h"));
    assert_eq!(desk.run(&["apply", "--expect", &digest]).code, 4);
    desk.move_live("session_duration", json!("12h"));

    let late = desk.run(&["apply", "--expect", &digest, "--max-age", "1ns"]);
    assert_eq!(late.code, 4, "{}", late.err);
    assert!(unwrapped(&late.err).contains("the digest no longer approves its plan: expired at 20"), "{}", late.err);
    assert!(unwrapped(&late.err).contains("make a new plan with `zerodrift plan org.yaml`"), "{}", late.err);
    assert_eq!(desk.live("session_duration"), "12h");

    let applied = desk.run(&["apply", "--expect", &digest, "--max-age", "1h"]);
    assert_eq!(applied.code, 0, "{}", applied.err);
    let done = desk.run(&["apply", "--expect", &digest, "--max-age", "1ns"]);
    assert_eq!(done.code, 0, "nothing is left to approve: {}", done.err);
}

#[test]
fn the_time_in_a_digest_cannot_be_edited() {
    let desk = longer_sessions();
    let digest = digest_of(&desk);
    let (rest, time) = digest.split_at(digest.len() - 8);
    let time = u32::from_str_radix(time, 16).unwrap();
    for edited in [time - 1, time + 1, time + 60, 0, u32::MAX] {
        let refused = desk.run(&["apply", "--expect", &format!("{rest}{edited:08x}")]);
        assert_eq!(refused.code, 4, "{edited}: {}", refused.err);
    }
    assert_eq!(desk.live("session_duration"), "12h");
}

#[test]
fn a_digest_that_is_older_than_a_week_is_refused_unless_it_is_asked_for() {
    let desk = longer_sessions();
    let exported = desk.run(&["export", "--format", "json", "--account-id", ACCOUNT]).out;
    let snapshot = zerodrift::live::Snapshot::parse(exported.as_bytes()).unwrap();
    let model = zerodrift::settings::Model::current();
    let source = zerodrift::diagnostics::Source { name: "org.yaml".to_owned(), text: desk.read("org.yaml") };
    let manifest = zerodrift::manifest::parse(model, &source).manifest.unwrap();
    let mut live = zerodrift::live::Live::default();
    live.organization = snapshot.live.organization.clone();
    let target = zerodrift::settings::Target::account(ACCOUNT).unwrap();
    let mut plan = zerodrift::plan::plan(&zerodrift::plan::Input {
        model,
        manifest: &manifest,
        target: &target,
        api: &snapshot.api,
        live: &live,
        allow: &[],
    });
    let age = |days: i64| Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
    plan.stamp(age(8));
    let refused = desk.run(&["apply", "--expect", &plan.digest]);
    assert_eq!(refused.code, 4, "{}", refused.err);
    assert!(refused.err.contains("no longer approves its plan"), "{}", refused.err);
    plan.stamp(age(-1));
    let refused = desk.run(&["apply", "--expect", &plan.digest, "--max-age", "999999h"]);
    assert!(refused.code == 4 && refused.err.contains("the clocks of the two machines differ"), "{}", refused.err);
    plan.stamp(age(8));
    let asked_for = desk.run(&["apply", "--expect", &plan.digest, "--max-age", "200h"]);
    assert_eq!(asked_for.code, 0, "{}", asked_for.err);
}

#[test]
fn a_digest_is_no_consent() {
    let manifest = format!("account_id: {ACCOUNT}\norganization:\n  auth_domain: gadget.cloudflareaccess.com\n");
    let desk = Desk::new(&manifest);
    let printed: Json = serde_json::from_str(&desk.run(&["plan", "--format", "json"]).out).unwrap();
    let digest = printed["plans"][0]["digest"].as_str().unwrap();
    assert_eq!(desk.run(&["apply", "--expect", digest]).code, 3);
    assert_eq!(desk.run(&["apply", "--expect", digest, "--allow", "auth_domain"]).code, 0);
}

#[test]
fn a_plan_from_a_snapshot_has_the_digest_of_a_plan_from_the_api() {
    let desk = longer_sessions();
    let snapshot = desk.run(&["export", "--format", "json", "--account-id", ACCOUNT]).out;
    desk.write("snapshot.json", &snapshot);
    let offline = Command::new(env!("CARGO_BIN_EXE_zerodrift"))
        .args(["plan", "--live", "snapshot.json", "--out", "plan.json"])
        .current_dir(desk.0.path())
        .env_clear()
        .env("HOME", desk.0.path())
        .output()
        .unwrap();
    assert!(offline.status.success());
    assert_eq!(desk.run(&["apply", "--plan", "plan.json"]).code, 0);
}

#[test]
fn ways_to_approve_exclude_each_other_and_a_plan_never_overwrites_its_source() {
    let desk = longer_sessions();
    desk.save();
    let digest = format!("sha256:{}", "0".repeat(64));
    for arguments in [
        ["apply", "--plan", "plan.json", "--expect", digest.as_str()].as_slice(),
        &["apply", "--plan", "plan.json", "--omit", "next_month"],
        &["apply", "--expect", "sha256:00"],
        &["apply", "--max-age", "1h"],
        &["apply", "--plan", "plan.json", "--max-age", "1h"],
        &["apply", "--expect", digest.as_str(), "--max-age", "0s"],
        &["plan", "--expires-in", "1h"],
        &["plan", "--out", "plan.json", "--expires-in", "0s"],
        &["plan", "--out", "-"],
        &["plan", "--out", "./org.yaml"],
    ] {
        assert_eq!(desk.run(arguments).code, 64, "{arguments:?}");
    }
    assert!(desk.read("org.yaml").starts_with("account_id"));
}

#[test]
fn a_plan_that_cannot_be_saved_leaves_what_was_there() {
    let desk = longer_sessions();
    assert_eq!(desk.run(&["plan", "--out", "missing/plan.json"]).code, 1);
    std::fs::create_dir(desk.path("folder")).unwrap();
    assert_eq!(desk.run(&["plan", "--out", "folder"]).code, 1);
    let left: Vec<_> = std::fs::read_dir(desk.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".zerodrift-")), "{left:?}");
}

#[cfg(unix)]
#[test]
fn a_saved_plan_is_private_even_where_a_public_file_was() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = longer_sessions();
    desk.write("plan.json", "old");
    std::fs::set_permissions(desk.path("plan.json"), std::fs::Permissions::from_mode(0o644)).unwrap();
    desk.save();
    assert_eq!(std::fs::metadata(desk.path("plan.json")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_saved_plan_holds_no_token_and_follows_the_published_schema() {
    let desk = longer_sessions();
    desk.save();
    assert!(!desk.read("plan.json").contains(SECRET));
    let schema: Json = serde_json::from_str(include_str!("../../schemas/plan.schema.json")).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&desk.plan()).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}
