//! Latchkey, the service.

pub mod error;
