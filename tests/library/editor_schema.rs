//! The schema for editors and `validate` agree: a manifest without errors is valid under the schema, and an error is also
//! a violation of the schema unless the schema lists its rule as one that it cannot express.

mod broken;
mod yaml;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value as Json;
use zerodrift::diagnostics::{Finding, Rule, Severity, Source};
use zerodrift::document::{NOT_IN_SCHEMA, SchemaName, schema};
use zerodrift::manifest::parse;
use zerodrift::settings::Model;

use crate::{common, corpus};

/// The error rules that need more than a manifest: the live state, the API, or other files.
const NOT_FROM_A_MANIFEST: [Rule; 17] = [
    Rule::NoOrganization,
    Rule::OtherVersion,
    Rule::RefusedByApi,
    Rule::NotChecked,
    Rule::TerraformFile,
    Rule::TerraformSyntax,
    Rule::TerraformNoOrganization,
    Rule::TerraformSeveral,
    Rule::TerraformInstances,
    // The files that a manifest extends.
    Rule::ParentOutside,
    Rule::ParentUnreadable,
    Rule::ParentNotAManifest,
    Rule::ParentTarget,
    Rule::ExtendsCycle,
    Rule::LongChain,
    Rule::LockedSetting,
    // The other manifests of a run.
    Rule::SharedTarget,
];

/// The error rules about the file and not its text, so that no text here is an example.
const OF_THE_FILE: [Rule; 2] = [Rule::TooLarge, Rule::NotUtf8];

static SCHEMA: LazyLock<Json> =
    LazyLock::new(|| serde_json::from_str(&schema(Model::current(), SchemaName::Org)).unwrap());

static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(|| jsonschema::draft7::new(&SCHEMA).unwrap());

/// What an editor shows for a text by the schema. A text that is not YAML shows nothing.
fn violations(text: &str) -> Vec<String> {
    let documents = yaml::documents(text).unwrap_or_default();
    let shown = |document: &Json| {
        VALIDATOR.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect::<Vec<_>>()
    };
    documents.iter().flat_map(shown).collect()
}

fn errors(text: &str) -> Vec<Finding> {
    let source = Source { name: "org.yaml".to_owned(), text: text.to_owned() };
    parse(Model::current(), &source).findings.into_iter().filter(Finding::is_error).collect()
}

fn rules_of(findings: &[Finding]) -> BTreeSet<Rule> {
    findings.iter().map(|finding| finding.rule).collect()
}

fn not_in_schema() -> BTreeSet<Rule> {
    NOT_IN_SCHEMA.iter().map(|(rule, _)| *rule).collect()
}

#[track_caller]
fn assert_good(text: &str) {
    assert_eq!(errors(text), [], "{text}");
    assert_eq!(violations(text), [""; 0], "{text}");
}

#[test]
fn a_broken_manifest_is_rejected_by_the_schema_and_by_validation() {
    for (rule, text) in broken::REJECTED {
        assert!(rules_of(&errors(text)).contains(rule), "no {rule} in {:?} of:\n{text}", errors(text));
        assert!(!violations(text).is_empty(), "{rule} is not in the schema:\n{text}");
    }
    assert!(broken::REJECTED.len() >= 90);
}

#[test]
fn the_list_of_what_the_schema_cannot_express_is_exact() {
    for (rule, text) in broken::NOT_REJECTED {
        assert!(rules_of(&errors(text)).contains(rule), "no {rule} in {:?} of:\n{text}", errors(text));
        assert_eq!(violations(text), [""; 0], "the schema expresses {rule}:\n{text}");
    }
    let mut needed: BTreeSet<Rule> = broken::NOT_REJECTED.iter().map(|(rule, _)| *rule).collect();
    needed.extend(OF_THE_FILE);
    assert_eq!(not_in_schema(), needed);
    let description = SCHEMA["description"].as_str().unwrap();
    for (rule, what) in NOT_IN_SCHEMA {
        assert!(description.contains(&format!("{what} ({rule})")), "{rule}");
    }
}

