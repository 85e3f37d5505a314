//! Plan → writes, and the proof that they did what the plan said and nothing else.

pub mod body;
pub mod verify;
