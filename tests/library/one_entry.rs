//! The setting that the API gets next month is one entry of the table, and every stage picks it up.
//!
//! The model here has four entries more than the one of this version; nothing else is told about them.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use zerodrift::apply::{Approved, End, NotApproved, Options, Why, apply, body, verify};
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
fn a_manifest_may_declare_it() {
    let declared: Vec<_> =
        manifest(WANTED).declared.into_iter().map(|declared| (declared.setting.path, declared.value)).collect();
    let expected = [
        (QUIET.path, json!("2h")),
        (MODE.path, json!("lenient")),
        (GRACE.path, json!("45m")),
        (BANNER.path, json!("Bye")),
    ];
    assert_eq!(declared, expected);
}

#[test]
fn a_misspelling_of_it_is_a_guess_away() {
    for (wrong, meant) in [
        ("quite_hours: 2h", "quiet_hours"),
        ("next_monht:\n    mode: strict", "next_month"),
        ("next_month:\n    mod: strict", "mode"),
        ("next_month:\n    exception: {grace_period: 1h}", "exceptions"),
        ("next_month:\n    exceptions: {grace_periode: 1h}", "grace_period"),
        ("banner_txt: Hello", "banner_text"),
    ] {
        let finding = finding(&format!("organization:\n  {wrong}\n"));
        assert_eq!(finding.rule.id(), "unknown-key", "{wrong}");
        assert_eq!(finding.fix.map(|fix| fix.replacement).as_deref(), Some(meant), "{wrong}");
    }
    for (misplaced, help) in [
        ("mode: strict", "mode belongs under organization.next_month"),
        ("exceptions: {grace_period: 1h}", "exceptions belongs under organization.next_month"),
        ("grace_period: 1h", "grace_period belongs under organization.next_month.exceptions"),
    ] {
        assert_eq!(finding(&format!("organization:\n  {misplaced}\n")).help.as_deref(), Some(help));
    }
}

#[test]
fn its_former_name_is_renamed() {
    let finding = finding("organization:\n  banner_message: Hello\n");
    assert_eq!(finding.rule.id(), "renamed-setting");
    assert!(finding.fix.unwrap().safe);
}

#[test]
fn its_values_are_checked() {
    for (text, rule, is_error) in [
        ("quiet_hours: 13h", "duration-range", true),
        ("quiet_hours: 3600s", "duration-unit", true),
        ("quiet_hours: [2h]", "wrong-type", true),
        ("next_month: {mode: lax}", "unknown-value", false),
        ("next_month: {mode: 1}", "wrong-type", true),
        ("next_month: {exceptions: {grace_period: 73h}}", "duration-range", true),
        ("next_month: {exceptions: 1h}", "wrong-type", true),
        ("next_month: {exceptions: {}}", "empty-group", false),
        ("banner_text: [Hello]", "wrong-type", true),
    ] {
        let finding = finding(&format!("organization:\n  {text}\n"));
        assert_eq!((finding.rule.id(), finding.is_error()), (rule, is_error), "{text}: {}", finding.message);
    }
}

#[test]
fn the_advice_about_it_is_within_its_own_range() {
    let told = finding("organization:\n  quiet_hours: 13h\n").message;
    assert_eq!(told, "quiet_hours takes a duration of at most 12h, such as 12h, not 13h");
}

#[test]
fn a_zone_lacks_it_where_it_is_for_accounts_only() {
    let text = format!("zone_id: {ACCOUNT}\norganization:\n  next_month:\n    mode: strict\n  banner_text: Hello\n");
    let findings = parse(&model(), &Source { name: "org.yaml".to_owned(), text }).findings;
    let rules: Vec<_> = findings.iter().map(|finding| (finding.rule.id(), finding.setting.as_deref())).collect();
    assert_eq!(rules, [("scope", Some("organization.next_month"))]);
}

#[test]
fn the_schema_describes_it() {
    let schema: Json = serde_json::from_str(&schema(&model(), SchemaName::Org)).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let of = |organization: Json| json!({"account_id": ACCOUNT, "organization": organization});
    let good = of(json!({
        "quiet_hours": "2h", "banner_text": null,
        "next_month": {"mode": "strict", "exceptions": {"grace_period": null}},
    }));
    assert!(validator.is_valid(&good));
    for bad in [
        json!({"quiet_hours": 2}),
        json!({"next_month": {"mod": "strict"}}),
        json!({"next_month": {"exceptions": {"grace_period": 1}}}),
        json!({"next_month": {"exceptions": {"grace": "1h"}}}),
        json!({"banner_text": ["Hello"]}),
    ] {
        assert!(!validator.is_valid(&of(bad.clone())), "{bad}");
    }
    let text = schema.to_string();
    for setting in [QUIET, MODE, GRACE, BANNER] {
        assert!(text.contains(setting.doc), "{} has no description", setting.path);
    }
}

