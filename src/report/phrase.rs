//! The words that several renderers share: what a plan, a change or a finding is, said in one line or less.

use crate::diagnostics::Finding;
use crate::plan::{Action, Change, Consent, GuardState, Plan, PlannedWrite, Unmanaged, WriteMethod};
use crate::settings::{Scope, Target, TargetId};
use crate::text::safe::{In, Safe, safe};
use crate::text::{Visible, yaml};

use super::value;

// Each is one of a few words, 32 hexadecimal digits, or both.
impl<L> In<L> for Target {}
impl<L> In<L> for Scope {}
impl<L> In<L> for TargetId {}
impl<L> In<L> for WriteMethod {}

/// The API of every customer; any other one is named in the header.
const CLOUDFLARE: &str = "https://api.cloudflare.com/client/v4";

/// The heading of guarded changes.
pub(super) const GUARDED: &str = "Guarded changes: can lock people out, open access or delete something";

/// From which side a difference is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording {
    /// What apply would do: before → after.
    Plan,
    /// What somebody did: live …, file ….
    Drift,
}

impl Wording {
    /// The command that this wording belongs to.
    pub(super) fn command(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Drift => "drift",
        }
    }
}

/// A comparison in one sentence. `declared` is the number of settings that the manifest mentions.
pub(super) fn summary(wording: Wording, plan: &Plan, declared: usize) -> Visible {
    match wording {
        Wording::Plan => plan_summary(plan, declared),
        Wording::Drift => drift_summary(plan, declared),
    }
}

fn plan_summary(plan: &Plan, declared: usize) -> Visible {
    let (target, writes) = (&plan.target, writes(&plan.writes));
    match plan.action {
        Action::None => safe!("In sync: {}; {}.", matching(declared), unmanaged(plan.unmanaged.len())),
        Action::Create => safe!(
            "Plan: {} has no Zero Trust organization; apply would create it{} with {}.",
            target,
            guards(&plan.changes),
            writes
        ),
        Action::Update => safe!(
            "Plan: {} of {} would change{}, with {}.",
            count(plan.changes.len(), "setting"),
            target,
            guards(&plan.changes),
            writes
        ),
    }
}

fn drift_summary(plan: &Plan, declared: usize) -> Visible {
    let (target, file) = (&plan.target, source(&plan.manifest.path));
    let differ = if plan.changes.len() == 1 { "differs" } else { "differ" };
    match plan.action {
        Action::None => safe!("No drift: {}; {}.", matching(declared), unmanaged(plan.unmanaged.len())),
        Action::Create => safe!("Drift: {} has no Zero Trust organization, and {} wants one.", target, file),
        Action::Update => {
            safe!("Drift: {} of {} {} from {}.", count(plan.changes.len(), "setting"), target, differ, file)
        }
    }
}

/// `1 setting`, `2 settings`.
pub(super) fn count(number: usize, noun: &'static str) -> Visible {
    count_in(number, noun)
}

/// As [`count`], in any language.
pub(super) fn count_in<L>(number: usize, noun: &'static str) -> Safe<L> {
    safe!("{} {}{}", number, noun, if number == 1 { "" } else { "s" })
}

fn matching(declared: usize) -> Visible {
    match declared {
        0 => "the file declares no setting".into(),
        1 => "the one declared setting matches".into(),
        many => safe!("{} declared settings match", many),
    }
}

fn unmanaged(number: usize) -> Visible {
    match number {
        0 => "no live setting is unmanaged".into(),
        1 => "1 live setting is not managed".into(),
        many => safe!("{} live settings are not managed", many),
    }
}

fn guards(changes: &[Change]) -> Visible {
    let states: Vec<_> = changes.iter().filter_map(|change| change.guard).collect();
    let without = states.iter().filter(|state| state.allowed_by.is_none()).count();
    match (states.len(), without) {
        (0, _) => Visible::new(),
        (all, 0) => safe!(" ({} guarded, with consent)", all),
        (all, without) if without == all => safe!(" ({} guarded, nobody consents yet)", all),
        (all, without) => safe!(" ({} guarded, {} without consent)", all, without),
    }
}

fn writes(writes: &[PlannedWrite]) -> Visible {
    let methods: Vec<String> = writes.iter().map(|write| write.method.to_string()).collect();
    match (methods.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), writes) {
        ([], _) => "no request".into(),
        ([_], [write, ..]) => safe!("one {}", write.method),
        (["POST", "PUT"], _) => "a POST and then a PUT".into(),
        (["POST", puts @ ..], _) => safe!("a POST and then {} PUTs", puts.len()),
        (_, [.., last]) => safe!("{} {}s", writes.len(), last.method),
        (_, []) => Visible::new(),
    }
}

