//! Renders a manifest with everything that it inherits, and where each value comes from.

use serde_json::Value as Json;

use crate::diagnostics::Location;
use crate::manifest::{Allow, Declared, Manifest};
use crate::text::Visible;
use crate::text::layout::{TerminalText, terminal};
use crate::text::safe::safe;
use crate::text::yaml::flow;

/// Returns the manifest as YAML that declares the same without parents. A comment names the place of each value.
pub fn text(manifest: &Manifest) -> String {
    let mut out = TerminalText::new();
    if let Some(target) = &manifest.target {
        out.push(terminal!("{}: \"{}\"\n", target.scope.key(), Visible::of(target.id.as_str())));
    }
    for endpoint in &manifest.endpoints {
        let declared = manifest.declared.iter().filter(|declared| declared.setting.endpoint() == *endpoint);
        let lines: TerminalText = settings(manifest, declared);
        let empty = if lines.is_empty() { " {}" } else { "" };
        out.push(terminal!("{}:{}\n{}", endpoint.section(), empty, lines));
    }
    if !manifest.allow.is_empty() {
        out.push("allow:\n");
        manifest.allow.iter().for_each(|allow| out.push(consent(manifest, allow)));
    }
    out.into()
}

/// The settings of a section, each group above its settings.
fn settings<'a>(manifest: &Manifest, declared: impl Iterator<Item = &'a Declared>) -> TerminalText {
    let mut out = TerminalText::new();
    let mut open: &[&str] = &[];
    let declared: Vec<&Declared> = declared.collect();
    for Declared { setting, value, at } in declared {
        let keys = setting.keys();
        let parents = keys.get(..keys.len().saturating_sub(1)).unwrap_or_default();
        let shared = open.iter().zip(parents).take_while(|(one, two)| one == two).count();
        for (depth, group) in parents.iter().enumerate().skip(shared) {
            out.push(terminal!("{}{}:\n", TerminalText::repeat("  ", depth + 1), *group));
        }
        open = parents;
        let indent = TerminalText::repeat("  ", keys.len());
        let value = Visible::whole(&flow(value));
        out.push(terminal!("{}{}: {}  # {}\n", indent, setting.name(), value, place(manifest, at)));
    }
    out
}

fn consent(manifest: &Manifest, Allow { setting, to, reason, at }: &Allow) -> TerminalText {
    let entry = |key: &'static str, value: &Json| terminal!("    {}: {}\n", key, Visible::whole(&flow(value)));
    let mut out = terminal!("  - setting: {}  # {}\n", Visible::of(setting), place(manifest, at));
    out.push(entry("to", to));
    if let Some(reason) = reason {
        out.push(entry("reason", &Json::from(reason.as_str())));
    }
    out
}

fn place(manifest: &Manifest, at: &Location) -> Visible {
    safe!("{}:{}:{}", Visible::of(at.file(&manifest.path)), at.line, at.column)
}
