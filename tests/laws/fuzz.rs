//! A mutation fuzzer: valid inputs with random changes, from a fixed seed, are given to all parsers of untrusted input. It
//! needs no nightly compiler and runs with the other tests.
//!
//! `ZERODRIFT_FUZZ_EXECUTIONS` sets the number of inputs for each target, and `ZERODRIFT_FUZZ_SEED` the seed:
//!
//! ```console
//! $ ZERODRIFT_FUZZ_EXECUTIONS=1000000 cargo test --test laws fuzz -- --nocapture
//! ```

#![allow(clippy::print_stdout, reason = "each target prints its number of inputs, and a failure prints the input")]

mod mutate;

use std::cell::Cell;

use crate::common::canned::{Canned, response};
use crate::common::{plan_for, target};
use fastrand::Rng;
use serde_json::{Value as Json, json};
use zerodrift::diagnostics::{Finding, Location, Source};
use zerodrift::document::{Comparison, PlanDocument, Wording, plan_document, snapshot_text, to_text};
use zerodrift::live::{Document, Fingerprint, Live, Slot, Snapshot, differences};
use zerodrift::manifest::edit::{adopt, fix, with_live_values};
use zerodrift::manifest::write::Detail;
use zerodrift::manifest::write::manifest as export;
use zerodrift::manifest::{Manifest, Parsed, parse};
use zerodrift::report::Style;
use zerodrift::sandbox::{Fault, Personality, seeded};
use zerodrift::settings::{Endpoint, GoDuration, Model};
use zerodrift::terraform::write::file as import_file;
use zerodrift::terraform::{Import, import};

const API: &str = "https://api.example/client/v4";

/// Prints the current input when the test fails.
struct Shown<'a>(&'a [u8]);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the input was b\"{}\"", self.0.escape_ascii());
        }
    }
}

/// Runs a target on generated inputs; `usual` is the default number.
fn fuzz(name: &str, usual: u64, mut input: impl FnMut(&mut Rng) -> Vec<u8>, mut target: impl FnMut(&[u8])) {
    let variable = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let executions = variable("ZERODRIFT_FUZZ_EXECUTIONS").unwrap_or(usual);
    let mut rng = Rng::with_seed(variable("ZERODRIFT_FUZZ_SEED").unwrap_or(0x005e_ed0f_2e7d));
    for _ in 0..executions {
        let input = input(&mut rng);
        let _shown = Shown(&input);
        target(&input);
    }
    println!("{name}: {executions} executions");
}

