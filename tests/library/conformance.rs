//! Payloads that others recorded or published go through every stage without loss and without a panic.
//!
//! `ZERODRIFT_FIXTURES` names a folder of such payloads: answers and bodies as JSON, recordings as YAML cassettes,
//! reported errors as `{"http_status", "http_status_reported", "body", "headers"}`, configurations of another tool as
//! `.tf`. Files are sorted by what they hold. They belong to others, so none of them is in this repository; without the
//! variable each test says that it skips, and passes.

#![allow(clippy::print_stdout, reason = "a test that skips says so, and so does a value that is refused")]

mod configuration;
mod corpus;

use crate::common::canned::{Canned, response};
use crate::common::{World, manifest, manifest_of, plan_for, target};
use corpus::{Payload, Refusal, corpus};
use serde_json::{Map, Value as Json, json};
use zerodrift::apply::{Approved, End, Options, apply, body};
use zerodrift::cloudflare::{ErrorKind, Response, Revocation, TokenState, request};
use zerodrift::diagnostics::Source;
use zerodrift::document::{Comparison, PlanDocument, Wording, plan_document};
use zerodrift::live::{Document, Live, Slot};
use zerodrift::manifest::write::Detail;
use zerodrift::manifest::write::manifest as export;
use zerodrift::manifest::{Manifest, parse};
use zerodrift::plan::{Action, Plan};
use zerodrift::report::Style;
use zerodrift::sandbox::{Personality, State, seeded};
use zerodrift::settings::{Endpoint, Model, Setting};

/// What every account has and no payload may lose: digits, order, and a text that looks like something else.
const UNHEARD_OF: &str =
    r#"{"quota":1.10,"big":12345678901234567890123,"note":"  24h ","nested":[{"z":"1e2","a":-0.0}]}"#;

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(test)
}

fn result_of(response: &Response) -> Json {
    serde_json::from_slice::<Json>(response.body()).unwrap()["result"].clone()
}

/// The document that a reader makes of an answer, and the live state that holds it alone.
fn read(answer: &Response, endpoint: Endpoint) -> Live {
    let reader = Canned::reader(answer.clone());
    run(reader.live(&target(), &[endpoint])).unwrap_or_else(|error| panic!("{error}"))
}

fn live_of(endpoint: Endpoint, fields: Map<String, Json>) -> Live {
    let mut live = Live::default();
    *live.slot_mut(endpoint) = Slot::Present(Document::new(endpoint, fields));
    live
}

/// The paths of everything in a value that holds something, as keys.
fn leaves(value: &Json, keys: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match value {
        Json::Object(members) => {
            for (key, member) in members {
                keys.push(key.clone());
                leaves(member, keys, found);
                keys.pop();
            }
        }
        _ => found.push(keys.clone()),
    }
}

/// Every leaf is a setting's, response-only ones included, or is kept as unknown.
fn assert_nothing_is_lost(document: &Document, file: &str) {
    let model = Model::current();
    let unknown = document.unknown(model);
    let mut all = Vec::new();
    leaves(&Json::Object(document.fields.clone()), &mut Vec::new(), &mut all);
    for leaf in all {
        let is_settings =
            model.of(document.endpoint).any(|setting| setting.live_keys().iter().any(|keys| *keys == leaf));
        let is_unknown = unknown.iter().any(|unknown| leaf.starts_with(&unknown.keys));
        assert!(is_settings || is_unknown, "{file}: {leaf:?} is nobody's");
    }
}

/// An export of either detail validates, declares nothing empty, and plans to nothing.
fn assert_exports_to_nothing(live: &Live, file: &str) {
    for detail in [Detail::Minimal, Detail::Full] {
        let text = export(Model::current(), &target(), live, detail);
        let manifest = manifest(&text);
        let plan = plan_for(&manifest, live);
        assert!(plan.is_empty() && plan.writes.is_empty(), "{file}: {text}\n{:#?}", plan.changes);
        let mut empty = manifest.declared.iter().filter(|declared| {
            matches!(&declared.value, Json::Null) || declared.value == json!("") || declared.value == json!([])
        });
        assert_eq!(empty.next(), None, "{file}: an empty member in the export");
        assert_renders(&plan);
    }
}

/// Text without control characters, and JSON that reads back.
fn assert_renders(plan: &Plan) {
    let text = zerodrift::report::plan::text(plan, &Style::default());
    assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text:?}");
    let document = plan_document(Wording::Plan, None, &[Comparison::of(Wording::Plan, plan).into()]);
    let json = zerodrift::document::to_text(&document);
    assert_eq!(serde_json::from_str::<PlanDocument>(&json).unwrap(), document);
}

