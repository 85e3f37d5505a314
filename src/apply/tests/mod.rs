//! Helpers for the tests of this module.

use serde_json::Value as Json;

use crate::diagnostics::Location;
use crate::live::Document;
use crate::plan::{Change, Op};
use crate::settings::{Endpoint, Model};

/// Returns an organization with these fields.
pub(super) fn document(fields: Json) -> Document {
    Document::new(Endpoint::Organization, fields.as_object().unwrap().clone())
}

/// Returns a change of a setting to a value; an empty value unsets it.
pub(super) fn change(path: &str, after: Json) -> Change {
    let setting = *Model::current().setting(path).unwrap();
    Change {
        setting,
        op: if setting.is_empty(Some(&after)) { Op::Unset } else { Op::Set },
        before: Json::Null,
        after,
        at: Location::whole_file(),
        annotations: Vec::new(),
        context: Vec::new(),
        guard: None,
        notice: None,
        origin: None,
        attribution: None,
    }
}