fn seeds(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Asserts that a text contains no control characters except line feeds.
fn assert_harmless(text: &str) {
    let control = text.chars().find(|character| *character != '\n' && character.is_control());
    assert_eq!(control, None, "{text:?}");
}

const MANIFESTS: [&str; 4] = [
    include_str!("../../examples/org.yaml"),
    "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  auth_domain: gadget.cloudflareaccess.com\n  \
     is_ui_read_only: true\n  ui_read_only_toggle_reason: Git\n  deny_unmatched_requests: true\n  \
     deny_unmatched_requests_exempted_zone_names: [example.com]\n  mfa_piv_key_requirements:\n    pin_policy: always\n    \
     ssh_key_size: [256, 384]\n  service_token_inactivity: {enabled: true, inactivity_threshold_days: 90, action: delete}\n\
     allow:\n  - setting: organization.auth_domain\n    to: gadget.cloudflareaccess.com\n    reason: SEC-1234\n",
    "zone_id: 023e105f4ecef8ad9ca31a8372d0c353\norganization:\n  name: \"a \\u202e b\"\n  login_design: null\n  \
     custom_pages:\n    forbidden: ~\n",
    "organisation:\n  sesion_duration: 1d\n  login_design:\n    background_color: #c5ed1b\n  is_ui_read_only: no\ndoh: {}\n",
];

#[test]
fn a_manifest_of_any_bytes_is_parsed_or_rejected_with_findings_inside_it() {
    let (seeds, live) = (seeds(&MANIFESTS), demo());
    fuzz(
        "manifest",
        5_000,
        |rng| mutate::bytes(rng, &seeds),
        |input| {
            let source = match Source::from_bytes("org.yaml", input) {
                Ok(source) => source,
                Err(findings) => {
                    return assert_harmless(&zerodrift::report::findings::text(&findings, None, &Style::default()));
                }
            };
            let parsed = parse(Model::current(), &source);
            assert_points_into(&parsed, &source);
            assert_fixes_keep_yaml(&parsed, &source);
            assert_fixes(&parsed, &source);
            let Some(manifest) = &parsed.manifest else { return };
            for declared in &manifest.declared {
                assert_canonical(&declared.setting, &declared.value);
            }
            let plan = plan_for(manifest, &live);
            assert_harmless(&zerodrift::report::plan::text(&plan, &Style::default()));
            assert_adopts(manifest, &source, &live);
        },
    );
}

/// Asserts that safe fixes do not add errors and are idempotent.
fn assert_fixes(before: &Parsed, source: &Source) {
    let errors = |parsed: &Parsed| parsed.findings.iter().filter(|finding| finding.is_error()).count();
    let fixed = fix(Model::current(), source);
    assert!(errors(&fixed.parsed) <= errors(before), "{}", fixed.source.text);
    assert_eq!(fixed.made.is_empty(), fixed.source == *source);
    if !fixed.made.is_empty() {
        assert_eq!(fix(Model::current(), &fixed.source).made, []);
    }
}

/// Asserts that a file with adopted values is a manifest, and that the adopted settings are in sync.
fn assert_adopts(manifest: &Manifest, source: &Source, live: &Live) {
    let changes: Vec<_> =
        plan_for(manifest, live).changes.into_iter().map(|change| (change.setting, change.before)).collect();
    let _ = with_live_values(source, manifest, &changes);
    let adoption = adopt(Model::current(), source, manifest, &[], &changes);
    assert_eq!(adoption.adopted.len() + adoption.not_adopted.len(), changes.len());
    let text = Source { name: source.name.clone(), text: adoption.text };
    let new = parse(Model::current(), &text).manifest.unwrap_or_else(|| panic!("{}", text.text));
    let remaining = plan_for(&new, live).changes;
    for adopted in adoption.adopted {
        assert!(remaining.iter().all(|change| change.setting.path != adopted.setting.path), "{}", text.text);
    }
}

fn assert_points_into(parsed: &Parsed, source: &Source) {
    let Parsed { manifest, findings, .. } = parsed;
    assert_eq!(manifest.is_none(), findings.iter().any(Finding::is_error));
    assert_harmless(&zerodrift::report::findings::text(findings, Some(source), &Style::default()));
    let lines = source.text.split('\n').count();
    for finding in findings {
        if let Some(Location { file: _, line, column, span }) = &finding.at {
            assert!((1..=lines).contains(line) && *column >= 1, "{finding:?}");
            assert!(source.text.get(span.clone()).is_some(), "{finding:?}");
        }
        if let Some(fix) = &finding.fix {
            assert!(source.text.get(fix.span.clone()).is_some(), "{finding:?}");
        }
    }
}

/// Asserts that each fix of valid YAML results in valid YAML.
fn assert_fixes_keep_yaml(parsed: &Parsed, source: &Source) {
    let is_broken = |findings: &[Finding]| findings.iter().any(|finding| matches!(finding.rule.id(), "syntax" | "tab"));
    if is_broken(&parsed.findings) {
        return;
    }
    for fix in parsed.findings.iter().filter_map(|finding| finding.fix.clone()) {
        let mut fixed = source.clone();
        fixed.text.replace_range(fix.span, &fix.replacement);
        let findings = parse(Model::current(), &fixed).findings;
        assert!(!is_broken(&findings), "{}\n{}\n{findings:#?}", fix.title, fixed.text);
    }
}

fn assert_canonical(setting: &zerodrift::settings::Setting, value: &Json) {
    let once = setting.canonical(Some(value));
    assert_eq!(setting.canonical(Some(&once)), once, "{}: {value}", setting.path);
}

fn demo() -> Live {
    Snapshot::parse(include_bytes!("../../examples/live.json")).unwrap().live
}

/// An answer with an object of the API, mutated as JSON, so that most of them decode, and sometimes also as bytes.
fn answer(rng: &mut Rng, result: &Json) -> Vec<u8> {
    let errors = json!([{"code": 9999, "message": "access.api.error.not_enabled", "error_chain": [{"code": 1, "message": "why"}],
        "documentation_url": "https://example.com", "source": {"pointer": "/name"}}]);
    let envelope = if rng.u8(..6) == 0 {
        mutate::json(rng, &json!({"success": false, "errors": errors, "messages": errors, "result": result}))
    } else {
        json!({"success": true, "errors": [], "messages": [], "result": mutate::json(rng, result)})
    };
    let text = envelope.to_string().into_bytes();
    if rng.u8(..6) == 0 { mutate::bytes(rng, &[text]) } else { text }
}

#[test]
fn an_answer_of_any_bytes_is_rejected_or_its_export_is_in_sync() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let objects = [Json::from(seeded().organization.unwrap()), Json::from(seeded().doh.unwrap())];
    let round = Cell::new(0_u32);
    let input = |rng: &mut Rng| {
        round.set(round.get().wrapping_add(1));
        answer(rng, &objects[round.get() as usize % 2])
    };
    let mut decoded = 0_u32;
    fuzz("answer", 500, input, |input| {
        let status = [200, 200, 200, 201, 400, 403, 404, 429, 500][round.get() as usize / 2 % 9];
        let endpoint = Endpoint::ALL[round.get() as usize % 2];
        let reader = Canned::reader(response(status, &[], input));
        match runtime.block_on(reader.live(&target(), &[endpoint])) {
            Ok(live) if live.documents().next().is_some() => {
                decoded += 1;
                assert_views(&live);
            }
            Ok(_) => {}
            Err(error) => {
                assert_harmless(&error.to_string());
                assert!(error.hints().iter().all(|hint| !hint.is_empty()));
            }
        }
    });
    assert!(decoded >= round.get() / 4, "only {decoded} of {} answers were decoded", round.get());
}