/// A wish that moves something of any organization and leaves the rest alone.
fn another_footer() -> Manifest {
    let sections = json!({"organization": {"login_design": {"footer_text": "Another footer."}}});
    manifest(&manifest_of(sections.as_object().unwrap()))
}

fn assert_echoed(live: &Live, file: &str) {
    let plan = plan_for(&another_footer(), live);
    let changes: Vec<_> = plan.changes.iter().collect();
    let document = live.document(Endpoint::Organization).unwrap();
    let sent = body::put(Model::current(), document, &changes, &[]);
    for unknown in document.unknown(Model::current()) {
        let echoed = Document::parse(Endpoint::Organization, &sent).unwrap();
        let echoed = echoed.at(&unknown.keys).map(Json::to_string);
        assert_eq!(echoed, Some(unknown.value.to_string()), "{file}: {:?}", unknown.keys);
    }
    assert_eq!(sent.view()["next_year"].to_string(), UNHEARD_OF, "{file}");
}

#[test]
fn an_organization_is_read_exported_planned_and_echoed_without_loss() {
    let Some(corpus) = corpus() else { return };
    assert!(!corpus.organizations.is_empty(), "the folder has no organization");
    for Payload { file, of: answer } in &corpus.organizations {
        let file = file.display().to_string();
        let live = read(answer, Endpoint::Organization);
        let document = live.document(Endpoint::Organization).unwrap_or_else(|| panic!("{file}: {live:?}"));
        assert_eq!(Json::Object(document.fields.clone()).to_string(), result_of(answer).to_string(), "{file}");
        assert_nothing_is_lost(document, &file);
        assert_exports_to_nothing(&live, &file);

        let mut fields = document.fields.clone();
        fields.insert("next_year".to_owned(), serde_json::from_str(UNHEARD_OF).unwrap());
        let live = live_of(Endpoint::Organization, fields);
        assert_nothing_is_lost(live.document(Endpoint::Organization).unwrap(), &file);
        assert_exports_to_nothing(&live, &file);
        assert_echoed(&live, &file);
    }
}

#[test]
fn doh_settings_are_read_and_exported_without_loss() {
    let Some(corpus) = corpus() else { return };
    assert!(!corpus.doh.is_empty(), "the folder has no DoH settings");
    for Payload { file, of: answer } in &corpus.doh {
        let file = file.display().to_string();
        let live = read(answer, Endpoint::Doh);
        let document = live.document(Endpoint::Doh).unwrap_or_else(|| panic!("{file}: {live:?}"));
        assert_eq!(Json::Object(document.fields.clone()), result_of(answer), "{file}");
        assert_nothing_is_lost(document, &file);
        assert_exports_to_nothing(&live, &file);
    }
}

#[test]
fn a_recorded_token_and_revocation_are_decoded() {
    let Some(corpus) = corpus() else { return };
    assert!(!corpus.tokens.is_empty() && !corpus.revoked.is_empty() && !corpus.revocations.is_empty());
    for Payload { file, of: answer } in &corpus.tokens {
        let check = run(Canned::reader(answer.clone()).verify_token(&target())).unwrap();
        let result = result_of(answer);
        assert_eq!(check.id.as_deref(), result["id"].as_str(), "{}", file.display());
        assert_eq!(check.expires_on.as_deref(), result["expires_on"].as_str(), "{}", file.display());
        assert_eq!(check.state == TokenState::Active, result["status"] == "active", "{}", file.display());
    }
    for Payload { file, of: answer } in &corpus.revoked {
        let done = run(Canned::writer(answer.clone()).revoke_user(&target(), &Revocation::of("sam@widget.example")));
        assert_eq!(done.unwrap(), result_of(answer), "{}", file.display());
    }
    for Payload { file, of: sample } in &corpus.revocations {
        let body = &sample["body"];
        let revocation = Revocation {
            email: body["email"].as_str().unwrap().to_owned(),
            user_uid: body["user_uid"].as_str().map(str::to_owned),
            devices: body["devices"].as_bool(),
            warp_session_reauth: body["warp_session_reauth"].as_bool(),
        };
        let request = request::revoke_user(&target(), &revocation);
        assert_eq!(
            (request.method(), &serde_json::from_slice::<Json>(request.http.body()).unwrap()),
            (&http::Method::POST, body),
            "{}",
            file.display()
        );
        for (key, value) in sample["_query"].as_object().into_iter().flatten() {
            let query = request.http.uri().query().unwrap_or_default();
            assert_eq!(query, format!("{}={value}", key_of(key)), "{}: {request:?}", file.display());
        }
    }
}

/// The one query parameter there is.
fn key_of(key: &str) -> &'static str {
    if key == "devices" { "devices" } else { panic!("a query parameter that nobody sends: {key}") }
}

