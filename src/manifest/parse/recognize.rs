//! Whether a text is a manifest, valid or not.

use super::source::LARGEST;
use super::yaml::{self, YamlValue};

/// The top-level keys that tell a manifest from other files.
pub const KEYS: [&str; 5] = ["account_id", "zone_id", "organization", "doh", "allow"];

/// The top-level keys of a manifest that other files have too.
pub(super) const SHARED_KEYS: [&str; 3] = ["extends", "lock", "unmanaged"];

/// Whether a text can be the parent of a manifest: a mapping with no other keys than those of a manifest. It is stricter
/// than [`is_manifest`], because findings show lines of a parent, and a parent is not named on the command line.
pub fn is_parent(text: &str) -> bool {
    let root = yaml::read(text.trim_start_matches('\u{feff}')).root.map(|root| root.value);
    let Some(YamlValue::Mapping(pairs)) = root else { return false };
    let is_known = |name: &str| KEYS.iter().chain(&SHARED_KEYS).any(|key| *key == name);
    !pairs.is_empty() && pairs.iter().all(|(key, _)| matches!(&key.value, YamlValue::Text(name) if is_known(name)))
}

/// Whether a text is a manifest: a mapping with one of [`KEYS`]. If the text is known to be YAML, a line that starts with
/// such a key suffices, so that a manifest with a syntax error is recognized too.
///
/// ```
/// use zerodrift::manifest::is_manifest;
///
/// assert!(is_manifest("organization:\n  session_duration: 24h\n", false));
/// assert!(is_manifest("organization: [\n", true));
/// assert!(!is_manifest("# Plan\n\nNothing would change.\n", false));
/// ```
pub fn is_manifest(text: &str, is_yaml: bool) -> bool {
    if text.len() > LARGEST {
        return false;
    }
    let text = text.trim_start_matches('\u{feff}');
    let is_key = |name: &str| KEYS.contains(&name);
    if is_yaml
        && text.lines().filter_map(|line| line.split_once(':')).any(|(key, _)| is_key(key.trim_matches(['"', '\''])))
    {
        return true;
    }
    let reading = yaml::read(text);
    let root = reading.root.filter(|_| is_yaml || reading.faults.is_empty());
    let Some(YamlValue::Mapping(pairs)) = root.map(|root| root.value) else { return false };
    pairs.iter().any(|(key, _)| matches!(&key.value, YamlValue::Text(name) if is_key(name)))
}
