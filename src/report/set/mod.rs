//! Reports of several organizations, collected one organization at a time. What is kept is what the report shows: a row for
//! each organization, and the details of those that changed or failed.
//!
//! - `details`: the trait of all formats; `text`: for a terminal, with `table`, the list of all
//! - `results`: the results of an apply
//! - The other formats have theirs beside the renderer for one organization.

mod details;
mod results;
mod table;
mod text;

pub use self::details::SetDetails;
pub use self::results::results;
pub(super) use self::text::TextDetails;

#[cfg(test)]
pub(super) mod tests;
