//! One small manifest for every rule: the shortest file that has such a finding.

use serde_json::json;
use zerodrift::apply::{Failure, locate};
use zerodrift::diagnostics::{Finding, Rule, Source};
use zerodrift::live::{Document, Live, Slot};
use zerodrift::manifest::{not_restored, parse, restoring};
use zerodrift::plan::{Input, plan};
use zerodrift::sandbox::{Personality, State};
use zerodrift::settings::{Endpoint, Model, Target};
use zerodrift::terraform::import;

use crate::common::process::hermetic;
use crate::common::repository::Repository;
use crate::common::{self, World};

/// The file of every manifest here.
pub(crate) const FILE: &str = "accounts/widget/org.yaml";

/// Each rule that reading a file finds, with a file that has such a finding.
pub(crate) fn manifests() -> Vec<(Rule, Vec<u8>)> {
    let text = TEXTS.iter().map(|(rule, text)| (*rule, text.as_bytes().to_vec()));
    let many: String = (0..150).map(|number| format!("made_up_{number}: 1\n")).collect();
    let large = [
        (Rule::TooLarge, vec![b'#'; 1024 * 1024 + 1]),
        (Rule::NotUtf8, b"organization:\n  name: \xc3\xa4\xff\n".to_vec()),
        (Rule::NotUtf8, b"\xff\xfeo\0r\0g\0".to_vec()),
        (Rule::TooManyFindings, many.into_bytes()),
        (Rule::TooDeep, format!("organization: {}", "[".repeat(2_000)).into_bytes()),
    ];
    text.chain(large).collect()
}

