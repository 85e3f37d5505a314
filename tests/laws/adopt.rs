//! Adoption, for generated live states and for manifests in several layouts: adopted settings are in sync, and the rest of
//! the file is unchanged.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::{ACCOUNT, World, live_state, manifest_without_objections, plan_for, put, run, target, wanted};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use zerodrift::diagnostics::Source;
use zerodrift::live::Live;
use zerodrift::manifest::edit::{Adoption, adopt, with_live_values};
use zerodrift::manifest::{Manifest, compose, parse, parse_parent};
use zerodrift::sandbox::{Personality, State};
use zerodrift::settings::{Endpoint, Model, Setting};
use zerodrift::text::yaml_scalar;

/// The layout of a generated manifest.
#[derive(Debug, Clone, Copy)]
struct Spelling {
    /// Strings in double quotes instead of plain ones.
    quotes: bool,
    /// Lists as lines with dashes instead of brackets.
    lines: bool,
    /// An unset value as an empty value instead of `null`.
    nothing: bool,
    newline: &'static str,
}

fn spelling() -> impl Strategy<Value = Spelling> {
    let newline = prop::sample::select(vec!["\n", "\r\n"]);
    (any::<bool>(), any::<bool>(), any::<bool>(), newline).prop_map(|(quotes, lines, nothing, newline)| Spelling {
        quotes,
        lines,
        nothing,
        newline,
    })
}

impl Spelling {
    /// The sections as block YAML. A comment after each value, and after each element on its own line, contains the path of
    /// the setting.
    fn block(self, sections: &Map<String, Json>) -> String {
        let mut text = format!("# The organization.{0}account_id: {ACCOUNT}{0}", self.newline);
        for (key, value) in sections {
            self.entry(&mut text, key, key, value, 0);
        }
        text
    }

    fn entry(self, text: &mut String, path: &str, key: &str, value: &Json, depth: usize) {
        let (indent, newline) = ("  ".repeat(depth), self.newline);
        match value {
            Json::Object(members) if !members.is_empty() => {
                text.push_str(&format!("{indent}{key}:{newline}"));
                for (key, value) in members {
                    self.entry(text, &format!("{path}.{key}"), key, value, depth + 1);
                }
            }
            Json::Array(elements) if self.lines && !elements.is_empty() => {
                text.push_str(&format!("{indent}{key}:   # {path}{newline}"));
                for element in elements {
                    text.push_str(&format!("{indent}  - {}   # {path}{newline}", self.scalar(element)));
                }
            }
            Json::Null if self.nothing => text.push_str(&format!("{indent}{key}:   # {path}{newline}")),
            _ => text.push_str(&format!("{indent}{key}: {}   # {path}{newline}", self.scalar(value))),
        }
    }

    fn scalar(self, value: &Json) -> String {
        match value {
            Json::String(text) if !self.quotes => yaml_scalar(text),
            Json::Array(elements) => {
                format!("[{}]", elements.iter().map(|one| self.scalar(one)).collect::<Vec<_>>().join(", "))
            }
            other => other.to_string(),
        }
    }
}

/// The sections of a manifest as JSON.
fn sections_of(manifest: &Manifest) -> Map<String, Json> {
    let mut sections = Map::new();
    for endpoint in &manifest.endpoints {
        sections.insert(endpoint.section().to_owned(), Json::Object(Map::new()));
    }
    for declared in &manifest.declared {
        put(&mut sections, declared.setting.endpoint().section(), declared.setting.keys(), declared.value.clone());
    }
    sections
}

fn source(text: &str) -> Source {
    Source { name: "org.yaml".to_owned(), text: text.to_owned() }
}

fn read(text: &str) -> Manifest {
    parse(Model::current(), &source(text)).manifest.unwrap_or_else(|| panic!("{text}"))
}

async fn live_of(state: State) -> Live {
    World::of(state, Personality::default()).reader.live(&target(), &Endpoint::ALL).await.unwrap()
}

static ADOPTED: AtomicUsize = AtomicUsize::new(0);
static NOT_ADOPTED: AtomicUsize = AtomicUsize::new(0);

