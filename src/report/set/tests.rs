use std::borrow::Cow;

use insta::assert_snapshot;
use proptest::prelude::*;

use crate::diagnostics::{Finding, Location, Rule};
use crate::document::Compared;
use crate::document::{CiRun, Comparison, ErrorEntry, FailureEntry, FindingEntry, ShardEntry, TargetEntry, Wording};
use crate::ending::FailureKind;
use crate::plan::tests::samples::{busy, create, in_sync, with_origins, with_parent};
use crate::plan::{ManifestRef, Plan};
use crate::report::overview::Overview;
use crate::report::{PlanFormat, Style, github};
use crate::settings::Target;

/// The plan of a manifest with this path, for the account with this digit.
fn plan(path: &str, digit: &str, plan: Plan) -> Plan {
    let target = Target::account(&digit.repeat(32)).unwrap();
    // As if made on 2026-11-27.
    let digest = format!("sha256:{}6a27e200", digit.repeat(56));
    Plan { manifest: ManifestRef { path: path.to_owned(), ..plan.manifest }, target, digest, ..plan }
}

fn done(wording: Wording, plan: Plan) -> Compared<'static> {
    let repository_file = plan.manifest.path.clone();
    Comparison { wording, plan: Cow::Owned(plan), yaml: String::new(), repository_file, ci: None }.into()
}

fn failed(path: &str, kind: FailureKind) -> FailureEntry {
    let hints = vec!["check the network".to_owned()];
    FailureEntry {
        manifest: path.to_owned(),
        repository_path: None,
        target: None,
        error: ErrorEntry::new(kind, "cannot connect to api.cloudflare.com:443: connection refused".to_owned(), hints),
    }
}

/// An organization of each kind.
fn mixed(wording: Wording) -> Vec<Compared<'static>> {
    let broken = Finding::new(Rule::UnknownKey, "orgs/staging.yaml", "unknown key: nme; did you mean name?")
        .at(&Location { file: None, line: 2, column: 3, span: 0..0 });
    let error = ErrorEntry {
        findings: vec![FindingEntry::from(&broken)],
        ..ErrorEntry::new(FailureKind::Manifest, "orgs/staging.yaml has 1 error".to_owned(), Vec::new())
    };
    let api = "https://api.cloudflare.com/client/v4";
    let target = TargetEntry::new(&Target::account(&"5".repeat(32)).unwrap(), api);
    vec![
        done(wording, plan("orgs/prod/eu.yaml", "1", with_parent(with_origins(), "orgs/_base.yaml"))),
        done(wording, plan("orgs/prod/new.yaml", "2", create())),
        done(wording, plan("orgs/prod/us.yaml", "3", in_sync())),
        failed("orgs/prod/west.yaml", FailureKind::Network).into(),
        FailureEntry { target: Some(target), error, ..failed("orgs/staging.yaml", FailureKind::Manifest) }.into(),
    ]
}

fn ci() -> CiRun {
    CiRun::github("https://github.com", "widget/org", &"0123456789".repeat(4), Some("1234")).unwrap()
}

