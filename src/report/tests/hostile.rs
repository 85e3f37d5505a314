//! Hostile values: no output contains them unescaped, and they cannot forge lines of the output.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::diagnostics::{Finding, Fix, Location, Rule, Source, not_checked};
use crate::document as documents;
use crate::manifest::write::{self, Detail};
use crate::plan::tests::samples::{
    busy, change, create, in_sync, live, planned, read_yaml, target, unmanaged, with_login_page,
};
use crate::plan::{Attribution, Base, Change, Confidence, ManifestRef, Means, Plan};
use crate::report::sarif::{self, sarif};
#[cfg(feature = "cli")]
use crate::report::{CheckedManifest, FindingsFormat, ReportFormat, Validation};
use crate::report::{
    ColorLevel, Comparison, FailedRun, Overview, PlanFormat, Style, Wording, drift, error, github, gitlab, html,
    markdown, plan, results,
};
use crate::settings::Model;
use crate::text::visible;

pub(in crate::report) const NASTY: [&str; 12] = [
    "\u{1b}[2J\u{1b}[31mred",
    "\u{1b}]8;;https://evil.example\u{7}click\u{1b}]8;;\u{7}",
    "\u{1b}]0;title\u{7}",
    "a\nPlan: 0 settings would change\n",
    "a\r\nIn sync: 14 declared settings match\r",
    "\u{202e}gnp.exe\u{2066}\u{2069}",
    "zero\u{200b}width\u{feff}",
    "\u{2028}In sync: all\u{2029}\u{85}\u{9b}31m",
    "# comment\n  session_duration: 1h",
    "\u{0}\u{7f}\u{8}",
    "::error file=x::forged\n ::set-output name=x::y",
    "x ##[error]forged",
];

/// A text without our own colours: `ESC[` digits and semicolons `m`.
pub(in crate::report) fn without_sgr(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..start]);
        let behind = &rest[start + 2..];
        let end = behind.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(behind.len());
        if behind[end..].starts_with('m') {
            rest = &behind[end + 1..];
        } else {
            plain.push('\u{1b}');
            rest = &rest[start + 1..];
        }
    }
    plain + rest
}

/// A plan with an untrusted text in every possible place.
pub(in crate::report) fn filled_with(text: &str) -> Plan {
    let other = format!("{text}!");
    // The guards of the changes must not depend on the text; an empty text would be a first value.
    let as_of = |from: Change, values: Change| Change { guard: from.guard, notice: from.notice, ..values };
    let host = |before: &str, after: &str| change("organization.auth_domain", json!(before), json!(after));
    let session = |before: &str| change("organization.session_duration", json!({ "x": before }), json!("24h"));
    let attribution = Attribution {
        confidence: Confidence::Object,
        actor: Some(text.to_owned()),
        means: Means::ApiToken,
        token_name: Some(text.to_owned()),
        time: None,
        ray: Some(text.to_owned()),
    };
    let mut plan = Plan {
        manifest: ManifestRef { path: text.to_owned(), ..in_sync().manifest },
        api: text.to_owned(),
        changes: vec![
            as_of(host("a", "b"), host(text, &other)),
            change("organization.name", json!(text), json!(other)),
            change("organization.login_design.header_text", json!(text), Json::Null),
            change("organization.login_design.logo_path", Json::Null, json!(text)),
            change("organization.login_design.text_color", json!(text), json!(other)),
            as_of(session("a"), session(text)),
            change("organization.mfa_config.allowed_authenticators", json!([text, "totp"]), json!([other, "totp"])),
        ],
        unmanaged: vec![unmanaged(text, json!({ "key": text }), false), unmanaged(text, json!(text), true)],
        findings: vec![Finding::new(Rule::UnknownValue, text, text).help(text)],
        base: Some(Base { name: text.to_owned(), no_longer_managed: Vec::new() }),
        ..busy()
    };
    plan.changes.iter_mut().for_each(|change| change.attribution = Some(attribution.clone()));
    plan
}

/// A manifest with this name and these findings.
pub(crate) fn checked(file: &str, findings: &[Finding]) -> CheckedManifest {
    let worst = findings.iter().map(|finding| finding.severity).max();
    CheckedManifest { file: file.to_owned(), repository_file: file.to_owned(), findings: findings.to_vec(), worst }
}

fn texts(plan: &Plan, color: ColorLevel) -> Vec<String> {
    let style = Style { color, width: 80 };
    vec![
        plan::text(plan, &style),
        drift::text(plan, &style),
        plan::summary(plan),
        drift::summary(plan),
        documents::to_text(&documents::plan_document(Wording::Plan, None, &[planned(plan).into()])),
        documents::to_text(&documents::findings_document(&[checked("org.yaml", &plan.findings)])),
        page(plan),
        sarif(&plan.findings, None),
        gitlab::code_quality(&plan.findings, None),
        gitlab::widget(plan),
    ]
}