/// Adopts all changes and checks what holds for every layout.
fn adoption(text: &str, live: &Live) -> Result<Adoption, TestCaseError> {
    let manifest = read(text);
    let plan = plan_for(&manifest, live);
    let changes: Vec<(Setting, Json)> =
        plan.changes.iter().map(|change| (change.setting, change.before.clone())).collect();
    let adoption = adopt(Model::current(), &source(text), &manifest, &[], &changes);
    ADOPTED.fetch_add(adoption.adopted.len(), Ordering::Relaxed);
    // Values that a manifest rejects cannot be adopted and are not counted.
    let is_accepted = |(setting, live): &&(Setting, Json)| setting.check(live).iter().all(|problem| !problem.refused);
    let adoptable = changes.iter().filter(is_accepted).count();
    NOT_ADOPTED.fetch_add(adoptable.saturating_sub(adoption.adopted.len()), Ordering::Relaxed);
    prop_assert_eq!(adoption.adopted.len() + adoption.not_adopted.len(), changes.len());
    if adoption.not_adopted.is_empty() {
        prop_assert_eq!(&with_live_values(&source(text), &manifest, &changes), &adoption.text);
    }
    for left in &adoption.not_adopted {
        let of_layout = ["the file", "its list", "its key", "its place"];
        prop_assert!(!of_layout.iter().any(|start| left.reason.starts_with(start)), "{}\n{:?}", text, left);
    }
    let new = read(&adoption.text);
    let again = plan_for(&new, live);
    for adopted in &adoption.adopted {
        let path = adopted.setting.path;
        prop_assert!(again.changes.iter().all(|change| change.setting.path != path), "{path}\n{}", adoption.text);
        prop_assert!(new.declared(path).is_some(), "{path} is still managed");
    }
    Ok(adoption)
}

fn has_adopted(adoption: &Adoption, path: &str) -> bool {
    adoption.adopted.iter().any(|adopted| adopted.setting.path == path)
}

/// The lines that do not belong to an adopted setting.
fn untouched<'a>(text: &'a str, adoption: &Adoption) -> Vec<&'a str> {
    let belongs = |line: &&str| line.rsplit_once("# ").is_none_or(|(_, path)| !has_adopted(adoption, path.trim_end()));
    text.split_inclusive('\n').filter(belongs).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn adoption_into_block_yaml_is_in_sync_and_changes_nothing_else(
        state in live_state(), sections in wanted(), spelling in spelling(),
    ) {
        let live = run(live_of(state));
        let text = spelling.block(&sections_of(&manifest_without_objections(sections, Some(&live))));
        let adoption = adoption(&text, &live)?;
        let new = adoption.text.as_str();
        // Added elements have no comment and their own lines.
        let is_added = |line: &&str| line.trim_start().starts_with("- ") && !line.contains("# ");
        let kept: Vec<&str> = untouched(new, &adoption).into_iter().filter(|line| !is_added(line)).collect();
        prop_assert_eq!(kept, untouched(&text, &adoption));
        prop_assert_eq!(new.matches('\n').count(), new.matches(spelling.newline).count(), "{:?}", new);
        for adopted in &adoption.adopted {
            let path = adopted.setting.path;
            let has_comment = |line: &&str| line.trim_end().ends_with(&format!("# {path}")) && !line.trim_start().starts_with("- ");
            prop_assert_eq!(new.lines().filter(has_comment).count(), 1, "the comment of {} is gone:\n{}", path, new);
        }
    }

    #[test]
    fn adoption_into_json_keeps_it_json_and_changes_nothing_else(
        state in live_state(), sections in wanted(), pretty in any::<bool>(),
    ) {
        let live = run(live_of(state));
        let manifest = manifest_without_objections(sections, Some(&live));
        let mut document = Map::from_iter([("account_id".to_owned(), Json::from(ACCOUNT))]);
        document.extend(sections_of(&manifest));
        let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) }.unwrap();
        let adoption = adoption(&text, &live)?;
        let mut new: Map<String, Json> = serde_json::from_str(&adoption.text).unwrap();
        for adopted in &adoption.adopted {
            for sections in [&mut document, &mut new] {
                put(sections, adopted.setting.endpoint().section(), adopted.setting.keys(), Json::Null);
            }
        }
        prop_assert_eq!(Json::Object(new).to_string(), Json::Object(document).to_string());
    }
}

/// The sections, divided between a manifest and its parent by the paths of settings.
fn divided(sections: &Manifest, is_own: &dyn Fn(&str) -> bool) -> (Map<String, Json>, Map<String, Json>) {
    let (mut own, mut inherited) = (Map::new(), Map::new());
    for declared in &sections.declared {
        let setting = &declared.setting;
        let part = if is_own(setting.path) { &mut own } else { &mut inherited };
        put(part, setting.endpoint().section(), setting.keys(), declared.value.clone());
    }
    (own, inherited)
}

