//! A live state as a file: one run writes it, and another run plans against it without network access.

use serde_json::{Map, Value as Json};

use super::document::{Document, DocumentError, Live, Slot};
use crate::json::{self, JsonText, Texts};
use crate::settings::{CLOUDFLARE, Endpoint, Scope, Target};
use crate::text::{visible, visible_json};

/// The live state of one organization, and where it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The organization's address; absent in a saved API answer.
    pub target: Option<Target>,
    /// The base URL of the API that it was read from.
    pub api: String,
    /// The live state.
    pub live: Live,
}

/// Why a file is not a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It is not JSON.
    #[error("not JSON: {0}")]
    Json(String),
    /// It is JSON with another structure.
    #[error("not a snapshot: {0}")]
    Shape(&'static str),
    /// Two members have the same name, so the meaning is ambiguous.
    #[error("not a snapshot: it has two members named {}", visible(.0))]
    Ambiguous(String),
    /// It contains an invalid document.
    #[error("not a snapshot: {0}")]
    Document(DocumentError),
    /// A later version wrote it.
    #[error("unsupported format_version {}: this version of zerodrift reads 1.x", visible(.0))]
    Version(String),
}

/// The format version of every document. A reader of 1.0 understands every 1.x.
pub const FORMAT_VERSION: &str = "1.0";

/// Whether this version of the program reads documents of a format version.
pub(crate) fn reads(format_version: &str) -> bool {
    format_version.split('.').next() == Some("1")
}

/// The version of this program, which every document contains.
pub const ZERODRIFT: &str = env!("CARGO_PKG_VERSION");

impl Snapshot {
    /// Returns the snapshot as a file: the version of the format and of the program, the fields of `more`, then `target`
    /// with the API's base URL, and under `live` an object, `null` (it does not exist) or nothing (not read) for each
    /// endpoint. Values are written as they were read.
    pub fn to_text(&self, more: Map<String, Json>) -> String {
        let mut fields = Map::from_iter([
            ("format_version".to_owned(), Json::from(FORMAT_VERSION)),
            ("zerodrift".to_owned(), Json::from(ZERODRIFT)),
        ]);
        fields.extend(more);
        if let Some(target) = &self.target {
            let target = serde_json::json!({"scope": target.scope, "id": target.id, "api": self.api});
            fields.insert("target".to_owned(), target);
        }
        let mut texts = Texts::default();
        let mut live = Map::new();
        for endpoint in Endpoint::ALL {
            let value = match self.live.slot(endpoint) {
                Slot::NotRead => continue,
                Slot::Absent => Json::Null,
                Slot::Present(document) => {
                    texts.extend(document.texts());
                    Json::Object(document.fields.clone())
                }
            };
            live.insert(endpoint.section().to_owned(), value);
        }
        fields.insert("live".to_owned(), Json::Object(live));
        visible_json(&json::pretty(&fields, &texts)) + "\n"
    }

    /// Reads a snapshot, or the answer to a GET of the organization, as saved by `curl`.
    ///
    /// # Errors
    /// Returns an error if the bytes are neither.
    pub fn parse(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let text = JsonText::parse(bytes).map_err(|error| SnapshotError::Json(error.to_string()))?;
        let Some(members) = members(text.as_str())? else { return Err(SnapshotError::Shape("expected an object")) };
        let of = |name: &str| members.iter().find(|(found, _)| found == name).map(|(_, value)| *value);
        let view = |name: &str| of(name).map(|value| json::decode(value, &[]).value);
        if let (None, Some(result)) = (of("format_version"), of("result").filter(|result| result.starts_with('{'))) {
            let organization = slot(Endpoint::Organization, Some(result))?;
            let live = Live { organization, doh: Slot::NotRead };
            return Ok(Self { target: None, api: CLOUDFLARE.to_owned(), live });
        }
        check_version(view("format_version").as_ref())?;
        let Some(sections) = of("live").map(self::members).transpose()?.flatten() else {
            return Err(SnapshotError::Shape("missing `live`"));
        };
        let mut live = Live::default();
        for endpoint in Endpoint::ALL {
            let section = sections.iter().find(|(found, _)| found == endpoint.section());
            *live.slot_mut(endpoint) = slot(endpoint, section.map(|(_, value)| *value))?;
        }
        let address = view("target");
        let api = address.as_ref().and_then(|target| target.get("api")).and_then(Json::as_str).unwrap_or(CLOUDFLARE);
        Ok(Self { target: target(address.as_ref())?, api: api.to_owned(), live })
    }
}

/// The members of an object; `None` if the text is not an object.
fn members(valid: &str) -> Result<Option<Vec<(String, &str)>>, SnapshotError> {
    json::unique_members(valid).map_err(SnapshotError::Ambiguous)
}

fn check_version(version: Option<&Json>) -> Result<(), SnapshotError> {
    let version = version.and_then(Json::as_str).ok_or(SnapshotError::Shape("missing `format_version`"))?;
    if reads(version) { Ok(()) } else { Err(SnapshotError::Version(version.to_owned())) }
}

fn slot(endpoint: Endpoint, value: Option<&str>) -> Result<Slot, SnapshotError> {
    match value {
        None => Ok(Slot::NotRead),
        Some("null") => Ok(Slot::Absent),
        Some(fields) => Document::decode(endpoint, fields).map(Slot::Present).map_err(|error| match error {
            DocumentError::NotAnObject => SnapshotError::Shape("organization and doh must be objects or null"),
            other => SnapshotError::Document(other),
        }),
    }
}

fn target(value: Option<&Json>) -> Result<Option<Target>, SnapshotError> {
    let Some(value) = value else { return Ok(None) };
    let wrong = SnapshotError::Shape("the target has no valid scope and id");
    let id = value.get("id").and_then(Json::as_str).unwrap_or_default().parse().map_err(|_| wrong.clone())?;
    match value.get("scope").and_then(Json::as_str) {
        Some("account") => Ok(Some(Target { scope: Scope::Account, id })),
        Some("zone") => Ok(Some(Target { scope: Scope::Zone, id })),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests;
