//! `init`: the first org.yaml, from the live state or from Terraform.

use std::path::Path;

use super::args::{InitArgs, MANIFEST};
use super::error::CliError;
use super::exit::Exit;
use super::new_file::{self, Existing};
use super::pipeline::Pipeline;
use super::terraform::{self, Draft};
use super::{Context, block_on, export};
use crate::report::{self, Detail};
use crate::text::{self, visible};

/// Writes a manifest, and with `--ci` the files of a pipeline. It reads live with a client that cannot write, and the
/// files it writes are the user's.
pub(super) fn run(context: &Context, args: &InitArgs) -> Result<Exit, CliError> {
    let pipeline = args.ci.map(|platform| Pipeline::prepare(context, args, platform)).transpose()?;
    let path = Path::new(&args.file);
    if args.file == "-" {
        let draft = draft(context, args)?;
        context.print_exactly(&draft.text)?;
    } else if pipeline.is_some() && path.is_file() && !args.force && args.from_terraform.is_none() {
        context.ui.say(&format!("{} is there already and stays", visible(&args.file)));
    } else {
        // Before anything is read: nobody should wait for a refusal.
        new_file::check_folder(path)?;
        new_file::check(context, path, Existing::of(args))?;
        let draft = draft(context, args)?;
        context.without_credentials(&text::path(path), &draft.text)?;
        new_file::create(context, path, &draft.text, Existing::of(args))?;
        say_next(context, args, &draft);
    }
    if let Some(pipeline) = pipeline {
        pipeline.write(context, args)?;
    }
    Ok(Exit::Success)
}

fn draft(context: &Context, args: &InitArgs) -> Result<Draft, CliError> {
    let detail = if args.full { Detail::Full } else { Detail::Minimal };
    match &args.from_terraform {
        Some(path) => terraform::draft(context, args, path, detail),
        None => from_live(context, args, detail),
    }
}

fn from_live(context: &Context, args: &InitArgs, detail: Detail) -> Result<Draft, CliError> {
    let (target, text) = block_on(export::manifest(context, &args.target, &args.api, detail))?;
    Ok(Draft { text, target: Some(target) })
}

fn shell_path(path: &Path) -> String {
    report::argument(&path.to_string_lossy())
}

/// What was written, and what to do next. The first lines of the file name a schema that an editor completes with.
fn say_next(context: &Context, args: &InitArgs, draft: &Draft) {
    let file = visible(&args.file);
    let name = if args.file == MANIFEST { String::new() } else { format!(" {}", report::argument(&args.file)) };
    match &draft.target {
        Some(target) => context.ui.say(&format!("Wrote {file} for {target}")),
        None => context.ui.say(&format!("Wrote {file}; add its account_id or zone_id")),
    }
    let folder = Path::new(&args.file).with_file_name("schemas");
    let schema = folder.join("org.schema.json");
    if !schema.exists() {
        let (folder, schema) = (shell_path(&folder), shell_path(&schema));
        context.ui.say(&format!("For your editor: mkdir -p {folder} && zerodrift schema > {schema}"));
    }
    context.ui.say(&format!("Next: look at it, then zerodrift plan{name}"));
}
