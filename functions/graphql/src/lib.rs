//! Latchkey, the service.

pub mod document;
pub mod http;
