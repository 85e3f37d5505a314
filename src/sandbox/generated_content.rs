//! The live state and the manifest of a generated organization.
//!
//! Both come from the same documents: what the common parent declares, and what the manifest declares. The live state has settings
//! of its own too, which no manifest declares.

use serde_json::{Value as Json, json};

use super::account_state::AccountState;
use super::generated::GeneratedOrganization;
use super::write::merge_patch;
use crate::text::yaml;

/// The file name of the common parent.
pub const BASE_FILE: &str = "_base.yaml";

/// The words of names.
const FIRST_WORDS: [&str; 16] = [
    "Amber", "Birch", "Cedar", "Coral", "Delta", "Fjord", "Granite", "Harbor", "Indigo", "Juniper", "Lunar", "Maple",
    "Nordic", "Opal", "Prairie", "Summit",
];
const SECOND_WORDS: [&str; 16] = [
    "Analytics",
    "Bakery",
    "Clinic",
    "Design",
    "Energy",
    "Foods",
    "Freight",
    "Gardens",
    "Insurance",
    "Labs",
    "Logistics",
    "Media",
    "Motors",
    "Robotics",
    "Textiles",
    "Travel",
];

/// The session durations that a manifest declares instead of the common one.
const SESSIONS: [&str; 2] = ["12h", "8h"];

/// Returns the manifest that all generated manifests extend.
pub fn base_manifest() -> String {
    format!("# The common settings of all organizations.\norganization:\n{}", block(&common(), 1))
}

impl GeneratedOrganization {
    /// Returns its name, which no other organization of the set has.
    pub fn name(self) -> String {
        format!("{} {:05}", self.words().join(" "), self.number())
    }

    /// Returns the file name of its manifest.
    pub fn file_name(self) -> String {
        format!("org-{:05}.yaml", self.number())
    }

    /// Returns its manifest, which extends that of [`base_manifest`].
    pub fn manifest(self) -> String {
        let id = yaml::yaml_scalar(self.target().id.as_str());
        format!("account_id: {id}\nextends: {BASE_FILE}\norganization:\n{}", block(&self.declared(), 1))
    }

    /// Returns its live state before the first write.
    pub(super) fn state(self) -> AccountState {
        let mut document = undeclared();
        for declared in [common(), self.declared()] {
            merge_patch(&mut document, &declared);
        }
        if self.is_drifted() {
            merge_patch(&mut document, &self.drift());
        }
        AccountState { organization: document.as_object().cloned(), ..AccountState::default() }
    }

    fn words(self) -> [&'static str; 2] {
        let [first, second, ..] = self.choices();
        [choose(&FIRST_WORDS, first), choose(&SECOND_WORDS, second)]
    }

    /// Returns the settings that its own manifest declares.
    fn declared(self) -> Json {
        let [_, _, has_session, session, has_footer, ..] = self.choices();
        let words = self.words();
        let label = words.join("-").to_lowercase();
        let mut declared = json!({
            "auth_domain": format!("{label}-{:05}.cloudflareaccess.com", self.number()),
            "name": self.name(),
            "login_design": {"header_text": words.join(" ")},
        });
        if has_session < 64 {
            declared["session_duration"] = choose(&SESSIONS, session).into();
        }
        if has_footer < 64 {
            declared["login_design"]["footer_text"] = format!("Need help? Write to it@{label}.example.").into();
        }
        declared
    }

    /// Returns a change that somebody made in the dashboard. Reverting it is not guarded.
    fn drift(self) -> Json {
        let [_, _, _, _, _, drift, ..] = self.choices();
        let changes = [
            json!({"session_duration": "168h"}),
            json!({"is_ui_read_only": false}),
            json!({"login_design": {"background_color": "#ffffff"}}),
        ];
        choose(&changes, drift)
    }
}

/// Returns the settings that the common parent declares.
fn common() -> Json {
    json!({
        "session_duration": "24h",
        "user_seat_expiration_inactive_time": "2190h",
        "is_ui_read_only": true,
        "login_design": {
            "background_color": "#f4f1ea",
            "text_color": "#1b1b1b",
            "footer_text": "Need help? Call 4242.",
        },
        "mfa_config": {"allowed_authenticators": ["totp", "security_key"], "session_duration": "24h"},
    })
}

/// Returns live settings that no manifest declares, and fields that this program does not know.
fn undeclared() -> Json {
    json!({
        "auto_redirect_to_identity": false,
        "deny_unmatched_requests": false,
        "deny_unmatched_requests_exempted_zone_names": [],
        "mfa_required_for_all_apps": false,
        "strict_service_token_auth": false,
        "ai_controls_beta": {"mode": "observe", "exempted_groups": ["research"]},
        "trusted_accounts": [],
        "created_at": "2024-03-11T09:12:45Z",
        "updated_at": "2026-08-28T14:03:10Z",
    })
}

/// Returns the option that a byte chooses.
fn choose<T: Clone>(options: &[T], byte: u8) -> T {
    options[usize::from(byte) % options.len()].clone()
}

/// Writes settings as a YAML block.
fn block(settings: &Json, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let members = settings.as_object().into_iter().flatten();
    let lines = members.map(|(key, value)| match value {
        Json::Object(_) => format!("{indent}{key}:\n{}", block(value, depth + 1)),
        value => format!("{indent}{key}: {}\n", yaml::flow(value)),
    });
    lines.collect()
}