/// The lines of a manifest that extends `_base.yaml`, as block YAML or JSON.
fn child(sections: &Map<String, Json>, spelling: Spelling, layout: Layout) -> String {
    let mut document = Map::from_iter([("account_id".to_owned(), Json::from(ACCOUNT))]);
    document.insert("extends".to_owned(), "_base.yaml".into());
    document.extend(sections.clone());
    match layout {
        Layout::Block => format!("extends: _base.yaml{0}{1}", spelling.newline, spelling.block(sections)),
        Layout::Json => serde_json::to_string(&document).unwrap(),
        Layout::PrettyJson => serde_json::to_string_pretty(&document).unwrap(),
    }
}

#[derive(Debug, Clone, Copy)]
enum Layout {
    Block,
    Json,
    PrettyJson,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn adoption_of_inherited_values_edits_the_child_and_changes_nothing_else(
        state in live_state(), sections in wanted(), spelling in spelling(),
        layout in prop::sample::select(vec![Layout::Block, Layout::Json, Layout::PrettyJson]),
        own in prop::collection::vec(any::<bool>(), 64), is_locked in any::<bool>(),
    ) {
        let model = Model::current();
        let live = run(live_of(state));
        let whole = manifest_without_objections(sections, Some(&live));
        let is_own = |path: &str| own.get(model.position(path) % own.len()) == Some(&true);
        let (own, inherited) = divided(&whole, &is_own);
        let locked = whole.declared.iter().map(|declared| declared.setting.path).filter(|path| !is_own(path));
        let locked: Vec<&str> = locked.take(usize::from(is_locked)).collect();
        let base = Source { name: "_base.yaml".to_owned(), text: format!("lock: {}\n{}", json!(locked), spelling.block(&inherited)
            .replace(&format!("account_id: {ACCOUNT}{}", spelling.newline), "")) };
        let parents = [parse_parent(model, &base).manifest.unwrap_or_else(|| panic!("{}", base.text))];
        let text = child(&own, spelling, layout);
        let composed = |text: &str| compose(model, &read(text), &parents).manifest.unwrap_or_else(|| panic!("{text}"));
        let before = composed(&text);
        let plan = plan_for(&before, &live);
        let changes: Vec<(Setting, Json)> = plan.changes.iter().map(|change| (change.setting, change.before.clone())).collect();
        let adoption = adopt(model, &source(&text), &read(&text), &parents, &changes);
        prop_assert_eq!(adoption.adopted.len() + adoption.not_adopted.len(), changes.len());
        for left in &adoption.not_adopted {
            let of_layout = ["the file", "its list", "its key", "its place", "another setting", "the edit"];
            prop_assert!(!of_layout.iter().any(|start| left.reason.starts_with(start)), "{}\n{:?}", text, left);
        }
        let after = composed(&adoption.text);
        let again = plan_for(&after, &live);
        for declared in &after.declared {
            let path = declared.setting.path;
            let is_adopted = has_adopted(&adoption, path);
            prop_assert!(!is_adopted || again.changes.iter().all(|change| change.setting.path != path), "{path}\n{}", adoption.text);
            prop_assert_eq!(is_adopted || before.declared(path).map(|old| &old.value) == Some(&declared.value), true, "{}", path);
            prop_assert!(!is_adopted || !locked.contains(&path), "{path} is locked");
        }
        prop_assert_eq!(after.declared.len(), before.declared.len());
        if let Layout::Block = layout {
            let kept: Vec<&str> = untouched(&text, &adoption);
            let is_kept = |line: &&str| kept.contains(line);
            prop_assert_eq!(adoption.text.split_inclusive('\n').filter(is_kept).collect::<Vec<_>>(), kept);
            prop_assert_eq!(adoption.text.matches('\n').count(), adoption.text.matches(spelling.newline).count());
        } else {
            prop_assert!(serde_json::from_str::<Json>(&adoption.text).is_ok(), "{}", adoption.text);
        }
    }
}

/// The properties above would hold for a program that adopts nothing, so most drift must be adopted.
#[test]
fn most_drift_is_adopted() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 100,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&(live_state(), wanted(), spelling()), |(state, sections, spelling)| {
            let live = run(live_of(state));
            adoption(&spelling.block(&sections_of(&manifest_without_objections(sections, Some(&live)))), &live)
                .map(drop)
        })
        .unwrap();
    let (adopted, not_adopted) = (ADOPTED.load(Ordering::Relaxed), NOT_ADOPTED.load(Ordering::Relaxed));
    assert!(adopted > 100 && adopted > 9 * not_adopted, "{adopted} adopted, {not_adopted} not adopted");
}