/// Runs all functions that read a live state.
fn assert_views(live: &Live) {
    let model = Model::current();
    for document in live.documents() {
        assert_document(model, document);
    }
    let snapshot = Snapshot { target: Some(target()), api: API.to_owned(), live: live.clone() };
    assert_eq!(Snapshot::parse(snapshot_text(&snapshot).as_bytes()).unwrap(), snapshot);
    for detail in [Detail::Minimal, Detail::Full] {
        let text = export(model, &target(), live, detail);
        assert_harmless(&text);
        let source = Source { name: "org.yaml".to_owned(), text };
        let parsed = parse(model, &source);
        assert_points_into(&parsed, &source);
        let manifest = parsed.manifest.unwrap_or_else(|| panic!("{}\n{:#?}", source.text, parsed.findings));
        let plan = plan_for(&manifest, live);
        assert!(plan.is_empty(), "{}\n{:#?}", source.text, plan.changes);
        assert_harmless(&zerodrift::report::plan::text(&plan, &Style::default()));
        let document = plan_document(Wording::Plan, None, &[Comparison::of(Wording::Plan, &plan).into()]);
        assert_eq!(serde_json::from_str::<PlanDocument>(&to_text(&document)).unwrap(), document);
    }
}

fn assert_document(model: &Model, document: &Document) {
    for setting in model.of(document.endpoint) {
        if let Some(value) = document.value(model, setting) {
            assert_canonical(setting, value);
        }
    }
    let mut live = Live::default();
    *live.slot_mut(document.endpoint) = Slot::Present(document.clone());
    let fingerprint = Fingerprint::of(model, &live);
    assert_eq!(fingerprint.differences(&fingerprint), []);
    assert_eq!(differences(model, &live, &live), []);
    assert!(document.unknown(model).iter().all(|unknown| document.at(&unknown.keys) == Some(&unknown.value)));
}