#[test]
fn a_plan_shows_its_change_its_notice_and_its_guard() {
    let (manifest, live) = (manifest(WANTED), live(&organization()));
    let refused = planned(&manifest, &live, &[]);
    let told: Vec<_> = refused.changes.iter().map(|change| (change.setting.path, change.op, &change.before)).collect();
    let before = [json!("60m"), json!("strict"), json!("30m"), json!("Hello")];
    let paths = [QUIET.path, MODE.path, GRACE.path, BANNER.path];
    let expected: Vec<_> = paths.into_iter().zip(&before).map(|(path, before)| (path, Op::Set, before)).collect();
    assert_eq!(told, expected);
    assert_eq!(refused.changes[0].notice, Some("a stolen session stays useful for longer"));
    assert!(matches!(Approved::new(&refused, &live), Err(NotApproved::Guards(changes)) if changes[0].setting == MODE));
    let text = zerodrift::report::plan::text(&refused, 3, &Style::default());
    assert!(text.contains("devices that fail a check are let in"), "{text}");

    for allow in [MODE.path, "organization.next_month"] {
        let allowed = planned(&manifest, &live, &[allow.to_owned()]);
        assert_eq!(allowed.changes[1].guard.unwrap().allowed_by, Some(Consent::Flag), "{allow}");
    }
    let consent = format!("{WANTED}allow:\n  - setting: {}\n    to: lenient\n", MODE.path);
    let allowed = planned(&self::manifest(&consent), &live, &[]);
    assert_eq!(allowed.changes[1].guard.unwrap().allowed_by, Some(Consent::Manifest));
}

/// A setting whose author forgot the table: every change is guarded, and the test of the table names the cells.
#[test]
fn a_setting_with_an_undecided_cell_is_guarded_and_named() {
    assert_eq!(model().undecided(), []);
    let forgotten = Setting::new("organization.forgotten", Kind::Boolean);
    let half = forgotten.impacts(&[(Direction::TurnedOn, Impact::Noted("it is on"))]);
    for (setting, off_is_undecided, on_is_undecided) in [(forgotten, true, true), (half, true, false)] {
        let model = Model::current().clone().with(setting);
        let named: Vec<Direction> = model.undecided().into_iter().map(|(_, direction, _)| direction).collect();
        assert_eq!(named.contains(&Direction::TurnedOff), off_is_undecided);
        assert_eq!(named.contains(&Direction::TurnedOn), on_is_undecided);
        for (before, after) in [(false, true), (true, false)] {
            let text = format!("account_id: {ACCOUNT}\norganization:\n  forgotten: {after}\n");
            let manifest = parse(&model, &Source { name: "org.yaml".to_owned(), text }).manifest.unwrap();
            let live = live(&json!({"forgotten": before}));
            let api = "https://api.example/client/v4";
            let input = Input { model: &model, manifest: &manifest, target: &target(), api, live: &live, allow: &[] };
            let guarded = plan(&input).refused().count() == 1;
            assert_eq!(guarded, if after { on_is_undecided } else { off_is_undecided }, "{before} -> {after}");
        }
    }
}

#[test]
fn values_that_mean_the_same_are_no_change() {
    let same = manifest(
        "organization:\n  quiet_hours: 1h\n  next_month:\n    mode: strict\n    \
                         exceptions: {grace_period: 0.5h}\n  banner_text: Hello\n",
    );
    assert!(planned(&same, &live(&organization()), &[]).is_empty());
}

#[test]
fn what_a_file_leaves_out_is_listed_as_known() {
    let plan = planned(&manifest("organization:\n  name: Widget\n"), &live(&organization()), &[]);
    let listed: Vec<_> = plan.unmanaged.iter().map(|unmanaged| (unmanaged.path.as_str(), unmanaged.known)).collect();
    for setting in [QUIET, MODE, GRACE, BANNER] {
        assert!(listed.contains(&(setting.path, true)), "{listed:?}");
    }
    assert!(listed.iter().all(|(_, known)| *known), "{listed:?}");
}