/// The results of an apply as text, read from a document: of one organization, and of this and one that could not be planned.
fn applied(plan: &Plan, text: &str) -> Vec<String> {
    let error = documents::ErrorEntry::new(crate::ending::FailureKind::Api, text.to_owned(), vec![text.to_owned()]);
    let mut entry = results::stopped_by(plan, error.clone());
    entry.backup = Some(text.to_owned());
    let manifest = text.to_owned();
    let failure = documents::FailureEntry { manifest, repository_path: None, target: None, error };
    let shown = |failures| {
        let document = documents::to_text(&documents::results_document(None, vec![entry.clone()], failures));
        match documents::read::read(document.as_bytes()) {
            Ok(documents::read::AnyDocument::Results(read)) => results::recorded(&read, &Style::plain(80)),
            other => panic!("{other:?}"),
        }
    };
    vec![shown(Vec::new()), shown(vec![failure])]
}

/// All reports of several organizations: this plan, and a failure with this text in all its parts.
fn sets(plan: &Plan, text: &str) -> Vec<String> {
    // A failure is read from a document, so its message need not be visible text.
    let finding = Finding::new(Rule::UnknownKey, text, text).help(text);
    let error = documents::ErrorEntry {
        findings: vec![(&finding).into()],
        ..documents::ErrorEntry::new(crate::ending::FailureKind::Manifest, text.to_owned(), vec![text.to_owned()])
    };
    let manifest = text.to_owned();
    let failure = documents::FailureEntry { manifest, repository_path: Some(text.to_owned()), target: None, error };
    let set = [planned(plan).into(), failure.into()];
    let mut overview = Overview::new(Wording::Plan, None);
    set.iter().for_each(|compared| overview.add(compared));
    let report = |format: PlanFormat| {
        let mut details = format.set_details(Wording::Plan, None, &Style::plain(80))?;
        set.iter().for_each(|compared| details.add(compared));
        Some(details.render(&overview, markdown::COMMENT))
    };
    let formats = [PlanFormat::Text, PlanFormat::Markdown, PlanFormat::Github, PlanFormat::Gitlab, PlanFormat::Html];
    formats.into_iter().filter_map(report).chain([github::set_outputs(&overview, 1)]).collect()
}

/// The page, with the first value of the plan in all texts of the login page.
fn page(plan: &Plan) -> String {
    let text = &plan.changes[0].before;
    let plan = &with_login_page(plan.clone(), &json!({"background_color": text, "footer_text": text}));
    let yaml = text.as_str().map(|text| format!("+{text}")).unwrap_or_default();
    html::page(&Comparison { yaml, repository_file: "org.yaml".to_owned(), ..planned(plan) })
}

/// Reports for code hosts about a file with this text, and with a fix that contains it.
fn reports(text: &str) -> [String; 2] {
    let source = Source { name: text.to_owned(), text: format!("{text}\n{text}") };
    let span = text.len() + 1..source.text.len();
    let fix = Fix { title: text.to_owned(), span: span.clone(), replacement: text.to_owned(), safe: true };
    let line = source.text[..span.start].matches('\n').count() + 1;
    let finding = Finding::new(Rule::UnknownKey, text, text)
        .at(&Location { file: None, line, column: 1, span })
        .fix(fix)
        .setting(text);
    [sarif(std::slice::from_ref(&finding), Some(&source)), gitlab::code_quality(&[finding], Some(&source))]
}

/// All reports of a failed run, with this text as the name of the file and in all messages. Errors have escaped what they
/// quote, so messages are visible text.
fn failures(text: &str) -> Vec<String> {
    let message = format!("cannot read {}", visible(text));
    let hints = [message.clone()];
    let findings = [Finding::new(Rule::UnknownKey, text, text).help(text)];
    let found = |findings| FailedRun {
        command: "plan",
        file: text,
        repository_file: text,
        ci: None,
        source: None,
        target: None,
        kind: crate::ending::FailureKind::Io,
        message: &message,
        hints: &hints,
        findings,
    };
    let of = |failure: FailedRun<'_>| {
        let log = github::failed(&failure);
        // Our own commands, with the text in a property, and the fence around everything else.
        let commands = log.lines().filter(|line| line.starts_with("::"));
        assert_eq!(commands.count(), 3, "{log}");
        [
            html::failure(&failure),
            markdown::failure(&failure, markdown::COMMENT),
            log,
            error::text(&message, &hints, &Style::plain(80)),
        ]
    };
    let unread = not_checked(text, &message, &hints);
    [of(found(&[])), of(found(&findings))]
        .into_iter()
        .flatten()
        .chain([sarif::failed(&unread, 1), gitlab::code_quality(&[unread], None)])
        .collect()
}

