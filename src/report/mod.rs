//! Plans and findings → what people and programs read.

pub mod findings;
