//! Captchas: what keeps programs from guessing and registering by the thousand.

pub mod picture;
mod text;

pub use text::CaptchaText;
