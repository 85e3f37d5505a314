use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::diagnostics::{Finding, Rule, Severity};
use crate::document::CiRun;
use crate::plan::Origin;
use crate::plan::Unmanaged;
use crate::plan::tests::samples::{busy, change, create, in_sync, warning, with_origins};
use crate::report::tests::hostile::{NASTY, filled_with};

const YAML: &str = "\
--- live
+++ org.yaml
@@ -6,3 +6,3 @@
 organization:
-  session_duration: 12h
+  session_duration: 24h
";

fn run<'a>(wording: Wording, plan: &'a Plan, yaml: &str) -> Comparison<'a> {
    Comparison { yaml: yaml.to_owned(), repository_file: "org.yaml".to_owned(), ..Comparison::of(wording, plan) }
}

fn of_plan(plan: &Plan) -> String {
    comment(&run(Wording::Plan, plan, YAML), COMMENT)
}

/// The HTML that GitHub renders for a comment, before its own filters.
fn rendered(markdown: &str) -> String {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.render.r#unsafe = true;
    comrak::markdown_to_html(markdown, &options)
}

#[test]
fn a_plan_with_all_kinds_of_changes_is_rendered() {
    assert_snapshot!("markdown_busy", of_plan(&busy()));
}

#[test]
fn a_plan_in_sync_is_short() {
    assert_snapshot!("markdown_in_sync", comment(&run(Wording::Plan, &in_sync(), ""), COMMENT));
}

#[test]
fn a_plan_of_a_creation_states_it() {
    assert_snapshot!("markdown_create", comment(&run(Wording::Plan, &create(), ""), COMMENT));
}

#[test]
fn drift_shows_the_live_value_first() {
    assert_snapshot!("markdown_drift", comment(&run(Wording::Drift, &busy(), YAML), COMMENT));
}

#[test]
fn a_failure_replaces_an_older_comment() {
    let target = crate::plan::tests::samples::target();
    let hints = ["set a token, or name a file that holds one".to_owned()];
    let failed = FailedRun {
        command: "plan",
        file: "org.yaml",
        repository_file: "org.yaml",
        ci: None,
        source: None,
        target: Some(&target),
        kind: crate::ending::FailureKind::Manifest,
        message: "org.yaml has 1 error, so nothing was planned",
        hints: &hints,
        findings: &[Finding { severity: Severity::Error, ..warning() }],
    };
    let text = failure(&failed, COMMENT);
    assert_eq!(text.lines().next(), of_plan(&busy()).lines().next(), "the marker differs");
    assert_snapshot!("markdown_failure", text);
    let unknown = failure(&FailedRun { target: None, file: "a --> b.yaml", ..failed }, COMMENT);
    assert_eq!(unknown.lines().next(), Some("<!-- zerodrift plan a%20--%3E%20b.yaml -->"));
    let several = failure(&FailedRun { target: None, file: "", message: "missing shard 2 of 3", ..failed }, COMMENT);
    let start = "<!-- zerodrift plan several -->\n### zerodrift plan failed\n\n**missing shard 2 of 3.**\n\n";
    assert!(several.starts_with(start) && !several.contains("<code></code>"), "{several}");
}

#[test]
fn markdown_renders_as_intended() {
    let page = rendered(&of_plan(&busy()));
    assert!(!page.contains("<table>"), "a table does not fit a narrow comment: {page}");
    assert_eq!(page.matches("<details>").count(), page.matches("</details>").count());
    assert!(
        page.contains("<code class=\"language-diff\">") && page.contains("<code class=\"language-yaml\">"),
        "{page}"
    );
    assert!(page.contains("markdown-alert-caution"), "{page}");
}

#[test]
fn lines_the_commit_and_the_run_are_linked() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let ci = CiRun::github("https://github.com", "widget/org", commit, Some("1234")).unwrap();
    for wording in [Wording::Plan, Wording::Drift] {
        let plan = busy();
        let repository_file = "orgs/org.yaml".to_owned();
        let run = Comparison { ci: Some(ci.clone()), repository_file, ..run(wording, &plan, YAML) };
        let page = rendered(&comment(&run, COMMENT));
        let line = |line: usize| format!("href=\"https://github.com/widget/org/blob/{commit}/orgs/org.yaml#L{line}\"");
        assert_eq!(page.matches(&line(7)).count(), plan.changes.len(), "{page}");
        assert_eq!(page.matches(&line(12)).count(), 1, "the finding: {page}");
        assert!(page.contains("href=\"https://github.com/widget/org/actions/runs/1234\">run</a>"), "{page}");
        assert!(page.contains(&format!("href=\"https://github.com/widget/org/commit/{commit}\">commit 01234567</a>")));
    }
}

#[test]
fn the_headline_names_the_organization_and_the_id_is_small() {
    let text = of_plan(&in_sync());
    assert!(text.contains("### zerodrift plan: Widget Corp is in sync\n"), "{text}");
    assert!(text.contains("<sub>`org.yaml` → account 699d98642c564d2e855e9661899b7252</sub>"), "{text}");
}

/// HTML that values must not produce.
const OBEYED: [&str; 9] =
    ["<a ", "<img", "<script", "<h1", "<input", "<del>", "<em>evil", "data-math-style", "<section"];

