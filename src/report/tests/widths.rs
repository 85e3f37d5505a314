//! The width of text: no line is wider than asked for, unless it holds one value that cannot be broken, and no value is broken.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value as Json, json};
use textwrap::core::display_width;

use crate::diagnostics::{Finding, Location, Rule};
use crate::plan::tests::samples::{busy, change, consented, unmanaged};
use crate::plan::{Base, Change, Consent, ManifestRef, Origin, Plan};
use crate::report::{Style, drift, explain, phrase, plan};
use crate::settings::Model;

const WIDTHS: std::ops::RangeInclusive<usize> = 60..=120;

/// A plan, and its values that a report must show whole.
#[derive(Debug, Clone)]
struct Sample {
    plan: Plan,
    values: Vec<String>,
}

/// Words of several scripts and widths.
fn words(number: usize) -> BoxedStrategy<String> {
    const WORDS: &[&str] =
        &["Trouble", "日本語の表示名", "Zürich", "4242", "Außenstellen-und-Partner", "🛂", "office's", "(desk)", "to"];
    prop::collection::vec(select(WORDS), 1..=number).prop_map(|words| words.join(" ")).boxed()
}

fn host() -> BoxedStrategy<String> {
    const LABELS: &[&str] = &["widget", "a-long-name-of-a-department", "日本語"];
    let labels = prop::collection::vec(select(LABELS), 1..5);
    (labels, 0..1_000_u32).prop_map(|(labels, number)| format!("{}{number}.example", labels.join("."))).boxed()
}

fn hosts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(host(), 0..6)
}

fn path() -> impl Strategy<Value = String> {
    const PATHS: &[&str] = &[
        "org.yaml",
        "my org.yaml",
        "teams/a-department-with-a-long-name/of the Zürich office/and 日本語/organization.yaml",
    ];
    select(PATHS).prop_map(str::to_owned)
}

/// Both values of a change, different from their first word on.
fn changed(path: &'static str, value: BoxedStrategy<String>) -> impl Strategy<Value = (Change, Vec<String>)> {
    (value.clone(), value).prop_map(move |(old, new)| {
        let (old, new) = (format!("old{old}"), format!("new{new}"));
        (change(path, json!(old), json!(new)), vec![old, new])
    })
}

/// A change of a text of several lines.
fn changed_lines() -> impl Strategy<Value = (Change, Vec<String>)> {
    prop::collection::vec((words(6), words(6)), 2..5).prop_map(|lines| {
        let side = |side: &str, line: fn(&(String, String)) -> &String| -> Vec<String> {
            lines.iter().map(|pair| format!("{side} {}", line(pair))).collect()
        };
        let (old, new) = (side("old", |pair| &pair.0), side("new", |pair| &pair.1));
        let footer = "organization.login_design.footer_text";
        (change(footer, json!(old.join("\n")), json!(new.join("\n"))), [old, new].concat())
    })
}

fn changed_hosts() -> impl Strategy<Value = (Change, Vec<String>)> {
    (hosts(), hosts(), hosts()).prop_map(|(gone, kept, new)| {
        let before = [gone.clone(), kept.clone(), vec!["zone.example".to_owned()]].concat();
        let after = [kept.clone(), new.clone()].concat();
        let values = [gone, kept, new].concat();
        (change("organization.deny_unmatched_requests_exempted_zone_names", json!(before), json!(after)), values)
    })
}

fn changes() -> impl Strategy<Value = Vec<(Change, Vec<String>)>> {
    let in_use = (changed("organization.mfa_config.required_aaguids", host()), words(3)).prop_map(|(one, name)| {
        (Change { context: vec![("name", json!(name)), ("expires", json!("2027-01-01T00:00:00Z"))], ..one.0 }, one.1)
    });
    let authenticators = "organization.mfa_config.allowed_authenticators";
    let fixed = [
        change(authenticators, json!(["totp", "biometrics"]), json!(["security_key", "piv_key", "ssh_fido2_key"])),
        change("organization.is_ui_read_only", Json::Null, json!(true)),
        change("organization.session_duration", json!("12h"), json!("24h")),
        consented(change("organization.deny_unmatched_requests", json!(true), json!(false)), Consent::Manifest),
    ]
    .map(|change| Just((change, Vec::new())).boxed());
    let generated = [
        changed("organization.name", words(2)).boxed(),
        changed("organization.login_design.header_text", words(9)).boxed(),
        changed("organization.auth_domain", host()).boxed(),
        changed("organization.login_design.logo_path", host().prop_map(|host| format!("https://{host}/logo")).boxed())
            .boxed(),
        changed_lines().boxed(),
        changed_hosts().boxed(),
        in_use.boxed(),
    ];
    let all: Vec<_> = fixed.into_iter().chain(generated).collect();
    let number = all.len();
    subsequence(all, 1..=number).prop_flat_map(|chosen| chosen)
}