/// A manifest in a sentence.
pub(super) fn source(path: &str) -> Visible {
    if path == "-" { "what standard input had".into() } else { Visible::of(path) }
}

/// The API, where it is not the one that everybody means.
pub(super) fn other_api(plan: &Plan) -> Option<Visible> {
    (plan.api != CLOUDFLARE).then(|| Visible::of(&plan.api))
}

/// Where the file says so: `org.yaml:7:21`. Nothing for a backup, of which every change would name the same long path.
pub(super) fn place(file: &str, change: &Change) -> Visible {
    match &change.at {
        at if at.is_whole_file() => Visible::new(),
        at => safe!("{}:{}:{}", Visible::of(file), at.line, at.column),
    }
}

/// Changes under the paths of their groups, or of their sections, in the order of the plan.
pub(super) fn grouped<'c>(changes: &[&'c Change]) -> Vec<(&'static str, Vec<&'c Change>)> {
    let mut groups: Vec<(&str, Vec<&Change>)> = Vec::new();
    for change in changes {
        let group = change.setting.group().unwrap_or(change.setting.endpoint().section());
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, members)) => members.push(change),
            None => groups.push((group, vec![change])),
        }
    }
    groups
}

/// Who consents to a guarded change.
pub(super) fn consent(state: GuardState) -> &'static str {
    match state.allowed_by {
        None => "none yet",
        Some(Consent::Manifest) => "in the manifest (allow entry)",
        Some(Consent::Flag) => "by flag (--allow)",
        Some(Consent::Prompt) => "typed at the prompt",
    }
}

/// What live says about the value that goes: `name "CI", expires …`.
pub(super) fn in_use(change: &Change) -> Option<Visible> {
    let context = change.context.iter().map(|(name, value)| safe!("{} {}", *name, value::short(value)));
    let context: Visible = Visible::join::<Visible>(context, ", ");
    (!context.is_empty()).then_some(context)
}

/// How to say what stands before the flags that consent, where the file could have such entries instead.
pub(super) fn by_flag(has_entries: bool, open: &[&Change]) -> &'static str {
    match (has_entries, open.iter().all(|change| change.at.is_whole_file())) {
        (_, true) => "To consent, add to the command line",
        (false, false) => "To consent, pass to apply",
        (true, false) => "or pass to apply",
    }
}

/// What `allow:` would say. Consent is written beside declarations: a backup is no file to edit.
pub(super) fn consent_entries(open: &[&Change]) -> Vec<Vec<Visible>> {
    let written = open.iter().filter(|change| !change.at.is_whole_file());
    written.filter_map(|change| consent_entry(change)).collect()
}

/// The lines of the entry of `allow:` for a change. A value too long to read is too long to consent to by pasting.
pub(super) fn consent_entry(change: &Change) -> Option<Vec<Visible>> {
    const READABLE: usize = 1000;
    let to = Visible::whole(&yaml::flow(&change.after));
    (to.len() <= READABLE).then(|| {
        vec![
            safe!("  - setting: {}", change.setting.path),
            safe!("    to: {}", to),
            "    reason: why this is wanted, and who agreed".into(),
        ]
    })
}

/// `2 live settings keep their values`.
pub(super) fn kept<L>(unmanaged: usize) -> Safe<L> {
    let keep = if unmanaged == 1 { "keeps its value" } else { "keep their values" };
    safe!("{} {}", count_in::<L>(unmanaged, "live setting"), keep)
}

/// What is special about a live value that no file declares.
pub(super) fn unmanaged_mark(unmanaged: &Unmanaged) -> &'static str {
    match (unmanaged.known, unmanaged.read_only) {
        (false, _) => "unknown to this version",
        (true, true) => "read-only",
        (true, false) => "",
    }
}

/// `warning[contrast]:`.
pub(super) fn finding_label(finding: &Finding) -> Visible {
    safe!("{}[{}]:", finding.severity.word(), finding.rule.id())
}

/// `org.yaml:12:17`, or the file alone.
pub(super) fn finding_place(finding: &Finding) -> Visible {
    let file = Visible::of(&finding.file);
    match &finding.at {
        Some(at) => safe!("{}:{}:{}", file, at.line, at.column),
        None => file,
    }
}
