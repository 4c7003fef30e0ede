//! Passwords: how a new one is chosen, and how one is kept.

pub mod common_passwords;
mod digits;
pub mod form;
mod hash;
pub mod strength;

pub use hash::{Hasher, Password, PasswordHash, Verdict};
