//! Latchkey, the service.

pub mod captcha;
pub mod email_address;
pub mod error;
mod form_text;
pub mod names;
pub mod password;
pub mod username;
