//! The pages that the browser shows: every kind, with everything that a page can have, and with texts that fit nowhere.

use std::borrow::Cow;
use std::path::Path;

use crate::common::{ACCOUNT, manifest, target};
use serde_json::{Value as Json, json};
use zerodrift::diagnostics::{Finding, Rule};
use zerodrift::document::{Compared, FailureEntry};
use zerodrift::live::{Document, Live, Slot, Snapshot};
use zerodrift::plan::{Attribution, Base, Confidence, Input, Means, Origin, Plan, plan};
use zerodrift::report::html::{failure, page};
use zerodrift::report::{CiRun, Comparison, FailedRun, Overview, PlanFormat, Style, Wording};
use zerodrift::settings::{Endpoint, Model, Target};

fn slot(endpoint: Endpoint, fields: &Json) -> Slot {
    Slot::Present(Document::new(endpoint, fields.as_object().unwrap().clone()))
}

fn planned(text: &str, live: &Live) -> Plan {
    let (model, manifest, target) = (Model::current(), manifest(text), target());
    let api = "https://sandbox.test/client/v4";
    plan(&Input { model, manifest: &manifest, target: &target, api, live, allow: &[] })
}

fn rendered(text: &str, live: &Live, yaml: &str) -> String {
    let plan = planned(text, live);
    page(&Comparison {
        yaml: yaml.to_owned(),
        repository_file: "org.yaml".to_owned(),
        ..Comparison::of(Wording::Plan, &plan)
    })
}

fn example(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(file)).unwrap()
}

/// The live state of the examples.
fn sample() -> Live {
    Snapshot::parse(example("live.json").as_bytes()).unwrap().live
}

/// A live state in which this text stands wherever a text can stand.
fn hostile_live(text: &str) -> Live {
    let design = json!({
        "background_color": text, "text_color": text, "logo_path": text, "header_text": text, "footer_text": text,
    });
    let fields =
        json!({"name": text, "auth_domain": text, "login_design": design, "session_duration": text, text: text});
    Live {
        organization: slot(Endpoint::Organization, &fields),
        doh: slot(Endpoint::Doh, &json!({"doh_jwt_duration": text})),
    }
}

/// Returns the pages that are looked at, each with its name.
pub(super) fn pages() -> Vec<(String, String)> {
    let nasty = "<script>alert(1)</script>\"'><img src=https://evil.example/x onerror=alert(1)>\u{202e}\u{1b}[31m";
    let long = "unbrokenword".repeat(500);
    let diff = format!("--- live\n+++ org.yaml\n@@ -1,2 +1,2 @@\n organization:\n-  name: {nasty}\n+  name: {long}\n");
    let create = Live { organization: Slot::Absent, doh: Slot::NotRead };
    let in_sync = "organization:\n  session_duration: 12h\n";
    let in_pipeline = |wording, plan| page(&in_pipeline(wording, labelled(plan, "orgs/_base.yaml")));
    let pages = [
        ("busy", rendered(&example("org.yaml"), &sample(), &diff)),
        ("guarded", rendered(&example("guarded.yaml"), &sample(), "")),
        ("every guard", rendered(&example("every-guard.yaml"), &strict(), "")),
        ("in sync", rendered(in_sync, &sample(), "")),
        ("create", rendered("organization:\n  name: W\n  auth_domain: w.cloudflareaccess.com\n", &create, "")),
        ("hostile", rendered(&example("org.yaml"), &hostile_live(nasty), &diff)),
        ("long", rendered(&example("org.yaml"), &hostile_live(&long), &diff)),
        ("labelled", in_pipeline(Wording::Plan, planned(&example("every-guard.yaml"), &strict()))),
        ("drift", in_pipeline(Wording::Drift, planned(&example("org.yaml"), &sample()))),
        ("several plans", set(Wording::Plan, "orgs/emea/widget.yaml", "orgs/_base.yaml", "cannot connect")),
        ("several drifts", set(Wording::Drift, "orgs/emea/widget.yaml", "orgs/_base.yaml", "cannot connect")),
        ("several long", set(Wording::Plan, &long, &long, &long)),
        ("failed", failed(nasty, &long)),
    ];
    pages.map(|(name, html)| (name.to_owned(), html)).to_vec()
}