#[test]
fn a_body_carries_it_under_the_name_that_live_uses() {
    let live = live(&organization());
    let plan = planned(&manifest(WANTED), &live, &[]);
    let changes: Vec<_> = plan.changes.iter().collect();
    let sent = body::put(&model(), live.document(Endpoint::Organization).unwrap(), &changes, &[]).view();
    assert_eq!(
        (&sent["quiet_hours"], &sent["next_month"]),
        (&json!("2h"), &json!({"mode": "lenient", "exceptions": {"grace_period": "45m"}}))
    );
    let banners: Vec<_> = sent.as_object().unwrap().iter().filter(|(key, _)| key.starts_with("banner")).collect();
    assert_eq!(banners.len(), 1, "one spelling, never both: {sent:?}");
    assert_eq!(banners[0].1, "Bye");
}

#[test]
fn a_read_back_that_differs_names_it() {
    let (model, live) = (model(), live(&organization()));
    let plan = planned(&manifest("organization:\n  quiet_hours: 2h\n"), &live, &[]);
    let changes: Vec<_> = plan.changes.iter().collect();
    let mut after = live.document(Endpoint::Organization).unwrap().clone();
    after.fields.insert("next_month".to_owned(), json!({"mode": "lenient", "exceptions": {"grace_period": "1h"}}));
    let found = verify(&model, live.document(Endpoint::Organization), &after, &changes);
    let told: Vec<_> = found.iter().map(|mismatch| (mismatch.path.as_str(), mismatch.why)).collect();
    assert_eq!(told, [(QUIET.path, Why::NotConverged), (GRACE.path, Why::Moved), (MODE.path, Why::Moved)]);
}

/// An account under a personality, whose API has learned the settings too.
struct World {
    reader: Reader,
    writer: Writer,
    model: Model,
}

impl World {
    fn new(organization: Json, personality: Personality) -> Self {
        let sandbox = Sandbox::new(State::with_organization(organization), personality).with_model(model());
        let transport = Arc::new(SandboxTransport::new(sandbox));
        let (policy, model) = (Policy::default(), model());
        Self { reader: Reader::new(transport.clone(), policy), writer: Writer::new(transport, policy), model }
    }

    async fn live(&self) -> Live {
        self.reader.live(&target(), &[Endpoint::Organization]).await.unwrap()
    }

    /// Applies with consent, proves it, and plans to nothing afterwards.
    async fn becomes(&self, text: &str, story: &str) {
        let (manifest, live) = (manifest(text), self.live().await);
        let plan = planned(&manifest, &live, &[MODE.path.to_owned()]);
        assert_eq!(plan.changes.len(), 4, "{story}: {:#?}", plan.changes);
        let approved = Approved::new(&plan, &live).unwrap();
        let outcome = apply(&self.reader, &self.writer, approved, &Options::without_backup(&self.model)).await;
        assert_eq!((outcome.end, outcome.verified), (End::Applied, true), "{story}: {outcome:#?}");
        let again = planned(&manifest, &self.live().await, &[]);
        assert!(again.is_empty(), "{story}: {:#?}", again.changes);
    }
}

