//! Plans and live states that unit tests share.

use serde_json::{Value as Json, json};

use crate::diagnostics::{Finding, Location, Rule};
use crate::live::{Document, Fingerprint, Live, Slot};
use crate::manifest::ConsentPlace;
use crate::plan::{
    Action, Attribution, Base, Change, Confidence, Consent, GuardState, ManifestRef, Means, Op, Origin, Plan,
    PlannedWrite, SavedPlan, Unmanaged, WriteMethod,
};
use crate::settings::{Direction, Endpoint, Model, Target};

pub(crate) const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

pub(crate) fn target() -> Target {
    Target::account(ACCOUNT).unwrap()
}

/// A change of a setting of the current model; guarded if its setting is.
pub(crate) fn change(path: &str, before: Json, after: Json) -> Change {
    let setting = *Model::current().setting(path).unwrap();
    let impact = setting.impact(Direction::of(&setting, Some(&before), Some(&after)));
    Change {
        setting,
        op: if after.is_null() { Op::Unset } else { Op::Set },
        before,
        after,
        at: Location { file: None, line: 7, column: 21, span: 100..104 },
        annotations: Vec::new(),
        context: Vec::new(),
        guard: impact.guard().map(|guard| GuardState { guard, allowed_by: None }),
        notice: impact.note(),
        origin: None,
        attribution: None,
    }
}

pub(crate) fn consented(change: Change, by: Consent) -> Change {
    let guard = change.guard.map(|state| GuardState { allowed_by: Some(by), ..state });
    Change { guard, ..change }
}

pub(crate) fn write(method: WriteMethod, endpoint: Endpoint) -> PlannedWrite {
    PlannedWrite { method, endpoint, path: target().path(endpoint) }
}

pub(crate) fn in_sync() -> Plan {
    Plan {
        manifest: ManifestRef {
            path: "org.yaml".to_owned(),
            sha256: "0".repeat(64),
            consent_place: Some(ConsentPlace::default()),
        },
        target: target(),
        api: "https://api.cloudflare.com/client/v4".to_owned(),
        action: Action::None,
        changes: Vec::new(),
        declared_empty: Vec::new(),
        in_sync: [("name", json!("Widget Corp")), ("is_ui_read_only", json!(true)), ("session_duration", json!("24h"))]
            .map(|(name, value)| (*Model::current().setting(&format!("organization.{name}")).unwrap(), value))
            .into(),
        unmanaged: vec![
            unmanaged("organization.custom_pages.forbidden", json!("0e7f1d6a-5d6b-4b7b-8f2c-1f0d2c3b4a59"), true),
            unmanaged("organization.warp_auth_session_duration", json!("24h"), true),
        ],
        writes: Vec::new(),
        findings: Vec::new(),
        base: None,
        live_sha256: "1".repeat(64),
        digest: format!("sha256:{}", "2".repeat(64)),
    }
}

pub(crate) fn unmanaged(path: &str, value: Json, known: bool) -> Unmanaged {
    Unmanaged { path: path.to_owned(), value, known, read_only: false }
}

/// One change of every kind.
pub(crate) fn busy() -> Plan {
    let footer = "Trouble signing in? Call the service desk at extension 4242, Monday to Friday, nine to five.";
    let new_footer = "Trouble signing in? Call the service desk at extension 5151, any day, nine to nine.";
    let authenticators = "organization.mfa_config.allowed_authenticators";
    Plan {
        action: Action::Update,
        changes: vec![
            change(
                "organization.auth_domain",
                json!("widget.cloudflareaccess.com"),
                json!("gadget.cloudflareaccess.com"),
            ),
            change("organization.session_duration", json!("12h"), json!("24h")),
            change("organization.is_ui_read_only", Json::Null, json!(true)),
            change("organization.login_design.background_color", json!("#ffffff"), json!("#c5ed1b")),
            change("organization.login_design.header_text", json!("Widget Corp"), Json::Null),
            change("organization.login_design.footer_text", json!(footer), json!(new_footer)),
            consented(
                change(authenticators, json!(["totp", "biometrics"]), json!(["security_key", "totp"])),
                Consent::Manifest,
            ),
            change("doh.doh_jwt_duration", Json::Null, json!("24h")),
        ],
        in_sync: Vec::new(),
        unmanaged: vec![
            unmanaged("organization.custom_pages.forbidden", json!("0e7f1d6a-5d6b-4b7b-8f2c-1f0d2c3b4a59"), true),
            unmanaged("organization.warp_auth_session_duration", json!("24h"), true),
            unmanaged("organization.quantum_login", json!({"enabled": true}), false),
        ],
        writes: vec![write(WriteMethod::Put, Endpoint::Organization), write(WriteMethod::Put, Endpoint::Doh)],
        findings: vec![warning()],
        ..in_sync()
    }
}