const TEXTS: &[(Rule, &str)] = &[
    (Rule::ByteOrderMark, "\u{feff}organization:\r\n  name: A\r\n  session_duration: 1d\r\n"),
    (Rule::MergeConflict, "organization:\n<<<<<<< HEAD\n  name: A\n=======\n  name: B\n>>>>>>> feature\n"),
    (Rule::LineBreak, "organization:\n  login_design:\n    header_text: \"one\\ntwo\"\n"),
    (Rule::FinalLineBreak, "organization:\n  login_design:\n    header_text: |\n      one\n"),
    (Rule::ControlCharacter, "organization:\n  name: A\u{0}B\n"),
    (Rule::ControlCharacter, "organization:\n  name: \"A\\u001b[31mB\"\n"),
    (Rule::HiddenCharacter, "organization:\n  name: A\u{202e}B\n"),
    (Rule::HiddenCharacter, "organization:\n  login_design:\n    header_text: \"\\u202eevil\"\n"),
    (Rule::Tab, "organization:\n\tname: A\n"),
    (Rule::Directive, "%YAML 1.1\n---\norganization:\n  name: A\n"),
    (Rule::Syntax, "organization:\n  name: 'A\n  session_duration: 24h\n"),
    (Rule::Syntax, "organization:\n  name: @widget\n"),
    (Rule::SecondDocument, "organization:\n  name: A\n---\norganization:\n  name: B\n"),
    (Rule::Anchor, "organization:\n  session_duration: &day 24h\n"),
    (Rule::Alias, "organization:\n  session_duration: *day\n"),
    (Rule::MergeKey, "organization:\n  <<: {name: A}\n"),
    (Rule::Tag, "organization:\n  name: !!str 1\n"),
    (Rule::NotAMapping, "- organization\n- doh\n"),
    (Rule::NoSection, ""),
    (Rule::NoSection, "# nothing here yet\n"),
    (Rule::KeyType, "organization:\n  ? [a, b]\n  : 1\n"),
    (Rule::DuplicateKey, "organization:\n  name: A\n  name: B\n"),
    (Rule::UnknownKey, "organization:\n  sesion_duration: 24h\n"),
    (Rule::UnknownKey, "organization: {nme: 1, nme2: 1, naem: 1}\n"),
    (Rule::RenamedSetting, "organization:\n  mfa_ssh_piv_key_requirements:\n    pin_policy: always\n"),
    (
        Rule::TwoTargets,
        "account_id: 699d98642c564d2e855e9661899b7252\nzone_id: 023e105f4ecef8ad9ca31a8372d0c353\norganization:\n  name: A\n",
    ),
    (Rule::TargetId, "account_id: my-account\norganization:\n  name: A\n"),
    (Rule::Scope, "zone_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h\n"),
    (Rule::ReadOnly, "organization:\n  created_at: 2024-01-01T00:00:00Z\n"),
    (Rule::EmptySection, "organization:\n"),
    (Rule::EmptyGroup, "organization:\n  login_design: {}\n"),
    (Rule::WrongType, "organization:\n  is_ui_read_only: 'true'\n"),
    (Rule::WrongType, "organization:\n  name:\n    first: A\n    last: B\n"),
    (Rule::WrongType, "organization:\n  name: 1.10\n"),
    (Rule::YamlBoolean, "organization:\n  is_ui_read_only: no\n"),
    (Rule::UnquotedColor, "organization:\n  login_design:\n    background_color: #c5ed1b\n"),
    (Rule::CannotUnset, "organization:\n  name: null\n"),
    (Rule::CannotUnset, "organization:\n  name:\n"),
    (Rule::Empty, "organization:\n  session_duration: ''\n"),
    (Rule::Color, "organization:\n  login_design:\n    background_color: red\n"),
    (Rule::Duration, "organization:\n  session_duration: 1d\n"),
    (Rule::DurationUnit, "organization:\n  warp_auth_session_duration: 3600s\n"),
    (Rule::DurationRange, "organization:\n  session_duration: 5m\n"),
    (Rule::DurationRange, "organization:\n  user_seat_expiration_inactive_time: 100h\n"),
    (
        Rule::Range,
        "organization:\n  service_token_inactivity: {enabled: true, action: disable, inactivity_threshold_days: 1}\n",
    ),
    (Rule::Host, "organization:\n  auth_domain: https://widget.cloudflareaccess.com/\n"),
    (Rule::Url, "organization:\n  login_design:\n    logo_path: example.com/logo.png\n"),
    (Rule::InsecureUrl, "organization:\n  login_design:\n    logo_path: http://example.com/logo.png\n"),
    (Rule::Uid, "doh:\n  service_token_id: my token\n"),
    (Rule::RenamedValue, "organization:\n  mfa_config:\n    allowed_authenticators: [totp, ssh_piv_key]\n"),
    (Rule::UnknownValue, "organization:\n  mfa_config:\n    allowed_authenticators: [totp, webauthn]\n"),
    (Rule::DuplicateElement, "organization:\n  mfa_config:\n    allowed_authenticators: [totp, totp]\n"),
    (
        Rule::AllowSetting,
        "organization:\n  name: A\nallow:\n  - {setting: auth_domain, to: widget.cloudflareaccess.com}\n",
    ),
    (Rule::AllowTo, "organization:\n  name: A\nallow:\n  - setting: organization.auth_domain\n"),
    (Rule::NeedsNoConsent, "organization:\n  name: A\nallow:\n  - {setting: organization.name, to: A}\n"),
    (
        Rule::DuplicateConsent,
        "organization:\n  auth_domain: a.example\nallow:\n  - {setting: organization.auth_domain, to: a.example}\n  - {setting: organization.auth_domain, to: A.example}\n",
    ),
    (Rule::StaleConsent, "organization:\n  name: A\nallow:\n  - {setting: organization.auth_domain, to: a.example}\n"),
    (Rule::Extends, "extends: /etc/base.yaml\n"),
    (Rule::UnknownSetting, "lock: [session_duration]\norganization:\n  session_duration: 24h\n"),
    (Rule::IdleLock, "lock: [organization.name]\norganization:\n  session_duration: 24h\n"),
    (Rule::IdleUnmanaged, "unmanaged: [organization.name]\norganization:\n  session_duration: 24h\n"),
    (Rule::IdleKeySize, "organization:\n  mfa_piv_key_requirements: {ssh_key_type: [ed25519], ssh_key_size: [256]}\n"),
    (Rule::PartialGroup, "organization:\n  service_token_inactivity:\n    enabled: true\n"),
    (
        Rule::PartialGroup,
        "organization:\n  service_token_inactivity: {enabled: true, action: null, inactivity_threshold_days: 90}\n",
    ),
    (Rule::WarpSession, "organization:\n  allow_authenticate_via_warp: true\n  warp_auth_session_duration: null\n"),
    (
        Rule::MfaForAll,
        "organization:\n  mfa_required_for_all_apps: true\n  mfa_config:\n    allowed_authenticators: []\n",
    ),
    (
        Rule::IdleExemption,
        "organization:\n  deny_unmatched_requests: false\n  deny_unmatched_requests_exempted_zone_names: [example.com]\n",
    ),
    (Rule::InfrastructureOnly, "organization:\n  mfa_config:\n    allowed_authenticators: [piv_key, ssh_fido2_key]\n"),
    (Rule::IdleAnnotation, "organization:\n  ui_read_only_toggle_reason: Git\n"),
    (Rule::Contrast, "organization:\n  login_design:\n    text_color: '#c5ed1b'\n"),
    (
        Rule::IdleAaguids,
        "organization:\n  mfa_config:\n    allowed_authenticators: []\n    required_aaguids: 2fc0579f-8113-47ea-b116-bb5a8db9202a\n",
    ),
];

