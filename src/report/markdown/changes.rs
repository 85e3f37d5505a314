//! Changes as lists, which fit any width: guarded ones with everything a reviewer needs, the others with their values.

use serde_json::Value as Json;

use super::excerpt::text;
use super::fit::Section;
use crate::document::Comparison;
use crate::document::Wording;
use crate::plan::{Change, GuardState, Plan};
use crate::report::attribution;
use crate::report::origins::{self, OriginGroup};
use crate::report::value::{self, UNSET};
use crate::report::{links, phrase};
use crate::text::Visible;
use crate::text::markdown::{MarkdownText, code, fenced, link, prose};
use crate::text::safe::safe;

/// The most characters of two values that are shown beside each other.
const BESIDE: usize = 60;

/// Guards describe the consequence of applying the file, so drift is shown without them.
pub(super) fn guarded(run: &Comparison<'_>) -> Section {
    let guarded = origins::groups(run.wording, &run.plan.guarded().collect::<Vec<_>>())
        .into_iter()
        .flat_map(|group| group.changes);
    let shown = guarded.filter(|_| run.wording == Wording::Plan);
    Section {
        name: "guarded changes",
        head: safe!("\n#### {}\n\n", phrase::GUARDED),
        rows: shown.filter_map(|change| Some(guarded_row(run, change, change.guard?))).collect(),
        tail: MarkdownText::new(),
    }
}

fn guarded_row(run: &Comparison<'_>, change: &Change, state: GuardState) -> MarkdownText {
    let mut row = safe!(
        "{}  - **What happens:** {}.\n  - **Check first:** {}.\n",
        row(run, change),
        text(state.guard.consequence),
        text(state.guard.check_first)
    );
    if let Some(used) = phrase::in_use(change) {
        row.push(safe!("  - **In use now:** {}\n", code(&Visible::of(&used))));
    }
    if let Some(origin) = origins::of_change(Wording::Plan, change) {
        row.push(safe!("  - **Origin:** {}.\n", origin));
    }
    row + note(change) + safe!("  - **Consent:** {}.\n", phrase::consent(state))
}

/// The changes that need no consent, or all drift, in groups by origin.
pub(super) fn changes(run: &Comparison<'_>) -> Vec<Section> {
    let (title, shown) = match run.wording {
        Wording::Plan if run.plan.guarded().next().is_none() => ("Changes", run.plain()),
        Wording::Plan => ("Other changes", run.plain()),
        Wording::Drift => ("Drift", run.plan.guarded().chain(run.plain()).collect()),
    };
    let row = |change: &Change| match run.wording {
        Wording::Plan => row(run, change) + note(change),
        Wording::Drift => row(run, change),
    };
    let section = |OriginGroup { title: origin, changes }: OriginGroup<'_>| Section {
        name: "changes",
        head: safe!("\n#### {}\n\n", origin.unwrap_or(title)),
        rows: changes.into_iter().map(row).collect(),
        tail: MarkdownText::new(),
    };
    origins::groups(run.wording, &shown).into_iter().map(section).collect()
}

/// The settings that the base declares and the file does not.
pub(super) fn no_longer_managed(plan: &Plan) -> Section {
    let paths = origins::no_longer_managed(plan);
    Section {
        name: "settings that are no longer managed",
        head: safe!("\n{}:\n\n", prose(&origins::no_longer_managed_title(paths.len()))),
        rows: paths.into_iter().map(|path| safe!("- {}\n", code(&path.into()))).collect(),
        tail: MarkdownText::new(),
    }
}

/// The setting, its place and its two values, and who wrote the live value.
fn row(run: &Comparison<'_>, change: &Change) -> MarkdownText {
    let who = attribution::of_change(change).map(|who| safe!("  - **Last write:** {}.\n", prose(&who)));
    both(run, change) + who.unwrap_or_default()
}

/// The setting, its place and its two values: beside each other if they are short, else below each other.
fn both(run: &Comparison<'_>, change: &Change) -> MarkdownText {
    let guarded = change.guard.filter(|_| run.wording == Wording::Drift).map_or("", |_| ", guarded");
    let head: MarkdownText = safe!("- **{}** ({}{})", code(&change.setting.path.into()), line(run, change), guarded);
    let (before, after) = value::both(&change.setting, &change.before, &change.after);
    if before.chars().count() + after.chars().count() > BESIDE {
        return safe!("{}\n{}", head, below(run.wording, &shown(&change.before, before), &shown(&change.after, after)));
    }
    let of = |value: &Json, text| if value.is_null() { "_unset_".into() } else { code(&text) };
    let (before, after): (MarkdownText, MarkdownText) = (of(&change.before, before), of(&change.after, after));
    match run.wording {
        Wording::Plan => safe!("{}: {} → {}\n", head, before, after),
        Wording::Drift => safe!("{}: live {}, file {}\n", head, before, after),
    }
}

fn shown(value: &Json, text: Visible) -> Visible {
    if value.is_null() { UNSET.into() } else { text }
}

/// Two values below each other, as a block inside of a list. A plan shows them as a diff, which code hosts colour.
fn below(wording: Wording, before: &Visible, after: &Visible) -> MarkdownText {
    let (language, old, new) = match wording {
        Wording::Plan => ("diff", "- ", "+ "),
        Wording::Drift => ("text", "live  ", "file  "),
    };
    let line = |mark: &'static str, value: &Visible| -> Visible { safe!("  {}{}", mark, value) };
    let (fence, rows) = fenced(&[vec![line(old, before), line(new, after)]]);
    safe!("\n  {}{}\n{}  {}\n", fence, language, rows.into_iter().collect::<MarkdownText>(), fence)
}

fn note(change: &Change) -> MarkdownText {
    change.notice.map(|notice| safe!("  - **Note:** {}.\n", text(notice))).unwrap_or_default()
}

/// The line of the manifest, or of the parent that it extends, linked if the run of the pipeline is known.
pub(super) fn line(run: &Comparison<'_>, change: &Change) -> MarkdownText {
    let line = change.at.line;
    let text = || match &change.at.file {
        Some(parent) => safe!("{}, line {}", code(&Visible::of(parent)), line),
        None => safe!("line {}", line),
    };
    links::of_change(run, change).and_then(|url| link(&text(), &url)).unwrap_or_else(text)
}
