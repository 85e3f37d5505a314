//! Checks the scope of declared settings if the target comes from a flag or the environment.
//!
//! The scope of a target in the file is checked by the parser.

use super::desired::Manifest;
use crate::diagnostics::{Finding, Rule};
use crate::settings::Scope;

/// Returns a finding for each declared setting that does not exist in a scope.
pub fn beyond_scope(manifest: &Manifest, scope: Scope) -> Vec<Finding> {
    let beyond = manifest.declared.iter().filter(|declared| !scope.has(&declared.setting));
    beyond
        .map(|declared| {
            let message = format!("{} is not available for a {scope}, only for an account", declared.setting.path);
            Finding::new(Rule::Scope, &manifest.path, message)
                .at(&declared.at)
                .help("remove it, or set the account instead of the zone")
                .setting(declared.setting.path)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Source;
    use crate::manifest::parse;
    use crate::settings::Model;

    #[test]
    fn a_zone_from_a_flag_is_checked_like_one_in_the_file() {
        let text = "organization:\n  name: Widget\n  session_duration: 24h\n";
        let source = Source { name: "org.yaml".to_owned(), text: text.to_owned() };
        let manifest = parse(Model::current(), &source).manifest.unwrap();
        assert_eq!(beyond_scope(&manifest, Scope::Account), []);
        let beyond: Vec<_> =
            beyond_scope(&manifest, Scope::Zone).into_iter().filter_map(|found| found.setting).collect();
        assert_eq!(beyond, ["organization.session_duration"]);
    }
}
