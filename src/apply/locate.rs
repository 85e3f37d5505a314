//! Finds the lines of the manifest that the API refused.
//!
//! The API returns a pointer into the request body (`source.pointer`), or names a setting in its message. The user needs the
//! line of the manifest, not the path in a body that zerodrift built.

use crate::cloudflare::{self, ApiMessage};
use crate::diagnostics::{Finding, Rule};
use crate::manifest::{Declared, Manifest};
use crate::settings::{Endpoint, SettingPath};
use crate::text::excerpt;

/// Words in slugs, each with the setting it refers to (API error codes 11004 and 12106).
const SLUGS: [(&str, &str); 1] = [("auth_domain", "organization.auth_domain")];

/// Returns a finding for each message of the API that refers to a declared setting.
///
/// `endpoint` is the endpoint of the write: pointers are paths into its body.
pub fn locate(manifest: &Manifest, endpoint: Endpoint, error: &cloudflare::Error) -> Vec<Finding> {
    let messages = error.messages().iter();
    messages
        .flat_map(|message| {
            trace(manifest, endpoint, message).map(move |declared| finding(manifest, declared, message))
        })
        .collect()
}

fn finding(manifest: &Manifest, declared: &Declared, message: &ApiMessage) -> Finding {
    let text = format!("the API refuses {}: {}", declared.setting.path, excerpt(&full_text(message), 300));
    Finding::new(Rule::RefusedByApi, &manifest.path, text)
        .at(&declared.at)
        .help(format!("run `zerodrift explain {}` to see what the API accepts", declared.setting.path))
        .setting(declared.setting.path)
}

/// Returns the text of a message and of its chain.
fn full_text(message: &ApiMessage) -> String {
    let chain = message.chain.iter().map(|link| link.message.as_str());
    std::iter::once(message.message.as_str()).chain(chain).collect::<Vec<_>>().join(": ")
}

/// Returns the declarations that a message refers to: by its pointer, else by the names in its text.
fn trace<'a>(
    manifest: &'a Manifest,
    endpoint: Endpoint,
    message: &'a ApiMessage,
) -> impl Iterator<Item = &'a Declared> {
    let pointed = message.pointer.as_deref().map(keys_of).filter(|keys| !keys.is_empty());
    let text = full_text(message);
    manifest.declared.iter().filter(move |declared| declared.setting.endpoint() == endpoint).filter(move |declared| {
        match &pointed {
            Some(keys) => is_at(declared, keys),
            None => names(&text, declared),
        }
    })
}

/// Returns the segments of a JSON pointer, or of the dotted path that some messages have instead.
fn keys_of(pointer: &str) -> Vec<String> {
    let unescape = |segment: &str| segment.replace("~1", "/").replace("~0", "~");
    pointer.split(['/', '.']).filter(|segment| !segment.is_empty()).map(unescape).collect()
}

/// Whether a pointer refers to a declaration, to a part of its value, or to its group.
fn is_at(declared: &Declared, pointed: &[String]) -> bool {
    let former = declared.setting.former.as_ref().map(SettingPath::keys);
    let mut names = std::iter::once(declared.setting.keys()).chain(former);
    names.any(|keys| keys.iter().zip(pointed).all(|(key, pointed)| key == pointed))
}

/// Whether a text contains the name of a setting as a whole word.
fn names(text: &str, declared: &Declared) -> bool {
    let is_word = |word: &str| word == declared.setting.name();
    let slug = SLUGS.iter().any(|(slug, path)| *path == declared.setting.path && text.contains(slug));
    // A name without an underscore is also an ordinary word, such as `name`.
    let is_distinctive = declared.setting.name().contains('_');
    slug || (is_distinctive && text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(is_word))
}

#[cfg(test)]
mod tests;
