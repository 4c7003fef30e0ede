//! Passwords: how a new one is chosen.

pub mod common;
mod digits;
pub mod form;
pub mod strength;
