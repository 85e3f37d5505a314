//! A live state as a file: written by one run, planned against by another one that has no network.

use serde_json::{Map, Value as Json};

use super::live::{Document, Live, Slot};
use super::setting::Endpoint;
use super::target::{Scope, Target};
use crate::text::visible;

/// What was read of one organization, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Whose state it is; absent in an answer of the API that somebody saved.
    pub target: Option<Target>,
    /// The base URL it was read from.
    pub api: String,
    /// The state.
    pub live: Live,
}

/// Why a file is no snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// It is no JSON.
    #[error("it is no JSON: {0}")]
    Json(String),
    /// It is JSON of another shape.
    #[error("it is no snapshot: {0}")]
    Shape(&'static str),
    /// A later version wrote it.
    #[error("its format_version is {}, and this version reads 1.x", visible(.0))]
    Version(String),
}

/// The base URL that a snapshot without one stands for.
const CLOUDFLARE: &str = "https://api.cloudflare.com/client/v4";

impl Snapshot {
    /// The document's fields: `target` with the API's base URL, and under `live` an object, `null` (there is none) or nothing (not read)
    /// for each endpoint.
    pub fn to_fields(&self) -> Map<String, Json> {
        let mut fields = Map::new();
        if let Some(target) = &self.target {
            let target = serde_json::json!({"scope": target.scope, "id": target.id, "api": self.api});
            fields.insert("target".to_owned(), target);
        }
        let read = Endpoint::ALL.into_iter().filter_map(|endpoint| {
            let value = match self.live.slot(endpoint) {
                Slot::NotRead => return None,
                Slot::Absent => Json::Null,
                Slot::Present(document) => Json::Object(document.fields.clone()),
            };
            Some((endpoint.section().to_owned(), value))
        });
        fields.insert("live".to_owned(), Json::Object(read.collect()));
        fields
    }

    /// Reads a snapshot, or the answer of a GET of the organization as `curl` saves it.
    ///
    /// # Errors
    /// If the bytes are neither.
    pub fn parse(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let json: Json = serde_json::from_slice(bytes).map_err(|error| SnapshotError::Json(error.to_string()))?;
        let Json::Object(fields) = json else { return Err(SnapshotError::Shape("it is not an object")) };
        if let (None, Some(Json::Object(result))) = (fields.get("format_version"), fields.get("result")) {
            let organization = Slot::Present(Document::new(Endpoint::Organization, result.clone()));
            let live = Live { organization, doh: Slot::NotRead };
            return Ok(Self { target: None, api: CLOUDFLARE.to_owned(), live });
        }
        check_version(&fields)?;
        let Some(Json::Object(sections)) = fields.get("live") else {
            return Err(SnapshotError::Shape("it has no `live`"));
        };
        let mut live = Live::default();
        for endpoint in Endpoint::ALL {
            *live.slot_mut(endpoint) = slot(endpoint, sections.get(endpoint.section()))?;
        }
        let api = fields
            .get("target")
            .and_then(|target| target.get("api"))
            .and_then(Json::as_str)
            .unwrap_or(CLOUDFLARE)
            .to_owned();
        Ok(Self { target: target(fields.get("target"))?, api, live })
    }
}

fn check_version(fields: &Map<String, Json>) -> Result<(), SnapshotError> {
    let version = fields.get("format_version").and_then(Json::as_str);
    let version = version.ok_or(SnapshotError::Shape("it has no format_version"))?;
    if version.split('.').next() == Some("1") { Ok(()) } else { Err(SnapshotError::Version(version.to_owned())) }
}

fn slot(endpoint: Endpoint, value: Option<&Json>) -> Result<Slot, SnapshotError> {
    match value {
        None => Ok(Slot::NotRead),
        Some(Json::Null) => Ok(Slot::Absent),
        Some(Json::Object(fields)) => Ok(Slot::Present(Document::new(endpoint, fields.clone()))),
        Some(_) => Err(SnapshotError::Shape("organization and doh are objects or null")),
    }
}

fn target(value: Option<&Json>) -> Result<Option<Target>, SnapshotError> {
    let Some(value) = value else { return Ok(None) };
    let wrong = SnapshotError::Shape("its target has no scope and id");
    let id = value.get("id").and_then(Json::as_str).unwrap_or_default().parse().map_err(|_| wrong.clone())?;
    match value.get("scope").and_then(Json::as_str) {
        Some("account") => Ok(Some(Target { scope: Scope::Account, id })),
        Some("zone") => Ok(Some(Target { scope: Scope::Zone, id })),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(json: &Json) -> Result<Snapshot, SnapshotError> {
        Snapshot::parse(json.to_string().as_bytes())
    }

    #[test]
    fn what_is_written_reads_back() {
        let fields = json!({"name": "Widget", "quota": 1.10});
        let organization = Slot::Present(Document::new(Endpoint::Organization, fields.as_object().unwrap().clone()));
        let snapshot = Snapshot {
            target: Some(Target::account("699d98642c564d2e855e9661899b7252").unwrap()),
            api: "http://127.0.0.1:1/client/v4".to_owned(),
            live: Live { organization, doh: Slot::Absent },
        };
        let mut document = json!({"format_version": "1.0"});
        document.as_object_mut().unwrap().extend(snapshot.to_fields());
        assert_eq!(parse(&document), Ok(snapshot));
    }

    #[test]
    fn an_answer_saved_with_curl_is_a_snapshot_of_the_organization() {
        let snapshot = parse(&json!({"success": true, "errors": [], "result": {"name": "Widget"}})).unwrap();
        assert_eq!(snapshot.target, None);
        assert!(snapshot.live.document(Endpoint::Organization).is_some());
        assert_eq!(snapshot.live.doh, Slot::NotRead);
    }

    #[test]
    fn everything_else_is_refused_with_the_reason() {
        for (document, reason) in [
            (json!([]), "it is not an object"),
            (json!({}), "it has no format_version"),
            (json!({"format_version": "2.0"}), "its format_version is 2.0"),
            (json!({"format_version": "2\u{1b}[2J"}), r"its format_version is 2\u{1b}[2J"),
            (json!({"format_version": "1.0"}), "it has no `live`"),
            (json!({"format_version": "1.0", "live": {"organization": 1}}), "organization and doh are objects or null"),
            (
                json!({"format_version": "1.0", "live": {}, "target": {"scope": "account", "id": "x"}}),
                "its target has no scope and id",
            ),
        ] {
            let error = parse(&document).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        assert!(Snapshot::parse(b"<html>").unwrap_err().to_string().starts_with("it is no JSON"));
    }
}