/// Values with syntax of Markdown, HTML or GitHub.
fn syntax() -> Vec<String> {
    let mut values: Vec<String> = [
        "a|b|c",
        "| a | b |\n|---|---|",
        "`code` ``more``",
        "```\nfence\n```",
        "</code></details><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](https://evil.example)",
        "![pixel](https://evil.example/p.png)",
        "https://evil.example www.evil.example evil@evil.example",
        "@everyone #1 evil/repo#2",
        "*evil* _evil_ ~~evil~~ $evil$ $$evil$$",
        "# heading",
        "- [ ] task",
        "<!-- comment",
        "--> comment",
        "\\|\\`",
        "[^1]: footnote",
        "> [!NOTE]",
    ]
    .map(str::to_owned)
    .to_vec();
    values.extend(NASTY.map(str::to_owned));
    values
}

fn assert_harmless(value: &str) {
    let plan = filled_with(value);
    let quiet = rendered(&of_plan(&filled_with("quiet")));
    for wording in [Wording::Plan, Wording::Drift] {
        let yaml = format!(" {value}");
        let text = comment(&run(wording, &plan, &yaml), COMMENT);
        assert!(text.lines().all(|line| crate::text::visible(line) == line), "{value:?} is raw in {text}");
        let page = rendered(&text);
        for tag in OBEYED {
            assert!(!page.contains(tag), "{value:?} became {tag} in {page}");
        }
        if wording == Wording::Plan {
            for tag in ["<tr>", "<li>", "<h4>", "</details>", "<blockquote", "<table>"] {
                assert_eq!(page.matches(tag).count(), quiet.matches(tag).count(), "{value:?} moved {tag} in {page}");
            }
        }
    }
}

#[test]
fn no_value_is_markdown_syntax() {
    for value in syntax() {
        assert_harmless(&value);
    }
}

#[test]
fn mentions_outside_of_code_are_escaped() {
    let finding = Finding::new(Rule::UnknownValue, "org.yaml", "ask @everyone about evil/repo#2");
    let text = of_plan(&Plan { findings: vec![finding], ..in_sync() });
    assert!(text.contains("ask @<!-- -->everyone about evil/repo#<!-- -->2"), "{text}");
}

#[test]
fn a_comment_fits_githubs_limit_and_counts_omitted_rows() {
    let long = "|".repeat(1000);
    let many: Vec<Unmanaged> = (0..2000)
        .map(|number| Unmanaged {
            path: format!("organization.x{number}"),
            value: json!(long),
            known: false,
            read_only: false,
        })
        .collect();
    let plan = Plan { unmanaged: many, ..busy() };
    let text = of_plan(&plan);
    assert!(text.len() <= COMMENT && text.len() > COMMENT - 2000, "{}", text.len());
    assert!(text.contains("**Cut to fit:** ") && text.contains(" of 2000 settings that are not managed"), "{text}");
    assert!(text.contains(&format!("--expect {}", plan.digest)), "the command is complete");
    let summary = comment(&run(Wording::Plan, &plan, YAML), STEP_SUMMARY);
    assert!(!summary.contains("Cut to fit") && summary.len() <= STEP_SUMMARY);
}

#[test]
fn many_changes_of_long_values_fit() {
    let long = json!("<|`".repeat(40_000));
    let changes = vec![change("organization.name", long.clone(), json!("x")); 400];
    let text = of_plan(&Plan { changes, ..busy() });
    assert!(text.len() <= COMMENT, "{}", text.len());
    assert!(text.contains("**Cut to fit:**"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_escaped(value in prop_oneof![any::<String>(), "[-`|<>\\[\\]()!@#*_~$:/.\\\\w ahtps\n]{0,24}"]) {
        assert_harmless(&value);
    }

    #[test]
    fn every_limit_is_respected(limit in 6_000_usize..40_000, value in "[|`<x]{0,400}") {
        let plan = Plan { changes: vec![change("organization.name", Json::Null, json!(value)); 60], ..busy() };
        let text = comment(&run(Wording::Plan, &plan, YAML), limit);
        prop_assert!(text.len() <= limit);
        prop_assert_eq!(rendered(&text).matches("<details>").count(), rendered(&text).matches("</details>").count());
    }
}

#[test]
fn a_plan_with_a_base_shows_conflicts_then_drift_then_its_own_changes() {
    let plan = with_origins();
    assert_snapshot!("markdown_with_origins", of_plan(&plan));
    assert_snapshot!("markdown_drift_with_origins", comment(&run(Wording::Drift, &plan, ""), COMMENT));
}

#[test]
fn a_comment_about_drift_alone_says_that_it_would_be_reverted() {
    let mut plan = with_origins();
    plan.changes.retain(|change| change.origin == Some(Origin::Live));
    let comment = of_plan(&plan);
    assert!(comment.contains("### zerodrift plan: account 699d98642c564d2e855e9661899b7252 has only changes made outside Git, which apply would revert\n"));
    assert!(comment.contains("the file changes no setting, but 2 changes made outside Git would be reverted"));
}

#[test]
fn drift_of_standard_input_is_kept_by_hand() {
    let manifest = crate::plan::ManifestRef { path: "-".to_owned(), ..busy().manifest };
    let plan = Plan { manifest, ..busy() };
    let comment = comment(&run(Wording::Drift, &plan, YAML), COMMENT);
    assert!(comment.contains("edit the manifest that you pipe in") && !comment.contains("--adopt"), "{comment}");
}