/// Each rule that only planning finds, with a file for an account that has no organization.
pub(crate) const PLANNED: &[(Rule, &str)] = &[
    (Rule::CreateNeeds, "organization:\n  session_duration: 24h\n"),
    (Rule::NoOrganization, "doh:\n  doh_jwt_duration: 24h\n"),
    (
        Rule::StaleConsent,
        "organization:\n  name: A\n  auth_domain: a.example\nallow:\n  - {setting: organization.auth_domain, to: a.example}\n",
    ),
];

/// Each rule of Terraform, with the files of a folder that have such a finding.
pub(crate) const TERRAFORM: &[(Rule, &[(&str, &str)])] = &[
    (Rule::TerraformFile, &[("main.tf", ORGANIZATION), ("main.tofu", ORGANIZATION)]),
    (Rule::TerraformFile, &[("main.tf", ORGANIZATION), ("override.tf", SECOND)]),
    (Rule::TerraformSyntax, &[("main.tf", "resource {")]),
    (Rule::TerraformNoOrganization, &[("main.tf", "")]),
    (Rule::TerraformSeveral, &[("main.tf", ORGANIZATION), ("second.tf", SECOND)]),
    (
        Rule::TerraformInstances,
        &[("main.tf", "resource \"cloudflare_zero_trust_organization\" \"a\" {\n  count = var.n\n}\n")],
    ),
    (
        Rule::TerraformTarget,
        &[("main.tf", "resource \"cloudflare_zero_trust_organization\" \"a\" {\n  account_id = var.account\n}\n")],
    ),
    (
        Rule::TerraformExpression,
        &[("main.tf", "resource \"cloudflare_zero_trust_organization\" \"a\" {\n  name = var.name\n}\n")],
    ),
    (
        Rule::TerraformValue,
        &[("main.tf", "resource \"cloudflare_zero_trust_organization\" \"a\" {\n  login_design = \"blue\"\n}\n")],
    ),
    (
        Rule::TerraformUnknownArgument,
        &[("main.tf", "resource \"cloudflare_zero_trust_organization\" \"a\" {\n  nme = \"A\"\n}\n")],
    ),
    (
        Rule::TerraformMetaArgument,
        &[("main.tf", "resource \"cloudflare_zero_trust_organization\" \"a\" {\n  depends_on = [b.c]\n}\n")],
    ),
    (
        Rule::TerraformIgnored,
        &[(
            "main.tf",
            "resource \"cloudflare_zero_trust_organization\" \"a\" {\n  name = \"A\"\n  lifecycle {\n    ignore_changes = [name]\n  }\n}\n",
        )],
    ),
    (
        Rule::TerraformLineBreak,
        &[("main.tf", "resource \"cloudflare_zero_trust_organization\" \"a\" {\n  name = <<EOT\nA\nEOT\n}\n")],
    ),
];

const ORGANIZATION: &str = "resource \"cloudflare_zero_trust_organization\" \"a\" {\n  name = \"A\"\n}\n";

