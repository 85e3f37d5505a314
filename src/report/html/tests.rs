use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::diagnostics;
use crate::document::CiRun;
use crate::plan::tests::samples::{
    busy, change, create, in_sync, unmanaged, with_login_page, with_origins, with_parent,
};
use crate::plan::{Consent, Plan};
use crate::report::tests::hostile::{NASTY, filled_with};
use crate::report::{FailedRun, Wording};

const DIFF: &str =
    "--- live\n+++ org.yaml\n@@ -1,2 +1,2 @@\n organization:\n-  session_duration: 12h\n+  session_duration: 24h\n";

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Text that would have an effect as markup.
const MARKUP: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onfocus='alert(1)' autofocus='",
    "</style></title></pre><h1>In sync</h1>",
    "<!-- <a href=\"javascript:alert(1)\">click</a>",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "{{ 7 * 7 }} {% raw %} {# note #}",
    "#fff;}body{display:none}",
];

fn busy_page() -> Plan {
    with_login_page(busy(), &json!({"text_color": "#1B1B1B"}))
}

fn comparison<'a>(plan: &'a Plan, yaml: &str) -> Comparison<'a> {
    Comparison { yaml: yaml.to_owned(), repository_file: "org.yaml".to_owned(), ..Comparison::of(Wording::Plan, plan) }
}

fn html(plan: &Plan) -> String {
    page(&comparison(plan, ""))
}

/// A page with an untrusted text in every possible place.
fn hostile(text: &str) -> String {
    // The number of lines depends on the text.
    let diff = format!("-\n+{}", text.replace(['\r', '\n'], "\\n"));
    let plan = with_login_page(filled_with(text), &json!({ "background_color": text, "footer_text": text }));
    let github = CiRun::github("https://github.com", "widget/org", COMMIT, Some("1234"));
    page(&Comparison { ci: github, ..comparison(&plan, &diff) })
}

fn between<'a>(html: &'a str, open: &str, close: &str) -> &'a str {
    let start = html.find(open).unwrap() + open.len();
    &html[start..start + html[start..].find(close).unwrap()]
}

/// The page without its style sheet and the hash of it.
fn body(html: &str) -> String {
    let html = html.replace(between(html, "<style>", "</style>"), "[style]");
    let hash = between(&html, "sha256-", "&#39;").to_owned();
    html.replace(&hash, "[hash]").replace(env!("CARGO_PKG_VERSION"), "[version]")
}

/// The tags of a page in order, without the marks of words and places to break a line, whose number depends on the text.
fn skeleton(html: &str) -> Vec<String> {
    let html = body(html);
    let tags = html.split('<').skip(1).map(|behind| behind.split('>').next().unwrap().to_owned());
    tags.filter(|tag| !matches!(tag.as_str(), "del" | "/del" | "ins" | "/ins" | "wbr")).collect()
}

#[test]
fn a_page_with_all_kinds_of_changes_is_rendered() {
    insta::assert_snapshot!("page_busy", body(&page(&comparison(&busy_page(), DIFF))));
}

#[test]
fn a_page_in_sync_is_short_and_has_no_command() {
    let html = html(&in_sync());
    assert!(html.contains("<h1>Widget Corp is in sync</h1>"), "{html}");
    assert!(html.contains("There is nothing to apply."));
    for absent in ["zerodrift apply", "id=\"guarded\"", "id=\"changes\"", "id=\"login\"", "id=\"requests\""] {
        assert!(!html.contains(absent), "{absent} in {html}");
    }
}

#[test]
fn the_login_page_is_shown_only_if_something_about_it_changes() {
    let unchanged = with_login_page(in_sync(), &json!({"text_color": "#1B1B1B"}));
    assert!(!html(&unchanged).contains("id=\"login\""));
    let text = change("organization.login_design.footer_text", json!("A"), json!("B"));
    assert!(html(&Plan { changes: vec![text], ..unchanged }).contains("id=\"login\""));
}

#[test]
fn the_page_of_drift_speaks_of_drift() {
    let plan = busy_page();
    let run = Comparison { wording: Wording::Drift, ..comparison(&plan, "") };
    let html = page(&run);
    insta::assert_snapshot!("page_drift", body(&html));
    for text in
        ["<title>Drift of ", "zerodrift drift org.yaml --adopt", "zerodrift apply org.yaml</code>", ">Live<", ">File<"]
    {
        assert!(html.contains(text), "{text} is missing in {html}");
    }
    for text in ["lan for ", "--expect", "Digest", "Consent missing", "Before", "After"] {
        assert!(!html.contains(text), "{text} in {html}");
    }
}

#[test]
fn the_command_of_a_refused_plan_consents() {
    let html = html(&busy());
    let command = between(&html, "<pre class=\"command\"><code>", "</code>");
    assert!(command.ends_with(" --allow organization.auth_domain"), "{command}");
}