#[test]
fn every_error_rule_of_a_manifest_is_in_one_of_the_two_lists() {
    let broken = broken::REJECTED.iter().chain(broken::NOT_REJECTED);
    let mut covered: BTreeSet<Rule> = broken.map(|(rule, _)| *rule).collect();
    covered.extend(NOT_FROM_A_MANIFEST.iter().chain(&OF_THE_FILE));
    let errors: BTreeSet<Rule> = Rule::ALL.iter().copied().filter(|rule| rule.severity() == Severity::Error).collect();
    assert_eq!(covered, errors);
}

/// The shortest manifest of each rule, warnings included. An editor reports what is not YAML without the schema.
#[test]
fn the_schema_agrees_about_the_examples_of_every_rule() {
    for (rule, bytes) in corpus::manifests() {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let errors = errors(&text);
        if errors.is_empty() {
            assert_eq!(violations(&text), [""; 0], "{rule}: {text}");
        } else if yaml::documents(&text).is_some() && violations(&text).is_empty() {
            assert!(rules_of(&errors).is_subset(&not_in_schema()), "{rule}: {errors:?}");
        }
    }
}

#[test]
fn the_examples_are_accepted_by_the_schema_and_by_validation() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for file in ["org.yaml", "guarded.yaml", "every-guard.yaml"] {
        assert_good(&std::fs::read_to_string(folder.join(file)).unwrap());
    }
}

#[test]
fn unusual_spellings_are_accepted_by_the_schema_and_by_validation() {
    for text in [
        "account_id: 12345678901234567890123456789012\norganization:\n  name: A\n",
        "account_id: 00000000000000000000000000000005\norganization:\n  name: A\n",
        "account_id: 1234567890123456789012345678e999\norganization:\n  name: A\n",
        "zone_id: '699D98642C564D2E855E9661899B7252'\norganization:\n",
        "organization:\n  session_duration: +24h\n",
        "organization:\n  session_duration: .5h\n  warp_auth_session_duration: 1.h\n",
        "organization:\n  session_duration: 10\u{b5}s\n",
        "organization:\n  session_duration: '0'\n",
        "organization:\n  mfa_config: {session_duration: '0', amr_matching_session_duration: 0720h}\n",
        "organization:\n  mfa_config: {session_duration: 43200m}\n",
        "organization:\n  mfa_config: {session_duration: 719h60m}\n",
        "organization:\n  user_seat_expiration_inactive_time: 2628000000000000ns\n",
        "organization:\n  user_seat_expiration_inactive_time: 2628000s\n",
        "organization:\n  user_seat_expiration_inactive_time: 31536000s\n",
        "organization:\n  name: \"A\\u202eB\"\n",
        "organization:\n  name: \"\\ufeff\"\n",
        "organization:\n  login_design:\n    header_text: |-\n      one\n      two\n",
        "organization:\n  login_design:\n    header_text: ''\n    footer_text: \"one\\n\"\n",
        "organization:\n  login_design:\n    logo_path: HTTPS://\u{fc}.example/\u{fc}.png?a@b#c\n",
        "organization:\n  login_design:\n    logo_path: http:///example.com\n",
        "organization:\n  login_design:\n    logo_path: https://@example.com/a@b\n",
        "organization:\n  auth_domain: WIDGET.Example.COM.\n",
        "organization:\n  auth_domain: 1.2.3.4x\n",
        "organization:\n  mfa_config:\n    allowed_authenticators: [totp, totp, telepathy]\n",
        "organization:\n  mfa_piv_key_requirements: {ssh_key_size: [256, 512], pin_policy: sometimes}\n",
        "organization:\n  service_token_inactivity: {enabled: true, action: disable, inactivity_threshold_days: 0x5A}\n",
        "organization:\n  service_token_inactivity: {enabled: false, action: null, inactivity_threshold_days: null}\n",
        "organization:\n  service_token_inactivity: null\n",
        "organization:\n  mfa_required_for_all_apps: true\n",
        "organization:\n  mfa_required_for_all_apps: false\n  mfa_config: null\n",
        "organization:\n  allow_authenticate_via_warp: null\n  warp_auth_session_duration: null\n",
        "organization: {}\ndoh:\nallow:\nlock:\nunmanaged: []\n",
        "extends: ../_base.yaml\n",
        "extends: a b/\u{e9}.yaml\nlock: [organization.name, organization.mfa_config]\nunmanaged: [doh.doh_jwt_duration]\n",
        "organization:\n  auth_domain: a.example\nallow:\n  - {setting: organization.auth_domain, to: a.example, reason: 1234}\n",
        "organization:\n  auth_domain: a.example\nallow:\n  - {to: a.example, setting: organization.auth_domain, reason: yes}\n",
    ] {
        assert_good(text);
    }
}