fn exports(text: &str) -> Vec<String> {
    let organization = json!({
        "name": text, "auth_domain": text, "session_duration": text, text: text, "created_at": text,
        "login_design": {"header_text": text, "background_color": text, "x\n": {"y": text}},
        "mfa_config": {"allowed_authenticators": [text, "totp"]},
    });
    let except = BTreeMap::from([("organization.name".to_owned(), text.to_owned())]);
    let live = live(organization, Some(json!({"name": text, "doh_jwt_duration": text})));
    [Detail::Minimal, Detail::Full]
        .map(|detail| write::yaml(Model::current(), &target(), &live, detail, &except))
        .to_vec()
}

fn assert_harmless(output: &str) {
    let plain = without_sgr(output);
    for line in plain.split('\n') {
        assert_eq!(visible(line), line, "a raw control character in {line:?}");
    }
}

#[test]
fn no_output_contains_a_hostile_value_unescaped() {
    for text in NASTY {
        for color in [ColorLevel::Plain, ColorLevel::Ansi, ColorLevel::TrueColor] {
            texts(&filled_with(text), color).iter().for_each(|output| assert_harmless(output));
        }
        sets(&filled_with(text), text).iter().for_each(|output| assert_harmless(output));
        applied(&filled_with(text), text).iter().for_each(|output| assert_harmless(output));
        exports(text).iter().for_each(|output| assert_harmless(output));
        reports(text).iter().for_each(|output| assert_harmless(output));
        failures(text).iter().for_each(|output| assert_harmless(output));
    }
}

/// All formats of results and failures, including future ones.
#[cfg(feature = "cli")]
#[test]
fn no_format_contains_a_hostile_value_unescaped() {
    fn each<F: ReportFormat + clap::ValueEnum>(content: &F::Content<'_>, failed: &FailedRun<'_>) {
        for format in F::value_variants() {
            let limit = format.limit().unwrap_or(usize::MAX);
            assert_harmless(&format.render(content, &Style::plain(80), limit));
            assert_harmless(&format.render_failure(failed, &Style::plain(80), limit));
        }
    }
    for text in NASTY {
        // A failure may be read from a document, so its message need not be visible text.
        let plan = filled_with(text);
        let (findings, hints) = (&plan.findings, [text.to_owned()]);
        let failed = FailedRun {
            command: text,
            file: text,
            repository_file: text,
            ci: None,
            source: None,
            target: None,
            kind: crate::ending::FailureKind::Io,
            message: text,
            hints: &hints,
            findings,
        };
        each::<FindingsFormat>(
            &Validation { manifests: &[checked(text, findings), checked(text, findings)], sources: &[] },
            &failed,
        );
        for wording in [Wording::Plan, Wording::Drift] {
            let (yaml, repository_file) = (visible(text).into_owned(), text.to_owned());
            let comparison = Comparison { yaml, repository_file, ..Comparison::of(wording, &plan) };
            each::<PlanFormat>(&comparison, &failed);
        }
    }
}

#[test]
fn no_value_forges_a_line_of_the_output() {
    let quiet = texts(&filled_with("quiet"), ColorLevel::Plain);
    for text in NASTY {
        for (output, expected) in texts(&filled_with(text), ColorLevel::Plain).iter().zip(&quiet) {
            for forged in ["\nPlan:", "\nIn sync", "\n  session_duration"] {
                assert_eq!(output.matches(forged).count(), expected.matches(forged).count(), "{forged:?} in {output}");
            }
        }
    }
}

#[test]
fn no_value_ends_a_comment_of_an_export() {
    for text in NASTY {
        for output in exports(text) {
            let read = read_yaml(&output);
            let keys: Vec<_> = read.as_object().unwrap().keys().map(String::as_str).collect();
            assert!(keys.iter().all(|key| ["account_id", "organization", "doh"].contains(key)), "{keys:?}\n{output}");
            assert!(read["organization"].get("session_duration").is_none_or(|value| value == text), "{output}");
        }
    }
}

#[test]
fn a_value_of_100_kilobytes_does_not_flood_the_screen() {
    let plan = filled_with(&"long ".repeat(20_000));
    let style = Style::plain(80);
    assert!(plan::text(&plan, &style).len() < 12_000);
    assert!(drift::text(&plan, &style).len() < 10_000);
}

#[test]
fn the_plan_of_a_creation_escapes_hostile_values_too() {
    texts(&create(), ColorLevel::Ansi).iter().for_each(|output| assert_harmless(output));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_output_contains_any_text_unescaped(text in any::<String>()) {
        for color in [ColorLevel::Plain, ColorLevel::TrueColor] {
            texts(&filled_with(&text), color).iter().for_each(|output| assert_harmless(output));
        }
        exports(&text).iter().for_each(|output| assert_harmless(output));
        reports(&text).iter().for_each(|output| assert_harmless(output));
        failures(&text).iter().for_each(|output| assert_harmless(output));
    }
}
