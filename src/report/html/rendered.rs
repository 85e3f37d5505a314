//! Templates as text.

use askama::Template;

/// Returns a template as text.
pub(super) fn rendered(template: &impl Template) -> String {
    let mut html = String::with_capacity(16 * 1024);
    // Writing to a String cannot fail.
    let _ = template.render_into(&mut html);
    html
}