prop_compose! {
    fn samples()(
        changes in changes(),
        file in path(),
        parent in prop::option::of(path()),
        base in prop::option::of(words(4)),
        message in words(12),
        live in prop::collection::vec((words(1), words(2), any::<bool>()), 0..4),
    ) -> Sample {
        let (mut changes, values): (Vec<_>, Vec<_>) = changes.into_iter().unzip();
        for (number, change) in changes.iter_mut().enumerate() {
            let origins = [Origin::Both, Origin::Live, Origin::File];
            change.origin = base.is_some().then(|| origins[number % origins.len()]);
            change.at.file = parent.as_deref().filter(|_| number % 2 == 0).map(Into::into);
        }
        let at = Location { file: None, line: 12, column: 17, span: 200..209 };
        let finding = Finding::new(Rule::Contrast, &file, format!("the value \"{message}\" is hard to read"));
        let finding = finding.at(&at).help(format!("write \"{message}\" again in a darker colour"));
        let unmanaged: Vec<_> = live
            .iter()
            .map(|(name, value, known)| unmanaged(&format!("organization.a_future_group_of_settings.{name}"), json!(value), *known))
            .collect();
        let mut values = values.concat();
        values.extend([file.clone(), message]);
        values.extend(parent);
        values.extend(base.clone());
        let plan = Plan {
            manifest: ManifestRef { path: file, ..busy().manifest },
            changes,
            base: base.map(|name| Base { name, no_longer_managed: Vec::new() }),
            unmanaged,
            findings: vec![finding],
            ..busy()
        };
        Sample { plan, values }
    }
}

/// A line without the marks of words that differ.
fn unmarked(line: &str) -> String {
    ["[-", "-]", "{+", "+}"].iter().fold(line.replace('·', " "), |line, mark| line.replace(mark, ""))
}

/// Whether a line that is too wide holds one value, behind a mark at most.
fn is_one_value(line: &str, values: &[String]) -> bool {
    let line = unmarked(line.trim_start());
    let marks = ["- ", "+ ", "= ", "~ ", "! ", "live ", "file ", "both ", "from "];
    let rest = marks.iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(&line).trim_end_matches(',');
    let is_whole = |value: &String| {
        let place = rest.rsplit_once(':').and_then(|(rest, _)| rest.rsplit_once(':'));
        let bare = rest.trim_matches('"');
        bare == value || place.is_some_and(|(file, _)| file == value) || rest == format!("\"{value}\":")
    };
    let is_command = rest.starts_with("zerodrift ");
    is_command || values.iter().any(is_whole) || !outside_of_quotes(rest).contains(' ')
}

/// A text without its parts in double quotes.
fn outside_of_quotes(text: &str) -> String {
    text.split('"').step_by(2).collect()
}

/// The lines to paste, which keep their indentation.
fn is_code(line: &str, plan: &Plan) -> bool {
    let open = plan.changes.iter().filter(|change| change.guard.is_some_and(|state| state.allowed_by.is_none()));
    let entries = phrase::consent_lines(&plan.manifest, &open.collect::<Vec<_>>());
    line.trim_start().starts_with("--allow ") || entries.iter().flatten().any(|entry| &**entry == line)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_line_is_wider_than_the_terminal_and_no_value_is_broken(sample in samples(), width in WIDTHS) {
        let Sample { plan, values } = &sample;
        let style = Style::plain(width);
        let parents = plan.changes.iter().filter_map(|change| change.at.file.as_deref());
        let files: Vec<&str> = parents.chain([&*plan.manifest.path]).collect();
        for text in [plan::text(plan, &style), drift::text(plan, &style)] {
            for line in text.lines() {
                let fits = display_width(line) <= width || is_code(line, plan) || is_one_value(line, values);
                prop_assert!(fits, "wider than {width}: {line}\n{text}");
            }
            for value in values {
                let is_whole = text.lines().any(|line| unmarked(line).contains(value));
                prop_assert!(is_whole, "{value} is not whole at {width}:\n{text}");
            }
            for file in &files {
                let unwrapped = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
                prop_assert_eq!(unwrapped.matches(file).count(), text.matches(file).count(), "{} at {}:\n{}", file, width, text);
            }
        }
    }
}

#[test]
fn the_table_of_settings_fits_and_does_not_squeeze_its_second_column() {
    for width in WIDTHS {
        let text = explain::all(Model::current(), &Style::plain(width));
        assert!(text.lines().all(|line| display_width(line) <= width || is_one_value(line, &[])), "{width}:\n{text}");
    }
    let narrow = explain::all(Model::current(), &Style::plain(80));
    assert!(narrow.contains("set of totp, biometrics, security_key, piv_key, ssh_fido2_key\n"), "{narrow}");
}