/// [`busy`] with changes of every origin, and a setting that is no longer managed.
pub(crate) fn with_origins() -> Plan {
    let origin = |path: &str| match path {
        "organization.session_duration" => Origin::Both,
        "organization.auth_domain" | "organization.is_ui_read_only" => Origin::Live,
        _ => Origin::File,
    };
    let changes = busy().changes.into_iter();
    let changes = changes.map(|change| Change { origin: Some(origin(change.setting.path)), ..change }).collect();
    let no_longer_managed = vec![*Model::current().setting("organization.warp_auth_session_duration").unwrap()];
    let base = Base { name: "origin/main (merge base 1a2b3c4d5e6f)".to_owned(), no_longer_managed };
    Plan { changes, base: Some(base), ..busy() }
}

/// A plan whose login page is declared in a parent of the manifest.
pub(crate) fn with_parent(plan: Plan, parent: &str) -> Plan {
    let is_inherited = |change: &Change| change.setting.path.starts_with("organization.login_design.");
    let at = |change: &Change| change.at.in_parent(&parent.into());
    let changes = plan.changes.into_iter();
    let changes =
        changes.map(|change| if is_inherited(&change) { Change { at: at(&change), ..change } } else { change });
    Plan { changes: changes.collect(), ..plan }
}

pub(crate) fn create() -> Plan {
    Plan {
        action: Action::Create,
        changes: vec![
            Change {
                guard: None,
                ..change("organization.auth_domain", Json::Null, json!("widget.cloudflareaccess.com"))
            },
            change("organization.name", Json::Null, json!("Widget Corps Internal Applications")),
            Change { notice: None, ..change("organization.session_duration", Json::Null, json!("24h")) },
        ],
        in_sync: Vec::new(),
        unmanaged: Vec::new(),
        writes: vec![write(WriteMethod::Post, Endpoint::Organization), write(WriteMethod::Put, Endpoint::Organization)],
        ..in_sync()
    }
}

pub(crate) fn warning() -> Finding {
    Finding::new(Rule::Contrast, "org.yaml", "the login text is hard to read: contrast 1.3, body text wants 4.5")
        .at(&Location { file: None, line: 12, column: 17, span: 200..209 })
        .help("choose a darker text_color")
}

/// The same plan with these live values of the login page, which the manifest declares.
pub(crate) fn with_login_page(plan: Plan, design: &Json) -> Plan {
    let setting = |name: &String| *Model::current().setting(&format!("organization.login_design.{name}")).unwrap();
    let design = design.as_object().unwrap().iter().map(|(name, value)| (setting(name), value.clone()));
    Plan { in_sync: [plan.in_sync, design.collect()].concat(), ..plan }
}

/// A plan as a result of `plan`.
#[cfg(feature = "documents")]
pub(crate) fn planned(plan: &Plan) -> crate::document::Comparison<'_> {
    crate::document::Comparison::of(crate::document::Wording::Plan, plan)
}

/// A live state with these fields.
pub(crate) fn live(organization: Json, doh: Option<Json>) -> Live {
    let slot = |endpoint, fields: Json| Slot::Present(Document::new(endpoint, fields.as_object().unwrap().clone()));
    Live {
        organization: slot(Endpoint::Organization, organization),
        doh: doh.map_or(Slot::NotRead, |fields| slot(Endpoint::Doh, fields)),
    }
}

/// A written file, parsed as YAML. Comments are not emitted, since the parser fails on more than 32 of them in a row.
pub(crate) fn read_yaml(text: &str) -> Json {
    let options = serde_yaml::options! { emit_comments: false };
    serde_yaml::from_str_with_options(text, options).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A write by a person's API token that contains the live value.
pub(crate) fn attribution() -> Attribution {
    Attribution {
        confidence: Confidence::Setting,
        actor: Some("bob@example.com".to_owned()),
        means: Means::ApiToken,
        token_name: Some("deploy".to_owned()),
        time: Some("2026-11-20T14:03:00Z".parse().unwrap()),
        ray: Some("8d2f0a1b2c3d4e5f".to_owned()),
    }
}

/// [`busy`] as a saved plan.
pub(crate) fn saved() -> SavedPlan {
    let Plan { manifest, target, api, digest, .. } = busy();
    SavedPlan {
        zerodrift: env!("CARGO_PKG_VERSION").to_owned(),
        manifest,
        declared: [("organization.session_duration".to_owned(), json!("24h"))].into(),
        target,
        api,
        live: Fingerprint::of(Model::current(), &live(json!({"session_duration": "12h", "future": [1]}), None)),
        consents: Vec::new(),
        digest,
        expires_at: "2026-11-23T12:00:00Z".parse().unwrap(),
    }
}
