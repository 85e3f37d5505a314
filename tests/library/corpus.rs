//! One small manifest for every rule: the shortest file that has such a finding.

use zerodrift::diagnostics::{Finding, Source};
use zerodrift::live::{Live, Slot};
use zerodrift::manifest::parse;
use zerodrift::plan::{Input, plan};
use zerodrift::settings::{Model, Target};

/// The file of every manifest here.
pub(crate) const FILE: &str = "accounts/widget/org.yaml";

/// Each rule that reading a file finds, with a file that has such a finding.
pub(crate) fn manifests() -> Vec<(&'static str, Vec<u8>)> {
    let text = TEXTS.iter().map(|(rule, text)| (*rule, text.as_bytes().to_vec()));
    let many: String = (0..150).map(|number| format!("made_up_{number}: 1\n")).collect();
    let large = [
        ("too-large", vec![b'#'; 1024 * 1024 + 1]),
        ("not-utf8", b"organization:\n  name: \xc3\xa4\xff\n".to_vec()),
        ("not-utf8", b"\xff\xfeo\0r\0g\0".to_vec()),
        ("too-many-findings", many.into_bytes()),
        ("too-deep", format!("organization: {}", "[".repeat(2_000)).into_bytes()),
    ];
    text.chain(large).collect()
}

