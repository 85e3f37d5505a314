//! A new setting is one entry of the table, and every stage supports it.
//!
//! The model here has four settings more than the one of this version. No other code knows them.

mod api;
mod manifests;
mod plans;

use std::sync::Arc;

use crate::common::reference::reference;
use serde_json::{Value as Json, json};
use zerodrift::apply::{Approved, End, MismatchKind, NotApproved, Options, apply, body, verify};
use zerodrift::cloudflare::{Policy, Reader, Writer};
use zerodrift::diagnostics::{Finding, Source};
use zerodrift::document::{SchemaName, schema};
use zerodrift::live::{Document, Live, Slot};
use zerodrift::manifest::write::{self, Detail};
use zerodrift::manifest::{Manifest, Parsed, edit, parse};
use zerodrift::plan::{Consent, Input, Op, Plan, plan};
use zerodrift::report::{Style, explain};
use zerodrift::sandbox::{Personality, Sandbox, SandboxTransport, State};
use zerodrift::settings::{Direction, DurationRange, Endpoint, Guard, Impact, Kind, Model, Setting, Target};
use zerodrift::terraform;

const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";
const MODES: &[&str] = &["strict", "lenient"];

const LENIENT: Impact = Impact::Guarded(Guard {
    consequence: "devices that fail a check are let in",
    check_first: "which devices fail today",
});

/// A setting at the top level, with a notice.
const QUIET: Setting =
    Setting::new("organization.quiet_hours", Kind::Duration(DurationRange::MINUTES_AND_HOURS.at_most("12h")))
        .doc("How long nobody is asked to sign in again at night.")
        .default("there are no quiet hours")
        .impacts(&[
            (Direction::FirstSet, Impact::Noted("nobody is asked at night")),
            (Direction::Longer, Impact::Noted("a stolen session stays useful for longer")),
            (Direction::Shorter, Impact::Harmless("people sign in again sooner")),
            (Direction::Removed, Impact::Harmless("people sign in again sooner")),
        ])
        .account_only()
        .example("8h")
        .source("next month's changelog");

/// A member of a group that did not exist, with a guard.
const MODE: Setting = Setting::new("organization.next_month.mode", Kind::Enum(MODES))
    .doc("How devices are looked at.")
    .default("lenient applies")
    .impacts(&[
        (Direction::FirstWord("strict"), Impact::Noted("devices that fail a check are refused")),
        (Direction::FirstWord("lenient"), Impact::Harmless("it is what applies while nothing is set")),
        (Direction::Stricter, Impact::Noted("devices that fail a check are refused")),
        (Direction::Looser, LENIENT),
        (Direction::Removed, LENIENT),
    ])
    .account_only()
    .example("strict")
    .source("next month's changelog");

/// A member of a group in that group.
const GRACE: Setting = Setting::new(
    "organization.next_month.exceptions.grace_period",
    Kind::Duration(DurationRange::MINUTES_AND_HOURS.at_most("72h")),
)
.doc("How long a new device is let in without a check.")
.default("every device is checked at once")
.always(Impact::Harmless("new devices are checked later"))
.formerly("organization.last_month.exceptions.grace_period")
.account_only()
.example("24h")
.source("next month's changelog");

/// A setting that had another name.
const BANNER: Setting = Setting::new("organization.banner_text", Kind::Text)
    .doc("The text above everything.")
    .default("there is no banner")
    .always(Impact::Harmless("it is a text for people to read"))
    .formerly("organization.banner_message")
    .example("Maintenance on Sunday")
    .source("next month's changelog");

fn model() -> Model {
    Model::current().clone().with(QUIET).with(MODE).with(GRACE).with(BANNER)
}

fn target() -> Target {
    Target::account(ACCOUNT).unwrap()
}

fn read(text: &str) -> Parsed {
    let text = format!("account_id: {ACCOUNT}\n{text}");
    parse(&model(), &Source { name: "org.yaml".to_owned(), text })
}

fn manifest(text: &str) -> Manifest {
    let parsed = read(text);
    parsed.manifest.unwrap_or_else(|| panic!("{text}\n{:#?}", parsed.findings))
}

fn finding(text: &str) -> Finding {
    let mut findings = read(text).findings;
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

fn live(organization: &Json) -> Live {
    let document = Document::new(Endpoint::Organization, organization.as_object().unwrap().clone());
    Live { organization: Slot::Present(document), doh: Slot::NotRead }
}

fn planned(manifest: &Manifest, live: &Live, allow: &[String]) -> Plan {
    plan(&Input { model: &model(), manifest, target: &target(), api: "https://api.example/client/v4", live, allow })
}

/// An organization that has all three, the renamed one under its old name.
fn organization() -> Json {
    json!({
        "name": "Widget", "auth_domain": "widget.cloudflareaccess.com", "session_duration": "24h",
        "quiet_hours": "60m", "banner_message": "Hello",
        "next_month": {"mode": "strict", "exceptions": {"grace_period": "30m"}},
    })
}

const WANTED: &str = "organization:\n  quiet_hours: 2h\n  next_month:\n    mode: lenient\n    exceptions:\n      \
                      grace_period: 45m\n  banner_text: Bye\n";
const UNSET: &str = "organization:\n  quiet_hours: null\n  next_month: null\n  banner_text: null\n";

#[test]
fn explain_and_the_reference_of_the_guide_show_the_new_setting() {
    let model = model();
    for setting in [QUIET, MODE, GRACE, BANNER] {
        let text = explain::one(&model, setting.path, &Style::default()).unwrap();
        assert!(text.contains(setting.doc) && text.contains(setting.default), "{text}");
        assert!(explain::all(&model, &Style::default()).contains(setting.name()), "{}", setting.path);
        let document = explain::document(&model, Some(setting.path)).unwrap();
        assert_eq!(document.settings.len(), 1);
        let reference = reference(&model);
        assert!(reference.contains(&format!("\n### `{}`\n\n{}", setting.path, setting.doc)), "{reference}");
    }
    assert!(explain::one(&model, "quite_hours", &Style::default()).is_err());
}
