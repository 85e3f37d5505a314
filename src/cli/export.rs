//! `export`: live → `org.yaml`, or a snapshot.

use super::args::{ApiArgs, ExportArgs, ExportFormat, TargetArgs};
use super::connect::connect;
use super::error::CliError;
use super::exit::Exit;
use super::{Context, interrupt, manifest_file};
use crate::organization::{Endpoint, Scope, Slot, Snapshot, Target};
use crate::report;
use crate::report::export::Detail;

/// Prints live. Holds nothing that could write.
pub(super) async fn run(context: &Context, args: &ExportArgs) -> Result<Exit, CliError> {
    let detail = if args.full { Detail::Full } else { Detail::Minimal };
    let text = match args.format {
        ExportFormat::Json => {
            let target = manifest_file::target(&args.target, &context.env, None)?;
            let snapshot = snapshot(context, target, &args.api).await?;
            report::json::snapshot_text(&snapshot)
        }
        ExportFormat::Yaml => manifest(context, &args.target, &args.api, detail).await?.1,
    };
    context.print_exactly(&text)?;
    Ok(Exit::Success)
}

/// Live as a manifest, and the organization it is about.
///
/// # Errors
/// If nothing says which organization is meant, it cannot be read, or there is none.
pub(super) async fn manifest(
    context: &Context,
    target: &TargetArgs,
    api: &ApiArgs,
    detail: Detail,
) -> Result<(Target, String), CliError> {
    let target = manifest_file::target(target, &context.env, None)?;
    let Snapshot { target: _, api, live } = snapshot(context, target.clone(), api).await?;
    if live.organization == Slot::Absent {
        let message = format!("{target} has no Zero Trust organization to export");
        return Err(CliError::new("absent", Exit::Failed, message)
            .hint("write an org.yaml with name and auth_domain, and apply creates it"));
    }
    let text = report::export::manifest(context.model, &target, &api, &live, detail);
    Ok((target, text))
}

/// Everything that is live in a scope.
async fn snapshot(context: &Context, target: Target, api: &ApiArgs) -> Result<Snapshot, CliError> {
    let connection = connect(&context.ui, &context.env, api).await?;
    let endpoints: &[Endpoint] = match target.scope {
        Scope::Account => &Endpoint::ALL,
        Scope::Zone => &[Endpoint::Organization],
    };
    let live = interrupt::abandonable(connection.reader().live(&target, endpoints)).await??;
    Ok(Snapshot { target: Some(target), api: connection.api().to_owned(), live })
}