const SECOND: &str = "resource \"cloudflare_zero_trust_organization\" \"b\" {\n  name = \"B\"\n}\n";

/// What importing these files finds.
pub(crate) fn imported(files: &[(&str, &str)]) -> Vec<Finding> {
    let source = |(name, text): &(&str, &str)| Source { name: (*name).to_owned(), text: (*text).to_owned() };
    let sources: Vec<Source> = files.iter().map(source).collect();
    import(Model::current(), &sources, None).findings
}

/// Each rule about a manifest and other files, with the files of a folder.
pub(crate) const OF_SEVERAL_FILES: &[(Rule, &[(&str, &str)])] = &[
    (Rule::ParentOutside, &[("a.yaml", "extends: ../../../../../../../../../../../../../etc/passwd\n")]),
    (Rule::ParentUnreadable, &[("a.yaml", "extends: base.yaml\n")]),
    (Rule::ParentNotAManifest, &[("a.yaml", "extends: base.yaml\n"), ("base.yaml", "token: secret-of-base\n")]),
    (
        Rule::ParentTarget,
        &[
            ("a.yaml", "extends: base.yaml\n"),
            ("base.yaml", "account_id: 699d98642c564d2e855e9661899b7252\norganization: {name: A}\n"),
        ],
    ),
    (Rule::ExtendsCycle, &[("a.yaml", "extends: base.yaml\n"), ("base.yaml", "extends: ./a.yaml\n")]),
    (
        Rule::LongChain,
        &[
            ("a.yaml", "extends: b.yaml\n"),
            ("b.yaml", "extends: c.yaml\n"),
            ("c.yaml", "extends: d.yaml\n"),
            ("d.yaml", "extends: e.yaml\n"),
            ("e.yaml", "organization: {name: A}\n"),
        ],
    ),
    (
        Rule::LockedSetting,
        &[
            ("a.yaml", "extends: base.yaml\norganization: {name: B}\n"),
            ("base.yaml", "lock: [organization.name]\norganization: {name: A}\n"),
        ],
    ),
    (
        Rule::SharedTarget,
        &[
            ("a.yaml", "zone_id: 699d98642c564d2e855e9661899b7252\norganization: {name: A}\n"),
            ("b.yaml", "zone_id: 699d98642c564d2e855e9661899b7252\norganization: {name: A}\n"),
        ],
    ),
];

