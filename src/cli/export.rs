//! `export`: live → `org.yaml`, or a snapshot.

use super::args::{ExportArgs, ExportFormat};
use super::connect::connect;
use super::error::CliError;
use super::exit::Exit;
use super::{Context, interrupt, manifest_file};
use crate::organization::{Endpoint, Scope, Slot, Snapshot};
use crate::report;
use crate::report::export::Detail;

/// Prints live. Holds nothing that could write.
pub(super) async fn run(context: &Context, args: &ExportArgs) -> Result<Exit, CliError> {
    let target = manifest_file::target(&args.target, &context.env, None)?;
    let connection = connect(&context.ui, &context.env, &args.api).await?;
    let endpoints: &[Endpoint] = match target.scope {
        Scope::Account => &Endpoint::ALL,
        Scope::Zone => &[Endpoint::Organization],
    };
    let reader = connection.reader();
    let live = interrupt::abandonable(reader.live(&target, endpoints)).await??;
    let text = match args.format {
        ExportFormat::Json => report::json::to_text(&report::json::snapshot_document(&Snapshot {
            target: Some(target),
            api: connection.api().to_owned(),
            live,
        })),
        ExportFormat::Yaml => {
            if live.organization == Slot::Absent {
                return Err(CliError::new(
                    "absent",
                    Exit::Failed,
                    format!("{target} has no Zero Trust organization to export"),
                )
                .hint("write an org.yaml with name and auth_domain, and apply creates it"));
            }
            let detail = if args.full { Detail::Full } else { Detail::Minimal };
            report::export::manifest(context.model, &target, connection.api(), &live, detail)
        }
    };
    context.print(&text)?;
    Ok(Exit::Success)
}
