//! `init`: the first org.yaml, from the live state or from Terraform.

mod default_branch;
mod new_file;
mod pipeline;
mod platform;
mod release;
mod terraform;

use std::path::{Path, PathBuf};

use clap::Args;

use self::new_file::IfExists;
use self::pipeline::Pipeline;
pub(crate) use self::platform::Platform;
use self::terraform::NewManifest;
use crate::cli::command_spec::{CommandSpec, Interface, block_on};
use crate::cli::commands::export;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file;
use crate::cli::options::{ApiArgs, MANIFEST, TargetArgs};
use crate::cli::output::used_files::FilePurpose;
use crate::ending::Exit;
use crate::manifest::write::Detail;
use crate::text::path_argument;
use crate::text::{self, visible};

/// Write a first org.yaml, from the live state or from Terraform
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift init --account-id 699d98642c564d2e855e9661899b7252

  List every setting, unset ones as comments:
    zerodrift init teams/org.yaml --full

  Write the files of a pipeline as well:
    zerodrift init --ci

  Read a Terraform state:
    terraform show -json | zerodrift init --from-terraform -

  Read the literal values of a Terraform configuration:
    zerodrift init --from-terraform .

Reads the live state, or with --from-terraform only Terraform files, without
network or credentials. Terraform configurations are not evaluated: a value
that is not a literal is reported with its line.

Writes org.yaml and, with --ci, the files of a pipeline. Existing files are not
replaced without --force.")]
pub(crate) struct InitArgs {
    /// The manifest to write; - for standard output
    #[arg(default_value = MANIFEST, value_name = "FILE")]
    file: String,
    /// List every setting, unset ones as comments
    #[arg(long)]
    full: bool,
    /// Replace existing files
    #[arg(long)]
    force: bool,
    /// Write a pipeline too, for this platform or that of the repository
    #[arg(long, value_enum, value_name = "PLATFORM", num_args = 0..=1, require_equals = true)]
    ci: Option<Option<Platform>>,
    /// Read Terraform instead of the live state; - for standard input
    ///
    /// PATH is the output of terraform show -json or terraform state pull, or a
    /// configuration file or folder.
    #[arg(
        long,
        value_name = "PATH",
        conflicts_with_all = ["sandbox", "base_url", "token_file"],
        help_heading = "Terraform"
    )]
    from_terraform: Option<PathBuf>,
    /// The resource to read, if there are several
    #[arg(long, value_name = "ADDRESS", requires = "from_terraform", help_heading = "Terraform")]
    resource: Option<String>,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    api: ApiArgs,
}

impl CommandSpec for InitArgs {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        run(context, self)
    }

    fn interface(&self) -> Interface<'_> {
        let files = self.from_terraform.iter().map(|path| (FilePurpose::Terraform, path.as_path())).collect();
        Interface { api: Some(&self.api), files, ..Interface::default() }
    }
}

/// Writes a manifest, and with `--ci` the files of a pipeline. The client that reads the live state cannot write.
fn run(context: &Context, args: &InitArgs) -> Result<Exit, CliError> {
    let path = Path::new(&args.file);
    let if_exists = if args.force { IfExists::Replace } else { IfExists::Keep };
    let prepare = |platform| Pipeline::prepare(context, path, platform, if_exists);
    let pipeline = args.ci.map(prepare).transpose()?;
    if args.file == "-" {
        let manifest = manifest(context, args)?;
        context.print_exactly(&manifest.text)?;
    } else if pipeline.is_some() && path.is_file() && !args.force && args.from_terraform.is_none() {
        context.ui.note(&format!("{} exists already and was not changed", visible(&args.file)));
    } else {
        // Checked before the requests, so that a run that cannot write its file fails at once.
        new_file::check_folder(path)?;
        new_file::check(context, path, if_exists)?;
        let manifest = manifest(context, args)?;
        context.without_credentials(&text::path(path), &manifest.text)?;
        new_file::create(context, path, &manifest.text, if_exists)?;
        say_next(context, args, &manifest);
    }
    if let Some(pipeline) = pipeline {
        pipeline.write(context)?;
    }
    Ok(Exit::Success)
}

fn manifest(context: &Context, args: &InitArgs) -> Result<NewManifest, CliError> {
    let detail = if args.full { Detail::Full } else { Detail::Minimal };
    match &args.from_terraform {
        Some(path) => terraform::manifest(context, path, args.resource.as_deref(), &args.target, detail),
        None => from_live(context, args, detail),
    }
}

fn from_live(context: &Context, args: &InitArgs, detail: Detail) -> Result<NewManifest, CliError> {
    let target = manifest_file::target(&args.target, &context.env, None)?;
    let text = block_on(export::manifest(context, &target, &args.api, detail))?;
    Ok(NewManifest { text, target: Some(target) })
}

/// Prints what was written and what to do next. The first lines of the file name a schema that editors use to complete keys.
fn say_next(context: &Context, args: &InitArgs, manifest: &NewManifest) {
    let file = visible(&args.file);
    let name = if args.file == MANIFEST { String::new() } else { format!(" {}", path_argument(&args.file)) };
    match &manifest.target {
        Some(target) => context.ui.note(&format!("Wrote {file} for {target}")),
        None => context.ui.note(&format!("Wrote {file}; add its account_id or zone_id")),
    }
    let folder = Path::new(&args.file).with_file_name("schemas");
    let schema = folder.join("org.schema.json");
    // The pipeline includes the schema.
    if args.ci.is_none() && !schema.exists() {
        let (folder, schema) = (path_argument(&folder), path_argument(&schema));
        context.ui.note(&format!("For your editor: mkdir -p {folder} && zerodrift schema > {schema}"));
    }
    context.ui.note(&format!("Next: review it, then run: zerodrift plan{name}"));
}