fn overview(wording: Wording, set: &[Compared<'_>]) -> Overview {
    let mut overview = Overview::new(wording, None);
    set.iter().for_each(|compared| overview.add(compared));
    overview
}

fn report(format: PlanFormat, wording: Wording, set: &[Compared<'_>], width: usize, limit: usize) -> String {
    let mut details = format.set_details(wording, Some(&ci()), &Style::plain(width)).unwrap();
    set.iter().for_each(|compared| details.add(compared));
    details.render(&overview(wording, set), limit)
}

#[test]
fn text_starts_with_a_table_of_all_organizations() {
    assert_snapshot!("set_plan_100", report(PlanFormat::Text, Wording::Plan, &mixed(Wording::Plan), 100, usize::MAX));
    assert_snapshot!("set_plan_60", report(PlanFormat::Text, Wording::Plan, &mixed(Wording::Plan), 60, usize::MAX));
    assert_snapshot!("set_drift_80", report(PlanFormat::Text, Wording::Drift, &mixed(Wording::Drift), 80, usize::MAX));
}

#[test]
fn organizations_in_sync_are_only_rows_of_the_table() {
    let set = [("a.yaml", "1"), ("b.yaml", "2")].map(|(path, digit)| done(Wording::Plan, plan(path, digit, in_sync())));
    assert_snapshot!(report(PlanFormat::Text, Wording::Plan, &set, 100, usize::MAX), @r"
      Manifest   Changes  Organization
      a.yaml     in sync  Widget Corp, account 11111111111111111111111111111111
      b.yaml     in sync  Widget Corp, account 22222222222222222222222222222222

    Plan: all 2 organizations are in sync.
    ");
}

#[test]
fn a_comment_lists_all_organizations_and_folds_the_details() {
    let markdown = report(PlanFormat::Markdown, Wording::Plan, &mixed(Wording::Plan), 100, usize::MAX);
    assert_snapshot!("set_markdown", markdown);
}

#[test]
fn a_page_has_a_table_of_all_organizations_and_a_section_for_each_with_details() {
    let html = report(PlanFormat::Html, Wording::Plan, &mixed(Wording::Plan), 100, usize::MAX);
    let body = &html[html.find("<body>").unwrap()..];
    assert_snapshot!("set_html", body.replace(env!("CARGO_PKG_VERSION"), "[version]"));
    let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
    for anchor in html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(unique.contains(anchor), "{anchor}");
    }
}

#[test]
fn a_job_on_github_gets_the_log_and_the_annotations_of_all() {
    assert_snapshot!("set_github", report(PlanFormat::Github, Wording::Plan, &mixed(Wording::Plan), 100, usize::MAX));
}

#[test]
fn the_outputs_of_a_job_are_those_of_all_organizations() {
    let set = mixed(Wording::Plan);
    assert_snapshot!(github::set_outputs(&overview(Wording::Plan, &set), 1), @r"
    changed=true
    guarded=2
    unconsented=1
    digest=
    exit_code=1
    ");
    let digest = overview(Wording::Plan, &set[..3]).set_digest().unwrap();
    assert!(github::set_outputs(&overview(Wording::Plan, &set[..3]), 0).contains(&format!("digest={digest}\n")));
}

#[test]
fn the_widget_of_gitlab_has_the_sums() {
    assert_snapshot!(report(PlanFormat::Gitlab, Wording::Plan, &mixed(Wording::Plan), 100, usize::MAX), @r#"
    {
      "create": 5,
      "update": 5,
      "delete": 1
    }
    "#);
}

#[test]
fn a_shard_says_which_part_it_is() {
    let mut overview = Overview::new(Wording::Plan, Some(ShardEntry { index: 2, of: 7, manifests: 40, set: None }));
    mixed(Wording::Plan).iter().for_each(|compared| overview.add(compared));
    let details: crate::text::Visible = overview.details();
    assert!(details.ends_with("This is shard 2 of 7: 5 of 40 manifests."), "{details}");
    let comment = PlanFormat::Markdown.set_details(Wording::Plan, None, &Style::default()).unwrap();
    assert!(comment.render(&overview, usize::MAX).starts_with("<!-- zerodrift plan several 2/7 -->\n"));
}

#[test]
fn the_digest_of_all_depends_on_every_plan_and_has_their_time() {
    let digest = |plans: &[Plan]| {
        let set: Vec<_> = plans.iter().map(|plan| done(Wording::Plan, plan.clone())).collect();
        overview(Wording::Plan, &set).set_digest()
    };
    let (one, two, other) = (plan("a", "1", busy()), plan("b", "2", in_sync()), plan("b", "3", in_sync()));
    assert_eq!(digest(std::slice::from_ref(&one)), Some(one.digest.clone()), "one plan has its own digest");
    let both = digest(&[one.clone(), two.clone()]).unwrap();
    assert!(both.ends_with("6a27e200"), "{both}");
    assert_ne!(Some(both), digest(&[one.clone(), other]));
    let later = Plan { digest: two.digest.replace("6a27e200", "6a27e201"), ..two };
    assert_eq!(digest(&[one, later]), None, "two times");
    assert_eq!(digest(&[]), None);
}

proptest! {
    #[test]
    fn a_comment_within_its_limit_names_every_organization(
        kinds in prop::collection::vec(0..3_usize, 2..40), limit in 16_000_usize..70_000
    ) {
        let set: Vec<Compared<'static>> = kinds.iter().enumerate().map(|(number, kind)| {
            let path = format!("orgs/{number}.yaml");
            match kind {
                0 => done(Wording::Plan, plan(&path, "1", busy())),
                1 => done(Wording::Plan, plan(&path, "1", in_sync())),
                _ => failed(&path, FailureKind::Network).into(),
            }
        }).collect();
        let comment = report(PlanFormat::Markdown, Wording::Plan, &set, 100, limit);
        prop_assert!(comment.len() <= limit);
        for number in 0..set.len() {
            prop_assert!(comment.contains(&format!("`orgs/{number}.yaml`")), "{}", number);
        }
    }
}
