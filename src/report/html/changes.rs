//! Renders changes: guarded ones as articles with everything a reviewer needs, the others as rows of a table.

use super::linked::LinkedText;
use super::piece::{self, Piece};
use crate::document::Comparison;
use crate::document::Wording;
use crate::plan::{Change, GuardState, Plan};
use crate::report::origins::OriginGroup;
use crate::report::phrase::{GUARDED, by_flag, consent, consent_lines, consent_place, grouped, in_use, place, source};
use crate::report::{attribution, links, origins, value};
use crate::text::Visible;
use crate::text::safe::safe;

/// The guarded changes, and how to consent to those without consent.
pub(super) struct Guarded {
    pub(super) heading: &'static str,
    pub(super) articles: Vec<Article>,
    pub(super) missing: Option<Missing>,
}

/// One guarded change.
pub(super) struct Article {
    pub(super) path: &'static str,
    pub(super) place: LinkedText,
    pub(super) before: Vec<Piece>,
    pub(super) after: Vec<Piece>,
    pub(super) consented: bool,
    /// What to consider, each with its label.
    pub(super) facts: Vec<(&'static str, Visible)>,
}

/// How to consent.
pub(super) struct Missing {
    /// Where the lines belong.
    pub(super) place: Visible,
    /// The lines to add to the file; empty if no file can have them.
    pub(super) entries: Vec<Visible>,
    pub(super) or: &'static str,
    pub(super) flags: Vec<Visible>,
}

/// The other changes by group, in the order of the plan.
pub(super) struct Groups {
    pub(super) origins: Vec<GroupsOfOrigin>,
    pub(super) number: usize,
}

/// Changes with the same origin by group.
pub(super) struct GroupsOfOrigin {
    /// The heading; `None` without a base.
    pub(super) title: Option<&'static str>,
    pub(super) groups: Vec<(&'static str, Vec<Row>)>,
}

/// One change that needs no consent.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) place: LinkedText,
    /// Whether the place names a file.
    pub(super) in_parent: bool,
    pub(super) before: Vec<Piece>,
    pub(super) after: Vec<Piece>,
    pub(super) notes: Vec<Visible>,
}

/// The guarded changes, if there are any.
pub(super) fn guarded(run: &Comparison<'_>) -> Option<Guarded> {
    let plan = &*run.plan;
    // Guards describe the consequence of applying the file, so drift is shown without them.
    if run.wording == Wording::Drift {
        return None;
    }
    let guarded: Vec<_> = plan.guarded().collect();
    let guarded = origins::groups(Wording::Plan, &guarded).into_iter().flat_map(|group| group.changes);
    let articles: Vec<_> = guarded.filter_map(|change| Some(article(run, change, change.guard?))).collect();
    (!articles.is_empty()).then(|| Guarded { heading: GUARDED, articles, missing: missing(plan) })
}

fn article(run: &Comparison<'_>, change: &Change, state: GuardState) -> Article {
    let (before, after) = piece::both(change);
    let used = in_use(change).map(|used| ("In use now", used));
    let who = attribution::of_change(change).map(|who| ("Last write", who));
    let guard = [("What happens", state.guard.consequence), ("Check first", state.guard.check_first)];
    let guard = guard.map(|(label, text)| (label, text.into()));
    let origin = origins::of_change(Wording::Plan, change).map(|origin| ("Origin", origin.into()));
    let notes = origin.into_iter().chain(notes(change).into_iter().map(|note| ("Note", note)));
    let consent = [("Consent", consent(state).into())];
    Article {
        path: change.setting.path,
        place: linked(run, change, place(&run.plan.manifest.path, change)),
        before,
        after,
        consented: state.allowed_by.is_some(),
        facts: used.into_iter().chain(who).chain(guard).chain(notes).chain(consent).collect(),
    }
}

fn missing(plan: &Plan) -> Option<Missing> {
    let open: Vec<_> = plan.refused().collect();
    if open.is_empty() {
        return None;
    }
    let entries = consent_lines(&plan.manifest, &open).concat();
    let or = by_flag(!entries.is_empty(), &open);
    let flags = open.iter().map(|change| safe!("--allow {}", change.setting.path)).collect();
    let place = consent_place(&plan.manifest, source(&plan.manifest.path));
    Some(Missing { place, entries, or, flags })
}

/// The changes that need no consent, or all drift, if there are any.
pub(super) fn plain(run: &Comparison<'_>) -> Option<Groups> {
    let wording = run.wording;
    let shown = match wording {
        Wording::Plan => run.plain(),
        Wording::Drift => run.plan.changes.iter().collect(),
    };
    let rows = |changes: Vec<&Change>| -> Vec<Row> { changes.into_iter().map(|change| row(run, change)).collect() };
    let of_origin = |OriginGroup { title, changes }: OriginGroup<'_>| {
        let groups = grouped(&changes).into_iter().map(|(group, changes)| (group, rows(changes))).collect();
        GroupsOfOrigin { title, groups }
    };
    let origins: Vec<_> = origins::groups(wording, &shown).into_iter().map(of_origin).collect();
    (!origins.is_empty()).then_some(Groups { origins, number: shown.len() })
}

fn row(run: &Comparison<'_>, change: &Change) -> Row {
    let (before, after) = piece::both(change);
    let who = attribution::of_change(change).map(|who| safe!("Last write: {}", who));
    let notes: Vec<_> = match run.wording {
        Wording::Plan => notes(change).into_iter().map(|note| safe!("Note: {}", note)).collect(),
        Wording::Drift => change.guard.map(|_| "Guarded: applying the file needs consent".into()).into_iter().collect(),
    };
    Row {
        name: change.setting.name(),
        in_parent: change.at.file.is_some(),
        place: linked(run, change, row_place(&run.plan.manifest.path, change)),
        before,
        after,
        notes: who.into_iter().chain(notes).collect(),
    }
}

/// The line in the manifest, which the page names once, or the file and the line in a parent of it.
fn row_place(manifest: &str, change: &Change) -> Visible {
    if change.at.file.is_some() { place(manifest, change) } else { safe!("line {}", change.at.line) }
}

/// The place of a change. A backup has none.
fn linked(run: &Comparison<'_>, change: &Change, place: Visible) -> LinkedText {
    if change.at.is_whole_file() {
        LinkedText::default()
    } else {
        LinkedText::new(place, links::of_change(run, change))
    }
}

/// The notice of a change, and what is sent with it.
fn notes(change: &Change) -> Vec<Visible> {
    let sent = change
        .annotations
        .iter()
        .map(|(setting, value)| safe!("{} is sent with it: {}", setting.name(), value::of(setting, value)));
    change.notice.map(Visible::from).into_iter().chain(sent).collect()
}
