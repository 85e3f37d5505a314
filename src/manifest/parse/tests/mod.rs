use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::diagnostics::Severity;
use crate::manifest::cross_check;
use crate::settings::{Element, Endpoint, Kind, Scope, Setting};

mod bounds;
mod cross_rules;
mod declarations;
mod fixes;
mod locations;
mod scalars;

fn source(text: &str) -> Source {
    Source { name: "org.yaml".to_owned(), text: text.to_owned() }
}

/// The manifest of a text without any finding.
fn clean(text: &str) -> Manifest {
    let parsed = parse(Model::current(), &source(text));
    assert_eq!(parsed.findings, [], "{text}");
    parsed.manifest.unwrap()
}

fn rules(text: &str) -> Vec<&'static str> {
    parse(Model::current(), &source(text)).findings.iter().map(|finding| finding.rule.id()).collect()
}

fn values(manifest: &Manifest) -> Vec<(&'static str, Json)> {
    manifest.declared.iter().map(|declared| (declared.setting.path, declared.value.clone())).collect()
}

/// A manifest that declares every setting with its example, in flow style for lists.
fn everything(model: &Model) -> String {
    let mut text = String::new();
    let mut open: Vec<&str> = Vec::new();
    for setting in model.declarable() {
        let segments: Vec<&str> = setting.path.split('.').collect();
        let (key, parents) = segments.split_last().unwrap();
        let shared = open.iter().zip(parents).take_while(|(a, b)| a == b).count();
        open = parents.to_vec();
        for (depth, parent) in parents.iter().enumerate().skip(shared) {
            text += &format!("{}{parent}:\n", "  ".repeat(depth));
        }
        text += &format!("{}{key}: {}\n", "  ".repeat(parents.len()), setting.example);
    }
    text
}
