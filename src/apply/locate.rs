//! Which line of the manifest a refusal of the API is about.
//!
//! The API points into the body it was sent (`source.pointer`), or names a setting in its text. Either way the author
//! wants the line of the file, not the path of a JSON body that nobody wrote.

use crate::cloudflare::{self, ApiMessage};
use crate::diagnostics::{Finding, Rule};
use crate::manifest::{Declared, Manifest};
use crate::settings::{Endpoint, SettingPath};
use crate::text::excerpt;

/// The slugs that name a setting by another word than its name (API error codes 11004 and 12106).
const SLUGS: [(&str, &str); 1] = [("auth_domain", "organization.auth_domain")];

/// A finding for each message of the API that can be traced to a declaration.
///
/// `endpoint` is the object that was written: pointers are paths into its body.
pub fn locate(manifest: &Manifest, endpoint: Endpoint, error: &cloudflare::Error) -> Vec<Finding> {
    let messages = error.messages().iter();
    messages
        .flat_map(|message| {
            trace(manifest, endpoint, message).map(move |declared| finding(manifest, declared, message))
        })
        .collect()
}

fn finding(manifest: &Manifest, declared: &Declared, message: &ApiMessage) -> Finding {
    let text = format!("the API refuses {}: {}", declared.setting.path, excerpt(&words(message), 300));
    Finding::new(Rule::RefusedByApi, &manifest.path, text)
        .at(&declared.at)
        .help(format!("run `zerodrift explain {}` for what the API takes", declared.setting.path))
        .setting(declared.setting.path)
}

/// Everything that a message says: its own text and what lies behind it.
fn words(message: &ApiMessage) -> String {
    let behind = message.chain.iter().map(|link| link.message.as_str());
    std::iter::once(message.message.as_str()).chain(behind).collect::<Vec<_>>().join(": ")
}

/// The declarations a message is about: by its pointer, else by the names in its text.
fn trace<'a>(
    manifest: &'a Manifest,
    endpoint: Endpoint,
    message: &'a ApiMessage,
) -> impl Iterator<Item = &'a Declared> {
    let pointed = message.pointer.as_deref().map(keys_of).filter(|keys| !keys.is_empty());
    let text = words(message);
    manifest.declared.iter().filter(move |declared| declared.setting.endpoint() == endpoint).filter(move |declared| {
        match &pointed {
            Some(keys) => is_at(declared, keys),
            None => names(&text, declared),
        }
    })
}

/// The segments of a JSON pointer, or of the dotted path that some messages have in its place.
fn keys_of(pointer: &str) -> Vec<String> {
    let unescape = |segment: &str| segment.replace("~1", "/").replace("~0", "~");
    pointer.split(['/', '.']).filter(|segment| !segment.is_empty()).map(unescape).collect()
}

/// Whether a pointer leads to a declaration, into it, or to the group around it.
fn is_at(declared: &Declared, pointed: &[String]) -> bool {
    let former = declared.setting.former.as_ref().map(SettingPath::keys);
    let mut names = std::iter::once(declared.setting.keys()).chain(former);
    names.any(|keys| keys.iter().zip(pointed).all(|(key, pointed)| key == pointed))
}

/// Whether a text names a setting as a word of its own.
fn names(text: &str, declared: &Declared) -> bool {
    let is_word = |word: &str| word == declared.setting.name();
    let slug = SLUGS.iter().any(|(slug, path)| *path == declared.setting.path && text.contains(slug));
    // A name without an underscore is an ordinary word: `name` in a sentence is no setting.
    let telling = declared.setting.name().contains('_');
    slug || (telling && text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(is_word))
}

#[cfg(test)]
mod tests;
