//! What the pure core costs: parsing a manifest, comparing it with live, and building the body of a write.
//!
//! ```console
//! $ cargo bench --bench pure
//! ```

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use zerodrift::apply::body;
use zerodrift::diagnostics::Source;
use zerodrift::live::Snapshot;
use zerodrift::manifest::{self, Manifest};
use zerodrift::plan::{Change, Input, Plan, plan};
use zerodrift::settings::{Endpoint, Model};

const MANIFEST: &str = include_str!("../../examples/org.yaml");
const SNAPSHOT: &[u8] = include_bytes!("../../examples/live.json");

fn parse() -> Manifest {
    let source = Source { name: "org.yaml".to_owned(), text: MANIFEST.to_owned() };
    manifest::parse(Model::current(), &source).manifest.unwrap()
}

fn compare(manifest: &Manifest, snapshot: &Snapshot) -> Plan {
    let target = manifest.target.as_ref().unwrap();
    plan(&Input { model: Model::current(), manifest, target, api: &snapshot.api, live: &snapshot.live, allow: &[] })
}

fn pure(criterion: &mut Criterion) {
    let manifest = parse();
    let snapshot = Snapshot::parse(SNAPSHOT).unwrap();
    let planned = compare(&manifest, &snapshot);
    let changes: Vec<&Change> =
        planned.changes.iter().filter(|change| change.setting.endpoint() == Endpoint::Organization).collect();
    let live = snapshot.live.document(Endpoint::Organization).unwrap();

    criterion.bench_function("parse a manifest", |bench| bench.iter(|| black_box(parse())));
    criterion.bench_function("decode a snapshot", |bench| bench.iter(|| black_box(Snapshot::parse(SNAPSHOT).unwrap())));
    criterion.bench_function("diff and plan", |bench| bench.iter(|| black_box(compare(&manifest, &snapshot))));
    criterion.bench_function("body of a PUT", |bench| {
        bench.iter(|| black_box(body::put(Model::current(), live, &changes, &[])));
    });
}

criterion_group!(benches, pure);
criterion_main!(benches);
