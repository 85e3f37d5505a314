//! Makes live what a manifest says: read, plan, apply, prove. One pass; run it on a schedule to reconcile.
//!
//! ```console
//! $ CLOUDFLARE_API_TOKEN=… cargo run --example reconcile -- org.yaml
//! ```

#![allow(clippy::print_stdout, clippy::use_debug, reason = "a small program prints its results")]

use std::error::Error;
use std::sync::{Arc, OnceLock};

use zerodrift::apply::{Approved, Backups, End, Options, PreImage, apply};
use zerodrift::cloudflare::{HttpTransport, Policy, Reader, Writer};
use zerodrift::diagnostics::Source;
use zerodrift::live::Live;
use zerodrift::manifest::{self};
use zerodrift::plan::{Input, plan};
use zerodrift::settings::Model;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: reconcile ORG.yaml")?;
    let model = Model::current();
    let source = Source { text: std::fs::read_to_string(&file)?, name: file };
    let manifest = manifest::parse(model, &source).manifest.ok_or("the manifest has errors: run zerodrift validate")?;
    let target = manifest.target.clone().ok_or("the manifest names no account or zone")?;

    let (base_url, token) = (std::env::var("CLOUDFLARE_BASE_URL").ok(), std::env::var("CLOUDFLARE_API_TOKEN")?);
    let transport = Arc::new(HttpTransport::with_token(base_url.as_deref(), &token)?);
    let reader = Reader::new(transport.clone(), Policy::default());
    let live = reader.live(&target, &manifest.endpoints).await?;
    let plan =
        plan(&Input { model, manifest: &manifest, target: &target, api: reader.base_url(), live: &live, allow: &[] });
    if plan.is_empty() {
        println!("in sync");
        return Ok(());
    }
    // Nobody sits here who could consent, so a guarded change without an `allow:` entry stops the run.
    let approved = Approved::new(&plan, &live).map_err(|refusal| format!("refused: {refusal:?}"))?;
    let writer = Writer::new(transport, Policy::default());
    // Should the change turn out wrong, `zerodrift rollback` brings back what is kept here.
    let backups = Backups::in_folder("backups");
    let backup = OnceLock::new();
    let keep = |live: &Live| {
        let kept = backups.keep(&PreImage { plan: &plan, live }, jiff::Timestamp::now())?;
        let _ = backup.set(kept);
        Ok(())
    };
    let outcome = apply(&reader, &writer, approved, &Options::keeping(model, &keep)).await;
    // Until then the backup is needed, and no later run deletes it.
    if let Some(backup) = backup.get().filter(|_| outcome.verified) {
        for error in backups.settle(&plan, backup, &[]) {
            println!("warning: {error}");
        }
    }
    match outcome.failure {
        _ if outcome.end == End::Applied => {
            println!("applied {} changes with {} writes", plan.changes.len(), outcome.writes)
        }
        Some(failure) => return Err(format!("{failure}; {}", outcome.known.sentence()).into()),
        None => return Err(format!("conflict: {:?}", outcome.mismatches).into()),
    }
    Ok(())
}
