//! Live values that the file does not mention: a reviewer should know that they are there and will stay.

use super::{Input, Unmanaged, effective};
use crate::organization::{Document, dotted};

/// Settings of the model first, in its order, then the fields it does not know, in the order of the answer.
pub(super) fn list(input: &Input<'_>) -> Vec<Unmanaged> {
    input.live.documents().flat_map(|document| known(input, document).chain(unknown(input, document))).collect()
}

fn known<'a>(input: &'a Input<'_>, document: &'a Document) -> impl Iterator<Item = Unmanaged> + 'a {
    input
        .model
        .of(document.endpoint)
        .filter(|setting| setting.is_writable() && input.manifest.declared(setting.path).is_none())
        .filter(|setting| !document.canonical(input.model, setting).is_null())
        .map(|setting| Unmanaged {
            path: setting.path.to_owned(),
            value: effective::live(input, input.model, setting).cloned().unwrap_or_default(),
            known: true,
        })
}

fn unknown<'a>(input: &'a Input<'_>, document: &'a Document) -> impl Iterator<Item = Unmanaged> + 'a {
    document.unknown(input.model).into_iter().map(|unknown| Unmanaged {
        path: dotted(document.endpoint, &unknown.keys),
        value: unknown.value,
        known: false,
    })
}