#[test]
fn every_reported_error_is_decoded_and_classified_and_has_a_hint() {
    let Some(corpus) = corpus() else { return };
    assert!(!corpus.refusals.is_empty(), "the folder has no errors");
    for Payload { file, of: refusal } in &corpus.refusals {
        // A status that is a guess must not matter: any that the API uses for a "no" will do.
        let guesses = if refusal.status_reported { vec![refusal.status] } else { vec![400, 403, 409, 422] };
        for status in guesses {
            refused_alike(refusal, status, &file.display().to_string());
        }
    }
}

fn refused_alike(refusal: &Refusal, status: u16, file: &str) {
    let answer = response(status, &refusal.headers, refusal.body.to_string());
    let reported = &refusal.body["errors"][0];
    let code = reported["code"].to_string();
    let wrote = run(Canned::writer(answer.clone()).update_organization(&target(), &Map::new())).unwrap_err();
    let error = wrote.error();

    let message = &error.messages()[0];
    assert_eq!(message.code.as_deref(), Some(code.as_str()), "{file}");
    assert_eq!(Some(message.message.as_str()), reported["message"].as_str(), "{file}");
    let chain = reported["error_chain"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(message.chain.len(), chain.len(), "{file}");
    for (link, reported) in message.chain.iter().zip(chain) {
        assert_eq!(Some(link.message.as_str()), reported["message"].as_str(), "{file}");
        assert_eq!(link.code, reported.get("code").map(Json::to_string), "{file}");
        assert!(error.to_string().contains(&link.message), "{file}: {error}");
    }
    assert!(error.to_string().contains(&code), "{file}: {error}");
    assert!(!error.hints().is_empty(), "{file}: {error} has no advice");
    assert_sorted(error, &code, status, file);
    assert!(!wrote.is_uncertain(), "{file}: {status}: a refusal is certain");

    let slot = run(Canned::reader(answer).organization(&target()));
    assert_eq!(matches!(slot, Ok(Slot::Absent)), code == "9999", "{file}: {slot:?}");
}

fn assert_sorted(error: &zerodrift::cloudflare::Error, code: &str, status: u16, file: &str) {
    let kind = error.kind();
    match (code, status) {
        (_, 429) => assert_eq!(kind, ErrorKind::RateLimited, "{file}"),
        ("9999", _) => assert!(error.is_not_enabled() && kind == ErrorKind::Refused, "{file}: {kind}"),
        ("10000" | "9109" | "1000" | "6003", _) | (_, 401 | 403) => {
            assert_eq!(kind, ErrorKind::Authentication, "{file}")
        }
        _ => assert_eq!(kind, ErrorKind::Refused, "{file}"),
    }
}

/// What a manifest of these values is told, with safe fixes applied: a renamed setting is a finding with one.
fn validated(sections: &Map<String, Json>, file: &str) -> Manifest {
    let mut source = Source { name: file.to_owned(), text: manifest_of(sections) };
    loop {
        let parsed = parse(Model::current(), &source);
        for finding in &parsed.findings {
            println!("{file}: {}: {}", finding.rule.id(), finding.message);
        }
        let fix = parsed.findings.iter().filter(|finding| finding.is_error()).find_map(|finding| finding.fix.clone());
        match (parsed.manifest, fix) {
            (Some(manifest), _) => return manifest,
            (None, Some(fix)) if fix.safe => source.text.replace_range(fix.span, &fix.replacement),
            (None, _) => panic!("{file}: {:#?}", parsed.findings),
        }
    }
}

/// Makes an account what a manifest says; the bodies that were sent hold every value of it, and nothing is left to plan.
fn assert_applies(state: State, personality: Personality, manifest: &Manifest, file: &str) {
    run(async {
        let world = World::of(state, personality);
        let (plan, live) = world.plan(manifest).await;
        assert_renders(&plan);
        let approved = Approved::new(&plan, &live).unwrap_or_else(|refusal| panic!("{file}: {refusal:#?}"));
        let outcome = apply(&world.reader, &world.writer, approved, &Options::without_backup(Model::current())).await;
        assert!(matches!(outcome.end, End::Applied | End::InSync), "{file}: {outcome:#?}");
        if outcome.end == End::Applied {
            assert_sent(manifest, &world.bodies(), file);
        }
        assert!(world.plan(manifest).await.0.is_empty(), "{file}: the second plan is not empty");
    });
}

/// Every value that a manifest declares is in the bodies, unless it is empty or a remark that goes with a change.
fn assert_sent(manifest: &Manifest, bodies: &[Json], file: &str) {
    let sent = |setting: &Setting| {
        let pointer = format!("/{}", setting.keys().join("/"));
        bodies.iter().filter_map(|body| body.pointer(&pointer)).map(|value| setting.canonical(Some(value))).next_back()
    };
    let meant = manifest.declared.iter().filter(|declared| declared.setting.is_writable());
    for declared in meant.filter(|declared| !declared.setting.is_empty(Some(&declared.value))) {
        let wanted = declared.setting.canonical(Some(&declared.value));
        assert_eq!(sent(&declared.setting), Some(wanted), "{file}: {}", declared.setting.path);
    }
}

/// Whether the values can be created alone; says which not, and why.
fn creates(manifest: &Manifest, file: &str) -> bool {
    let live = Live { organization: Slot::Absent, doh: Slot::NotRead };
    let plan = plan_for(manifest, &live);
    let errors: Vec<_> = plan.findings.iter().filter(|finding| finding.is_error()).collect();
    for finding in &errors {
        println!("{file}: refused on creation, {}: {}", finding.rule.id(), finding.message);
        // The API is not known to refuse WARP sign-in without a session, but refuses every application after it (12130).
        assert!(matches!(finding.rule.id(), "warp-session" | "no-organization"), "{file}: {finding:#?}");
    }
    // The sandbox is not the account of a provider: it generates no name and no login domain.
    let is_whole = plan.findings.iter().all(|finding| finding.rule.id() != "create-needs");
    plan.action == Action::Create && errors.is_empty() && is_whole
}

fn assert_all_apply(wishes: &[Payload<Manifest>]) {
    let mut created = 0;
    for Payload { file, of: manifest } in wishes {
        let file = file.display().to_string();
        for personality in ["replace", "merge"].map(|name| name.parse::<Personality>().unwrap()) {
            assert_applies(seeded(), personality, manifest, &file);
            if creates(manifest, &file) {
                assert_applies(State::default(), personality, manifest, &file);
                created += 1;
            }
        }
    }
    assert!(created > 0, "no sample creates an organization");
}

#[test]
fn the_body_of_every_write_is_valid_and_sent_unchanged() {
    let Some(corpus) = corpus() else { return };
    assert!(!corpus.wishes.is_empty(), "the folder has no bodies");
    let validated = |wish: &Payload<Map<String, Json>>| Payload {
        file: wish.file.clone(),
        of: validated(&wish.of, &wish.file.display().to_string()),
    };
    assert_all_apply(&corpus.wishes.iter().map(validated).collect::<Vec<_>>());
}

#[test]
fn every_configuration_is_imported_and_its_values_are_sent() {
    let Some(corpus) = corpus() else { return };
    assert!(!corpus.configurations.is_empty(), "the folder has no configurations");
    assert_all_apply(&corpus.configurations);
}

/// What another tool generated from a recorded organization is what that organization holds.
#[test]
fn the_plan_of_a_configuration_for_its_recorded_organization_is_empty() {
    let Some(corpus) = corpus() else { return };
    let mut compared = 0;
    for configuration in &corpus.configurations {
        let file = configuration.file.display().to_string();
        let beside = |answer: &&Payload<Response>| answer.file.parent() == configuration.file.parent();
        for answer in corpus.organizations.iter().filter(beside) {
            let plan = plan_for(&configuration.of, &read(&answer.of, Endpoint::Organization));
            assert!(plan.is_empty(), "{file}: {:#?}", plan.changes);
            compared += 1;
        }
    }
    println!("{compared} configurations compared with the organization beside them");
}

/// The state of Terraform holds what the API answered, so importing it changes nothing.
#[test]
fn the_plan_of_an_imported_state_for_its_recorded_organization_is_empty() {
    let Some(corpus) = corpus() else { return };
    for Payload { file, of: answer } in &corpus.organizations {
        let file = file.display().to_string();
        let live = read(answer, Endpoint::Organization);
        // What the provider does not know is not in its state.
        let mut values = live.document(Endpoint::Organization).unwrap().clone();
        for unknown in values.unknown(Model::current()) {
            values.fields.remove(&unknown.keys[0]);
        }
        let address = "module.zero_trust.cloudflare_zero_trust_organization.main";
        let resource = json!({"address": address, "mode": "managed", "type": "cloudflare_zero_trust_organization",
            "values": values.fields});
        let modules = json!({"root_module": {"child_modules": [{"resources": [resource]}]}});
        let text = json!({"format_version": "1.0", "values": modules}).to_string();
        let manifest = configuration::organization(&[Source { name: file.clone(), text }], address).unwrap();
        let plan = plan_for(&manifest, &live);
        assert!(plan.is_empty(), "{file}: {:#?}", plan.changes);
    }
}