#[tokio::test(start_paused = true)]
async fn every_api_takes_it_keeps_it_and_lets_go_of_it() {
    for (name, personality) in Personality::named() {
        let world = World::new(organization(), personality);
        world.becomes(WANTED, name).await;
        world.becomes(UNSET, name).await;
        world.becomes(WANTED, name).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_api_that_knows_it_refuses_what_it_does_not_take() {
    let world = World::new(organization(), Personality::default());
    for (key, value) in [
        ("quiet_hours", json!("13h")),
        ("next_month", json!({"mode": 7})),
        ("next_month", json!({"exceptions": {"grace_period": "73h"}})),
        ("banner_text", json!([])),
    ] {
        let mut wrong = organization();
        wrong[key] = value;
        let refused = world.writer.update_organization(&target(), wrong.as_object().unwrap()).await;
        assert!(refused.is_err(), "{key}");
    }
}

#[test]
fn an_export_declares_it_and_plans_to_nothing() {
    let (model, live) = (model(), live(&organization()));
    for detail in [Detail::Minimal, Detail::Full] {
        let text = write::manifest(&model, &target(), &live, detail);
        let parsed = parse(&model, &Source { name: "org.yaml".to_owned(), text: text.clone() });
        let exported = parsed.manifest.unwrap_or_else(|| panic!("{text}\n{:#?}", parsed.findings));
        for setting in [QUIET, MODE, GRACE, BANNER] {
            assert!(exported.declared(setting.path).is_some(), "{text}");
        }
        assert!(planned(&exported, &live, &[]).is_empty(), "{text}");
        assert!(text.contains("# How long nobody is asked"), "{text}");
    }
}

#[test]
fn a_group_in_a_group_is_unset_allowed_and_explained_as_a_whole() {
    let unset = |text: &str| {
        let manifest = manifest(&format!("organization:\n  next_month: {text}\n"));
        manifest.declared.into_iter().map(|declared| (declared.setting.path, declared.value)).collect::<Vec<_>>()
    };
    assert_eq!(unset("{exceptions: null}"), [(GRACE.path, Json::Null)]);
    assert_eq!(unset("null"), [(MODE.path, Json::Null), (GRACE.path, Json::Null)]);

    let guarded = GRACE.always(LENIENT);
    let model = Model::current().clone().with(guarded);
    let text = format!("account_id: {ACCOUNT}\norganization:\n  next_month: {{exceptions: {{grace_period: 2h}}}}\n");
    let manifest = parse(&model, &Source { name: "org.yaml".to_owned(), text }).manifest.unwrap();
    for (allow, refused) in
        [("organization.next_month", 0), ("organization.next_month.exceptions", 0), ("organization.mfa_config", 1)]
    {
        let (live, allow) = (live(&organization()), [allow.to_owned()]);
        let api = "https://api.example/client/v4";
        let input = Input { model: &model, manifest: &manifest, target: &target(), api, live: &live, allow: &allow };
        assert_eq!(plan(&input).refused().count(), refused, "{allow:?}");
    }

    let text = explain::one(&self::model(), "next_month", &Style::default()).unwrap();
    assert!(text.contains("mode\n") && text.contains("exceptions.grace_period\n"), "{text}");
}

#[test]
fn live_values_of_it_are_adopted_where_they_stand() {
    let model = model();
    for (text, adopted) in [
        (
            "organization:\n  next_month:\n    exceptions: {grace_period: 2h} # a\n",
            "organization:\n  next_month:\n    exceptions: {grace_period: 30m} # a\n",
        ),
        (
            "organization:\n  next_month: {exceptions: null}\n",
            "organization:\n  next_month: {exceptions: {grace_period: 30m}}\n",
        ),
    ] {
        let source = Source { name: "org.yaml".to_owned(), text: text.to_owned() };
        let manifest = parse(&model, &source).manifest.unwrap();
        let adoption = edit::adopt(&model, &source, &manifest, &[(GRACE, json!("30m"))]);
        assert_eq!(adoption.text, adopted, "{:?}", adoption.not_adopted);
    }
}

#[test]
fn it_comes_over_from_terraform() {
    let text = "resource \"cloudflare_zero_trust_organization\" \"main\" {\n  quiet_hours = \"2h\"\n  next_month = {\n    \
                mode = \"strict\"\n    exceptions = { grace_period = \"1h\" }\n  }\n  banner_text = \"Hello\"\n}\n";
    let import = terraform::import(&model(), &[Source { name: "main.tf".to_owned(), text: text.to_owned() }], None);
    assert_eq!(import.findings, []);
    let expected = json!({
        "quiet_hours": "2h", "next_month": {"mode": "strict", "exceptions": {"grace_period": "1h"}}, "banner_text": "Hello",
    });
    assert_eq!(Json::Object(import.organization.unwrap().document.fields), expected);
}

#[test]
fn explain_and_the_table_of_the_readme_show_it() {
    let model = model();
    for setting in [QUIET, MODE, GRACE, BANNER] {
        let text = explain::one(&model, setting.path, &Style::default()).unwrap();
        assert!(text.contains(setting.doc) && text.contains(setting.default), "{text}");
        assert!(explain::all(&model, &Style::default()).contains(setting.name()), "{}", setting.path);
        let document = explain::document(&model, Some(setting.path)).unwrap();
        assert_eq!(document.settings.len(), 1);
        let table = explain::markdown_table(&model);
        assert!(
            table.lines().any(|line| line.starts_with(&format!("| `{}` | {}", setting.path, setting.doc))),
            "{table}"
        );
    }
    assert!(explain::one(&model, "quite_hours", &Style::default()).is_err());
}