#[test]
fn a_snapshot_of_any_bytes_is_rejected_or_round_trips() {
    let demo: Json = serde_json::from_slice(include_bytes!("../../examples/live.json")).unwrap();
    let input = |rng: &mut Rng| {
        let text = mutate::json(rng, &demo).to_string().into_bytes();
        if rng.u8(..4) == 0 { mutate::bytes(rng, &[text]) } else { text }
    };
    fuzz("snapshot", 5_000, input, |input| match Snapshot::parse(input) {
        Ok(snapshot) => assert_eq!(Snapshot::parse(snapshot_text(&snapshot).as_bytes()), Ok(snapshot)),
        Err(error) => assert_harmless(&error.to_string()),
    });
}

#[test]
fn a_duration_of_any_text_is_rejected_or_round_trips() {
    let seeds =
        seeds(&["24h", "1h30m", "-1.5h", ".5s", "1us2\u{b5}s3\u{3bc}s", "2562047h47m16.854775807s", "+0", "1ns1ms"]);
    fuzz(
        "duration",
        50_000,
        |rng| mutate::bytes(rng, &seeds),
        |input| {
            let text = String::from_utf8_lossy(input);
            match text.parse::<GoDuration>() {
                Ok(duration) => {
                    let written = duration.to_string();
                    assert_eq!(written.parse::<GoDuration>(), Ok(duration), "{written}");
                    assert!(GoDuration::units_of(&text).iter().all(|unit| unit.len() <= 3));
                }
                Err(error) => assert_harmless(&error.to_string()),
            }
        },
    );
}

#[test]
fn a_personality_or_fault_of_any_text_is_rejected_or_round_trips() {
    let seeds = seeds(&[
        "put=merge,durations=rewritten,read_back=late",
        "sloppy",
        "strict,",
        "PUT/doh:503-html@3",
        "*:520+1-html",
        "GET:429+5@2",
        "POST/revoke_user:reset-after",
    ]);
    fuzz(
        "personality and fault",
        5_000,
        |rng| mutate::bytes(rng, &seeds),
        |input| {
            let text = String::from_utf8_lossy(input);
            match text.parse::<Personality>() {
                Ok(personality) => assert_eq!(personality.to_string().parse(), Ok(personality)),
                Err(error) => assert_harmless(&error.to_string()),
            }
            match text.parse::<Fault>() {
                Ok(fault) => assert_eq!(fault.to_string().parse(), Ok(fault)),
                Err(error) => assert_harmless(&error.to_string()),
            }
        },
    );
}

#[test]
fn a_saved_plan_of_any_bytes_is_rejected_or_round_trips() {
    let source = Source { name: "org.yaml".to_owned(), text: MANIFESTS[1].to_owned() };
    let manifest = parse(Model::current(), &source).manifest.unwrap();
    let text = to_text(&plan_document(
        Wording::Plan,
        None,
        &[Comparison::of(Wording::Plan, &plan_for(&manifest, &demo())).into()],
    ));
    let plan: Json = serde_json::from_str(&text).unwrap();
    let input = |rng: &mut Rng| match rng.u8(..2) {
        0 => mutate::bytes(rng, &[text.clone().into_bytes()]),
        _ => mutate::json(rng, &plan).to_string().into_bytes(),
    };
    fuzz("saved plan", 5_000, input, |input| match serde_json::from_slice::<PlanDocument>(input) {
        Ok(document) => assert_eq!(serde_json::from_str::<PlanDocument>(&to_text(&document)).unwrap(), document),
        Err(error) => drop(error.to_string()),
    });
}

