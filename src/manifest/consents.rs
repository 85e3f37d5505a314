//! Checks of consents that do not need the live state.

use super::desired::{Allow, Manifest};
use crate::diagnostics::{Finding, Rule};
use crate::settings::{Model, Setting};
use crate::text::excerpt;

/// The maximum number of characters of a value in a message.
const SHOWN: usize = 80;

/// Returns the findings for consents that are repeated, or that no change of the file can match. Settings with an
/// invalid value are skipped, because their intended value is unknown.
pub(super) fn findings(model: &Model, manifest: &Manifest, unusable: &[Setting]) -> Vec<Finding> {
    let is_usable = |allow: &&Allow| !unusable.iter().any(|setting| setting.path == allow.setting);
    let consents = manifest.allow.iter().enumerate().filter(|(_, allow)| is_usable(allow));
    consents
        .filter_map(|(index, allow)| {
            let repeated = || manifest.allow[..index].iter().any(|earlier| is_same(model, earlier, allow));
            match mismatch(model, manifest, allow) {
                Some(message) => Some(stale(manifest, allow, message)),
                None => repeated().then(|| duplicate(manifest, allow)),
            }
        })
        .collect()
}

fn stale(manifest: &Manifest, allow: &Allow, message: String) -> Finding {
    Finding::new(Rule::StaleConsent, &manifest.path, message)
        .at(&allow.at)
        .help("remove the entry, or set its `to` to the value that the file declares")
        .setting(&allow.setting)
}

fn duplicate(manifest: &Manifest, allow: &Allow) -> Finding {
    let message = format!("duplicate consent to change {} to {}", allow.setting, excerpt(&allow.to.to_string(), SHOWN));
    Finding::new(Rule::DuplicateConsent, &manifest.path, message)
        .at(&allow.at)
        .help("remove one of the two entries")
        .setting(&allow.setting)
}

/// Returns why no change of the file can match a consent; `None` if one can.
pub(crate) fn mismatch(model: &Model, manifest: &Manifest, allow: &Allow) -> Option<String> {
    let setting = model.setting(&allow.setting)?;
    let (path, to) = (&allow.setting, excerpt(&allow.to.to_string(), SHOWN));
    match manifest.declared(path) {
        Some(declared) if setting.same(Some(&declared.value), Some(&allow.to)) => None,
        Some(declared) => {
            let declared = excerpt(&declared.value.to_string(), SHOWN);
            Some(format!("the entry for {path} consents to {to}, but the file declares {declared}"))
        }
        // A switch that the file turns on activates values that the file does not declare.
        None if model.switch_of(setting).is_some_and(|switch| manifest.declared(switch.path).is_some()) => None,
        None => Some(format!("the entry for {path} consents to {to}, but the file does not declare {path}")),
    }
}

fn is_same(model: &Model, one: &Allow, two: &Allow) -> bool {
    let setting = model.setting(&one.setting).filter(|setting| setting.path == two.setting);
    setting.is_some_and(|setting| setting.same(Some(&one.to), Some(&two.to)))
}
