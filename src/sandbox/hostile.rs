//! An API that breaks its word, for tests of the read-back: no personality does any of this.

use serde_json::Value as Json;

use crate::settings::structure;

/// Ways in which the API breaks its word, for tests of the read-back. No personality has any of them.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hostile {
    /// Paths that every write resets although the body holds them: `organization.session_duration`.
    pub resets: Vec<String>,
    /// Paths whose value in a body is silently not stored.
    pub ignores: Vec<String>,
    /// What becomes of unknown fields that a write stores.
    #[serde(skip_serializing_if = "UnknownValues::is_exact")]
    pub unknown_values: UnknownValues,
    /// Somebody else writes at the same time as the next write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent: Option<Concurrent>,
}

impl Hostile {
    pub(super) fn is_harmless(&self) -> bool {
        self.resets.is_empty() && self.ignores.is_empty() && self.unknown_values.is_exact() && self.concurrent.is_none()
    }
}

/// What becomes of the value of an unknown field that a write stores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownValues {
    /// It is stored as it was sent.
    #[default]
    Exact,
    /// Empty members inside of it are dropped, as serializers do that omit what is empty.
    WithoutBlanks,
    /// Numbers are rewritten as double-precision ones: `1.0` as `1`, `12345678901234567890` as `12345678901234567000`.
    Doubles,
}

impl UnknownValues {
    fn is_exact(&self) -> bool {
        *self == Self::Exact
    }

    /// What is stored of a value.
    pub(super) fn stored(self, value: &Json) -> Json {
        match self {
            Self::Exact => value.clone(),
            Self::WithoutBlanks => structure(value),
            Self::Doubles => doubles(value),
        }
    }
}

/// The value as a program keeps it that has no other numbers than doubles.
fn doubles(value: &Json) -> Json {
    match value {
        Json::Number(number) => number.as_f64().filter(|double| double.is_finite()).map_or(Json::Null, |double| {
            let whole = double.fract() == 0.0 && double.abs() < 1e15;
            if whole { Json::from(double as i64) } else { Json::from(double) }
        }),
        Json::Array(elements) => elements.iter().map(doubles).collect(),
        Json::Object(members) => {
            Json::Object(members.iter().map(|(key, member)| (key.clone(), doubles(member))).collect())
        }
        other => other.clone(),
    }
}

/// Somebody else's write, which happens once: at the next request that its moment speaks of. Where there is no organization,
/// it makes one.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concurrent {
    /// Right before our write, right after it, or between our read and our write.
    pub when: Moment,
    /// What changes, as a JSON merge patch (RFC 7396) of the organization.
    pub patch: Json,
}

/// When somebody else writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    /// Right after the next read of the organization.
    Read,
    /// Theirs, then ours.
    Before,
    /// Ours, then theirs.
    After,
}
