//! An API that violates its contract, for tests of the read-back. No personality does any of this.

use serde_json::Value as Json;

use crate::settings::structure;

/// Violations of the API's contract, for tests of the read-back. No personality has any of them.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hostile {
    /// Paths that every write resets although the body contains them: `organization.session_duration`.
    pub resets: Vec<String>,
    /// Paths whose value in a body is silently ignored.
    pub ignores: Vec<String>,
    /// How the values of unknown fields are stored.
    #[serde(skip_serializing_if = "UnknownValues::is_exact")]
    pub unknown_values: UnknownValues,
    /// A write by another client at the same time as the next request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent: Option<Concurrent>,
}

impl Hostile {
    pub(super) fn is_harmless(&self) -> bool {
        self.resets.is_empty() && self.ignores.is_empty() && self.unknown_values.is_exact() && self.concurrent.is_none()
    }
}

/// How the value of an unknown field is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownValues {
    /// As sent.
    #[default]
    Exact,
    /// Without empty members, as by serializers that omit them.
    WithoutBlanks,
    /// With numbers converted to double precision: `1.0` to `1`, `12345678901234567890` to `12345678901234567000`.
    Doubles,
}

impl UnknownValues {
    fn is_exact(&self) -> bool {
        *self == Self::Exact
    }

    /// Returns the value that is stored.
    pub(super) fn stored(self, value: &Json) -> Json {
        match self {
            Self::Exact => value.clone(),
            Self::WithoutBlanks => structure(value),
            Self::Doubles => doubles(value),
        }
    }
}

/// Converts all numbers of a value to double precision.
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

/// A write by another client. It happens once, and creates the organization if there is none.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concurrent {
    /// When it happens.
    pub when: Moment,
    /// The change, as a JSON merge patch (RFC 7396) of the organization.
    pub patch: Json,
}

/// The moment of a concurrent write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    /// Directly after the next read of the organization.
    Read,
    /// Directly before the next write of the organization.
    Before,
    /// Directly after the next write of the organization.
    After,
}
