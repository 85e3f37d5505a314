//! Colours of the organization as rules of the style sheet, and the policy that allows the sheet.
//!
//! Untrusted text never becomes CSS: it is parsed as a [`Color`], and that colour is written.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::document::Comparison;
use crate::settings::{Color, Kind, Model, Setting};

/// The content security policy: nothing may be loaded, run or sent, except for the page's style sheet.
pub(super) fn policy(style: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(style));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
}

/// Returns the colour of a value, if its setting and the value are a colour.
pub(super) fn color(setting: &Setting, value: &Json) -> Option<Color> {
    if setting.kind == Kind::Color { value.as_str()?.parse().ok() } else { None }
}

/// Returns the class for a background colour.
pub(super) fn fill(color: Color) -> String {
    format!("fill-{}", digits(color))
}

/// Returns the class for a text colour.
pub(super) fn ink(color: Color) -> String {
    format!("ink-{}", digits(color))
}

fn digits(color: Color) -> String {
    color.to_string().trim_start_matches('#').to_owned()
}

/// The colours that a page may use, sorted, so that the same input gives the same page.
pub(super) type Colors = BTreeSet<[u8; 3]>;

/// Returns the colours of the live state and of the changes.
pub(super) fn colors(run: &Comparison<'_>) -> Colors {
    let settings = Model::current().settings().iter().filter(|setting| setting.kind == Kind::Color);
    let live = settings.filter_map(|setting| color(setting, run.plan.live_value(setting)?));
    let changes = run.plan.changes.iter().flat_map(|change| {
        [&change.before, &change.after].map(|value| color(&change.setting, value)).into_iter().flatten()
    });
    live.chain(changes).map(|color| [color.red, color.green, color.blue]).collect()
}

/// Returns the style sheet, with a rule for each class that these colours need.
pub(super) fn style(colors: &Colors) -> String {
    let mut css = include_str!("style.css").to_owned();
    for &[red, green, blue] in colors {
        let color = Color { red, green, blue };
        // Writing to a String cannot fail.
        let _ = writeln!(css, ".{}{{background-color:{color}}}.{}{{color:{color}}}", fill(color), ink(color));
    }
    css
}
