//! Renders a plan or drift as a short comment: the outcome, guarded changes with their consequences, and the others; the
//! rest is folded. The Markdown works on GitHub and GitLab, and has no tables, which do not fit a narrow comment.

mod changes;
mod excerpt;
mod fit;
mod parts;
mod set;

use self::excerpt::text;
use self::fit::fit;
use self::parts::{address, alert, findings, footer, hints, marker, message, sections};
pub(super) use self::set::MarkdownDetails;
use super::phrase::{self, Adoption};
use super::subject::FailedRun;
use super::summary;
use crate::document::Comparison;
use crate::document::Wording;
use crate::plan::{Action, Plan};
use crate::settings::Target;
use crate::text::markdown::{MarkdownText, code, fenced, prose};
use crate::text::safe::safe;
use crate::text::{Visible, shell_path};

/// The maximum length of a comment on GitHub, in characters. It is compared with the number of bytes, which is never smaller.
pub const COMMENT: usize = 65_536;

/// The maximum size of a step summary on GitHub, in bytes. A longer one is dropped.
pub const STEP_SUMMARY: usize = 1_048_576;

/// Returns a run as a comment of at most `limit` bytes, usually [`COMMENT`]. Its first line is a marker by which the next run
/// finds the comment.
pub fn comment(run: &Comparison<'_>, limit: usize) -> String {
    let first = safe!("{}\n{}", marker(run.wording.command(), &about_target(&run.plan.target)), outcome(run));
    fit(&first, &sections(run), &(what_next(run) + footer(run.ci.as_ref())), limit).into()
}

/// Returns a failed run as a comment with the same marker, so that an older comment never looks current.
pub fn failure(failed: &FailedRun<'_>, limit: usize) -> String {
    let FailedRun { command, file, repository_file, ci, target, findings: found, .. } = *failed;
    // A path may be shared by two organizations, and two paths are two comments.
    let about = match target {
        Some(target) => about_target(target),
        None if file.is_empty() => "several".into(),
        None => Visible::whole(&super::path::uri(file)),
    };
    let subject: MarkdownText = match target {
        Some(target) => safe!("\n{} → {}\n", code(&Visible::of(file)), target),
        None if file.is_empty() => MarkdownText::new(),
        None => safe!("\n{}\n", code(&Visible::of(file))),
    };
    let first = safe!(
        "{}\n### zerodrift {} failed\n\n**{}.**\n{}",
        marker(command, &about),
        text(command),
        message(failed.message),
        subject
    );
    let last = safe!("\nNothing was compared, and nothing was written.\n{}", footer(ci));
    fit(&first, &[findings(ci, repository_file, file, found), hints(failed.hints)], &last, limit).into()
}

fn about_target(target: &Target) -> Visible {
    safe!("{}/{}", target.scope, target.id)
}

/// The headline with the name of the organization, what to know first, and the address in small.
fn outcome(run: &Comparison<'_>) -> MarkdownText {
    safe!(
        "### zerodrift {}: {}\n\n{}\n\n<sub>{}</sub>\n{}",
        run.wording.command(),
        summary::headline(run.wording, &run.plan, prose(&run.organization())),
        prose(&summary::details(run.wording, &run.plan)),
        address(run),
        alert(run.wording, run.plan.refused().count(), "this plan as a whole")
    )
}

fn what_next(run: &Comparison<'_>) -> MarkdownText {
    if run.plan.is_empty() {
        return MarkdownText::new();
    }
    let file = shell_path(&run.plan.manifest.path);
    let apply: Visible = safe!("zerodrift apply {}", file);
    match (run.wording, run.plan.action) {
        (Wording::Plan, _) => {
            command_block(&safe!("{}{}", approval(&run.plan), validity(&run.plan)), phrase::exact_apply(&run.plan))
        }
        (Wording::Drift, Action::Create) => command_block(&"Create it".into(), apply),
        (Wording::Drift, _) => {
            let keep = match Adoption::of(&run.plan) {
                None => MarkdownText::new(),
                Some(Adoption::SameCommand) => {
                    "\nOr keep the live values of the drift in the file: run the same command with `--adopt`.\n".into()
                }
                Some(Adoption::ByHand) => "\nOr keep the live values: edit the manifest that you pipe in.\n".into(),
                Some(Adoption::Command(command)) => {
                    command_block(&"Or keep the live values in the file".into(), command)
                }
            };
            command_block(&"Apply the file".into(), apply) + keep
        }
    }
}

/// A sentence, then a command to paste.
fn command_block(sentence: &MarkdownText, command: Visible) -> MarkdownText {
    let (fence, command) = fenced(&[vec![command]]);
    safe!("\n{}:\n\n{}sh\n{}{}\n", sentence, fence, command.into_iter().collect::<MarkdownText>(), fence)
}

/// The sentence before the command. The digest covers the file, so an allow entry changes it.
fn approval(plan: &Plan) -> &'static str {
    match plan.refused().count() {
        0 => "To apply this plan, or nothing if the file or the live state changes first",
        _ => {
            "An allow entry changes the digest, so plan again after you add it. To consent for this run only, and apply \
             exactly this plan"
        }
    }
}

/// Until when the digest in the command is valid.
fn validity(plan: &Plan) -> MarkdownText {
    plan.expires_at().map(|until| safe!(" (until {})", until)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