/// A plan with a base, with the last write of each value, and with every second change from a parent.
fn labelled(plan: Plan, parent: &str) -> Plan {
    let who = Attribution {
        confidence: Confidence::Object,
        actor: Some("alice@example.com".to_owned()),
        means: Means::Dashboard,
        token_name: None,
        time: Some("2026-11-27T17:53:00Z".parse().unwrap()),
        ray: Some("8f00000000000004-SBX".to_owned()),
    };
    let mut changes = plan.changes;
    for (number, change) in changes.iter_mut().enumerate() {
        change.origin = Some([Origin::Both, Origin::Live, Origin::File][number % 3]);
        change.attribution = Some(who.clone());
        change.at.file = (number % 2 == 0).then(|| parent.into());
    }
    let no_longer_managed = vec![*Model::current().setting("organization.session_duration").unwrap()];
    let base = Base { name: "origin/main (merge base 1a2b3c4d5e6f)".to_owned(), no_longer_managed };
    Plan { changes, base: Some(base), ..plan }
}

/// The run of a pipeline, which gives a page its links.
fn ci() -> Option<CiRun> {
    CiRun::github("https://github.com", "widget/org", &"0123456789".repeat(4), Some("1234"))
}

/// One organization in a pipeline.
fn in_pipeline(wording: Wording, plan: Plan) -> Comparison<'static> {
    let (yaml, repository_file) = (String::new(), plan.manifest.path.clone());
    Comparison { wording, plan: Cow::Owned(plan), yaml, repository_file, ci: ci() }
}

/// Several organizations, one of each kind, with these names of files.
fn set(wording: Wording, file: &str, parent: &str, message: &str) -> String {
    let failed = |file: &str, target: &Json| -> Compared<'static> {
        let error = json!({"kind": "network", "message": message, "hints": ["check the network"], "exit_code": 1});
        let failure = json!({"manifest": file, "target": target, "error": error});
        serde_json::from_value::<FailureEntry>(failure).unwrap().into()
    };
    let at = |mut plan: Plan| {
        plan.manifest.path = file.to_owned();
        Compared::from(in_pipeline(wording, plan))
    };
    // An organization with the same name and the same changes.
    let id = "0123456789abcdef0123456789abcdef";
    let other =
        Plan { target: Target::account(id).unwrap(), ..labelled(planned(&example("org.yaml"), &sample()), parent) };
    let compared = [
        at(labelled(planned(&example("org.yaml"), &sample()), parent)),
        at(labelled(planned(&example("every-guard.yaml"), &strict()), parent)),
        at(other),
        at(planned("organization:\n  session_duration: 12h\n", &sample())),
        failed(file, &json!({"scope": "account", "id": ACCOUNT, "api": "https://sandbox.test/client/v4"})),
        failed(&format!("{file}.broken"), &Json::Null),
    ];
    let mut details = PlanFormat::Html.set_details(wording, ci().as_ref(), &Style::plain(80)).unwrap();
    let mut overview = Overview::new(wording, None);
    for compared in &compared {
        details.add(compared);
        overview.add(compared);
    }
    details.render(&overview, usize::MAX)
}

/// The page of a run that failed, of this file and with this message.
fn failed(file: &str, message: &str) -> String {
    let hints = ["set a token, or name a file that holds one".to_owned(), message.to_owned()];
    let findings = [Finding::new(Rule::UnknownKey, file, message).help(message)];
    failure(&FailedRun {
        command: "plan",
        file,
        repository_file: file,
        ci: None,
        source: None,
        target: Some(&target()),
        kind: zerodrift::ending::FailureKind::Manifest,
        message,
        hints: &hints,
        findings: &findings,
    })
}

/// A state in which everything is at its strictest.
fn strict() -> Live {
    let state: Json = serde_json::from_str(&example("strict-state.json")).unwrap();
    let fields = ["organization", "doh"].map(|object| state.get(object).cloned().unwrap_or_else(|| json!({})));
    Live { organization: slot(Endpoint::Organization, &fields[0]), doh: slot(Endpoint::Doh, &fields[1]) }
}