#[test]
fn a_creation_shows_the_new_login_page_beside_no_organization() {
    let mut plan = create();
    plan.changes.push(change("organization.login_design.text_color", Json::Null, json!("#c5ed1b")));
    let html = html(&plan);
    for text in ["Before: no organization", "Apply would create it with a POST and then a PUT.", ">Fails<"] {
        assert!(html.contains(text), "{text} is missing in {html}");
    }
    assert!(html.contains("contrast <strong>1.35:1</strong>; WCAG AA requires 4.5:1"), "{html}");
}

#[test]
fn unset_values_are_shown_as_unset() {
    let text = change("organization.login_design.footer_text", json!("A"), json!("B"));
    let plan = with_login_page(Plan { changes: vec![text], ..in_sync() }, &json!({"header_text": "Hello"}));
    let html = html(&plan);
    assert!(html.contains("class=\"screen unknown\""), "{html}");
    assert!(html.contains("text_color is not set, so no contrast is computed"));
    assert!(
        html.contains("<em class=\"unset\">not set</em> <span class=\"default\">(Cloudflare&#39;s own design)</span>")
    );
}

#[test]
fn the_command_applies_this_plan_and_a_path_is_one_argument() {
    let manifest = crate::plan::ManifestRef { path: "it's here.yaml".to_owned(), ..in_sync().manifest };
    let html = html(&Plan { manifest, ..busy() });
    let expected = "zerodrift apply &#34;it&#39;s here.yaml&#34; --expect sha256:2222";
    assert!(html.contains(expected), "{html}");
}

#[test]
fn a_plan_with_an_error_has_no_command() {
    let error = diagnostics::Finding::new(diagnostics::Rule::NoOrganization, "org.yaml", "it needs a name");
    let html = html(&Plan { findings: vec![error], ..create() });
    assert!(html.contains("This plan has errors (see Findings).") && !html.contains("zerodrift apply"), "{html}");
}

#[test]
fn with_consent_the_page_does_not_ask_for_it() {
    let changes =
        busy().changes.into_iter().map(|change| crate::plan::tests::samples::consented(change, Consent::Flag));
    let html = html(&Plan { changes: changes.collect(), ..busy() });
    assert!(!html.contains("How to consent") && !html.contains("Consent missing"), "{html}");
    assert!(html.contains("by flag (--allow)"));
}

#[test]
fn a_backup_is_restored_by_the_rollback_command() {
    let whole = crate::diagnostics::Location::whole_file();
    let changes = busy().changes.into_iter().map(|change| crate::plan::Change { at: whole.clone(), ..change });
    let html = html(&Plan { changes: changes.collect(), ..busy() });
    assert!(html.contains("zerodrift rollback org.yaml") && !html.contains("zerodrift apply"), "{html}");
}

#[test]
fn the_policy_allows_only_the_style_sheet_of_the_page() {
    let html = html(&busy_page());
    let hash = STANDARD.encode(Sha256::digest(between(&html, "<style>", "</style>")));
    let policy = between(&html, "Content-Security-Policy\" content=\"", "\"").replace("&#39;", "'");
    let expected = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
    // The template does not escape the plus signs of Base64.
    assert_eq!(policy.replace("&#43;", "+"), expected);
}

#[test]
fn the_page_loads_nothing_and_links_only_to_itself_and_to_the_repository_of_its_pipeline() {
    let html = hostile("https://evil.example/logo.png");
    for tag in skeleton(&html) {
        for loads in [" src=", "srcset=", "<link", "url(", "@import", " on", " style=", "ping="] {
            assert!(!tag.contains(loads), "{loads} in <{tag}>");
        }
        for (_, link) in tag.match_indices("href=\"").map(|(at, start)| tag.split_at(at + start.len())) {
            let is_ours = link.starts_with('#') || link.starts_with("https://github.com/widget/org/");
            assert!(is_ours && tag.matches("href").count() == 1, "{tag}");
            assert_eq!(link.starts_with('#'), !tag.ends_with(" rel=\"noreferrer noopener\""), "{tag}");
        }
    }
    let style = between(&html, "<style>", "</style>");
    assert!(!style.contains("url(") && !style.contains("@import"));
}