/// What `validate` prints about a folder of these files.
pub(crate) fn validated(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let output = hermetic(folder.path()).args(["validate", "."]).output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

/// What the program finds in Terraform files that only it reads: one that overrides others and is not text.
pub(crate) fn unread_override() -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.tf"), ORGANIZATION).unwrap();
    std::fs::write(folder.path().join("override.tf"), b"\xff").unwrap();
    let output = hermetic(folder.path()).args(["init", "--from-terraform", "."]).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

/// What the program finds about audit logs that it cannot read, that are empty, and that are too long.
pub(crate) fn bad_audit_logs() -> String {
    let folder = tempfile::tempdir().unwrap();
    let manifest = format!("account_id: {}\norganization:\n  session_duration: 24h\n", common::ACCOUNT);
    std::fs::write(folder.path().join("org.yaml"), manifest).unwrap();
    let plan = |access: &str, noise: &str| {
        let state = json!({
            "sandbox": 1, "organization": {"name": "A", "auth_domain": "a.cloudflareaccess.com"},
            "personality": {"audit_log": access, "audit_noise": noise},
        });
        std::fs::write(folder.path().join("state.json"), state.to_string()).unwrap();
        let output = hermetic(folder.path()).args(["plan", "--sandbox=state.json", "--who"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    [plan("refused", "none"), plan("empty", "none"), plan("kept", "many")].concat()
}

/// What the program finds about bases that it cannot compare with: without a repository, at a revision that does not exist,
/// in a shallow clone, and with errors.
pub(crate) fn bad_bases() -> String {
    let folder = tempfile::tempdir().unwrap();
    let manifest = format!("account_id: {}\norganization:\n  session_duration: 24h\n", common::ACCOUNT);
    let plan = |base: &str, file: &str| {
        let output =
            hermetic(folder.path()).args(["plan", "--sandbox=state.json", "--base", base, file]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    std::fs::write(folder.path().join("org.yaml"), &manifest).unwrap();
    let unreadable = plan("main", "org.yaml");
    let repository = Repository::new(folder.path());
    repository.commit("org.yaml", "organization: 1\n");
    Repository::clone_of(folder.path(), &folder.path().join("clone"), "--depth 1");
    std::fs::write(folder.path().join("clone/org.yaml"), &manifest).unwrap();
    std::fs::write(folder.path().join("org.yaml"), &manifest).unwrap();
    [unreadable, plan("gone", "org.yaml"), plan("main", "org.yaml"), plan("gone", "clone/org.yaml")].concat()
}

/// What stays as it is although the backup holds something else.
pub(crate) fn not_brought_back() -> Vec<Finding> {
    let live = |beta: &str| Live {
        organization: Slot::Present(Document::new(
            Endpoint::Organization,
            json!({"name": "A", "ai_controls_beta": beta}).as_object().unwrap().clone(),
        )),
        doh: Slot::NotRead,
    };
    let source = Source { name: "backup.json".to_owned(), text: "{}".to_owned() };
    let manifest = restoring(Model::current(), &common::target(), &live("kept"), &source);
    not_restored(Model::current(), &manifest, &live("kept"), &live("gone"))
}

/// What the API refuses although the plan passes, at the line of the manifest.
pub(crate) async fn refused() -> Vec<Finding> {
    let organization = json!({"name": "Widget", "auth_domain": "widget.cloudflareaccess.com"});
    let world = World::of(State::with_organization(organization), Personality::default());
    world.transport.sandbox().change(|state| state.account.dashboard_sso = true).unwrap();
    let wanted = common::manifest("organization:\n  auth_domain: new.cloudflareaccess.com\n");
    let (_, outcome) = world.apply(&wanted).await;
    let Some(Failure::Request(error)) = &outcome.failure else { panic!("{outcome:?}") };
    locate(&wanted, Endpoint::Organization, error)
}

/// What reading a file finds, with its text where it is text.
pub(crate) fn read(bytes: &[u8]) -> (Vec<Finding>, Option<Source>) {
    match Source::from_bytes(FILE, bytes) {
        Ok(source) => (parse(Model::current(), &source).findings, Some(source)),
        Err(findings) => (findings, None),
    }
}

/// What planning finds for an account without an organization.
pub(crate) fn planned(text: &str) -> (Vec<Finding>, Source) {
    let source = Source { name: FILE.to_owned(), text: text.to_owned() };
    let manifest = parse(Model::current(), &source).manifest.unwrap();
    let target = Target::account("699d98642c564d2e855e9661899b7252").unwrap();
    let live = Live { organization: Slot::Absent, doh: Slot::Absent };
    let input =
        Input { model: Model::current(), manifest: &manifest, target: &target, api: "", live: &live, allow: &[] };
    (plan(&input).findings, source)
}

/// The finding of a plan document with a rule that this version does not have.
pub(crate) fn of_another_version() -> Vec<Finding> {
    let id = "699d98642c564d2e855e9661899b7252";
    let finding = json!({"rule": "added-later", "severity": "error", "message": "a mistake", "file": "org.yaml",
        "line": 1, "column": 1, "help": null});
    let plan = json!({
        "manifest": {"path": "org.yaml", "sha256": "0".repeat(64)},
        "target": {"scope": "account", "id": id, "api": "https://api.cloudflare.com/client/v4"},
        "action": "none", "changes": [], "unmanaged": [], "writes": [], "findings": [finding],
        "live_sha256": "0".repeat(64), "digest": format!("sha256:{}", "0".repeat(64)),
    });
    let summary = json!({"in_sync": 1, "changed": 0, "failed": 0});
    let document = json!({"format_version": "1.0", "zerodrift": "0.1.0", "plans": [plan], "summary": summary});
    match zerodrift::document::read::read(document.to_string().as_bytes()) {
        Ok(zerodrift::document::read::AnyDocument::Plans(plans)) => match &plans.set[..] {
            [zerodrift::document::Compared::Done(comparison)] => comparison.plan.findings.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}
