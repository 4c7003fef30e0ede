//! Latchkey, the service.

pub mod document;
