//! `export`: prints the live state as a manifest or a snapshot.

use clap::{Args, ValueEnum};

use crate::cli::command_spec::{CommandSpec, Interface, block_on};
use crate::cli::connection::connect::connect;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file;
use crate::cli::options::{ApiArgs, Format, TargetArgs};
use crate::cli::process::interrupt;
use crate::cloudflare;
use crate::document;
use crate::ending::{Exit, FailureKind};
use crate::live::{Live, Slot, Snapshot};
use crate::manifest;
use crate::manifest::write::Detail;
use crate::settings::{Endpoint, Model, Scope, Target};

/// Print the live state as a manifest or a snapshot
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift export --account-id 699d98642c564d2e855e9661899b7252 > org.yaml

  List every setting, unset ones as comments:
    zerodrift export --full

  Write a snapshot of the organization of a manifest, for plan --live:
    zerodrift export --file org.yaml --format json > live.json

Reads the live state and prints it; writes nothing. The plan of an exported
manifest has no changes.")]
pub(crate) struct ExportArgs {
    /// List every setting, unset ones as comments
    #[arg(long, conflicts_with = "format")]
    full: bool,
    /// Format of the result
    #[arg(long, value_enum, default_value_t)]
    format: ExportFormat,
    /// A manifest that contains the account or zone
    #[arg(long, value_name = "FILE")]
    file: Option<String>,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    api: ApiArgs,
}

/// The format of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// A manifest
    #[default]
    #[value(alias = "text")]
    Yaml,
    /// A snapshot for plan --live
    Json,
}

impl CommandSpec for ExportArgs {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        block_on(run(context, self))
    }

    fn interface(&self) -> Interface<'_> {
        let formats = match self.format {
            ExportFormat::Yaml => &Format::Text,
            ExportFormat::Json => &Format::Json,
        };
        Interface { api: Some(&self.api), formats, ..Interface::default() }
    }
}

/// Prints the live state. Has no client that can write.
async fn run(context: &Context, args: &ExportArgs) -> Result<Exit, CliError> {
    let detail = if args.full { Detail::Full } else { Detail::Minimal };
    let of_file = args.file.as_deref().map(|file| manifest_file::target_of(context, file)).transpose()?.flatten();
    let target = manifest_file::target(&args.target, &context.env, of_file.as_ref())?;
    let text = match args.format {
        ExportFormat::Json => {
            let (snapshot, _) = snapshot(context, target, &args.api).await?;
            document::snapshot_text(&snapshot)
        }
        ExportFormat::Yaml => manifest(context, &target, &args.api, detail).await?,
    };
    context.print_exactly(&text)?;
    Ok(Exit::Success)
}

/// Reads the live state, and returns it as a manifest.
///
/// # Errors
/// Returns an error if the organization does not exist or cannot be read.
pub(crate) async fn manifest(
    context: &Context,
    target: &Target,
    api: &ApiArgs,
    detail: Detail,
) -> Result<String, CliError> {
    let (Snapshot { target: _, api: _, live }, refused) = snapshot(context, target.clone(), api).await?;
    let mut text = manifest_of(context.model, target, &live, detail)?;
    if let Some(error) = refused {
        text.push_str(&without_doh(&error));
    }
    Ok(text)
}

/// Returns a live state as a manifest.
///
/// # Errors
/// Returns an error if the organization does not exist.
pub(crate) fn manifest_of(model: &Model, target: &Target, live: &Live, detail: Detail) -> Result<String, CliError> {
    if live.organization == Slot::Absent {
        let message = format!("{target} has no Zero Trust organization to export");
        return Err(CliError::new(FailureKind::Absent, message)
            .hint("to create it, write an org.yaml with name and auth_domain, and run `zerodrift apply`"));
    }
    Ok(manifest::write::manifest(model, target, live, detail))
}

/// Returns a comment that explains why the manifest has no doh section. It contains no untrusted text, only the status.
fn without_doh(error: &cloudflare::Error) -> String {
    let status = error.status().map(|status| format!(" (status {status})")).unwrap_or_default();
    format!(
        "\n# doh: not exported, because the API refused to read the DoH settings{status}.\n\
         # Without the section zerodrift makes no request for it. To manage it, run `zerodrift doctor` for the fix.\n"
    )
}

/// Reads the live state of a scope. Also returns the error of the DoH settings if only these cannot be read.
async fn snapshot(
    context: &Context,
    target: Target,
    api: &ApiArgs,
) -> Result<(Snapshot, Option<cloudflare::Error>), CliError> {
    let connection = connect(&context.ui, &context.env, api, Some(&target)).await?;
    let reader = connection.reader();
    let read = async {
        match target.scope {
            Scope::Account => reader.live_where_readable(&target).await,
            Scope::Zone => Ok((reader.live(&target, &[Endpoint::Organization]).await?, None)),
        }
    };
    let (live, refused) = interrupt::abandonable(read).await??;
    if let Some(error) = &refused {
        context.ui.say(&format!("warning: the DoH settings are left out: {error}"));
        for hint in error.hints() {
            context.ui.say(&format!("  hint: {hint}"));
        }
    }
    Ok((Snapshot { target: Some(target), api: connection.api().to_owned(), live }, refused))
}
