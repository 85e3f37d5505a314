//! Lossless JSON: unknown fields must go back to the API exactly as it sent them.
//!
//! `serde_json` does not guarantee that for untrusted text: it stops at 128 levels, keeps one of several members with the
//! same name, rewrites `1e400`, refuses unpaired surrogates, and reads an object with its private key as a number.
//!
//! - `text`: valid JSON, kept byte by byte
//! - `scan`: JSON tokens, without recursion
//! - `digest`: one fingerprint per value, by JSON equality
//! - `decode`: text → `serde_json` values, with a *stand-in* for each value that they cannot represent
//! - `stand_in`: stand-ins, and the texts that they stand for
//! - `render`: values with stand-ins → text

mod decode;
mod digest;
mod render;
mod scan;
mod stand_in;
mod text;

#[cfg(feature = "sandbox")]
pub(crate) use decode::decode_whole;
pub(crate) use decode::{Decoded, decode, unique_members};
pub(crate) use render::{compact, pretty, sorted, write_members, write_sorted};
pub use scan::{JsonError, JsonProblem, MAX_DEPTH};
pub use stand_in::Texts;
pub(crate) use stand_in::{is_stand_in, shown};
pub use text::JsonText;
pub(crate) use text::check_answer;

#[cfg(test)]
mod tests;
