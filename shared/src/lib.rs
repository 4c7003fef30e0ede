//! Latchkey, the service.

pub mod email_address;
pub mod error;
mod form_text;