/// Long host names at the limits of RFC 1123.
#[test]
fn the_length_of_a_host_name_is_limited_by_the_schema_and_by_validation() {
    let name = |length: usize, dot: &str| {
        let labels = format!(".{}", "a".repeat(49)).repeat(6);
        format!("organization:\n  auth_domain: {}{dot}\n", &labels[labels.len() - length..])
    };
    for (length, dot, is_good) in
        [(253, "", true), (253, ".", true), (254, "", false), (254, ".", false), (255, "", false), (64, "", true)]
    {
        let text = name(length, dot);
        assert_eq!(errors(&text).is_empty(), is_good, "{length} {dot:?}");
        assert_eq!(violations(&text).is_empty(), is_good, "{length} {dot:?}");
    }
    for (label, is_good) in [(63, true), (64, false)] {
        let text = format!("organization:\n  auth_domain: {}.example\n", "a".repeat(label));
        assert_eq!((errors(&text).is_empty(), violations(&text).is_empty()), (is_good, is_good), "{label}");
    }
}

/// Every pattern of a schema.
fn patterns(schema: &Json, found: &mut BTreeSet<String>) {
    match schema {
        Json::Object(members) => {
            found.extend(members.get("pattern").and_then(Json::as_str).map(str::to_owned));
            members.values().for_each(|below| patterns(below, found));
        }
        Json::Array(elements) => elements.iter().for_each(|below| patterns(below, found)),
        _ => {}
    }
}

/// Draft-07, section 4.3: other syntax differs between the engines of editors and validators.
#[test]
fn patterns_use_only_syntax_that_all_engines_share() {
    let mut found = BTreeSet::new();
    patterns(&SCHEMA, &mut found);
    assert!(found.len() >= 8, "{found:?}");
    for pattern in found {
        assert!(!pattern.contains("(?"), "{pattern}");
        for (at, _) in pattern.match_indices('\\') {
            let escaped = &pattern[at + 1..];
            let is_portable = escaped.starts_with(['.', '+', '\\', 'u']) || pattern[..at].ends_with('\\');
            assert!(is_portable, "{pattern}");
        }
    }
}

proptest! {
    #[test]
    fn a_generated_manifest_is_accepted_by_the_schema_and_by_validation(sections in common::wanted()) {
        let text = common::manifest_of(&sections);
        prop_assert_eq!(errors(&text).is_empty(), violations(&text).is_empty(), "{}\n{:?}\n{:?}", text, errors(&text), violations(&text));
    }

    /// Values near the grammars: whatever `validate` accepts, the schema accepts.
    #[test]
    fn the_schema_accepts_what_validation_accepts(
        (key, value) in prop_oneof![
            ("session_duration|warp_auth_session_duration|user_seat_expiration_inactive_time", "[-+]?([0-9]{0,5}[.]?[0-9]{0,4}(h|m|s|ms|\u{b5}s)?){1,2}"),
            ("auth_domain", "([a-zA-Z0-9-]{1,3}[.]){0,3}[a-z0-9-]{1,3}[.]?"),
            ("name|ui_read_only_toggle_reason", "\\PC{0,3}|[\u{85}\u{a0}\u{2028}\u{feff}\\t\\n\u{7f} a]{1,3}"),
            ("login_design", "[hH]ttps?:/{0,3}[/\\\\@:a-z.0-9\u{fc}?#%-]{0,12}"),
        ],
    ) {
        let value = Json::from(value);
        let value = if key == "login_design" { serde_json::json!({"logo_path": value}) } else { value };
        let text = format!("{{\"organization\": {{{key:?}: {value}}}}}");
        let (errors, violations) = (errors(&text), violations(&text));
        if errors.is_empty() {
            prop_assert!(violations.is_empty(), "{}\n{:?}", text, violations);
        } else if yaml::documents(&text).is_some() && violations.is_empty() {
            prop_assert!(rules_of(&errors).is_subset(&not_in_schema()), "{}\n{:?}", text, errors);
        }
    }
}
