//! Phrases that several renderers share: a plan, a change or a finding in at most one line.

use crate::diagnostics::Finding;
use crate::manifest::ConsentAnchor;
use crate::plan::{Action, Change, Consent, GuardState, ManifestRef, Plan, Unmanaged, WriteMethod};
use crate::settings::{CLOUDFLARE, Scope, Target, TargetId};
use crate::text::quote::quoted;
use crate::text::safe::{In, Safe, safe};
use crate::text::{Visible, shell_path, yaml};

use super::value;

// Each is one of a few words, 32 hexadecimal digits, or both.
impl<L> In<L> for Target {}
impl<L> In<L> for Scope {}
impl<L> In<L> for TargetId {}
impl<L> In<L> for WriteMethod {}

/// The heading of guarded changes.
pub(super) const GUARDED: &str = "Guarded changes: can lock people out, open access or delete something";

/// Returns the name of an organization as reports show it.
pub(super) fn name(name: &str) -> Visible {
    /// The most characters of a name.
    const SHOWN: usize = 80;
    Visible::excerpt(name, SHOWN)
}

/// `1 setting`, `2 settings`.
pub(super) fn count(number: usize, noun: &'static str) -> Visible {
    count_in(number, noun)
}

/// Like [`count`], in any output language.
pub(super) fn count_in<L>(number: usize, noun: &'static str) -> Safe<L> {
    safe!("{} {}{}", number, noun, if number == 1 { "" } else { "s" })
}

/// The name of a manifest inside a sentence.
pub(super) fn source(path: &str) -> Visible {
    if path == "-" { "standard input".into() } else { Visible::of(path) }
}

/// The name of a manifest as a word of prose, in quotes if it has spaces, so that no line break divides it.
pub(super) fn source_word(path: &str) -> Visible {
    if path.contains(' ') { quoted(path) } else { source(path) }
}

/// The base URL of the API, if it is not Cloudflare's.
pub(super) fn other_api(api: &str) -> Option<Visible> {
    (api != CLOUDFLARE).then(|| Visible::of(api))
}

/// The place of the declaration: `org.yaml:7:21`. Empty for a backup, because every change would name the same long path.
pub(super) fn place(file: &str, change: &Change) -> Visible {
    match &change.at {
        at if at.is_whole_file() => Visible::new(),
        at => safe!("{}:{}:{}", Visible::of(at.file(file)), at.line, at.column),
    }
}

/// Groups changes by the path of their group or section, in the order of the plan.
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

/// How consent to a guarded change was given.
pub(super) fn consent(state: GuardState) -> &'static str {
    match state.allowed_by {
        None => "none yet",
        Some(Consent::Manifest) => "in the manifest (allow entry)",
        Some(Consent::Flag) => "by flag (--allow)",
        Some(Consent::Prompt) => "typed at the prompt",
    }
}

/// How many changes are guarded, and how many of them are `open`: without consent.
pub(super) fn guards_sentence<L>(guarded: usize, open: usize) -> Safe<L> {
    let all = count_in::<L>(guarded, "change");
    match (guarded, open) {
        (0, _) => "No change is guarded.".into(),
        (_, 0) => safe!("Guarded: {}, with consent.", all),
        (guarded, open) if open == guarded => safe!("Guarded: {}, without consent.", all),
        (_, open) => safe!("Guarded: {}, {} without consent.", all, open),
    }
}

/// Returns the command that applies exactly this plan, with the flags that consent to the changes without consent.
pub(super) fn exact_apply(plan: &Plan) -> Visible {
    let flags: Visible =
        plan.refused().map(|change| -> Visible { safe!(" --allow {}", change.setting.path) }).collect();
    safe!("zerodrift apply {} --expect {}{}", shell_path(&plan.manifest.path), Visible::of(&plan.digest), flags)
}

/// How the live values that differ can be kept in the manifest.
pub(super) enum Adoption {
    /// With `--adopt` and the options of the run, which compared with a base.
    SameCommand,
    /// By hand: standard input cannot be rewritten.
    ByHand,
    /// With this command.
    Command(Visible),
}

impl Adoption {
    /// Returns how drift can be kept; `None` if there is nothing to keep.
    pub(super) fn of(plan: &Plan) -> Option<Self> {
        match plan.manifest.path.as_str() {
            _ if plan.action != Action::Update || !plan.has_drift() => None,
            _ if plan.base.is_some() => Some(Self::SameCommand),
            "-" => Some(Self::ByHand),
            path => Some(Self::Command(safe!("zerodrift drift {} --adopt", shell_path(path)))),
        }
    }
}

/// Returns the live context of a replaced value: `name "CI", expires …`.
pub(super) fn in_use(change: &Change) -> Option<Visible> {
    let context = change.context.iter().map(|(name, value)| safe!("{} {}", *name, value::short(value)));
    let context: Visible = Visible::join::<Visible>(context, ", ");
    (!context.is_empty()).then_some(context)
}

/// Returns the sentence before the flags that consent. `has_entries` is whether entries of the manifest precede it.
pub(super) fn by_flag(has_entries: bool, open: &[&Change]) -> &'static str {
    match (has_entries, open.iter().all(|change| change.at.is_whole_file())) {
        (_, true) => "To consent, add to the command line",
        (false, false) => "To consent, pass to apply",
        (true, false) => "or pass to apply",
    }
}

/// The lines of the manifest that consent to changes, grouped by entry. Consent belongs to a manifest, so changes from a
/// backup have none; neither has a value that is too long to review.
pub(super) fn consent_lines(manifest: &ManifestRef, open: &[&Change]) -> Vec<Vec<Visible>> {
    const READABLE: usize = 1000;
    let is_offered = |change: &&&Change| !change.at.is_whole_file() && yaml::flow(&change.after).len() <= READABLE;
    let entries: Vec<_> = open.iter().filter(is_offered).map(|change| (change.setting.path, &change.after)).collect();
    if entries.is_empty() {
        return Vec::new();
    }
    let groups = manifest.consent_place.clone().unwrap_or_default().write(&entries);
    groups.iter().map(|group| group.iter().map(|line| Visible::whole(line)).collect()).collect()
}

/// Where the lines of [`consent_lines`] belong, as the end of a sentence before them: `add at the end of org.yaml`.
pub(super) fn consent_place<L>(manifest: &ManifestRef, file: Safe<L>) -> Safe<L> {
    match manifest.consent_place.as_ref().map(|place| place.anchor) {
        None => safe!("add to {}", file),
        Some(ConsentAnchor::End) => safe!("add at the end of {}", file),
        Some(ConsentAnchor::Below(line)) => safe!("add below line {} of {}", line, file),
        Some(ConsentAnchor::Replace(line)) => safe!("replace line {} of {} with", line, file),
    }
}

/// `2 live settings keep their values`.
pub(super) fn kept<L>(unmanaged: usize) -> Safe<L> {
    let keep = if unmanaged == 1 { "keeps its value" } else { "keep their values" };
    safe!("{} {}", count_in::<L>(unmanaged, "live setting"), keep)
}

/// The mark of a live value that the manifest does not declare.
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