#[test]
fn in_a_pipeline_lines_and_the_commit_and_the_run_are_links() {
    let plan = with_parent(busy_page(), "_base.yaml");
    let of = |ci| page(&Comparison { ci, repository_file: "my orgs/org.yaml".to_owned(), ..comparison(&plan, DIFF) });
    let links = |html: &str| -> Vec<String> {
        let links = html.split("<a href=\"https://").skip(1);
        let mut links: Vec<_> = links.map(|link| link.split_once("</a>").unwrap().0).collect();
        links.dedup();
        links
            .iter()
            .map(|link| link.replace("\" rel=\"noreferrer noopener\">", ": ").replace(COMMIT, "[commit]"))
            .collect()
    };
    let github = CiRun::github("https://github.com", "widget/org", COMMIT, Some("1234"));
    insta::assert_snapshot!(links(&of(github)).join("\n"), @r"
    github.com/widget/org/blob/[commit]/my%20orgs/org.yaml#L7: org.yaml:7:21
    github.com/widget/org/blob/[commit]/my%20orgs/org.yaml#L7: line 7
    github.com/widget/org/blob/[commit]/my%20orgs/_base.yaml#L7: _base.yaml:7:21
    github.com/widget/org/blob/[commit]/my%20orgs/org.yaml#L7: line 7
    github.com/widget/org/blob/[commit]/my%20orgs/org.yaml#L12: org.yaml:12:17
    github.com/widget/org/commit/[commit]: commit 01234567
    github.com/widget/org/actions/runs/1234: run
    ");
    // Outside of a pipeline, and on a host without TLS.
    assert!(links(&of(None)).is_empty());
    let insecure = of(CiRun::gitlab("http://gitlab.example/a/org", COMMIT, Some("5")));
    assert!(insecure.contains("commit 01234567 · run.") && !insecure.contains("http://"), "{insecure}");
}

#[test]
fn no_value_becomes_markup() {
    let quiet = skeleton(&hostile("quiet"));
    for text in MARKUP.into_iter().chain(NASTY) {
        assert_eq!(skeleton(&hostile(text)), quiet, "{text}");
    }
}

#[test]
fn only_colours_reach_the_style_sheet() {
    let quiet = hostile("quiet");
    let plain = between(&quiet, "<style>", "</style>");
    for text in
        ["red", "#12", "#ffff", "#fff;}body{display:none}", "url(//evil.example)", "</style><script>", "#ｆｆｆ"]
    {
        assert_eq!(between(&hostile(text), "<style>", "</style>"), plain, "{text}");
    }
    let painted = html(&busy_page());
    let style = between(&painted, "<style>", "</style>");
    let rules = ".fill-1b1b1b{background-color:#1b1b1b}.ink-1b1b1b{color:#1b1b1b}\n\
                 .fill-c5ed1b{background-color:#c5ed1b}.ink-c5ed1b{color:#c5ed1b}\n\
                 .fill-ffffff{background-color:#ffffff}.ink-ffffff{color:#ffffff}\n";
    assert!(style.ends_with(rules), "{style}");
}

#[test]
fn a_value_of_100_kilobytes_and_10000_unknown_fields_are_cut() {
    let long = "long ".repeat(20_000);
    let mut plan = with_login_page(filled_with(&long), &json!({ "background_color": long, "footer_text": long }));
    plan.unmanaged.extend(vec![unmanaged("organization.x", json!("x".repeat(1000)), false); 9_998]);
    let html = page(&comparison(&plan, &"+line\n".repeat(100_000)));
    assert!(html.len() < 512 * 1024, "{}", html.len());
    assert!(html.contains("… and 9800 more, see --format json") && html.contains("… and 98000 more lines"));
}

/// The page of a failure with an untrusted text in every possible place.
fn failed(text: &str) -> String {
    let target = crate::plan::tests::samples::target();
    let hints = ["set a token, or name a file that holds one".to_owned(), text.to_owned()];
    let finding = diagnostics::Finding::new(diagnostics::Rule::UnknownKey, text, text).help(text);
    failure(&FailedRun {
        command: "drift",
        file: text,
        repository_file: text,
        ci: None,
        source: None,
        target: Some(&target),
        kind: crate::ending::FailureKind::Manifest,
        message: text,
        hints: &hints,
        findings: &[finding],
    })
}

#[test]
fn a_failure_is_rendered_as_a_page() {
    insta::assert_snapshot!("page_failed", body(&failed("org.yaml")));
}

#[test]
fn no_message_becomes_markup() {
    let quiet = skeleton(&failed("quiet"));
    for text in MARKUP.into_iter().chain(NASTY) {
        let html = failed(text);
        assert_eq!(skeleton(&html), quiet, "{text}");
        assert!(html.lines().all(|line| crate::text::visible(line) == line), "{text:?} is raw in {html}");
    }
    assert!(failed(&"long ".repeat(20_000)).len() < 64 * 1024);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_is_escaped(text in any::<String>().prop_filter("a blank value is unset", |text| !text.trim().is_empty())) {
        prop_assert_eq!(skeleton(&hostile(&text)), skeleton(&hostile("quiet")));
    }
}

#[test]
fn a_page_with_a_base_shows_conflicts_then_drift_then_its_own_changes() {
    insta::assert_snapshot!("html_with_origins", body(&html(&with_origins())));
}