const TEXTS: &[(&str, &str)] = &[
    ("byte-order-mark", "\u{feff}organization:\r\n  name: A\r\n  session_duration: 1d\r\n"),
    ("merge-conflict", "organization:\n<<<<<<< HEAD\n  name: A\n=======\n  name: B\n>>>>>>> feature\n"),
    ("line-break", "organization:\n  login_design:\n    header_text: \"one\\ntwo\"\n"),
    ("final-line-break", "organization:\n  login_design:\n    header_text: |\n      one\n"),
    ("control-character", "organization:\n  name: A\u{0}B\n"),
    ("control-character", "organization:\n  name: \"A\\u001b[31mB\"\n"),
    ("hidden-character", "organization:\n  name: A\u{202e}B\n"),
    ("hidden-character", "organization:\n  login_design:\n    header_text: \"\\u202eevil\"\n"),
    ("tab", "organization:\n\tname: A\n"),
    ("directive", "%YAML 1.1\n---\norganization:\n  name: A\n"),
    ("syntax", "organization:\n  name: 'A\n  session_duration: 24h\n"),
    ("syntax", "organization:\n  name: @widget\n"),
    ("second-document", "organization:\n  name: A\n---\norganization:\n  name: B\n"),
    ("anchor", "organization:\n  session_duration: &day 24h\n"),
    ("alias", "organization:\n  session_duration: *day\n"),
    ("merge-key", "organization:\n  <<: {name: A}\n"),
    ("tag", "organization:\n  name: !!str 1\n"),
    ("not-a-mapping", "- organization\n- doh\n"),
    ("no-section", ""),
    ("no-section", "# nothing here yet\n"),
    ("key-type", "organization:\n  ? [a, b]\n  : 1\n"),
    ("duplicate-key", "organization:\n  name: A\n  name: B\n"),
    ("unknown-key", "organization:\n  sesion_duration: 24h\n"),
    ("unknown-key", "organization: {nme: 1, nme2: 1, naem: 1}\n"),
    ("renamed-setting", "organization:\n  mfa_ssh_piv_key_requirements:\n    pin_policy: always\n"),
    (
        "two-targets",
        "account_id: 699d98642c564d2e855e9661899b7252\nzone_id: 023e105f4ecef8ad9ca31a8372d0c353\norganization:\n  name: A\n",
    ),
    ("target-id", "account_id: my-account\norganization:\n  name: A\n"),
    ("scope", "zone_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h\n"),
    ("read-only", "organization:\n  created_at: 2024-01-01T00:00:00Z\n"),
    ("empty-section", "organization:\n"),
    ("empty-group", "organization:\n  login_design: {}\n"),
    ("wrong-type", "organization:\n  is_ui_read_only: 'true'\n"),
    ("wrong-type", "organization:\n  name:\n    first: A\n    last: B\n"),
    ("wrong-type", "organization:\n  name: 1.10\n"),
    ("yaml-boolean", "organization:\n  is_ui_read_only: no\n"),
    ("unquoted-color", "organization:\n  login_design:\n    background_color: #c5ed1b\n"),
    ("cannot-unset", "organization:\n  name: null\n"),
    ("cannot-unset", "organization:\n  name:\n"),
    ("empty", "organization:\n  session_duration: ''\n"),
    ("color", "organization:\n  login_design:\n    background_color: red\n"),
    ("duration", "organization:\n  session_duration: 1d\n"),
    ("duration-unit", "organization:\n  warp_auth_session_duration: 3600s\n"),
    ("duration-range", "organization:\n  session_duration: 5m\n"),
    ("duration-range", "organization:\n  user_seat_expiration_inactive_time: 100h\n"),
    (
        "range",
        "organization:\n  service_token_inactivity: {enabled: true, action: disable, inactivity_threshold_days: 1}\n",
    ),
    ("host", "organization:\n  auth_domain: https://widget.cloudflareaccess.com/\n"),
    ("url", "organization:\n  login_design:\n    logo_path: example.com/logo.png\n"),
    ("insecure-url", "organization:\n  login_design:\n    logo_path: http://example.com/logo.png\n"),
    ("uid", "doh:\n  service_token_id: my token\n"),
    ("renamed-value", "organization:\n  mfa_config:\n    allowed_authenticators: [totp, ssh_piv_key]\n"),
    ("unknown-value", "organization:\n  mfa_config:\n    allowed_authenticators: [totp, webauthn]\n"),
    ("duplicate-element", "organization:\n  mfa_config:\n    allowed_authenticators: [totp, totp]\n"),
    (
        "allow-setting",
        "organization:\n  name: A\nallow:\n  - {setting: auth_domain, to: widget.cloudflareaccess.com}\n",
    ),
    ("allow-to", "organization:\n  name: A\nallow:\n  - setting: organization.auth_domain\n"),
    ("needs-no-consent", "organization:\n  name: A\nallow:\n  - {setting: organization.name, to: A}\n"),
    (
        "duplicate-consent",
        "organization:\n  auth_domain: a.example\nallow:\n  - {setting: organization.auth_domain, to: a.example}\n  - {setting: organization.auth_domain, to: A.example}\n",
    ),
    ("stale-consent", "organization:\n  name: A\nallow:\n  - {setting: organization.auth_domain, to: a.example}\n"),
    ("idle-key-size", "organization:\n  mfa_piv_key_requirements: {ssh_key_type: [ed25519], ssh_key_size: [256]}\n"),
    ("partial-group", "organization:\n  service_token_inactivity:\n    enabled: true\n"),
    (
        "partial-group",
        "organization:\n  service_token_inactivity: {enabled: true, action: null, inactivity_threshold_days: 90}\n",
    ),
    ("warp-session", "organization:\n  allow_authenticate_via_warp: true\n  warp_auth_session_duration: null\n"),
    (
        "mfa-for-all",
        "organization:\n  mfa_required_for_all_apps: true\n  mfa_config:\n    allowed_authenticators: []\n",
    ),
    (
        "idle-exemption",
        "organization:\n  deny_unmatched_requests: false\n  deny_unmatched_requests_exempted_zone_names: [example.com]\n",
    ),
    ("infrastructure-only", "organization:\n  mfa_config:\n    allowed_authenticators: [piv_key, ssh_fido2_key]\n"),
    ("idle-annotation", "organization:\n  ui_read_only_toggle_reason: Git\n"),
    ("contrast", "organization:\n  login_design:\n    text_color: '#c5ed1b'\n"),
    (
        "idle-aaguids",
        "organization:\n  mfa_config:\n    allowed_authenticators: []\n    required_aaguids: 2fc0579f-8113-47ea-b116-bb5a8db9202a\n",
    ),
];

/// Each rule that only planning finds, with a file for an account that has no organization.
pub(crate) const PLANNED: &[(&str, &str)] = &[
    ("create-needs", "organization:\n  session_duration: 24h\n"),
    ("no-organization", "doh:\n  doh_jwt_duration: 24h\n"),
    (
        "stale-consent",
        "organization:\n  name: A\n  auth_domain: a.example\nallow:\n  - {setting: organization.auth_domain, to: a.example}\n",
    ),
];

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
