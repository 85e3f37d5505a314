//! Plans a manifest against a snapshot: no network, no credentials. What a pull request from a fork can run.
//!
//! ```console
//! $ cargo run --example plan_offline -- examples/org.yaml examples/live.json
//! ```

#![allow(clippy::print_stdout, clippy::use_debug, reason = "a small program prints its results")]

use std::error::Error;

use zerodrift::diagnostics::Source;
use zerodrift::live::Snapshot;
use zerodrift::manifest::{self};
use zerodrift::plan::{Input, plan};
use zerodrift::settings::Model;
use zerodrift::text::visible;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(snapshot)) = (arguments.next(), arguments.next()) else {
        return Err("usage: plan_offline ORG.yaml SNAPSHOT.json".into());
    };
    let model = Model::current();
    let source = Source { text: std::fs::read_to_string(&file)?, name: file };
    let parsed = manifest::parse(model, &source);
    for finding in &parsed.findings {
        println!("{}: {}", finding.rule.id(), finding.message);
    }
    let manifest = parsed.manifest.ok_or("the manifest has errors")?;
    let snapshot = Snapshot::parse(&std::fs::read(&snapshot)?)?;
    let target = manifest.target.clone().or(snapshot.target).ok_or("nothing names an organization")?;

    let mut plan = plan(&Input {
        model,
        manifest: &manifest,
        target: &target,
        api: &snapshot.api,
        live: &snapshot.live,
        allow: &[],
    });
    // `zerodrift apply --expect` takes the digest for a week from now.
    plan.stamp(jiff::Timestamp::now());
    for change in &plan.changes {
        // Live values are untrusted text.
        println!("{}: {} -> {}", change.setting.path, visible(&change.before.to_string()), change.after);
    }
    println!("{} changes, {} writes, {}", plan.changes.len(), plan.writes.len(), plan.digest);
    Ok(())
}