/// File names and texts.
const CONFIGURATIONS: [(&str, &str); 5] = [
    (
        "main.tf",
        "variable \"id\" {\n  default = \"699d98642c564d2e855e9661899b7252\"\n}\nlocals {\n  team = \"widget\"\n  all = \
         { eu = [1, 2.5], us = null }\n}\nresource \"cloudflare_zero_trust_organization\" \"main\" {\n  account_id = \
         var.id\n  name = \"${local.team} $${x} \\u202e\"\n  is_ui_read_only = !false\n  login_design = {\n    \
         header_text = <<-EOT\n      Hello\n    EOT\n    (\"text_color\") = true ? \"#fff\" : each.key\n  }\n  \
         lifecycle {\n    ignore_changes = [name, login_design[0].header_text]\n  }\n}\n",
    ),
    (
        "x_override.tf",
        "resource \"cloudflare_access_organization\" \"one\" {\n  count = 1\n  zone_id = data.x.y[count.index].*.id\n  \
         session_duration = \"${2 * 12}h\"\n  mfa_config {\n    allowed_authenticators = [\"totp\", \"totp\"]\n  }\n}\n",
    ),
    (
        "cdk.tf.json",
        "{\"locals\": {\"a\": 1}, \"resource\": {\"cloudflare_access_organization\": {\"m\": {\"name\": \"${x}\", \
         \"lifecycle\": {\"ignore_changes\": [\"name\"]}, \"login_design\": [{\"header_text\": \"\\u202e\"}], \"count\": 1}}}}",
    ),
    (
        "-",
        "{\"format_version\": \"1.0\", \"values\": {\"root_module\": {\"resources\": [{\"address\": \"a.b[\\\"\\u001b\\\"]\", \
         \"type\": \"cloudflare_zero_trust_organization\", \"sensitive_values\": {\"login_design\": [{\"header_text\": true}]}, \
         \"values\": {\"name\": \"W\", \"login_design\": [{\"header_text\": \"\\n\"}]}}]}}}",
    ),
    (
        "-",
        "{\"version\": 4, \"serial\": 1, \"resources\": [{\"mode\": \"managed\", \"type\": \"cloudflare_access_organization\", \
         \"name\": \"m\", \"instances\": [{\"index_key\": 0, \"attributes\": {\"name\": \"W\"}, \"sensitive_attributes\": \
         [[{\"type\": \"get_attr\", \"value\": \"name\"}]]}]}]}",
    ),
];

#[test]
fn a_configuration_of_any_bytes_is_imported_or_rejected_with_findings_inside_it() {
    let (names, texts): (Vec<&str>, Vec<&str>) = CONFIGURATIONS.into_iter().unzip();
    let seeds = seeds(&texts);
    let mut number = 0;
    fuzz(
        "terraform",
        2_000,
        |rng| mutate::bytes(rng, &seeds),
        |input| {
            number += 1;
            let name = names[number % names.len()].to_owned();
            let source = Source { name, text: String::from_utf8_lossy(input).into_owned() };
            let Import { organization, findings } = import(Model::current(), std::slice::from_ref(&source), None);
            let text = zerodrift::report::findings::text(&findings, Some(&source), &Style::default());
            assert_harmless(&text);
            for at in findings.iter().filter_map(|finding| finding.at.as_ref()) {
                assert!(source.text.get(at.span.clone()).is_some(), "{findings:?}");
            }
            let Some(imported) = organization else { return };
            for detail in [Detail::Minimal, Detail::Full] {
                let file = import_file(Model::current(), &imported, None, detail, &findings);
                let parsed = parse(Model::current(), &Source { name: "org.yaml".to_owned(), text: file.text.clone() });
                let manifest = parsed.manifest.unwrap_or_else(|| panic!("{}\n{:#?}", file.text, parsed.findings));
                assert_eq!(manifest.declared.len(), file.declares, "{}", file.text);
                assert_harmless(&file.text);
            }
        },
    );
}
