//! Live values that the manifest does not declare, listed so that a reviewer knows that they stay. Empty values are not
//! listed; empty unknown fields are nevertheless echoed exactly.

use super::change::Unmanaged;
use super::effective;
use super::input::Input;
use crate::live::Document;
use crate::settings::{dotted, is_blank};

/// The unmanaged values of each document: settings in the order of the model, then unknown fields in the order of the
/// answer.
pub(super) fn list(input: &Input<'_>) -> Vec<Unmanaged> {
    input.live.documents().flat_map(|document| known(input, document).chain(unknown(input, document))).collect()
}

fn known<'a>(input: &'a Input<'_>, document: &'a Document) -> impl Iterator<Item = Unmanaged> + 'a {
    input
        .model
        .of(document.endpoint)
        .filter(|setting| setting.is_watched || setting.is_writable())
        .filter(|setting| input.manifest.declared(setting.path).is_none())
        .filter(|setting| !setting.is_empty(document.value(input.model, setting)))
        .map(|setting| Unmanaged {
            path: setting.path.to_owned(),
            value: effective::live(input, input.model, setting).map(|value| document.shown(value)).unwrap_or_default(),
            known: true,
            read_only: !setting.is_declarable(),
        })
}

fn unknown<'a>(input: &'a Input<'_>, document: &'a Document) -> impl Iterator<Item = Unmanaged> + 'a {
    let unknown = document.unknown(input.model).into_iter();
    unknown.filter(|unknown| !is_blank(&unknown.value)).map(|unknown| Unmanaged {
        path: dotted(document.endpoint, &unknown.keys),
        value: document.shown(&unknown.value),
        known: false,
        read_only: false,
    })
}
