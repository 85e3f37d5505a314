//! A folder of payloads, sorted by what each file holds; names of files mean nothing.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};
use zerodrift::cloudflare::Response;
use zerodrift::manifest::Manifest;

use super::configuration;
use crate::common::canned;

/// The variable that names the folder.
const FOLDER: &str = "ZERODRIFT_FIXTURES";

/// Everything in the folder.
#[derive(Default)]
pub(crate) struct Corpus {
    /// Answers with an organization.
    pub organizations: Vec<Payload<Response>>,
    /// Answers with DoH settings.
    pub doh: Vec<Payload<Response>>,
    /// Answers about a token.
    pub tokens: Vec<Payload<Response>>,
    /// Answers to a revocation.
    pub revoked: Vec<Payload<Response>>,
    /// Answers with errors.
    pub refusals: Vec<Payload<Refusal>>,
    /// Bodies that create or update an organization, as the sections of a manifest.
    pub wishes: Vec<Payload<Map<String, Json>>>,
    /// Bodies that revoke a user, with the query beside them.
    pub revocations: Vec<Payload<Json>>,
    /// Configurations of another tool, as the manifests that the import makes of them.
    pub configurations: Vec<Payload<Manifest>>,
}

/// What one file holds, and which file that was.
pub(crate) struct Payload<T> {
    pub file: PathBuf,
    pub of: T,
}

/// An error as somebody reported it.
pub(crate) struct Refusal {
    pub status: u16,
    /// Whether the status was reported too; otherwise it is a guess.
    pub status_reported: bool,
    pub body: Json,
    pub headers: Vec<(String, String)>,
}

/// The folder's content, or nothing where no folder is named; then the test says that it skips.
pub(crate) fn corpus() -> Option<Corpus> {
    let Some(folder) = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty()) else {
        println!("skipped: {FOLDER} names no folder of payloads");
        return None;
    };
    let mut corpus = Corpus::default();
    corpus.folder(Path::new(&folder));
    Some(corpus)
}

impl Corpus {
    fn folder(&mut self, folder: &Path) {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        entries.sort();
        for path in entries {
            match path.extension().and_then(|extension| extension.to_str()) {
                _ if path.is_dir() => self.folder(&path),
                Some("json") => self.json(&path, &text(&path)),
                Some("yaml" | "yml") => self.cassette(&path, &text(&path)),
                Some("tf") => self.configuration(&path, &text(&path)),
                _ => {}
            }
        }
    }

    /// Sorts a JSON file by its members. A file that fits nowhere is a gap in this test.
    fn json(&mut self, file: &Path, text: &str) {
        let json: Json = serde_json::from_str(text).unwrap();
        if json.get("http_status").is_some() {
            self.refusals.push(Payload { file: file.to_owned(), of: refusal(&json) });
        } else if json.get("success").is_some() {
            self.answer(file, canned::response(200, &[], text));
        } else if json.pointer("/body/email").is_some() {
            self.revocations.push(Payload { file: file.to_owned(), of: json });
        } else {
            self.wishes.push(Payload { file: file.to_owned(), of: sections(json) });
        }
    }

    fn answer(&mut self, file: &Path, response: Response) {
        let json: Json = serde_json::from_slice(response.body()).unwrap();
        let result = &json["result"];
        let has = |key: &str| result.get(key).is_some();
        let place = match result {
            Json::Bool(_) => &mut self.revoked,
            _ if has("auth_domain") => &mut self.organizations,
            _ if has("doh_jwt_duration") => &mut self.doh,
            _ if has("status") => &mut self.tokens,
            _ => panic!("{}: nobody knows what this is", file.display()),
        };
        place.push(Payload { file: file.to_owned(), of: response });
    }

    /// A recording of requests and answers.
    fn cassette(&mut self, file: &Path, text: &str) {
        let cassette: Cassette =
            serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for Interaction { response } in cassette.interactions {
            let headers = response.headers.into_iter();
            let headers = headers
                .flat_map(|(name, values)| values.into_iter().map(move |value| (name.to_ascii_lowercase(), value)));
            let headers: Vec<_> = headers.collect();
            self.answer(file, canned::response(response.code, &headers, response.body));
        }
    }

    fn configuration(&mut self, file: &Path, text: &str) {
        for of in configuration::organizations(&file.display().to_string(), text) {
            self.configurations.push(Payload { file: file.to_owned(), of });
        }
    }
}

#[derive(serde::Deserialize)]
struct Cassette {
    interactions: Vec<Interaction>,
}

#[derive(serde::Deserialize)]
struct Interaction {
    response: Recorded,
}

#[derive(serde::Deserialize)]
struct Recorded {
    body: String,
    headers: std::collections::BTreeMap<String, Vec<String>>,
    code: u16,
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn refusal(json: &Json) -> Refusal {
    let headers = json.get("headers").and_then(Json::as_object).into_iter().flatten();
    Refusal {
        status: json["http_status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap(),
        status_reported: json["http_status_reported"] == Json::Bool(true),
        body: json["body"].clone(),
        headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value.as_str().unwrap().to_owned())).collect(),
    }
}

/// The body of a write as the section of a manifest that asks for it.
fn sections(body: Json) -> Map<String, Json> {
    let section = if body.get("doh_jwt_duration").is_some() { "doh" } else { "organization" };
    Map::from_iter([(section.to_owned(), body)])
}
