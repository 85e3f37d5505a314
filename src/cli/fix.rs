//! `validate --fix`: the safe fixes, written.

use super::Context;
use super::error::CliError;
use super::manifest_file::Loaded;
use super::rewrite;
use crate::manifest::{self, Finding, Fixed, MadeFix};
use crate::text::visible;

/// The manifest with its safe fixes made, in the file too. What is left to say is said of the new text.
///
/// # Errors
/// If the file cannot be written, or changed since it was read.
pub(super) fn run(context: &Context, loaded: Loaded) -> Result<Loaded, CliError> {
    // A file that is too large or no text has nothing that could be fixed.
    let Some(before) = &loaded.source else { return Ok(loaded) };
    let Fixed { source, parsed, made } = manifest::fix(context.model, before);
    if made.is_empty() {
        if loaded.findings.iter().any(Finding::is_error) {
            context.ui.say("nothing was fixed: what is left needs somebody who knows what was meant");
        }
        return Ok(loaded);
    }
    context.without_credentials(&visible(&source.name), &source.text)?;
    rewrite::replace(before, &source.text)?;
    for MadeFix { at, title } in made {
        context.ui.say(&format!("fixed: {}:{}:{}: {}", visible(&source.name), at.line, at.column, visible(&title)));
    }
    let manifest::Parsed { manifest, target, findings } = parsed;
    Ok(Loaded { source: Some(source), manifest, target, findings })
}
