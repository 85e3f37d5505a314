//! Whether a text is a manifest, valid or not.

use super::source::LARGEST;
use super::yaml::{self, YamlValue};

/// The top-level keys of a manifest.
pub const KEYS: [&str; 5] = ["account_id", "zone_id", "organization", "doh", "allow"];

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
