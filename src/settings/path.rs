//! Dotted paths: parsed once, when the table declares them, and joined for display.

#[cfg(feature = "sandbox")]
use serde_json::Deserializer;
use serde_json::Value as Json;

use super::endpoint::Endpoint;

/// A dotted path of the table, parsed when it is declared: `organization.login_design.header_text` is the section
/// `organization` and the keys `login_design` and `header_text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SettingPath {
    text: &'static str,
    endpoint: Endpoint,
    keys: [&'static str; Self::DEEPEST],
    depth: usize,
}

impl SettingPath {
    /// The most keys below the section. The API nests settings two levels deep today.
    pub const DEEPEST: usize = 4;

    /// A path that starts with its section; a first segment other than `doh` is the organization's.
    ///
    /// # Panics
    /// If it has more than [`SettingPath::DEEPEST`] keys. In the table, which is constant, that does not compile.
    pub const fn new(text: &'static str) -> Self {
        let (section, mut rest) = first_segment(text);
        let endpoint = match section.as_bytes() {
            b"doh" => Endpoint::Doh,
            _ => Endpoint::Organization,
        };
        let mut keys = [""; Self::DEEPEST];
        let mut depth = 0;
        while let Some(below) = rest {
            (keys[depth], rest) = first_segment(below);
            depth += 1;
        }
        Self { text, endpoint, keys, depth }
    }

    /// The path as text.
    pub const fn as_str(&self) -> &'static str {
        self.text
    }

    /// The object of the API that contains it.
    pub const fn endpoint(&self) -> Endpoint {
        self.endpoint
    }

    /// The keys below the section: `["login_design", "header_text"]`.
    pub fn keys(&self) -> &[&'static str] {
        &self.keys[..self.depth]
    }

    /// The last segment: `header_text`.
    pub fn name(&self) -> &'static str {
        self.keys().last().unwrap_or(&self.text)
    }

    /// The path without its section, as text: `login_design.header_text`.
    pub fn below_section(&self) -> &'static str {
        self.text.get(self.endpoint.section().len() + 1..).unwrap_or_default()
    }

    /// The path of the object that contains it; `None` for a section.
    pub fn parent(&self) -> Option<Self> {
        Some(self.truncated(self.depth.checked_sub(1)?))
    }

    /// Its first keys.
    pub(crate) fn truncated(&self, depth: usize) -> Self {
        let kept = self.keys().get(..depth).unwrap_or(self.keys());
        let length = kept.iter().fold(self.endpoint.section().len(), |length, key| length + 1 + key.len());
        let mut keys = [""; Self::DEEPEST];
        keys[..kept.len()].copy_from_slice(kept);
        Self { text: &self.text[..length], endpoint: self.endpoint, keys, depth: kept.len() }
    }

    /// Whether it is inside the object at another path.
    pub fn is_below(&self, object: &Self) -> bool {
        self.endpoint == object.endpoint && self.depth > object.depth && self.keys().starts_with(object.keys())
    }
}

/// Splits a text at its first dot.
const fn first_segment(text: &'static str) -> (&'static str, Option<&'static str>) {
    let mut at = 0;
    while at < text.len() {
        if text.as_bytes()[at] == b'.' {
            let (segment, rest) = text.split_at(at);
            return (segment, Some(rest.split_at(1).1));
        }
        at += 1;
    }
    (text, None)
}

/// The last segment of a path.
#[cfg(feature = "report")]
pub(crate) fn last_segment(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Joins the keys of a setting without its section: `login_design.header_text`.
#[cfg(any(feature = "report", feature = "terraform", feature = "sandbox"))]
pub(crate) fn joined<K: AsRef<str>>(keys: &[K]) -> String {
    keys.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(".")
}

/// Joins keys to a dotted path below a section. A key that is not a plain name is quoted as in JSON.
pub fn dotted<K: AsRef<str>>(endpoint: Endpoint, keys: &[K]) -> String {
    let mut path = endpoint.section().to_owned();
    for key in keys {
        let key = key.as_ref();
        path.push('.');
        if !key.is_empty() && key.bytes().all(is_plain) {
            path.push_str(key);
        } else {
            path.push_str(&Json::from(key).to_string());
        }
    }
    path
}

/// Splits a path that [`dotted`] joined into its section and keys; `None` for any other text.
#[cfg(feature = "sandbox")]
pub(crate) fn undotted(path: &str) -> Option<(Endpoint, Vec<String>)> {
    let endpoint = Endpoint::ALL.into_iter().find(|endpoint| path.starts_with(endpoint.section()))?;
    let mut rest = &path[endpoint.section().len()..];
    let mut keys = Vec::new();
    while !rest.is_empty() {
        rest = rest.strip_prefix('.')?;
        let (key, length) = if rest.starts_with('"') {
            let mut quoted = Deserializer::from_str(rest).into_iter::<String>();
            (quoted.next()?.ok()?, quoted.byte_offset())
        } else {
            let length = rest.bytes().take_while(|byte| is_plain(*byte)).count();
            (rest[..length].to_owned(), length)
        };
        keys.push(key);
        rest = &rest[length..];
    }
    Some((endpoint, keys))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_is_its_section_and_its_keys() {
        let path = SettingPath::new("organization.login_design.header_text");
        assert_eq!((path.endpoint(), path.keys()), (Endpoint::Organization, &["login_design", "header_text"][..]));
        assert_eq!((path.name(), path.below_section()), ("header_text", "login_design.header_text"));
        let group = path.parent().unwrap();
        assert_eq!(group, SettingPath::new("organization.login_design"));
        assert!(path.is_below(&group) && !group.is_below(&path) && !path.is_below(&path));
        let section = group.parent().unwrap();
        assert_eq!(
            (section, section.name(), section.below_section()),
            (SettingPath::new("organization"), "organization", "")
        );
        assert_eq!(section.parent(), None);
        assert_eq!(SettingPath::new("doh.doh_jwt_duration").endpoint(), Endpoint::Doh);
    }

    #[test]
    fn the_keys_of_a_path_join_to_its_text() {
        for text in ["organization", "organization.a", "doh.a.b", "organization.a.b.c.d"] {
            let path = SettingPath::new(text);
            assert_eq!(dotted(path.endpoint(), path.keys()), text);
        }
    }

    #[test]
    fn a_key_that_is_not_a_name_is_quoted() {
        assert_eq!(dotted(Endpoint::Organization, &["beta.flag", "", "a-b"]), r#"organization."beta.flag"."".a-b"#);
    }

    proptest! {
        #[cfg(feature = "sandbox")]
        #[test]
        fn a_joined_path_splits_into_its_keys(doh: bool, keys in prop::collection::vec("[a-c.\"\\\\é ]{0,4}", 0..4)) {
            let endpoint = if doh { Endpoint::Doh } else { Endpoint::Organization };
            prop_assert_eq!(undotted(&dotted(endpoint, &keys)), Some((endpoint, keys)));
        }
    }
}
