//! Proofs we hand out. An access token, a refresh token and a mailed token are made under keys of
//! their own, so that none can be taken for another.

pub mod access;
mod keys;
pub mod mailed;
pub mod refresh;

pub use keys::Keys;
